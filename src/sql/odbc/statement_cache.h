// The prepared statements that a connection keeps: by text and by the kinds of the parameters.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sql/odbc/handle.h"
#include "sql/odbc/parameters.h"

namespace monitora::sql::odbc {

class StatementCache {
 public:
  StatementCache(SQLHDBC connection, ParamSlots& slots) : connection_(connection), slots_(slots) {}

  // The kinds to send `params` in: as kind_of() says, and a NULL in the kind that this parameter of
  // this text had before, so that it needs no statement of its own; `null` where there was none.
  std::string kinds(std::string_view text, Params params);
  void remember(std::string_view text, std::string_view kinds);

  // Prepared and bound, valid until the next call. On failure nothing, and `failed` is the handle
  // that has the diagnostics.
  SQLHSTMT prepare(std::string_view text, std::string_view kinds, StatementHandle& failed);
  // Its plan is of no use any more.
  void forget(SQLHSTMT statement);

 private:
  struct Entry {
    std::string key;
    StatementHandle statement;
  };
  SQLHDBC connection_;
  ParamSlots& slots_;
  std::list<Entry> entries_;  // the latest used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
  std::unordered_map<std::string, std::string> seen_kinds_;  // text → kinds
  std::string key_;
};

}  // namespace monitora::sql::odbc
