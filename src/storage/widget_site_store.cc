#include "storage/changes.h"
#include "storage/query.h"
#include "storage/stores.h"
#include "storage/upsert.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

class SqlWidgetSiteStore final : public WidgetSiteStore {
 public:
  SqlWidgetSiteStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<std::vector<WidgetSite>> list(const WorkspaceId& workspace) override {
    std::vector<WidgetSite> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      const sql::Param params[] = {p(workspace)};
      MONITORA_ASSIGN(
          found, query_all(connection,
                           "SELECT origin, first_seen_at, last_seen_at "
                           "FROM widget_sites WHERE workspace_id = ? "
                           "ORDER BY last_seen_at DESC, origin",
                           params, [](const Row& row) {
                             return WidgetSite{std::string(row.text(0)), row.time(1), row.time(2)};
                           }));
      return {};
    }));
    return found;
  }

  Status see(const WorkspaceId& workspace, const std::string& origin) override {
    return workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) {
      const sql::Param now = p(clock_.now());
      const Field key[] = {{"workspace_id", p(workspace)}, {"origin", p(origin)}};
      const Field fields[] = {{"last_seen_at", now}};
      const Field only_new[] = {{"first_seen_at", now}};
      return upsert(connection, "widget_sites", key, fields, only_new);
    }));
  }

  Status remove(const WorkspaceId& workspace, const std::vector<std::string>& origins) override {
    if (origins.empty()) return {};
    return pool_.transact([&](Connection& connection) -> Status {
      for (const std::string& origin : origins)
        MONITORA_TRY(
            connection.post("DELETE FROM widget_sites WHERE workspace_id = ? AND origin = ?",
                            {p(workspace), p(origin)}));
      return {};
    });
  }

 private:
  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<WidgetSiteStore> make_widget_site_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlWidgetSiteStore>(pool, clock);
}

}  // namespace monitora::storage
