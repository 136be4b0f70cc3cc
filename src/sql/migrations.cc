#include "sql/migrations.h"

#include <fmt/format.h>

#include <map>

#include "base/crypto.h"
#include "sql/locks.h"
#include "sql/odbc/dba_script.h"

namespace monitora::sql {
namespace {

constexpr int kOldestPostgres = 15;

struct Applied {
  std::string name;
  std::string checksum;
  Time at;
};

Status schema_too_new(int version, const std::string& name) {
  return Status(
      Code::conflict, "schema_too_new",
      {fmt::format("La base de données a été mise à jour par une version plus récente de MONITORA "
                   "(migration {}) : installez cette version, ou restaurez une sauvegarde.",
                   name),
       fmt::format(
           "The database was upgraded by a newer version of MONITORA (migration {}): install that "
           "version, or restore a backup.",
           name)},
      fmt::format("version {}", version));
}

Status schema_changed(std::string_view name) {
  return Status(
      Code::corrupted, "schema_changed",
      {fmt::format(
           "La migration {} appliquée à cette base de données n'est pas celle de ce programme : "
           "restaurez une sauvegarde, ou installez la version d'origine.",
           name),
       fmt::format(
           "Migration {} as applied to this database is not this program's: restore a backup, or "
           "install the original version.",
           name)});
}

// In the current schema: another one of the same database may belong to another installation.
std::string_view table_lookup(Database database) {
  switch (database) {
    case Database::sqlite:
      return "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";
    case Database::sqlserver:
      return "SELECT table_name FROM information_schema.tables "
             "WHERE table_schema = SCHEMA_NAME() AND table_name = 'schema_migrations'";
    case Database::postgres:
      return "SELECT table_name FROM information_schema.tables "
             "WHERE table_schema = current_schema() AND table_name = 'schema_migrations'";
  }
  return {};
}

Result<bool> has_table(Connection& connection) {
  bool found = false;
  MONITORA_TRY(connection.query(table_lookup(connection.dialect().database()), {}, [&](const Row&) {
    found = true;
    return Status();
  }));
  return found;
}

// What schema_migrations holds, checked against what this program knows.
Result<std::map<int, Applied>> read_applied(Connection& connection) {
  std::map<int, Applied> applied;
  MONITORA_ASSIGN(const bool any, has_table(connection));
  if (!any) return applied;
  MONITORA_TRY(connection.query(
      "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version", {},
      [&](const Row& row) {
        applied[static_cast<int>(row.integer(0))] = {std::string(row.text(1)),
                                                     std::string(row.text(2)), row.time(3)};
        return Status();
      }));
  const std::span<const Migration> known = migrations(connection.dialect().database());
  for (const auto& [version, row] : applied) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [v = version](const Migration& m) { return m.version == v; });
    if (found == known.end()) return schema_too_new(version, row.name);
    if (row.checksum != sha256_hex(found->script)) return schema_changed(found->name);
  }
  return applied;
}

// The schema's SQL is that of this PostgreSQL; an older one would stop at its first word that is
// newer.
Status check_server(Connection& connection) {
  if (connection.dialect().database() != Database::postgres) return {};
  std::int64_t version = 0;
  MONITORA_TRY(connection.query(
      "SELECT CAST(setting AS integer) FROM pg_settings WHERE name = 'server_version_num'", {},
      [&](const Row& row) {
        version = row.integer(0) / 10000;
        return Status();
      }));
  if (version >= kOldestPostgres) return {};
  return Status(Code::unavailable, "database_too_old",
                {fmt::format("Ce serveur est un PostgreSQL {} : il faut la version {} ou plus "
                             "récente.",
                             version, kOldestPostgres),
                 fmt::format("This server is a PostgreSQL {}: version {} or later is needed.",
                             version, kOldestPostgres)});
}

// Runs the first migration that is still to run; false when there is none. In a transaction.
Result<bool> apply_next(Connection& connection) {
  MONITORA_ASSIGN(const auto applied, read_applied(connection));
  for (const Migration& migration : migrations(connection.dialect().database())) {
    if (applied.contains(migration.version)) continue;
    MONITORA_TRY(check_server(connection));
    MONITORA_TRY(connection.run_script(migration.script));
    MONITORA_TRY(connection
                     .execute("INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                              "VALUES (?, ?, ?, ?)",
                              {p(migration.version), p(migration.name),
                               p(sha256_hex(migration.script)), p(SystemClock().now())})
                     .status());
    return true;
  }
  return false;
}

}  // namespace

Result<int> apply(Connection& connection) {
  for (int count = 0;; ++count) {
    MONITORA_TRY(connection.begin(Connection::Mode::write));
    const Status locked = lock_until_end(connection, "monitora migrations");
    Result<bool> ran = locked.ok() ? apply_next(connection) : locked;
    Status end = ran.ok() ? connection.commit() : ran.status();
    if (!end.ok()) {
      connection.rollback();
      return end;
    }
    if (!*ran) return count;
  }
}

Result<std::vector<MigrationStatus>> status(Connection& connection) {
  MONITORA_ASSIGN(const auto applied, read_applied(connection));
  std::vector<MigrationStatus> all;
  for (const Migration& migration : migrations(connection.dialect().database())) {
    MigrationStatus each{migration.version, std::string(migration.name), std::nullopt};
    if (const auto found = applied.find(migration.version); found != applied.end())
      each.applied_at = found->second.at;
    all.push_back(std::move(each));
  }
  return all;
}

// Run twice, a script of PostgreSQL or SQL Server does no harm, and neither does what records it.
std::string print(Database database) {
  if (database == Database::sqlserver) return dba_script(migrations(database));
  const bool one_transaction = database == Database::postgres;
  std::string out;
  for (const Migration& migration : migrations(database)) {
    if (one_transaction) out += "BEGIN;\n";
    out += migration.script;
    out += fmt::format(
        "\nINSERT INTO schema_migrations (version, name, checksum) SELECT {0}, '{1}', '{2}' "
        "WHERE NOT EXISTS (SELECT 1 FROM schema_migrations WHERE version = {0});\n{3}\n",
        migration.version, migration.name, sha256_hex(migration.script),
        one_transaction ? "COMMIT;\n" : "");
  }
  return out;
}

}  // namespace monitora::sql
