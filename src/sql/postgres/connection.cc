#include <algorithm>
#include <chrono>
#include <utility>

#include "base/deadline.h"
#include "sql/errors.h"
#include "sql/postgres/postgres.h"
#include "sql/postgres/session.h"
#include "sql/quoted.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBlobPart = 256 * 1024;
constexpr std::size_t kCopyPart = 64 * 1024;
constexpr std::size_t kFewRows = 8;  // go as one INSERT: COPY costs two more round trips
constexpr std::int64_t kMostBytesInAField = (std::int64_t{1} << 30) - (1 << 20);
constexpr auto kToRollBack = 2s, kToCommit = 1s, kToAnswer = 2s;

constexpr std::string_view kCopyStart("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);

class PostgresDialect final : public Dialect {
 public:
  Database database() const override { return Database::postgres; }
  std::string_view page_clause() const override { return " LIMIT ? OFFSET ?"; }
  bool limit_first() const override { return true; }
};

std::string list(std::span<const std::string_view> columns) {
  std::string names;
  for (const std::string_view column : columns)
    names += (names.empty() ? "" : ",") + quoted(column);
  return names;
}

std::string copy_text(std::string_view table, std::span<const std::string_view> columns) {
  return "COPY " + quoted(table) + " (" + list(columns) + ") FROM STDIN (FORMAT binary)";
}

std::string insert_text(std::string_view table, std::span<const std::string_view> columns,
                        std::size_t rows) {
  std::string row = "(?";
  for (std::size_t i = 1; i < columns.size(); ++i) row += ",?";
  row += ")";
  std::string text = "INSERT INTO " + quoted(table) + " (" + list(columns) + ") VALUES " + row;
  for (std::size_t i = 1; i < rows; ++i) text += "," + row;
  return text;
}

Status not_copied(std::string_view table) {
  return Status::internal("a value without a binary form for " + std::string(table));
}

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(std::unique_ptr<Link> link, Mode mode)
      : session_(std::move(link)), mode_(mode) {}

  const Dialect& dialect() const override {
    static const PostgresDialect dialect;
    return dialect;
  }

  Result<std::int64_t> execute(std::string_view statement, Params params) override;
  Status query(std::string_view statement, Params params,
               const std::function<Status(const Row&)>& each) override;
  Status post(std::string_view statement, Params params) override;
  Status run_script(std::string_view script) override;
  Status begin(Mode mode) override;
  Status commit() override;
  void rollback() override;
  bool in_transaction() const override { return session_.in_transaction(); }
  bool is_broken() const override { return session_.is_broken(); }
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

 private:
  Status ready() const;
  Status send(std::string_view statement, Params params);
  Status finished(Status status);
  Result<std::vector<Oid>> column_types(std::string_view table,
                                        std::span<const std::string_view> columns);
  Result<std::int64_t> insert_few(std::string_view table, std::span<const std::string_view> columns,
                                  std::size_t rows);

  Session session_;
  Mode mode_;
  bool reading_ = false;         // in a transaction that may not write
  bool inside_a_query_ = false;  // its rows are still coming
  Encoded encoded_;
};

Status PostgresConnection::ready() const {
  if (inside_a_query_) return Status::internal("a statement inside the rows of another");
  return check_deadline();
}

Status PostgresConnection::send(std::string_view statement, Params params) {
  MONITORA_TRY(ready());
  MONITORA_ASSIGN(const Prepared* prepared, session_.prepare(statement));
  if (prepared->parameters.size() != params.size())
    return Status::internal("wrong number of parameters for: " + std::string(statement));
  encoded_.clear();
  for (std::size_t i = 0; i < params.size(); ++i)
    MONITORA_TRY(encoded_.add(params[i], prepared->parameters[i]));
  return session_.send(*prepared, encoded_);
}

// A server that refuses writes is no longer the primary: the next connection looks for the new one.
Status PostgresConnection::finished(Status status) {
  if (status.key() == "database_read_only" && mode_ == Mode::write && !reading_ && !is_broken())
    (void)session_.link().lost("read-only");
  return status;
}

Result<std::int64_t> PostgresConnection::execute(std::string_view statement, Params params) {
  MONITORA_TRY(finished(send(statement, params)));
  std::int64_t rows = 0;
  MONITORA_TRY(finished(session_.settle(statement, [&](const PGresult* result) {
    rows = affected_rows(result);
    return Status();
  })));
  return rows;
}

Status PostgresConnection::query(std::string_view statement, Params params,
                                 const std::function<Status(const Row&)>& each) {
  MONITORA_TRY(finished(send(statement, params)));
  struct Inside {
    bool& flag;
    explicit Inside(bool& is) : flag(is) { flag = true; }
    ~Inside() { flag = false; }
  } const inside(inside_a_query_);
  return finished(session_.settle(statement, [&](const PGresult* result) {
    return PQresultStatus(result) == PGRES_SINGLE_TUPLE ? each(PostgresRow(result)) : Status();
  }));
}

