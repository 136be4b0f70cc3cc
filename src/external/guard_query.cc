#include "base/text.h"
#include "external/guard_printer.h"

namespace monitora::external {
namespace {

std::string join_texts(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::string_view set_word(std::string_view op, std::string_view quantifier) {
  if (op == "Union") {
    if (quantifier == "All") return " UNION ALL ";
    if (quantifier == "None" || quantifier == "Distinct") return " UNION ";
  }
  if (quantifier == "None" && op == "Except") return " EXCEPT ";
  if (quantifier == "None" && op == "Intersect") return " INTERSECT ";
  refuse(op);
}

}  // namespace

std::string Printer::query(const Value& value, bool outermost) {
  Node node(value);
  const Value& common = node.take("with");
  std::string out;
  const std::size_t scopes = scopes_.size();
  if (!common.is_null()) out = with(common);
  out += body(node.take("body"));
  if (const Value& order = node.take("order_by"); !order.is_null()) out += order_by(order);
  out += limit(node.take("limit_clause"), node.take("fetch"), outermost);
  node.done();
  scopes_.resize(scopes);
  return out;
}

// Common table expressions get names of ours, so that one can never be taken for a table, nor a
// table for one, whatever the database thinks of its scope.
std::string Printer::with(const Value& value) {
  Node node(value);
  const bool recursive = node.take("recursive").as_bool();
  const bool names_itself = recursive || is(ExternalEngine::sqlserver);
  scopes_.emplace_back();
  std::vector<std::string> parts;
  for (const Value& each : node.take("cte_tables").as_array()) {
    Node cte(each);
    Node alias(cte.take("alias"));
    const std::string key = key_of(name_of(alias.take("name")));
    (void)alias.take("explicit");
    std::vector<std::string> columns;
    for (const Value& one : alias.take("columns").as_array()) {
      Node column_node(one);
      columns.push_back(quoted(name_of(column_node.take("name"))));
      column_node.done();
    }
    alias.done();
    (void)cte.take("materialized");
    const std::string ours = "monitora_" + std::to_string(++ctes_);
    if (names_itself) scopes_.back()[key] = ours;
    std::string text = quoted(ours);
    if (!columns.empty()) text += " (" + join_texts(columns, ", ") + ")";
    text += " AS (" + query(cte.take("query")) + ")";
    cte.done();
    parts.push_back(std::move(text));
    scopes_.back()[key] = ours;
  }
  node.done();
  const bool says_so = recursive && !is(ExternalEngine::sqlserver);
  return std::string("WITH ") + (says_so ? "RECURSIVE " : "") + join_texts(parts, ", ") + " ";
}

std::string Printer::body(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.content == nullptr) refuse(kind.name);
  if (kind.name == "Select") return select(*kind.content);
  if (kind.name == "Query") return "(" + query(*kind.content) + ")";
  if (kind.name != "SetOperation") refuse(kind.name);
  Node node(*kind.content);
  const Value& op = node.take("op");
  const std::string_view word = set_word(op.as_string(), node.take("set_quantifier").as_string());
  std::string out = side(node.take("left"), op, true) + std::string(word);
  out += side(node.take("right"), op, false);
  node.done();
  return out;
}

// Parentheses where the order of set operations could be read otherwise.
std::string Printer::side(const Value& value, const Value& op, bool left) {
  const Variant kind = variant_of(value);
  if (kind.name != "SetOperation") return body(value);
  const bool chain = left && op.as_string() == "Union" && kind.content != nullptr &&
                     kind.content->at("op").as_string() == "Union";
  return chain ? body(value) : "(" + body(value) + ")";
}

std::string Printer::select(const Value& value) {
  Node node(value);
  if (node.take("flavor").as_string() != "Standard") refuse("FROM …");
  (void)node.take("top_before_distinct");
  // First, for the names that everything else uses.
  std::vector<std::string> from;
  for (const Value& each : node.take("from").as_array()) from.push_back(table_with_joins(each));

  std::string out = "SELECT ";
  if (const Value& distinct = node.take("distinct"); !distinct.is_null()) {
    const Variant kind = variant_of(distinct);
    if (kind.name == "Distinct")
      out += "DISTINCT ";
    else if (kind.name == "On" && is(ExternalEngine::postgres) && kind.content != nullptr)
      out += "DISTINCT ON (" + expressions(*kind.content) + ") ";
    else if (kind.name != "All")
      refuse(kind.name);
  }
  if (const Value& most = node.take("top"); !most.is_null()) out += top(most);
  std::vector<std::string> items;
  for (const Value& each : node.take("projection").as_array()) items.push_back(projection(each));
  if (items.empty()) refuse("SELECT");
  out += join_texts(items, ", ");
  if (!from.empty()) out += " FROM " + join_texts(from, ", ");
  if (const Value& where = node.take("selection"); !where.is_null())
    out += " WHERE " + expression(where);
  out += group_by(node.take("group_by"));
  if (const Value& having = node.take("having"); !having.is_null())
    out += " HAVING " + expression(having);
  node.done();
  return out;
}

std::string Printer::projection(const Value& item) {
  const Variant kind = variant_of(item);
  if (kind.content == nullptr) refuse(kind.name);
  if (kind.name == "UnnamedExpr") return expression(*kind.content);
  if (kind.name == "ExprWithAlias") {
    Node node(*kind.content);
    std::string out = expression(node.take("expr"));
    out += " AS " + quoted(name_of(node.take("alias")));
    node.done();
    return out;
  }
  if (kind.name == "Wildcard") return wildcard(*kind.content) + "*";
  if (kind.name != "QualifiedWildcard" || !kind.content->is_array() ||
      kind.content->get_array().size() != 2)
    refuse(kind.name);
  const Variant of = variant_of(kind.content->get_array()[0]);
  if (of.name != "ObjectName") refuse("(…).*");
  const std::vector<std::string> name = object_name(*of.content);
  const auto source = sources_.find(key_of(name.back()));
  if (name.size() > 2 || source == sources_.end()) refuse(name.back() + ".*");
  if (name.size() == 2) (void)find_table(name);
  return wildcard(kind.content->get_array()[1]) + quoted(source->second.written) + ".*";
}

// EXCEPT, REPLACE and the like; nothing to write.
std::string Printer::wildcard(const Value& options) {
  Node(options).done();
  return {};
}

std::string Printer::top(const Value& value) {
  if (!is(ExternalEngine::sqlserver)) refuse("TOP");
  Node node(value);
  const Variant quantity = variant_of(node.take("quantity"));
  if (quantity.content == nullptr) refuse("TOP");
  const std::string number = quantity.name == "Constant"
                                 ? std::to_string(quantity.content->to_number<std::uint64_t>())
                                 : count(*quantity.content);
  std::string out = "TOP (" + number + ") ";
  if (node.take("percent").as_bool()) out += "PERCENT ";
  if (node.take("with_ties").as_bool()) out += "WITH TIES ";
  node.done();
  return out;
}

std::string Printer::group_by(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.name != "Expressions" || kind.content == nullptr)
    refuse("GROUP BY " + std::string(kind.name));
  const auto& parts = kind.content->as_array();
  std::vector<std::string> items;
  for (const Value& each : parts.at(0).as_array()) items.push_back(group_item(each));
  std::string out = items.empty() ? "" : " GROUP BY " + join_texts(items, ", ");
  for (const Value& modifier : parts.at(1).as_array()) {
    if (!modifier.is_string() || modifier.get_string() != "Rollup" || !is(ExternalEngine::mysql))
      refuse("GROUP BY … WITH");
    out += " WITH ROLLUP";
  }
  return out;
}

