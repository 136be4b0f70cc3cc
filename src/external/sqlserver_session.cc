// SQL Server, on the program's own ODBC driver (sql/odbc): deadlines and cancelling are there.
#include "base/deadline.h"
#include "external/errors.h"
#include "external/pinned_address.h"
#include "external/session.h"
#include "external/values.h"
#include "sql/odbc/sqlserver.h"

namespace monitora::external {
namespace {

using sql::Row;

// Columns of sp_describe_first_result_set's answer.
constexpr int kDescribedName = 2, kDescribedType = 5;

// What may come for each byte that is kept, and of what is said of columns before.
constexpr std::uint64_t kMostReceived = 8, kOfColumns = 4 << 20;

bool is_number(std::string_view type) {
  for (const std::string_view each : {"tinyint", "smallint", "int", "bigint", "decimal", "numeric",
                                      "money", "smallmoney", "float", "real"})
    if (type == each || type.starts_with(std::string(each) + "(")) return true;
  return false;
}

Status connection_status(const Status& status) {
  const std::string detail = status.to_string();
  if (status.code() == Code::cancelled || status.key().starts_with("odbc_driver_")) return status;
  if (status.key() == "database_login_failed") return login_failed(detail);
  if (status.key() == "database_missing") return database_missing(detail);
  if (status.key() == "database_certificate") return tls_failed(detail);
  return connect_failed(detail);
}

Status statement_status(const Status& status) {
  const std::string detail = status.to_string();
  switch (status.code()) {
    case Code::ok:
    case Code::cancelled:
      return status;
    case Code::deadline_exceeded:
      return database_timeout(detail);
    case Code::unavailable:
      return database_failed(detail);
    case Code::conflict:
      return statement_failed(why::bad_value(), detail);
    default:
      return statement_failed(why::other(), detail);
  }
}

class SqlServerSession final : public Session {
 public:
  explicit SqlServerSession(std::unique_ptr<sql::Connection> connection)
      : connection_(std::move(connection)) {}

  Status set_up() {
    return statement_status(connection_->query(
        "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(100)) AS version", {},
        [&](const Row& row) {
          version_ = "SQL Server " + std::string(row.text(0));
          return Status();
        }));
  }

  std::string server_version() const override { return version_; }

  Result<bool> can_write() override {
    bool can = false;
    MONITORA_TRY(statement_status(connection_->query(
        "SELECT CASE WHEN IS_SRVROLEMEMBER('sysadmin') = 1 OR EXISTS (SELECT 1 FROM "
        "INFORMATION_SCHEMA.TABLES t WHERE 1 IN (HAS_PERMS_BY_NAME(QUOTENAME(t.TABLE_SCHEMA) + '.' "
        "+ "
        "QUOTENAME(t.TABLE_NAME), 'OBJECT', 'INSERT'), HAS_PERMS_BY_NAME(QUOTENAME(t.TABLE_SCHEMA) "
        "+ "
        "'.' + QUOTENAME(t.TABLE_NAME), 'OBJECT', 'UPDATE'), "
        "HAS_PERMS_BY_NAME(QUOTENAME(t.TABLE_SCHEMA) + '.' + QUOTENAME(t.TABLE_NAME), 'OBJECT', "
        "'DELETE'))) THEN 1 ELSE 0 END AS can_write",
        {}, [&](const Row& row) {
          can = row.integer(0) != 0;
          return Status();
        })));
    return can;
  }

