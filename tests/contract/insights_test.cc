#include <gmock/gmock.h>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class InsightsContract : public ContentContract {
 protected:
  // A conversation whose answer got a vote.
  std::vector<Message> vote(int feedback, std::optional<double> score,
                            Channel channel = Channel::widget) {
    const auto [made, messages] = talk(workspace, "q", "r", score, channel);
    EXPECT_TRUE(conversations->set_feedback(workspace, made.id, messages[1].id, feedback).ok());
    return messages;
  }
};

TEST_P(InsightsContract, WithNothingSaidThereIsNoRate) {
  upload(workspace);
  const auto found = insights->calculate(workspace);
  ASSERT_OK(found);
  EXPECT_FALSE(found->satisfaction_rate);
  EXPECT_FALSE(found->avg_rag_score);
  EXPECT_EQ(found->avg_messages_per_conversation, 0);
  EXPECT_EQ(found->low_confidence_count, 0);
  EXPECT_EQ(found->total_conversations, 0);
  EXPECT_EQ(found->total_messages, 0);
  EXPECT_EQ(found->total_documents, 1);
  EXPECT_EQ(found->calculated_at, clock.now());
}

TEST_P(InsightsContract, FollowsThePlansFormulas) {
  vote(1, 0.9);
  vote(1, 0.5);   // 0.5 is not low
  vote(-1, 0.4);  // low
  talk(workspace, "q", "r", 0.1);
  const auto [made, messages] = talk(workspace, "q", "r");  // no score: in no mean
  ASSERT_OK(conversations->append(workspace, made, false, {question("et ?")}));
  const auto low = talk(workspace, "q", "r", 0.3).second;
  ASSERT_OK(insights->resolve(workspace, low[1].id));
  vote(-1, 0.0, Channel::test);  // the console's own tries count in nothing
  const Conversation silent = conversation();
  ASSERT_OK(conversations->append(workspace, silent, true, {}));
  talk(foreign, "q", "r", 0.0);

  const auto found = insights->calculate(workspace);
  ASSERT_OK(found);
  EXPECT_NEAR(*found->satisfaction_rate, 200.0 / 3, 1e-9);
  EXPECT_NEAR(*found->avg_rag_score, (0.9 + 0.5 + 0.4 + 0.1 + 0.3) / 5, 1e-9);
  EXPECT_EQ(found->low_confidence_count, 2);
  EXPECT_EQ(found->total_conversations, 7);
  EXPECT_EQ(found->total_messages, 13);
  EXPECT_NEAR(found->avg_messages_per_conversation, 13.0 / 7, 1e-9);

  // The row that reports read.
  ASSERT_OK(pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT satisfaction_rate, avg_rag_score, avg_messages_per_conversation, "
        "low_confidence_count, total_conversations, total_messages FROM insights_cache "
        "WHERE workspace_id = ?",
        {sql::p(workspace)}, [&](const sql::Row& row) {
          EXPECT_EQ(row.real(0), *found->satisfaction_rate);
          EXPECT_EQ(row.real(1), *found->avg_rag_score);
          EXPECT_EQ(row.real(2), found->avg_messages_per_conversation);
          EXPECT_EQ(row.integer(3), 2);
          EXPECT_EQ(row.integer(4), 7);
          EXPECT_EQ(row.integer(5), 13);
          return Status();
        });
  }));
}

TEST_P(InsightsContract, SimultaneousCalculationsKeepOneRow) {
  talk(workspace, "q", "r", 0.5);
  in_parallel(8, [&](int) {
    for (int i = 0; i < 5; ++i) {
      const auto found = insights->calculate(workspace);
      EXPECT_TRUE(found.ok()) << found.status().to_string();
    }
  });
  EXPECT_EQ(count("insights_cache"), 1);
  EXPECT_KEY(insights->calculate(WorkspaceId::random()), "workspace_not_found");
}

