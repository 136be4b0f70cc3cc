// PostgreSQL, on libpq; waiting and cancelling are sql/postgres/link.h's.
#include <utility>

#include "base/deadline.h"
#include "external/errors.h"
#include "external/session.h"
#include "external/values.h"
#include "sql/postgres/link.h"

namespace monitora::external {
namespace {

using sql::Link;
using sql::ResultPtr;

// Types whose text is a number or a truth (pg_type.dat).
constexpr Oid kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26, kFloat4 = 700,
              kFloat8 = 701, kNumeric = 1700;

// What may come for each byte that is kept: rows have names and types, and libpq reads ahead.
constexpr std::uint64_t kMostReceived = 16;

// A value of a connection string, whatever is in it.
std::string in_quotes(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string connection_string(const Target& target) {
  const ExternalDatabase& database = target.database;
  std::string out = "host=" + in_quotes(database.host) + " hostaddr=" + in_quotes(target.address) +
                    " port=" + std::to_string(database.port) +
                    " dbname=" + in_quotes(database.name) + " user=" + in_quotes(database.user) +
                    // Nothing of this machine's: neither files nor services nor tickets.
                    " passfile='' gssencmode=disable sslcert='' sslkey='' sslcrl=''"
                    " options='' application_name='monitora'";
  out += target.verify ? " sslmode=verify-full sslrootcert=" + in_quotes(target.authorities)
                       : " sslmode=prefer sslrootcert=''";
  return out;
}

std::string_view text_of(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column),
          static_cast<std::size_t>(PQgetlength(result, row, column))};
}

ExternalValue value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return nullptr;
  const std::string_view text = text_of(result, row, column);
  switch (PQftype(result, column)) {
    case kBool:
      return text == "t";
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
    case kFloat4:
    case kFloat8:
    case kNumeric:
      return number_value(text);
    default:
      return text_value(text);
  }
}

Status statement_status(const PGresult* result) {
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view state = code != nullptr ? code : "";
  std::string detail = std::string(state) + " " + (message != nullptr ? message : "");
  if (state == "57014" || state == "25P03") return database_timeout(std::move(detail));
  if (state.starts_with("08") || state.starts_with("57") || state.starts_with("58") ||
      state.empty())
    return database_failed(std::move(detail));
  if (state == "42501") return statement_failed(why::not_permitted(), std::move(detail));
  if (state == "42703" || state == "42P01" || state == "42702" || state == "42P09" ||
      state == "42712")
    return statement_failed(why::unknown_name(), std::move(detail));
  if (state == "42883" || state == "42804" || state == "42846" || state == "42725")
    return statement_failed(why::wrong_type(), std::move(detail));
  if (state.starts_with("22")) return statement_failed(why::bad_value(), std::move(detail));
  return statement_failed(why::other(), std::move(detail));
}

// What the driver that we share says of a connection → what this room says.
Status connection_status(const Status& status, bool verify) {
  const std::string detail = status.to_string();
  const auto has = [&](std::string_view words) { return detail.find(words) != std::string::npos; };
  if (status.code() == Code::cancelled) return status;
  if (status.code() == Code::deadline_exceeded) return connect_failed(detail);
  if (status.key() == "database_login_failed") return login_failed(detail);
  if (status.key() == "database_missing") return database_missing(detail);
  if (status.key() == "database_certificate" ||
      (verify && (has("SSL") || has("certificate") || has("TLS"))))
    return tls_failed(detail);
  return connect_failed(detail);
}

class PostgresSession final : public Session {
 public:
  PostgresSession(std::unique_ptr<Link> link) : link_(std::move(link)) {}

  // Names are looked up among PostgreSQL's own only: nobody's function or operator stands before
  // them, and tables are always qualified.
  Status set_up() {
    if (PQexitPipelineMode(link_->get()) != 1) return database_failed("pipeline mode");
    const std::string begin =
        "SET search_path = pg_catalog; SET default_transaction_read_only = on; "
        "SET statement_timeout = '10s'; SET lock_timeout = '2s'; SET DateStyle = 'ISO'; "
        "SET IntervalStyle = 'postgres'; SET standard_conforming_strings = on; SET bytea_output = "
        "'hex'; SET client_min_messages = "
        "error; "
        "SET idle_in_transaction_session_timeout = '30s'";
    return command(begin);
  }

  std::string server_version() const override {
    const char* version = PQparameterStatus(link_->get(), "server_version");
    return std::string("PostgreSQL ") + (version != nullptr ? version : "?");
  }

