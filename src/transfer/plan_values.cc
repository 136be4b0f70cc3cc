#include "transfer/plan_values.h"

#include <algorithm>
#include <array>

#include "sql/quoted.h"

namespace monitora::transfer {
namespace {

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

bool is_vector_type(std::string_view type) {
  return is_text_type(type) ||
         is_one_of(type, {"vector", "halfvec", "_float4", "_float8", "bytea", "json", "jsonb"});
}

// The column as the reader takes it for this kind, or cast to what it takes.
PlannedValue one_value(const Side& side, const CatalogColumn& column, Kind kind) {
  PlannedValue value{side.column(column.name), column.type, {column.name}, "", !column.not_null};
  const auto become = [&](std::string sql, std::string_view type, std::string conversion) {
    value.sql = std::move(sql);
    value.type = type;
    value.conversion = std::move(conversion);
  };
  const bool text = is_text_type(column.type);
  if (kind == Kind::text && !text)
    become(value.sql + "::text", "text", column.shown_type + " → text");
  if (kind == Kind::json && !text && !is_one_of(column.type, {"json", "jsonb"}))
    become("to_json(" + value.sql + ")", "json", column.shown_type + " → JSON");
  if (kind == Kind::vector) {
    if (!is_vector_type(column.type))
      become(value.sql + "::float8[]", "_float8", column.shown_type + " → float32");
    else if (column.type != "bytea")
      value.conversion = column.shown_type + " → float32";
  }
  if (kind == Kind::time && column.type == "timestamp") value.conversion = "UTC";
  return value;
}

}  // namespace

std::string Side::column(std::string_view name) const {
  return std::string(alias) + "." + sql::quoted(name);
}

std::string Side::from() const {
  return relation->quoted_name() + " " + std::string(alias);
}

bool is_text_type(std::string_view type) {
  return is_one_of(type, {"text", "varchar", "bpchar", "name", "citext", "enum", "unknown"});
}

std::string_view canonical_type(Kind kind) {
  switch (kind) {
    case Kind::uuid:
      return "uuid";
    case Kind::text:
      return "text";
    case Kind::json:
      return "text";
    case Kind::integer:
      return "numeric";
    case Kind::real:
      return "float8";
    case Kind::boolean:
      return "bool";
    case Kind::time:
      return "timestamptz";
    case Kind::date:
      return "date";
    case Kind::bytes:
      return "bytea";
    case Kind::vector:
      return "_float4";
  }
  return "text";
}

std::string canonical(const PlannedValue& value, Kind kind) {
  const std::string_view type = canonical_type(kind);
  if (value.absent()) return "NULL::" + std::string(type);
  return value.type == type ? value.sql : "(" + value.sql + ")::" + std::string(type);
}

PlannedValue value_of(const Side& side, const std::vector<std::string_view>& names, Kind kind) {
  std::vector<PlannedValue> found;
  for (std::string_view name : names) {
    const CatalogColumn* column = side ? side.relation->find(name) : nullptr;
    if (column != nullptr) found.push_back(one_value(side, *column, kind));
  }
  if (found.empty())
    return {"NULL::" + std::string(canonical_type(kind)), std::string(canonical_type(kind))};
  PlannedValue first = found.front();
  // Vectors of two types have no common one: the second column stays where it is.
  if (kind == Kind::vector)
    std::erase_if(found, [&](const PlannedValue& other) { return other.type != first.type; });
  if (found.size() == 1) return first;
  const bool same = std::ranges::all_of(found, [&](const PlannedValue& other) {
    return other.type == first.type || (is_text_type(other.type) && is_text_type(first.type) &&
                                        other.type != "enum" && first.type != "enum");
  });
  PlannedValue all{
      "coalesce(", same ? first.type : std::string(canonical_type(kind)), {}, "", true};
  for (const PlannedValue& each : found) {
    if (&each != &found.front()) all.sql += ", ";
    all.sql += same ? each.sql : canonical(each, kind);
    all.names.push_back(each.names.front());
    if (all.conversion.empty()) all.conversion = each.conversion;
    all.nullable = all.nullable && each.nullable;
  }
  all.sql += ")";
  return all;
}

PlannedValue value_of(const Side& side, std::initializer_list<std::string_view> names, Kind kind) {
  return value_of(side, std::vector<std::string_view>(names), kind);
}

}  // namespace monitora::transfer
