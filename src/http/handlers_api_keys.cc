// /api/workspaces/{wid}/api-keys
#include <boost/json.hpp>

#include "app/api_keys.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

json::object key_json(const ApiKey& key) {
  const auto time = [](const std::optional<Time>& at) {
    return at ? json::value(format_time(*at)) : json::value();
  };
  return {{"id", key.id.to_string()},
          {"name", key.name},
          {"prefix", key.prefix},
          {"created_at", format_time(key.created_at)},
          {"last_used_at", time(key.last_used_at)},
          {"expires_at", time(key.expires_at)}};
}

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}

}  // namespace

Result<Response> list_api_keys(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const std::vector<ApiKey> keys, services.api_keys.list(workspace));
  std::vector<KeyedItem> items;
  for (const ApiKey& key : keys)
    items.push_back({key_of(key.created_at) + key.id.to_string(), key_json(key)});
  MONITORA_ASSIGN(const json::object page, page_of(request, std::move(items)));
  return Response::json(200, page);
}

Result<Response> create_api_key(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string name = fields.required_text("name", 255);
  const Change<Time> expires = fields.time("expires_at");
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const ApiKeys::Made made,
                  services.api_keys.create(actor_of(request), workspace, name, expires.value));
  json::object out = key_json(made.key);
  out["key"] = made.secret;
  return Response::json(201, out);
}

Result<Response> delete_api_key(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const ApiKeyId key, path_id<ApiKeyId>(request, "key_id", "api_key_not_found"));
  MONITORA_TRY(services.api_keys.revoke(actor_of(request), workspace, key));
  return Response::no_content();
}

}  // namespace monitora::http
