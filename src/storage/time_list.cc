#include "storage/time_list.h"

#include <fmt/format.h>

namespace monitora::storage {

using sql::p;

Status query_dated(sql::Connection& connection, const TimeList& list,
                   const std::optional<Position>& after, int limit, const EachRow& each) {
  std::string statement = list.statement;
  std::vector<sql::Param> params = list.params;
  const char way = list.latest_first ? '<' : '>';
  if (after) {
    statement +=
        fmt::format(" AND {0} {2}= ? AND ({0} {2} ? OR {1} {2} ?)", list.time, list.id, way);
    params.insert(params.end(), {p(after->time), p(after->time), p(after->id)});
  } else {
    statement += fmt::format(" AND {} IS NOT NULL", list.time);
  }
  const std::string_view order = list.latest_first ? " DESC" : "";
  statement += fmt::format(" ORDER BY {}{}, {}{}", list.time, order, list.id, order);
  append_limit(connection.dialect(), limit, statement, params);
  return connection.query(statement, params, each);
}

Status query_undated(sql::Connection& connection, const TimeList& list,
                     const std::optional<Position>& after, int limit, const EachRow& each) {
  if (!list.undated_at_all.empty()) {
    MONITORA_ASSIGN(const bool any, exists(connection, list.undated_at_all, {list.params.front()}));
    if (!any) return {};
  }
  std::string statement = list.statement + fmt::format(" AND {} IS NULL", list.time);
  std::vector<sql::Param> params = list.params;
  if (after) {
    statement += fmt::format(" AND {} > ?", list.id);
    params.push_back(p(after->id));
  }
  statement += fmt::format(" ORDER BY {}", list.id);
  append_limit(connection.dialect(), limit, statement, params);
  return connection.query(statement, params, each);
}

}  // namespace monitora::storage
