// A workspace's own database: where it is, what the bot may read of it, and trying it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/actor.h"
#include "ports/external_data.h"
#include "ports/external_database_store.h"
#include "ports/security.h"

namespace monitora {

struct ExternalDatabaseParts {
  ExternalDatabaseStore& databases;
  ExternalData& data;
  SecretBox& secrets;
  AuditLog& audit;
  const Clock& clock;
  std::function<void()> on_enabled{};  // one was saved that is: its first question may come
};

// What is not given stays as it is; for the first time, everything but the port, the tables and
// what has a default is needed.
struct ExternalDatabaseChange {
  std::optional<ExternalEngine> engine;
  std::optional<std::string> host, name, user, password, schema_type;
  std::optional<int> port;
  std::optional<std::vector<std::string>> allowed_tables;
  std::optional<std::map<std::string, std::string>> descriptions;
  std::optional<bool> sample_rows;
  std::optional<bool> is_enabled;
};

// Thread-safe. The parts outlive it.
class ExternalDatabases {
 public:
  explicit ExternalDatabases(ExternalDatabaseParts parts) : parts_(parts) {}

  // Nothing where none is configured.
  Result<std::optional<ExternalDatabase>> find(const WorkspaceId& workspace);
  // invalid for wrong fields; `db_password` also when the server or its port changes without it:
  // whoever may name a server must not have a password sent there that they do not know.
  Result<ExternalDatabase> put(const Actor& actor, const WorkspaceId& workspace,
                               const ExternalDatabaseChange& change);
  Status remove(const Actor& actor, const WorkspaceId& workspace);

  struct Tested {
    bool success = false;
    Sentence message;
    ExternalData::Tested found;  // when it succeeded
  };
  // A connection that fails is an outcome, not an error. Kept as last_test_*.
  // not_found `database_not_configured`.
  Result<Tested> test(const WorkspaceId& workspace);
  // not_found `database_not_configured`, and ExternalData's errors.
  Result<std::vector<ExternalTable>> tables(const WorkspaceId& workspace);
  // The same, and conflict `database_disabled`, `no_tables_allowed`.
  Result<ExternalData::Answer> query(const Actor& actor, const WorkspaceId& workspace,
                                     const std::string& sql);
  // For a visitor's question, by a statement of ours or of a model's: nobody is on record as having
  // run it. The same errors.
  Result<ExternalData::Answer> read(const WorkspaceId& workspace, const std::string& sql,
                                    const ExternalParameters& parameters);

  // What a statement is run with. The errors of query() before it asks anything.
  Result<ExternalLogin> enabled_login(const WorkspaceId& workspace);

 private:
  Result<ExternalLogin> login(const WorkspaceId& workspace);

  ExternalDatabaseParts parts_;
};

}  // namespace monitora
