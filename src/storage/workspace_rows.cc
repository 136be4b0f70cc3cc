#include "storage/workspace_rows.h"

#include <boost/json.hpp>

#include "domain/json_text.h"
#include "storage/json.h"

namespace monitora::storage {

Workspace read_workspace(const sql::Row& row) {
  Workspace workspace;
  workspace.id = WorkspaceId(row.uuid(0));
  workspace.owner_id = UserId(row.uuid(1));
  workspace.name = row.text(2);
  workspace.description = row.text(3);
  workspace.domain = row.text(4);
  workspace.allowed_domains = read_strings(row.text(5));
  workspace.rag = read_rag_config(row.text(6));
  workspace.widget = read_widget_config(row.text(7));
  workspace.is_active = row.boolean(8);
  workspace.created_at = row.time(9);
  workspace.updated_at = row.time(10);
  return workspace;
}

WorkspaceView read_workspace_view(const sql::Row& row) {
  WorkspaceView view;
  view.workspace = read_workspace(row);
  view.role = parse_user_role(row.text(kWorkspaceColumnCount)).value_or(UserRole::lecteur);
  view.counts.documents = row.integer(kWorkspaceColumnCount + 1);
  view.counts.conversations = row.integer(kWorkspaceColumnCount + 2);
  view.counts.messages = row.integer(kWorkspaceColumnCount + 3);
  return view;
}

std::string rag_config_json(const RagConfig& config) {
  return json_text(to_json(config));
}
std::string widget_config_json(const WidgetConfig& config) {
  return json_text(to_json(config));
}

Status workspace_absent() {
  return Status::not_found("workspace_not_found");
}

}  // namespace monitora::storage
