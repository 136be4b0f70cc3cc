// Reading rows of people and their sessions.
#pragma once

#include <string_view>

#include "domain/account.h"
#include "sql/connection.h"

namespace monitora::storage {

// Of `app_users u`, for read_user, whose first column is `first`.
inline constexpr std::string_view kUserColumns =
    "u.id, u.email, u.full_name, u.role, u.is_active, u.email_verified, u.created_at, "
    "u.last_login_at";
inline constexpr int kUserColumnCount = 8;
User read_user(const sql::Row& row, int first);

// Of `app_sessions s`.
inline constexpr std::string_view kSessionColumns =
    "s.id, s.user_id, s.token_hash, s.refresh_token_hash, s.family_id, s.expires_at, "
    "s.refresh_expires_at, s.created_at, s.last_used_at, s.revoked_at, s.ip_address, s.user_agent";
inline constexpr int kSessionColumnCount = 12;
Session read_session(const sql::Row& row, int first);

// A column that may be NULL.
std::optional<Time> optional_time(const sql::Row& row, int column);

}  // namespace monitora::storage
