#include "sql/odbc/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/errors.h"

namespace monitora::sql::odbc {
namespace {

// SQL Server's numbers (sys.messages; the service's own from 40000 on).
enum class Kind {
  none,  // not the reason: another diagnostic is
  unique,
  reference,  // foreign key or check: 547 is both
  not_null,
  busy,
  unavailable,
  fatal,
  denied,
  login,
  database,
  timeout,
  too_large,
  disk_full,
  read_only,
  corrupted,
  other
};

Kind kind_of_number(int native) {
  switch (native) {
    case 2601:
    case 2627:
      return Kind::unique;
    case 547:
      return Kind::reference;
    case 515:
      return Kind::not_null;
    case 1205:  // deadlock victim
    case 1222:  // lock timeout
    case 3960:  // snapshot: an update met another's
    case 3961:  // snapshot: the table changed its form
    case 3951:
    case 8645:  // no memory for the query in time
    case 8651:
    case 701:    // out of memory
    case 10928:  // the service's limits
    case 10929:
    case 40197:
    case 40501:
    case 49918:
    case 49919:
    case 49920:
      return Kind::busy;
    case 229:
    case 230:
    case 262:
    case 297:
    case 300:
    case 15247:
      return Kind::denied;
    case 18456:
    case 18452:
    case 18486:  // locked out
    case 18487:  // password expired
    case 18488:
      return Kind::login;
    case 4060:
    case 4063:
    case 4064:
    case 911:
    case 916:
      return Kind::database;
    case 8152:
    case 2628:
    case 511:   // a row of more than 8,060 bytes
    case 1946:  // an index key too wide
    case 8114:  // cannot convert: overflow of a number included
    case 8115:
    case 220:
      return Kind::too_large;
    case 1101:
    case 1105:
    case 9002:
      return Kind::disk_full;
    case 3906:
    case 3908:
    case 978:  // a secondary that takes readers with ApplicationIntent=ReadOnly only
    case 979:
      return Kind::read_only;
    case 823:
    case 824:
    case 825:
      return Kind::corrupted;
    case 40613:  // not available at the moment
    case 983:
    case 976:
    case 924:
    case 927:
    case 942:
    case 945:
      return Kind::unavailable;
    case 233:
    case 64:
    case 121:
    case 596:   // the session was killed
    case 6005:  // the server shuts down
    case 10053:
    case 10054:
    case 10060:
    case 17142:
    case 20002:  // from here on FreeTDS's own: connection failed
    case 20003:  // timed out
    case 20004:  // read
    case 20006:  // write
    case 20009:  // cannot connect
    case 20017:  // unexpected end
    case 20047:  // dead
      return Kind::fatal;
    case 3621:  // "the statement has been terminated": said after the reason
    case 8180:  // "statement(s) could not be prepared"
    case 5701:
    case 5703:
      return Kind::none;
    default:
      return native > 0 ? Kind::other : Kind::none;
  }
}

Kind kind_of(const Diagnostic& d) {
  const Kind by_number = kind_of_number(d.native);
  if (by_number != Kind::none && by_number != Kind::other) return by_number;
  const std::string_view state = d.state;
  if (state.starts_with("08")) return Kind::fatal;
  if (state == "HYT00" || state == "HYT01" || state == "S1T00" || state == "HY008")
    return Kind::timeout;
  if (state == "40001") return Kind::busy;
  if (state == "22001") return Kind::too_large;
  if (state == "28000") return Kind::login;
  if (state.starts_with("01") || by_number == Kind::none) return Kind::none;
  return Kind::other;
}

std::string all_text(std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} ({}, {})", d.message, d.state, d.native);
  }
  return text.empty() ? "no diagnostic" : text;
}

// The first name between quotes that follows `after` (anywhere when empty).
std::string quoted_name(std::string_view message, std::string_view after) {
  std::size_t at = message.find(after);
  if (at == message.npos) return {};
  const std::size_t open = message.find_first_of("'\"", at);
  if (open == message.npos) return {};
  const std::size_t close = message.find(message[open], open + 1);
  if (close == message.npos) return {};
  return std::string(message.substr(open + 1, close - open - 1));
}

Status denied(const Diagnostic& d, std::string detail) {
  const std::string object = quoted_name(d.message, "");
  return Status(
      Code::unavailable, "database_permission_denied",
      {fmt::format("Le compte de la base de données n'a pas les droits nécessaires{}{}{} : "
                   "demandez-les à l'administrateur de la base.",
                   object.empty() ? "" : " sur « ", object, object.empty() ? "" : " »"),
       fmt::format("The database account lacks a permission{}{}{}: ask the database "
                   "administrator for it.",
                   object.empty() ? "" : " on \"", object, object.empty() ? "" : "\"")},
      std::move(detail));
}

