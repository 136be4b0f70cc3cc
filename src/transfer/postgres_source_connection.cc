#include "transfer/postgres_source_connection.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "transfer/postgres_source.h"

namespace monitora::transfer {
namespace {

constexpr int kOldestServer = 130000;
constexpr int kServerWithTransactionTimeout = 170000;

Status unavailable(std::string detail) {
  return Status(
      Code::unavailable, "source_unavailable",
      {"La base source ne répond pas ou la connexion a été coupée. Vérifiez son adresse et "
       "le réseau, puis relancez la même commande : elle reprend où elle en était.",
       "The source database does not answer, or the connection was cut. Check its address "
       "and the network, then run the same command again: it goes on where it stopped."},
      std::move(detail));
}

Status refused(Sentence sentence, std::string detail) {
  return Status(Code::unavailable, "source_refused", std::move(sentence), std::move(detail));
}

// What connecting said; libpq has no SQLSTATE for it before version 17.
Status connect_error(const PGconn* connection) {
  const std::string message = PQerrorMessage(connection);
  const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
  if (PQconnectionNeedsPassword(connection) == 1 || says("password authentication failed") ||
      says("no pg_hba.conf entry") || says("role \""))
    return refused({"La base source refuse cet utilisateur ou ce mot de passe. Vérifiez --from et "
                    "MONITORA_SOURCE_PASSWORD (chez Supabase : Settings, Database).",
                    "The source database refuses this user or password. Check --from and "
                    "MONITORA_SOURCE_PASSWORD (on Supabase: Settings, Database)."},
                   message);
  if (says("database \"") && says("does not exist"))
    return refused({"La base source n'existe pas sur ce serveur. Vérifiez le nom dans --from.",
                    "The source database does not exist on that server. Check its name in --from."},
                   message);
  return unavailable(message);
}

// "5432", or several: of several hosts.
bool are_ports(std::string_view text) {
  for (;;) {
    const std::string_view port = text.substr(0, text.find(','));
    int number = 0;
    const auto [end, wrong] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool read = wrong == std::errc() && end == port.data() + port.size();
    if (!port.empty() && (!read || number < 1 || number > 65535)) return false;
    if (port.size() == text.size()) return true;
    text.remove_prefix(port.size() + 1);
  }
}

struct OptionsCloser {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

bool is_postgres_address(const std::string& uri) {
  if (!uri.starts_with("postgresql://") && !uri.starts_with("postgres://")) return false;
  // Its words for what is wrong would repeat the address, and a password in it.
  const std::unique_ptr<PQconninfoOption, OptionsCloser> options(
      PQconninfoParse(uri.c_str(), nullptr));
  if (!options) return false;
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each)
    if (std::string_view(each->keyword) == "port" && each->val != nullptr && !are_ports(each->val))
      return false;
  return true;
}

std::string_view field_text(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column),
          static_cast<std::size_t>(PQgetlength(result, row, column))};
}

Status source_error(const PGconn* connection, const PGresult* result, std::string_view doing) {
  const char* field = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string_view sqlstate = field != nullptr ? field : "";
  std::string detail =
      fmt::format("{}: {}", doing,
                  result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(connection));
  if (sqlstate == "42501")  // insufficient_privilege
    return refused(
        {fmt::format(
             "La base source refuse la lecture : {}. Connectez-vous comme propriétaire des "
             "tables (chez Supabase : postgres), ou accordez-lui SELECT sur elles ainsi que "
             "BYPASSRLS.",
             PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)),
         fmt::format("The source database refuses to be read: {}. Connect as the owner of the "
                     "tables (on Supabase: postgres), or grant SELECT on them and BYPASSRLS.",
                     PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))},
        detail);
  if (sqlstate == "55P03")  // lock_not_available
    return Status(Code::unavailable, "source_locked",
                  {"Une table de la source est verrouillée par une opération qui la modifie en "
                   "entier (ALTER TABLE, TRUNCATE, VACUUM FULL). Relancez la même commande : elle "
                   "reprend où elle en était.",
                   "A table of the source is locked by something that changes it as a whole (ALTER "
                   "TABLE, TRUNCATE, VACUUM FULL). Run the same command again: it goes on where it "
                   "stopped."},
                  std::move(detail));
  // Connection exceptions, resources, operator's intervention, a snapshot that is no more.
  const std::string_view kind = sqlstate.substr(0, 2);
  const bool snapshot_gone = sqlstate == "22023" && doing == "snapshot";
  if (sqlstate.empty() || kind == "08" || kind == "53" || kind == "57" || kind == "25" ||
      kind == "40" || kind == "58" || snapshot_gone)
    return unavailable(std::move(detail));
  return Status::internal(std::move(detail));
}

