// Webhooks and their outbox: what is told is written with what it tells, sent by one at a time, and
// tried again.
#include <gmock/gmock.h>

#include "contract/database_under_test.h"
#include "storage/webhook_outbox.h"

namespace monitora::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class WebhookContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    webhooks = storage::make_webhook_store(pool(), clock, outbox);
    conversations = storage::make_conversation_store(pool(), clock, &outbox);
    jobs = storage::make_job_store(pool(), clock);
    workspace = make_workspace(make_user("owner"));
    other = make_workspace(make_user("other"));
  }

  WebhookId hook(std::vector<std::string> events) {
    Webhook webhook;
    webhook.id = WebhookId::random();
    webhook.url = "https://recepteur.example/crochet";
    webhook.events = std::move(events);
    const auto made = webhooks->create(workspace, webhook, "sealed");
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return webhook.id;
  }
  struct Turn {
    ConversationId conversation;
    MessageId answer;
  };
  Turn talk(double score, Channel channel = Channel::widget,
            std::optional<WorkspaceId> where = {}) {
    Conversation conversation;
    conversation.id = ConversationId::random();
    conversation.channel = channel;
    Message asked, answered;
    asked.role = "user";
    asked.content = "Confidentiel";
    answered.id = MessageId::random();
    answered.role = "assistant";
    answered.content = "Réponse";
    answered.rag_score = score;
    const Status stored =
        conversations->append(where.value_or(workspace), conversation, true, {asked, answered});
    EXPECT_TRUE(stored.ok()) << stored.to_string();
    return {conversation.id, answered.id};
  }
  std::vector<std::string> told(const WebhookId& id) {
    std::vector<std::string> events;
    const auto page = webhooks->deliveries(workspace, id, {});
    EXPECT_TRUE(page.ok()) << page.status().to_string();
    for (const WebhookDelivery& each : page->items) events.push_back(each.event);
    std::ranges::sort(events);
    return events;
  }
  std::optional<Job> lease() {
    auto job = jobs->lease("node", {std::string(storage::kDeliverWebhook)}, 60s);
    EXPECT_TRUE(job.ok()) << job.status().to_string();
    return *std::move(job);
  }

  storage::WebhookOutbox outbox;
  std::unique_ptr<WebhookStore> webhooks;
  std::unique_ptr<ConversationStore> conversations;
  std::unique_ptr<JobStore> jobs;
  WorkspaceId workspace, other;
};

TEST_P(WebhookContract, AreTheirWorkspacesOwn) {
  const WebhookId id = hook({"conversation.created"});
  const auto found = webhooks->find(workspace, id);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(found->url, "https://recepteur.example/crochet");
  EXPECT_THAT(found->events, ElementsAre("conversation.created"));
  EXPECT_TRUE(found->is_enabled);
  for (const Status& status :
       {webhooks->find(other, id).status(), webhooks->update(other, id, {}).status(),
        webhooks->remove(other, id), webhooks->secrets(other, id).status(),
        webhooks->set_secret(other, id, "x", clock.now()),
        webhooks->deliveries(other, id, {}).status()})
    EXPECT_EQ(status.key(), "webhook_not_found");
  EXPECT_EQ(webhooks->secrets(workspace, id)->current_encrypted, "sealed");
  ASSERT_TRUE(webhooks->set_secret(workspace, id, "newer", clock.now() + 1h).ok());
  const auto secrets = webhooks->secrets(workspace, id);
  EXPECT_EQ(secrets->current_encrypted, "newer");
  EXPECT_EQ(secrets->previous_encrypted, "sealed");
  EXPECT_EQ(secrets->previous_expires_at, clock.now() + 1h);
  for (int i = 1; i < WebhookStore::kMost; ++i) hook({"feedback.negative"});
  Webhook more;
  more.id = WebhookId::random();
  EXPECT_EQ(webhooks->create(workspace, more, "x").status().key(), "too_many_webhooks");
  EXPECT_EQ(webhooks->list(workspace)->size(), 20u);
  EXPECT_TRUE(webhooks->list(other)->empty());
  ASSERT_TRUE(webhooks->remove(workspace, id).ok());
  EXPECT_EQ(webhooks->find(workspace, id).status().key(), "webhook_not_found");
}

