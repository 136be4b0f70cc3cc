#include "domain/citations.h"

#include <utility>

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestCitation = 8;
constexpr std::size_t kExcerptCharacters = 320;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string CitationFilter::push(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (held_.empty()) {
      if (c == '[')
        held_ = c;
      else
        out += c;
      continue;
    }
    if (is_digit(c) && held_.size() < kLongestCitation) {
      held_ += c;
      continue;
    }
    if (c == ']' && held_.size() > 1) {
      const int number = std::stoi(held_.substr(1));
      if (number >= 1 && number <= sources_) out += held_ + ']';
      held_.clear();
      continue;
    }
    out += held_;
    held_.clear();
    if (c == '[')
      held_ = c;
    else
      out += c;
  }
  return out;
}

std::string CitationFilter::finish() {
  return std::exchange(held_, {});
}

std::vector<Source> sources_of(const std::vector<Passage>& passages) {
  std::vector<Source> sources;
  sources.reserve(passages.size());
  for (const Passage& passage : passages) {
    Source source;
    source.index = static_cast<int>(sources.size()) + 1;
    source.document_id = passage.document_id;
    source.filename = passage.filename;
    source.page = passage.place.page;
    const std::string text = collapse_spaces(passage.content);
    source.excerpt = character_prefix(text, kExcerptCharacters);
    if (source.excerpt.size() < text.size()) source.excerpt += "…";
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace monitora
