#include <gmock/gmock.h>

#include <set>

#include "contract/content_contract.h"
#include "storage/search_index.h"

namespace monitora::contract {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ConversationContract : public ContentContract {
 protected:
  std::vector<std::string> contents(const ConversationId& id) {
    const auto page = conversations->messages(workspace, id, {200, ""});
    EXPECT_TRUE(page.ok()) << page.status().to_string();
    std::vector<std::string> found;
    if (page.ok())
      for (const Message& each : page->items) found.push_back(each.content);
    return found;
  }
  // The ids of the conversations that a filter keeps, latest first.
  std::vector<ConversationId> kept(const ConversationFilter& filter) {
    const auto page = conversations->list(workspace, filter, {200, ""});
    EXPECT_TRUE(page.ok()) << page.status().to_string();
    std::vector<ConversationId> found;
    if (page.ok())
      for (const Conversation& each : page->items) found.push_back(each.id);
    return found;
  }
  std::vector<ConversationId> search(const std::string& words) {
    ConversationFilter filter;
    filter.search = words;
    const std::vector<ConversationId> found = kept(filter);
    // Whether the index knows what was said or not yet.
    EXPECT_TRUE(storage::index_conversations(pool(), 1000).ok());
    EXPECT_EQ(kept(filter), found) << words;
    return found;
  }
};

TEST_P(ConversationContract, ATurnComesBackWhole) {
  const std::int64_t before = last_change();
  Conversation made = conversation(Channel::api, "visiteur");
  made.title = "Où est ma commande ?";
  Message reply = answer("Elle est « partie » 🚚 [1].", 0.75);
  reply.sources = {{1, DocumentId::random(), "cgv.pdf", 4, "Livraison sous 48 h"},
                   {2, DocumentId::random(), "faq.md", {}, ""}};
  reply.is_complete = false;
  reply.cached = true;
  reply.response_time_ms = 812;
  reply.ttfb_ms = 90;
  reply.tokens_used = 33;
  reply.model = "mistral";
  reply.metadata = R"({"language":"fr"})";
  ASSERT_OK(conversations->append(workspace, made, true, {question("Où est-elle ?"), reply}));

  const auto found = conversations->find(workspace, made.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->title, "Où est ma commande ?");
  EXPECT_EQ(found->visitor_id, "visiteur");
  EXPECT_EQ(found->channel, Channel::api);
  EXPECT_EQ(found->started_at, clock.now());
  EXPECT_EQ(found->messages_count, 2);
  EXPECT_EQ(found->last_message_at, clock.now() + microseconds(1));
  EXPECT_FALSE(found->satisfaction);

  const auto messages = conversations->messages(workspace, made.id, {});
  ASSERT_OK(messages);
  ASSERT_EQ(messages->items.size(), 2U);
  const Message& asked = messages->items[0];
  EXPECT_EQ(asked.role, "user");
  EXPECT_EQ(asked.conversation_id, made.id);
  EXPECT_THAT(asked.sources, IsEmpty());
  EXPECT_FALSE(asked.rag_score || asked.feedback || asked.ttfb_ms);
  EXPECT_TRUE(asked.is_complete);
  EXPECT_FALSE(asked.cached || asked.is_resolved);
  const Message& said = messages->items[1];
  EXPECT_EQ(said.id, reply.id);
  EXPECT_EQ(said.content, reply.content);
  EXPECT_EQ(said.rag_score, 0.75);
  EXPECT_FALSE(said.is_complete);
  EXPECT_TRUE(said.cached);
  EXPECT_EQ(said.response_time_ms, 812);
  EXPECT_EQ(said.ttfb_ms, 90);
  EXPECT_EQ(said.tokens_used, 33);
  EXPECT_EQ(said.model, "mistral");
  EXPECT_JSON(said.metadata, R"({"language":"fr"})");
  ASSERT_EQ(said.sources.size(), 2U);
  EXPECT_EQ(said.sources[0].document_id, reply.sources[0].document_id);
  EXPECT_EQ(said.sources[0].page, 4);
  EXPECT_EQ(said.sources[0].excerpt, "Livraison sous 48 h");
  EXPECT_EQ(said.sources[1].index, 2);
  EXPECT_FALSE(said.sources[1].page);
  EXPECT_THAT(changes_after(before), ElementsAre("conversation/created"));
}

TEST_P(ConversationContract, TurnsStayInOrderWhateverTheClockSays) {
  const auto [made, first] = talk(workspace, "un", "deux");
  ASSERT_OK(conversations->append(workspace, made, false, {question("trois"), answer("quatre")}));
  clock.advance(-seconds(60));  // another node's clock
  ASSERT_OK(conversations->append(workspace, made, false, {question("cinq"), answer("six")}));
  EXPECT_THAT(contents(made.id), ElementsAre("un", "deux", "trois", "quatre", "cinq", "six"));
}

TEST_P(ConversationContract, AMessageKeepsTheTimeThatItCameWith) {
  Message old = question("ancien");
  old.created_at = clock.now() - seconds(3600);
  const Conversation made = conversation();
  ASSERT_OK(conversations->append(workspace, made, true, {old}));
  EXPECT_EQ(conversations->messages(workspace, made.id, {})->items[0].created_at, old.created_at);
  EXPECT_EQ(conversations->find(workspace, made.id)->last_message_at, old.created_at);
}

TEST_P(ConversationContract, NothingOfAnotherWorkspaceIsFoundOrChanged) {
  const auto [made, messages] = talk(workspace, "secret ?", "secret.");
  const std::int64_t before = last_change();
  const std::string kAbsent = "conversation_not_found";
  EXPECT_KEY(conversations->find(foreign, made.id), kAbsent);
  EXPECT_KEY(conversations->messages(foreign, made.id, {}), kAbsent);
  EXPECT_KEY(conversations->recent(foreign, made.id, 3), kAbsent);
  EXPECT_KEY(conversations->append(foreign, made, false, {question("intrus")}), kAbsent);
  EXPECT_KEY(conversations->append(foreign, made, true, {question("intrus")}), "unique_violation");
  EXPECT_KEY(conversations->set_feedback(foreign, made.id, messages[1].id, 1), "message_not_found");
  EXPECT_KEY(conversations->remove(foreign, made.id), kAbsent);
  EXPECT_KEY(conversations->find_for_user(neighbour, made.id), kAbsent);
  EXPECT_THAT(conversations->list(foreign, {}, {})->items, IsEmpty());
  ASSERT_OK(conversations->export_messages(foreign, {}, [](const Conversation&, const Message&) {
    ADD_FAILURE();
    return Status();
  }));
  EXPECT_KEY(conversations->append(WorkspaceId::random(), conversation(), true, {}),
             "workspace_not_found");
  EXPECT_KEY(conversations->append(workspace, conversation(), false, {question("?")}), kAbsent);
  EXPECT_EQ(count("messages"), 2);
  EXPECT_EQ(count("conversations"), 1);
  EXPECT_EQ(last_change(), before);
}

TEST_P(ConversationContract, AUserReachesWhatItsRoleAllows) {
  const auto [made, messages] = talk(workspace, "?", "!");
  const UserId reader = make_user("lea", UserRole::lecteur);
  EXPECT_KEY(conversations->find_for_user(reader, made.id), "conversation_not_found");
  ASSERT_OK(members->invite(workspace, "lea@exemple.fr", UserRole::lecteur));
  EXPECT_EQ(conversations->find_for_user(reader, made.id)->role, UserRole::lecteur);
  EXPECT_EQ(conversations->find_for_user(owner, made.id)->role, UserRole::admin);
}

TEST_P(ConversationContract, RecentIsTheLastTurnsOldestFirst) {
  const auto [made, first] = talk(workspace, "q0", "a0");
  for (int i = 1; i < 5; ++i) {
    clock.advance(seconds(10));
    ASSERT_OK(conversations->append(
        workspace, made, false,
        {question("q" + std::to_string(i)), answer("a" + std::to_string(i))}));
  }
  talk(workspace, "autre", "autre");
  const auto found = conversations->recent(workspace, made.id, 2);
  ASSERT_OK(found);
  EXPECT_EQ(found->conversation.id, made.id);
  EXPECT_EQ(found->conversation.messages_count, 10);
  std::vector<std::string> said;
  for (const Message& each : found->messages) said.push_back(each.content);
  EXPECT_THAT(said, ElementsAre("q3", "a3", "q4", "a4"));
  EXPECT_EQ(conversations->recent(workspace, made.id, 50)->messages.size(), 10U);
  EXPECT_THAT(conversations->recent(workspace, made.id, 0)->messages, IsEmpty());
  EXPECT_KEY(conversations->recent(workspace, ConversationId::random(), 2),
             "conversation_not_found");

  const Conversation empty = conversation();
  ASSERT_OK(conversations->append(workspace, empty, true, {}));
  const auto nothing = conversations->recent(workspace, empty.id, 2);
  ASSERT_OK(nothing);
  EXPECT_THAT(nothing->messages, IsEmpty());
}

TEST_P(ConversationContract, MessagesAreFoundByTheirIdsInTheirConversationAlone) {
  const auto [made, messages] = talk(workspace, "q", "r");
  const auto [other, others] = talk(workspace, "q2", "r2");
  const auto [strange, strangers] = talk(foreign, "q3", "r3");
  const auto found = conversations->find_messages(
      workspace, made.id, {messages[1].id, others[0].id, strangers[0].id, messages[0].id});
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).id, messages[0].id);
  EXPECT_EQ(found->at(1).content, "r");
  EXPECT_THAT(*conversations->find_messages(workspace, made.id, {}), IsEmpty());
  EXPECT_THAT(*conversations->find_messages(foreign, made.id, {messages[0].id}), IsEmpty());
}

