// Many rows, and large values. Microsoft's driver hands a large value's parts on as they come;
// FreeTDS collects them in its own memory, in both directions.
#include <algorithm>

#include "base/text.h"
#include "sql/errors.h"
#include "sql/odbc/batch.h"
#include "sql/odbc/connection.h"
#include "sql/odbc/statement_text.h"
#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

constexpr std::int64_t kMaxBlob = 0x7FFFFFFF;  // VARBINARY(MAX)
constexpr std::size_t kPartBytes = 256 * 1024;
constexpr std::size_t kBatchRows = 100;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;
constexpr int kTrials = 4;  // of each form of a batch; the first prepares

// INSERT INTO [table] ([a],[b]) VALUES (?,?)
std::string insert_text(std::string_view table, std::span<const std::string_view> columns) {
  std::string names, places;
  for (const std::string_view column : columns) {
    names += (names.empty() ? "" : ",") + bracketed(column);
    places += places.empty() ? "?" : ",?";
  }
  return "INSERT INTO " + bracketed(table) + " (" + names + ") VALUES (" + places + ")";
}

}  // namespace

Result<std::int64_t> OdbcConnection::insert_many(
    std::string_view table, std::span<const std::string_view> columns,
    const std::function<Result<bool>(std::span<Param> row)>& next) {
  MONITORA_TRY(ready());
  MONITORA_ASSIGN(const Columns* known, columns_of(std::string(table)));
  std::vector<ParamKind> null_kinds;
  for (const std::string_view column : columns) {
    const auto found = known->find(lower(column));
    null_kinds.push_back(found == known->end() ? ParamKind::text : found->second);
  }
  RowBatch batch(table, columns, std::move(null_kinds));
  std::vector<Param> row(columns.size(), Param(nullptr));
  std::int64_t total = 0;
  for (;;) {
    MONITORA_ASSIGN(const bool more, next(row));
    if (more) batch.add(row);
    if (more && batch.rows() < kBatchRows && batch.bytes() < kBatchBytes) continue;
    if (batch.rows() > 0) MONITORA_TRY(send_batch(batch));
    total += static_cast<std::int64_t>(batch.rows());
    if (!more) return total;
    batch.clear();
  }
}

Status OdbcConnection::send_batch(const RowBatch& batch) {
  // Large statements save round trips; some servers read them slowly. Each size is tried a few
  // times with a full batch, then the one whose best time is better stays: one time says little on
  // a machine that has other work.
  const bool full = batch.rows() == kBatchRows;
  Pace* pace = &paces_[0];
  for (Pace& other : paces_)
    if (pace->tried >= kTrials && (other.tried < kTrials || other.micros < pace->micros))
      pace = &other;
  const auto start = Deadline::SteadyClock::now();
  const std::vector<bool> common = batch.common();
  for (std::size_t at = 0; at < batch.rows();) {
    // Few sizes, so that few statements are prepared.
    std::size_t count = pace->rows;
    while (count > 1 && (count > batch.rows() - at || count * batch.columns() > kMaxParams))
      count = count > 10 ? 10 : 1;
    const RowBatch::Statement insert = batch.statement(at, count, common, driver_);
    std::int64_t stored = 0;
    MONITORA_TRY(run_typed(insert.text, insert.values, insert.kinds, nullptr, stored));
    if (stored != static_cast<std::int64_t>(count))
      return Status::internal("of " + std::to_string(count) + " rows " + std::to_string(stored) +
                              " were stored");
    at += count;
  }
  if (full) {
    const double micros =
        std::chrono::duration<double, std::micro>(Deadline::SteadyClock::now() - start).count();
    pace->micros = pace->tried == 0 ? micros : std::min(pace->micros, micros);
    ++pace->tried;
  }
  return {};
}

