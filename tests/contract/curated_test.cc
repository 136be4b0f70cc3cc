#include <gmock/gmock.h>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CuratedContract : public ContentContract {
 protected:
  void SetUp() override {
    ContentContract::SetUp();
    store_ = storage::make_curated_store(pool(), clock);
  }
  static EmbeddedCuratedAnswer made(const std::string& question,
                                    std::vector<std::string> variants = {}) {
    EmbeddedCuratedAnswer each;
    each.answer.id = CuratedAnswerId::random();
    each.answer.question = question;
    each.answer.variants = std::move(variants);
    each.answer.answer = "Réponse à « " + question + " » 🙂";
    for (std::size_t i = 0; i <= each.answer.variants.size(); ++i)
      each.vectors.push_back(vector(static_cast<int>(i)));
    each.model = "e5";
    return each;
  }
  std::vector<std::string> questions(const WorkspaceId& in) {
    const auto page = store_->list(in, {200, ""});
    EXPECT_TRUE(page.ok()) << page.status().to_string();
    std::vector<std::string> found;
    if (page.ok())
      for (const CuratedAnswer& each : page->items) found.push_back(each.question);
    return found;
  }
  std::unique_ptr<CuratedStore> store_;
};

TEST_P(CuratedContract, AnAnswerComesBackWhole) {
  const std::int64_t before = last_change();
  const EmbeddedCuratedAnswer given = made("Où êtes-vous ?", {"Votre adresse ?", "C’est où ?"});
  ASSERT_OK(store_->put(workspace, {given}));
  EXPECT_THAT(changes_after(before), ElementsAre("answer/updated"));
  const auto found = store_->find(workspace, given.answer.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->question, "Où êtes-vous ?");
  EXPECT_THAT(found->variants, ElementsAre("Votre adresse ?", "C’est où ?"));
  EXPECT_EQ(found->answer, given.answer.answer);
  EXPECT_TRUE(found->is_enabled);
  EXPECT_EQ(found->use_count, 0);
  EXPECT_EQ(found->created_at, clock.now());
  const auto all = store_->all(workspace);
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().vectors, given.vectors);
  EXPECT_EQ(all->front().model, "e5");
}

TEST_P(CuratedContract, AChangeKeepsWhatIsCounted) {
  EmbeddedCuratedAnswer each = made("Vos horaires ?", {"Vous ouvrez quand ?"});
  ASSERT_OK(store_->put(workspace, {each}));
  ASSERT_OK(store_->count_use(workspace, each.answer.id));
  ASSERT_OK(store_->count_use(workspace, each.answer.id));
  const Time at = clock.now();
  clock.advance(std::chrono::hours(1));
  each.answer.variants.clear();
  each.vectors.pop_back();
  each.answer.is_enabled = false;
  ASSERT_OK(store_->put(workspace, {each}));
  const auto found = store_->find(workspace, each.answer.id);
  ASSERT_OK(found);
  EXPECT_THAT(found->variants, IsEmpty());
  EXPECT_FALSE(found->is_enabled);
  EXPECT_EQ(found->use_count, 2);
  EXPECT_EQ(found->created_at, at);
  EXPECT_EQ(found->updated_at, clock.now());
  EXPECT_EQ(count("curated_answers"), 1);
}

TEST_P(CuratedContract, ManyKeepTheirOrderAndAreGivenInPages) {
  std::vector<EmbeddedCuratedAnswer> many;
  std::vector<std::string> asked;
  for (int i = 0; i < 7; ++i) {
    asked.push_back("Question " + std::to_string(i));
    many.push_back(made(asked.back()));
  }
  ASSERT_OK(store_->put(workspace, many));
  EXPECT_EQ(questions(workspace), asked);
  std::vector<std::string> paged;
  PageRequest page{3, ""};
  do {
    const auto found = store_->list(workspace, page);
    ASSERT_OK(found);
    for (const CuratedAnswer& each : found->items) paged.push_back(each.question);
    page.cursor = found->next_cursor;
  } while (!page.cursor.empty());
  EXPECT_EQ(paged, asked);
}

TEST_P(CuratedContract, NothingOfAnotherWorkspaceIsFoundOrChanged) {
  const EmbeddedCuratedAnswer own = made("La nôtre ?");
  ASSERT_OK(store_->put(workspace, {own}));
  EXPECT_EQ(store_->find(foreign, own.answer.id).status().key(), "answer_not_found");
  EXPECT_EQ(store_->remove(foreign, own.answer.id).key(), "answer_not_found");
  ASSERT_OK(store_->count_use(foreign, own.answer.id));
  EmbeddedCuratedAnswer stolen = own;
  stolen.answer.answer = "Autre chose";
  EXPECT_FALSE(store_->put(foreign, {stolen}).ok());
  EXPECT_THAT(questions(foreign), IsEmpty());
  const auto found = store_->find(workspace, own.answer.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->answer, own.answer.answer);
  EXPECT_EQ(found->use_count, 0);
  EXPECT_EQ(store_->put(WorkspaceId::random(), {made("Nulle part ?")}).code(), Code::not_found);
}

TEST_P(CuratedContract, AnAnswerGoesAloneAndAllGoWithTheirWorkspace) {
  const EmbeddedCuratedAnswer one = made("Une ?"), other = made("Deux ?");
  ASSERT_OK(store_->put(workspace, {one, other}));
  const std::int64_t before = last_change();
  ASSERT_OK(store_->remove(workspace, one.answer.id));
  EXPECT_THAT(changes_after(before), ElementsAre("answer/updated"));
  EXPECT_EQ(store_->remove(workspace, one.answer.id).key(), "answer_not_found");
  EXPECT_THAT(questions(workspace), ElementsAre("Deux ?"));
  ASSERT_OK(workspaces->remove(owner, workspace));
  EXPECT_EQ(count("curated_answers"), 0);
}

MONITORA_FOR_EVERY_DATABASE(CuratedContract);

}  // namespace
}  // namespace monitora::contract
