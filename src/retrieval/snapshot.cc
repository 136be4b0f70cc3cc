#include "retrieval/snapshot.h"

#include <algorithm>
#include <unordered_set>

#include "retrieval/fusion.h"
#include "retrieval/lexical_search.h"

namespace monitora::retrieval {
namespace {

constexpr std::size_t kCandidates = 100;  // of each kind; more change no result that was measured
constexpr std::size_t kGraphEffort = 160;

struct Candidate {
  std::uint32_t part;
  std::uint32_t chunk;
  float dense = 0;
  float lexical = 0;
  float fused = 0;
};

// The best `limit` of a stream of scores.
class Best {
 public:
  explicit Best(std::size_t limit) : limit_(limit) { heap_.reserve(limit); }
  float threshold() const { return heap_.size() < limit_ ? -1e30F : heap_.front().score; }
  void offer(std::uint32_t part, std::uint32_t chunk, float score) {
    if (heap_.size() == limit_) {
      if (!(score > heap_.front().score)) return;
      std::pop_heap(heap_.begin(), heap_.end(), worse);
      heap_.pop_back();
    }
    heap_.push_back({part, chunk, score});
    std::push_heap(heap_.begin(), heap_.end(), worse);
  }
  struct Entry {
    std::uint32_t part;
    std::uint32_t chunk;
    float score;
  };
  const std::vector<Entry>& entries() const { return heap_; }

 private:
  static bool worse(const Entry& a, const Entry& b) { return a.score > b.score; }
  std::size_t limit_;
  std::vector<Entry> heap_;
};

void scan(const Part& part, std::uint32_t number, const QueryCode& query, Best& best) {
  constexpr std::size_t kBlock = 256;
  float scores[kBlock];
  const VectorBlock& vectors = part.segment->vectors();
  for (std::size_t first = 0; first < vectors.size(); first += kBlock) {
    const std::size_t n = std::min(kBlock, vectors.size() - first);
    vectors.approximate(query, first, std::span(scores, n));
    for (std::size_t i = 0; i < n; ++i) {
      const auto chunk = static_cast<std::uint32_t>(first + i);
      if (scores[i] > best.threshold() && part.is_live(chunk)) best.offer(number, chunk, scores[i]);
    }
  }
}

}  // namespace

Snapshot::Snapshot(std::vector<Part> parts, std::int64_t version)
    : parts_(std::move(parts)), version_(version) {
  for (const Part& part : parts_) live_ += part.live();
}

std::size_t Snapshot::bytes() const {
  std::size_t sum = sizeof *this;
  for (const Part& part : parts_)
    sum += part.segment->bytes() + (part.graph ? part.graph->bytes() : 0);
  return sum;
}

Retrieved Snapshot::search(const std::string& question, const Vector& vector,
                           const RetrievalOptions& options) const {
  Retrieved out;
  out.version = version_;
  if (live_ == 0 || options.top_k <= 0) return out;

  Best dense(kCandidates), lexical(kCandidates);
  const QueryCode code(vector);
  const LexicalQuery words(parts_, question);
  thread_local std::vector<std::vector<float>> lexical_scores;
  lexical_scores.resize(std::max(lexical_scores.size(), parts_.size()));
  for (std::uint32_t number = 0; number < parts_.size(); ++number) {
    const Part& part = parts_[number];
    if (part.graph) {
      std::function<bool(std::uint32_t)> keep;
      if (part.deletions) keep = [&](std::uint32_t chunk) { return part.is_live(chunk); };
      for (const Scored& found :
           part.graph->search(part.segment->vectors(), code, kCandidates, kGraphEffort, keep))
        dense.offer(number, found.chunk, found.score);
    } else {
      scan(part, number, code, dense);
    }
    std::vector<float>& scores = lexical_scores[number];
    words.score(number, scores);
    for (std::uint32_t chunk = 0; chunk < scores.size(); ++chunk)
      if (scores[chunk] > 0 && scores[chunk] > lexical.threshold())
        lexical.offer(number, chunk, scores[chunk]);
  }

  std::vector<Candidate> candidates;
  std::unordered_set<std::uint64_t> taken;
  for (const Best* best : {&dense, &lexical})
    for (const Best::Entry& entry : best->entries())
      if (taken.insert(std::uint64_t{entry.part} << 32 | entry.chunk).second)
        candidates.push_back({entry.part, entry.chunk,
                              parts_[entry.part].segment->vectors().exact(vector, entry.chunk),
                              lexical_scores[entry.part][entry.chunk]});

  std::vector<float> dense_scores, word_scores;
  for (const Candidate& candidate : candidates) {
    dense_scores.push_back(candidate.dense);
    word_scores.push_back(candidate.lexical);
  }
  const std::vector<float> fused = fuse(dense_scores, word_scores);
  for (std::size_t i = 0; i < fused.size(); ++i) candidates[i].fused = fused[i];
  const auto chunk_of = [&](const Candidate& c) -> const SegmentChunk& {
    return parts_[c.part].segment->chunks()[c.chunk];
  };
  std::erase_if(candidates, [&](const Candidate& c) {
    return options.similarity_threshold > 0 && c.dense < options.similarity_threshold;
  });
  const std::size_t wanted = std::min(candidates.size(), static_cast<std::size_t>(options.top_k));
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(wanted),
                    candidates.end(), [&](const Candidate& a, const Candidate& b) {
                      if (a.fused != b.fused) return a.fused > b.fused;
                      return chunk_of(a).chunk.id <
                             chunk_of(b).chunk.id;  // the same order in every build
                    });
  candidates.resize(wanted);
  for (const Candidate& candidate : candidates) {
    const SegmentChunk& found = chunk_of(candidate);
    out.passages.push_back({found.chunk.id, found.chunk.document_id, found.filename,
                            found.chunk.content, found.chunk.place, candidate.dense,
                            candidate.lexical, candidate.fused});
  }
  return out;
}

}  // namespace monitora::retrieval
