#include "ingest/chunker.h"

#include <algorithm>
#include <string>

#include "base/sentences.h"
#include "base/text.h"

namespace monitora::ingest {
namespace {

// A sentence (or a part of one that is too long), with its size.
struct Unit {
  Span span;
  std::size_t characters = 0;  // white space at the end left out
  std::size_t trailing = 0;    // that white space
  int row = 0;                 // of the block it comes from, 0 for none
};

// The blocks that share a page, a sheet and a heading, as one text.
struct Section {
  std::string text;
  Place place;
  std::vector<Unit> units;
};

bool belongs_together(const Place& a, const Place& b) {
  return a.page == b.page && a.sheet == b.sheet && a.heading == b.heading &&
         a.row.has_value() == b.row.has_value();
}

// Text without the white space at its end, Unicode's included: it counts for no chunk's size.
std::string_view without_blank_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!is_blank(text.substr(last))) break;
    text = text.substr(0, last);
  }
  return text;
}

void add_unit(Section& section, const Span& part, int row) {
  const std::string_view whole =
      std::string_view(section.text).substr(part.begin, part.end - part.begin);
  const std::size_t all = count_characters(whole);
  const std::size_t characters = count_characters(without_blank_end(whole));
  if (characters > 0) {
    section.units.push_back({part, characters, all - characters, row});
  } else if (!section.units.empty()) {  // nothing to read: the end of what stands before it
    Unit& before = section.units.back();
    before.span.end = part.end;
    before.span.ends_paragraph = before.span.ends_paragraph || part.ends_paragraph;
    before.trailing += all;
  }
}

void add_units(Section& section, std::size_t begin, std::size_t limit, const Place& place) {
  const std::string_view text = section.text;
  std::vector<Span> sentences;
  if (place.row)
    sentences.push_back({begin, text.size(), true});
  else
    sentences = split_sentences(text.substr(begin));
  for (Span sentence : sentences) {
    if (!place.row) {
      sentence.begin += begin;
      sentence.end += begin;
    }
    const std::string_view whole = text.substr(sentence.begin, sentence.end - sentence.begin);
    const bool fits = count_characters(without_blank_end(whole)) <= limit;
    for (const Span& part :
         fits ? std::vector<Span>{sentence} : split_long(text, sentence, limit)) {
      add_unit(section, part, place.row.value_or(0));
    }
  }
}

std::vector<Section> make_sections(const ExtractedText& text, std::size_t limit) {
  std::vector<Section> sections;
  for (const TextBlock& block : text.blocks) {
    if (is_blank(block.text)) continue;
    if (sections.empty() || !belongs_together(sections.back().place, block.place)) {
      sections.emplace_back();
      sections.back().place = block.place;
    }
    Section& section = sections.back();
    if (!section.text.empty()) {
      const std::string_view separator = block.place.row ? "\n" : "\n\n";
      section.text += separator;
      section.units.back().span.end += separator.size();
      section.units.back().trailing += separator.size();
    }
    const std::size_t begin = section.text.size();
    section.text += block.text;
    add_units(section, begin, limit, block.place);
  }
  return sections;
}

class Packer {
 public:
  Packer(const Section& section, std::size_t size, std::size_t overlap)
      : section_(section), size_(size), overlap_(section.place.row ? 0 : overlap) {}

  void pack(std::vector<Chunk>& chunks) {
    std::size_t fresh = 0;  // the first unit that no chunk holds yet
    while (fresh < section_.units.size()) {
      const std::size_t begin = with_overlap(fresh);
      const std::size_t end = fill(begin, fresh);
      emit(begin, end, chunks);
      fresh = end;
    }
  }

 private:
  const std::vector<Unit>& units() const { return section_.units; }

  // Characters of the text from unit `begin` to before `end`.
  std::size_t length(std::size_t begin, std::size_t end) const {
    std::size_t total = 0;
    for (std::size_t i = begin; i < end; ++i)
      total += units()[i].characters + (i + 1 < end ? units()[i].trailing : 0);
    return total;
  }

  // Goes back over whole sentences while they fit the overlap and leave room for the next one.
  std::size_t with_overlap(std::size_t fresh) const {
    if (fresh == 0) return fresh;
    std::size_t begin = fresh;
    std::size_t repeated = 0;
    while (begin > 0) {
      const Unit& unit = units()[begin - 1];
      repeated += unit.characters + unit.trailing;
      if (repeated > overlap_ || repeated + units()[fresh].characters > size_) break;
      --begin;
    }
    return begin;
  }

  // As many units as fit; back to the end of a paragraph if one lies in the second half.
  std::size_t fill(std::size_t begin, std::size_t fresh) const {
    std::size_t end = fresh + 1;
    std::size_t total = length(begin, end);
    while (end < units().size()) {
      const std::size_t more = units()[end - 1].trailing + units()[end].characters;
      if (total + more > size_) break;
      total += more;
      ++end;
    }
    if (end == units().size() || section_.place.row) return end;
    std::size_t kept = total;
    for (std::size_t cut = end; cut > fresh + 1 && 2 * kept >= size_; --cut) {
      if (units()[cut - 1].span.ends_paragraph) return cut;
      kept -= units()[cut - 1].characters + units()[cut - 2].trailing;
    }
    return end;
  }

  void emit(std::size_t begin, std::size_t end, std::vector<Chunk>& chunks) const {
    const std::size_t from = units()[begin].span.begin;
    const std::string_view content = trim(without_blank_end(
        std::string_view(section_.text).substr(from, units()[end - 1].span.end - from)));
    Chunk chunk;
    chunk.index = static_cast<int>(chunks.size());
    chunk.content = content;
    chunk.place = section_.place;
    if (units()[begin].row) chunk.place.row = units()[begin].row;
    chunks.push_back(std::move(chunk));
  }

  const Section& section_;
  std::size_t size_;
  std::size_t overlap_;
};

}  // namespace

std::vector<Chunk> chunk_text(const ExtractedText& text, const ChunkingOptions& options) {
  const auto size = static_cast<std::size_t>(std::max(options.chunk_size, 1));
  const auto overlap = std::min(static_cast<std::size_t>(std::max(options.overlap, 0)), size / 2);
  std::vector<Chunk> chunks;
  for (const Section& section : make_sections(text, size))
    Packer(section, size, overlap).pack(chunks);
  return chunks;
}

}  // namespace monitora::ingest
