#include "sql/locks.h"

#include <cstring>

#include "base/crypto.h"
#include "sql/errors.h"

namespace monitora::sql {
namespace {

// The first eight bytes of SHA-256: an advisory lock's key.
std::int64_t key_of(std::string_view name) {
  const auto digest = sha256(as_bytes(name));
  std::int64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

}  // namespace

Status lock_until_end(Connection& connection, std::string_view name) {
  switch (connection.dialect().database()) {
    case Database::sqlite:
      return {};
    case Database::postgres:
      return connection.post("SELECT pg_advisory_xact_lock(?)", {p(key_of(name))});
    case Database::sqlserver: {
      std::int64_t answer = 0;  // below 0: not given (https://learn.microsoft.com, sp_getapplock)
      MONITORA_TRY(connection.query(
          "DECLARE @given INT; EXEC @given = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', "
          "@LockOwner = 'Transaction', @LockTimeout = 20000; SELECT @given",
          {p(name)}, [&](const Row& row) {
            answer = row.integer(0);
            return Status();
          }));
      if (answer < 0) return database_busy("sp_getapplock " + std::to_string(answer));
      return {};
    }
  }
  return {};
}

}  // namespace monitora::sql
