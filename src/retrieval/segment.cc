#include "retrieval/segment.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "retrieval/analyzer.h"

namespace monitora::retrieval {

std::optional<std::uint32_t> Segment::find(const DocumentId& id) const {
  const auto at = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                   [&](std::uint32_t document, const DocumentId& wanted) {
                                     return documents_[document].id < wanted;
                                   });
  if (at == by_id_.end() || documents_[*at].id != id) return std::nullopt;
  return *at;
}

Deletions::Deletions(const Segment& segment, const Deletions* earlier, std::uint32_t document) {
  if (earlier) {
    *this = *earlier;
  } else {
    chunks_.resize(segment.size());
    documents_.resize(segment.documents().size());
    frequencies_.resize(segment.lexical().terms());
  }
  if (documents_[document]) return;
  documents_[document] = true;
  const SegmentDocument& gone = segment.documents()[document];
  std::vector<std::string> terms;
  for (std::uint32_t i = gone.first; i < gone.first + gone.count; ++i) {
    chunks_[i] = true;
    ++count_;
    length_ += segment.lexical().length(i);
    // The same analysis gives the same terms as when the chunk was added.
    Analyzer::of_thread().chunk_terms(segment.chunks()[i].chunk.content, terms);
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    for (const std::string& term : terms)
      if (const auto id = segment.lexical().find(term)) ++frequencies_[*id];
  }
}

SegmentBuilder::SegmentBuilder(int dimension) : segment_(new Segment(dimension)) {}

void SegmentBuilder::add(IndexedChunk chunk) {
  Analyzer::of_thread().chunk_terms(chunk.chunk.content, terms_);
  lexical_.add_chunk(terms_);
  add_without_terms(std::move(chunk.chunk), std::move(chunk.filename), chunk.vector);
}

void SegmentBuilder::add_without_terms(Chunk chunk, std::string filename,
                                       std::span<const float> vector) {
  auto& documents = segment_->documents_;
  const auto number = static_cast<std::uint32_t>(size());
  if (documents.empty() || documents.back().id != chunk.document_id)
    documents.push_back({chunk.document_id, number, 0});
  ++documents.back().count;
  segment_->vectors_.add(vector);
  segment_->chunks_.push_back(
      {std::move(chunk), std::move(filename), static_cast<std::uint32_t>(documents.size() - 1)});
}

void SegmentBuilder::add_part(const Part& part) {
  const Segment& from = *part.segment;
  std::vector<std::uint32_t> numbers(from.size(), LexicalBuilder::kDropped);
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    if (!part.is_live(i)) continue;
    numbers[i] = static_cast<std::uint32_t>(size());
    add_without_terms(from.chunks()[i].chunk, from.chunks()[i].filename, from.vectors().vector(i));
  }
  lexical_.add_index(from.lexical(), numbers);
}

bool SegmentBuilder::seal() {
  Segment& segment = *segment_;
  auto& by_id = segment.by_id_;
  by_id.resize(segment.documents_.size());
  std::iota(by_id.begin(), by_id.end(), 0U);
  const auto id_of = [&](std::uint32_t document) -> const DocumentId& {
    return segment.documents_[document].id;
  };
  std::sort(by_id.begin(), by_id.end(), [&](auto a, auto b) { return id_of(a) < id_of(b); });
  const bool unique = std::adjacent_find(by_id.begin(), by_id.end(), [&](auto a, auto b) {
                        return id_of(a) == id_of(b);
                      }) == by_id.end();
  segment.bytes_ = segment.vectors_.bytes() + segment.lexical_.bytes() +
                   segment.documents_.size() * sizeof(SegmentDocument);
  for (const SegmentChunk& chunk : segment.chunks_)
    segment.bytes_ += sizeof chunk + chunk.chunk.content.capacity() + chunk.filename.capacity() +
                      chunk.chunk.place.heading.capacity() + chunk.chunk.place.sheet.capacity();
  return unique;
}

std::shared_ptr<const Segment> SegmentBuilder::finish() {
  return finish(lexical_.finish());
}

std::shared_ptr<const Segment> SegmentBuilder::finish(LexicalIndex lexical) {
  if (lexical.chunks() != size()) return nullptr;
  segment_->lexical_ = std::move(lexical);
  return seal() ? std::exchange(segment_, nullptr) : nullptr;
}

}  // namespace monitora::retrieval
