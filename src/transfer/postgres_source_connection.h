// A connection of libpq to the source: one READ ONLY transaction, and what its errors mean to the
// person who migrates. Used by one thread at a time.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::transfer {

struct PostgresSourceOptions;

struct SourceResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using SourceResult = std::unique_ptr<PGresult, SourceResultCloser>;

// The text of a field of a result in text format.
std::string_view field_text(const PGresult* result, int row, int column);

class SourceConnection {
 public:
  // Connects and begins the transaction, in the exported snapshot or, without one, in a snapshot of
  // its own. Whatever the session sets is set for the transaction alone, so that a pooler between
  // does no harm. Errors: unavailable `source_unavailable`, `source_refused`; invalid_argument
  // `source_too_old`.
  static Result<std::unique_ptr<SourceConnection>> open(const PostgresSourceOptions& options,
                                                        std::string_view snapshot = {});
  // Connects only: no transaction, and nothing is set. The same errors.
  static Result<std::unique_ptr<SourceConnection>> connect(const PostgresSourceOptions& options);
  ~SourceConnection();
  SourceConnection(const SourceConnection&) = delete;
  SourceConnection& operator=(const SourceConnection&) = delete;

  PGconn* get() const { return connection_; }
  // One statement or several; the last one's rows, as text.
  Result<SourceResult> query(const std::string& statement);
  // The one value of one row; "" for NULL.
  Result<std::string> value(const std::string& statement);
  // What a SELECT would answer, without running it: names and types are in the result.
  Result<SourceResult> describe(const std::string& select);
  // COPY (select) TO STDOUT (FORMAT binary); each message as it comes, valid during the call. An
  // error from `each` ends the copy and is returned: the connection can be used again only after
  // an ok.
  Status copy_out(const std::string& select, const std::function<Status(std::string_view)>& each);

 private:
  explicit SourceConnection(PGconn* connection) : connection_(connection) {}
  PGconn* connection_;
};

// The error that a result or a connection holds, as the header says.
Status source_error(const PGconn* connection, const PGresult* result, std::string_view doing);

}  // namespace monitora::transfer