TEST_P(InsightsContract, AWeakAnswerComesWithTheQuestionBeforeIt) {
  const auto [made, first] = talk(workspace, "première ?", "bonne", 0.9);
  clock.advance(seconds(1));
  const Message weak = answer("faible", 0.49);
  ASSERT_OK(conversations->append(workspace, made, false, {question("seconde ?"), weak}));
  clock.advance(seconds(1));
  ASSERT_OK(conversations->append(workspace, made, false, {question("après ?")}));
  const Message unasked = answer("sans question", 0.1);
  ASSERT_OK(conversations->append(workspace, conversation(), true, {unasked}));
  talk(workspace, "essai", "faible", 0.1, Channel::test);
  talk(foreign, "voisine", "faible", 0.1);

  const auto found = insights->low_confidence(workspace, Time(), 10);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].message_id, unasked.id);  // latest first
  EXPECT_EQ((*found)[0].question, "");
  EXPECT_EQ((*found)[1].message_id, weak.id);
  EXPECT_EQ((*found)[1].question, "seconde ?");
  EXPECT_EQ((*found)[1].answer, "faible");
  EXPECT_EQ((*found)[1].rag_score, 0.49);
  EXPECT_EQ(insights->low_confidence(workspace, Time(), 1)->size(), 1U);
  EXPECT_THAT(*insights->low_confidence(workspace, clock.now() + seconds(1), 10), IsEmpty());
}

TEST_P(InsightsContract, ResolvingTakesAnAnswerOffTheList) {
  const auto [made, messages] = talk(workspace, "q", "r", 0.1);
  const std::string kAbsent = "message_not_found";
  EXPECT_KEY(insights->resolve(foreign, messages[1].id), kAbsent);
  EXPECT_KEY(insights->resolve(workspace, messages[0].id), kAbsent);
  EXPECT_KEY(insights->resolve(workspace, MessageId::random()), kAbsent);
  EXPECT_EQ(insights->low_confidence(workspace, Time(), 10)->size(), 1U);
  ASSERT_OK(insights->resolve(workspace, messages[1].id));
  ASSERT_OK(insights->resolve(workspace, messages[1].id));
  EXPECT_THAT(*insights->low_confidence(workspace, Time(), 10), IsEmpty());
  EXPECT_EQ(insights->calculate(workspace)->low_confidence_count, 0);
}

TEST_P(InsightsContract, FiguresOfEachTimeCountItsMessages) {
  const Time day = *parse_time("2026-11-20T00:00:00Z");
  upload(workspace);
  const auto at = [&](const char* time) { clock.set(*parse_time(time)); };
  const auto timed = [&](int response, int ttfb, bool cached) {
    Message reply = answer("r", 0.5);
    reply.response_time_ms = response;
    reply.ttfb_ms = ttfb;
    reply.cached = cached;
    return reply;
  };
  at("2026-11-19T23:59:59.999Z");  // before the period
  Conversation old = conversation(Channel::widget, "anna");
  ASSERT_OK(conversations->append(workspace, old, true, {question("q")}));
  at("2026-11-20T00:00:00Z");
  ASSERT_OK(conversations->append(workspace, old, false, {question("q"), timed(100, 10, false)}));
  at("2026-11-20T00:59:59.999Z");
  const Message liked = timed(300, 30, true);
  Conversation other = conversation(Channel::widget, "anna");  // the same visitor again
  ASSERT_OK(conversations->append(workspace, other, true, {question("q"), liked}));
  ASSERT_OK(conversations->set_feedback(workspace, other.id, liked.id, 1));
  ASSERT_OK(conversations->append(workspace, conversation(Channel::api, ""), true,
                                  {question("q"), answer("sans mesure", 0.25)}));
  at("2026-11-20T13:30:00Z");
  ASSERT_OK(conversations->append(workspace, conversation(Channel::widget, "bob"), true,
                                  {question("q")}));
  ASSERT_OK(conversations->append(workspace, conversation(Channel::test, "moi"), true,
                                  {question("q"), timed(9999, 999, true)}));
  at("2026-11-21T00:00:00Z");  // the period's end is not in it
  talk(workspace, "q", "r");
  talk(foreign, "q", "r");

  const Time hours_bounds[] = {day, day + hours(1), day + hours(13), day + hours(14),
                               day + hours(24)};
  const auto found = insights->count(workspace, hours_bounds);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 4U);
  const Figures& first = (*found)[0];
  EXPECT_EQ(first.messages, 6);
  EXPECT_EQ(first.conversations, 3);
  EXPECT_EQ(first.visitors, 1);
  EXPECT_EQ(first.answers, 3);
  EXPECT_EQ(first.cached, 1);
  EXPECT_EQ(first.votes, 1);
  EXPECT_EQ(first.votes_up, 1);
  EXPECT_EQ(first.scored, 3);
  EXPECT_EQ(first.score_sum, 1'250'000'000);
  EXPECT_EQ(first.low_confidence, 1);
  EXPECT_EQ(first.response.mean(), 200.0);
  EXPECT_EQ(first.first_token.mean(), 20.0);
  EXPECT_EQ((*found)[1], Figures());
  EXPECT_EQ((*found)[2].messages, 1);
  EXPECT_EQ((*found)[2].visitors, 1);
  EXPECT_EQ((*found)[3], Figures());

  // Who appears in two of them counts in each, and once in the whole.
  const auto people = insights->people(workspace, day, day + hours(24));
  ASSERT_OK(people);
  EXPECT_EQ(people->conversations, 4);
  EXPECT_EQ(people->visitors, 2);
  EXPECT_EQ(*insights->documents(workspace), 1);
  EXPECT_EQ(*insights->documents(foreign), 0);
  // The same from the figures' names.
  const auto named = people_of(*found);
  ASSERT_TRUE(named);
  EXPECT_EQ(named->conversations, 4);
  EXPECT_EQ(named->visitors, 2);
  EXPECT_EQ(insights->people(workspace, day - hours(24), day)->conversations, 1);
  EXPECT_EQ(insights->people(workspace, day - hours(24), day + hours(48))->conversations, 5);
  EXPECT_EQ(insights->people(workspace, day - hours(48), day - hours(24))->visitors, 0);
}

