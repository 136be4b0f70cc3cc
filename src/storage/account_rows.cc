#include "storage/account_rows.h"

namespace monitora::storage {

std::optional<Time> optional_time(const sql::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.time(column);
}

User read_user(const sql::Row& row, int first) {
  User user;
  user.id = UserId(row.uuid(first));
  user.email = row.text(first + 1);
  user.full_name = row.text(first + 2);
  // A role that nobody set gives no right to write.
  user.role = parse_user_role(row.text(first + 3)).value_or(UserRole::lecteur);
  user.is_active = row.boolean(first + 4);
  user.email_verified = row.boolean(first + 5);
  user.created_at = row.time(first + 6);
  user.last_login_at = optional_time(row, first + 7);
  return user;
}

Session read_session(const sql::Row& row, int first) {
  Session session;
  session.id = SessionId(row.uuid(first));
  session.user_id = UserId(row.uuid(first + 1));
  session.token_hash = row.text(first + 2);
  session.refresh_token_hash = row.text(first + 3);
  session.family_id = SessionId(row.uuid(first + 4));
  session.expires_at = row.time(first + 5);
  session.refresh_expires_at = row.time(first + 6);
  session.created_at = row.time(first + 7);
  session.last_used_at = optional_time(row, first + 8);
  session.revoked_at = optional_time(row, first + 9);
  session.ip_address = row.text(first + 10);
  session.user_agent = row.text(first + 11);
  return session;
}

}  // namespace monitora::storage
