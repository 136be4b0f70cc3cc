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

// What a search says, in full.
std::string transcript(Retriever& retriever, const std::string& question) {
  const auto found =
      retriever.search(kWorkspace, question, word_vector(question, kDimension), {50, 0});
  EXPECT_TRUE(found.ok());
  std::string out = std::to_string(found->answerable);
  for (const Passage& passage : found->passages)
    out += "\n" + passage.chunk_id.to_string() + " " + passage.filename + " " + passage.content +
           " " + std::to_string(passage.dense) + " " + std::to_string(passage.lexical) + " " +
           std::to_string(passage.score);
  return out;
}

std::string random_text(std::mt19937& random) {
  std::string text;
  for (unsigned i = 0; i < 1 + random() % 12; ++i)
    text += "mot" + std::to_string(random() % 40) + " ";
  return text;
}

// Whatever was added, replaced, removed, merged, saved and loaded: results are those of a fresh
// index.
TEST(HybridRetriever, EqualsAFreshIndexAfterAnyHistory) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    Directory directory;
    MemorySource source;
    auto retriever = make(source, directory.path());
    for (int step = 0; step < 150; ++step) {
      const auto document = static_cast<std::uint32_t>(random() % 60);
      if (random() % 4 == 0) {
        const std::int64_t version = source.remove(numbered<DocumentId>(document));
        ASSERT_TRUE(
            retriever->remove_document(kWorkspace, numbered<DocumentId>(document), version).ok());
      } else {
        std::vector<std::string> texts;
        for (unsigned i = 0; i < 1 + random() % 4; ++i) texts.push_back(random_text(random));
        auto chunks = make_document(document, texts);
        const std::int64_t version = source.put(chunks);
        ASSERT_TRUE(retriever
                        ->put_document(kWorkspace, numbered<DocumentId>(document),
                                       std::move(chunks), version)
                        .ok());
      }
      if (random() % 25 == 0) retriever->settle();
      if (random() % 25 == 0) ASSERT_TRUE(retriever->save().ok());
      if (random() % 40 == 0) {
        retriever->settle();  // what is still being loaded is not saved
        ASSERT_TRUE(retriever->save().ok());
        const int loads = source.loads();
        retriever = make(source, directory.path());
        ASSERT_TRUE(retriever->count(kWorkspace).ok());
        ASSERT_EQ(source.loads(), loads) << "the saved index was not used";
      }
    }
    const auto fresh = make(source);
    ASSERT_EQ(retriever->count(kWorkspace).value(), fresh->count(kWorkspace).value());
    for (int i = 0; i < 20; ++i) {
      const std::string question = random_text(random);
      ASSERT_EQ(transcript(*retriever, question), transcript(*fresh, question)) << "seed " << seed;
    }
  }
}

TEST(HybridRetriever, DeletedFilesAndOldVersionsAreRebuilt) {
  Directory directory;
  MemorySource source;
  source.put(make_document(1, {"some words"}));
  ASSERT_TRUE(make(source, directory.path())->count(kWorkspace).ok());
  {
    const auto retriever = make(source, directory.path());
    ASSERT_TRUE(retriever->count(kWorkspace).ok());
    ASSERT_TRUE(retriever->save().ok());
  }
  EXPECT_EQ(source.loads(), 2);
  EXPECT_EQ(make(source, directory.path())->count(kWorkspace).value(), 1U);
  EXPECT_EQ(source.loads(), 2);  // from the files
  source.put(make_document(2, {"other words"}));
  EXPECT_EQ(make(source, directory.path())->count(kWorkspace).value(),
            2U);  // another version: not used
  std::filesystem::remove_all(directory.path());
  EXPECT_EQ(make(source, directory.path())->count(kWorkspace).value(), 2U);
  const auto other_model =
      make_hybrid_retriever(source, "other-model", kDimension, {directory.path()});
  EXPECT_EQ(other_model->count(kWorkspace).value(), 2U);
}

TEST(HybridRetriever, EveryDamagedByteOfAnyFileIsNoticed) {
  Directory directory;
  MemorySource source;
  source.put(make_document(1, {"some words", "others"}));
  {
    const auto retriever = make(source, directory.path());
    ASSERT_TRUE(retriever->count(kWorkspace).ok());
    ASSERT_TRUE(retriever->save().ok());
  }
  const std::string good = transcript(*make(source), "words");
  for (const auto& entry :
       std::filesystem::directory_iterator(directory.path() / kWorkspace.to_string())) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << damaged;
      const int loads = source.loads();
      const auto retriever = make(source, directory.path());
      ASSERT_EQ(transcript(*retriever, "words"), good);
      ASSERT_EQ(source.loads(), loads + 1) << entry.path() << " byte " << at;
    }
    std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << bytes;
  }
}

