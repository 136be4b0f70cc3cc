// Any bytes as a segment, a graph or a manifest: refused, or read into something that can be
// written and used.
#include <cstdint>
#include <cstdlib>

#include "base/crypto.h"
#include "retrieval/index_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  using namespace monitora::retrieval;
  constexpr int kDimension = 4;
  if (size == 0) return 0;
  // The first eight bytes say what a file is: they are given, so that the rest is tried.
  static const std::string segment_start =
      write_segment(*SegmentBuilder(kDimension).finish()).substr(0, 8);
  static const std::string graph_start = [] {
    VectorBlock vectors(kDimension);
    vectors.add(Vector(kDimension, 0.5F));
    return write_graph(*Graph::build(vectors, nullptr, {})).substr(0, 8);
  }();
  static const std::string manifest_start = write_manifest({}).substr(0, 8);
  const std::string& start = data[0] % 3 == 0   ? segment_start
                             : data[0] % 3 == 1 ? graph_start
                                                : manifest_start;
  const std::string bytes = start + std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      if (const auto segment = read_segment(bytes, kDimension)) {
        const Snapshot snapshot({{segment, nullptr, nullptr}}, 1);
        (void)snapshot.search("some words", Vector(kDimension, 0.5F), {});
        if (!read_segment(write_segment(*segment), kDimension)) std::abort();
      }
      break;
    case 1:
      if (const auto graph = read_graph(bytes); graph && graph->size() < 10'000) {
        VectorBlock vectors(kDimension);
        for (std::size_t i = 0; i < graph->size(); ++i) vectors.add(Vector(kDimension, 0.5F));
        (void)graph->search(vectors, QueryCode(Vector(kDimension, 0.5F)), 8, {});
      }
      break;
    default: {
      // The digest would hide the parser from the fuzzer: it is put right.
      const auto digest = sha256(as_bytes(bytes));
      const auto manifest =
          read_manifest(std::string(bytes) + std::string(digest.begin(), digest.end()));
      if (manifest && !read_manifest(write_manifest(*manifest))) std::abort();
    }
  }
  return 0;
}
