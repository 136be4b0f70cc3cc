// The rules of the target that a row of the source can break: CHECKs, unique columns, foreign keys,
// and what to tell the person whose row it is.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sql/connection.h"
#include "transfer/copy_values.h"
#include "transfer/plan.h"

namespace monitora::transfer {

// A CHECK on one column. NULL passes. Numbers within [least, most], or one of the words.
struct CheckRule {
  std::string_view table;
  std::string_view column;
  Rule name;
  std::span<const std::string_view> words;
  double least = 0;
  double most = 0;
  bool not_zero = false;
};
const CheckRule* find_check(std::string_view table, std::string_view column);
bool passes(const CheckRule& check, const sql::Param& value);

// Columns that are unique together among rows where none is NULL; text in `fold` is compared
// without case.
struct UniqueRule {
  std::string_view table;
  std::vector<std::string_view> columns;
  bool fold = false;
};
const std::vector<UniqueRule>& uniques();

struct ForeignKeyRule {
  std::string_view table;
  std::string_view column;
  std::string_view parent;  // by its first column
};
std::span<const ForeignKeyRule> foreign_keys();

// What is wrong and what to do about it.
Sentence explain(Rule rule, const Table& table, const Column& column);

// Rows that broke rules, counted; 20 keys of each are kept.
class RefusalCounter {
 public:
  void add(const Table& table, const Column& column, Rule rule, std::string_view key,
           std::int64_t rows = 1);
  std::vector<Refusal> take();  // in the order of the tables and columns

 private:
  struct Counted {
    Rule rule;
    std::int64_t rows = 0;
    std::vector<std::string> examples;
  };
  std::map<std::pair<const Table*, const Column*>, std::vector<Counted>> counted_;
};

class SourceConnection;

// Every row that breaks a rule of that kind of target, in the connection's snapshot: each table is
// read once as a load would read it, then keys are compared.
Result<std::vector<Refusal>> find_refusals(SourceConnection& connection, const Plan& plan,
                                           sql::Database target);

}  // namespace monitora::transfer
