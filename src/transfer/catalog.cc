#include "transfer/catalog.h"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "sql/quoted.h"
#include "transfer/postgres_source_connection.h"

namespace monitora::transfer {
namespace {

// The tables, $1 being the application's schema. A partition is read through its parent; sizes are
// those of the partitions then.
constexpr const char* kRelations = R"(
SELECT n.nspname, c.relname, c.oid,
       CASE c.relkind WHEN 'p' THEN (SELECT coalesce(sum(pg_total_relation_size(p.relid)), 0)
                                     FROM pg_partition_tree(c.oid) p)
                      ELSE pg_total_relation_size(c.oid) END,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
       row_security_active(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND (n.nspname = $1 OR (n.nspname = 'auth' AND c.relname IN ('users', 'identities')))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname)";

// Columns of all of them, $1 being their oids. A domain stands for what it is made of, whose
// modifier it carries.
constexpr const char* kColumns = R"(
WITH RECURSIVE base AS (
    SELECT oid AS type, oid AS base FROM pg_type
    UNION ALL
    SELECT b.type, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.base AND t.typtype = 'd')
SELECT a.attrelid, a.attname, CASE t.typtype WHEN 'e' THEN 'enum' ELSE t.typname END,
       format_type(a.atttypid, a.atttypmod), a.attnotnull,
       CASE WHEN t.typname IN ('vector', 'halfvec') THEN greatest(a.atttypmod, 0) ELSE 0 END,
       coalesce(array_position(i.indkey::int2[], a.attnum), -1)
FROM pg_attribute a
JOIN base b ON b.type = a.atttypid
JOIN pg_type t ON t.oid = b.base AND t.typtype <> 'd'
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum)";

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Result<SourceResult> ask(PGconn* connection, const char* statement, const char* argument) {
  SourceResult result(
      PQexecParams(connection, statement, 1, nullptr, &argument, nullptr, nullptr, 0));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
    return source_error(connection, result.get(), "catalog");
  return result;
}

// Fills the columns of the relations, whose oids are at the same places.
Status read_columns(PGconn* connection, const std::vector<std::string>& oids,
                    std::vector<CatalogRelation>& relations) {
  std::string list = "{";
  for (const std::string& oid : oids) list += (list.size() > 1 ? "," : "") + oid;
  list += "}";
  MONITORA_ASSIGN(const SourceResult result, ask(connection, kColumns, list.c_str()));
  std::vector<std::vector<std::pair<int, std::string>>> keys(relations.size());
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    const auto text = [&](int column) {
      return std::string(field_text(result.get(), row, column));
    };
    const auto at = static_cast<std::size_t>(std::ranges::find(oids, text(0)) - oids.begin());
    CatalogColumn column{text(1), text(2), text(3), text(4) == "t", number<int>(text(5))};
    if (const int place = number<int>(text(6)); place >= 0)
      keys[at].emplace_back(place, column.name);
    relations[at].columns.push_back(std::move(column));
  }
  for (std::size_t at = 0; at < relations.size(); ++at) {
    std::ranges::sort(keys[at]);
    for (auto& [place, name] : keys[at]) relations[at].primary_key.push_back(std::move(name));
  }
  return {};
}

}  // namespace

const CatalogColumn* CatalogRelation::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column, &CatalogColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

std::string CatalogRelation::quoted_name() const {
  return sql::quoted(schema) + "." + sql::quoted(name);
}

const CatalogRelation* Catalog::find(std::string_view name) const {
  return find(schema, name);
}

const CatalogRelation* Catalog::find(std::string_view in_schema, std::string_view name) const {
  const auto found = std::ranges::find_if(relations, [&](const CatalogRelation& relation) {
    return relation.schema == in_schema && relation.name == name;
  });
  return found == relations.end() ? nullptr : &*found;
}

Result<Catalog> read_catalog(pg_conn* connection, std::string_view schema, bool counts) {
  Catalog catalog;
  catalog.server_version = PQserverVersion(connection);
  catalog.database = PQdb(connection);
  catalog.schema = schema;
  MONITORA_ASSIGN(const SourceResult now,
                  ask(connection, "SELECT now()::text WHERE $1::text IS NOT NULL", ""));
  catalog.taken_at = field_text(now.get(), 0, 0);

  MONITORA_ASSIGN(const SourceResult result, ask(connection, kRelations, catalog.schema.c_str()));
  std::vector<std::string> oids;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    const auto text = [&](int column) { return field_text(result.get(), row, column); };
    CatalogRelation relation;
    relation.schema = text(0);
    relation.name = text(1);
    oids.emplace_back(text(2));
    relation.bytes = number<std::int64_t>(text(3));
    relation.readable = text(4) == "t";
    relation.hides_rows = text(5) == "t";
    catalog.relations.push_back(std::move(relation));
  }
  MONITORA_TRY(read_columns(connection, oids, catalog.relations));
  for (CatalogRelation& relation : catalog.relations) {
    relation.rows = -1;
    if (!counts || !relation.readable || relation.hides_rows) continue;
    const std::string count =
        "SELECT count(*) FROM " + relation.quoted_name() + " WHERE $1::text IS NOT NULL";
    MONITORA_ASSIGN(const SourceResult counted, ask(connection, count.c_str(), ""));
    relation.rows = number<std::int64_t>(field_text(counted.get(), 0, 0));
  }
  return catalog;
}

}  // namespace monitora::transfer
