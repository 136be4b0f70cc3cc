#include "transfer/load.h"

#include "transfer/load_deletions.h"
#include "transfer/load_lock.h"
#include "transfer/load_runs.h"
#include "transfer/load_work.h"
#include "transfer/progress.h"

namespace monitora::transfer {
namespace {

using sql::Connection;

// What the databases want at the end.
Status finish_postgres(Connection& connection, const std::vector<LoadedTable>& tables) {
  for (const LoadedTable& table : tables) {
    const std::string& name = table.name;
    if (name == "audit_log")
      MONITORA_TRY(
          connection.query("SELECT setval(pg_get_serial_sequence('audit_log', 'id'), (SELECT "
                           "max(id) FROM audit_log)) "
                           "WHERE EXISTS (SELECT FROM audit_log)",
                           {}, [](const sql::Row&) { return Status(); }));
    if (table.loaded > 0) MONITORA_TRY(connection.execute("ANALYZE " + name, {}).status());
  }
  return {};
}

// A constraint that is not trusted is not used by SQL Server's optimiser, and may be broken.
Status trust_constraints(Connection& connection, const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> untrusted;
  const auto look = [&] {
    untrusted.clear();
    return connection.query(
        "SELECT OBJECT_NAME(parent_object_id), name FROM sys.foreign_keys WHERE is_not_trusted = 1 "
        "UNION ALL SELECT OBJECT_NAME(parent_object_id), name FROM sys.check_constraints "
        "WHERE is_not_trusted = 1",
        {}, [&](const sql::Row& row) {
          for (const TablePlan& table : plan.tables)
            if (table.target->name == row.text(0)) untrusted.emplace_back(row.text(0), row.text(1));
          return Status();
        });
  };
  MONITORA_TRY(look());
  for (const auto& [table, constraint] : untrusted)
    MONITORA_TRY(target_error(connection.run_script("ALTER TABLE dbo." + table +
                                                    " WITH CHECK CHECK CONSTRAINT " + constraint),
                              table, constraint));
  return {};
}

Status finish(sql::Pool& pool, const Plan& plan, const std::vector<LoadedTable>& tables) {
  return pool.with(Connection::Mode::write, [&](Connection& connection) -> Status {
    if (pool.database() == sql::Database::postgres) return finish_postgres(connection, tables);
    if (pool.database() == sql::Database::sqlserver) return trust_constraints(connection, plan);
    return {};
  });
}

}  // namespace

std::int64_t LoadResult::changes(const Plan& plan) const {
  std::int64_t changes = 0;
  for (std::size_t i = 0; i < tables.size(); ++i)
    changes += tables[i].deleted + (plan.tables[i].aliases.empty() ? 0 : tables[i].updated);
  return changes;
}

Result<LoadResult> load(Source& source, sql::Pool& target, const LoadOptions& options) {
  MONITORA_ASSIGN(const LoadLock lock, LoadLock::take(target));
  MONITORA_ASSIGN(const LoadRun run, open_run(target, source.identity(), source.watermark()));
  const Plan& plan = source.plan();
  LoadWork work(source, target, options, run, lock);

  LoadResult result;
  result.resumed = run.resumed;
  result.tables.reserve(plan.tables.size());
  const auto compared = [&](std::size_t i) {
    return options.changes == nullptr || (*options.changes)[i].all;
  };
  std::vector<std::vector<Uuid>> gone(plan.tables.size());
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const TablePlan& table = plan.tables[i];
    LoadedTable& loaded = result.tables.emplace_back(std::string(table.target->name));
    if (compared(i)) {
      MONITORA_TRY(work.load_table(table, loaded, result.resumed));
    } else {
      MONITORA_ASSIGN(gone[i], work.bring_keys(table, (*options.changes)[i].keys, loaded));
    }
  }
  // An export is as it was; of a snapshot that was read in one attempt nothing can be gone.
  for (std::size_t i = plan.tables.size(); i-- > 0;)
    if (!compared(i))
      MONITORA_TRY(remove_keys(work, plan.tables[i], gone[i], result.tables[i]));
    else if (result.resumed && !source.watermark().empty())
      MONITORA_TRY(remove_gone(work, plan.tables[i], result.tables[i]));
  MONITORA_TRY(finish(target, plan, result.tables));
  MONITORA_TRY(work.finish());
  return result;
}

}  // namespace monitora::transfer
