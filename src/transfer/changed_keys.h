// Which rows a log of changes speaks of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/source.h"

namespace monitora::transfer {

// Which transactions a snapshot sees: pg_current_snapshot(), "xmin:xmax:running,running,…".
class SeenTransactions {
 public:
  static std::optional<SeenTransactions> parse(std::string_view text);
  // By the 32 bits that the log has of a transaction's number; of none that is 2^31 away.
  bool sees(std::uint32_t transaction) const;

 private:
  std::uint32_t first_running_ = 0, first_unknown_ = 0;
  std::vector<std::uint32_t> running_;
};

// A table of the source whose rows are followed by their keys.
struct FollowedTable {
  std::string schema, name;
  std::string key;        // a column of type uuid
  std::size_t place = 0;  // in the plan
};

// Fed with a log's messages in their order.
class ChangedKeys {
 public:
  // `tables` outlive it.
  ChangedKeys(std::span<const FollowedTable> tables, SeenTransactions seen);

  // Errors: corrupted `damaged_log`.
  Status add(std::string_view message);

  // Of tables[i]: `all` where it was truncated, or where more rows changed than is worth a list.
  TableChanges take(std::size_t i);
  // No transaction with changes is in the log that the snapshot does not see.
  bool complete() const { return !waiting_; }
  // What the log says up to here is in the snapshot; 0: nothing is.
  std::uint64_t seen_up_to() const { return seen_up_to_; }

 private:
  struct Relation {
    std::size_t table = 0, key = 0;  // places in tables_, and in a tuple
  };
  struct Changed {
    bool all = false;
    std::set<Uuid> keys;
  };
  Status relation(std::uint32_t oid, std::string_view schema, std::string_view name,
                  std::span<const std::string_view> columns);
  Status row(std::uint32_t oid, std::span<const std::optional<std::string_view>> values);

  const std::span<const FollowedTable> tables_;
  const SeenTransactions seen_;
  std::map<std::uint32_t, std::optional<Relation>> relations_;  // none: not followed
  std::vector<Changed> changed_;                                // as tables_
  bool sees_ = false;                                           // the transaction at hand
  bool waiting_ = false;
  std::uint64_t seen_up_to_ = 0;
};

}  // namespace monitora::transfer
