// Where rows come from: a live PostgreSQL in one snapshot (postgres_source.h) or a folder of
// exported files (export_files.h). Rows arrive converted, as the target stores them.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "sql/connection.h"
#include "transfer/plan.h"

namespace monitora::transfer {

// A part of a table: keys in [from, to) of its first key column; nothing means no bound. Tables
// whose key is no UUID are one range.
struct KeyRange {
  std::optional<Uuid> from;
  std::optional<Uuid> to;
  std::int64_t rows = 0;
};

// What to read of a table.
struct Selection {
  KeyRange range;
  // Only rows that were written since (Source::watermark() of an earlier snapshot). Empty: all.
  std::string changed_since;
  // Only the rows with these keys, of a table whose key is one UUID. Empty: all. Outlive the call.
  std::span<const Uuid> keys = {};
};

// What has changed in a table since the target was as the source.
struct TableChanges {
  bool all = true;  // nobody knows: both sides are compared
  std::vector<Uuid> keys = {};
};

using Row = std::span<const sql::Param>;  // in the order of the target's columns
// Views are valid until the next call.
using EachRow = std::function<Status(Row)>;

// Used by one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  // Errors: invalid_argument `row_refused` for a value that the target cannot hold (table, key,
  // column and rule in the sentence); unavailable `source_unavailable`, `source_locked`; corrupted
  // `damaged_export`.
  virtual Status read(const TablePlan& table, const Selection& selection, const EachRow& each) = 0;
  // Key columns only.
  virtual Status read_keys(const TablePlan& table, const KeyRange& range, const EachRow& each) = 0;
};

// Thread-safe. Readers may not outlive it.
class Source {
 public:
  virtual ~Source() = default;
  virtual const Plan& plan() const = 0;
  // Which database or export this is, so that a resumed run is never continued with another.
  virtual std::string identity() const = 0;
  // What changed_since takes, for this snapshot. Empty for a source that cannot tell what changed:
  // an export, whose rows never do.
  virtual std::string watermark() const = 0;
  // The table cut into ranges of about `bytes` each, in order, without gaps.
  virtual Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t bytes) = 0;
  virtual Result<std::unique_ptr<Reader>> reader() = 0;
};

}  // namespace monitora::transfer
