// Reading and writing rows of workspaces, and who may see or change one.
#pragma once

#include <string>
#include <string_view>

#include "domain/workspace.h"
#include "sql/connection.h"

namespace monitora::storage {

// Of `workspaces w`.
inline constexpr std::string_view kWorkspaceColumns =
    "w.id, w.user_id, w.name, w.description, w.domain, w.allowed_domains, w.rag_config, "
    "w.widget_config, w.is_active, w.created_at, w.updated_at";
inline constexpr int kWorkspaceColumnCount = 11;
Workspace read_workspace(const sql::Row& row);

// What a user sees beside a workspace: the role and the counts. Its two `?` are the user, twice,
// and stand before those of the condition. Of `workspaces w` joined as in kViewJoin.
inline constexpr std::string_view kViewColumns =
    ", CASE WHEN w.user_id = ? THEN 'admin' ELSE m.role END, "
    "(SELECT COUNT(*) FROM documents d WHERE d.workspace_id = w.id), "
    "(SELECT COUNT(*) FROM conversations c WHERE c.workspace_id = w.id AND c.channel <> 'test'), "
    "(SELECT SUM(c.messages_count) FROM conversations c WHERE c.workspace_id = w.id AND c.channel "
    "<> 'test')";
inline constexpr std::string_view kViewJoin =
    " LEFT JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = ?";
WorkspaceView read_workspace_view(const sql::Row& row);

// The condition on `workspaces` that a user may change it: the owner or an admin. Two `?`, the
// user.
inline constexpr std::string_view kMayChange =
    "(user_id = ? OR EXISTS (SELECT 1 FROM workspace_members a WHERE a.workspace_id = "
    "workspaces.id "
    "AND a.user_id = ? AND a.role = 'admin'))";

std::string rag_config_json(const RagConfig& config);
std::string widget_config_json(const WidgetConfig& config);

Status workspace_absent();

}  // namespace monitora::storage