TEST_P(WebhookContract, AreToldWhatTheyAskedForInIdsWithoutWords) {
  const WebhookId all =
      hook({"answer.low_confidence", "conversation.created", "feedback.negative"});
  const WebhookId thumbs = hook({"feedback.negative"});
  const WebhookId people = hook({"handover.requested"});
  const Turn weak = talk(0.49);
  talk(0.5);
  talk(0.1, Channel::test);
  talk(0.1, Channel::widget, other);
  EXPECT_THAT(told(all),
              ElementsAre("answer.low_confidence", "conversation.created", "conversation.created"));
  for (int feedback : {-1, -1, 1, -1}) {
    ASSERT_TRUE(
        conversations->set_feedback(workspace, weak.conversation, weak.answer, feedback).ok());
    clock.advance(1s);
  }
  EXPECT_THAT(told(thumbs), ElementsAre("feedback.negative", "feedback.negative"))
      << "a thumb that was down already is no news";
  for (const Handover to : {Handover::requested, Handover::requested, Handover::person})
    ASSERT_TRUE(conversations->set_handover(workspace, weak.conversation, to, "Paul", false).ok());
  EXPECT_THAT(told(people), ElementsAre("handover.requested"));
  EXPECT_EQ(conversations->set_feedback(other, weak.conversation, weak.answer, -1).key(),
            "message_not_found");
  const WebhookDelivery latest = webhooks->deliveries(workspace, thumbs, {})->items.front();
  EXPECT_THAT(latest.payload, HasSubstr(latest.id.to_string()));
  EXPECT_THAT(latest.payload, HasSubstr(weak.answer.to_string()));
  const Page<WebhookDelivery> list = *webhooks->deliveries(workspace, all, {});
  for (const WebhookDelivery& each : list.items)
    EXPECT_THAT(each.payload, Not(HasSubstr("Confidentiel")));
  EXPECT_EQ(count("jobs"), count("webhook_deliveries"));
}

TEST_P(WebhookContract, NothingIsToldOfWhatDidNotHappen) {
  const WebhookId id = hook({"conversation.created"});
  Conversation conversation;
  conversation.id = ConversationId::random();
  Message bad;
  bad.role = "nobody";  // the table refuses it
  bad.content = "x";
  EXPECT_FALSE(conversations->append(workspace, conversation, true, {bad}).ok());
  EXPECT_TRUE(told(id).empty());
  EXPECT_EQ(count("jobs"), 0);
}

TEST_P(WebhookContract, AnotherNodesWebhooksAreSeenAfterARefresh) {
  storage::WebhookOutbox elsewhere;
  const auto node = storage::make_webhook_store(pool(), clock, elsewhere);
  Webhook webhook;
  webhook.id = WebhookId::random();
  webhook.url = "https://recepteur.example/";
  webhook.events = {"conversation.created"};
  ASSERT_TRUE(node->create(workspace, webhook, "sealed").ok());
  talk(0.9);
  EXPECT_TRUE(told(webhook.id).empty());
  ASSERT_TRUE(outbox.refresh(pool()).ok());
  talk(0.9);
  EXPECT_THAT(told(webhook.id), ElementsAre("conversation.created"));
}

