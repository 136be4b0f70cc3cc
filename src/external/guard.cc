#include "external/guard.h"

#include <exception>

#include "base/text.h"
#include "external/guard_printer.h"
#include "external/sql_parser.h"

namespace monitora::external {
namespace {

Status refused(Sentence why, std::string detail = {}) {
  return Status(Code::invalid_argument, "statement_refused", std::move(why), std::move(detail));
}

}  // namespace

void refuse(std::string_view construct) {
  const std::string name(construct.substr(0, 60));
  throw Refused{{"Cette requête n'est pas permise : « " + name + " ».",
                 "This statement is not allowed: \"" + name + "\"."}};
}

bool says_nothing(const boost::json::value& value) {
  if (value.is_null()) return true;
  if (value.is_bool()) return !value.get_bool();
  if (value.is_array()) return value.get_array().empty();
  if (value.is_string()) return value.get_string() == "None";
  return false;
}

Variant variant_of(const boost::json::value& value) {
  if (value.is_string()) return {value.get_string(), nullptr};
  if (!value.is_object() || value.get_object().size() != 1) refuse("?");
  const auto& field = *value.get_object().begin();
  return {field.key(), &field.value()};
}

Node::Node(const boost::json::value& value)
    : object_(value.is_object() ? value.get_object() : (refuse("?"), value.get_object())) {}

const boost::json::value& Node::take(std::string_view name) {
  static const boost::json::value kNone;
  taken_.push_back(name);
  const boost::json::value* value = object_.if_contains(name);
  return value != nullptr ? *value : kNone;
}

void Node::done() const {
  for (const auto& field : object_) {
    const std::string_view name = field.key();
    bool taken = name == "span" || name.ends_with("_token");
    for (const std::string_view each : taken_) taken = taken || each == name;
    if (!taken && !says_nothing(field.value())) refuse(name);
  }
}

Result<std::string> guard_statement(ExternalEngine engine, std::string_view text,
                                    const std::vector<ExternalTable>& tables, int most_rows,
                                    const ExternalParameters& parameters) {
  if (text.size() > kLongestStatement || !is_utf8(text) ||
      text.find('\0') != std::string_view::npos)
    return refused({"Cette requête est trop longue ou contient des caractères interdits.",
                    "This statement is too long or has characters that are not allowed."});
  MONITORA_ASSIGN(const boost::json::value parsed, parse_sql(engine, text));
  try {
    return Printer(engine, tables, most_rows, parameters).statement(parsed);
  } catch (const Refused& why) {
    return refused(why.why);
  } catch (const std::exception& error) {  // a tree that is not as we know it
    return refused({"Cette requête n'est pas permise.", "This statement is not allowed."},
                   error.what());
  }
}

}  // namespace monitora::external
