#include "sql/postgres/errors.h"

#include "base/text.h"
#include "sql/errors.h"

namespace monitora::sql {
namespace {

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

// The value does not fit the column: too long, out of range, not of its form.
bool is_bad_value(std::string_view state) {
  for (const std::string_view each : {"22001", "22003", "22007", "22008", "22021", "22P02", "22P03",
                                      "22P05", "23502", "23514", "23P01"})
    if (state == each) return true;
  return false;
}

// "FATAL:  53300: sorry, too many clients already" → "53300"
std::string_view state_in(std::string_view message) {
  const auto is_code = [](std::string_view word) {
    if (word.size() != 5) return false;
    for (const char c : word)
      if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return false;
    return word != "FATAL" && word != "ERROR" && word != "PANIC";
  };
  for (std::size_t colon = message.find(':'); colon != std::string_view::npos;
       colon = message.find(':', colon + 1))
    if (colon >= 5 && is_code(message.substr(colon - 5, 5))) return message.substr(colon - 5, 5);
  return {};
}

// What stands between the last pair of quotes: "relation \"x\"", in whatever language.
std::string quoted_name(std::string_view message) {
  const std::size_t close = message.rfind('"');
  if (close == std::string_view::npos || close == 0) return {};
  const std::size_t open = message.rfind('"', close - 1);
  if (open == std::string_view::npos) return {};
  return std::string(message.substr(open + 1, close - open - 1));
}

Status login_failed(std::string detail) {
  return Status(Code::unavailable, "database_login_failed",
                {"PostgreSQL refuse ce compte : vérifiez l'utilisateur et le mot de passe "
                 "(DATABASE_URL, DATABASE_PASSWORD), et pg_hba.conf.",
                 "PostgreSQL refuses this account: check its user and password (DATABASE_URL, "
                 "DATABASE_PASSWORD), and pg_hba.conf."},
                std::move(detail));
}

Status database_missing(std::string detail) {
  const std::string name = quoted_name(detail);
  return Status(
      Code::unavailable, "database_missing",
      {"La base « " + name + " » n'existe pas sur ce serveur : vérifiez DATABASE_URL, ou créez-la.",
       "The database \"" + name + "\" is not on this server: check DATABASE_URL, or create it."},
      std::move(detail));
}

Status permission_denied(std::string detail) {
  const std::string words = detail.substr(detail.find("denied"));  // "… denied for table messages"
  return Status(Code::unavailable, "database_permission_denied",
                {"Le compte de la base de données n'a pas les droits nécessaires (" + words +
                     ") : demandez-les à l'administrateur de la base.",
                 "The database account lacks a permission (" + words +
                     "): ask the database administrator for it."},
                std::move(detail));
}

Status certificate_refused(std::string detail) {
  return Status(Code::unavailable, "database_certificate",
                {"Le certificat de PostgreSQL n'est pas reconnu : installez son autorité de "
                 "certification (sslrootcert dans DATABASE_URL), et utilisez le nom d'hôte que le "
                 "certificat porte.",
                 "PostgreSQL's certificate is not trusted: install its certificate authority "
                 "(sslrootcert in DATABASE_URL), and use the host name that the certificate has."},
                std::move(detail));
}

// A statement that we have prepared is not there, or one that we have not is: behind this
// connection is another session each time.
Status sessions_are_shared(std::string detail) {
  return Status(
      Code::unavailable, "database_pooler",
      {"Cette adresse mène à un pooler qui partage ses sessions entre transactions : donnez "
       "l'adresse directe, ou celle qui garde une session par connexion (Supabase : le port 5432 "
       "au lieu de 6543 ; PgBouncer : pool_mode = session).",
       "This address leads to a pooler that shares its sessions between transactions: give the "
       "direct address, or one that keeps a session a connection (Supabase: port 5432 instead of "
       "6543; PgBouncer: pool_mode = session)."},
      std::move(detail));
}

}  // namespace

Status postgres_status(std::string_view state, std::string constraint, std::string detail) {
  const std::string_view kind = state.substr(0, 2);
  if (state == "23505") return unique_violation(std::move(constraint));
  if (state == "23503") return foreign_key_violation(std::move(constraint));
  if (is_bad_value(state))
    return check_violation(constraint.empty() ? std::move(detail) : std::move(constraint));
  if (kind == "40" || state == "55P03") return database_busy(std::move(detail));
  if (state == "57014") {
    MONITORA_TRY(check_deadline());
    return statement_timed_out();  // by the server's own limit
  }
  if (state == "53300") return database_saturated();
  if (state == "42P05" || state == "26000") return sessions_are_shared(std::move(detail));
  if (state == "53100") return disk_full(std::move(detail));
  if (state == "25006") return database_read_only(std::move(detail));
  if (state == "XX001" || state == "XX002") return database_corrupted(std::move(detail));
  if (kind == "54") return value_too_large(std::move(detail));
  if (kind == "28") return login_failed(std::move(detail));
  if (kind == "3D") return database_missing(std::move(detail));
  if (state == "42501" && detail.find("denied") != std::string::npos)
    return permission_denied(std::move(detail));
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58")
    return database_unavailable(std::move(detail));
  return Status::internal(std::move(detail));
}

Status result_status(const PGresult* result, std::string_view statement) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  std::string where = field(result, PG_DIAG_CONSTRAINT_NAME);
  if (where.empty()) where = field(result, PG_DIAG_COLUMN_NAME);
  std::string detail = state + " " + field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string more = field(result, PG_DIAG_CONTEXT); !more.empty()) detail += "; " + more;
  Status status = postgres_status(state, std::move(where), std::move(detail));
  if (status.code() == Code::internal)
    return status.with_detail("in: " + std::string(statement.substr(0, 2000)));
  return status;
}

Status connection_status(const PGconn* connection, std::string_view doing) {
  const std::string message(trim(PQerrorMessage(connection)));
  const std::string_view state = state_in(message);
  // libpq's own, which have no SQLSTATE: it met no certificate that it trusts, or has no password.
  if (state.empty() && message.find("certificate") != std::string::npos)
    return certificate_refused(message);
  if (state.empty() && message.find("no password supplied") != std::string::npos)
    return login_failed(message);
  Status status =
      state.empty() ? database_unavailable(message) : postgres_status(state, {}, message);
  // Whatever it is called, without a connection there is no database.
  if (status.code() != Code::unavailable) status = database_unavailable(message);
  return status.with_detail(std::string(doing));
}

}  // namespace monitora::sql
