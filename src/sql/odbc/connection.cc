#include "sql/odbc/connection.h"

#include <algorithm>

#include "base/text.h"
#include "sql/errors.h"
#include "sql/odbc/diagnostics.h"
#include "sql/odbc/script.h"
#include "sql/odbc/statement_text.h"
#include "sql/odbc/utf16.h"
#include "sql/odbc/watchdog.h"

namespace monitora::sql::odbc {
namespace {

using namespace std::chrono_literals;

// A commit or a rollback that was sent is waited for, at least so long: half-way is not an option.
constexpr auto kEndOfTransaction = 10s;
constexpr auto kAsk = 2s;

// SET LANGUAGE: constraint names are read from the messages, and dates from their texts.
// LOCK_TIMEOUT: work without a deadline must not wait for ever. XACT_ABORT: a transaction that had
// an error is over, as it is on PostgreSQL, and a cancelled statement leaves no locks behind.
constexpr char kSession[] =
    "SET LANGUAGE us_english; SET DATEFORMAT ymd; SET ANSI_NULLS ON; SET ANSI_PADDING ON; "
    "SET ANSI_WARNINGS ON; SET CONCAT_NULL_YIELDS_NULL ON; SET QUOTED_IDENTIFIER ON; "
    "SET ARITHABORT ON; SET NUMERIC_ROUNDABORT OFF; SET IMPLICIT_TRANSACTIONS OFF; "
    "SET XACT_ABORT ON; SET LOCK_TIMEOUT 10000; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
    "SET NOCOUNT OFF; "
    "SELECT CAST(snapshot_isolation_state AS INT) FROM sys.databases WHERE name = DB_NAME()";

class SqlServerDialect final : public Dialect {
 public:
  Database database() const override { return Database::sqlserver; }
  std::string_view page_clause() const override { return " OFFSET ? ROWS FETCH NEXT ? ROWS ONLY"; }
  bool limit_first() const override { return false; }
};

// `least` from now, or later when the work has longer.
Deadline at_least(std::chrono::seconds least) {
  const auto left = Deadline::current().left(std::chrono::hours(24));
  return Deadline::in(std::max<std::chrono::milliseconds>(least, left));
}

}  // namespace

OdbcConnection::OdbcConnection(Handle<SQL_HANDLE_DBC> dbc, DriverKind driver, Socket socket)
    : dbc_(std::move(dbc)),
      driver_(driver),
      socket_(socket),
      slots_(driver),
      statements_(std::make_unique<StatementCache>(dbc_.get(), slots_)) {
  socket_.keep_alive();
}

OdbcConnection::~OdbcConnection() {
  tidy_up([this] {
    statements_.reset();
    ::SQLDisconnect(dbc_.get());
  });
}

const Dialect& OdbcConnection::dialect() const {
  static const SqlServerDialect dialect;
  return dialect;
}

void OdbcConnection::limit(SQLHSTMT statement, const Deadline& deadline) {
  if (driver_ != DriverKind::microsoft) return;
  std::int64_t seconds = 0;  // none
  if (deadline.at() != Deadline::SteadyClock::time_point::max())
    seconds =
        std::max<std::int64_t>(1, (deadline.left(std::chrono::hours(24)).count() + 999) / 1000);
  ::SQLSetStmtAttrW(statement, SQL_ATTR_QUERY_TIMEOUT, reinterpret_cast<SQLPOINTER>(seconds),
                    SQL_IS_UINTEGER);
}

Status OdbcConnection::ready() {
  if (broken_) return database_unavailable("the connection is broken");
  if (ended_by_) return *ended_by_;
  return check_deadline();
}

Status OdbcConnection::failed(SQLHSTMT statement) {
  const std::vector<Diagnostic> diagnostics = diagnostics_of(SQL_HANDLE_STMT, statement);
  Status status = status_of(diagnostics, broken_);
  if (received_too_much_) {
    // What is still coming makes this connection of no use.
    fired_ = received_too_much_ = false;
    broken_ = true;
    status = answer_too_large();
  } else if (fired_) {
    fired_ = false;
    Status late = check_deadline();
    status = (late.ok() ? statement_timed_out() : late).with_detail(status.detail());
    // The server answered to the cancel, or the line is in an unknown state.
    const bool answered = std::any_of(diagnostics.begin(), diagnostics.end(), [](const auto& d) {
      return d.state == "HY008" || d.state == "S1008" || d.state == "HYT00";
    });
    if (!answered || socket_.is_closed()) broken_ = true;
  }
  if (in_transaction_) ended_by_ = status;
  return status;
}

Status OdbcConnection::failed_connection() {
  const std::vector<Diagnostic> diagnostics = diagnostics_of(SQL_HANDLE_DBC, dbc_.get());
  broken_ = true;
  Status status = status_of(diagnostics, broken_);
  return status.code() == Code::internal ? database_unavailable(status.detail()) : status;
}

Status OdbcConnection::take_results(SQLHSTMT statement, SQLRETURN code, const Deadline& deadline,
                                    const Each* each, std::int64_t& affected) {
  while (code != SQL_NO_DATA) {
    if (!SQL_SUCCEEDED(code)) return failed(statement);
    if (!SQL_SUCCEEDED(row_.describe(statement))) return failed(statement);
    if (row_.has_columns() && each != nullptr) {
      while ((code = guarded(statement, deadline, [&] {
                SQLRETURN fetched = ::SQLFetch(statement);
                return SQL_SUCCEEDED(fetched) ? row_.read(statement) : fetched;
              })) != SQL_NO_DATA) {
        if (!SQL_SUCCEEDED(code)) return failed(statement);
        MONITORA_TRY((*each)(row_));
        if (fired_) return failed(statement);
      }
      each = nullptr;
    } else if (!row_.has_columns()) {
      SQLLEN count = -1;
      ::SQLRowCount(statement, &count);
      if (count >= 0) affected = count;
    }
    code = guarded(statement, deadline, [&] { return ::SQLMoreResults(statement); });
  }
  fired_ = received_too_much_ = false;  // too late to stop anything
  return {};
}

Result<const OdbcConnection::Columns*> OdbcConnection::columns_of(const std::string& table) {
  if (const auto known = tables_.find(table); known != tables_.end()) return &known->second;
  Columns columns;
  MONITORA_TRY(sql::Connection::query(
      "SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = ?",
      {p(std::string_view(table).substr(table.rfind('.') + 1))}, [&](const Row& row) {
        columns[lower(row.text(0))] = kind_of_column(row.text(1));
        return Status();
      }));
  return &tables_.emplace(table, std::move(columns)).first->second;
}

Result<std::string> OdbcConnection::kinds_of(std::string_view text, Params params) {
  std::string kinds = statements_->kinds(text, params);
  constexpr char kNull = static_cast<char>(ParamKind::null);
  if (kinds.find(kNull) == kinds.npos) return kinds;
  const Targets targets = targets_of(text);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != kNull) continue;
    kinds[i] = static_cast<char>(ParamKind::text);
    if (i >= targets.columns.size() || targets.columns[i].empty()) continue;
    for (const std::string& table : targets.tables) {
      MONITORA_ASSIGN(const Columns* columns, columns_of(table));
      const auto found = columns->find(targets.columns[i]);
      if (found == columns->end()) continue;
      kinds[i] = static_cast<char>(found->second);
      break;
    }
  }
  statements_->remember(text, kinds);
  return kinds;
}

