#include "transfer/validate_structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::Database;

struct ForeignKey {
  std::string_view table, column, parent;  // the parent's id
};
constexpr ForeignKey kForeignKeys[] = {
    {"app_sessions", "user_id", "app_users"},
    {"profiles", "id", "app_users"},
    {"workspaces", "user_id", "profiles"},
    {"workspace_members", "workspace_id", "workspaces"},
    {"workspace_members", "user_id", "profiles"},
    {"workspace_invitations", "workspace_id", "workspaces"},
    {"api_keys", "workspace_id", "workspaces"},
    {"workspace_databases", "workspace_id", "workspaces"},
    {"documents", "workspace_id", "workspaces"},
    {"document_contents", "document_id", "documents"},
    {"document_chunks", "document_id", "documents"},
    {"document_chunks", "workspace_id", "workspaces"},
    {"conversations", "workspace_id", "workspaces"},
    {"messages", "conversation_id", "conversations"},
    {"analytics_daily", "workspace_id", "workspaces"},
    {"insights_cache", "workspace_id", "workspaces"},
    {"message_topics", "workspace_id", "workspaces"},
    {"response_cache", "workspace_id", "workspaces"},
};
constexpr std::string_view kUnique[] = {
    "app_users(email)",
    "workspaces(api_key)",
    "api_keys(key_hash)",
    "document_chunks(document_id,chunk_index)",
    "analytics_daily(workspace_id,date)",
    "insights_cache(workspace_id)",
    "message_topics(workspace_id,topic_name)",
};

struct FoundColumn {
  std::string type;  // lower case, without length
  std::int64_t length = 0;
  bool nullable = true;
};
struct Structure {
  std::map<std::string, std::map<std::string, FoundColumn, std::less<>>, std::less<>> tables;
  std::set<std::string, std::less<>> primary, unique;  // table(column,column)
  std::map<std::string, bool, std::less<>> foreign;    // table(column)>parent: trusted
  std::set<std::string, std::less<>> untrusted;        // other constraints, by name
};

struct Queries {
  std::string_view columns;  // table, column, type, length, nullable
  std::string_view keys;     // table, index, is primary, column; in the order of the columns
  std::string_view foreign;  // table, column, parent, is trusted
  std::string_view untrusted;
};

constexpr Queries kSqlite = {
    "SELECT m.name, i.name, i.type, 0, CASE WHEN i.\"notnull\" = 1 OR i.pk > 0 THEN 0 ELSE 1 END "
    "FROM sqlite_master m JOIN pragma_table_info(m.name) i WHERE m.type = 'table'",
    // INTEGER PRIMARY KEY has no index.
    "SELECT m.name, 'primary', 1, i.name FROM sqlite_master m JOIN pragma_table_info(m.name) i "
    "WHERE m.type = 'table' AND i.pk > 0 UNION ALL "
    "SELECT m.name, l.name, 0, x.name FROM sqlite_master m JOIN pragma_index_list(m.name) l "
    "JOIN pragma_index_info(l.name) x WHERE m.type = 'table' AND l.\"unique\" = 1",
    "SELECT m.name, f.\"from\", f.\"table\", 1 FROM sqlite_master m "
    "JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    {},
};
constexpr Queries kPostgres = {
    "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), 0, NOT a.attnotnull "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "AND NOT a.attisdropped WHERE c.relnamespace = current_schema()::regnamespace "
    "AND c.relkind IN ('r', 'p')",
    "SELECT c.relname, n.relname, i.indisprimary, a.attname FROM pg_index i "
    "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid "
    "CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place) "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number "
    "WHERE c.relnamespace = current_schema()::regnamespace AND i.indisunique AND i.indisvalid "
    "AND i.indpred IS NULL AND k.place <= i.indnkeyatts ORDER BY n.relname, k.place",
    "SELECT c.relname, a.attname, p.relname, f.convalidated FROM pg_constraint f "
    "JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1] "
    "WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace",
    "SELECT conname FROM pg_constraint WHERE contype = 'c' AND NOT convalidated "
    "AND connamespace = current_schema()::regnamespace",
};
constexpr Queries kSqlServer = {
    "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, "
    "CASE WHEN IS_NULLABLE = 'YES' THEN 1 ELSE 0 END FROM INFORMATION_SCHEMA.COLUMNS "
    "WHERE TABLE_SCHEMA = 'dbo'",
    "SELECT OBJECT_NAME(i.object_id), i.index_id, i.is_primary_key, c.name FROM sys.indexes i "
    "JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id "
    "JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id "
    "WHERE i.is_unique = 1 AND x.is_included_column = 0 "
    "ORDER BY i.object_id, i.index_id, x.key_ordinal",
    "SELECT OBJECT_NAME(k.parent_object_id), c.name, OBJECT_NAME(k.referenced_object_id), "
    "CASE WHEN f.is_not_trusted = 0 AND f.is_disabled = 0 THEN 1 ELSE 0 END "
    "FROM sys.foreign_keys f "
    "JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id "
    "JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id",
    "SELECT name FROM sys.check_constraints WHERE is_not_trusted = 1 OR is_disabled = 1",
};

