#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "external/guard_printer.h"

namespace monitora::external {
namespace {

// serde's name → how it is written, and in which dialects (p, m, s).
struct Operator {
  std::string_view name, written, engines;
};
constexpr Operator kOperators[] = {{"Plus", "+", "pms"},
                                   {"Minus", "-", "pms"},
                                   {"Multiply", "*", "pms"},
                                   {"Divide", "/", "pms"},
                                   {"Modulo", "%", "pms"},
                                   {"StringConcat", "||", "p"},
                                   {"Gt", ">", "pms"},
                                   {"Lt", "<", "pms"},
                                   {"GtEq", ">=", "pms"},
                                   {"LtEq", "<=", "pms"},
                                   {"Eq", "=", "pms"},
                                   {"NotEq", "<>", "pms"},
                                   {"Spaceship", "<=>", "m"},
                                   {"And", "AND", "pms"},
                                   {"Or", "OR", "pms"},
                                   {"Xor", "XOR", "m"},
                                   {"BitwiseAnd", "&", "pms"},
                                   {"BitwiseOr", "|", "pms"},
                                   {"MyIntegerDivide", "DIV", "m"},
                                   {"PGRegexMatch", "~", "p"},
                                   {"PGRegexIMatch", "~*", "p"},
                                   {"PGRegexNotMatch", "!~", "p"},
                                   {"PGRegexNotIMatch", "!~*", "p"},
                                   {"Arrow", "->", "pm"},
                                   {"LongArrow", "->>", "pm"}};

char letter_of(ExternalEngine engine) {
  return to_string(engine).front();
}

std::string operator_of(ExternalEngine engine, const boost::json::value& value) {
  const Variant op = variant_of(value);
  for (const Operator& each : kOperators)
    if (op.content == nullptr && each.name == op.name &&
        each.engines.find(letter_of(engine)) != std::string_view::npos)
      return " " + std::string(each.written) + " ";
  refuse(op.name);
}

constexpr std::pair<std::string_view, std::string_view> kTests[] = {
    {"IsNull", "IS NULL"},        {"IsNotNull", "IS NOT NULL"},      {"IsTrue", "IS TRUE"},
    {"IsNotTrue", "IS NOT TRUE"}, {"IsFalse", "IS FALSE"},           {"IsNotFalse", "IS NOT FALSE"},
    {"IsUnknown", "IS UNKNOWN"},  {"IsNotUnknown", "IS NOT UNKNOWN"}};

std::string_view not_word(const boost::json::value& negated) {
  return negated.as_bool() ? " NOT " : " ";
}

// A field of a date: "Year", or {"Week": null}.
std::string_view unit_of(const boost::json::value& value) {
  if (!value.is_string() && !(value.is_object() && value.get_object().size() == 1 &&
                              value.get_object().begin()->value().is_null()))
    refuse("EXTRACT");
  const std::string_view unit = find_unit(variant_of(value).name);
  if (unit.empty()) refuse(variant_of(value).name);
  return unit;
}

}  // namespace

std::string Printer::expressions(const Value& list) {
  std::string out;
  for (const Value& each : list.as_array()) out += (out.empty() ? "" : ", ") + expression(each);
  return out;
}

std::string Printer::expression(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.content == nullptr) refuse(kind.name);
  const Value& content = *kind.content;
  const std::string_view name = kind.name;
  if (name == "Identifier") return column(content);
  if (name == "CompoundIdentifier") return compound(content);
  if (name == "Value") return literal(content);
  if (name == "Nested") return expression(content);  // what needs parentheses has its own
  if (name == "BinaryOp") return binary(content);
  if (name == "Function") return function(content);
  if (name == "Case") return case_of(content);
  if (name == "Cast") return cast(content);
  if (name == "Convert") return convert(content);
  if (name == "Like") return like(content, "LIKE");
  if (name == "ILike" && is(ExternalEngine::postgres)) return like(content, "ILIKE");
  if (name == "SimilarTo" && is(ExternalEngine::postgres)) return like(content, "SIMILAR TO");
  if (name == "Interval" && !is(ExternalEngine::sqlserver)) return interval(content);
  if (name == "Trim") return trim_of(content);
  if (name == "Substring") return substring(content);
  if (name == "Subquery") return "(" + query(content) + ")";
  if (name == "Tuple") return "(" + expressions(content) + ")";
  for (const auto& [test, written] : kTests)
    if (name == test && (!is(ExternalEngine::sqlserver) || name.ends_with("Null")))
      return "(" + expression(content) + " " + std::string(written) + ")";
  if (is(ExternalEngine::postgres) && (name == "IsDistinctFrom" || name == "IsNotDistinctFrom"))
    return "(" + expression(content.as_array().at(0)) + " IS " +
           (name == "IsNotDistinctFrom" ? "NOT " : "") + "DISTINCT FROM " +
           expression(content.as_array().at(1)) + ")";