Status OdbcConnection::run_prepared(std::string_view text, Params params, const Each* each,
                                    std::int64_t& affected) {
  MONITORA_TRY(ready());
  if (params.size() > kMaxParams) return Status::internal("more than 2,100 parameters");
  MONITORA_ASSIGN(const std::string kinds, kinds_of(text, params));
  return run_typed(text, params, kinds, each, affected);
}

Status OdbcConnection::run_typed(std::string_view text, Params params, std::string_view kinds,
                                 const Each* each, std::int64_t& affected) {
  MONITORA_TRY(ready());
  StatementHandle unprepared;
  SQLHSTMT statement = nullptr;
  // One that was not used for long may have to go for it.
  tidy_up([&] { statement = statements_->prepare(text, kinds, unprepared); });
  if (statement == nullptr) return unprepared ? failed(unprepared.get()) : failed_connection();
  slots_.set(params, kinds);
  const Status status = run_bound(statement, each, affected);
  // With FreeTDS, a statement whose first run failed never runs again.
  if (!status.ok()) tidy_up([&] { statements_->forget(statement); });
  return status;
}

Status OdbcConnection::run_bound(SQLHSTMT statement, const Each* each, std::int64_t& affected) {
  const Deadline deadline = Deadline::current();
  const Closing closing(*this, statement);
  limit(statement, deadline);
  SQLRETURN code = guarded(statement, deadline, [&] {
    const SQLRETURN executed = ::SQLExecute(statement);
    return executed == SQL_NEED_DATA ? slots_.send_long(statement) : executed;
  });
  affected = 0;
  // SQL_NO_DATA: a statement that changed no row; more results may follow.
  if (code == SQL_NO_DATA)
    code = guarded(statement, deadline, [&] { return ::SQLMoreResults(statement); });
  return take_results(statement, code, deadline, each, affected);
}

