// The guard's own: it walks the tree and writes what is allowed. Used by guard*.cc only.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "external/guard.h"

namespace monitora::external {

// Thrown by the printer, caught by guard_statement().
struct Refused {
  Sentence why;
};
[[noreturn]] void refuse(std::string_view construct);

// A node whose every field must be accounted for.
class Node {
 public:
  explicit Node(const boost::json::value& value);
  const boost::json::value& take(std::string_view name);  // null when it is not there
  // Fields that nobody took say nothing: null, false, "None", an empty list, a place in the text.
  void done() const;

 private:
  const boost::json::object& object_;
  std::vector<std::string_view> taken_;
};

bool says_nothing(const boost::json::value& value);
// An enum's value as serde writes it: "Name", or {"Name": content}.
struct Variant {
  std::string_view name;
  const boost::json::value* content;  // null for a bare name
};
Variant variant_of(const boost::json::value& value);

// What functions.cc knows.
struct KnownFunction {
  std::string_view name;    // as it is written
  bool unit_first = false;  // its first argument is a unit of time
  bool bare = false;        // may stand without parentheses
};
const KnownFunction* find_function(ExternalEngine engine, std::string_view name);
// A unit of time in capitals; empty for anything else.
std::string_view find_unit(std::string_view name);
// A type to cast to; empty for anything else. `name` as serde writes it, or the custom type's.
std::string_view find_type(ExternalEngine engine, std::string_view name);

class Printer {
 public:
  Printer(ExternalEngine engine, const std::vector<ExternalTable>& tables, int most_rows,
          const ExternalParameters& parameters);
  std::string statement(const boost::json::value& statements);

 private:
  using Value = boost::json::value;
  bool is(ExternalEngine engine) const { return engine_ == engine; }

  // guard_query.cc
  std::string query(const Value& value, bool outermost = false);
  std::string body(const Value& value);
  std::string side(const Value& value, const Value& op, bool left);
  std::string select(const Value& value);
  std::string with(const Value& value);
  std::string projection(const Value& item);
  std::string wildcard(const Value& options);
  std::string group_by(const Value& value);
  std::string group_item(const Value& value);
  std::string order_by(const Value& value);
  std::string order_items(const Value& list);
  std::string limit(const Value& clause, const Value& fetch, bool outermost);
  std::string count(const Value& expression);
  std::string top(const Value& value);
  std::string table_with_joins(const Value& value);
  std::string table_factor(const Value& value);
  std::string base_table(const Value& value);
  std::string derived(const Value& value);
  std::string join(const Value& value);
  std::string constraint(const Value& value);

  // guard_expression.cc
  std::string expression(const Value& value);
  std::string expressions(const Value& list);
  std::string binary(const Value& value);
  std::string like(const Value& value, std::string_view word);
  std::string case_of(const Value& value);
  std::string cast(const Value& value);
  std::string convert(const Value& value);
  std::string type(const Value& value);
  std::string interval(const Value& value);
  std::string literal(const Value& value);
  std::string parameter(std::string_view placeholder) const;
  std::string function(const Value& value);
  std::string arguments(const KnownFunction& known, const Value& list);
  std::string window(const Value& value);
  std::string frame_bound(const Value& value);
  std::string trim_of(const Value& value);
  std::string substring(const Value& value);

  // guard_names.cc
  void learn_aliases(const Value& value);
  void learn(const std::string& column);
  std::string name_of(const Value& ident) const;  // as the dialect folds it
  std::string quoted(std::string_view name) const;
  std::string text(std::string_view value) const;  // as a literal
  std::string column(const Value& ident);
  std::string compound(const Value& idents);
  std::string resolve(const Value& ident, const std::set<std::string>* only) const;
  std::string key_of(const std::string& name) const;  // equal for names that are the same
  std::vector<std::string> object_name(const Value& value) const;
  const ExternalTable& find_table(const std::vector<std::string>& name) const;

  struct Source {
    std::string written;   // the alias as it is declared
    bool is_table = true;  // of its columns only
    std::set<std::string> columns;
  };
  // Declares an alias, and answers it quoted.
  std::string declare(const std::string& alias, const ExternalTable* table);

  const ExternalEngine engine_;
  const std::vector<ExternalTable>& tables_;
  const int most_rows_;
  const ExternalParameters& parameters_;
  std::map<std::string, std::set<std::string>> known_columns_;  // by their lower-case form
  std::map<std::string, Source> sources_;                       // by key_of(alias)
  std::vector<std::map<std::string, std::string>> scopes_;  // CTEs: key_of(name) → what we call it
  int ctes_ = 0;
};

}  // namespace monitora::external
