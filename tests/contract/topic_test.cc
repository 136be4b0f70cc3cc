#include <gmock/gmock.h>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class TopicContract : public ContentContract {
 protected:
  void SetUp() override {
    ContentContract::SetUp();
    topics = storage::make_topic_store(pool(), clock);
  }
  static Topic topic(const std::string& name, std::int64_t count = 3) {
    Topic made;
    made.id = TopicId::random();
    made.name = name;
    made.message_count = count;
    return made;
  }
  TopicRun run() { return {clock.now(), 4, {}}; }
  std::vector<std::string> asked(const WorkspaceId& in, int limit = 100) {
    std::vector<std::string> found;
    EXPECT_TRUE(topics
                    ->questions(in, limit,
                                [&](std::string_view text, Time at) {
                                  EXPECT_GT(at, Time());
                                  found.emplace_back(text);
                                  return Status();
                                })
                    .ok());
    return found;
  }
  std::unique_ptr<TopicStore> topics;
};

TEST_P(TopicContract, TopicsAreReplacedAsAWhole) {
  EXPECT_FALSE(topics->last_run(workspace)->has_value());
  Topic delivery = topic("Livraison");
  delivery.sample_questions = {"Où ?", "Quand \"livrez\"-vous ?"};
  delivery.daily = {{*parse_day("2026-11-22"), 2}, {*parse_day("2026-11-23"), 1}};
  delivery.members = {1, 0xFFFFFFFFFFFFFFFF, 0x0102030405060708};
  ASSERT_OK(topics->save(workspace, {delivery, topic("Retours", 9)}, {clock.now(), 12, {7, 8}}));
  ASSERT_OK(topics->save(foreign, {topic("Livraison", 1)}, run()));
  const auto found = topics->topics(workspace);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].name, "Retours") << "the most asked first";
  EXPECT_EQ((*found)[0].message_count, 9);
  EXPECT_THAT((*found)[0].daily, IsEmpty());
  EXPECT_EQ((*found)[1].id, delivery.id);
  EXPECT_EQ((*found)[1].sample_questions, delivery.sample_questions);
  EXPECT_EQ((*found)[1].daily, delivery.daily);
  EXPECT_EQ((*found)[1].members, delivery.members);
  const auto last = topics->last_run(workspace);
  ASSERT_OK(last);
  EXPECT_EQ((*last)->refreshed_at, clock.now());
  EXPECT_EQ((*last)->fitted, 12);
  EXPECT_THAT((*last)->loose, ElementsAre(7, 8));

  // Refused as a whole: the old ones stay.
  EXPECT_KEY(topics->save(workspace, {topic("a"), topic("a")}, run()), "unique_violation");
  EXPECT_EQ(topics->topics(workspace)->size(), 2U);
  EXPECT_EQ((*topics->last_run(workspace))->fitted, 12);
  ASSERT_OK(topics->save(workspace, {delivery}, run()));  // the same id
  ASSERT_OK(topics->save(workspace, {}, run()));
  EXPECT_THAT(*topics->topics(workspace), IsEmpty());
  EXPECT_EQ(topics->topics(foreign)->size(), 1U);
  EXPECT_KEY(topics->save(WorkspaceId::random(), {topic("a")}, run()), "workspace_not_found");
}

TEST_P(TopicContract, QuestionsAreVisitorsOfTheLatestConversations) {
  talk(workspace, "ancienne", "r");
  clock.advance(hours(1));
  const auto [made, messages] = talk(workspace, "première", "r");
  talk(workspace, "programme", "r", {}, Channel::api);
  talk(workspace, "essai", "r", {}, Channel::test);
  talk(foreign, "voisin", "r");
  clock.advance(hours(1));
  ASSERT_OK(conversations->append(workspace, made, false, {question("seconde"), answer("r")}));
  EXPECT_THAT(asked(workspace),
              UnorderedElementsAre("ancienne", "première", "seconde", "programme"));
  EXPECT_THAT(asked(workspace, 2), UnorderedElementsAre("première", "seconde"));
  EXPECT_THAT(asked(WorkspaceId::random()), IsEmpty());
}

TEST_P(TopicContract, VectorsAreKeptOnceForEachQuestion) {
  const auto kept = [&](const WorkspaceId& in, const std::string& model) {
    const auto found = topics->hashes(in, model);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<std::string>{};
  };
  ASSERT_OK(topics->keep(workspace, "e5", {{"c", vector(3)}, {"a", vector(1)}, {"b", vector(2)}}));
  ASSERT_OK(topics->keep(foreign, "e5", {{"a", vector(9)}}));
  ASSERT_OK(topics->keep(workspace, "e5", {{"b", vector(5)}}));
  EXPECT_THAT(kept(workspace, "e5"), ElementsAre("a", "b", "c"));
  auto page = topics->vectors(workspace, "e5", "", 2);
  ASSERT_OK(page);
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ((*page)[1].hash, "b");
  EXPECT_EQ((*page)[1].vector, vector(5));
  page = topics->vectors(workspace, "e5", "b", 2);
  ASSERT_EQ(page->size(), 1U);
  EXPECT_EQ((*page)[0].vector, vector(3));

  // Another model's vector takes the place; those of a model that is no longer used are forgotten.
  ASSERT_OK(topics->keep(workspace, "other", {{"a", vector(7)}}));
  EXPECT_THAT(kept(workspace, "e5"), ElementsAre("b", "c"));
  ASSERT_OK(topics->forget(workspace, "e5", {"c", "never"}));
  EXPECT_THAT(kept(workspace, "e5"), ElementsAre("b"));
  EXPECT_THAT(kept(workspace, "other"), IsEmpty());
  EXPECT_THAT(kept(foreign, "e5"), ElementsAre("a"));
  EXPECT_KEY(topics->keep(WorkspaceId::random(), "e5", {{"a", vector(1)}}), "workspace_not_found");

  ASSERT_OK(topics->save(workspace, {topic("a")}, run()));
  ASSERT_OK(workspaces->remove(owner, workspace));
  EXPECT_THAT(kept(workspace, "e5"), IsEmpty());
  EXPECT_THAT(*topics->topics(workspace), IsEmpty());
}

TEST_P(TopicContract, OnlyWhatChangedIsOutdated) {
  EXPECT_THAT(*topics->outdated(), IsEmpty()) << "nothing was said";
  const auto [made, messages] = talk(workspace, "q", "r");
  talk(foreign, "q", "r");
  EXPECT_THAT(*topics->outdated(), UnorderedElementsAre(workspace, foreign));
  clock.advance(seconds(90));
  ASSERT_OK(topics->save(workspace, {}, run()));
  EXPECT_THAT(*topics->outdated(), ElementsAre(foreign));
  clock.advance(seconds(1));
  ASSERT_OK(conversations->append(workspace, made, false, {question("q2")}));
  EXPECT_EQ(topics->outdated()->size(), 2U);
  clock.advance(seconds(90));
  ASSERT_OK(topics->save(workspace, {}, run()));
  ASSERT_OK(topics->save(foreign, {}, run()));
  EXPECT_THAT(*topics->outdated(), IsEmpty());
  clock.advance(seconds(1));
  ASSERT_OK(conversations->remove(workspace, made.id));
  EXPECT_THAT(*topics->outdated(), ElementsAre(workspace)) << "a deleted conversation";
}

MONITORA_FOR_EVERY_DATABASE(TopicContract);

}  // namespace
}  // namespace monitora::contract
