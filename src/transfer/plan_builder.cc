#include "transfer/plan_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/quoted.h"

namespace monitora::transfer {
namespace {

// What a node keeps for itself and makes anew (tables.h).
constexpr std::array<std::string_view, 6> kWorkingState{
    "jobs", "change_log", "rate_limits", "schema_migrations", "transfer_runs", "transfer_ranges"};
// The subscription plans of the first program, which this one does not have.
constexpr std::array<std::string_view, 3> kPlanColumns{"plan", "workspaces_limit", "role"};

}  // namespace

TablePlan PlanBuilder::begin(std::string_view table, std::initializer_list<Side> sides) const {
  TablePlan made;
  made.target = find_table(table);
  made.key_is_unique = true;
  std::vector<std::string> key;
  for (const Column& column :
       made.target->columns.first(static_cast<std::size_t>(made.target->key_columns)))
    key.emplace_back(column.name);
  for (const Side& side : sides) {
    if (!side) continue;
    made.aliases.emplace_back(side.alias);
    if (!made.source.empty()) made.source += ", ";
    made.source += side.relation->schema + "." + side.relation->name;
    made.rows = std::max(made.rows, side.relation->rows);
    made.bytes += side.relation->bytes;
    if (made.from.empty()) made.from = side.from();
    made.key_is_unique =
        made.key_is_unique && std::ranges::is_permutation(side.relation->primary_key, key);
  }
  return made;
}

void PlanBuilder::add(TablePlan& table, const Side& side, const PlannedValue& value) {
  std::string source;
  for (const std::string& name : value.names)
    source += (source.empty() ? "" : ", ") + side.relation->name + "." + name;
  if (!value.absent()) use(side, value);
  add(table, value.sql, std::move(source), value.conversion);
}

void PlanBuilder::add(TablePlan& table, std::string sql, std::string source,
                      std::string conversion) {
  table.columns.push_back(
      {&next_column(table), std::move(sql), std::move(source), std::move(conversion)});
}

void PlanBuilder::use(const Side& side, const PlannedValue& value) {
  for (const std::string& name : value.names) {
    use(side, name);
    if (name != value.names.front()) behind_[{side.relation, name}] = value.names.front();
  }
}

void PlanBuilder::recognise(std::string name) {
  if (std::ranges::find(plan_.generation, name) == plan_.generation.end())
    plan_.generation.push_back(std::move(name));
}

void PlanBuilder::list_left_behind() {
  for (const CatalogRelation& relation : catalog_.relations) {
    if (relation.schema != catalog_.schema) continue;  // auth.*: the platform's own
    if (used_.contains(&relation)) {
      leave_columns(relation);
      continue;
    }
    const bool known = std::ranges::find(kWorkingState, relation.name) != kWorkingState.end();
    plan_.left_behind.push_back(
        {relation.name, "", std::max<std::int64_t>(relation.rows, 0),
         known ? Sentence{"État de travail du programme, refait par le nouveau serveur.",
                          "Working state of the program, made anew by the new server."}
               : Sentence{"Cette table n'a pas de place dans MONITORA : gardez-la ailleurs si elle "
                          "sert encore.",
                          "This table has no place in MONITORA: keep it elsewhere if it is still "
                          "of use."},
         "", known});
  }
}

void PlanBuilder::leave_columns(const CatalogRelation& relation) {
  for (const CatalogColumn& column : relation.columns) {
    const std::string name = sql::quoted(column.name);
    LeftBehind left{relation.name, column.name, relation.rows, {}, name + " IS NOT NULL", false};
    if (const auto before = behind_.find({&relation, column.name}); before != behind_.end()) {
      left.why = {fmt::format("Repris là où {} est vide ; ailleurs cette autre valeur reste "
                              "derrière.",
                              before->second),
                  fmt::format("Taken where {} is empty; elsewhere this other value stays behind.",
                              before->second)};
      left.condition += fmt::format(" AND {0} IS NOT NULL AND {1}::text <> {0}::text",
                                    sql::quoted(before->second), name);
      left.known = true;
    } else if (used_[&relation].contains(column.name)) {
      continue;
    } else if (relation.name == "profiles" &&
               std::ranges::find(kPlanColumns, column.name) != kPlanColumns.end()) {
      left.why = {"Les formules d'abonnement n'existent plus.",
                  "There are no subscription plans any more."};
      left.known = true;
    } else {
      left.why = {
          "Cette colonne n'a pas de place dans MONITORA : gardez-la ailleurs si elle sert "
          "encore.",
          "This column has no place in MONITORA: keep it elsewhere if it is still of use."};
    }
    plan_.left_behind.push_back(std::move(left));
  }
}

}  // namespace monitora::transfer
