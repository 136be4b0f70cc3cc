// Values on their way to and from the server, in its binary forms (PostgreSQL 15, chapter 55 and
// the types' send and receive functions). Used by this driver only.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "sql/connection.h"

namespace monitora::sql {

// Types that have a binary form here (pg_type.dat). Everything else goes as text.
enum class PgType : Oid {
  boolean = 16,
  bytea = 17,
  name = 19,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  oid = 26,
  json = 114,
  float4 = 700,
  float8 = 701,
  unknown = 705,
  bpchar = 1042,
  varchar = 1043,
  date = 1082,
  timestamp = 1114,
  timestamptz = 1184,
  numeric = 1700,
  uuid = 2950,
  jsonb = 3802,
};

// Parameters of a statement or fields of copied rows. Owns the bytes.
class Encoded {
 public:
  // In the form of the column or parameter of type `type`. conflict `check_violation` for a number
  // that it cannot hold.
  Status add(const Param& value, Oid type);
  void clear();
  std::size_t count() const { return fields_.size(); }

  // What PQsendQueryPrepared takes; valid until the next add().
  const char* const* values();
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

  // The fields from `from` on as one row of COPY … BINARY, appended to `out`. False for a field
  // that has no binary form.
  bool copy_row(std::size_t from, std::size_t fields, std::string& out) const;

 private:
  friend struct Encoder;
  struct Field {
    std::size_t at = 0;
    bool null = false;
  };
  std::string bytes_;
  std::vector<Field> fields_;
  std::vector<int> lengths_, formats_;
  std::vector<const char*> values_;
};

void append_int16(std::string& out, std::int16_t value);
void append_int32(std::string& out, std::int32_t value);

// A row of a result in binary.
class PostgresRow final : public Row {
 public:
  explicit PostgresRow(const PGresult* result, int row = 0) : result_(result), row_(row) {}
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  BytesView bytes(int column) const override;
  Time time(int column) const override;
  Uuid uuid(int column) const override;

 private:
  std::string_view raw(int column) const;
  PgType type(int column) const { return static_cast<PgType>(PQftype(result_, column)); }
  std::string_view keep(std::string text) const;

  const PGresult* result_;
  int row_;
  mutable std::list<std::string> kept_;  // texts made of other types, as long as the row
};

}  // namespace monitora::sql