  Node node(content);
  std::string out;
  if (name == "UnaryOp") {
    const std::string_view op = variant_of(node.take("op")).name;
    const std::string_view word = op == "Minus"  ? "- "
                                  : op == "Plus" ? "+ "
                                  : op == "Not"  ? "NOT "
                                                 : "";
    if (word.empty()) refuse(op);
    out = "(" + std::string(word) + expression(node.take("expr")) + ")";
  } else if (name == "InList") {
    out = "(" + expression(node.take("expr")) + std::string(not_word(node.take("negated"))) +
          "IN (" + expressions(node.take("list")) + "))";
  } else if (name == "InSubquery") {
    out = "(" + expression(node.take("expr")) + std::string(not_word(node.take("negated"))) +
          "IN (" + query(node.take("subquery")) + "))";
  } else if (name == "Exists") {
    out = std::string(node.take("negated").as_bool() ? "(NOT " : "(") + "EXISTS (" +
          query(node.take("subquery")) + "))";
  } else if (name == "Between") {
    out = "(" + expression(node.take("expr")) + std::string(not_word(node.take("negated"))) +
          "BETWEEN " + expression(node.take("low")) + " AND " + expression(node.take("high")) + ")";
  } else if (name == "RLike" && is(ExternalEngine::mysql)) {
    (void)node.take("regexp");
    out = "(" + expression(node.take("expr")) + std::string(not_word(node.take("negated"))) +
          "REGEXP " + expression(node.take("pattern")) + ")";
  } else if (name == "AnyOp" || name == "AllOp") {
    (void)node.take("is_some");
    const Variant right = variant_of(node.take("right"));
    if (right.name != "Subquery" || right.content == nullptr) refuse("ANY (…)");
    out = "(" + expression(node.take("left")) + operator_of(engine_, node.take("compare_op")) +
          (name == "AnyOp" ? "ANY (" : "ALL (") + query(*right.content) + "))";
  } else if (name == "AtTimeZone" && !is(ExternalEngine::mysql)) {
    const Variant zone = variant_of(node.take("time_zone"));
    if (zone.name != "Value" || zone.content == nullptr) refuse("AT TIME ZONE …");
    out =
        "(" + expression(node.take("timestamp")) + " AT TIME ZONE " + literal(*zone.content) + ")";
  } else if (name == "Extract" && !is(ExternalEngine::sqlserver)) {
    (void)node.take("syntax");
    out = "EXTRACT(" + std::string(unit_of(node.take("field"))) + " FROM " +
          expression(node.take("expr")) + ")";
  } else if (name == "Ceil" || name == "Floor") {
    const Variant field = variant_of(node.take("field"));
    if (field.name != "DateTimeField" || field.content == nullptr || !field.content->is_string() ||
        field.content->get_string() != "NoDateTime")
      refuse(name);
    out = (name == "Ceil" ? "CEILING(" : "FLOOR(") + expression(node.take("expr")) + ")";
  } else if (name == "Position" && !is(ExternalEngine::sqlserver)) {
    out = "POSITION(" + expression(node.take("expr")) + " IN " + expression(node.take("in")) + ")";
  } else if (name == "TypedString") {
    const std::string_view kind_name = variant_of(node.take("data_type")).name;
    const std::string_view word = kind_name == "Date" ? "DATE "
                                  : kind_name == "Timestamp" || kind_name == "Datetime"
                                      ? "TIMESTAMP "
                                      : "";
    if (word.empty() || is(ExternalEngine::sqlserver)) refuse(kind_name);
    out = std::string(word) + literal(node.take("value"));
  } else {
    refuse(name);
  }
  node.done();
  return out;
}

// Each operation in its own parentheses: what binds tighter in a dialect does not matter.
std::string Printer::binary(const Value& value) {
  Node node(value);
  const Value& op = node.take("op");
  const std::string written = operator_of(engine_, op);
  std::string out =
      "(" + expression(node.take("left")) + written + expression(node.take("right")) + ")";
  node.done();
  return out;
}

