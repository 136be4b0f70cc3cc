// What the parts of make_plan share: the plan as it grows, and which columns of the source it uses.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transfer/catalog.h"
#include "transfer/plan.h"
#include "transfer/plan_values.h"

namespace monitora::transfer {

class PlanBuilder {
 public:
  explicit PlanBuilder(const Catalog& catalog) : catalog_(catalog) {}

  const Catalog& catalog() const { return catalog_; }
  Plan& plan() { return plan_; }

  // A table of the application's schema, or nothing.
  Side side(std::string_view table, std::string_view alias) const {
    return {catalog_.find(table), alias};
  }

  // The plan of a table, with no columns yet.
  TablePlan begin(std::string_view table, std::initializer_list<Side> sides) const;
  // The next column of the table's plan, in their order.
  void add(TablePlan& table, const Side& side, const PlannedValue& value);
  void add(TablePlan& table, std::string sql, std::string source, std::string conversion);
  const Column& next_column(const TablePlan& table) const {
    return table.target->columns[table.columns.size()];
  }

  // Marks columns as having a place. A column behind another in coalesce() has one only where the
  // other is NULL.
  void use(const Side& side, const PlannedValue& value);
  void use(const Side& side, std::string_view column) { used_[side.relation].emplace(column); }
  void recognise(std::string name);

  // Everything of the source that was not used.
  void list_left_behind();

 private:
  void leave_columns(const CatalogRelation& relation);

  const Catalog& catalog_;
  Plan plan_;
  std::map<const CatalogRelation*, std::set<std::string, std::less<>>> used_;
  // (relation, column) → the column that stands before it.
  std::map<std::pair<const CatalogRelation*, std::string>, std::string> behind_;
};

// plan_people.cc: app_users and profiles, from accounts of either kind.
void plan_people(PlanBuilder& builder);
// plan_tables.cc: any other table, if the source has it.
void plan_table(PlanBuilder& builder, const Table& target);

}  // namespace monitora::transfer
