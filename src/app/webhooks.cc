#include "app/webhooks.h"

#include <algorithm>
#include <ranges>

#include "base/log.h"
#include "ports/secret_contexts.h"

namespace monitora {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string new_secret() {
  return "whsec_" + random_token(kSecretBytes);
}

// A ciphertext that was moved to another webhook does not open there.
std::string context_of(const WebhookId& webhook) {
  return kWebhookSecret + webhook.to_string();
}

Status check_events(const std::vector<std::string>& events) {
  const auto known = webhook_events();
  if (!events.empty() && std::ranges::all_of(events, [&](const std::string& event) {
        return std::ranges::find(known, event) != known.end();
      }))
    return {};
  std::string names;
  for (const std::string_view event : known) names.append(names.empty() ? "" : ", ").append(event);
  return Status::invalid("events", {"Choisissez au moins un événement parmi : " + names + ".",
                                    "Choose at least one event of: " + names + "."});
}

std::vector<std::string> without_repeats(std::vector<std::string> events) {
  std::ranges::sort(events);
  const auto rest = std::ranges::unique(events);
  events.erase(rest.begin(), rest.end());
  return events;
}

}  // namespace

Result<Webhooks::Made> Webhooks::create(const Actor& actor, const WorkspaceId& workspace,
                                        const std::string& url,
                                        const std::vector<std::string>& events) {
  MONITORA_TRY(check_events(events));
  MONITORA_TRY(parts_.sender.check(url));
  Made made;
  made.secret = new_secret();
  Webhook webhook;
  webhook.id = WebhookId::random();
  webhook.url = url;
  webhook.events = without_repeats(events);
  MONITORA_ASSIGN(made.webhook,
                  parts_.webhooks.create(workspace, webhook,
                                         parts_.secrets.seal(made.secret, context_of(webhook.id))));
  record(parts_.audit, actor, "webhook.create", workspace, webhook.id.to_string());
  return made;
}

Result<Webhook> Webhooks::update(const Actor& actor, const WorkspaceId& workspace,
                                 const WebhookId& webhook, const WebhookChange& given) {
  MONITORA_TRY(find(workspace, webhook).status());
  WebhookChange change = given;
  if (change.events) {
    MONITORA_TRY(check_events(*change.events));
    change.events = without_repeats(*change.events);
  }
  if (change.url) MONITORA_TRY(parts_.sender.check(*change.url));
  MONITORA_ASSIGN(Webhook changed, parts_.webhooks.update(workspace, webhook, change));
  record(parts_.audit, actor, "webhook.update", workspace, webhook.to_string());
  return changed;
}

Status Webhooks::remove(const Actor& actor, const WorkspaceId& workspace,
                        const WebhookId& webhook) {
  MONITORA_TRY(parts_.webhooks.remove(workspace, webhook));
  record(parts_.audit, actor, "webhook.delete", workspace, webhook.to_string());
  return {};
}

Result<Webhooks::Secret> Webhooks::rotate_secret(const Actor& actor, const WorkspaceId& workspace,
                                                 const WebhookId& webhook) {
  const Secret made{new_secret(), parts_.clock.now() + kOldSecretSigns};
  MONITORA_TRY(parts_.webhooks.set_secret(workspace, webhook,
                                          parts_.secrets.seal(made.secret, context_of(webhook)),
                                          made.previous_expires_at));
  record(parts_.audit, actor, "webhook.rotate_secret", workspace, webhook.to_string());
  return made;
}

Result<WebhookDelivery> Webhooks::test(const WorkspaceId& workspace, const WebhookId& id) {
  MONITORA_ASSIGN(const Webhook webhook, parts_.webhooks.find(workspace, id));
  MONITORA_ASSIGN(const WebhookStore::Secrets secrets, parts_.webhooks.secrets(workspace, id));
  WebhookDelivery delivery;
  delivery.id = DeliveryId::random();
  delivery.webhook_id = id;
  delivery.event = kWebhookTest;
  delivery.created_at = parts_.clock.now();
  delivery.payload =
      webhook_payload(delivery.id, workspace, kWebhookTest, "{}", delivery.created_at);
  const WebhookStore::Outcome outcome = attempt_delivery(parts_, webhook, secrets, delivery);
  delivery.status = outcome.delivered ? DeliveryStatus::delivered : DeliveryStatus::failed;
  delivery.attempts = 1;
  delivery.response_status = outcome.response_status;
  delivery.last_error = outcome.error;
  delivery.finished_at = parts_.clock.now();
  MONITORA_TRY(parts_.webhooks.add_delivery(workspace, delivery));
  return delivery;
}

WebhookStore::Outcome attempt_delivery(const WebhookParts& parts, const Webhook& webhook,
                                       const WebhookStore::Secrets& sealed,
                                       const WebhookDelivery& delivery) {
  const Time now = parts.clock.now();
  WebhookStore::Outcome outcome;
  std::vector<std::string> secrets;
  const auto open = [&](const std::string& secret) {
    auto opened = parts.secrets.open(secret, context_of(webhook.id));
    if (!opened.ok())
      log::error("webhook {}: {}", webhook.id.to_string(), opened.status().to_string());
    else
      secrets.push_back(*std::move(opened));
  };
  open(sealed.current_encrypted);
  if (sealed.previous_expires_at && *sealed.previous_expires_at > now &&
      !sealed.previous_encrypted.empty())
    open(sealed.previous_encrypted);
  // Unsigned, nobody could tell that it is ours.
  if (secrets.empty()) {
    outcome.error = "secret_unreadable";
    return outcome;
  }
  const Result<int> answered =
      parts.sender.post(webhook.url,
                        {{"Content-Type", "application/json"},
                         {"User-Agent", "MONITORA-Webhooks/1"},
                         {"Monitora-Event", delivery.event},
                         {"Monitora-Delivery", delivery.id.to_string()},
                         {"Monitora-Signature", webhook_signature(secrets, now, delivery.payload)}},
                        delivery.payload);
  if (!answered.ok()) {
    outcome.error = answered.status().key();
    return outcome;
  }
  outcome.response_status = *answered;
  outcome.delivered = *answered >= 200 && *answered < 300;
  if (!outcome.delivered) outcome.error = "bad_response";
  return outcome;
}

}  // namespace monitora