const Queries& queries(Database database) {
  if (database == Database::sqlite) return kSqlite;
  return database == Database::postgres ? kPostgres : kSqlServer;
}

Result<Structure> read_structure(Connection& target) {
  const Queries& ask = queries(target.dialect().database());
  Structure found;
  MONITORA_TRY(target.query(ask.columns, {}, [&](const sql::Row& row) {
    FoundColumn& column = found.tables[lower(row.text(0))][std::string(row.text(1))];
    column.type = lower(row.text(2));
    column.length = row.integer(3);
    column.nullable = row.boolean(4);
    return Status();
  }));
  std::map<std::string, std::pair<bool, std::string>> keys;  // by table and index
  MONITORA_TRY(target.query(ask.keys, {}, [&](const sql::Row& row) {
    auto& [primary, columns] = keys[std::string(row.text(0)) + "(" + std::string(row.text(1))];
    primary = row.boolean(2);
    columns += (columns.empty() ? "" : ",") + std::string(row.text(3));
    return Status();
  }));
  for (const auto& [name, key] : keys) {
    const std::string text = name.substr(0, name.find('(')) + "(" + key.second + ")";
    (key.first ? found.primary : found.unique).insert(text);
  }
  MONITORA_TRY(target.query(ask.foreign, {}, [&](const sql::Row& row) {
    found.foreign[std::string(row.text(0)) + "(" + std::string(row.text(1)) + ")>" +
                  std::string(row.text(2))] = row.boolean(3);
    return Status();
  }));
  if (!ask.untrusted.empty())
    MONITORA_TRY(target.query(ask.untrusted, {}, [&](const sql::Row& row) {
      found.untrusted.emplace(row.text(0));
      return Status();
    }));
  return found;
}

// The types that a column of the schema may have.
std::vector<std::string_view> types(Database database, const Column& column) {
  const bool sqlite = database == Database::sqlite, postgres = database == Database::postgres;
  switch (column.kind) {
    case Kind::uuid:
      return {sqlite ? "text" : postgres ? "uuid" : "uniqueidentifier"};
    case Kind::text:
      if (postgres) return {"text", "character varying"};
      return {sqlite ? "text" : "nvarchar"};
    case Kind::json:
      return {sqlite ? "text" : postgres ? "jsonb" : "nvarchar"};
    case Kind::integer:
      if (sqlite) return {"integer"};
      if (column.size == 2) return {"smallint"};
      if (column.size == 8) return {"bigint"};
      return {postgres ? "integer" : "int"};
    case Kind::real:
      return {sqlite ? "real" : postgres ? "double precision" : "float"};
    case Kind::boolean:
      return {sqlite ? "integer" : postgres ? "boolean" : "bit"};
    case Kind::time:
      return {sqlite ? "text" : postgres ? "timestamp with time zone" : "datetimeoffset"};
    case Kind::date:
      return {sqlite ? "text" : "date"};
    case Kind::bytes:
      return {sqlite ? "blob" : postgres ? "bytea" : "varbinary"};
    case Kind::vector:
      if (postgres) return {"bytea", "vector"};
      return {sqlite ? "blob" : "varbinary"};
  }
  return {};
}

class StructureCheck {
 public:
  StructureCheck(Comparison& comparison, const Structure& found)
      : comparison_(comparison), found_(found), database_(comparison.target.dialect().database()) {}