std::string Printer::group_item(const Value& value) {
  const Variant kind = variant_of(value);
  const std::string_view word = kind.name == "Rollup"         ? "ROLLUP ("
                                : kind.name == "Cube"         ? "CUBE ("
                                : kind.name == "GroupingSets" ? "GROUPING SETS ("
                                                              : "";
  if (word.empty()) return expression(value);
  std::vector<std::string> sets;
  for (const Value& each : kind.content->as_array()) sets.push_back("(" + expressions(each) + ")");
  return std::string(word) + join_texts(sets, ", ") + ")";
}

std::string Printer::order_by(const Value& value) {
  Node node(value);
  const Variant kind = variant_of(node.take("kind"));
  if (kind.name != "Expressions" || kind.content == nullptr) refuse("ORDER BY ALL");
  std::string out = " ORDER BY " + order_items(*kind.content);
  node.done();
  return out;
}

std::string Printer::order_items(const Value& list) {
  std::vector<std::string> items;
  for (const Value& each : list.as_array()) {
    Node node(each);
    std::string item = expression(node.take("expr"));
    Node options(node.take("options"));
    if (const Value& sort = options.take("sort"); !sort.is_null()) {
      const Variant way = variant_of(sort);
      if (way.name != "Asc" && way.name != "Desc") refuse("ORDER BY … USING");
      item += way.name == "Desc" ? " DESC" : " ASC";
    }
    if (const Value& nulls = options.take("nulls_first"); !nulls.is_null()) {
      if (!is(ExternalEngine::postgres)) refuse("NULLS FIRST");
      item += nulls.as_bool() ? " NULLS FIRST" : " NULLS LAST";
    }
    options.done();
    node.done();
    items.push_back(std::move(item));
  }
  return join_texts(items, ", ");
}