TEST_P(WebhookContract, OneSenderAtATimeAndFailuresAreTriedAgain) {
  const WebhookId id = hook({"conversation.created"});
  talk(0.9);
  ASSERT_TRUE(lease().has_value());
  ASSERT_TRUE(*webhooks->take(id, 60s));
  EXPECT_FALSE(*webhooks->take(id, 60s));
  auto due = webhooks->next_due(id);
  ASSERT_TRUE(due.ok() && due->has_value());
  const DeliveryId delivery = (*due)->delivery.id;
  EXPECT_EQ((*due)->webhook.workspace_id, workspace);
  ASSERT_TRUE(
      webhooks
          ->settle(id, delivery, {.response_status = 500, .error = "bad_response", .retry_in = 10s})
          .ok());
  EXPECT_FALSE((*webhooks->next_due(id)).has_value()) << "not before its time";
  ASSERT_TRUE(webhooks->release(id).ok());
  ASSERT_TRUE(webhooks->release(id).ok());
  EXPECT_FALSE(lease().has_value());
  EXPECT_EQ(webhooks->find(workspace, id)->failing_since, clock.now());

  clock.advance(10s);
  ASSERT_TRUE(lease().has_value()) << "a job was queued for its time";
  EXPECT_FALSE(lease().has_value()) << "and one only";
  ASSERT_TRUE(*webhooks->take(id, 60s));
  due = webhooks->next_due(id);
  ASSERT_TRUE(due.ok() && due->has_value());
  EXPECT_EQ((*due)->delivery.attempts, 1);
  ASSERT_TRUE(webhooks->settle(id, delivery, {.delivered = true, .response_status = 204}).ok());
  const WebhookDelivery done = webhooks->deliveries(workspace, id, {})->items.front();
  EXPECT_EQ(done.status, DeliveryStatus::delivered);
  EXPECT_EQ(done.attempts, 2);
  EXPECT_EQ(done.response_status, 204);
  EXPECT_EQ(done.last_error, "");
  EXPECT_EQ(done.finished_at, clock.now());
  EXPECT_FALSE(webhooks->find(workspace, id)->failing_since.has_value());
  ASSERT_TRUE(webhooks->release(id).ok());

  clock.advance(61s);  // a sender that died keeps nothing
  ASSERT_TRUE(*webhooks->take(id, 60s));
  EXPECT_FALSE(*webhooks->take(id, 60s));
  while (lease()) {
  }
  clock.advance(61s);
  EXPECT_TRUE(lease().has_value()) << "who found it held comes again";
  EXPECT_TRUE(*webhooks->take(id, 60s));
  ASSERT_TRUE(webhooks->remove_finished(clock.now()).ok());
  EXPECT_TRUE(told(id).empty());
}

TEST_P(WebhookContract, ASilentReceiverIsPausedAndADeadOneSwitchedOff) {
  const WebhookId id = hook({"conversation.created"});
  talk(0.9);
  talk(0.9);
  ASSERT_TRUE(*webhooks->take(id, 60s));
  auto due = webhooks->next_due(id);
  ASSERT_TRUE(due.ok() && due->has_value());
  ASSERT_TRUE(webhooks
                  ->settle(id, (*due)->delivery.id,
                           {.error = "upstream_timeout", .retry_in = 10s, .pause = 60s})
                  .ok());
  EXPECT_FALSE((*webhooks->next_due(id)).has_value()) << "the other one waits too";
  ASSERT_TRUE(webhooks->release(id).ok());
  clock.advance(60s);
  ASSERT_TRUE(*webhooks->take(id, 60s));
  due = webhooks->next_due(id);
  ASSERT_TRUE(due.ok() && due->has_value());
  ASSERT_TRUE(webhooks
                  ->settle(id, (*due)->delivery.id,
                           {.error = "upstream_timeout", .retry_in = 60s, .disable = true})
                  .ok());
  EXPECT_FALSE(webhooks->find(workspace, id)->is_enabled);
  EXPECT_TRUE(webhooks->find(workspace, id)->disabled_at.has_value());
  const Page<WebhookDelivery> list = *webhooks->deliveries(workspace, id, {});
  for (const WebhookDelivery& each : list.items) {
    EXPECT_EQ(each.status, DeliveryStatus::failed);
    EXPECT_EQ(each.last_error, "webhook_disabled");
  }
  talk(0.9);
  EXPECT_EQ(told(id).size(), 2u);
  ASSERT_TRUE(webhooks->release(id).ok());
  EXPECT_FALSE(*webhooks->take(id, 60s));

  const auto on = webhooks->update(workspace, id, {.is_enabled = true});
  ASSERT_TRUE(on.ok()) << on.status().to_string();
  EXPECT_FALSE(on->disabled_at || on->failing_since);
  talk(0.9);
  EXPECT_EQ(told(id).size(), 3u);
  ASSERT_TRUE(webhooks->update(workspace, id, {.is_enabled = false}).ok());
  EXPECT_EQ(webhooks->deliveries(workspace, id, {})->items.front().last_error, "webhook_disabled");
}

TEST_P(WebhookContract, GoWithTheirWorkspace) {
  hook({"conversation.created"});
  talk(0.9);
  execute("DELETE FROM workspaces WHERE name = 'Boutique'");
  EXPECT_EQ(count("webhooks"), 0);
  EXPECT_EQ(count("webhook_deliveries"), 0);
}

MONITORA_FOR_EVERY_DATABASE(WebhookContract);

}  // namespace
}  // namespace monitora::contract