std::string Printer::like(const Value& value, std::string_view word) {
  Node node(value);
  std::string out = "(" + expression(node.take("expr")) +
                    std::string(not_word(node.take("negated"))) + std::string(word) + " " +
                    expression(node.take("pattern"));
  if (const Value& escape = node.take("escape_char"); !escape.is_null()) {
    const Variant kind = variant_of(escape);
    if (kind.name != "Value" || kind.content == nullptr) refuse("ESCAPE …");
    const Variant content = variant_of(kind.content->at("value"));
    // The backslash is the default there, and cannot be written for every setting.
    const bool is_default = is(ExternalEngine::mysql) && content.content != nullptr &&
                            content.content->is_string() && content.content->get_string() == "\\";
    if (!is_default) out += " ESCAPE " + literal(*kind.content);
  }
  node.done();
  return out + ")";
}

std::string Printer::case_of(const Value& value) {
  Node node(value);
  std::string out = "CASE";
  if (const Value& operand = node.take("operand"); !operand.is_null())
    out += " " + expression(operand);
  for (const Value& each : node.take("conditions").as_array()) {
    Node when(each);
    out +=
        " WHEN " + expression(when.take("condition")) + " THEN " + expression(when.take("result"));
    when.done();
  }
  if (const Value& rest = node.take("else_result"); !rest.is_null())
    out += " ELSE " + expression(rest);
  node.done();
  return out + " END";
}

std::string Printer::cast(const Value& value) {
  Node node(value);
  const std::string_view kind = variant_of(node.take("kind")).name;
  if (kind == "TryCast" && !is(ExternalEngine::sqlserver)) refuse("TRY_CAST");
  if (kind == "SafeCast") refuse("SAFE_CAST");
  std::string out = std::string(kind == "TryCast" ? "TRY_CAST(" : "CAST(") +
                    expression(node.take("expr")) + " AS " + type(node.take("data_type")) + ")";
  node.done();
  return out;
}

std::string Printer::convert(const Value& value) {
  Node node(value);
  const bool is_try = node.take("is_try").as_bool();
  const bool type_first = node.take("target_before_value").as_bool();
  const std::string what = expression(node.take("expr"));
  const std::string into = type(node.take("data_type"));
  std::string styles;
  for (const Value& each : node.take("styles").as_array()) styles += ", " + count(each);
  node.done();
  if (type_first != is(ExternalEngine::sqlserver) || is(ExternalEngine::postgres))
    refuse("CONVERT");
  if (!type_first) return "CONVERT(" + what + ", " + into + ")";
  return std::string(is_try ? "TRY_CONVERT(" : "CONVERT(") + into + ", " + what + styles + ")";
}

// "Date", {"Int": null}, {"Numeric": {"PrecisionAndScale": [10, 2]}},
// {"Varchar": {"IntegerLength": {"length": 10, "unit": null}}}, {"Nvarchar": "Max"},
// {"Timestamp": [null, "None"]}, {"Custom": [[name], ["7"]]}.
std::string Printer::type(const Value& value) {
  const Variant kind = variant_of(value);
  std::string name(kind.name);
  std::vector<std::string> sizes;
  const auto add = [&](const Value& size) {
    sizes.push_back(std::to_string(size.to_number<std::uint32_t>()));
  };
  if (name == "Custom") {
    const auto& parts = kind.content->as_array();
    const std::vector<std::string> names = object_name(parts.at(0));
    if (names.size() != 1) refuse("CAST");
    name = "Custom " + lower(names.front());
    for (const Value& each : parts.at(1).as_array()) {
      const std::string_view digits = each.as_string();
      if (digits.empty() || digits.size() > 4 ||
          digits.find_first_not_of("0123456789") != std::string_view::npos)
        refuse("CAST");
      sizes.emplace_back(digits);
    }
  } else if (kind.content != nullptr && kind.content->is_array()) {
    const auto& parts = kind.content->get_array();  // of a time: digits, then the zone
    if (!parts.at(0).is_null()) add(parts.at(0));
    const std::string_view zone = parts.at(1).as_string();
    if (zone == "Tz" || zone == "WithTimeZone")
      name += "Tz";
    else if (zone != "None" && zone != "WithoutTimeZone")
      refuse("CAST");
  } else if (kind.content != nullptr && kind.content->is_number()) {
    add(*kind.content);
  } else if (kind.content != nullptr && kind.content->is_object()) {
    if (name == "Interval") {
      Node(*kind.content).done();
    } else {
      const Variant size = variant_of(*kind.content);
      if (size.name == "PrecisionAndScale") {
        for (const Value& each : size.content->as_array()) add(each);
      } else if (size.name == "Precision") {
        add(*size.content);
      } else if (size.name == "IntegerLength") {
        Node length(*size.content);
        add(length.take("length"));
        length.done();
      } else {
        refuse("CAST");
      }
    }
  } else if (kind.content != nullptr && kind.content->is_string() &&
             kind.content->get_string() == "Max") {
    sizes.emplace_back("MAX");
  } else if (kind.content != nullptr && !says_nothing(*kind.content)) {
    refuse("CAST");
  }
  const std::string_view written = find_type(engine_, name);
  if (written.empty()) refuse(name);
  std::string out(written);
  for (std::size_t i = 0; i < sizes.size(); ++i) out += (i == 0 ? "(" : ", ") + sizes[i];
  return sizes.empty() ? out : out + ")";
}

