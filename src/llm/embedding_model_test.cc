#include "llm/embedding_model.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "base/deadline.h"
#include "llm/embedding_tiny_model.h"

namespace monitora::llm {
namespace {

namespace fs = std::filesystem;
using Kind = Embedder::Kind;

const fs::path kModelFile = fs::path(MONITORA_DEPS) / "model" / "e5-small-q4.bin";

double cosine(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

class BuiltinModel : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_builtin_embedder(kModelFile, {.workers = 2});
    ASSERT_TRUE(loaded.ok()) << loaded.status().sentence().en << loaded.status().to_string();
    embedder_ = *loaded;
  }
  static void TearDownTestSuite() { embedder_.reset(); }

  static Vector embed(Kind kind, std::string_view text) {
    const auto vector = embedder_->embed_one(kind, text);
    EXPECT_TRUE(vector.ok()) << vector.status().to_string();
    return vector.ok() ? *vector : Vector(384);
  }

  static std::shared_ptr<Embedder> embedder_;
};
std::shared_ptr<Embedder> BuiltinModel::embedder_;

TEST_F(BuiltinModel, SaysWhatItIs) {
  EXPECT_EQ(embedder_->model(), "multilingual-e5-small-q4");
  EXPECT_EQ(embedder_->dimension(), 384);
  EXPECT_EQ(embedder_->max_tokens(), 512);
}

// The reference's engine rounds differently; its weights are the same.
TEST_F(BuiltinModel, AgreesWithTheReferenceEngine) {
  std::ifstream fixture("src/llm/testdata/embedding_vectors.txt");
  ASSERT_TRUE(fixture) << "run from the repository's root";
  int checked = 0;
  for (std::string line; std::getline(fixture, line);) {
    if (line.starts_with("# ")) continue;
    const std::size_t tab = line.find('\t', 2);
    std::istringstream numbers(line.substr(tab + 1));
    const Vector expected{std::istream_iterator<float>(numbers), std::istream_iterator<float>()};
    ASSERT_EQ(expected.size(), 384U) << line;
    const Kind kind = line[0] == 'q' ? Kind::query : Kind::passage;
    EXPECT_GE(cosine(embed(kind, line.substr(2, tab - 2)), expected), 0.999) << line.substr(0, tab);
    ++checked;
  }
  EXPECT_GE(checked, 4);
}

TEST_F(BuiltinModel, VectorsAreOfLengthOne) {
  for (const char* text : {"", " ", "a", "Bonjour", "\x01\x02", "caf\xE9", "日本語", "😀😀😀"}) {
    const Vector vector = embed(Kind::passage, text);
    EXPECT_EQ(vector.size(), 384U);
    EXPECT_NEAR(cosine(vector, vector), 1, 1e-5) << text;
  }
}

TEST_F(BuiltinModel, AnswersAreNearerThanOtherTexts) {
  const Vector delivery = embed(Kind::passage, "La livraison en Espagne prend cinq jours ouvrés.");
  const Vector refund = embed(Kind::passage, "Les articles soldés ne sont ni repris ni échangés.");
  const Vector volcano = embed(Kind::passage, "Le Vésuve domine la baie de Naples.");
  const Vector french = embed(Kind::query, "Combien de temps pour recevoir un colis à Madrid ?");
  const Vector english = embed(Kind::query, "How long does shipping to Spain take?");
  EXPECT_GT(cosine(french, delivery), cosine(french, refund));
  EXPECT_GT(cosine(french, delivery), cosine(french, volcano));
  EXPECT_GT(cosine(english, delivery), cosine(english, refund));
  EXPECT_GT(cosine(french, english), cosine(french, volcano));
}

TEST_F(BuiltinModel, QueriesAndPassagesHaveTheirOwnPrefix) {
  EXPECT_LT(cosine(embed(Kind::query, "retours"), embed(Kind::passage, "retours")), 0.9999);
}

TEST_F(BuiltinModel, DecomposedAccentsAreTheSameText) {
  EXPECT_EQ(embed(Kind::query, "l'e\u0301te\u0301 a\u0300 la plage"),
            embed(Kind::query, "l'été à la plage"));
}

TEST_F(BuiltinModel, LongTextsAreCut) {
  std::string text;
  while (embedder_->count_tokens(text) < 600) text += "La livraison est gratuite. ";
  const Vector cut = embed(Kind::passage, text);
  EXPECT_EQ(cut, embed(Kind::passage, text + "Tout autre chose, à la fin."));
  EXPECT_NE(cut, embed(Kind::passage, "Tout autre chose. " + text));
}

TEST_F(BuiltinModel, CountsTokens) {
  EXPECT_EQ(embedder_->count_tokens("Bonjour le monde"),
            2 + 3 + 2);  // "passage", ":"; two around
  EXPECT_EQ(embed(Kind::passage, std::string(3'000'000, ' ')), embed(Kind::passage, " "));
}

TEST_F(BuiltinModel, ManyThreadsGetTheVectorsOfOne) {
  const std::vector<std::string_view> texts = {"un", "deux mots", "trois mots ici",
                                               "encore un texte"};
  std::vector<Vector> expected;
  for (std::string_view text : texts) expected.push_back(embed(Kind::passage, text));
  std::vector<int> same(6);
  std::vector<std::thread> threads;
  for (int& mine : same)
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        const auto vectors = embedder_->embed(Kind::passage, texts);
        mine += vectors.ok() && *vectors == expected;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(6, 5));
}