  std::int64_t run() {
    for (const Table& table : tables()) check(table);
    for (const std::string_view unique : kUnique)
      if (!found_.unique.contains(unique))
        differ(unique.substr(0, unique.find('(')), "", fmt::format("UNIQUE {}", unique), "");
    for (const ForeignKey& key : kForeignKeys) {
      const std::string text = fmt::format("{}({})>{}", key.table, key.column, key.parent);
      const auto it = found_.foreign.find(text);
      const std::string wanted =
          fmt::format("FOREIGN KEY ({}) REFERENCES {}", key.column, key.parent);
      if (it == found_.foreign.end())
        differ(key.table, key.column, wanted, "");
      else if (!it->second)
        differ(key.table, key.column, wanted, "not trusted");
    }
    for (const std::string& name : found_.untrusted) differ("", name, "CHECK", "not trusted");
    return differences_;
  }

 private:
  void check(const Table& table) {
    const auto found = found_.tables.find(table.name);
    if (found == found_.tables.end()) return differ(table.name, "", "TABLE", "");
    std::string key;
    for (int i = 0; i < table.key_columns; ++i)
      key += (i == 0 ? "" : ",") + std::string(table.columns[static_cast<std::size_t>(i)].name);
    key = std::string(table.name) + "(" + key + ")";
    if (!found_.primary.contains(key)) differ(table.name, "", "PRIMARY KEY " + key, "");
    for (const Column& column : table.columns) check(table, column, found->second);
  }

  void check(const Table& table, const Column& column,
             const std::map<std::string, FoundColumn, std::less<>>& columns) {
    const std::vector<std::string_view> wanted = types(database_, column);
    const std::string says =
        std::string(wanted.front()) + (column.required ? " NOT NULL" : " NULL");
    const auto found = columns.find(column.name);
    if (found == columns.end()) return differ(table.name, column.name, says, "");
    const FoundColumn& is = found->second;
    const bool type = std::ranges::find(wanted, is.type) != wanted.end();
    const bool cut = database_ == Database::sqlserver && column.size > 0 &&
                     column.kind == Kind::text && is.length >= 0 && is.length < column.size;
    if (!type || cut || is.nullable == column.required)
      differ(table.name, column.name, says,
             fmt::format("{}{}{}", is.type, cut ? fmt::format("({})", is.length) : "",
                         is.nullable ? " NULL" : " NOT NULL"));
  }

  void differ(std::string_view table, std::string_view column, std::string wanted,
              std::string found) {
    ++differences_;
    comparison_.add({std::string(table), "structure", "", std::string(column), std::move(wanted),
                     std::move(found)});
  }

  Comparison& comparison_;
  const Structure& found_;
  Database database_;
  std::int64_t differences_ = 0;
};

}  // namespace

Status check_structure(Comparison& comparison) {
  MONITORA_ASSIGN(const Structure found, read_structure(comparison.target));
  const std::int64_t differences = StructureCheck(comparison, found).run();
  comparison.found.checks.push_back({{"Structure : tables, colonnes, clés et contraintes",
                                      "Structure: tables, columns, keys and constraints"},
                                     "",
                                     "",
                                     differences});
  return {};
}

Status check_foreign_keys(Comparison& comparison) {
  std::int64_t orphans = 0;
  for (const ForeignKey& key : kForeignKeys) {
    const Table& table = *find_table(key.table);
    const std::string statement = fmt::format(
        "SELECT c.{}, c.{} FROM {} c LEFT JOIN {} p ON p.id = c.{} "
        "WHERE c.{} IS NOT NULL AND p.id IS NULL",
        table.columns[0].name, key.column, key.table, key.parent, key.column, key.column);
    MONITORA_TRY(comparison.target.query(statement, {}, [&](const sql::Row& row) {
      ++orphans;
      comparison.add({std::string(key.table), "constraint", std::string(row.text(0)),
                      std::string(key.column), fmt::format("{}.id", key.parent),
                      std::string(row.text(1))});
      return Status();
    }));
  }
  comparison.found.checks.push_back(
      {{"Clés étrangères : lignes sans parent", "Foreign keys: rows without a parent"},
       "0",
       fmt::format("{}", orphans),
       orphans});
  return {};
}

}  // namespace monitora::transfer
