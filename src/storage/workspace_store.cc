#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/json.h"
#include "storage/sqlserver_procedures.h"
#include "storage/stores.h"
#include "storage/workspace_rows.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

// The fields of a change as the SET part of an UPDATE. Owns the texts that its params view.
class ChangeClause {
 public:
  explicit ChangeClause(const WorkspaceChange& change, Time now) {
    if (change.name) add("name", p(*change.name));
    if (change.description) add("description", p_or_null(*change.description));
    if (change.domain) add("domain", p_or_null(*change.domain));
    if (change.allowed_domains)
      add("allowed_domains", p(domains_ = strings_json(*change.allowed_domains)));
    if (change.is_active) add("is_active", p(*change.is_active));
    if (change.rag) add("rag_config", p(rag_ = rag_config_json(*change.rag)));
    if (change.widget) add("widget_config", p(widget_ = widget_config_json(*change.widget)));
    add("updated_at", p(now));
  }
  ChangeClause(const ChangeClause&) = delete;
  ChangeClause& operator=(const ChangeClause&) = delete;

  const std::string& text() const { return text_; }
  const std::vector<Param>& params() const { return params_; }

 private:
  void add(std::string_view column, Param value) {
    if (!text_.empty()) text_ += ", ";
    text_ += std::string(column) + " = ?";
    params_.push_back(value);
  }

  std::string text_, domains_, rag_, widget_;
  std::vector<Param> params_;
};