TEST_F(BuiltinModel, StopsAtTheDeadline) {
  {
    const ScopedDeadline late(Deadline::in(std::chrono::seconds(-1)));
    EXPECT_EQ(embedder_->embed_one(Kind::query, "trop tard").status().code(),
              Code::deadline_exceeded);
  }
  {
    std::stop_source gone;
    gone.request_stop();
    const ScopedDeadline unwanted(Deadline::in(std::chrono::hours(1), gone.get_token()));
    EXPECT_EQ(embedder_->embed_one(Kind::query, "plus personne").status().code(), Code::cancelled);
  }
  EXPECT_TRUE(embedder_->embed_one(Kind::query, "et la suite marche").ok());
}

class DamagedModel : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("monitora-embedding-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Status load(std::string_view bytes) {
    std::ofstream(folder_ / "model.bin", std::ios::binary) << bytes;
    return load_builtin_embedder(folder_ / "model.bin", {.workers = 1}).status();
  }

  fs::path folder_;
};

TEST_F(DamagedModel, MissingSaysWhatToRun) {
  const Status status = load_builtin_embedder(folder_ / "absent.bin").status();
  EXPECT_EQ(status.code(), Code::not_found);
  EXPECT_EQ(status.key(), "embedding_model_missing");
  EXPECT_NE(status.sentence().fr.find("./start"), std::string::npos);
}

TEST_F(DamagedModel, ADirectoryIsUnreadable) {
  EXPECT_EQ(load_builtin_embedder(folder_).status().key(), "embedding_model_unreadable");
}

TEST_F(DamagedModel, EmptyTruncatedOrForeignIsDamaged) {
  EXPECT_EQ(load("").code(), Code::corrupted);
  EXPECT_EQ(load("not a model").code(), Code::corrupted);
  const std::string tiny = TinyModel().bytes();
  EXPECT_EQ(load(tiny.substr(0, tiny.size() - 1)).code(), Code::corrupted);
  std::ifstream real(kModelFile, std::ios::binary);
  std::string head(5'000'000, '\0');
  real.read(head.data(), static_cast<std::streamsize>(head.size()));
  EXPECT_EQ(load(head).code(), Code::corrupted);
}

TEST_F(DamagedModel, AnotherSizeOfModelWorks) {
  std::ofstream(folder_ / "model.bin", std::ios::binary) << TinyModel().bytes();
  const auto tiny = load_builtin_embedder(folder_ / "model.bin", {.workers = 1});
  ASSERT_TRUE(tiny.ok()) << tiny.status().to_string();
  const auto vector = (*tiny)->embed_one(Kind::query, "ab ba");
  ASSERT_TRUE(vector.ok()) << vector.status().to_string();
  EXPECT_EQ(vector->size(), static_cast<std::size_t>(TinyModel::kHidden));
}

TEST_F(DamagedModel, VectorsThatAreNotFiniteAreAnErrorAndNotStored) {
  std::string bytes = TinyModel().bytes();
  const std::string last_weights = bytes.substr(bytes.size() - 18, 2);
  ASSERT_EQ(last_weights, std::string("\x00\x2C", 2));
  bytes.replace(bytes.size() - 18, 2, std::string("\x00\x7E", 2));  // a scale that is not a number
  std::ofstream(folder_ / "model.bin", std::ios::binary) << bytes;
  const auto model = load_builtin_embedder(folder_ / "model.bin", {.workers = 1});
  ASSERT_TRUE(model.ok()) << model.status().to_string();
  EXPECT_EQ((*model)->embed_one(Kind::query, "ab").status().code(), Code::corrupted);
}

}  // namespace
}  // namespace monitora::llm
