#include "retrieval/hybrid_retriever.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

using testing::kDimension;
using testing::make_document;
using testing::MemorySource;
using testing::numbered;
using testing::word_vector;

const WorkspaceId kWorkspace = numbered<WorkspaceId>(7);

std::unique_ptr<HybridRetriever> make(MemorySource& source, std::filesystem::path directory = {}) {
  return make_hybrid_retriever(source, "test-model", kDimension, {std::move(directory)});
}

std::vector<Passage> ask(Retriever& retriever, const std::string& question,
                         RetrievalOptions options = {}) {
  const auto found =
      retriever.search(kWorkspace, question, word_vector(question, kDimension), options);
  EXPECT_TRUE(found.ok()) << found.status().to_string();
  return found.ok() ? found->passages : std::vector<Passage>();
}

// A directory that goes with its test.
class Directory {
 public:
  Directory()
      : path_(std::filesystem::temp_directory_path() / ("monitora-" + Uuid::random().to_string())) {
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(HybridRetriever, FindsThePassageAndItsPlace) {
  MemorySource source;
  source.put(make_document(
      1, {"La livraison en France prend trois jours ouvrés.", "Les retours sont gratuits."}));
  source.put(make_document(2, {"The warranty of the coffee machine lasts two years."}));
  const auto retriever = make(source);
  const auto passages = ask(*retriever, "combien de jours pour une livraison ?");
  ASSERT_EQ(passages.size(), 3U);
  EXPECT_EQ(passages[0].content, "La livraison en France prend trois jours ouvrés.");
  EXPECT_EQ(passages[0].filename, "document-1.txt");
  EXPECT_EQ(passages[0].place.page, 1);
  EXPECT_GT(passages[0].lexical, 0);
  EXPECT_EQ(ask(*retriever, "how long is the warranty", {1, 0})[0].document_id,
            numbered<DocumentId>(2));
}

TEST(HybridRetriever, EmptyWorkspaceHasNoPassages) {
  MemorySource source;
  const auto retriever = make(source);
  const auto found =
      retriever->search(kWorkspace, "anything", word_vector("anything", kDimension), {});
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->passages.empty());
  EXPECT_EQ(found->answerable, 0);
}

TEST(HybridRetriever, RefusesVectorsOfAnotherDimensionOrNotFinite) {
  MemorySource source;
  const auto retriever = make(source);
  EXPECT_FALSE(retriever->search(kWorkspace, "x", Vector(3, 0.5F), {}).ok());
  Vector broken = word_vector("x", kDimension);
  broken[4] = std::nanf("");
  EXPECT_FALSE(retriever->search(kWorkspace, "x", broken, {}).ok());
}

TEST(HybridRetriever, ReplacedAndRemovedDocumentsAreGoneAtOnce) {
  MemorySource source;
  const auto retriever = make(source);
  ASSERT_TRUE(retriever
                  ->put_document(kWorkspace, numbered<DocumentId>(1),
                                 make_document(1, {"old words", "older"}), 1)
                  .ok());
  ASSERT_TRUE(
      retriever
          ->put_document(kWorkspace, numbered<DocumentId>(1), make_document(1, {"new words"}), 2)
          .ok());
  auto passages = ask(*retriever, "words");
  ASSERT_EQ(passages.size(), 1U);
  EXPECT_EQ(passages[0].content, "new words");
  EXPECT_EQ(retriever->count(kWorkspace).value(), 1U);
  ASSERT_TRUE(retriever->remove_document(kWorkspace, numbered<DocumentId>(1), 3).ok());
  EXPECT_TRUE(ask(*retriever, "words").empty());
  ASSERT_TRUE(retriever->remove_document(kWorkspace, numbered<DocumentId>(99), 4).ok());
}

TEST(HybridRetriever, ALateOlderChangeDoesNotBringADocumentBack) {
  MemorySource source;
  const auto retriever = make(source);
  ASSERT_TRUE(retriever->remove_document(kWorkspace, numbered<DocumentId>(1), 5).ok());
  ASSERT_TRUE(
      retriever->put_document(kWorkspace, numbered<DocumentId>(1), make_document(1, {"words"}), 4)
          .ok());
  EXPECT_TRUE(ask(*retriever, "words").empty());
}

TEST(HybridRetriever, ThresholdLeavesOutDistantPassages) {
  MemorySource source;
  source.put(make_document(1, {"alpha beta gamma", "delta epsilon zeta"}));
  const auto retriever = make(source);
  for (const Passage& passage : ask(*retriever, "alpha beta gamma", {8, 0.9F}))
    EXPECT_GE(passage.dense, 0.9F);
  EXPECT_EQ(ask(*retriever, "alpha beta gamma", {8, 0.9F}).size(), 1U);
}

}  // namespace
}  // namespace monitora::retrieval
