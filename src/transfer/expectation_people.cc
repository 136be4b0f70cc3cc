// Accounts: those of the application's own table, then those of the platform, then people who have
// a profile only.
#include "transfer/expectation_relation.h"

namespace monitora::transfer {
namespace {

std::string unless_in(const SourceTables& source, std::string_view table, const std::string& id) {
  if (!source.has(table)) return "true";
  const Relation other(source, std::string(table), "o");
  return "NOT EXISTS (SELECT FROM " + other.from() + " WHERE o.id::text = " + id + "::text)";
}

// Without an address nobody can sign in; the column may not be empty.
std::string address(const std::string& email, const std::string& id) {
  return "coalesce(nullif(" + email + ", ''), " + id + "::text || '@no-email.invalid')";
}

std::string role_of(const Relation& profiles) {
  if (!profiles.has("role")) return "'admin'";
  return "CASE WHEN " + profiles.text(Kind::text, {"role"}) +
         " IN ('lecteur', 'viewer', 'reader') THEN 'lecteur' ELSE 'admin' END";
}

Branch own_accounts(const SourceTables& source) {
  const Relation u(source, "app_users", "u");
  Branch branch;
  branch.from = u.from();
  for (const Column& column : find_table("app_users")->columns)
    branch.expressions.push_back(u.text(column.kind, {column.name}));
  branch.keys = {u.raw("id")};
  branch.uuid_key = u.find("id")->type == "uuid";
  return branch;
}

Branch platform_accounts(const SourceTables& source) {
  const Relation u(source, "auth.users", "u");
  const Relation p(source, "profiles", "p");
  Branch branch;
  branch.from = u.from();
  if (p.exists()) branch.from += " LEFT JOIN " + p.from() + " ON p.id::text = u.id::text";
  branch.where = unless_in(source, "app_users", "u.id");
  std::string name = p.exists() ? p.native(Kind::text, {"full_name"}) : "NULL::text";
  if (u.has("raw_user_meta_data"))
    name =
        "coalesce(" + name + ", u.raw_user_meta_data->>'full_name', u.raw_user_meta_data->>'name')";
  const std::string email = u.native(Kind::text, {"email"});
  std::string active = "coalesce(" + email + ", '') <> ''";
  if (u.has("banned_until"))
    active += " AND NOT coalesce(u.banned_until > transaction_timestamp(), false)";
  if (u.has("deleted_at")) active += " AND u.deleted_at IS NULL";
  branch.expressions = {
      u.text(Kind::uuid, {"id"}),
      address(email, "u.id"),
      "coalesce(nullif(" + u.native(Kind::text, {"encrypted_password"}) + ", ''), '!')",
      "''",
      name,
      role_of(p),
      "(" + active + ")::text",
      "((" + u.native(Kind::time, {"email_confirmed_at", "confirmed_at"}) + ") IS NOT NULL)::text",
      u.text(Kind::time, {"created_at"}),
      u.text(Kind::time, {"last_sign_in_at"}),
      "'0'",
      "NULL::text",
  };
  branch.keys = {"u.id"};
  branch.uuid_key = true;
  return branch;
}

Branch people_without_account(const SourceTables& source) {
  const Relation p(source, "profiles", "p");
  Branch branch;
  branch.from = p.from();
  branch.where =
      unless_in(source, "app_users", "p.id") + " AND " + unless_in(source, "auth.users", "p.id");
  const std::string email = p.native(Kind::text, {"email"});
  branch.expressions = {
      p.text(Kind::uuid, {"id"}),
      address(email, "p.id"),
      "'!'",
      "''",
      p.native(Kind::text, {"full_name"}),
      role_of(p),
      "(coalesce(" + email + ", '') <> '')::text",
      "'false'",
      p.text(Kind::time, {"created_at"}),
      "NULL::text",
      "'0'",
      "NULL::text",
  };
  branch.keys = {"p.id"};
  branch.uuid_key = p.find("id")->type == "uuid";
  return branch;
}

}  // namespace

std::vector<Branch> expected_users(const SourceTables& source) {
  std::vector<Branch> branches;
  if (source.has("app_users")) branches.push_back(own_accounts(source));
  if (source.has("auth.users")) branches.push_back(platform_accounts(source));
  if (source.has("profiles")) branches.push_back(people_without_account(source));
  return branches;
}

std::vector<Branch> expected_profiles(const SourceTables& source) {
  std::vector<Branch> branches;
  if (source.has("profiles")) {
    const Relation p(source, "profiles", "p");
    Branch branch;
    branch.from = p.from();
    for (const Column& column : find_table("profiles")->columns)
      branch.expressions.push_back(p.text(column.kind, {column.name}));
    branch.keys = {p.raw("id")};
    branch.uuid_key = p.find("id")->type == "uuid";
    branches.push_back(std::move(branch));
  }
  // id, email, full_name, avatar_url, created_at, updated_at of an account without one.
  for (Branch account : expected_users(source)) {
    if (account.keys[0] == "p.id") continue;  // made from its profile
    const std::string without = unless_in(source, "profiles", account.keys[0]);
    account.where = account.where.empty() ? without : account.where + " AND " + without;
    const std::vector<std::string> user = account.expressions;
    account.expressions = {user[0], user[1], user[4], "NULL::text", user[8], user[8]};
    branches.push_back(std::move(account));
  }
  return branches;
}

}  // namespace monitora::transfer