TEST_P(ConversationContract, WhatWasSaidAfterAMessage) {
  const auto [made, messages] = talk(workspace, "q", "r");
  std::vector<Message> more{question("q2"), answer("r2", 0.5), answer("r3", 0.5)};
  more[0].created_at = more[1].created_at = more[2].created_at = clock.now() + seconds(5);  // ties
  ASSERT_OK(conversations->append(workspace, made, false, more));
  const auto after = [&](std::optional<MessageId> message, int limit) {
    const auto found = conversations->messages_after(workspace, made.id, message, limit);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    std::vector<MessageId> ids;
    if (found.ok())
      for (const Message& each : *found) ids.push_back(each.id);
    return ids;
  };
  const std::vector<MessageId> all = after({}, 10);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[1], messages[1].id);
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(after(all[i], 10), std::vector<MessageId>(all.begin() + i + 1, all.end()));
  EXPECT_EQ(after(all[0], 2), (std::vector<MessageId>{all[1], all[2]}));
  const auto [other, others] = talk(workspace, "q", "r");
  EXPECT_KEY(conversations->messages_after(workspace, made.id, others[0].id, 10).status(),
             "message_not_found");
  EXPECT_KEY(conversations->messages_after(foreign, made.id, messages[0].id, 10).status(),
             "message_not_found");
  EXPECT_THAT(*conversations->messages_after(foreign, made.id, {}, 10), IsEmpty());
}