  Result<bool> can_write() override {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        run("SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR "
            "has_database_privilege(current_database(), 'CREATE') OR EXISTS (SELECT 1 FROM "
            "pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relnamespace NOT "
            "IN "
            "('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND "
            "has_schema_privilege(c.relnamespace, 'USAGE') AND "
            "has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) "
            "FROM pg_catalog.pg_roles WHERE rolname = current_user",
            {}));
    const bool* can = rows.rows.empty() ? nullptr : std::get_if<bool>(&rows.rows[0][0]);
    return can == nullptr || *can;
  }

  Result<std::vector<ExternalTable>> tables() override {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        run("SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), "
            "COALESCE(obj_description(c.oid, 'pg_class'), ''), a.attname, "
            "format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, "
            "COALESCE(col_description(c.oid, a.attnum), ''), "
            "EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' "
            "AND "
            "a.attnum = ANY (k.conkey)), "
            "COALESCE((SELECT fn.nspname || '.' || fc.relname || '.' || fa.attname FROM "
            "pg_constraint k "
            "JOIN pg_class fc ON fc.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = "
            "fc.relnamespace "
            "JOIN pg_attribute fa ON fa.attrelid = fc.oid AND fa.attnum = "
            "k.confkey[array_position(k.conkey, a.attnum)] "
            "WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) LIMIT 1), "
            "'') "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' "
            "AND "
            "n.nspname NOT LIKE 'pg\\_%' AND NOT c.relispartition AND "
            "has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, "
            "'SELECT') "
            "ORDER BY n.nspname, c.relname, a.attnum",
            {.rows = 50'000, .bytes = 16 << 20}));
    return tables_of(rows);
  }

  Result<ExternalRows> run(const std::string& sql, const Bounds& bounds) override {
    link_->limit_received(kMostReceived * bounds.bytes);
    MONITORA_TRY(command("BEGIN READ ONLY"));
    Result<ExternalRows> rows = rows_of(sql, bounds);
    // What was cut short is still coming: that connection is of no more use.
    if (link_->is_broken()) return rows;
    const Status ended = command("ROLLBACK");
    if (rows.ok() && !ended.ok()) return ended;
    return rows;
  }

  bool is_usable() override { return !link_->is_broken() && link_->looks_open(); }

 private:
  Result<ExternalRows> rows_of(const std::string& sql, const Bounds& bounds) {
    // The extended protocol runs one statement, whatever the text holds.
    if (PQsendQueryParams(link_->get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) !=
            1 ||
        PQsetSingleRowMode(link_->get()) != 1)
      return lost("sending");
    ExternalRows rows;
    std::size_t bytes = 0;
    Status failed;
    for (;;) {
      auto next = link_->next();
      if (!next.ok() && link_->received_too_much()) {
        rows.truncated = true;  // a row that is larger than all that we take
        return rows;
      }
      if (!next.ok()) return lost_status(next.status());
      const PGresult* result = next->get();
      if (result == nullptr) break;
      switch (PQresultStatus(result)) {
        case PGRES_SINGLE_TUPLE:
          if (rows.rows.size() == bounds.rows || !take(result, rows, bytes, bounds.bytes)) {
            rows.truncated = true;
            (void)link_->lost("enough");
            return rows;
          }
          break;
        case PGRES_TUPLES_OK:
          name_columns(result, rows);
          break;
        case PGRES_FATAL_ERROR:
          failed = statement_status(result);
          break;
        default:
          failed = database_failed("an unexpected answer");
          break;
      }
    }
    if (!failed.ok()) return failed;
    return rows;
  }

  static void name_columns(const PGresult* result, ExternalRows& rows) {
    if (!rows.columns.empty()) return;
    for (int column = 0; column < PQnfields(result); ++column)
      rows.columns.emplace_back(PQfname(result, column));
  }

  static bool take(const PGresult* result, ExternalRows& rows, std::size_t& bytes,
                   std::size_t most) {
    name_columns(result, rows);
    std::vector<ExternalValue> row;
    for (int column = 0; column < PQnfields(result); ++column) {
      bytes += 2 + static_cast<std::size_t>(PQgetlength(result, 0, column));
      if (bytes > most) return false;
      row.push_back(value_of(result, 0, column));
    }
    rows.rows.push_back(std::move(row));
    return true;
  }

  Status command(const std::string& sql) {
    if (PQsendQuery(link_->get(), sql.c_str()) != 1) return lost("sending");
    Status failed;
    for (;;) {
      auto next = link_->next();
      if (!next.ok()) return lost_status(next.status());
      if (!*next) return failed;
      if (PQresultStatus(next->get()) == PGRES_FATAL_ERROR) failed = statement_status(next->get());
    }
  }

  Status lost(std::string_view doing) { return lost_status(link_->lost(doing)); }
  static Status lost_status(const Status& status) {
    if (status.code() == Code::cancelled) return status;
    if (status.code() == Code::deadline_exceeded) return database_timeout(status.to_string());
    return database_failed(status.to_string());
  }

  std::unique_ptr<Link> link_;
};

}  // namespace

Result<std::unique_ptr<Session>> open_postgres(const Target& target) {
  auto link = Link::open(connection_string(target), target.password);
  if (!link.ok()) return connection_status(link.status(), target.verify);
  auto session = std::make_unique<PostgresSession>(*std::move(link));
  MONITORA_TRY(session->set_up());
  return std::unique_ptr<Session>(std::move(session));
}

}  // namespace monitora::external