// A number that is written out.
std::string Printer::count(const Value& expression_value) {
  const Variant kind = variant_of(expression_value);
  if (kind.name == "Nested" && kind.content != nullptr) return count(*kind.content);
  const std::string number = kind.name == "Value" ? literal(*kind.content) : "";
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos)
    refuse("LIMIT …");
  return number;
}

std::string Printer::limit(const Value& clause, const Value& fetch, bool outermost) {
  std::string most, skip;
  if (!clause.is_null()) {
    const Variant kind = variant_of(clause);
    if (kind.content == nullptr) refuse("LIMIT");
    Node node(*kind.content);
    if (const Value& limit_value = node.take("limit"); !limit_value.is_null())
      most = count(limit_value);
    if (const Value& offset = node.take("offset"); !offset.is_null()) {
      if (kind.name == "LimitOffset") {
        Node parts(offset);
        skip = count(parts.take("value"));
        (void)parts.take("rows");
        parts.done();
      } else {
        skip = count(offset);
      }
    }
    node.done();
  }
  if (!fetch.is_null()) {
    Node node(fetch);
    const Value& quantity = node.take("quantity");
    if (!most.empty()) refuse("LIMIT … FETCH");
    most = quantity.is_null() ? "1" : count(quantity);
    node.done();
  }
  if (is(ExternalEngine::sqlserver)) {
    if (!most.empty() && skip.empty()) refuse("LIMIT");
    std::string out = skip.empty() ? "" : " OFFSET " + skip + " ROWS";
    if (!most.empty()) out += " FETCH NEXT " + most + " ROWS ONLY";
    return out;
  }
  if (most.empty() && (outermost || (!skip.empty() && is(ExternalEngine::mysql))))
    most = outermost ? std::to_string(most_rows_) : "18446744073709551615";
  std::string out = most.empty() ? "" : " LIMIT " + most;
  if (!skip.empty()) out += " OFFSET " + skip;
  return out;
}

std::string Printer::table_with_joins(const Value& value) {
  Node node(value);
  std::string out = table_factor(node.take("relation"));
  for (const Value& each : node.take("joins").as_array()) out += join(each);
  node.done();
  return out;
}

std::string Printer::table_factor(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.content == nullptr) refuse(kind.name);
  if (kind.name == "Table") return base_table(*kind.content);
  if (kind.name == "Derived") return derived(*kind.content);
  if (kind.name != "NestedJoin") refuse(kind.name);
  Node node(*kind.content);
  std::string out = "(" + table_with_joins(node.take("table_with_joins")) + ")";
  node.done();
  return out;
}

