// SQL expressions over a source's columns, of types that copy_reader.h reads. Used to make plans.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/catalog.h"
#include "transfer/tables.h"

namespace monitora::transfer {

// A source table under its alias in a FROM. An absent table is one whose relation is null.
struct Side {
  const CatalogRelation* relation = nullptr;
  std::string_view alias;

  explicit operator bool() const { return relation != nullptr; }
  bool has(std::string_view column) const { return relation != nullptr && relation->find(column); }
  std::string column(std::string_view name) const;  // t."name"
  std::string from() const;                         // "public"."messages" t
};

// An expression that a column's value is made of.
struct PlannedValue {
  std::string sql;
  std::string type;                     // pg_type.typname
  std::vector<std::string> names = {};  // source columns, the first is preferred
  std::string conversion = {};          // for a person
  bool nullable = true;

  bool absent() const { return names.empty(); }
};

bool is_text_type(std::string_view type);

// The first of `names` that the table has, or coalesce() of those it has; absent when it has none.
PlannedValue value_of(const Side& side, std::initializer_list<std::string_view> names, Kind kind);
PlannedValue value_of(const Side& side, const std::vector<std::string_view>& names, Kind kind);

// The same in the one type that all expressions of a kind can be mixed in: text, timestamptz …
std::string canonical(const PlannedValue& value, Kind kind);
// That type's name, for NULL and constants.
std::string_view canonical_type(Kind kind);

}  // namespace monitora::transfer
