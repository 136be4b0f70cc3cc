// Helpers of this room's tests and benchmarks: a source of chunks in memory and a small embedder
// that needs no model. Not part of the library's interface.
#pragma once

#include <cmath>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "ports/retriever.h"
#include "retrieval/analyzer.h"

namespace monitora::retrieval::testing {

// Adds up a fixed pseudo-random direction for each word: texts that share words are near.
inline Vector word_vector(std::string_view text, int dimension) {
  Vector out(static_cast<std::size_t>(dimension), 0.0F);
  out[0] = 0.2F;
  for_each_word(text, [&](const Word& word) {
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>()(word.folded)));
    for (float& x : out) x += static_cast<float>(random() % 2001) / 1000.0F - 1;
  });
  float norm = 0;
  for (const float x : out) norm += x * x;
  for (float& x : out) x /= std::sqrt(norm);
  return out;
}

// An id whose order follows `number`.
template <class SomeId>
SomeId numbered(std::uint32_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 0; i < 4; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  bytes[15] = 1;
  return SomeId(Uuid(bytes));
}

inline constexpr int kDimension = 32;

inline std::vector<IndexedChunk> make_document(std::uint32_t document,
                                               const std::vector<std::string>& texts) {
  std::vector<IndexedChunk> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    IndexedChunk chunk;
    chunk.chunk.id = numbered<ChunkId>(document * 1000 + static_cast<std::uint32_t>(i));
    chunk.chunk.document_id = numbered<DocumentId>(document);
    chunk.chunk.index = static_cast<int>(i);
    chunk.chunk.content = texts[i];
    chunk.chunk.place.page = static_cast<int>(i) + 1;
    chunk.filename = "document-" + std::to_string(document) + ".txt";
    chunk.vector = word_vector(texts[i], kDimension);
    out.push_back(std::move(chunk));
  }
  return out;
}

// The database of one workspace. Thread-safe.
class MemorySource final : public ChunkSource {
 public:
  Result<std::int64_t> version(const WorkspaceId&) override {
    const std::lock_guard lock(mutex_);
    return version_;
  }
  Status for_each(const WorkspaceId&, const std::string&,
                  const std::function<Status(IndexedChunk)>& each) override {
    const std::lock_guard lock(mutex_);
    ++loads_;
    for (const auto& [id, chunks] : documents_)
      for (const IndexedChunk& chunk : chunks) MONITORA_TRY(each(chunk));
    return {};
  }
  std::int64_t put(std::vector<IndexedChunk> chunks) {
    const std::lock_guard lock(mutex_);
    documents_[chunks.at(0).chunk.document_id] = std::move(chunks);
    return ++version_;
  }
  std::int64_t remove(const DocumentId& document) {
    const std::lock_guard lock(mutex_);
    documents_.erase(document);
    return ++version_;
  }
  int loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<DocumentId, std::vector<IndexedChunk>> documents_;
  std::int64_t version_ = 0;
  int loads_ = 0;
};

}  // namespace monitora::retrieval::testing