std::string Printer::base_table(const Value& value) {
  Node node(value);
  const std::vector<std::string> name = object_name(node.take("name"));
  std::string alias = name.back();
  std::vector<std::string> columns;
  if (const Value& given = node.take("alias"); !given.is_null()) {
    Node alias_node(given);
    alias = name_of(alias_node.take("name"));
    (void)alias_node.take("explicit");
    alias_node.done();
  }
  // NOLOCK asks for nothing that we would give; it may stand there, and is not written.
  for (const Value& hint : node.take("with_hints").as_array()) {
    const Variant kind = variant_of(hint);
    if (kind.name != "Identifier" || lower(name_of(*kind.content)) != "nolock") refuse("WITH (…)");
  }
  node.done();
  if (name.size() == 1)
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      if (const auto cte = scope->find(key_of(name.front())); cte != scope->end())
        return quoted(cte->second) + " AS " + declare(alias, nullptr);

  const ExternalTable& table = find_table(name);
  std::string full = table.schema.empty() ? "" : quoted(table.schema) + ".";
  full += quoted(table.name);
  // Of columns that may not be read nothing is in reach of the rest, `*` included.
  if (table.is_partial) {
    std::vector<std::string> readable;
    for (const ExternalColumn& each : table.columns) readable.push_back(quoted(each.name));
    full = "(SELECT " + join_texts(readable, ", ") + " FROM " + full + ")";
  }
  return full + " AS " + declare(alias, &table);
}

std::string Printer::derived(const Value& value) {
  Node node(value);
  const bool lateral = node.take("lateral").as_bool();
  std::string out =
      std::string(lateral ? "LATERAL " : "") + "(" + query(node.take("subquery")) + ")";
  const Value& given = node.take("alias");
  if (given.is_null()) refuse("FROM (SELECT …) ?");
  Node alias(given);
  out += " AS " + declare(name_of(alias.take("name")), nullptr);
  (void)alias.take("explicit");
  std::vector<std::string> columns;
  for (const Value& each : alias.take("columns").as_array()) {
    Node column_node(each);
    columns.push_back(quoted(name_of(column_node.take("name"))));
    column_node.done();
  }
  if (!columns.empty()) out += " (" + join_texts(columns, ", ") + ")";
  alias.done();
  node.done();
  return out;
}

std::string Printer::join(const Value& value) {
  Node node(value);
  const Value& relation = node.take("relation");
  const Variant kind = variant_of(node.take("join_operator"));
  node.done();
  if (kind.content == nullptr) {
    if (!is(ExternalEngine::sqlserver)) refuse(kind.name);
    if (kind.name == "CrossApply") return " CROSS APPLY " + table_factor(relation);
    if (kind.name == "OuterApply") return " OUTER APPLY " + table_factor(relation);
    refuse(kind.name);
  }
  const std::string_view word = kind.name == "Join" || kind.name == "Inner"         ? "INNER JOIN "
                                : kind.name == "Left" || kind.name == "LeftOuter"   ? "LEFT JOIN "
                                : kind.name == "Right" || kind.name == "RightOuter" ? "RIGHT JOIN "
                                : kind.name == "FullOuter" && !is(ExternalEngine::mysql)
                                    ? "FULL JOIN "
                                : kind.name == "CrossJoin" ? "CROSS JOIN "
                                                           : "";
  if (word.empty()) refuse(kind.name);
  const std::string table = table_factor(relation);
  const Variant how = variant_of(*kind.content);
  if (how.name == "Natural") return " NATURAL " + std::string(word) + table;
  return " " + std::string(word) + table + constraint(*kind.content);
}

std::string Printer::constraint(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.content == nullptr) {
    if (kind.name != "None") refuse(kind.name);
    return {};
  }
  if (kind.name == "On") return " ON " + expression(*kind.content);
  if (kind.name != "Using") refuse(kind.name);
  std::vector<std::string> names;
  for (const Value& each : kind.content->as_array()) {
    if (each.as_array().size() != 1) refuse("USING");
    const Variant part = variant_of(each.get_array().front());
    if (part.name != "Identifier" || part.content == nullptr) refuse("USING");
    names.push_back(column(*part.content));
  }
  return " USING (" + join_texts(names, ", ") + ")";
}

}  // namespace monitora::external