TEST_P(ConversationContract, FiftyMessagesFromManyThreadsAreAllCounted) {
  const auto [made, first] = talk(workspace, "début", "oui");
  in_parallel(10, [&](int thread) {
    for (int i = 0; i < 5; ++i) {
      const Status status = conversations->append(
          workspace, made, false,
          {question("q" + std::to_string(thread) + "-" + std::to_string(i)), answer("r")});
      EXPECT_TRUE(status.ok()) << status.to_string();
    }
  });
  const auto found = conversations->find(workspace, made.id);
  EXPECT_EQ(found->messages_count, 102);
  const auto messages = conversations->messages(workspace, made.id, {200, ""});
  ASSERT_EQ(messages->items.size(), 102U);
  EXPECT_EQ(found->last_message_at, messages->items.back().created_at);
  // Each answer stands right behind its question: turns do not mix.
  for (std::size_t i = 0; i < 102; ++i)
    EXPECT_EQ(messages->items[i].role, i % 2 == 0 ? "user" : "assistant");
}

TEST_P(ConversationContract, MessagesArePagedUnderTies) {
  const Conversation made = conversation();
  std::vector<Message> messages;
  for (int i = 0; i < 7; ++i) {
    messages.push_back(question(std::to_string(i)));
    messages.back().created_at = clock.now();
  }
  ASSERT_OK(conversations->append(workspace, made, true, messages));
  std::multiset<std::string> seen;
  PageRequest request{3, ""};
  do {
    const auto page = conversations->messages(workspace, made.id, request);
    ASSERT_OK(page);
    for (const Message& each : page->items) seen.insert(each.content);
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  EXPECT_THAT(seen, ElementsAre("0", "1", "2", "3", "4", "5", "6"));
  EXPECT_KEY(conversations->messages(workspace, made.id, {3, "zzz"}), "invalid_fields");
}

TEST_P(ConversationContract, TheListIsLatestFirstAndWholeUnderTies) {
  std::vector<ConversationId> made;
  for (int i = 0; i < 5; ++i) made.push_back(talk(workspace, "q", "r").first.id);
  clock.advance(seconds(1));
  Conversation bumped;
  bumped.id = made[2];
  ASSERT_OK(conversations->append(workspace, bumped, false, {question("encore")}));
  const Conversation empty = conversation();  // without a message it stands where it started
  ASSERT_OK(conversations->append(workspace, empty, true, {}));
  std::vector<ConversationId> seen;
  PageRequest request{2, ""};
  do {
    const auto page = conversations->list(workspace, {}, request);
    ASSERT_OK(page);
    for (const Conversation& each : page->items) seen.push_back(each.id);
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  ASSERT_EQ(seen.size(), 6U);
  EXPECT_EQ(std::set<ConversationId>(seen.begin(), seen.end()).size(), 6U);
  EXPECT_TRUE(
      (std::set<ConversationId>{seen[0], seen[1]} == std::set<ConversationId>{made[2], empty.id}));
}

TEST_P(ConversationContract, FiltersKeepWhatTheySay) {
  const auto [sure, sure_messages] = talk(workspace, "a", "b", 0.9);
  clock.advance(seconds(100));
  const Time middle = clock.now();
  const auto [unsure, unsure_messages] = talk(workspace, "c", "d", 0.2, Channel::test);
  ASSERT_OK(conversations->set_feedback(workspace, unsure.id, unsure_messages[1].id, -1));

  ConversationFilter filter;
  filter.channel = Channel::test;
  EXPECT_THAT(kept(filter), ElementsAre(unsure.id));
  filter = {};
  filter.feedback = -1;
  EXPECT_THAT(kept(filter), ElementsAre(unsure.id));
  filter.feedback = 1;
  EXPECT_THAT(kept(filter), IsEmpty());
  filter = {};
  filter.max_confidence = 0.2;
  EXPECT_THAT(kept(filter), ElementsAre(unsure.id));
  filter.max_confidence = 0.19;
  EXPECT_THAT(kept(filter), IsEmpty());
  filter = {};
  filter.from = middle;
  EXPECT_THAT(kept(filter), ElementsAre(unsure.id));
  filter.from.reset();
  filter.to = middle;
  EXPECT_THAT(kept(filter), ElementsAre(sure.id));
  filter = {};
  filter.channel = Channel::widget;
  filter.max_confidence = 1.0;
  filter.search = "B";
  EXPECT_THAT(kept(filter), ElementsAre(sure.id));
}

TEST_P(ConversationContract, SearchFoldsCaseAndAccents) {
  const auto [made, messages] = talk(workspace, "Délai de LIVRAISON à l'étranger", "Straße 12");
  talk(workspace, "rien", "rien");
  talk(foreign, "délai", "livraison");
  for (const std::string words :
       {"delai", "DÉLAI", "livraison A L'ETRANGER", "  étranger ", "strasse"})
    EXPECT_THAT(search(words), ElementsAre(made.id)) << words;
  EXPECT_THAT(search("absent"), IsEmpty());
  EXPECT_EQ(search("   ").size(), 2U);
}

TEST_P(ConversationContract, SearchLooksInTitlesToo) {
  Conversation made = conversation();
  made.title = "Où en est mon colis ?";
  ASSERT_OK(conversations->append(workspace, made, true, {question("bonjour")}));
  talk(workspace, "bonsoir", "bonsoir");
  EXPECT_THAT(search("ou en est"), ElementsAre(made.id));
}

TEST_P(ConversationContract, WildcardsInASearchAreOrdinaryCharacters) {
  const auto percent = talk(workspace, "remise de 100% net", "oui").first.id;
  const auto under = talk(workspace, "champ nom_client", "oui").first.id;
  const auto bracket = talk(workspace, "tableau [abc] \\ fin", "oui").first.id;
  talk(workspace, "remise de 1000 nets, nomXclient, tableau a", "oui");
  EXPECT_THAT(search("100%"), ElementsAre(percent));
  EXPECT_THAT(search("%"), ElementsAre(percent));
  EXPECT_THAT(search("nom_c"), ElementsAre(under));
  EXPECT_THAT(search("[abc]"), ElementsAre(bracket));
  EXPECT_THAT(search("\\"), ElementsAre(bracket));
  EXPECT_THAT(search("'; DROP TABLE messages; --"), IsEmpty());
  EXPECT_THAT(search(std::string(100'000, 'x')), IsEmpty());
}

TEST_P(ConversationContract, FeedbackIsForAnAnswerOfThatConversation) {
  const auto [made, messages] = talk(workspace, "q", "r");
  const auto [other, other_messages] = talk(workspace, "q", "r");
  ASSERT_OK(conversations->set_feedback(workspace, made.id, messages[1].id, 1));
  ASSERT_OK(conversations->set_feedback(workspace, made.id, messages[1].id, -1));
  const std::string kAbsent = "message_not_found";
  EXPECT_KEY(conversations->set_feedback(workspace, made.id, other_messages[1].id, 1), kAbsent);
  EXPECT_KEY(conversations->set_feedback(workspace, made.id, messages[0].id, 1), kAbsent);
  EXPECT_KEY(conversations->set_feedback(workspace, made.id, MessageId::random(), 1), kAbsent);
  EXPECT_KEY(conversations->set_feedback(workspace, made.id, messages[1].id, 2), "invalid_fields");
  EXPECT_EQ(conversations->messages(workspace, made.id, {})->items[1].feedback, -1);
  EXPECT_FALSE(conversations->messages(workspace, other.id, {})->items[1].feedback);
}

TEST_P(ConversationContract, DeletingTakesTheMessages) {
  const auto [made, messages] = talk(workspace, "q", "r");
  talk(workspace, "reste", "reste");
  const std::int64_t before = last_change();
  ASSERT_OK(conversations->remove(workspace, made.id));
  EXPECT_KEY(conversations->remove(workspace, made.id), "conversation_not_found");
  EXPECT_EQ(count("messages"), 2);
  EXPECT_THAT(changes_after(before), ElementsAre("conversation/deleted"));
}

TEST_P(ConversationContract, APersonIsAskedForOnceAndToldOnce) {
  const auto [made, messages] = talk(workspace, "Bonjour", "Je ne sais pas");
  const auto state = [&] {
    const auto found = conversations->find(workspace, made.id);
    return found.ok() ? *found : Conversation();
  };
  EXPECT_EQ(state().handover, Handover::bot);
  EXPECT_FALSE(state().handover_at);
  const std::int64_t before = last_change();
  clock.advance(seconds(5));
  const auto asked =
      conversations->set_handover(workspace, made.id, Handover::requested, "zoe@exemple.fr", true);
  ASSERT_OK(asked);
  EXPECT_TRUE(*asked);
  EXPECT_EQ(state().handover, Handover::requested);
  EXPECT_EQ(state().handover_at, clock.now());
  EXPECT_EQ(state().handover_contact, "zoe@exemple.fr");
  EXPECT_THAT(changes_after(before), ElementsAre("conversation/updated"));
  EXPECT_EQ(count("jobs"), 1);

  const auto again = conversations->set_handover(workspace, made.id, Handover::requested, "", true);
  ASSERT_OK(again);
  EXPECT_FALSE(*again);
  EXPECT_EQ(count("jobs"), 1);

  // Whoever asks while a person answers does not take the conversation from that person.
  ASSERT_OK(conversations->set_handover(workspace, made.id, Handover::person, "", false));
  const auto late = conversations->set_handover(workspace, made.id, Handover::requested, "", true);
  ASSERT_OK(late);
  EXPECT_FALSE(*late);
  EXPECT_EQ(state().handover, Handover::person);
  EXPECT_EQ(state().handover_contact, "zoe@exemple.fr");

  ConversationFilter waiting;
  waiting.handover = Handover::person;
  EXPECT_THAT(kept(waiting), ElementsAre(made.id));
  waiting.handover = Handover::requested;
  EXPECT_THAT(kept(waiting), IsEmpty());
  ASSERT_OK(conversations->set_handover(workspace, made.id, Handover::bot, "", false));
  EXPECT_EQ(state().handover, Handover::bot);
  EXPECT_EQ(count("jobs"), 1);

  EXPECT_KEY(conversations->set_handover(foreign, made.id, Handover::person, "", true),
             "conversation_not_found");
  EXPECT_EQ(state().handover, Handover::bot);
}

TEST_P(ConversationContract, AFailedTurnLeavesNothing) {
  const std::int64_t before = last_change();
  Message wrong = answer("?", 1.5);  // a score is 0 to 1
  EXPECT_KEY(conversations->append(workspace, conversation(), true, {question("q"), wrong}),
             "check_violation");
  EXPECT_EQ(count("conversations"), 0);
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(last_change(), before);
}

TEST_P(ConversationContract, TheExportIsEveryMessageInOrder) {
  // More than a batch of either kind, conversations that start together, one that is long.
  std::vector<std::pair<std::string, int>> wanted;  // visitor, message
  constexpr int kConversations = 130;
  for (int c = 0; c < kConversations; ++c) {
    if (c % 3 == 0) clock.advance(seconds(1));
    const int messages = c == 50 ? 1101 : c % 4;
    std::vector<Message> said;
    for (int m = 0; m < messages; ++m) said.push_back(question(std::to_string(m)));
    ASSERT_OK(conversations->append(
        workspace, conversation(c == 7 ? Channel::test : Channel::widget, "v" + std::to_string(c)),
        true, said));
  }
  talk(foreign, "etranger", "etranger");
  std::map<std::string, int> next;
  std::string current;
  Time started;
  int total = 0;
  ConversationFilter filter;
  filter.channel = Channel::widget;
  ASSERT_OK(conversations->export_messages(
      workspace, filter, [&](const Conversation& each, const Message& message) {
        EXPECT_EQ(message.conversation_id, each.id);
        if (each.visitor_id != current) {
          EXPECT_EQ(next.count(each.visitor_id), 0U) << "a conversation in two pieces";
          EXPECT_GE(each.started_at, started);
          started = each.started_at;
          current = each.visitor_id;
        }
        EXPECT_EQ(message.content, std::to_string(next[each.visitor_id]++));
        ++total;
        return Status();
      }));
  int expected = 1101;
  for (int c = 0; c < kConversations; ++c)
    if (c != 50 && c != 7) expected += c % 4;
  EXPECT_EQ(total, expected);

  EXPECT_KEY(
      conversations->export_messages(
          workspace, {}, [](const Conversation&, const Message&) { return Status::cancelled(); }),
      "cancelled");
}

MONITORA_FOR_EVERY_DATABASE(ConversationContract);

}  // namespace
}  // namespace monitora::contract
