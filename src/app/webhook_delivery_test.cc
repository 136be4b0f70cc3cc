#include "app/webhook_delivery.h"

#include <gtest/gtest.h>

#include <deque>

namespace monitora {
namespace {

using namespace std::chrono_literals;

class FixedClock final : public Clock {
 public:
  Time now() const override { return Time(std::chrono::seconds(1'795'000'000)); }
};

// One webhook's deliveries, due in order; keeps what became of them.
class OneWebhook final : public WebhookStore {
 public:
  Result<bool> take(const WebhookId&, std::chrono::seconds) override { return free; }
  Result<std::optional<Due>> next_due(const WebhookId&) override {
    if (waiting.empty()) return std::optional<Due>();
    Due due;
    due.webhook = webhook;
    due.secrets.current_encrypted = "secret";
    due.delivery = waiting.front();
    waiting.pop_front();
    return std::optional(due);
  }
  Status settle(const WebhookId&, const DeliveryId&, const Outcome& outcome) override {
    outcomes.push_back(outcome);
    return {};
  }
  Status release(const WebhookId&) override { return ++released, Status(); }

  Result<std::vector<Webhook>> list(const WorkspaceId&) override { return unused(); }
  Result<Webhook> find(const WorkspaceId&, const WebhookId&) override { return unused(); }
  Result<Webhook> create(const WorkspaceId&, const Webhook&, const std::string&) override {
    return unused();
  }
  Result<Webhook> update(const WorkspaceId&, const WebhookId&, const WebhookChange&) override {
    return unused();
  }
  Status remove(const WorkspaceId&, const WebhookId&) override { return unused(); }
  Result<Secrets> secrets(const WorkspaceId&, const WebhookId&) override { return unused(); }
  Status set_secret(const WorkspaceId&, const WebhookId&, const std::string&, Time) override {
    return unused();
  }
  Result<Page<WebhookDelivery>> deliveries(const WorkspaceId&, const WebhookId&,
                                           const PageRequest&) override {
    return unused();
  }
  Status add_delivery(const WorkspaceId&, const WebhookDelivery&) override { return unused(); }
  Status remove_finished(Time) override { return unused(); }
  static Status unused() { return Status::internal("not part of sending"); }

  bool free = true;
  Webhook webhook;
  std::deque<WebhookDelivery> waiting;
  std::vector<Outcome> outcomes;
  int released = 0;
};

class PlainSecrets final : public SecretBox {
 public:
  std::string seal(std::string_view secret, std::string_view) const override {
    return std::string(secret);
  }
  Result<std::string> open(std::string_view sealed, std::string_view) const override {
    if (sealed.empty()) return Status(Code::corrupted, "secret_unreadable", {});
    return std::string(sealed);
  }
};

class ScriptedSender final : public WebhookSender {
 public:
  Status check(const std::string&) override { return {}; }
  Result<int> post(const std::string&, std::vector<std::pair<std::string, std::string>> headers,
                   std::string body) override {
    for (auto& [name, value] : headers)
      if (name == "Monitora-Signature") signature = value;
    bodies.push_back(std::move(body));
    return answer;
  }
  Result<int> answer = 200;
  std::string signature;
  std::vector<std::string> bodies;
};

class NoAudit final : public AuditLog {
 public:
  Status append(const Entry&) override { return {}; }
};

class WebhookDeliveryTest : public ::testing::Test {
 protected:
  void wait(int attempts) {
    WebhookDelivery delivery;
    delivery.attempts = attempts;
    delivery.payload = R"({"a":1})";
    store_.waiting.push_back(delivery);
  }
  WebhookStore::Outcome outcome_of(int attempts) {
    wait(attempts);
    EXPECT_TRUE(deliveries_.deliver(WebhookId()).ok());
    return store_.outcomes.back();
  }

  OneWebhook store_;
  PlainSecrets secrets_;
  ScriptedSender sender_;
  NoAudit audit_;
  FixedClock clock_;
  WebhookDeliveries deliveries_{{store_, secrets_, sender_, audit_, clock_}};
};

TEST_F(WebhookDeliveryTest, SendsWhatIsDueSigned) {
  wait(0);
  wait(0);
  ASSERT_TRUE(deliveries_.deliver(WebhookId()).ok());
  EXPECT_EQ(sender_.bodies.size(), 2u);
  EXPECT_EQ(sender_.signature, webhook_signature({"secret"}, clock_.now(), R"({"a":1})"));
  EXPECT_TRUE(store_.outcomes[0].delivered && store_.outcomes[1].delivered);
  EXPECT_EQ(store_.released, 1);
  store_.free = false;
  wait(0);
  ASSERT_TRUE(deliveries_.deliver(WebhookId()).ok());
  EXPECT_EQ(sender_.bodies.size(), 2u) << "another sender has it";
}

TEST_F(WebhookDeliveryTest, ARefusalIsTriedAgainAndTheEighthIsTheLast) {
  for (const int status : {100, 199, 301, 404, 410, 500}) {
    sender_.answer = status;
    const auto outcome = outcome_of(0);
    EXPECT_FALSE(outcome.delivered) << status;
    EXPECT_EQ(outcome.error, "bad_response");
    EXPECT_EQ(outcome.retry_in, 10s);
    EXPECT_FALSE(outcome.pause.has_value()) << "it answers";
  }
  EXPECT_EQ(outcome_of(6).retry_in, 10h);
  EXPECT_FALSE(outcome_of(7).retry_in.has_value());
}

TEST_F(WebhookDeliveryTest, WhoDoesNotAnswerIsLeftAloneForAWhile) {
  sender_.answer = Status(Code::upstream_failed, "upstream_timeout", {});
  const auto outcome = outcome_of(0);
  EXPECT_EQ(outcome.error, "upstream_timeout");
  EXPECT_EQ(outcome.pause, 60s);
  EXPECT_FALSE(outcome.disable);
  store_.webhook.failing_since = clock_.now() - 72h + 1s;
  EXPECT_FALSE(outcome_of(0).disable);
  store_.webhook.failing_since = clock_.now() - 72h;
  EXPECT_TRUE(outcome_of(0).disable);
  sender_.answer = 200;
  EXPECT_FALSE(outcome_of(0).disable);
}

TEST_F(WebhookDeliveryTest, OurOwnStopIsNoFailure) {
  sender_.answer = Status::cancelled();
  wait(0);
  ASSERT_TRUE(deliveries_.deliver(WebhookId()).ok());
  EXPECT_TRUE(store_.outcomes.empty());
}

}  // namespace
}  // namespace monitora