Status OdbcConnection::insert_blob(std::string_view table,
                                   std::span<const std::string_view> columns, Params values,
                                   std::string_view blob_column, std::int64_t size,
                                   const BlobPart& part) {
  MONITORA_TRY(ready());
  if (size > kMaxBlob) return value_too_large("blob of " + std::to_string(size) + " bytes");
  std::vector<std::string_view> names(columns.begin(), columns.end());
  names.push_back(blob_column);
  const std::string text = insert_text(table, names);
  MONITORA_ASSIGN(const std::string kinds, kinds_of(text, values));
  const StatementHandle statement(dbc_.get());
  if (!statement) return failed_connection();
  SQLHSTMT handle = statement.get();
  std::u16string wide_text = to_utf16(cast_marks(text, kinds));
  const BoundType type = bound_type(ParamKind::long_bytes, driver_);
  SQLLEN length = SQL_LEN_DATA_AT_EXEC(static_cast<SQLLEN>(size));  // also its name
  if (!SQL_SUCCEEDED(
          ::SQLPrepareW(handle, wide(wide_text), static_cast<SQLINTEGER>(wide_text.size()))) ||
      !SQL_SUCCEEDED(slots_.bind(handle, kinds)) ||
      !SQL_SUCCEEDED(::SQLBindParameter(handle, static_cast<SQLUSMALLINT>(names.size()),
                                        SQL_PARAM_INPUT, type.c_type, type.sql_type, type.size,
                                        type.digits, &length, 0, &length)))
    return failed(handle);
  slots_.set(values, kinds);
  const Deadline deadline = Deadline::current();
  limit(handle, deadline);
  SQLRETURN code = guarded(handle, deadline, [&] {
    const SQLRETURN executed = ::SQLExecute(handle);
    return executed == SQL_NEED_DATA ? slots_.send_long(handle, &length) : executed;
  });
  if (code == SQL_NEED_DATA) {
    Status sent = send_blob(handle, size, part, deadline);
    if (!sent.ok()) {
      ::SQLCancel(handle);  // ends the sending
      if (in_transaction_) ended_by_ = sent;
      return sent;
    }
    SQLPOINTER token = nullptr;
    code = guarded(handle, deadline, [&] { return ::SQLParamData(handle, &token); });
  }
  std::int64_t affected = 0;
  return take_results(handle, code, deadline, nullptr, affected);
}

Status OdbcConnection::send_blob(SQLHSTMT statement, std::int64_t size, const BlobPart& part,
                                 const Deadline& deadline) {
  std::vector<std::uint8_t> buffer(
      std::min<std::size_t>(kPartBytes, static_cast<std::size_t>(size) + 1));
  for (std::int64_t at = 0;;) {
    MONITORA_TRY(check_deadline());
    MONITORA_ASSIGN(const std::size_t count, part(buffer));
    if (count == 0 && at != size) return Status::internal("a blob shorter than announced");
    if (count == 0 && size > 0) return {};
    at += static_cast<std::int64_t>(count);
    if (at > size) return Status::internal("a blob longer than announced");
    const SQLRETURN code = guarded(statement, deadline, [&] {
      return ::SQLPutData(statement, buffer.data(), static_cast<SQLLEN>(count));
    });
    if (!SQL_SUCCEEDED(code)) return failed(statement);
    if (count == 0) return {};  // even an empty value takes one call
  }
}

Status OdbcConnection::read_blob(std::string_view table, std::string_view blob_column,
                                 std::string_view key_column, Param key,
                                 const std::function<Status(BytesView)>& part) {
  MONITORA_TRY(ready());
  const std::string text = "SELECT " + bracketed(blob_column) + " FROM " + bracketed(table) +
                           " WHERE " + bracketed(key_column) + " = ?";
  const Params keys(&key, 1);
  MONITORA_ASSIGN(const std::string kinds, kinds_of(text, keys));
  StatementHandle unprepared;
  SQLHSTMT statement = nullptr;
  tidy_up([&] { statement = statements_->prepare(text, kinds, unprepared); });
  if (statement == nullptr) return unprepared ? failed(unprepared.get()) : failed_connection();
  slots_.set(keys, kinds);
  const Closing closing(*this, statement);
  const Deadline deadline = Deadline::current();
  limit(statement, deadline);
  SQLRETURN code = guarded(statement, deadline, [&] {
    const SQLRETURN executed = ::SQLExecute(statement);
    return SQL_SUCCEEDED(executed) ? ::SQLFetch(statement) : executed;
  });
  if (code == SQL_NO_DATA) return Status::not_found("row_not_found");
  if (!SQL_SUCCEEDED(code)) return failed(statement);
  std::vector<std::uint8_t> buffer(kPartBytes);
  for (;;) {
    SQLLEN left = 0;
    code = guarded(statement, deadline, [&] {
      return ::SQLGetData(statement, 1, SQL_C_BINARY, buffer.data(),
                          static_cast<SQLLEN>(buffer.size()), &left);
    });
    if (code == SQL_NO_DATA || (SQL_SUCCEEDED(code) && left == SQL_NULL_DATA)) return {};
    if (!SQL_SUCCEEDED(code)) return failed(statement);
    MONITORA_TRY(check_deadline());
    const bool last = left != SQL_NO_TOTAL && static_cast<std::size_t>(left) <= buffer.size();
    const std::size_t count = last ? static_cast<std::size_t>(left) : buffer.size();
    if (count > 0) MONITORA_TRY(part(BytesView(buffer.data(), count)));
    if (last) return {};
  }
}

}  // namespace monitora::sql::odbc