TEST(HybridRetriever, ADiskThatRefusesIsTheStatusOfSave) {
  Directory directory;
  std::ofstream(directory.path()) << "a file where a directory is wanted";
  MemorySource source;
  source.put(make_document(1, {"words"}));
  const auto retriever = make(source, directory.path());
  ASSERT_TRUE(retriever->count(kWorkspace).ok());
  EXPECT_EQ(retriever->save().key(), "index_not_saved");
  EXPECT_EQ(ask(*retriever, "words").size(), 1U);
}

TEST(HybridRetriever, ManyThreadsLoadOnce) {
  MemorySource source;
  source.put(make_document(1, {"words"}));
  const auto retriever = make(source);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { EXPECT_EQ(retriever->count(kWorkspace).value(), 1U); });
  }
  EXPECT_EQ(source.loads(), 1);
}

TEST(HybridRetriever, LeastRecentlyUsedWorkspacesLeaveMemory) {
  MemorySource source;
  source.put(make_document(1, {"words"}));
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {{}, 1});
  const WorkspaceId other = numbered<WorkspaceId>(8);
  ASSERT_TRUE(retriever->count(kWorkspace).ok());
  retriever->settle();
  ASSERT_TRUE(retriever->count(other).ok());
  retriever->settle();
  EXPECT_EQ(source.loads(), 2);
  ASSERT_TRUE(retriever->count(other).ok());
  EXPECT_EQ(source.loads(), 2);  // the last used stays
  ASSERT_TRUE(retriever->count(kWorkspace).ok());
  EXPECT_EQ(source.loads(), 3);
}

// Each document is written with all its chunks saying the same number: a search that mixed two
// versions of one, or found one after its removal, would show.
TEST(HybridRetriever, SearchesSeeWholeChangesWhileOthersWrite) {
  MemorySource source;
  const auto retriever = make(source);
  constexpr std::uint32_t kDocuments = 12;
  std::atomic<bool> done = false;
  std::atomic<std::int64_t> version = 0;
  std::vector<std::jthread> threads;
  for (int reader = 0; reader < 2; ++reader)
    threads.emplace_back([&] {
      do {
        std::map<DocumentId, std::vector<std::string>> seen;
        for (const Passage& passage : ask(*retriever, "round common", {100, 0}))
          seen[passage.document_id].push_back(passage.content);
        for (const auto& [document, contents] : seen) {
          EXPECT_EQ(contents.size(), 3U);
          for (const std::string& content : contents) EXPECT_EQ(content, contents[0]);
        }
      } while (!done);
    });
  {
    std::vector<std::jthread> writers;
    for (std::uint32_t writer = 0; writer < 2; ++writer)
      writers.emplace_back([&, writer] {
        for (int round = 0; round < 60; ++round)
          for (std::uint32_t document = writer; document < kDocuments; document += 2) {
            const DocumentId id = numbered<DocumentId>(document);
            if (round % 5 == 4) {
              EXPECT_TRUE(retriever->remove_document(kWorkspace, id, ++version).ok());
              for (const Passage& passage : ask(*retriever, "round common", {100, 0}))
                EXPECT_NE(passage.document_id, id);
              continue;
            }
            const std::string text = "round " + std::to_string(round) + " common";
            EXPECT_TRUE(retriever
                            ->put_document(kWorkspace, id,
                                           make_document(document, {text, text, text}), ++version)
                            .ok());
          }
      });
  }
  done = true;
  threads.clear();
  EXPECT_EQ(retriever->count(kWorkspace).value(), 0U);  // the last round removes
}

TEST(HybridRetriever, RemovedWorkspaceLeavesNoFiles) {
  Directory directory;
  MemorySource source;
  source.put(make_document(1, {"words"}));
  const auto retriever = make(source, directory.path());
  ASSERT_TRUE(retriever->count(kWorkspace).ok());
  ASSERT_TRUE(retriever->save().ok());
  ASSERT_TRUE(retriever->remove_workspace(kWorkspace).ok());
  EXPECT_FALSE(std::filesystem::exists(directory.path() / kWorkspace.to_string()));
}

}  // namespace
}  // namespace monitora::retrieval