class KeptFigures : public InsightsContract {
 protected:
  void SetUp() override {
    InsightsContract::SetUp();
    clock.set(*parse_time("2026-11-20T12:00:00Z"));
    talked = talk(workspace, "q", "r", 0.1);
    clock.advance(hours(48));
    ASSERT_OK(insights->keep(workspace, zone, days, clock.now()));
  }
  std::map<Day, Figures> kept() {
    const auto found = insights->kept(workspace, zone, day, day + std::chrono::days(3));
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() ? *found : std::map<Day, Figures>();
  }
  static Figures some(int messages) {
    Figures figures;
    figures.messages = messages;
    figures.conversations = 2;
    figures.visitors = 1;
    figures.count_answer(1, true, 0.1, false, 1234, 56);
    figures.count_answer(-1, false, 0.7, true, 98765, {});
    return figures;
  }

  const Day day = *parse_day("2026-11-19");
  const TimeZone zone = *TimeZone::find("Europe/Paris");
  const std::map<Day, Figures> days = {{day, some(4)}, {day + std::chrono::days(1), some(6)}};
  std::pair<Conversation, std::vector<Message>> talked;
};

TEST_P(KeptFigures, ComeBackAsTheyWere) {
  EXPECT_EQ(kept(), days);
  EXPECT_THAT(*insights->kept(workspace, zone, day, day), IsEmpty());
  EXPECT_EQ(insights->kept(workspace, zone, day, day + std::chrono::days(1))->size(), 1U);
  EXPECT_THAT(*insights->kept(workspace, TimeZone::utc(), day, day + std::chrono::days(3)),
              IsEmpty())
      << "another zone's days";
  EXPECT_THAT(*insights->kept(foreign, zone, day, day + std::chrono::days(3)), IsEmpty());
  EXPECT_THAT(*insights->with_kept_figures(), ElementsAre(workspace));
  // The row that reports read.
  EXPECT_EQ(count("analytics_daily"), 2);
  ASSERT_OK(insights->keep(workspace, zone, {{day, some(8)}}, clock.now()));
  EXPECT_EQ(count("analytics_daily"), 2);
  EXPECT_EQ(kept().at(day).messages, 8);
  EXPECT_KEY(insights->keep(WorkspaceId::random(), zone, days, clock.now()), "workspace_not_found");
}