Result<std::unique_ptr<SourceConnection>> SourceConnection::connect(
    const PostgresSourceOptions& options) {
  // What stands before dbname gives way to what the URI says; what stands after does not.
  const std::array<const char*, 9> names{"fallback_application_name",
                                         "connect_timeout",
                                         "keepalives_idle",
                                         "keepalives_interval",
                                         "keepalives_count",
                                         "dbname",
                                         "client_encoding",
                                         options.password.empty() ? nullptr : "password",
                                         nullptr};
  const std::array<const char*, 9> values{
      "monitora migrate",       "15",   "30", "10", "3", options.uri.c_str(), "UTF8",
      options.password.c_str(), nullptr};
  std::unique_ptr<SourceConnection> opened(
      new SourceConnection(PQconnectdbParams(names.data(), values.data(), 1)));
  PGconn* connection = opened->connection_;
  if (connection == nullptr) return unavailable("libpq: out of memory");
  if (PQstatus(connection) != CONNECTION_OK) return connect_error(connection);
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  const int version = PQserverVersion(connection);
  if (version < kOldestServer)
    return Status(Code::invalid_argument, "source_too_old",
                  {fmt::format("La base source est un PostgreSQL {}. Il faut la version 13 ou plus "
                               "récente : restaurez une sauvegarde dans un serveur récent.",
                               version / 10000),
                   fmt::format("The source database is PostgreSQL {}. Version 13 or later is "
                               "needed: restore a backup into a later server.",
                               version / 10000)});
  return opened;
}

Result<std::unique_ptr<SourceConnection>> SourceConnection::open(
    const PostgresSourceOptions& options, std::string_view snapshot) {
  MONITORA_ASSIGN(std::unique_ptr<SourceConnection> opened, connect(options));
  PGconn* connection = opened->connection_;
  MONITORA_TRY(opened->query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").status());
  if (!snapshot.empty()) {
    const SourceResult result(
        PQexec(connection, fmt::format("SET TRANSACTION SNAPSHOT '{}'", snapshot).c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      return source_error(connection, result.get(), "snapshot");
  }
  std::string settings =
      // Whoever alters or empties a table waits for our other connections; we do not wait for them.
      "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s';"
      "SET LOCAL idle_in_transaction_session_timeout = 0;"
      "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = "
      "'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL row_security = off;"
      "SET LOCAL standard_conforming_strings = on; SET LOCAL search_path = pg_catalog;";
  if (PQserverVersion(connection) >= kServerWithTransactionTimeout)
    settings += "SET LOCAL transaction_timeout = 0;";
  MONITORA_TRY(opened->query(settings).status());
  return opened;
}

SourceConnection::~SourceConnection() {
  PQfinish(connection_);
}

Result<SourceResult> SourceConnection::query(const std::string& statement) {
  SourceResult result(PQexec(connection_, statement.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return source_error(connection_, result.get(), statement);
  return result;
}

Result<std::string> SourceConnection::value(const std::string& statement) {
  MONITORA_ASSIGN(const SourceResult result, query(statement));
  if (PQntuples(result.get()) != 1) return Status::internal(statement + ": not one row");
  return std::string(field_text(result.get(), 0, 0));
}

Result<SourceResult> SourceConnection::describe(const std::string& select) {
  const SourceResult prepared(PQprepare(connection_, "", select.c_str(), 0, nullptr));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK)
    return source_error(connection_, prepared.get(), select);
  SourceResult described(PQdescribePrepared(connection_, ""));
  if (PQresultStatus(described.get()) != PGRES_COMMAND_OK)
    return source_error(connection_, described.get(), select);
  return described;
}

Status SourceConnection::copy_out(const std::string& select,
                                  const std::function<Status(std::string_view)>& each) {
  const std::string statement = "COPY (" + select + ") TO STDOUT (FORMAT binary)";
  const SourceResult begun(PQexec(connection_, statement.c_str()));
  if (PQresultStatus(begun.get()) != PGRES_COPY_OUT)
    return source_error(connection_, begun.get(), statement);
  for (;;) {
    char* bytes = nullptr;
    const int length = PQgetCopyData(connection_, &bytes, 0);
    if (length == -1) break;
    if (length < 0) return source_error(connection_, nullptr, statement);
    const Status status = each({bytes, static_cast<std::size_t>(length)});
    PQfreemem(bytes);
    MONITORA_TRY(status);
  }
  const SourceResult ended(PQgetResult(connection_));
  if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK)
    return source_error(connection_, ended.get(), statement);
  const SourceResult none(PQgetResult(connection_));
  return {};
}

}  // namespace monitora::transfer