  Result<std::vector<ExternalTable>> tables() override {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        run("SELECT c.TABLE_SCHEMA, c.TABLE_NAME, CASE WHEN t.TABLE_TYPE = 'VIEW' THEN 1 ELSE 0 "
            "END AS "
            "is_view, '' AS table_comment, c.COLUMN_NAME, c.DATA_TYPE, CASE WHEN c.IS_NULLABLE = "
            "'YES' "
            "THEN 1 ELSE 0 END AS is_nullable, '' AS column_comment, CASE WHEN EXISTS (SELECT 1 "
            "FROM "
            "INFORMATION_SCHEMA.TABLE_CONSTRAINTS k JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE u ON "
            "u.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND u.CONSTRAINT_NAME = k.CONSTRAINT_NAME "
            "WHERE "
            "k.CONSTRAINT_TYPE = 'PRIMARY KEY' AND k.TABLE_SCHEMA = c.TABLE_SCHEMA AND "
            "k.TABLE_NAME = "
            "c.TABLE_NAME AND u.COLUMN_NAME = c.COLUMN_NAME) THEN 1 ELSE 0 END AS is_key, '' AS "
            "refs "
            "FROM INFORMATION_SCHEMA.COLUMNS c JOIN INFORMATION_SCHEMA.TABLES t ON t.TABLE_SCHEMA "
            "= "
            "c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME WHERE c.TABLE_SCHEMA NOT IN ('sys', "
            "'INFORMATION_SCHEMA') ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION",
            {.rows = 50'000, .bytes = 16 << 20}));
    std::vector<ExternalTable> found = tables_of(rows);
    MONITORA_TRY(add_comments(found));
    MONITORA_TRY(add_references(found));
    return found;
  }

  // There is no read-only transaction here: what the guard lets through and what the login may do
  // are the walls; whatever happened is rolled back.
  Result<ExternalRows> run(const std::string& sql, const Bounds& bounds) override {
    ExternalRows rows;
    std::vector<std::string> types;
    const std::string most = "SET ROWCOUNT " + std::to_string(bounds.rows + 1) + "; SET TEXTSIZE " +
                             std::to_string(2 * bounds.bytes);
    sql::limit_received(*connection_, kOfColumns + kMostReceived * bounds.bytes);
    Status status = connection_->begin(sql::Connection::Mode::read);
    if (status.ok()) status = describe(sql, rows, types);
    if (status.ok()) status = connection_->run_script(most);
    bool enough = false;
    if (status.ok()) {
      std::size_t bytes = 0;
      status = connection_->query(sql, {}, [&](const Row& row) {
        std::vector<ExternalValue> values;
        for (std::size_t i = 0; i < types.size(); ++i) {
          const int column = static_cast<int>(i);
          const std::string_view text = row.text(column);
          bytes += 2 + text.size();
          if (row.is_null(column))
            values.emplace_back(nullptr);
          else if (types[i] == "bit")
            values.emplace_back(row.boolean(column));
          else
            values.push_back(is_number(types[i]) ? number_value(text) : text_value(text));
        }
        enough = rows.rows.size() == bounds.rows || bytes > bounds.bytes;
        if (enough) return Status::cancelled();
        rows.rows.push_back(std::move(values));
        return Status();
      });
    }
    if (enough || status.key() == "answer_too_large") {
      rows.truncated = true;
      status = {};
    }
    if (connection_->in_transaction()) connection_->rollback();
    if (!connection_->is_broken()) (void)connection_->run_script("SET ROWCOUNT 0");
    MONITORA_TRY(statement_status(status));
    return rows;
  }

  bool is_usable() override { return !connection_->is_broken() && connection_->is_alive(false); }

 private:
  static std::string text_at(const std::vector<ExternalValue>& row, std::size_t column) {
    const auto* text = std::get_if<std::string>(&row[column]);
    return text != nullptr ? *text : std::string();
  }

  // Rows of schema, table, column ("" for the table itself), and what is said of it.
  Result<ExternalRows> said_of_columns(const std::string& sql) {
    Result<ExternalRows> rows = run(sql, {.rows = 50'000, .bytes = 16 << 20});
    // A compatible server may lack such a catalogue: then it has no comments.
    if (!rows.ok() && rows.status().key() == "statement_failed") return ExternalRows();
    return rows;
  }

  Status add_comments(std::vector<ExternalTable>& tables) {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        said_of_columns(
            "SELECT s.name AS table_schema, o.name AS table_name, COALESCE(c.name, '') AS "
            "column_name, CAST(p.value AS NVARCHAR(1000)) AS said FROM sys.extended_properties p "
            "JOIN sys.objects o ON o.object_id = p.major_id JOIN sys.schemas s ON s.schema_id = "
            "o.schema_id LEFT JOIN sys.columns c ON c.object_id = p.major_id AND c.column_id = "
            "p.minor_id WHERE p.class = 1 AND p.name = 'MS_Description' ORDER BY s.name, o.name, "
            "p.minor_id"));
    for (const auto& row : rows.rows)
      for (ExternalTable& table : tables) {
        if (table.schema != text_at(row, 0) || table.name != text_at(row, 1)) continue;
        if (text_at(row, 2).empty()) table.comment = text_at(row, 3);
        for (ExternalColumn& column : table.columns)
          if (column.name == text_at(row, 2)) column.comment = text_at(row, 3);
      }
    return {};
  }

  Status add_references(std::vector<ExternalTable>& tables) {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        said_of_columns(
            "SELECT OBJECT_SCHEMA_NAME(f.parent_object_id) AS table_schema, "
            "OBJECT_NAME(f.parent_object_id) AS table_name, COL_NAME(f.parent_object_id, "
            "f.parent_column_id) AS column_name, OBJECT_SCHEMA_NAME(f.referenced_object_id) + '.' "
            "+ OBJECT_NAME(f.referenced_object_id) + '.' + COL_NAME(f.referenced_object_id, "
            "f.referenced_column_id) AS said FROM sys.foreign_key_columns f ORDER BY "
            "f.parent_object_id, f.parent_column_id"));
    for (const auto& row : rows.rows)
      for (ExternalTable& table : tables)
        for (ExternalColumn& column : table.columns)
          if (table.schema == text_at(row, 0) && table.name == text_at(row, 1) &&
              column.name == text_at(row, 2) && column.references.empty())
            column.references = text_at(row, 3);
    return {};
  }

  // Names and types of what it will answer, which rows of the driver do not have. The text is
  // written into the statement: prepared with a parameter, the second text with Microsoft's driver
  // is a syntax error for Babelfish.
  Status describe(const std::string& sql, ExternalRows& rows, std::vector<std::string>& types) {
    std::string describing = "EXEC sp_describe_first_result_set @tsql = N'";
    for (const char c : sql) describing.append(c == '\'' ? 2 : 1, c);
    return connection_->query(describing + '\'', {}, [&](const Row& row) {
      rows.columns.emplace_back(row.text(kDescribedName));
      types.emplace_back(row.text(kDescribedType));
      return Status();
    });
  }

  std::unique_ptr<sql::Connection> connection_;
  std::string version_;
};

}  // namespace

Result<std::unique_ptr<Session>> open_sqlserver(const Target& target) {
  sql::SqlServerOptions options;
  // As with MySQL: the certificate is of the name, and the name leads to the checked address.
  const PinnedAddress pin(target.address);
  options.host = target.verify ? target.database.host : target.address;
  options.port = target.database.port;
  options.database = target.database.name;
  options.user = target.database.user;
  options.password = target.password;
  options.driver = target.sqlserver_driver;
  options.encrypt = sql::Encryption::yes;
  options.trust_server_certificate = !target.verify;
  options.login_timeout = std::chrono::seconds(5);
  auto connection = sql::open_sqlserver(options, sql::Connection::Mode::read);
  if (!connection.ok()) return connection_status(connection.status());
  auto session = std::make_unique<SqlServerSession>(*std::move(connection));
  MONITORA_TRY(session->set_up());
  return std::unique_ptr<Session>(std::move(session));
}

}  // namespace monitora::external
