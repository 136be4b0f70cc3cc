// The postings of a segment: which chunks have which terms, for BM25 (k1 1.2, b 0.75; Robertson and
// Zaragoza, "The Probabilistic Relevance Framework", 2009, with Lucene's always positive idf).
//
// A posting list is a run of varints: (gap to the previous chunk << 1 | frequency is 1), then the
// frequency if it is not 1. Immutable once built; thread-safe to read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace monitora::retrieval {

inline constexpr float kBm25K1 = 1.2F;
inline constexpr float kBm25B = 0.75F;
float bm25_idf(std::size_t chunks, std::size_t chunks_with_term);

struct Posting {
  std::uint32_t chunk;
  std::uint32_t frequency;
};

// Decodes a posting list in ascending order of chunks. The bytes must be valid (see
// LexicalIndex::valid).
class PostingReader {
 public:
  explicit PostingReader(std::span<const std::uint8_t> bytes)
      : at_(bytes.data()), end_(at_ + bytes.size()) {}
  bool next(Posting& out) {
    if (at_ == end_) return false;
    const std::uint32_t head = varint();
    out.chunk = chunk_ += head >> 1;
    out.frequency = (head & 1) != 0 ? 1 : varint();
    return true;
  }

 private:
  std::uint32_t varint() {
    std::uint32_t value = *at_ & 0x7F;
    for (int shift = 7; (*at_++ & 0x80) != 0; shift += 7)
      value |= static_cast<std::uint32_t>(*at_ & 0x7F) << shift;
    return value;
  }
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::uint32_t chunk_ = 0;
};

class LexicalIndex {
 public:
  using TermId = std::uint32_t;

  std::size_t terms() const { return frequencies_.size(); }
  std::size_t chunks() const { return lengths_.size(); }
  std::optional<TermId> find(std::string_view term) const;
  std::string_view term(TermId id) const { return slice(id); }
  std::uint32_t chunks_with(TermId id) const { return frequencies_[id]; }
  std::span<const std::uint8_t> postings(TermId id) const;
  // Number of terms in a chunk, repetitions included.
  std::uint32_t length(std::size_t chunk) const { return lengths_[chunk]; }
  std::span<const std::uint32_t> lengths() const { return lengths_; }
  std::uint64_t total_length() const { return total_length_; }
  std::size_t bytes() const;

  // The parts as a file holds them; `from_parts` checks that they make an index (offsets within
  // bounds, terms sorted, postings decodable and ascending) and gives nothing otherwise.
  struct Parts {
    std::string term_bytes;
    std::vector<std::uint32_t> term_ends;
    std::vector<std::uint32_t> frequencies;
    std::vector<std::uint8_t> posting_bytes;
    std::vector<std::uint64_t> posting_ends;
    std::vector<std::uint32_t> lengths;
  };
  static std::optional<LexicalIndex> from_parts(Parts parts);
  const std::string& term_bytes() const { return term_bytes_; }
  std::span<const std::uint32_t> term_ends() const { return term_ends_; }
  std::span<const std::uint32_t> frequencies() const { return frequencies_; }
  std::span<const std::uint8_t> posting_bytes() const { return posting_bytes_; }
  std::span<const std::uint64_t> posting_ends() const { return posting_ends_; }

 private:
  friend class LexicalBuilder;
  std::string_view slice(std::size_t id) const {
    const std::uint32_t first = id == 0 ? 0 : term_ends_[id - 1];
    return std::string_view(term_bytes_).substr(first, term_ends_[id] - first);
  }

  std::string term_bytes_;  // sorted terms, one after another
  std::vector<std::uint32_t> term_ends_;
  std::vector<std::uint32_t> frequencies_;
  std::vector<std::uint8_t> posting_bytes_;
  std::vector<std::uint64_t> posting_ends_;
  std::vector<std::uint32_t> lengths_;
  std::uint64_t total_length_ = 0;
};

// Chunks are numbered in the order in which they are added.
class LexicalBuilder {
 public:
  void add_chunk(std::span<const std::string> terms);
  // All chunks of `index` for which `new_number` is not kDropped; kept ones must follow, in order,
  // what is already here.
  static constexpr std::uint32_t kDropped = 0xFFFFFFFF;
  void add_index(const LexicalIndex& index, std::span<const std::uint32_t> new_number);
  LexicalIndex finish();

 private:
  struct List {
    std::vector<std::uint8_t> bytes;
    std::uint32_t last = 0;
    std::uint32_t count = 0;
    void add(std::uint32_t chunk, std::uint32_t frequency);
  };
  std::unordered_map<std::string, List> lists_;
  std::vector<std::uint32_t> lengths_;
};

}  // namespace monitora::retrieval