Status OdbcConnection::run_direct(std::string_view text, const Deadline& deadline,
                                  const Each* each) {
  const StatementHandle statement(dbc_.get());
  if (!statement) return failed_connection();
  std::u16string wide_text = to_utf16(text);
  limit(statement.get(), deadline);
  SQLRETURN code = guarded(statement.get(), deadline, [&] {
    return ::SQLExecDirectW(statement.get(), wide(wide_text),
                            static_cast<SQLINTEGER>(wide_text.size()));
  });
  const Closing closing(*this, statement.get());
  if (code == SQL_NO_DATA)
    code = guarded(statement.get(), deadline, [&] { return ::SQLMoreResults(statement.get()); });
  std::int64_t affected = 0;
  return take_results(statement.get(), code, deadline, each, affected);
}

void OdbcConnection::limit_received(std::uint64_t bytes) {
  most_received_ = socket_.received() + bytes;
}

Status OdbcConnection::prepare_session() {
  const Each take = [&](const Row& row) {
    snapshots_ = row.integer(0) == 1;
    return Status();
  };
  return run_direct(kSession, Deadline::current(), &take);
}

Result<std::int64_t> OdbcConnection::execute(std::string_view statement, Params params) {
  std::int64_t affected = 0;
  MONITORA_TRY(run_prepared(statement, params, nullptr, affected));
  return affected;
}

Status OdbcConnection::query(std::string_view statement, Params params, const Each& each) {
  std::int64_t affected = 0;
  return run_prepared(statement, params, &each, affected);
}

Status OdbcConnection::run_script(std::string_view script) {
  MONITORA_ASSIGN(const std::vector<std::string_view> batches, split_batches(script));
  for (const std::string_view batch : batches) {
    MONITORA_TRY(ready());
    MONITORA_TRY(run_direct(batch, Deadline::current()));
  }
  return {};
}

Status OdbcConnection::begin(Mode mode) {
  MONITORA_TRY(ready());
  const bool snapshot = mode == Mode::read && snapshots_;
  const Status begun =
      run_direct(snapshot ? "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION"
                          : "BEGIN TRANSACTION",
                 Deadline::current());
  if (!begun.ok()) {
    // Given up, it may have been done all the same: in that transaction, a later one would be
    // nested, and its commit would store nothing.
    broken_ = true;
    return begun;
  }
  in_snapshot_ = snapshot;
  in_transaction_ = true;
  return {};
}

Status OdbcConnection::commit() {
  MONITORA_TRY(ready());
  MONITORA_TRY(run_direct(in_snapshot_
                              ? "COMMIT TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
                              : "COMMIT TRANSACTION",
                          at_least(kEndOfTransaction)));
  in_transaction_ = in_snapshot_ = false;
  return {};
}

void OdbcConnection::rollback() {
  if (!in_transaction_) return;
  in_transaction_ = in_snapshot_ = false;
  ended_by_.reset();
  if (broken_) return;
  const Status status = run_direct(
      "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
      at_least(kEndOfTransaction));
  if (!status.ok()) broken_ = true;
}

bool OdbcConnection::is_alive(bool ask) {
  if (!broken_ && socket_.is_closed()) broken_ = true;
  if (!broken_ && ask && !run_direct("SELECT 1", Deadline::in(kAsk)).ok()) broken_ = true;
  return !broken_;
}

}  // namespace monitora::sql::odbc
