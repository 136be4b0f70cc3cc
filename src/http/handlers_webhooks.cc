#include "http/handlers_webhooks.h"

#include <boost/json.hpp>

#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestUrl = 2000;
constexpr std::size_t kMostEvents = 20;

json::value or_null(const std::optional<Time>& at) {
  return at ? json::value(format_time(*at)) : json::value();
}

std::string_view in(std::string_view language, std::string_view fr, std::string_view en) {
  return language == "en" ? en : fr;
}

json::object webhook_json(const Webhook& webhook, std::string_view language) {
  json::object out{{"id", webhook.id.to_string()},
                   {"url", webhook.url},
                   {"events", json::array(webhook.events.begin(), webhook.events.end())},
                   {"is_enabled", webhook.is_enabled},
                   {"failing_since", or_null(webhook.failing_since)},
                   {"disabled_at", or_null(webhook.disabled_at)},
                   {"disabled_reason", nullptr},
                   {"created_at", format_time(webhook.created_at)}};
  if (webhook.disabled_at)
    out["disabled_reason"] =
        in(language,
           "Ce webhook a été désactivé : son adresse n'a répondu correctement à aucun envoi "
           "pendant trois jours. Corrigez-la, puis réactivez-le.",
           "This webhook was switched off: its address answered no delivery properly for three "
           "days. Correct it, then switch it on again.");
  return out;
}

// What a key of WebhookDelivery::last_error says to a person.
json::value error_sentence(const WebhookDelivery& delivery, std::string_view language) {
  const std::string& key = delivery.last_error;
  if (key.empty()) return nullptr;
  struct Known {
    std::string_view key, fr, en;
  };
  static constexpr Known kKnown[] = {
      {"bad_response", "Réponse autre que 2xx (les redirections ne sont pas suivies).",
       "A response other than 2xx (redirects are not followed)."},
      {"upstream_timeout", "Pas de réponse en 10 secondes.", "No response within 10 seconds."},
      {"host_not_found", "Le nom du serveur est introuvable.", "The server's name is not found."},
      {"connect_failed", "La connexion a échoué.", "The connection failed."},
      {"tls_failed", "La connexion TLS a échoué (certificat ?).",
       "The TLS connection failed (certificate?)."},
      {"address_not_allowed", "Cette adresse est privée ou réservée.",
       "This address is private or reserved."},
      {"webhook_disabled", "Le webhook a été désactivé.", "The webhook was switched off."},
      {"secret_unreadable", "Le secret de signature est illisible : renouvelez-le.",
       "The signing secret cannot be read: rotate it."}};
  for (const Known& known : kKnown)
    if (known.key == key) return json::value(in(language, known.fr, known.en));
  return json::value(in(language, "L'envoi a échoué.", "The delivery failed."));
}

json::object delivery_json(const WebhookDelivery& delivery, std::string_view language) {
  boost::system::error_code error;
  json::object out{{"id", delivery.id.to_string()},
                   {"event", delivery.event},
                   {"payload", json::parse(delivery.payload, error)},
                   {"status", to_string(delivery.status)},
                   {"attempts", delivery.attempts},
                   {"response_status", nullptr},
                   {"error", error_sentence(delivery, language)},
                   {"next_attempt_at", or_null(delivery.due_at)},
                   {"created_at", format_time(delivery.created_at)},
                   {"finished_at", or_null(delivery.finished_at)}};
  if (delivery.response_status) out["response_status"] = *delivery.response_status;
  return out;
}

struct Path {
  WorkspaceId workspace;
  WebhookId webhook;
};

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}
Result<Path> path_of(const Request& request) {
  Path path;
  MONITORA_ASSIGN(path.workspace, workspace_of(request));
  MONITORA_ASSIGN(path.webhook, path_id<WebhookId>(request, "webhook_id", "webhook_not_found"));
  return path;
}

Result<Response> list_webhooks(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const std::vector<Webhook> found, webhooks.list(workspace));
  std::vector<KeyedItem> items;
  for (const Webhook& each : found)
    items.push_back(
        {key_of(each.created_at) + each.id.to_string(), webhook_json(each, request.language)});
  MONITORA_ASSIGN(const json::object page, page_of(request, std::move(items)));
  return Response::json(200, page);
}

Result<Response> create_webhook(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string url = fields.required_text("url", kLongestUrl);
  const auto events = fields.texts("events", kMostEvents, 50);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Webhooks::Made made,
                  webhooks.create(actor_of(request), workspace, url,
                                  events.value.value_or(std::vector<std::string>())));
  json::object out = webhook_json(made.webhook, request.language);
  out["secret"] = made.secret;
  return Response::json(201, out);
}

Result<Response> get_webhook(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const Webhook webhook, webhooks.find(path.workspace, path.webhook));
  return Response::json(200, webhook_json(webhook, request.language));
}

Result<Response> patch_webhook(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  WebhookChange change;
  // None of these can be cleared.
  const auto given = [&](std::string_view name) {
    const json::value* value = body.if_contains(name);
    if (value != nullptr && value->is_null())
      fields.fail(name, {"Ce champ est obligatoire.", "This field is required."});
    return value != nullptr;
  };
  if (body.contains("url")) change.url = fields.required_text("url", kLongestUrl);
  if (given("events")) change.events = fields.texts("events", kMostEvents, 50).value;
  if (given("is_enabled")) change.is_enabled = fields.boolean("is_enabled").value;
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Webhook webhook,
                  webhooks.update(actor_of(request), path.workspace, path.webhook, change));
  return Response::json(200, webhook_json(webhook, request.language));
}

Result<Response> delete_webhook(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_TRY(webhooks.remove(actor_of(request), path.workspace, path.webhook));
  return Response::no_content();
}

Result<Response> rotate_secret(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const Webhooks::Secret made,
                  webhooks.rotate_secret(actor_of(request), path.workspace, path.webhook));
  return Response::json(
      200, json::object{{"secret", made.secret},
                        {"previous_expires_at", format_time(made.previous_expires_at)}});
}

Result<Response> test_webhook(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const WebhookDelivery delivery, webhooks.test(path.workspace, path.webhook));
  return Response::json(200, delivery_json(delivery, request.language));
}

Result<Response> list_deliveries(Webhooks& webhooks, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const PageRequest asked, read_page(request));
  MONITORA_ASSIGN(const Page<WebhookDelivery> page,
                  webhooks.deliveries(path.workspace, path.webhook, asked));
  json::array items;
  for (const WebhookDelivery& each : page.items)
    items.push_back(delivery_json(each, request.language));
  return Response::json(200, page_json(std::move(items), page.next_cursor));
}

}  // namespace

void add_webhook_routes(Router& router, Webhooks& webhooks) {
  const auto add = [&](Method method, const std::string& pattern,
                       Result<Response> (*handler)(Webhooks&, const Request&)) {
    router.add({.method = method,
                .pattern = "/api/workspaces/{wid}/webhooks" + pattern,
                .access = Access::workspace_admin,
                .handler = [&webhooks, handler](const Request& request) {
                  return handler(webhooks, request);
                }});
  };
  add(Method::get, "", list_webhooks);
  add(Method::post, "", create_webhook);
  add(Method::get, "/{webhook_id}", get_webhook);
  add(Method::patch, "/{webhook_id}", patch_webhook);
  add(Method::del, "/{webhook_id}", delete_webhook);
  add(Method::post, "/{webhook_id}/rotate-secret", rotate_secret);
  add(Method::post, "/{webhook_id}/test", test_webhook);
  add(Method::get, "/{webhook_id}/deliveries", list_deliveries);
}

}  // namespace monitora::http
