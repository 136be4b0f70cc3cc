#include "transfer/postgres_source_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "sql/quoted.h"

namespace monitora::transfer {
namespace {

std::int64_t to_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class Completion {
 public:
  Completion(SourceConnection& connection, const Catalog& catalog, Plan& plan)
      : connection_(connection), catalog_(catalog), plan_(plan) {}

  Status run() {
    for (TablePlan& table : plan_.tables) {
      if (table.source.find(", ") == std::string::npos) continue;
      MONITORA_ASSIGN(table.rows, count("SELECT count(*) FROM " + table.from));
    }
    MONITORA_TRY(count_left_behind());
    MONITORA_TRY(note_people());
    MONITORA_TRY(note_domains());
    return note_databases();
  }

 private:
  Result<std::int64_t> count(const std::string& statement) {
    MONITORA_ASSIGN(const std::string value, connection_.value(statement));
    return to_number(value);
  }
  bool has(std::string_view table, std::string_view column) const {
    const CatalogRelation* relation = catalog_.find(table);
    return relation != nullptr && relation->find(column) != nullptr;
  }
  void note(std::string fr, std::string en) {
    plan_.notes.push_back({std::move(fr), std::move(en)});
  }

  // One pass a table. A column that holds nothing but what is taken elsewhere is not left behind.
  Status count_left_behind() {
    std::map<std::string, std::vector<LeftBehind*>> by_table;
    for (LeftBehind& left : plan_.left_behind)
      if (!left.condition.empty()) by_table[left.table].push_back(&left);
    for (auto& [table, columns] : by_table) {
      std::string counts;
      for (const LeftBehind* left : columns)
        counts += fmt::format("{}count(*) FILTER (WHERE {})", counts.empty() ? "" : ", ",
                              left->condition);
      MONITORA_ASSIGN(const SourceResult result,
                      connection_.query(fmt::format("SELECT {} FROM {}", counts,
                                                    catalog_.find(table)->quoted_name())));
      for (std::size_t i = 0; i < columns.size(); ++i)
        columns[i]->rows = to_number(field_text(result.get(), 0, static_cast<int>(i)));
    }
    std::erase_if(plan_.left_behind, [](const LeftBehind& left) {
      return left.known && !left.condition.empty() && left.rows == 0 &&
             left.condition.find(" AND ") != std::string::npos;
    });
    return {};
  }

  Status note_people() {
    const auto people = std::ranges::find_if(
        plan_.tables, [](const TablePlan& table) { return table.target->name == "app_users"; });
    if (people == plan_.tables.end()) return {};
    const auto expression = [&](std::string_view column) {
      return std::ranges::find_if(
                 people->columns,
                 [&](const ColumnPlan& each) { return each.target->name == column; })
          ->expression;
    };
    MONITORA_ASSIGN(const std::int64_t without,
                    count(fmt::format("SELECT count(*) FROM {} WHERE {} = '!'", people->from,
                                      expression("password_hash"))));
    std::string providers;
    const CatalogRelation* identities = catalog_.find("auth", "identities");
    if (identities != nullptr && identities->rows > 0 && identities->find("provider") != nullptr) {
      MONITORA_ASSIGN(providers,
                      connection_.value("SELECT coalesce(string_agg(DISTINCT provider, ', '), '') "
                                        "FROM auth.identities WHERE provider <> 'email'"));
      if (!providers.empty()) providers = " (" + providers + ")";
    }
    if (without > 0)
      note(
          fmt::format("{} personne(s) sans mot de passe{} : `monitora user reset-password` leur en "
                      "donne un avant leur première connexion.",
                      without, providers),
          fmt::format("{} people without a password{}: `monitora user reset-password` gives them "
                      "one before they first sign in.",
                      without, providers));
    MONITORA_ASSIGN(const std::int64_t unnamed,
                    count(fmt::format("SELECT count(*) FROM {} WHERE {} LIKE '%@no-email.invalid'",
                                      people->from, expression("email"))));
    if (unnamed > 0)
      note(
          fmt::format("{} personne(s) sans adresse électronique : le compte garde ses données sous "
                      "<id>@no-email.invalid.",
                      unnamed),
          fmt::format("{} people without an e-mail address: the account keeps its data as "
                      "<id>@no-email.invalid.",
                      unnamed));
    return {};
  }

  // A widget answers on listed sites only.
  Status note_domains() {
    const auto workspaces = std::ranges::find_if(
        plan_.tables, [](const TablePlan& table) { return table.target->name == "workspaces"; });
    if (workspaces == plan_.tables.end() || !has("workspaces", "name")) return {};
    const auto domains = std::ranges::find_if(workspaces->columns, [](const ColumnPlan& column) {
      return column.target->name == "allowed_domains";
    });
    MONITORA_ASSIGN(
        const SourceResult open,
        connection_.query(fmt::format(
            "SELECT t.name FROM {} WHERE coalesce(({})::text, '') ~ '^\\s*(\\[\\s*\\])?\\s*$' "
            "ORDER BY t.name::text COLLATE \"C\"",
            workspaces->from, domains->expression)));
    std::string names;
    for (int row = 0; row < PQntuples(open.get()); ++row)
      names += fmt::format("{}« {} »", row > 0 ? ", " : "", field_text(open.get(), row, 0));
    if (!names.empty())
      note(fmt::format("Sans domaine autorisé : {}. Indiquez-en un dans la console avant que leur "
                       "widget réponde sur un site.",
                       names),
           fmt::format("Without an allowed domain: {}. Enter one in the console before their "
                       "widget answers on a site.",
                       names));
    return {};
  }

  Status note_databases() {
    const CatalogRelation* databases = catalog_.find("workspace_databases");
    if (databases == nullptr || databases->rows <= 0) return {};
    note(fmt::format("{} base(s) de clients : leur mot de passe est chiffré par la clé de l'ancien "
                     "programme ; saisissez-le de nouveau dans la console.",
                     databases->rows),
         fmt::format("{} customers' databases: their passwords are encrypted by the old program's "
                     "key; enter them again in the console.",
                     databases->rows));
    return {};
  }

  SourceConnection& connection_;
  const Catalog& catalog_;
  Plan& plan_;
};

}  // namespace

Status complete_plan(SourceConnection& connection, const Catalog& catalog, Plan& plan) {
  return Completion(connection, catalog, plan).run();
}

}  // namespace monitora::transfer
