#include "llm/embedding_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "llm/embedding_tiny_model.h"

namespace monitora::llm {
namespace {

std::string damaged_key(std::string_view bytes) {
  const auto file = EmbeddingModelFile::parse(as_bytes(bytes));
  if (file.ok()) return "ok";
  EXPECT_EQ(file.status().code(), Code::corrupted);
  EXPECT_FALSE(file.status().sentence().fr.empty());
  return file.status().key();
}

TEST(EmbeddingFile, ReadsSizesAndTensors) {
  const TinyModel tiny;
  const auto file = EmbeddingModelFile::parse(as_bytes(tiny.bytes()));
  ASSERT_TRUE(file.ok()) << file.status().to_string();
  EXPECT_EQ(file->hidden, TinyModel::kHidden);
  EXPECT_EQ(file->positions, TinyModel::kPositions);
  EXPECT_EQ(file->tokenizer.pieces, TinyModel::kPieces);
  ASSERT_EQ(file->layers.size(), 1U);
  EXPECT_EQ(file->layers[0].feed_in.rows, TinyModel::kFeedForward);
  EXPECT_EQ(file->layers[0].feed_out.columns, TinyModel::kFeedForward);
  EXPECT_FLOAT_EQ(file->position_embeddings[1], 0.51F + 0.51F);  // the token type's is added
}

TEST(EmbeddingFile, EveryTruncationIsDamaged) {
  const TinyModel tiny;
  for (std::size_t size = 0; size < tiny.bytes().size(); ++size)
    ASSERT_EQ(damaged_key(tiny.bytes().substr(0, size)), "embedding_model_damaged") << size;
}

TEST(EmbeddingFile, EveryDamagedHeaderByteIsNoticedOrHarmless) {
  const TinyModel tiny;
  int noticed = 0;
  for (std::size_t at = 0; at < tiny.bytes().size(); ++at) {
    for (int value : {0x00, 0x7F, 0x80, 0xFF}) {
      std::string bytes = tiny.bytes();
      bytes[at] = static_cast<char>(value);
      noticed += damaged_key(bytes) != "ok";
    }
  }
  EXPECT_GT(noticed, 1000);
}

TEST(EmbeddingFile, RefusesAnotherFormat) {
  EXPECT_EQ(damaged_key(""), "embedding_model_damaged");
  EXPECT_EQ(damaged_key("%PDF-1.7 something else altogether"), "embedding_model_damaged");
  std::string bytes = TinyModel().bytes();
  bytes[4] = 2;  // version
  EXPECT_EQ(damaged_key(bytes), "embedding_model_damaged");
}

TEST(EmbeddingFile, RefusesNumbersThatAreNotFinite) {
  std::string bytes = TinyModel().bytes();
  const float nan = std::nanf("");
  std::memcpy(bytes.data() + bytes.find("<s><pad>") - 4, &nan, 4);  // the last score
  EXPECT_EQ(damaged_key(bytes), "embedding_model_damaged");
}

TEST(EmbeddingFile, HalfPrecision) {
  EXPECT_EQ(half_to_float(0x0000), 0.0F);
  EXPECT_EQ(half_to_float(0x3C00), 1.0F);
  EXPECT_EQ(half_to_float(0xC000), -2.0F);
  EXPECT_EQ(half_to_float(0x7BFF), 65504.0F);
  EXPECT_EQ(half_to_float(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(half_to_float(0x03FF), std::ldexp(1023.0F, -24));
  EXPECT_TRUE(std::isinf(half_to_float(0x7C00)));
  EXPECT_TRUE(std::isnan(half_to_float(0x7E00)));
}

TEST(EmbeddingFile, UnpacksABlock) {
  std::uint8_t block[kQ4BlockBytes] = {0x00, 0x40};  // scale 2
  block[2] = 0xF0;                                   // weight 0 is 0 - 8, weight 16 is 15 - 8
  block[17] = 0x09;                                  // weight 15 is 9 - 8, weight 31 is 0 - 8
  float out[kQ4BlockWeights];
  unpack_row({1, kQ4BlockWeights, block}, 0, out);
  EXPECT_EQ(out[0], -16.0F);
  EXPECT_EQ(out[16], 14.0F);
  EXPECT_EQ(out[15], 2.0F);
  EXPECT_EQ(out[31], -16.0F);
}

}  // namespace
}  // namespace monitora::llm