class SqlWorkspaceStore final : public WorkspaceStore {
 public:
  SqlWorkspaceStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<Page<WorkspaceView>> list(const UserId& user, const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_name_cursor(page.cursor));
    const int size = page_size(page);
    std::vector<WorkspaceView> found;
    const auto read = [&](const Row& row) {
      found.push_back(read_workspace_view(row));
      return Status();
    };
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      if (pool_.database() == sql::Database::sqlserver)
        return sqlserver::get_user_workspaces(connection, user, size + 1, after, read);
      // The inner query finds the page, so that only its rows are counted.
      std::string statement = "SELECT " + std::string(kWorkspaceColumns) +
                              std::string(kViewColumns) +
                              " FROM (SELECT v.id FROM workspaces v WHERE v.id IN "
                              "(SELECT id FROM workspaces WHERE user_id = ? "
                              "UNION SELECT workspace_id FROM workspace_members WHERE user_id = ?)";
      std::vector<Param> params{p(user), p(user), p(user)};
      if (after) {
        statement += " AND (v.name > ? OR (v.name = ? AND v.id > ?))";
        params.insert(params.end(), {p(after->name), p(after->name), p(after->id)});
      }
      statement += " ORDER BY v.name, v.id";
      append_limit(connection.dialect(), size + 1, statement, params);
      statement += ") page JOIN workspaces w ON w.id = page.id" + std::string(kViewJoin) +
                   " ORDER BY w.name, w.id";
      params.push_back(p(user));
      return connection.query(statement, params, read);
    }));
    return finish_page(std::move(found), size, [](const WorkspaceView& last) {
      return write_cursor(NamePosition{last.workspace.name, last.workspace.id.uuid()});
    });
  }

  Result<WorkspaceView> create(const UserId& owner, const Workspace& wanted) override {
    Workspace workspace = wanted;
    if (workspace.id.is_nil()) workspace.id = WorkspaceId::random();
    const Time now = clock_.now();
    std::optional<WorkspaceView> made;
    const Status status = pool_.transact([&](Connection& connection) -> Status {
      MONITORA_TRY(insert(connection, owner, workspace, now));
      MONITORA_ASSIGN(made, view(connection, owner, workspace.id));
      return log_change(connection, workspace.id, "workspace", workspace.id.to_string(), "created",
                        now);
    });
    if (status.key() == "foreign_key_violation") return Status::not_found("user_not_found");
    MONITORA_TRY(status);
    return std::move(*made);
  }

  Result<WorkspaceView> find(const UserId& user, const WorkspaceId& workspace) override {
    std::optional<WorkspaceView> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(found, view(connection, user, workspace));
      return {};
    }));
    if (!found) return workspace_absent();
    return std::move(*found);
  }

  Result<UserRole> role(const UserId& user, const WorkspaceId& workspace) override {
    std::optional<UserRole> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT CASE WHEN w.user_id = ? THEN 'admin' ELSE m.role END FROM workspaces w "
          "LEFT JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = ? "
          "WHERE w.id = ? AND (w.user_id = ? OR m.user_id = ?)",
          {p(user), p(user), p(workspace), p(user), p(user)}, [&](const Row& row) {
            found = parse_user_role(row.text(0));
            return Status();
          });
    }));
    if (!found) return workspace_absent();
    return *found;
  }

  Result<WorkspaceView> update(const UserId& user, const WorkspaceId& workspace,
                               const WorkspaceChange& change) override {
    const Time now = clock_.now();
    const ChangeClause changes(change, now);
    const std::string statement =
        "UPDATE workspaces SET " + changes.text() + " WHERE id = ? AND " + std::string(kMayChange);
    std::vector<Param> params = changes.params();
    params.insert(params.end(), {p(workspace), p(user), p(user)});
    std::optional<WorkspaceView> changed;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows, connection.execute(statement, params));
      if (rows == 0) return workspace_absent();
      MONITORA_ASSIGN(changed, view(connection, user, workspace));
      return log_change(connection, workspace, "workspace", workspace.to_string(), "updated", now);
    }));
    return std::move(*changed);
  }

  Status remove(const UserId& user, const WorkspaceId& workspace) override {
    return pool_.transact([&](Connection& connection) -> Status {
      // Chunks first: SQL Server does not let them cascade from both documents and workspaces.
      MONITORA_TRY(connection
                       .execute("DELETE FROM document_chunks WHERE workspace_id IN "
                                "(SELECT id FROM workspaces WHERE id = ? AND " +
                                    std::string(kMayChange) + ")",
                                {p(workspace), p(user), p(user)})
                       .status());
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("DELETE FROM workspaces WHERE id = ? AND " + std::string(kMayChange),
                             {p(workspace), p(user), p(user)}));
      if (rows == 0) return workspace_absent();
      return log_change(connection, workspace, "workspace", workspace.to_string(), "deleted",
                        clock_.now());
    });
  }

  Result<Workspace> get(const WorkspaceId& workspace) override {
    std::optional<Workspace> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kWorkspaceColumns) + " FROM workspaces w WHERE w.id = ?",
          {p(workspace)}, [&](const Row& row) {
            found = read_workspace(row);
            return Status();
          });
    }));
    if (!found) return workspace_absent();
    return std::move(*found);
  }

  Result<IdentitySecrets> identity_secrets(const WorkspaceId& workspace) override {
    std::optional<IdentitySecrets> found;
    const Time now = clock_.now();
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT identity_secret_encrypted, identity_secret_previous_encrypted, "
          "identity_secret_previous_expires_at FROM workspaces WHERE id = ?",
          {p(workspace)}, [&](const Row& row) {
            found = IdentitySecrets{std::string(row.text(0)), {}, std::nullopt};
            if (!row.is_null(1) && row.time(2) > now) {
              found->previous_encrypted = row.text(1);
              found->previous_expires_at = row.time(2);
            }
            return Status();
          });
    }));
    if (!found) return workspace_absent();
    return std::move(*found);
  }

  Status set_identity_secret(const UserId& user, const WorkspaceId& workspace,
                             const std::string& encrypted, Time previous_expires_at) override {
    // The right-hand sides are the values before the update. Without a secret before, its end is no
    // matter: it stays, and tells PostgreSQL the type of the other.
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("UPDATE workspaces SET "
                             "identity_secret_previous_encrypted = identity_secret_encrypted, "
                             "identity_secret_previous_expires_at = "
                             "CASE WHEN identity_secret_encrypted IS NULL "
                             "THEN identity_secret_previous_expires_at ELSE ? END, "
                             "identity_secret_encrypted = ?, updated_at = ? WHERE id = ? AND " +
                                 std::string(kMayChange),
                             {p(previous_expires_at), p(encrypted), p(clock_.now()), p(workspace),
                              p(user), p(user)}));
      if (rows == 0) return workspace_absent();
      return log_change(connection, workspace, "workspace", workspace.to_string(), "updated",
                        clock_.now());
    });
  }

 private:
  static Status insert(Connection& connection, const UserId& owner, const Workspace& workspace,
                       Time now) {
    const std::string domains = strings_json(workspace.allowed_domains);
    const std::string rag = rag_config_json(workspace.rag);
    const std::string widget = widget_config_json(workspace.widget);
    return connection
        .execute(
            "INSERT INTO workspaces (id, user_id, name, description, domain, allowed_domains, "
            "rag_config, "
            "widget_config, is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?, ?)",
            {p(workspace.id), p(owner), p(workspace.name), p_or_null(workspace.description),
             p_or_null(workspace.domain), p(domains), p(rag), p(widget), p(workspace.is_active),
             p(now), p(now)})
        .status();
  }

  // Nothing when the user has no part in it.
  static Result<std::optional<WorkspaceView>> view(Connection& connection, const UserId& user,
                                                   const WorkspaceId& workspace) {
    static const std::string statement = "SELECT " + std::string(kWorkspaceColumns) +
                                         std::string(kViewColumns) + " FROM workspaces w" +
                                         std::string(kViewJoin) +
                                         " WHERE w.id = ? AND (w.user_id = ? OR m.user_id = ?)";
    std::optional<WorkspaceView> found;
    MONITORA_TRY(connection.query(statement, {p(user), p(user), p(workspace), p(user), p(user)},
                                  [&](const Row& row) {
                                    found = read_workspace_view(row);
                                    return Status();
                                  }));
    return found;
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<WorkspaceStore> make_workspace_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlWorkspaceStore>(pool, clock);
}

}  // namespace monitora::storage