Status PostgresConnection::post(std::string_view statement, Params params) {
  if (!in_transaction()) return execute(statement, params).status();
  return finished(send(statement, params));
}

Status PostgresConnection::run_script(std::string_view script) {
  MONITORA_TRY(ready());
  return finished(session_.run_simple(script));
}

Status PostgresConnection::begin(Mode mode) {
  MONITORA_TRY(ready());
  if (is_broken()) return database_unavailable("the connection is closed");
  if (in_transaction()) return Status::internal("a transaction inside another");
  reading_ = mode == Mode::read;
  session_.begin_with_next(reading_ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
  return {};
}

Status PostgresConnection::commit() {
  MONITORA_TRY(ready());
  if (session_.begin_is_pending()) {
    session_.forget_begin();
    return {};
  }
  if (is_broken()) return database_unavailable("the connection is closed");
  // Begun, it is waited for: given up, nobody would know whether it happened.
  const Deadline& wanted = Deadline::current();
  const ScopedDeadline at_least(Deadline::in(
      std::max<Deadline::SteadyClock::duration>(kToCommit, wanted.left(std::chrono::minutes(10)))));
  std::string tag;
  MONITORA_TRY(session_.send("COMMIT"));
  Status status = session_.settle("COMMIT", [&](const PGresult* result) {
    tag = PQcmdStatus(const_cast<PGresult*>(result));
    return Status();
  });
  if (status.code() == Code::deadline_exceeded && is_broken())
    status = database_unavailable("no answer to COMMIT");
  MONITORA_TRY(status);
  return tag == "COMMIT" ? Status() : Status::internal("a commit of a failed transaction");
}

void PostgresConnection::rollback() {
  if (session_.begin_is_pending()) session_.forget_begin();
  if (!in_transaction()) return;
  const ScopedDeadline own(Deadline::in(kToRollBack));
  (void)session_.settle("before ROLLBACK");  // what was posted may fail, and ROLLBACK with it
  if (is_broken()) return;
  if (!session_.send("ROLLBACK").ok() || !session_.settle("ROLLBACK").ok())
    if (!is_broken()) (void)session_.link().lost("ROLLBACK");
}

bool PostgresConnection::is_alive(bool ask) {
  if (is_broken() || !session_.link().looks_open()) return false;
  if (!ask) return true;
  const ScopedDeadline own(Deadline::in(Deadline::current().left(kToAnswer)));
  return session_.settle("asking whether it is there").ok();
}

Result<std::vector<Oid>> PostgresConnection::column_types(
    std::string_view table, std::span<const std::string_view> columns) {
  const std::string text = "SELECT " + list(columns) + " FROM " + quoted(table) + " WHERE FALSE";
  MONITORA_ASSIGN(const Prepared* prepared, session_.prepare(text));
  return prepared->columns;
}

// The rows in `encoded_` as one statement.
Result<std::int64_t> PostgresConnection::insert_few(std::string_view table,
                                                    std::span<const std::string_view> columns,
                                                    std::size_t rows) {
  if (rows == 0) return std::int64_t{0};
  const std::string text = insert_text(table, columns, rows);
  MONITORA_ASSIGN(const Prepared* prepared, session_.prepare(text));
  MONITORA_TRY(session_.send(*prepared, encoded_));
  std::int64_t count = 0;
  MONITORA_TRY(finished(session_.settle(text, [&](const PGresult* result) {
    count = affected_rows(result);
    return Status();
  })));
  return count;
}

Result<std::int64_t> PostgresConnection::insert_many(
    std::string_view table, std::span<const std::string_view> columns,
    const std::function<Result<bool>(std::span<Param> row)>& next) {
  MONITORA_TRY(ready());
  MONITORA_ASSIGN(const std::vector<Oid> types, column_types(table, columns));
  std::vector<Param> row(columns.size(), Param(nullptr));
  encoded_.clear();
  std::size_t held = 0;
  const auto read = [&]() -> Result<bool> {
    MONITORA_ASSIGN(const bool more, next(row));
    if (!more) return false;
    for (std::size_t i = 0; i < row.size(); ++i) MONITORA_TRY(encoded_.add(row[i], types[i]));
    ++held;
    return true;
  };
  bool more = true;
  while (more && held <= kFewRows) {
    MONITORA_ASSIGN(more, read());
  }
  if (!more) return insert_few(table, columns, held);

  std::int64_t sent = 0;
  MONITORA_ASSIGN(
      const std::int64_t arrived,
      session_.copy_in(copy_text(table, columns), [&](const Session::Put& put) -> Status {
        std::string part(kCopyStart);
        for (;;) {
          for (std::size_t i = 0; i < held; ++i)
            if (!encoded_.copy_row(i * row.size(), row.size(), part)) return not_copied(table);
          sent += static_cast<std::int64_t>(std::exchange(held, 0));
          encoded_.clear();
          if (part.size() >= kCopyPart) {
            MONITORA_TRY(check_deadline());
            MONITORA_TRY(put(part));
            part.clear();
          }
          MONITORA_ASSIGN(const bool another, read());
          if (!another) break;
        }
        append_int16(part, -1);
        return put(part);
      }));
  if (arrived != sent)
    return Status::internal("sent " + std::to_string(sent) + " rows, arrived " +
                            std::to_string(arrived));
  return arrived;
}

Status PostgresConnection::insert_blob(std::string_view table,
                                       std::span<const std::string_view> columns, Params values,
                                       std::string_view blob_column, std::int64_t size,
                                       const BlobPart& part) {
  MONITORA_TRY(ready());
  if (size > kMostBytesInAField)
    return value_too_large("blob of " + std::to_string(size) + " bytes");
  std::vector<std::string_view> all(columns.begin(), columns.end());
  all.push_back(blob_column);
  MONITORA_ASSIGN(const std::vector<Oid> types, column_types(table, all));
  encoded_.clear();
  for (std::size_t i = 0; i < values.size(); ++i) MONITORA_TRY(encoded_.add(values[i], types[i]));
  MONITORA_ASSIGN(const std::int64_t arrived,
                  session_.copy_in(copy_text(table, all), [&](const Session::Put& put) -> Status {
                    std::string row;
                    if (!encoded_.copy_row(0, values.size(), row)) return not_copied(table);
                    std::string head(kCopyStart);
                    append_int16(head, static_cast<std::int16_t>(all.size()));
                    head += row.substr(2);  // its own count of fields
                    append_int32(head, static_cast<std::int32_t>(size));
                    MONITORA_TRY(put(head));
                    std::vector<std::uint8_t> buffer(
                        std::min<std::size_t>(kBlobPart, static_cast<std::size_t>(size) + 1));
                    std::int64_t at = 0;
                    for (;;) {
                      MONITORA_TRY(check_deadline());
                      MONITORA_ASSIGN(const std::size_t count, part(buffer));
                      if (count == 0) break;
                      at += static_cast<std::int64_t>(count);
                      if (at > size) return Status::internal("a blob longer than announced");
                      MONITORA_TRY(put({reinterpret_cast<const char*>(buffer.data()), count}));
                    }
                    if (at != size) return Status::internal("a blob shorter than announced");
                    std::string end;
                    append_int16(end, -1);
                    return put(end);
                  }));
  return arrived == 1 ? Status() : Status::internal("the row of a blob did not arrive");
}

// The column is stored uncompressed (STORAGE EXTERNAL), so that a part costs what the part is.
Status PostgresConnection::read_blob(std::string_view table, std::string_view blob_column,
                                     std::string_view key_column, Param key,
                                     const std::function<Status(BytesView)>& part) {
  if (!in_transaction()) {  // the parts are of one moment
    MONITORA_TRY(begin(Mode::read));
    const Status read = read_blob(table, blob_column, key_column, key, part);
    if (read.ok()) return commit();
    rollback();
    return read;
  }
  const std::string column = quoted(blob_column);
  const std::string text = "SELECT OCTET_LENGTH(" + column + "), SUBSTRING(" + column +
                           " FROM ? FOR ?) FROM " + quoted(table) + " WHERE " + quoted(key_column) +
                           " = ?";
  std::int64_t size = -1;
  for (std::int64_t at = 0; size < 0 || at < size; at += static_cast<std::int64_t>(kBlobPart)) {
    const Param params[] = {p(at + 1), p(static_cast<std::int64_t>(kBlobPart)), key};
    bool found = false;
    MONITORA_TRY(query(text, params, [&](const Row& row) {
      found = true;
      size = row.integer(0);
      return size > 0 ? part(row.bytes(1)) : Status();
    }));
    if (!found) return Status::not_found("row_not_found");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> open_postgres(const PostgresOptions& options,
                                                  Connection::Mode mode) {
  const bool elsewhere = mode == Connection::Mode::read && !options.read_uri.empty();
  MONITORA_ASSIGN(std::unique_ptr<Link> link,
                  Link::open(elsewhere ? options.read_uri : options.uri, options.password));
  return std::unique_ptr<Connection>(std::make_unique<PostgresConnection>(std::move(link), mode));
}

std::unique_ptr<Pool> make_postgres_pool(const PostgresOptions& options) {
  Pool::Options pool;
  pool.database = Database::postgres;
  pool.writers = options.connections;
  pool.readers = options.read_uri.empty() ? 0 : options.read_connections;
  pool.readers_lag = true;
  return std::make_unique<Pool>(
      [options](Connection::Mode mode) { return open_postgres(options, mode); }, pool);
}

}  // namespace monitora::sql
