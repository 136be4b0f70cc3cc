#include "retrieval/snapshot.h"

#include <algorithm>
#include <unordered_set>

#include "retrieval/fusion.h"
#include "retrieval/lexical_search.h"
#include "retrieval/passage_match.h"

namespace monitora::retrieval {
namespace {

constexpr std::size_t kCandidates = 100;  // of each kind; more change no result that was measured
constexpr std::size_t kGraphEffort = 160;
constexpr std::size_t kRead = 30;  // candidates whose text is read, at least

struct Candidate {
  const SegmentChunk* stored = nullptr;
  float dense = 0;
  float lexical = 0;
  float fused = 0;
  PassageMatch match = {};
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

// Most chunks have none of the question's words: a block whose highest score is too low is passed
// over at once.
void offer_all(std::uint32_t number, const std::vector<float>& scores, Best& best) {
  constexpr std::size_t kBlock = 64, kLanes = 8;
  for (std::size_t first = 0; first < scores.size(); first += kBlock) {
    const std::size_t end = std::min(scores.size(), first + kBlock);
    if (end == first + kBlock) {
      float highest[kLanes] = {};  // apart, so that the compiler makes registers of them
      for (std::size_t i = first; i < end; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
          highest[lane] = scores[i + lane] > highest[lane] ? scores[i + lane] : highest[lane];
      const float most = *std::max_element(highest, highest + kLanes);
      if (!(most > 0 && most > best.threshold())) continue;
    }
    for (std::size_t i = first; i < end; ++i)
      if (scores[i] > 0 && scores[i] > best.threshold())
        best.offer(number, static_cast<std::uint32_t>(i), scores[i]);
  }
}

// The union of the best by vector and the best by words, each with both scores.
std::vector<Candidate> find_candidates(const std::vector<Part>& parts, const LexicalQuery& words,
                                       const Vector& vector) {
  Best dense(kCandidates), lexical(kCandidates);
  const QueryCode code(vector);
  thread_local std::vector<std::vector<float>> lexical_scores;  // kept to save allocations
  lexical_scores.resize(std::max(lexical_scores.size(), parts.size()));
  for (std::uint32_t number = 0; number < parts.size(); ++number) {
    const Part& part = parts[number];
    if (part.graph) {
      std::function<bool(std::uint32_t)> keep;
      if (part.deletions) keep = [&](std::uint32_t chunk) { return part.is_live(chunk); };
      for (const Scored& found :
           part.graph->search(part.segment->vectors(), code, kGraphEffort, keep))
        dense.offer(number, found.chunk, found.score);
    } else {
      scan(part, number, code, dense);
    }
    std::vector<float>& scores = lexical_scores[number];
    words.score(number, scores);
    offer_all(number, scores, lexical);
  }
  std::vector<Candidate> candidates;
  std::unordered_set<const SegmentChunk*> taken;
  for (const Best* best : {&dense, &lexical})
    for (const Best::Entry& entry : best->entries()) {
      const Segment& segment = *parts[entry.part].segment;
      const SegmentChunk* stored = &segment.chunks()[entry.chunk];
      if (!taken.insert(stored).second) continue;
      candidates.push_back({stored, segment.vectors().exact(vector, entry.chunk),
                            lexical_scores[entry.part][entry.chunk]});
    }
  std::vector<float> cosines, bm25;
  for (const Candidate& candidate : candidates) {
    cosines.push_back(candidate.dense);
    bm25.push_back(candidate.lexical);
  }
  const std::vector<float> fused = fuse({{cosines, kDenseWeight}, {bm25, kLexicalWeight}});
  for (std::size_t i = 0; i < fused.size(); ++i) candidates[i].fused = fused[i];
  return candidates;
}

void order(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    if (a.fused != b.fused) return a.fused > b.fused;
    return a.stored->chunk.id < b.stored->chunk.id;  // the same in every index of these chunks
  });
}

// Orders candidates anew by what their texts say.
void read(const LexicalQuery& words, std::vector<Candidate>& candidates) {
  PassageMatcher matcher(words);
  for (Candidate& candidate : candidates) {
    const PassageMatch match = candidate.match = matcher.match(candidate.stored->chunk.content);
    candidate.fused = candidate.dense + kReadPassageWeight * match.passage +
                      kReadSentenceWeight * match.sentence + kReadLettersWeight * match.letters;
  }
  order(candidates);
}

AnswerFeatures answer_features(const std::vector<Candidate>& candidates) {
  constexpr std::size_t kFirst = 3, kNext = 13;
  AnswerFeatures out;
  out.any = !candidates.empty();
  for (std::size_t i = 0; i < std::min(candidates.size(), kFirst); ++i) {
    out.dense = std::max(out.dense, candidates[i].dense);
    out.passage = std::max(out.passage, candidates[i].match.passage);
    out.sentence = std::max(out.sentence, candidates[i].match.sentence);
    out.letters = std::max(out.letters, candidates[i].match.letters);
  }
  const std::size_t next = std::min(candidates.size(), kNext);
  if (next > kFirst) {
    float sum = 0;
    for (std::size_t i = kFirst; i < next; ++i) sum += candidates[i].dense;
    out.margin = out.dense - sum / static_cast<float>(next - kFirst);
  }
  const auto nearest =
      std::max_element(candidates.begin(), candidates.end(),
                       [](const Candidate& a, const Candidate& b) { return a.dense < b.dense; });
  const auto by_words = std::max_element(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.lexical < b.lexical; });
  if (out.any && nearest == by_words && by_words->lexical > 0) out.agreement = 1;
  return out;
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
                           const RetrievalOptions& options, AnswerFeatures* features) const {
  Retrieved out;
  out.version = version_;
  if (live_ == 0 || options.top_k <= 0) return out;

  const LexicalQuery words(parts_, question);
  std::vector<Candidate> candidates = find_candidates(parts_, words, vector);
  std::erase_if(candidates, [&](const Candidate& c) {
    return options.similarity_threshold > 0 && c.dense < options.similarity_threshold;
  });
  const auto wanted = static_cast<std::size_t>(options.top_k);
  order(candidates);
  candidates.resize(std::min(candidates.size(), std::max(kRead, wanted)), Candidate{});
  read(words, candidates);

  const AnswerFeatures answer = answer_features(candidates);
  if (features) *features = answer;
  out.answerable = answerable_probability(answer);
  candidates.resize(std::min(candidates.size(), wanted), Candidate{});
  for (const Candidate& candidate : candidates) {
    const SegmentChunk& found = *candidate.stored;
    out.passages.push_back({found.chunk.id, found.chunk.document_id, found.filename,
                            found.chunk.content, found.chunk.place, candidate.dense,
                            candidate.lexical, candidate.fused});
  }
  return out;
}

}  // namespace monitora::retrieval
