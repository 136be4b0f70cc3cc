// Telling programs what happens in a workspace: what can be told, when it is tried again, and how a
// receiver knows who speaks. docs/api.md describes it for receivers.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace monitora {

// "conversation.created", "answer.low_confidence", …: what a webhook may ask for.
std::span<const std::string_view> webhook_events();
inline constexpr std::string_view kConversationCreated = "conversation.created";
inline constexpr std::string_view kLowConfidence = "answer.low_confidence";
inline constexpr std::string_view kNegativeFeedback = "feedback.negative";
inline constexpr std::string_view kHandoverRequested = "handover.requested";
inline constexpr std::string_view kWebhookTest = "webhook.test";  // asked for by a person only

// An answer below this is of low confidence (insights' own bound).
inline constexpr double kLowConfidenceBelow = 0.5;

struct Webhook {
  WebhookId id;
  WorkspaceId workspace_id;
  std::string url;
  std::vector<std::string> events;
  bool is_enabled = true;
  std::optional<Time> failing_since;  // of the first failure since the last success
  std::optional<Time> disabled_at;    // by the server, because it had failed for so long
  Time created_at;
};

struct WebhookChange {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<bool> is_enabled;
};

enum class DeliveryStatus { pending, delivered, failed };
std::string_view to_string(DeliveryStatus status);
std::optional<DeliveryStatus> parse_delivery_status(std::string_view text);

struct WebhookDelivery {
  DeliveryId id;  // also the event's, for a receiver that gets it twice
  WebhookId webhook_id;
  std::string event;
  std::string payload;  // JSON: the body as it is sent
  DeliveryStatus status = DeliveryStatus::pending;
  int attempts = 0;
  std::optional<int> response_status;
  std::string last_error;      // a key: upstream_timeout, bad_response, …; "" when all went well
  std::optional<Time> due_at;  // of the next attempt
  Time created_at;
  std::optional<Time> finished_at;
};

// The body of a delivery; `data` is a JSON object.
std::string webhook_payload(const DeliveryId& id, const WorkspaceId& workspace,
                            std::string_view event, std::string_view data, Time now);

// How long after its `attempts`th attempt a delivery is tried again; nothing: it has failed.
std::optional<std::chrono::seconds> webhook_retry_after(int attempts);
// A webhook that has failed for so long, without one success, is switched off.
inline constexpr std::chrono::days kWebhookPatience{3};

// "t=<seconds since 1970>,v1=<hex>[,v1=<hex>]": HMAC-SHA256 of "<t>.<body>" by each secret.
std::string webhook_signature(const std::vector<std::string>& secrets, Time now,
                              std::string_view body);

}  // namespace monitora
