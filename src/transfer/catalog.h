// What a PostgreSQL database holds: its tables, columns, keys and sizes, as its catalogue says in
// one snapshot. It knows nothing of any conversion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

struct pg_conn;  // libpq's

namespace monitora::transfer {

struct CatalogColumn {
  std::string name;
  // pg_type.typname, a domain's base type: "uuid", "text", "varchar", "timestamptz", "jsonb",
  // "_text" (text[]), "vector" …; "enum" for any enumeration.
  std::string type;
  std::string shown_type;  // as a person writes it: "character varying(255)", "vector(1536)"
  bool not_null = false;
  int dimension = 0;  // of a pgvector column that declares one
};

struct CatalogRelation {
  std::string schema;
  std::string name;
  std::vector<CatalogColumn> columns;    // in the table's order
  std::vector<std::string> primary_key;  // columns, in the key's order; may be empty
  std::int64_t rows = 0;                 // count(*) in the snapshot; -1 where it may not be read
  std::int64_t bytes = 0;                // pg_total_relation_size
  bool readable = true;                  // SELECT is granted
  bool hides_rows = false;               // row-level security applies to whoever is connected

  const CatalogColumn* find(std::string_view column) const;
  std::string quoted_name() const;  // "public"."messages"
};

struct Catalog {
  int server_version = 0;  // 150020: PQserverVersion
  std::string database;
  std::string schema;
  std::string taken_at;  // now() of the snapshot's transaction: "2026-11-23 04:40:00.123456+00"
  // Tables (partitioned ones once) of `schema` that belong to no extension, and auth.users and
  // auth.identities where they are; by schema and name.
  std::vector<CatalogRelation> relations;

  // A table of `schema`.
  const CatalogRelation* find(std::string_view name) const;
  const CatalogRelation* find(std::string_view in_schema, std::string_view name) const;
};

// Reads it in the transaction that the connection is in. Tables that may not be read or that hide
// rows are marked, not refused. Without `counts`, rows are -1. Errors: unavailable
// `source_unavailable`, `source_refused`.
Result<Catalog> read_catalog(pg_conn* connection, std::string_view schema, bool counts = true);

}  // namespace monitora::transfer
