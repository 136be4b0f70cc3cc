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
  if (state == "53100") return disk_full(std::move(detail));
  if (state == "25006") return database_read_only(std::move(detail));
  if (state == "XX001" || state == "XX002") return database_corrupted(std::move(detail));
  if (kind == "54") return value_too_large(std::move(detail));
  if (kind == "08" || kind == "53" || kind == "57" || kind == "58" || kind == "28" || kind == "3D")
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
  Status status =
      state.empty() ? database_unavailable(message) : postgres_status(state, {}, message);
  // Whatever it is called, without a connection there is no database.
  if (status.code() != Code::unavailable) status = database_unavailable(message);
  return status.with_detail(std::string(doing));
}

}  // namespace monitora::sql
