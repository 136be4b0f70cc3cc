// app_users and profiles: whoever has an account of MONITORA's, a login of Supabase's or only a
// profile, once.
#include <fmt/format.h>

#include "transfer/plan_builder.h"

namespace monitora::transfer {
namespace {

// `column` of a login of Supabase's (u) or of a profile that has none (p).
struct AccountSql {
  std::string of_login;
  std::string of_profile;
  std::string conversion;
};

class People {
 public:
  explicit People(PlanBuilder& builder)
      : builder_(builder),
        own_(builder.side("app_users", "a")),
        login_{builder.catalog().find("auth", "users"), "u"},
        profile_(builder.side("profiles", "p")) {
    if (login_ && (!login_.relation->readable || login_.relation->hides_rows))
      login_.relation = nullptr;
  }

  bool nobody() const { return !own_ && !login_ && !profile_; }
  void plan();

 private:
  std::string text(const Side& side, std::string_view column) const {
    return canonical(value_of(side, {column}, Kind::text), Kind::text);
  }
  std::string time(const Side& side, std::string_view column) const {
    return canonical(value_of(side, {column}, Kind::time), Kind::time);
  }
  TablePlan begin(std::string_view table) const;
  AccountSql account(std::string_view column) const;
  std::string email(const Side& side) const;
  std::string is_active() const;
  std::string full_name() const;
  std::string role() const;
  void add_account_column(TablePlan& table);
  void add_profile_column(TablePlan& table);
  std::string account_sql(const Column& column);

