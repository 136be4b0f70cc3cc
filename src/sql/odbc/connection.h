// A connection to SQL Server. Used by this directory only; see sqlserver.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "sql/connection.h"
#include "sql/odbc/batch.h"
#include "sql/odbc/drivers.h"
#include "sql/odbc/handle.h"
#include "sql/odbc/parameters.h"
#include "sql/odbc/row.h"
#include "sql/odbc/socket.h"
#include "sql/odbc/statement_cache.h"
#include "sql/odbc/watchdog.h"

namespace monitora::sql::odbc {

class OdbcConnection final : public Connection {
 public:
  // Takes over an open connection.
  OdbcConnection(Handle<SQL_HANDLE_DBC> dbc, DriverKind driver, Socket socket);
  ~OdbcConnection() override;

  // Sets the session up; once, before anything else.
  Status prepare_session();

  const Dialect& dialect() const override;
  Result<std::int64_t> execute(std::string_view statement, Params params) override;
  Status query(std::string_view statement, Params params,
               const std::function<Status(const Row&)>& each) override;
  Status run_script(std::string_view script) override;
  Status begin(Mode mode) override;
  Status commit() override;
  void rollback() override;
  bool in_transaction() const override { return in_transaction_; }
  bool is_broken() const override { return broken_; }
  bool is_alive(bool ask) override;
  Result<std::int64_t> insert_many(
      std::string_view table, std::span<const std::string_view> columns,
      const std::function<Result<bool>(std::span<Param> row)>& next) override;
  Status insert_blob(std::string_view table, std::span<const std::string_view> columns,
                     Params values, std::string_view blob_column, std::int64_t size,
                     const BlobPart& part) override;
  Status read_blob(std::string_view table, std::string_view blob_column,
                   std::string_view key_column, Param key,
                   const std::function<Status(BytesView)>& part) override;

  // See sqlserver.h.
  void limit_received(std::uint64_t bytes);

 private:
  using Each = std::function<Status(const Row&)>;

  // A driver's call that may wait for the server, ended at `deadline`.
  template <class Call>
  SQLRETURN guarded(SQLHSTMT statement, const Deadline& deadline, Call call);

  // What is not waited for at the end of a statement, though it may have to be: the driver tells
  // the server, and reads what that still sends.
  template <class Call>
  void tidy_up(Call call);

  // Ends what is left of a statement's results, so that it can be executed again.
  class Closing {
   public:
    Closing(OdbcConnection& connection, SQLHSTMT statement)
        : connection_(connection), statement_(statement) {}
    ~Closing() {
      connection_.tidy_up([this] { ::SQLFreeStmt(statement_, SQL_CLOSE); });
    }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

   private:
    OdbcConnection& connection_;
    SQLHSTMT statement_;
  };

  // Microsoft's driver's own timeout, in whole seconds; see watchdog.h.
  void limit(SQLHSTMT statement, const Deadline& deadline);

  // Whether anything may be sent at all.
  Status ready();
  // The error of a call that failed.
  Status failed(SQLHSTMT statement);
  Status failed_connection();
  // Every result of what was executed with `code`: rows to `each` (of the first result that has
  // columns; null: to nobody), the last count to `affected`.
  Status take_results(SQLHSTMT statement, SQLRETURN code, const Deadline& deadline,
                      const Each* each, std::int64_t& affected);
  Status run_prepared(std::string_view text, Params params, const Each* each,
                      std::int64_t& affected);
  // A text without parameters, not kept.
  Status run_direct(std::string_view text, const Deadline& deadline, const Each* each = nullptr);

  // The same, in kinds that are known.
  Status run_typed(std::string_view text, Params params, std::string_view kinds, const Each* each,
                   std::int64_t& affected);

  // Runs what is prepared and bound.
  Status run_bound(SQLHSTMT statement, const Each* each, std::int64_t& affected);

  // Stores the batch's rows.
  Status send_batch(const RowBatch& batch);
  // The parts of a blob whose turn it is.
  Status send_blob(SQLHSTMT statement, std::int64_t size, const BlobPart& part,
                   const Deadline& deadline);

  // The kinds to send `params` in; a NULL in that of the column it is for.
  Result<std::string> kinds_of(std::string_view text, Params params);
  // What NULLs of a table's columns are sent as, by name in lower case; asked once. Empty for what
  // is no table.
  using Columns = std::map<std::string, ParamKind, std::less<>>;
  Result<const Columns*> columns_of(const std::string& table);

  Handle<SQL_HANDLE_DBC> dbc_;
  DriverKind driver_;
  Socket socket_;
  ParamSlots slots_;
  std::unique_ptr<StatementCache> statements_;
  OdbcRow row_;
  std::map<std::string, Columns> tables_;
  bool broken_ = false;
  bool fired_ = false;               // the call before was ended
  std::uint64_t most_received_ = 0;  // 0: no limit
  bool received_too_much_ = false;
  bool in_transaction_ = false;
  bool snapshots_ = false;    // the database allows snapshot isolation
  bool in_snapshot_ = false;  // the session is set to it
  // How long a full batch took with so many rows a statement.
  struct Pace {
    std::size_t rows;
    int tried = 0;
    double micros = 0;
  };
  Pace paces_[2] = {{50}, {10}};
  std::optional<Status> ended_by_;  // the error that ended the transaction
};

template <class Call>
SQLRETURN OdbcConnection::guarded(SQLHSTMT statement, const Deadline& deadline, Call call) {
  const WatchedCall watched(deadline, driver_ == DriverKind::freetds ? statement : nullptr, socket_,
                            most_received_);
  const SQLRETURN code = call();
  // A driver whose call failed may have closed the socket, which then counts nothing.
  if (watched.received_too_much() || (most_received_ > 0 && socket_.received() > most_received_))
    fired_ = received_too_much_ = true;
  if (watched.fired()) fired_ = true;
  return code;
}

template <class Call>
void OdbcConnection::tidy_up(Call call) {
  if (broken_) socket_.shut_down();  // nobody waits for a polite end on a line that is dead
  const WatchedCall watched(Deadline::in(std::chrono::seconds(2)), nullptr, socket_);
  call();
  if (watched.fired()) broken_ = true;
}

}  // namespace monitora::sql::odbc
