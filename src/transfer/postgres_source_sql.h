// The statements that read a planned table. Used by postgres_source.cc and rules_search.cc.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "transfer/copy_values.h"
#include "transfer/plan.h"
#include "transfer/postgres_source_connection.h"
#include "transfer/source.h"

namespace monitora::transfer {

// The first `columns` of the table's expressions.
std::string select_of(const TablePlan& table, std::size_t columns);
// " WHERE …", or nothing.
std::string where_of(const TablePlan& table, const Selection& selection);

// The binary forms of the select's columns, as the server says.
Result<std::vector<Wire>> wires_of(SourceConnection& connection, const std::string& select);

// The table cut at keys; one range for a table whose key is no UUID.
Result<std::vector<KeyRange>> cut_ranges(SourceConnection& connection, const TablePlan& table,
                                         std::int64_t bytes);

}  // namespace monitora::transfer