  PlanBuilder& builder_;
  Side own_, login_, profile_;
  std::string id_;
};

TablePlan People::begin(std::string_view table) const {
  TablePlan made = builder_.begin(table, {own_, login_, profile_});
  std::string ids;
  for (const Side& side : {own_, login_, profile_}) {
    if (!side) continue;
    if (ids.empty()) {
      made.from = side.from();
      ids = side.column("id");
      continue;
    }
    made.from +=
        fmt::format(" FULL JOIN {} ON {} = coalesce({})", side.from(), side.column("id"), ids);
    ids += ", " + side.column("id");
  }
  return made;
}

// Nobody is without an address: it is what a person signs in with, and unique.
std::string People::email(const Side& side) const {
  return fmt::format("coalesce(nullif({}, ''), {}::text || '@no-email.invalid')",
                     text(side, "email"), side.column("id"));
}

std::string People::is_active() const {
  return fmt::format(
      "(coalesce({}, '') <> '' AND NOT coalesce({} > '{}'::timestamptz, false) AND {} IS NULL)",
      text(login_, "email"), time(login_, "banned_until"), builder_.catalog().taken_at,
      time(login_, "deleted_at"));
}

std::string People::full_name() const {
  const std::string own = text(profile_, "full_name");
  if (!login_.has("raw_user_meta_data")) return own;
  const std::string data = login_.column("raw_user_meta_data");
  return fmt::format("coalesce({}, {} ->> 'full_name', {} ->> 'name')", own, data, data);
}

std::string People::role() const {
  return fmt::format(
      "CASE WHEN {} IN ('lecteur', 'viewer', 'reader') THEN 'lecteur'::text ELSE 'admin'::text END",
      text(profile_, "role"));
}

AccountSql People::account(std::string_view column) const {
  if (column == "email")
    return {email(login_), email(profile_), "'' / NULL → <id>@no-email.invalid"};
  if (column == "password_hash")
    return {fmt::format("coalesce(nullif({}, ''), '!')", text(login_, "encrypted_password")),
            "'!'::text", "'' / NULL → !"};
  if (column == "password_salt") return {"''::text", "''::text", ""};
  if (column == "full_name") return {full_name(), text(profile_, "full_name"), ""};
  if (column == "role") return {role(), role(), "lecteur / viewer / reader → lecteur; * → admin"};
  if (column == "is_active")
    return {is_active(), fmt::format("(coalesce({}, '') <> '')", text(profile_, "email")),
            "banned_until, deleted_at, email → is_active"};
  if (column == "email_verified")
    return {fmt::format("(coalesce({}, {}) IS NOT NULL)", time(login_, "email_confirmed_at"),
                        time(login_, "confirmed_at")),
            "false", "email_confirmed_at → email_verified"};
  if (column == "created_at") return {time(login_, "created_at"), time(profile_, "created_at"), ""};
  if (column == "last_login_at")
    return {time(login_, "last_sign_in_at"), "NULL::timestamptz", "last_sign_in_at"};
  if (column == "failed_login_attempts") return {"0::numeric", "0::numeric", ""};
  return {"NULL::timestamptz", "NULL::timestamptz", ""};  // locked_until
}

std::string People::account_sql(const Column& column) {
  if (column.name == "id") return id_;
  const AccountSql sql = account(column.name);
  std::string out = "CASE";
  if (own_)
    out += fmt::format(" WHEN {} IS NOT NULL THEN {}", own_.column("id"),
                       canonical(value_of(own_, {column.name}, column.kind), column.kind));
  if (login_) out += fmt::format(" WHEN {} IS NOT NULL THEN {}", login_.column("id"), sql.of_login);
  if (profile_)
    out += fmt::format(" WHEN {} IS NOT NULL THEN {}", profile_.column("id"), sql.of_profile);
  return out + " END";
}

void People::add_account_column(TablePlan& table) {
  const Column& column = builder_.next_column(table);
  std::string source;
  const auto from = [&](const Side& side, std::string_view name) {
    if (!side.has(name)) return;
    source += (source.empty() ? "" : ", ") + side.relation->name + "." + std::string(name);
  };
  from(own_, column.name);
  if (own_ && own_.has(column.name)) builder_.use(own_, column.name);
  constexpr std::pair<std::string_view, std::string_view> kLogin[] = {
      {"password_hash", "encrypted_password"},
      {"full_name", "raw_user_meta_data"},
      {"email_verified", "email_confirmed_at"},
      {"last_login_at", "last_sign_in_at"},
      {"is_active", "banned_until"}};
  for (const auto& [target, name] : kLogin)
    if (target == column.name) from(login_, name);
  from(login_, column.name == "role" ? "" : column.name);
  if (column.name == "full_name" || column.name == "role") from(profile_, column.name);
  if (!login_ && column.name != "full_name" && column.name != "role") from(profile_, column.name);
  builder_.add(table, account_sql(column), std::move(source),
               login_ || profile_ ? account(column.name).conversion : "");
}

void People::add_profile_column(TablePlan& table) {
  const Column& column = builder_.next_column(table);
  const PlannedValue own = value_of(profile_, {column.name}, column.kind);
  if (column.name == "id") {
    if (profile_) builder_.use(profile_, "id");
    builder_.add(table, id_, profile_ ? "profiles.id" : "app_users.id", "");
    return;
  }
  // Who has no profile gets one from the account.
  const std::string_view account_column = column.name == "updated_at" ? "created_at" : column.name;
  std::string other = "NULL::text";
  for (const Column& each : find_table("app_users")->columns)
    if (each.name == account_column) other = account_sql(each);
  if (!profile_) {
    builder_.add(table, other, "app_users." + std::string(account_column), "");
    return;
  }
  if (!own.absent()) builder_.use(profile_, own);
  builder_.add(table,
               fmt::format("CASE WHEN {} IS NOT NULL THEN {} ELSE {} END", profile_.column("id"),
                           canonical(own, column.kind), other),
               own.absent() ? "" : "profiles." + own.names.front(), own.conversion);
}

void People::plan() {
  for (const Side& side : {own_, login_, profile_})
    if (side) id_ += (id_.empty() ? "" : ", ") + side.column("id");
  id_ = "coalesce(" + id_ + ")";
  TablePlan accounts = begin("app_users");
  while (accounts.columns.size() < accounts.target->columns.size()) add_account_column(accounts);
  if (own_) builder_.use(own_, "id");
  if (!own_ && profile_) builder_.use(profile_, "role");
  builder_.plan().tables.push_back(std::move(accounts));
  TablePlan profiles = begin("profiles");
  while (profiles.columns.size() < profiles.target->columns.size()) add_profile_column(profiles);
  builder_.plan().tables.push_back(std::move(profiles));
}

}  // namespace

void plan_people(PlanBuilder& builder) {
  People people(builder);
  if (people.nobody()) return;
  people.plan();
}

}  // namespace monitora::transfer