Status login_failed(std::string detail) {
  return Status(Code::unavailable, "database_login_failed",
                {"SQL Server refuse ce compte : vérifiez MSSQL_USER et MSSQL_PASSWORD, et que le "
                 "compte est actif.",
                 "SQL Server refuses this login: check MSSQL_USER and MSSQL_PASSWORD, and that the "
                 "login is enabled."},
                std::move(detail));
}

Status database_missing(const Diagnostic& d, std::string detail) {
  const std::string name = quoted_name(d.message, "");
  return Status(
      Code::unavailable, "database_missing",
      {fmt::format("La base « {} » n'existe pas sur ce serveur, ou ce compte n'y a pas accès : "
                   "vérifiez MSSQL_DATABASE, ou créez la base et donnez-lui cet utilisateur.",
                   name),
       fmt::format("The database \"{}\" is not on this server, or this login may not use it: check "
                   "MSSQL_DATABASE, or create the database and add the user to it.",
                   name)},
      std::move(detail));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

std::string constraint_name(int native, std::string_view message) {
  std::string name;
  // 2601 names the table first: "… in object 'dbo.t' with unique index 'ix'."
  if (native == 2601) name = quoted_name(message, "unique index");
  if (name.empty()) name = quoted_name(message, "constraint");
  if (name.empty()) name = quoted_name(message, "");
  return name.empty() ? std::string(message) : name;
}

Status status_of(std::span<const Diagnostic> diagnostics, bool& fatal) {
  const Diagnostic* reason = nullptr;
  Kind kind = Kind::none;
  for (const Diagnostic& d : diagnostics) {
    const Kind each = kind_of(d);
    if (each == Kind::fatal) fatal = true;
    if (kind == Kind::none && each != Kind::none) {
      reason = &d;
      kind = each;
    }
  }
  std::string text = all_text(diagnostics);
  if (reason == nullptr) return Status::internal(std::move(text));
  switch (kind) {
    case Kind::unique:
      return unique_violation(constraint_name(reason->native, reason->message));
    case Kind::reference: {
      const std::string name = constraint_name(547, reason->message);
      return contains(reason->message, "CHECK") || contains(reason->message, "check constraint")
                 ? check_violation(name)
                 : foreign_key_violation(name);
    }
    case Kind::not_null:
      return check_violation(quoted_name(reason->message, ""));
    case Kind::busy:
      return database_busy(std::move(text));
    case Kind::denied:
      return denied(*reason, std::move(text));
    case Kind::login:
      return login_failed(std::move(text));
    case Kind::database:
      return database_missing(*reason, std::move(text));
    case Kind::timeout: {
      Status late = check_deadline();
      return (late.ok() ? statement_timed_out() : late).with_detail(std::move(text));
    }
    case Kind::too_large:
      return value_too_large(std::move(text));
    case Kind::disk_full:
      return disk_full(std::move(text));
    case Kind::read_only:
      return database_read_only(std::move(text));
    case Kind::corrupted:
      return database_corrupted(std::move(text));
    case Kind::unavailable:
    case Kind::fatal:
      fatal = true;
      return database_unavailable(std::move(text));
    default:
      return Status::internal(std::move(text));
  }
}

Status open_status_of(std::span<const Diagnostic> diagnostics, bool verifies) {
  bool fatal = false;
  const std::string text = all_text(diagnostics);
  const auto any = [&](Kind kind) {
    return std::find_if(diagnostics.begin(), diagnostics.end(),
                        [&](const Diagnostic& d) { return kind_of(d) == kind; });
  };
  // The drivers add "login failed" and "connection broken" to a more precise reason.
  if (const auto found = any(Kind::database); found != diagnostics.end())
    return database_missing(*found, text);
  if (any(Kind::login) != diagnostics.end()) return login_failed(text);
  // FreeTDS says no more than "connection failed" when it does not trust the certificate, and more
  // when it could not connect or waited too long.
  const auto has = [&](int native) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [&](const Diagnostic& d) { return d.native == native; });
  };
  const bool untrusted = verifies && has(20002) && !has(20003) && !has(20009) && !has(20006);
  if (untrusted || contains(text, "certificate") || contains(text, "SSL Provider") ||
      contains(text, "TLS"))
    return Status(Code::unavailable, "database_certificate",
                  {"Le certificat de SQL Server n'est pas reconnu : installez son autorité de "
                   "certification sur cette machine, ou, pour un essai, choisissez "
                   "trust_server_certificate=yes.",
                   "SQL Server's certificate is not trusted: install its certificate authority on "
                   "this machine or, for a trial, choose trust_server_certificate=yes."},
                  text);
  Status status = status_of(diagnostics, fatal);
  const bool known = status.code() != Code::internal && status.code() != Code::deadline_exceeded;
  return known ? status : database_unavailable(text);
}

}  // namespace monitora::sql::odbc
