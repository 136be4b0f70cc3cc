// One message of PostgreSQL's logical replication, plugin pgoutput, protocol version 1
// (PostgreSQL's documentation, "Logical Replication Message Formats"), as far as it says which rows
// changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace monitora::transfer {

// Views into the message.
struct PgoutputMessage {
  enum class Kind { begin, commit, relation, change, truncate, other };
  // A value as text; nothing for NULL and for what the server did not send, since it is unchanged.
  using Tuple = std::vector<std::optional<std::string_view>>;

  Kind kind = Kind::other;
  std::uint32_t transaction = 0;         // begin
  std::uint64_t end = 0;                 // commit: the place in the log behind the transaction
  std::vector<std::uint32_t> relations;  // oids: of truncate any number, else one
  std::string_view schema, name;         // relation
  std::vector<std::string_view> columns;
  // change: the row before, where its key changed or it is gone or its table tells always, and the
  // row now; empty where there is none. Before, values outside of the replica identity are nothing.
  Tuple before, now;
};

// Errors: corrupted `damaged_log`, for bytes that are not such a message.
Result<PgoutputMessage> parse_pgoutput(std::string_view message);

}  // namespace monitora::transfer