std::string Printer::interval(const Value& value) {
  Node node(value);
  const Value& length = node.take("value");
  const Value& field = node.take("leading_field");
  std::string out = "INTERVAL ";
  if (is(ExternalEngine::postgres)) {
    const Variant kind = variant_of(length);
    if (kind.name != "Value" || kind.content == nullptr) refuse("INTERVAL …");
    const std::string written = literal(*kind.content);
    if (!written.starts_with('\'')) refuse("INTERVAL …");
    out += written;
    if (!field.is_null()) out += " " + std::string(unit_of(field));
  } else {
    if (field.is_null()) refuse("INTERVAL …");
    out += expression(length) + " " + std::string(unit_of(field));
  }
  node.done();
  return out;
}

std::string Printer::literal(const Value& value) {
  Node node(value);
  const Variant kind = variant_of(node.take("value"));
  node.done();
  if (kind.content == nullptr) {
    if (kind.name != "Null") refuse(kind.name);
    return "NULL";
  }
  if (kind.name == "Boolean" && !is(ExternalEngine::sqlserver))
    return kind.content->as_bool() ? "TRUE" : "FALSE";
  if (kind.name == "Number") {
    const auto& parts = kind.content->as_array();
    const std::string number(parts.at(0).as_string());
    const bool fine = !number.empty() && number.size() <= 60 && !parts.at(1).as_bool() &&
                      number.find_first_of("0123456789") != std::string::npos &&
                      std::ranges::count(number, '.') <= 1 && number[0] != 'e' &&
                      number[0] != 'E' &&
                      number.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (!fine) refuse(number);
    return number;
  }
  if (kind.name == "Placeholder") return parameter(kind.content->as_string());
  const bool is_text = kind.name == "SingleQuotedString" || kind.name == "NationalStringLiteral" ||
                       (kind.name == "EscapedStringLiteral" && is(ExternalEngine::postgres)) ||
                       (kind.name == "DoubleQuotedString" && is(ExternalEngine::mysql));
  if (!is_text) refuse(kind.name);
  return text(kind.content->as_string());
}

std::string Printer::parameter(std::string_view placeholder) const {
  const auto found =
      placeholder.starts_with(':') ? parameters_.find(placeholder.substr(1)) : parameters_.end();
  if (found == parameters_.end()) refuse(placeholder);
  const ExternalValue& value = found->second;
  if (const auto* given = std::get_if<std::string>(&value)) return text(*given);
  if (const auto* given = std::get_if<std::int64_t>(&value)) return fmt::format("({})", *given);
  if (const auto* given = std::get_if<double>(&value)) {
    if (!std::isfinite(*given)) refuse(placeholder);
    return fmt::format("({})", *given);
  }
  if (const auto* given = std::get_if<bool>(&value)) {
    if (is(ExternalEngine::sqlserver)) return *given ? "1" : "0";
    return *given ? "TRUE" : "FALSE";
  }
  return "NULL";
}

std::string Printer::function(const Value& value) {
  Node node(value);
  const Value& name_value = node.take("name");
  if (name_value.as_array().size() != 1) refuse("f.g()");
  const Variant part = variant_of(name_value.get_array().front());
  if (part.name != "Identifier" || part.content == nullptr ||
      !part.content->at("quote_style").is_null())
    refuse("\"f\"()");
  const std::string_view name = part.content->at("value").as_string();
  const KnownFunction* known = find_function(engine_, name);
  if (known == nullptr)
    throw Refused{
        {"Cette fonction n'est pas permise : « " + std::string(name.substr(0, 60)) + " ».",
         "This function is not allowed: \"" + std::string(name.substr(0, 60)) + "\"."}};
  const Variant given = variant_of(node.take("args"));
  std::string out(known->name);
  if (given.content == nullptr) {
    if (given.name != "None" || !known->bare) refuse(name);
  } else if (given.name == "List") {
    out += "(" + arguments(*known, *given.content) + ")";
  } else {
    refuse(given.name);
  }
  if (const Value& within = node.take("within_group"); !within.as_array().empty())
    out += " WITHIN GROUP (ORDER BY " + order_items(within) + ")";
  if (const Value& filter = node.take("filter"); !filter.is_null()) {
    if (!is(ExternalEngine::postgres)) refuse("FILTER");
    out += " FILTER (WHERE " + expression(filter) + ")";
  }
  if (const Value& over = node.take("over"); !over.is_null()) out += window(over);
  node.done();
  return out;
}

