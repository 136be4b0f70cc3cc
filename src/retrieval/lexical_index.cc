#include "retrieval/lexical_index.h"

#include <algorithm>
#include <cmath>

namespace monitora::retrieval {
namespace {

void append_varint(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

// A varint of at most 32 bits within `bytes`, or nothing.
std::optional<std::uint32_t> checked_varint(std::span<const std::uint8_t> bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (at == bytes.size()) return std::nullopt;
    const std::uint8_t byte = bytes[at++];
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0)
      return value <= 0xFFFFFFFF ? std::optional(static_cast<std::uint32_t>(value)) : std::nullopt;
  }
  return std::nullopt;
}

bool valid_list(std::span<const std::uint8_t> bytes, std::uint32_t count, std::size_t chunks) {
  std::size_t at = 0;
  std::uint64_t chunk = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto head = checked_varint(bytes, at);
    if (!head || (i > 0 && (*head >> 1) == 0)) return false;
    chunk += *head >> 1;
    if (chunk >= chunks) return false;
    if ((*head & 1) == 0) {
      const auto frequency = checked_varint(bytes, at);
      if (!frequency || *frequency < 2) return false;
    }
  }
  return at == bytes.size();
}

}  // namespace

float bm25_idf(std::size_t chunks, std::size_t chunks_with_term) {
  const double all = static_cast<double>(chunks), with = static_cast<double>(chunks_with_term);
  return static_cast<float>(std::log(1 + (all - with + 0.5) / (with + 0.5)));
}

std::optional<LexicalIndex::TermId> LexicalIndex::find(std::string_view wanted) const {
  std::size_t low = 0, high = terms();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int order = slice(middle).compare(wanted);
    if (order == 0) return static_cast<TermId>(middle);
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

std::span<const std::uint8_t> LexicalIndex::postings(TermId id) const {
  const std::uint64_t first = id == 0 ? 0 : posting_ends_[id - 1];
  return std::span(posting_bytes_).subspan(first, posting_ends_[id] - first);
}

std::size_t LexicalIndex::bytes() const {
  return term_bytes_.size() + posting_bytes_.size() +
         terms() * (2 * sizeof(std::uint32_t) + sizeof(std::uint64_t)) +
         lengths_.size() * sizeof(std::uint32_t);
}

std::optional<LexicalIndex> LexicalIndex::from_parts(Parts parts) {
  const std::size_t terms = parts.frequencies.size();
  if (parts.term_ends.size() != terms || parts.posting_ends.size() != terms) return std::nullopt;
  if ((terms == 0 ? 0 : parts.term_ends.back()) != parts.term_bytes.size()) return std::nullopt;
  if ((terms == 0 ? 0 : parts.posting_ends.back()) != parts.posting_bytes.size())
    return std::nullopt;
  if (!std::is_sorted(parts.term_ends.begin(), parts.term_ends.end())) return std::nullopt;
  if (!std::is_sorted(parts.posting_ends.begin(), parts.posting_ends.end())) return std::nullopt;
  LexicalIndex out;
  out.term_bytes_ = std::move(parts.term_bytes);
  out.term_ends_ = std::move(parts.term_ends);
  out.frequencies_ = std::move(parts.frequencies);
  out.posting_bytes_ = std::move(parts.posting_bytes);
  out.posting_ends_ = std::move(parts.posting_ends);
  out.lengths_ = std::move(parts.lengths);
  for (std::size_t i = 0; i < terms; ++i) {
    if (i > 0 && out.slice(i - 1) >= out.slice(i)) return std::nullopt;
    if (!valid_list(out.postings(static_cast<TermId>(i)), out.frequencies_[i], out.chunks()))
      return std::nullopt;
  }
  for (const std::uint32_t length : out.lengths_) out.total_length_ += length;
  return out;
}

void LexicalBuilder::List::add(std::uint32_t chunk, std::uint32_t frequency) {
  const std::uint32_t gap = chunk - last;
  append_varint(bytes, gap << 1 | (frequency == 1 ? 1 : 0));
  if (frequency != 1) append_varint(bytes, frequency);
  last = chunk;
  ++count;
}

void LexicalBuilder::add_chunk(std::span<const std::string> terms) {
  const auto chunk = static_cast<std::uint32_t>(lengths_.size());
  std::unordered_map<std::string_view, std::uint32_t> counts;
  for (const std::string& term : terms) ++counts[term];
  for (const auto& [term, frequency] : counts) lists_[std::string(term)].add(chunk, frequency);
  lengths_.push_back(static_cast<std::uint32_t>(terms.size()));
}

void LexicalBuilder::add_index(const LexicalIndex& index,
                               std::span<const std::uint32_t> new_number) {
  for (std::size_t chunk = 0; chunk < new_number.size(); ++chunk)
    if (new_number[chunk] != kDropped) lengths_.push_back(index.length(chunk));
  for (std::size_t id = 0; id < index.terms(); ++id) {
    List* list = nullptr;
    PostingReader reader(index.postings(static_cast<LexicalIndex::TermId>(id)));
    for (Posting posting{}; reader.next(posting);) {
      if (new_number[posting.chunk] == kDropped) continue;
      if (list == nullptr)
        list = &lists_[std::string(index.term(static_cast<LexicalIndex::TermId>(id)))];
      list->add(new_number[posting.chunk], posting.frequency);
    }
  }
}

LexicalIndex LexicalBuilder::finish() {
  std::vector<const std::pair<const std::string, List>*> sorted;
  sorted.reserve(lists_.size());
  for (const auto& entry : lists_) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  LexicalIndex out;
  for (const auto* entry : sorted) {
    out.term_bytes_ += entry->first;
    out.term_ends_.push_back(static_cast<std::uint32_t>(out.term_bytes_.size()));
    out.frequencies_.push_back(entry->second.count);
    out.posting_bytes_.insert(out.posting_bytes_.end(), entry->second.bytes.begin(),
                              entry->second.bytes.end());
    out.posting_ends_.push_back(out.posting_bytes_.size());
  }
  out.lengths_ = std::move(lengths_);
  for (const std::uint32_t length : out.lengths_) out.total_length_ += length;
  lists_.clear();
  return out;
}

}  // namespace monitora::retrieval
