// /api/workspaces and a workspace's settings.
#include <boost/json.hpp>

#include "app/widget_sites.h"
#include "app/workspaces.h"
#include "http/fields.h"
#include "http/guards.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kName = 255, kDescription = 4000, kDomain = 300;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

json::object workspace_json(const WorkspaceView& view) {
  const Workspace& workspace = view.workspace;
  return {{"id", workspace.id.to_string()},
          {"name", workspace.name},
          {"description", text_or_null(workspace.description)},
          {"domain", text_or_null(workspace.domain)},
          {"allowed_domains",
           json::array(workspace.allowed_domains.begin(), workspace.allowed_domains.end())},
          {"is_active", workspace.is_active},
          {"role", to_string(view.role)},
          {"rag_config", to_json(workspace.rag)},
          {"widget_config", to_json(workspace.widget)},
          {"documents_count", view.counts.documents},
          {"conversations_count", view.counts.conversations},
          {"messages_count", view.counts.messages},
          {"created_at", format_time(workspace.created_at)},
          {"updated_at", format_time(workspace.updated_at)}};
}

Result<WorkspaceView> view_of(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  return services.workspace_store.find(request.principal.user->id, id);
}

Result<WorkspaceView> update(const Services& services, const Request& request,
                             WorkspaceChange change) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  return services.workspaces.update(actor_of(request), id, std::move(change));
}

// Settings inside a workspace's PATCH: their faults are named "rag_config.top_k".
template <class Config>
std::optional<Config> merged(Fields& fields, const char* name, const Config& before) {
  const json::object* patch = fields.object(name);
  if (patch == nullptr) return std::nullopt;
  Config config = before;
  const Status status = merge(*patch, config);
  for (const FieldError& error : status.fields())
    fields.fail(std::string(name) + "." + error.field, error.message);
  return config;
}

void read_required(Fields& fields, const char* name, const Change<std::string>& text,
                   std::optional<std::string>& into) {
  if (!text.given) return;
  if (!text.value || text.value->find_first_not_of(" \t\r\n") == std::string::npos)
    fields.fail(name, {"Ce champ est obligatoire.", "This field is required."});
  into = text.value.value_or("");
}

}  // namespace

Result<Response> list_workspaces(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Page<WorkspaceView> found,
                  services.workspace_store.list(request.principal.user->id, page));
  json::array items;
  for (const WorkspaceView& view : found.items) items.push_back(workspace_json(view));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

Result<Response> create_workspace(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  Workspace workspace;
  workspace.name = fields.required_text("name", kName);
  workspace.description = fields.text("description", kDescription).value.value_or("");
  workspace.domain = fields.text("domain", kDomain).value.value_or("");
  workspace.allowed_domains = fields.texts("allowed_domains", Workspaces::kMostDomains, kDomain)
                                  .value.value_or(std::vector<std::string>());
  workspace.widget.welcome_message = fields.text("welcome_message", 1000).value.value_or("");
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const WorkspaceView made,
                  services.workspaces.create(actor_of(request), std::move(workspace)));
  return Response::json(201, workspace_json(made))
      .with("Location", "/api/workspaces/" + made.workspace.id.to_string());
}

Result<Response> get_workspace(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceView view, view_of(services, request));
  return Response::json(200, workspace_json(view));
}

Result<Response> patch_workspace(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const WorkspaceView before, view_of(services, request));
  Fields fields(body);
  WorkspaceChange change;
  read_required(fields, "name", fields.text("name", kName), change.name);
  if (const auto text = fields.text("description", kDescription); text.given)
    change.description = text.value.value_or("");
  if (const auto text = fields.text("domain", kDomain); text.given)
    change.domain = text.value.value_or("");
  if (auto domains = fields.texts("allowed_domains", Workspaces::kMostDomains, kDomain);
      domains.given)
    change.allowed_domains = std::move(domains.value).value_or(std::vector<std::string>());
  if (const auto active = fields.boolean("is_active"); active.given)
    change.is_active = active.value.value_or(true);
  change.rag = merged(fields, "rag_config", before.workspace.rag);
  change.widget = merged(fields, "widget_config", before.workspace.widget);
  if (const auto text = fields.text("welcome_message", 1000); text.given) {
    if (!change.widget) change.widget = before.workspace.widget;
    change.widget->welcome_message = text.value.value_or("");
  }
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const WorkspaceView after, update(services, request, std::move(change)));
  return Response::json(200, workspace_json(after));
}

Result<Response> delete_workspace(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_TRY(services.workspaces.remove(actor_of(request), id));
  return Response::no_content();
}

Result<Response> get_rag_config(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceView view, view_of(services, request));
  return Response::json(200, to_json(view.workspace.rag));
}

Result<Response> patch_rag_config(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const WorkspaceView before, view_of(services, request));
  WorkspaceChange change;
  change.rag = before.workspace.rag;
  MONITORA_TRY(merge(body, *change.rag));
  MONITORA_ASSIGN(const WorkspaceView after, update(services, request, std::move(change)));
  return Response::json(200, to_json(after.workspace.rag));
}

Result<Response> get_widget_config(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceView view, view_of(services, request));
  return Response::json(200, to_json(view.workspace.widget));
}

Result<Response> patch_widget_config(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const WorkspaceView before, view_of(services, request));
  WorkspaceChange change;
  change.widget = before.workspace.widget;
  MONITORA_TRY(merge(body, *change.widget));
  MONITORA_ASSIGN(const WorkspaceView after, update(services, request, std::move(change)));
  return Response::json(200, to_json(after.workspace.widget));
}

Result<Response> list_widget_sites(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceView view, view_of(services, request));
  MONITORA_ASSIGN(
      const std::vector<WidgetSites::Seen> seen,
      services.widget_sites.list(view.workspace, own_origin(request, services.public_url)));
  json::array items;
  for (const auto& [site, is_allowed] : seen)
    items.push_back({{"origin", site.origin},
                     {"is_allowed", is_allowed},
                     {"first_seen_at", format_time(site.first_seen_at)},
                     {"last_seen_at", format_time(site.last_seen_at)}});
  return Response::json(200, page_json(std::move(items), ""));
}

Result<Response> create_identity_secret(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const Workspaces::IdentitySecret made,
                  services.workspaces.make_identity_secret(actor_of(request), id));
  return Response::json(201, {{"secret", made.secret},
                              {"previous_expires_at", format_time(made.previous_expires_at)}});
}

}  // namespace monitora::http
