#include <algorithm>

#include "base/text.h"
#include "external/guard_printer.h"

namespace monitora::external {
namespace {

constexpr std::size_t kLongestName = 128;

std::string hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

[[noreturn]] void unknown(std::string_view fr, std::string_view en, const std::string& name) {
  throw Refused{{std::string(fr) + " « " + name.substr(0, 60) + " ».",
                 std::string(en) + " \"" + name.substr(0, 60) + "\"."}};
}

std::string doubled(std::string_view value, char quote) {
  std::string out;
  for (const char c : value) {
    if (c == quote) out += c;
    out += c;
  }
  return out;
}

}  // namespace

Printer::Printer(ExternalEngine engine, const std::vector<ExternalTable>& tables, int most_rows,
                 const ExternalParameters& parameters)
    : engine_(engine), tables_(tables), most_rows_(most_rows), parameters_(parameters) {
  for (const ExternalTable& table : tables)
    for (const ExternalColumn& each : table.columns) learn(each.name);
}

std::string Printer::statement(const Value& statements) {
  if (!statements.is_array() || statements.get_array().size() != 1) refuse("; …");
  const Variant kind = variant_of(statements.get_array().front());
  if (kind.name != "Query" || kind.content == nullptr) refuse(kind.name);
  learn_aliases(*kind.content);
  return query(*kind.content, true);
}

// Names that the statement gives to its own columns, wherever they are used.
void Printer::learn_aliases(const Value& value) {
  if (value.is_array())
    for (const Value& each : value.get_array()) learn_aliases(each);
  if (!value.is_object()) return;
  const auto& object = value.get_object();
  if (const Value* named = object.if_contains("ExprWithAlias"); named && named->is_object())
    if (const Value* alias = named->get_object().if_contains("alias")) learn(name_of(*alias));
  const Value* columns = object.if_contains("columns");
  if (object.contains("explicit") && columns && columns->is_array())
    for (const Value& each : columns->get_array()) learn(name_of(each.at("name")));
  for (const auto& field : object) learn_aliases(field.value());
}

void Printer::learn(const std::string& column) {
  known_columns_[lower(column)].insert(column);
}

std::string Printer::name_of(const Value& ident) const {
  const std::string name(ident.at("value").as_string());
  const bool is_quoted = !ident.at("quote_style").is_null();
  const bool fine =
      !name.empty() && name.size() <= kLongestName && is_utf8(name) &&
      std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!fine || (!is_quoted && name.find('@') == 0)) refuse(name);
  return is(ExternalEngine::postgres) && !is_quoted ? lower(name) : name;
}

std::string Printer::key_of(const std::string& name) const {
  return is(ExternalEngine::postgres) ? name : lower(name);
}

std::string Printer::quoted(std::string_view name) const {
  switch (engine_) {
    case ExternalEngine::postgres:
      return '"' + doubled(name, '"') + '"';
    case ExternalEngine::mysql:
      return '`' + doubled(name, '`') + '`';
    case ExternalEngine::sqlserver:
      break;
  }
  return '[' + doubled(name, ']') + ']';
}

std::string Printer::text(std::string_view value) const {
  if (!is_utf8(value) || value.find('\0') != std::string_view::npos) refuse("'…'");
  // Whether a backslash means itself is a setting there; in hexadecimal it does not matter.
  if (is(ExternalEngine::mysql) && value.find('\\') != std::string_view::npos)
    return "CONVERT(0x" + hex(value) + " USING utf8mb4)";
  const std::string in_quotes = '\'' + doubled(value, '\'') + '\'';
  return is(ExternalEngine::sqlserver) ? 'N' + in_quotes : in_quotes;
}

std::string Printer::resolve(const Value& ident, const std::set<std::string>* only) const {
  const std::string name = name_of(ident);
  const auto found = known_columns_.find(lower(name));
  const auto may = [&](const std::string& spelled) {
    return only == nullptr || only->contains(spelled);
  };
  if (found != known_columns_.end()) {
    if (found->second.contains(name) && may(name)) return name;
    if (!is(ExternalEngine::postgres) || ident.at("quote_style").is_null())
      for (const std::string& spelled : found->second)
        if (may(spelled)) return spelled;
  }
  unknown("Cette colonne n'existe pas ou n'est pas autorisée :",
          "This column does not exist or is not allowed:", name);
}

std::string Printer::column(const Value& ident) {
  return quoted(resolve(ident, nullptr));
}

std::string Printer::compound(const Value& idents) {
  const auto& parts = idents.as_array();
  if (parts.size() < 2 || parts.size() > 3) refuse("a.b.c.d");
  const std::string table = name_of(parts[parts.size() - 2]);
  if (parts.size() == 3) (void)find_table({name_of(parts[0]), table});
  const auto source = sources_.find(key_of(table));
  if (source == sources_.end())
    unknown(
        "Cette table n'est pas dans la requête :", "This table is not in the statement:", table);
  return quoted(source->second.written) + "." +
         quoted(resolve(parts.back(), source->second.is_table ? &source->second.columns : nullptr));
}

std::vector<std::string> Printer::object_name(const Value& value) const {
  std::vector<std::string> names;
  for (const Value& part : value.as_array()) {
    const Variant kind = variant_of(part);
    if (kind.name != "Identifier") refuse(kind.name);
    names.push_back(name_of(*kind.content));
  }
  return names;
}

const ExternalTable& Printer::find_table(const std::vector<std::string>& name) const {
  const std::string shown = name.empty() ? "?" : name.back();
  if (name.empty() || name.size() > 2) refuse(name.empty() ? "?" : name.front() + "." + shown);
  for (const bool exactly : {true, false})
    for (const ExternalTable& table : tables_) {
      const auto same = [&](const std::string& given, const std::string& actual) {
        return exactly ? given == actual : lower(given) == lower(actual);
      };
      if (same(name.back(), table.name) && (name.size() == 1 || same(name.front(), table.schema)))
        return table;
    }
  unknown("Cette table n'existe pas ou n'est pas autorisée :",
          "This table does not exist or is not allowed:", shown);
}

std::string Printer::declare(const std::string& alias, const ExternalTable* table) {
  Source& source = sources_[key_of(alias)];
  source.written = alias;
  if (table == nullptr)
    source.is_table = false;
  else
    for (const ExternalColumn& each : table->columns) source.columns.insert(each.name);
  return quoted(alias);
}

}  // namespace monitora::external
