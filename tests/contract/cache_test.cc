#include <gmock/gmock.h>

#include <set>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CacheContract : public ContentContract {
 protected:
  CacheStore::NewEntry entry(const std::string& question, const std::string& response = "Oui.") {
    CacheStore::NewEntry made;
    made.question_hash = sha256_hex(question);
    made.question = question;
    made.question_vector = vector(1);
    made.embedding_model = "e5";
    made.response = response;
    made.sources = {{1, DocumentId::random(), "cgv.pdf", 2, "extrait"}};
    made.rag_score = 0.8;
    made.settings_hash = "c1";
    made.expires_at = clock.now() + seconds(100);
    return made;
  }
  std::optional<CacheEntry> find(const WorkspaceId& in, const std::string& question,
                                 const std::string& settings = "c1") {
    const auto found = cache->find(in, sha256_hex(question), settings);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() ? found->entry : std::nullopt;
  }
};

TEST_P(CacheContract, AnAnswerIsFoundByQuestionAndSettingsAndCounted) {
  const CacheStore::NewEntry made = entry("Délais ?", "48 h 🚚");
  ASSERT_OK(cache->put(workspace, made));
  EXPECT_FALSE(find(workspace, "Autre ?"));
  EXPECT_FALSE(find(workspace, "Délais ?", "c2"));
  EXPECT_FALSE(find(foreign, "Délais ?"));
  const auto found = find(workspace, "Délais ?");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->question, "Délais ?");
  EXPECT_EQ(found->response, "48 h 🚚");
  EXPECT_EQ(found->rag_score, 0.8);
  ASSERT_EQ(found->sources.size(), 1U);
  EXPECT_EQ(found->sources[0].document_id, made.sources[0].document_id);
  EXPECT_EQ(found->created_at, clock.now());
  EXPECT_EQ(found->expires_at, made.expires_at);
  EXPECT_EQ(found->hit_count, 2);  // given once when it was made, once now
  EXPECT_EQ(find(workspace, "Délais ?")->hit_count, 3);
  EXPECT_EQ(cache->list(workspace, {})->items[0].hit_count, 3);
}

TEST_P(CacheContract, HitsFromManyThreadsAreAllCounted) {
  ASSERT_OK(cache->put(workspace, entry("q")));
  in_parallel(8, [&](int) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(find(workspace, "q"));
  });
  EXPECT_EQ(cache->list(workspace, {})->items[0].hit_count, 81);
}

TEST_P(CacheContract, TheLatestOfTwoIsFound) {
  ASSERT_OK(cache->put(workspace, entry("q", "ancienne")));
  find(workspace, "q");
  clock.advance(seconds(50));
  CacheStore::NewEntry fresh = entry("q", "nouvelle");
  fresh.question_vector.clear();
  ASSERT_OK(cache->put(workspace, fresh));
  CacheStore::NewEntry other_settings = entry("q", "autres réglages");
  other_settings.settings_hash = "c2";
  ASSERT_OK(cache->put(workspace, other_settings));
  clock.advance(seconds(40));
  const auto found = find(workspace, "q");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->response, "nouvelle");
  EXPECT_EQ(found->hit_count, 2);
  EXPECT_KEY(cache->put(WorkspaceId::random(), entry("q")), "workspace_not_found");
}

TEST_P(CacheContract, AnAnswerIsGoodForTheChunksOfItsVersionOnly) {
  const auto before = cache->find(workspace, sha256_hex("q"), "c1");
  ASSERT_OK(before);
  EXPECT_EQ(before->version, 0);
  ASSERT_OK(cache->put(workspace, entry("q", "sans document")));
  index(foreign, "ailleurs.txt", 1);
  EXPECT_TRUE(find(workspace, "q"));
  const Document document = index(workspace, "livraison.txt", 1);
  EXPECT_FALSE(find(workspace, "q"));
  const auto now = cache->find(workspace, sha256_hex("q"), "c1");
  ASSERT_OK(now);
  EXPECT_EQ(now->version, *chunk_source->version(workspace));
  CacheStore::NewEntry fresh = entry("q", "avec document");
  fresh.version = now->version;
  ASSERT_OK(cache->put(workspace, fresh));
  EXPECT_EQ(find(workspace, "q")->response, "avec document");
  ASSERT_OK(documents->remove(workspace, document.id));
  EXPECT_FALSE(find(workspace, "q"));
}

TEST_P(CacheContract, WhatIsOverIsNeverGiven) {
  ASSERT_OK(cache->put(workspace, entry("q")));
  clock.advance(seconds(100) - Micros(1));
  EXPECT_TRUE(find(workspace, "q"));
  clock.advance(Micros(1));
  EXPECT_FALSE(find(workspace, "q"));
  EXPECT_THAT(cache->list(workspace, {})->items, IsEmpty());
  ASSERT_OK(cache->put(workspace, entry("vivante")));
  ASSERT_OK(cache->remove_expired());
  EXPECT_EQ(count("response_cache"), 1);
  EXPECT_TRUE(find(workspace, "vivante"));
}