std::string Printer::arguments(const KnownFunction& known, const Value& list) {
  Node node(list);
  std::string out;
  if (const Value& treatment = node.take("duplicate_treatment"); !treatment.is_null())
    out += treatment.as_string() == "Distinct" ? "DISTINCT " : "ALL ";
  bool first = true;
  for (const Value& each : node.take("args").as_array()) {
    const Variant kind = variant_of(each);
    if (kind.name != "Unnamed" || kind.content == nullptr) refuse(kind.name);
    const Variant argument = variant_of(*kind.content);
    if (!first) out += ", ";
    if (argument.name == "Wildcard" && (known.name == "COUNT" || known.name == "COUNT_BIG")) {
      out += "*";
    } else if (argument.name != "Expr" || argument.content == nullptr) {
      refuse(argument.name);
    } else if (first && known.unit_first) {
      const Variant unit = variant_of(*argument.content);
      const std::string_view word =
          unit.name == "Identifier" ? find_unit(unit.content->at("value").as_string()) : "";
      if (word.empty()) refuse(known.name);
      out += word;
    } else {
      out += expression(*argument.content);
    }
    first = false;
  }
  for (const Value& each : node.take("clauses").as_array()) {
    const Variant clause = variant_of(each);
    if (clause.content == nullptr) refuse(clause.name);
    if (clause.name == "OrderBy")
      out += " ORDER BY " + order_items(*clause.content);
    else if (clause.name == "Separator" && is(ExternalEngine::mysql))
      out += " SEPARATOR " + literal(*clause.content);
    else
      refuse(clause.name);
  }
  node.done();
  return out;
}

std::string Printer::window(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.name != "WindowSpec" || kind.content == nullptr) refuse("OVER name");
  Node node(*kind.content);
  std::string out;
  if (const Value& partition = node.take("partition_by"); !partition.as_array().empty())
    out += "PARTITION BY " + expressions(partition);
  if (const Value& order = node.take("order_by"); !order.as_array().empty())
    out += (out.empty() ? "ORDER BY " : " ORDER BY ") + order_items(order);
  if (const Value& frame = node.take("window_frame"); !frame.is_null()) {
    Node parts(frame);
    const std::string_view units = parts.take("units").as_string();
    if (units != "Rows" && units != "Range") refuse(units);
    out += units == "Rows" ? " ROWS " : " RANGE ";
    const Value& start = parts.take("start_bound");
    const Value& end = parts.take("end_bound");
    out += end.is_null() ? frame_bound(start)
                         : "BETWEEN " + frame_bound(start) + " AND " + frame_bound(end);
    parts.done();
  }
  node.done();
  return " OVER (" + out + ")";
}

std::string Printer::frame_bound(const Value& value) {
  const Variant kind = variant_of(value);
  if (kind.name == "CurrentRow") return "CURRENT ROW";
  const std::string_view way = kind.name == "Preceding"   ? " PRECEDING"
                               : kind.name == "Following" ? " FOLLOWING"
                                                          : "";
  if (way.empty() || kind.content == nullptr) refuse(kind.name);
  return (kind.content->is_null() ? "UNBOUNDED" : count(*kind.content)) + std::string(way);
}

std::string Printer::trim_of(const Value& value) {
  Node node(value);
  std::string out = "TRIM(";
  const Value& where = node.take("trim_where");
  const Value& what = node.take("trim_what");
  if (!where.is_null()) {
    const std::string_view side_name = where.as_string();
    if (side_name != "Both" && side_name != "Leading" && side_name != "Trailing") refuse("TRIM");
    out += side_name == "Both" ? "BOTH " : side_name == "Leading" ? "LEADING " : "TRAILING ";
  }
  if (!what.is_null())
    out += expression(what) + " FROM ";
  else if (!where.is_null())
    out += "FROM ";
  out += expression(node.take("expr")) + ")";
  node.done();
  return out;
}

std::string Printer::substring(const Value& value) {
  Node node(value);
  (void)node.take("special");
  (void)node.take("shorthand");
  const Value& from = node.take("substring_from");
  std::string out = "SUBSTRING(" + expression(node.take("expr")) + ", " +
                    (from.is_null() ? std::string("1") : expression(from));
  if (const Value& length = node.take("substring_for"); !length.is_null())
    out += ", " + expression(length);
  node.done();
  return out + ")";
}

}  // namespace monitora::external
