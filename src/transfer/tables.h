// The tables that a migration fills, as contract schema.md has them, in the order in which they can
// be filled: what a foreign key points at stands before it.
//
// Left out is what a node keeps for itself and makes anew: jobs, change_log, rate_limits,
// schema_migrations, transfer_runs, transfer_ranges.
#pragma once

#include <span>
#include <string_view>

namespace monitora::transfer {

// How a column's value travels, as a sql::Param:
//   uuid    Uuid                 text  string_view, UTF-8     json  string_view, JSON text
//   unchanged integer int64                real  double, finite         boolean  bool time    Time,
//   year 1 to 9999 date  string_view YYYY-MM-DD bytes   BytesView            vector  BytesView,
//   float32 little-endian
enum class Kind { uuid, text, json, integer, real, boolean, time, date, bytes, vector };

struct Column {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;  // NOT NULL
  // text: UTF-16 units at most (NVARCHAR(n)), 0 for any number; integer: bytes (2, 4 or 8).
  int size = 0;
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
  int key_columns = 1;  // the first ones are the primary key
};

std::span<const Table> tables();
// Null for a name that is none of them.
const Table* find_table(std::string_view name);

}  // namespace monitora::transfer
