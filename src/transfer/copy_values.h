// One field of COPY … (FORMAT binary) as a sql::Param (PostgreSQL 13 to 17: the types' send
// functions; pgvector 0.4 to 0.8: vector_send, halfvec_send).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sql/connection.h"
#include "transfer/tables.h"

namespace monitora::transfer {

// The binary forms that are read here.
enum class Wire {
  other,
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,
  json,
  jsonb,
  timestamp,  // with or without a zone: UTC
  date,
  uuid,
  bytea,
  real_array,  // real[], double precision[]
  vector,
  halfvec,
};

// By pg_type.typname; an enumeration's is text.
Wire wire_of(std::string_view type_name);

// Why a value cannot be taken, as /docs/migration-mapping.md names it; "" when it can.
using Rule = std::string_view;

namespace rule {
inline constexpr Rule none = "";
inline constexpr Rule required = "required";
inline constexpr Rule length = "length";
inline constexpr Rule not_json = "not_json";
inline constexpr Rule json_scalar = "json_scalar";  // on SQL Server
inline constexpr Rule infinite_time = "infinite_time";
inline constexpr Rule time_out_of_range = "time_out_of_range";
inline constexpr Rule not_a_time = "not_a_time";
inline constexpr Rule not_a_number = "not_a_number";
inline constexpr Rule out_of_range = "out_of_range";
inline constexpr Rule not_a_uuid = "not_a_uuid";
inline constexpr Rule not_a_boolean = "not_a_boolean";
inline constexpr Rule not_a_vector = "not_a_vector";
inline constexpr Rule not_text = "not_text";
inline constexpr Rule duplicate = "duplicate";
inline constexpr Rule orphan = "orphan";
}  // namespace rule

// `field` is not NULL. The value is a view into the field, or into `scratch`, which keeps its
// memory from row to row.
Rule read_value(const Column& column, Wire wire, std::string_view field, std::string& scratch,
                sql::Param& out);

// Units of UTF-16, which is how SQL Server counts NVARCHAR(n).
std::size_t utf16_length(std::string_view utf8);
bool is_json(std::string_view text);  // RFC 8259, at most 1000 deep

}  // namespace monitora::transfer