TEST_P(CacheContract, ARefusedAnswerGoesFromItsWorkspaceOnly) {
  ASSERT_OK(cache->put(workspace, entry("a", "mauvaise")));
  ASSERT_OK(cache->put(workspace, entry("b", "mauvaise")));
  ASSERT_OK(cache->put(workspace, entry("c", "bonne")));
  ASSERT_OK(cache->put(foreign, entry("a", "mauvaise")));
  ASSERT_OK(cache->remove_answer(workspace, "mauvaise"));
  EXPECT_FALSE(find(workspace, "a"));
  EXPECT_FALSE(find(workspace, "b"));
  EXPECT_TRUE(find(workspace, "c"));
  EXPECT_TRUE(find(foreign, "a"));
  ASSERT_OK(cache->clear(workspace));
  EXPECT_FALSE(find(workspace, "c"));
  EXPECT_TRUE(find(foreign, "a"));
}

TEST_P(CacheContract, QuestionsOfAScopeAreReadSinceAMoment) {
  const CacheScope scope{workspace, 0, "c1"};
  const auto read = [&](const CacheScope& in, Time since, const std::string& model = "e5") {
    std::vector<std::string> found;
    EXPECT_TRUE(cache
                    ->for_each_question(in, model, since,
                                        [&](CachedQuestion question) {
                                          EXPECT_EQ(question.vector, vector(1));
                                          found.push_back(question.question);
                                          return Status();
                                        })
                    .ok());
    return found;
  };
  ASSERT_OK(cache->put(workspace, entry("ancienne")));
  clock.advance(seconds(50));
  const Time between = clock.now();
  ASSERT_OK(cache->put(workspace, entry("récente")));
  CacheStore::NewEntry other = entry("autres réglages");
  other.settings_hash = "c2";
  ASSERT_OK(cache->put(workspace, other));
  other = entry("autre modèle");
  other.embedding_model = "e6";
  ASSERT_OK(cache->put(workspace, other));
  other = entry("sans vecteur");
  other.question_vector.clear();
  ASSERT_OK(cache->put(workspace, other));
  ASSERT_OK(cache->put(foreign, entry("étrangère")));
  EXPECT_THAT(read(scope, Time()), ElementsAre("ancienne", "récente"));
  EXPECT_THAT(read(scope, between), ElementsAre("récente"));
  EXPECT_THAT(read(scope, Time(), "e6"), ElementsAre("autre modèle"));
  EXPECT_THAT(read({workspace, 1, "c1"}, Time()), IsEmpty());
  clock.advance(seconds(50));
  EXPECT_THAT(read(scope, Time()), ElementsAre("récente"));
}

TEST_P(CacheContract, AnAnswerIsUsedForAnotherWordingWhileItIsGood) {
  const CacheScope scope{workspace, 0, "c1"};
  const CacheStore::NewEntry made = entry("Délais ?", "48 h");
  ASSERT_OK(cache->put(workspace, made));
  const auto used = cache->use(scope, made.id, 0.93);
  ASSERT_OK(used);
  ASSERT_TRUE(*used);
  EXPECT_EQ((*used)->response, "48 h");
  EXPECT_EQ((*used)->hit_count, 2);
  const auto counts = cache->counts(workspace);
  ASSERT_OK(counts);
  EXPECT_EQ(counts->entries, 1);
  EXPECT_EQ(counts->hits, 1);
  const auto gone = [&](const CacheScope& in) {
    const auto found = cache->use(in, made.id, 0.93);
    EXPECT_TRUE(found.ok());
    return !*found;
  };
  EXPECT_TRUE(gone({foreign, 0, "c1"}));
  EXPECT_TRUE(gone({workspace, 1, "c1"}));
  EXPECT_TRUE(gone({workspace, 0, "c2"}));
  EXPECT_EQ(cache->list(workspace, {})->items[0].hit_count, 2);
  clock.advance(seconds(100));
  EXPECT_TRUE(gone(scope));
  EXPECT_EQ(cache->counts(workspace)->entries, 0);
  ASSERT_OK(cache->put(workspace, entry("refusée", "mauvaise")));
  const CacheStore::NewEntry refused = entry("refusée aussi", "mauvaise");
  ASSERT_OK(cache->put(workspace, refused));
  ASSERT_OK(cache->remove_answer(workspace, "mauvaise"));
  EXPECT_FALSE(*cache->use(scope, refused.id, 0.9));
}

TEST_P(CacheContract, TheListIsPagedUnderTies) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(cache->put(workspace, entry(std::to_string(i))));
  ASSERT_OK(cache->put(foreign, entry("etrangere")));
  std::set<std::string> seen;
  PageRequest request{2, ""};
  int pages = 0;
  do {
    const auto page = cache->list(workspace, request);
    ASSERT_OK(page);
    for (const CacheEntry& each : page->items) EXPECT_TRUE(seen.insert(each.question).second);
    request.cursor = page->next_cursor;
    ++pages;
  } while (!request.cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 5U);
}

MONITORA_FOR_EVERY_DATABASE(CacheContract);

}  // namespace
}  // namespace monitora::contract
