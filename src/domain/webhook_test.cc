#include "domain/webhook.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

TEST(Webhook, ASignatureIsAnHmacOfTimeAndBody) {
  const Time at(std::chrono::seconds(1'700'000'000));
  // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_essai
  const std::string one = "v1=c4d5c6ca2f53e14796aff17066b3c0ac0d2f4f85c7884966f4adc4b2e081c94b";
  EXPECT_EQ(webhook_signature({"whsec_essai"}, at, R"({"a":1})"), "t=1700000000," + one);
  const std::string both = webhook_signature({"new", "whsec_essai"}, at, R"({"a":1})");
  EXPECT_TRUE(both.starts_with("t=1700000000,v1=")) << both;
  EXPECT_TRUE(both.ends_with("," + one)) << both;
}

TEST(Webhook, IsTriedEightTimesWithinADay) {
  std::chrono::seconds total{0};
  int attempts = 1;
  while (const auto wait = webhook_retry_after(attempts)) {
    total += *wait;
    ++attempts;
  }
  EXPECT_EQ(attempts, 8);
  EXPECT_LT(total, std::chrono::hours(24));
  EXPECT_FALSE(webhook_retry_after(0));
}

TEST(Webhook, APayloadSaysWhatHappenedWhereAndWhen) {
  const DeliveryId id = DeliveryId::random();
  const WorkspaceId workspace = WorkspaceId::random();
  EXPECT_EQ(webhook_payload(id, workspace, kNegativeFeedback, R"({"message_id":"m"})",
                            Time(std::chrono::seconds(0))),
            R"({"id":")" + id.to_string() +
                R"(","type":"feedback.negative","created_at":"1970-01-01T00:00:00.000000Z",)" +
                R"("workspace_id":")" + workspace.to_string() + R"(","data":{"message_id":"m"}})");
}

}  // namespace
}  // namespace monitora