TEST_P(KeptFigures, AVoteTakesItsDayAway) {
  ASSERT_OK(conversations->set_feedback(workspace, talked.first.id, talked.second[1].id, 1));
  EXPECT_FALSE(kept().contains(day + std::chrono::days(1)));
  EXPECT_EQ(count("analytics_daily"), 2) << "what reports read stays until it is counted again";
}

TEST_P(KeptFigures, AResolvedAnswerTakesItsDayAway) {
  ASSERT_OK(insights->resolve(workspace, talked.second[1].id));
  EXPECT_FALSE(kept().contains(day + std::chrono::days(1)));
}

TEST_P(KeptFigures, ADeletedConversationTakesItsDaysAway) {
  EXPECT_KEY(conversations->remove(foreign, talked.first.id), "conversation_not_found");
  EXPECT_EQ(kept(), days);
  ASSERT_OK(conversations->remove(workspace, talked.first.id));
  EXPECT_FALSE(kept().contains(day + std::chrono::days(1)));
}

TEST_P(KeptFigures, AnOlderMessageTakesItsDayAway) {
  Message late = question("importé");
  late.created_at = clock.now() - hours(48);
  ASSERT_OK(conversations->append(workspace, talked.first, false, {late}));
  EXPECT_FALSE(kept().contains(day + std::chrono::days(1)));
  ASSERT_OK(insights->keep(workspace, zone, days, clock.now()));
  ASSERT_OK(conversations->append(workspace, talked.first, false, {question("maintenant")}));
  EXPECT_EQ(kept(), days);
}

TEST_P(KeptFigures, NothingIsKeptThatChangedWhileItWasCounted) {
  const Time counted = clock.now();
  clock.advance(seconds(30));
  ASSERT_OK(conversations->set_feedback(workspace, talked.first.id, talked.second[1].id, 1));
  ASSERT_OK(insights->keep(workspace, zone, days, counted));
  EXPECT_FALSE(kept().contains(day + std::chrono::days(1)));
  clock.advance(seconds(120));
  ASSERT_OK(insights->keep(workspace, zone, days, clock.now()));
  EXPECT_EQ(kept(), days);
}

TEST_P(KeptFigures, FiguresAreKeptRightAfterInsightsWereCalculated) {
  ASSERT_TRUE(insights->calculate(workspace).ok());
  ASSERT_OK(insights->keep(workspace, zone, {{day, some(8)}}, clock.now()));
  EXPECT_EQ(kept().at(day).messages, 8);
}

TEST_P(KeptFigures, AVoteHoldsItsOwnDaysAloneBack) {
  const Day earlier = day - std::chrono::days(5), its = day + std::chrono::days(1);
  ASSERT_OK(conversations->set_feedback(workspace, talked.first.id, talked.second[1].id, 1));
  ASSERT_OK(insights->resolve(workspace, talked.second[1].id));
  ASSERT_OK(insights->keep(workspace, zone, {{earlier, some(3)}, {its, some(6)}}, clock.now()));
  EXPECT_EQ(insights->kept(workspace, zone, earlier, day)->count(earlier), 1U);
  EXPECT_FALSE(kept().contains(its));
}

TEST_P(KeptFigures, NothingIsKeptBesideADeletedConversation) {
  const Day earlier = day - std::chrono::days(5);
  ASSERT_OK(conversations->remove(workspace, talked.first.id));
  ASSERT_OK(insights->keep(workspace, zone, {{earlier, some(3)}}, clock.now()));
  EXPECT_THAT(*insights->kept(workspace, zone, earlier, day), IsEmpty());
}

TEST_P(KeptFigures, NamesComeBackOrAreNot) {
  std::map<Day, Figures> named = days;
  Figures& first = named.at(day);
  first.conversation_names = {0, 0x0123456789ABCDEF, ~std::uint64_t{0}};
  first.visitor_names.reset();
  ASSERT_OK(insights->keep(workspace, zone, named, clock.now()));
  EXPECT_EQ(kept(), named);
}

MONITORA_FOR_EVERY_DATABASE(KeptFigures);
MONITORA_FOR_EVERY_DATABASE(InsightsContract);

}  // namespace
}  // namespace monitora::contract
