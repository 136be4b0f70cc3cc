#include "llm/embedding_tokenizer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/text.h"
#include "llm/embedding_tiny_model.h"

namespace monitora::llm {
namespace {

using Ids = std::vector<std::int32_t>;

// The installed model's tokenizer: a machine without it fails here, with the sentence that says so.
class RealTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    const auto mapped =
        MappedFile::open(std::filesystem::path(MONITORA_DEPS) / "model" / "e5-small-q4.bin");
    ASSERT_TRUE(mapped.ok()) << mapped.status().sentence().en;
    mapped_ = *mapped;
    const auto file = EmbeddingModelFile::parse(mapped_->bytes());
    ASSERT_TRUE(file.ok()) << file.status().to_string();
    tokenizer_ = std::make_unique<UnigramTokenizer>(file->tokenizer);
  }

  std::shared_ptr<MappedFile> mapped_;
  std::unique_ptr<UnigramTokenizer> tokenizer_;
};

// testdata's escapes: \\ and \xHH.
std::string unescape(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\') {
      out += line[i];
    } else if (line[++i] == 'x') {
      out += static_cast<char>(std::stoi(std::string(line.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += line[i];
    }
  }
  return out;
}

TEST_F(RealTokenizer, GivesTheIdsOfTheReference) {
  std::ifstream fixture("src/llm/testdata/embedding_tokens.txt");
  ASSERT_TRUE(fixture) << "run from the repository's root";
  int checked = 0;
  for (std::string line; std::getline(fixture, line);) {
    if (line.starts_with("# ")) continue;
    const std::size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    std::string ids;
    for (std::int32_t id : tokenizer_->encode(unescape(line.substr(0, tab))))
      ids += (ids.empty() ? "" : " ") + std::to_string(id);
    EXPECT_EQ(ids, line.substr(tab + 1)) << line.substr(0, tab);
    ++checked;
  }
  EXPECT_GE(checked, 60);
}

TEST_F(RealTokenizer, IllFormedBytesAreReplacementCharacters) {
  for (const char* bytes :
       {"caf\xE9 noir", "\xFF\xFE", "ok \xC3", "\xED\xA0\x80", "\xF8\x88\x80\x80\x80", "a\x80z"})
    EXPECT_EQ(tokenizer_->encode(bytes), tokenizer_->encode(to_utf8(bytes))) << bytes;
}

TEST_F(RealTokenizer, NulIsNothing) {
  EXPECT_EQ(tokenizer_->encode(std::string_view("bon\0jour", 8)), tokenizer_->encode("bonjour"));
}

TEST_F(RealTokenizer, ReadsNoFurtherThanAsked) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "livraison gratuite ";
  const Ids all = tokenizer_->encode(text);
  const Ids some = tokenizer_->encode(text, tokenizer_->characters_for(100));
  EXPECT_GE(some.size(), 100U);
  EXPECT_LT(some.size(), all.size());
  EXPECT_TRUE(std::equal(some.begin(), some.begin() + 100, all.begin()));
}

// Found by fuzzing: one character that normalises to several was read past the limit.
TEST_F(RealTokenizer, ReadsNoFurtherThanAskedWhereOneCharacterBecomesSeveral) {
  const std::string salutation = "\uFDFA";  // eighteen characters and spaces
  for (std::size_t most = 0; most < 10; ++most)
    EXPECT_LE(tokenizer_->encode("a" + salutation + "b", most).size(), most + 1) << most;
}

TEST(UnigramTokenizer, PrefersTheLikelierSegmentation) {
  const TinyModel tiny;
  const auto file = EmbeddingModelFile::parse(as_bytes(tiny.bytes()));
  ASSERT_TRUE(file.ok());
  const UnigramTokenizer tokenizer(file->tokenizer);
  EXPECT_EQ(tokenizer.encode("ab"), (Ids{4, 6}));  // not a, b
  EXPECT_EQ(tokenizer.encode("ba"), (Ids{4, 7, 5}));
  EXPECT_EQ(tokenizer.encode("é"), (Ids{8}));                  // with its space
  EXPECT_EQ(tokenizer.encode("a\t  \tb"), (Ids{4, 5, 4, 7}));  // runs of spaces are one
  EXPECT_EQ(tokenizer.encode("z"), (Ids{4, 3}));
  EXPECT_EQ(tokenizer.encode("\uFB01"), (Ids{4, 3, 3}));  // f, i: the rule, then unknown
  EXPECT_EQ(tokenizer.encode(""), (Ids{4}));
}

}  // namespace
}  // namespace monitora::llm
