#include "domain/webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/crypto.h"

namespace monitora {

std::span<const std::string_view> webhook_events() {
  static constexpr std::array<std::string_view, 4> kEvents = {
      kConversationCreated, kLowConfidence, kNegativeFeedback, kHandoverRequested};
  return kEvents;
}

std::string_view to_string(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::pending:
      return "pending";
    case DeliveryStatus::delivered:
      return "delivered";
    case DeliveryStatus::failed:
      return "failed";
  }
  return "failed";
}

std::optional<DeliveryStatus> parse_delivery_status(std::string_view text) {
  for (const auto status :
       {DeliveryStatus::pending, DeliveryStatus::delivered, DeliveryStatus::failed})
    if (to_string(status) == text) return status;
  return std::nullopt;
}

std::string webhook_payload(const DeliveryId& id, const WorkspaceId& workspace,
                            std::string_view event, std::string_view data, Time now) {
  return fmt::format(R"({{"id":"{}","type":"{}","created_at":"{}","workspace_id":"{}","data":{}}})",
                     id.to_string(), event, format_time(now), workspace.to_string(), data);
}

std::optional<std::chrono::seconds> webhook_retry_after(int attempts) {
  using namespace std::chrono_literals;
  static constexpr std::array<std::chrono::seconds, 7> kWaits = {10s, 1min, 5min, 30min,
                                                                 2h,  5h,   10h};
  if (attempts < 1 || attempts > static_cast<int>(kWaits.size())) return std::nullopt;
  return kWaits[static_cast<std::size_t>(attempts - 1)];
}

std::string webhook_signature(const std::vector<std::string>& secrets, Time now,
                              std::string_view body) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string text = fmt::format("{}.{}", seconds, body);
  std::string header = fmt::format("t={}", seconds);
  for (const std::string& secret : secrets)
    header += ",v1=" + hex(hmac_sha256(as_bytes(secret), as_bytes(text)));
  return header;
}

}  // namespace monitora
