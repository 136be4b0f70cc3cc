// SQLite only: a table that is loaded from its first row on has no secondary indexes until it is
// complete. Rows come in the order of their keys, so each would change another page of every other
// index; made at once at the end, an index is sorted and written once. Its triggers on insertion,
// which do nothing during a load but are asked for every row, go and come with them.
//
// Nothing is written down about it: what the schema has and the table has not is made, whoever has
// dropped it. Unique indexes stay, since they are rules.
#pragma once

#include <string_view>

#include "sql/connection.h"

namespace monitora::transfer {

// In a transaction of the caller's.
Status drop_indexes(sql::Connection& connection, std::string_view table);
Result<bool> lacks_indexes(sql::Connection& connection, std::string_view table);
Status make_indexes(sql::Connection& connection, std::string_view table);

}  // namespace monitora::transfer
