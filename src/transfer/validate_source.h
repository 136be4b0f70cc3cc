// The validator's own reading of the source: one connection, one repeatable-read READ ONLY snapshot
// in UTC, texts in UTF-8. Used by one thread at a time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "transfer/compare_row.h"
#include "transfer/expectation.h"
#include "transfer/postgres_source.h"

struct pg_conn;

namespace monitora::transfer {

// Nothing: NULL. Valid until the next call.
using Field = std::optional<std::string_view>;
using EachFields = std::function<Status(std::span<const Field>)>;

class ValidateSource {
 public:
  // Errors: unavailable `source_unavailable`.
  static Result<std::unique_ptr<ValidateSource>> open(const PostgresSourceOptions& options);
  ~ValidateSource();
  ValidateSource(const ValidateSource&) = delete;
  ValidateSource& operator=(const ValidateSource&) = delete;

  // invalid_argument `not_a_source` when there is no table of MONITORA in it.
  const SourceTables& tables() const { return tables_; }
  // The rows of a SELECT, its columns as the server writes them (text) or in binary (bytea,
  // vectors). Ends with `cancelled` when `stop` is set by another thread.
  Status read(const std::string& select, const EachFields& each,
              const std::atomic<bool>* stop = nullptr);
  Result<std::int64_t> count(const std::string& select);

 private:
  explicit ValidateSource(pg_conn* connection) : connection_(connection) {}
  Status run(const std::string& statement);
  Status look_around(const std::string& schema);
  Status failed(const std::string& doing) const;

  pg_conn* connection_;
  SourceTables tables_;
  std::vector<Field> fields_;
};

// One row of a source, brought to canonical bytes. `zero_is_positive`: −0 becomes 0, as SQLite
// stores it.
class SourceRows {
 public:
  SourceRows(const ExpectedTable& table, bool zero_is_positive)
      : table_(table), zero_is_positive_(zero_is_positive) {}
  const CanonicalRow& row(std::span<const Field> fields);
  // Of key columns alone.
  const CanonicalRow& key(std::span<const Field> fields);
  std::int64_t negative_zeros() const { return negative_zeros_; }  // made positive so far

 private:
  void add(std::size_t column, const Field& field);
  void add_value(Kind kind, std::string_view text);
  void add_vector(Form form, std::string_view bytes);

  const ExpectedTable& table_;
  bool zero_is_positive_;
  std::int64_t negative_zeros_ = 0;
  CanonicalRow row_;
  std::string vector_;
};

// A JSON text without what does not count in it; nothing when it is none.
std::optional<std::string> plain_json(std::string_view text);

}  // namespace monitora::transfer
