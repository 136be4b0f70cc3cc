#include "retrieval/index_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/crypto.h"
#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

using testing::kDimension;
using testing::make_document;

std::shared_ptr<const Segment> small_segment() {
  SegmentBuilder builder(kDimension);
  for (std::uint32_t document = 1; document <= 3; ++document)
    for (IndexedChunk& chunk :
         make_document(document, {"some words " + std::to_string(document), "others"}))
      builder.add(std::move(chunk));
  return builder.finish();
}

TEST(IndexFiles, SegmentRoundTrip) {
  const auto segment = small_segment();
  const std::string bytes = write_segment(*segment);
  const auto copy = read_segment(bytes, kDimension);
  ASSERT_TRUE(copy);
  EXPECT_EQ(write_segment(*copy), bytes);
  EXPECT_EQ(copy->chunks()[0].chunk.content, segment->chunks()[0].chunk.content);
  EXPECT_EQ(copy->chunks()[1].chunk.place, segment->chunks()[1].chunk.place);
  EXPECT_FALSE(read_segment(bytes, kDimension + 1));
}

TEST(IndexFiles, NoPrefixOfASegmentIsRead) {
  const std::string bytes = write_segment(*small_segment());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_FALSE(read_segment(std::string_view(bytes).substr(0, length), kDimension)) << length;
}

TEST(IndexFiles, ManifestRoundTripAndEveryDamagedByteIsNoticed) {
  const Manifest manifest{
      "model", 384, 42, {{sha256_hex("a"), sha256_hex("b"), {1, 5}}, {sha256_hex("c"), "", {}}}};
  const std::string bytes = write_manifest(manifest);
  const auto copy = read_manifest(bytes);
  ASSERT_TRUE(copy);
  EXPECT_EQ(write_manifest(*copy), bytes);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    ASSERT_FALSE(read_manifest(damaged)) << at;
    ASSERT_FALSE(read_manifest(std::string_view(bytes).substr(0, at))) << at;
  }
}

TEST(IndexFiles, AManifestCannotNameAnotherPath) {
  Manifest manifest{"model", 384, 42, {{"../../etc/passwd", "", {}}}};
  EXPECT_FALSE(read_manifest(write_manifest(manifest)));
}

TEST(IndexFiles, GraphRoundTripAndWrongLinksAreRefused) {
  VectorBlock vectors(kDimension);
  for (int i = 0; i < 300; ++i)
    vectors.add(testing::word_vector("word" + std::to_string(i), kDimension));
  const auto graph = Graph::build(vectors, nullptr, {});
  const std::string bytes = write_graph(*graph);
  const auto copy = read_graph(bytes);
  ASSERT_TRUE(copy);
  EXPECT_EQ(write_graph(*copy), bytes);
  for (const std::int32_t wrong : {-2, 300, 1 << 30}) {
    Graph::Parts parts = graph->parts();
    parts.neighbors[0] = wrong;
    EXPECT_FALSE(Graph::from_parts(parts));
  }
  Graph::Parts parts = graph->parts();
  parts.entry_point = 300;
  EXPECT_FALSE(Graph::from_parts(parts));
  parts = graph->parts();
  parts.levels[0] = 0;
  EXPECT_FALSE(Graph::from_parts(parts));
}

}  // namespace
}  // namespace monitora::retrieval
