#include "base/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/text.h"

namespace monitora {
namespace {

// A break iterator is costly to make and not thread-safe: each thread keeps its own.
icu::BreakIterator& iterator(icu::BreakIterator* (*make)(const icu::Locale&, UErrorCode&),
                             std::unique_ptr<icu::BreakIterator>& kept) {
  if (!kept) {
    UErrorCode error = U_ZERO_ERROR;
    kept.reset(make(icu::Locale::getFrench(), error));
  }
  return *kept;
}

icu::BreakIterator& sentence_iterator() {
  thread_local std::unique_ptr<icu::BreakIterator> kept;
  return iterator(icu::BreakIterator::createSentenceInstance, kept);
}
icu::BreakIterator& word_iterator() {
  thread_local std::unique_ptr<icu::BreakIterator> kept;
  return iterator(icu::BreakIterator::createLineInstance, kept);
}
icu::BreakIterator& grapheme_iterator() {
  thread_local std::unique_ptr<icu::BreakIterator> kept;
  return iterator(icu::BreakIterator::createCharacterInstance, kept);
}

// The boundaries inside `text` (its end included), in bytes.
std::vector<std::size_t> boundaries(icu::BreakIterator& breaks, std::string_view text) {
  std::vector<std::size_t> found;
  UErrorCode error = U_ZERO_ERROR;
  UText* utext =
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &error);
  breaks.setText(utext, error);
  for (std::int32_t at = breaks.next(); U_SUCCESS(error) && at != icu::BreakIterator::DONE;
       at = breaks.next()) {
    found.push_back(static_cast<std::size_t>(at));
  }
  utext_close(utext);
  if (found.empty() || found.back() != text.size()) found.push_back(text.size());
  return found;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

// Words that a full stop shortens, without it, in lower case.
constexpr std::array<std::string_view, 62> kAbbreviations = {
    "m",    "mm",   "mme",  "mlle", "dr",   "pr",  "me",    "st",     "ste",   "art",    "al",
    "alin", "chap", "cf",   "p",    "pp",   "ex",  "p. ex", "env",    "etc",   "fig",    "vol",
    "no",   "n",    "nos",  "réf",  "ref",  "tél", "tel",   "av",     "bd",    "boul",   "janv",
    "févr", "avr",  "juil", "sept", "oct",  "nov", "déc",   "min",    "max",   "mr",     "mrs",
    "ms",   "prof", "sr",   "jr",   "vs",   "e.g", "i.e",   "c.-à-d", "c-à-d", "approx", "dept",
    "est",  "inc",  "ltd",  "co",   "corp", "sq",  "ca"};

// True when the full stop at the end of `sentence` belongs to its last word.
bool ends_with_abbreviation(std::string_view sentence) {
  while (!sentence.empty() && is_space(sentence.back())) sentence.remove_suffix(1);
  while (sentence.ends_with("\u00A0")) sentence.remove_suffix(2);
  if (!sentence.ends_with('.') || sentence.ends_with("...")) return false;
  sentence.remove_suffix(1);
  const std::size_t start = sentence.find_last_of(" \t\n(['’\"«");
  std::string_view word = start == std::string_view::npos ? sentence : sentence.substr(start + 1);
  while (!word.empty() && (static_cast<unsigned char>(word.front()) & 0xC0) == 0x80)
    word.remove_prefix(1);
  if (word.empty()) return false;
  const bool initial = word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z';
  const std::string folded = fold_case(word);
  // "etc." and units do end sentences when a capital follows; ICU only asks when one does.
  if (folded == "etc" || folded == "min" || folded == "max") return false;
  return initial ||
         std::find(kAbbreviations.begin(), kAbbreviations.end(), folded) != kAbbreviations.end();
}

bool starts_item(std::string_view line) {
  line = trim(line);
  if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("•") ||
      line.starts_with("– "))
    return true;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  return digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')');
}

// A newline of a text that was wrapped to a width says nothing: the line before it is long and does
// not end a sentence, and the one after it is no item.
bool is_wrapped(std::string_view before, std::string_view after) {
  constexpr std::size_t kWrapped = 50;
  if (starts_item(after) || before.find(" | ") != std::string_view::npos) return false;
  return count_characters(before) >= kWrapped && !before.ends_with('.') && !before.ends_with(':');
}

std::string unwrap(std::string_view paragraph) {
  std::string copy(paragraph);
  std::size_t line = 0;
  for (std::size_t at = copy.find('\n'); at != std::string::npos; at = copy.find('\n', at + 1)) {
    const std::size_t next = std::min(paragraph.find('\n', at + 1), paragraph.size());
    if (is_wrapped(paragraph.substr(line, at - line), paragraph.substr(at + 1, next - at - 1)))
      copy[at] = ' ';
    line = at + 1;
  }
  return copy;
}

// Past the end of the paragraph that begins at `begin`, with the blank lines after it.
std::size_t paragraph_end(std::string_view text, std::size_t begin) {
  std::size_t at = text.find('\n', begin);
  while (at != std::string_view::npos) {
    std::size_t next = at + 1;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\t')) ++next;
    if (next < text.size() && text[next] == '\n') {
      while (next < text.size() && is_space(text[next])) ++next;
      return next;
    }
    at = text.find('\n', next);
  }
  return text.size();
}

}  // namespace

std::vector<Span> split_sentences(std::string_view utf8) {
  std::vector<Span> spans;
  for (std::size_t begin = 0; begin < utf8.size();) {
    const std::size_t end = paragraph_end(utf8, begin);
    const std::string paragraph = unwrap(utf8.substr(begin, end - begin));
    std::size_t from = 0;
    for (std::size_t to : boundaries(sentence_iterator(), paragraph)) {
      const std::string_view sentence = std::string_view(paragraph).substr(from, to - from);
      if (to < paragraph.size() && (ends_with_abbreviation(sentence) || is_blank(sentence)))
        continue;
      spans.push_back({begin + from, begin + to, false});
      from = to;
    }
    if (!spans.empty()) spans.back().ends_paragraph = true;
    begin = end;
  }
  return spans;
}

std::vector<Span> split_long(std::string_view utf8, const Span& span, std::size_t characters) {
  const std::size_t limit = std::max<std::size_t>(characters, 1);
  std::vector<Span> parts;
  std::size_t begin = span.begin;
  std::size_t length = 0;  // of the part that grows, in characters
  const auto close = [&](std::size_t end) {
    if (end > begin) parts.push_back({begin, end, false});
    begin = end;
    length = 0;
  };
  // Adds what lies up to `end`, in parts; pieces too long for one go to the next finer kind of cut.
  const auto add = [&](auto&& self, std::size_t from, std::size_t to, int finer) -> void {
    const std::string_view piece = utf8.substr(from, to - from);
    const std::size_t size = count_characters(piece);
    if (length + size <= limit) {
      length += size;
      return;
    }
    if (size <= limit) {
      close(from);
      length = size;
      return;
    }
    std::vector<std::size_t> cuts;
    if (finer == 0)
      cuts = boundaries(word_iterator(), piece);
    else if (finer == 1)
      cuts = boundaries(grapheme_iterator(), piece);
    else
      for (std::size_t at = 0; at < piece.size();) {
        next_character(piece, at);
        cuts.push_back(at);
      }
    std::size_t last = 0;
    for (std::size_t cut : cuts) {
      self(self, from + last, from + cut, finer + 1);
      last = cut;
    }
  };
  add(add, span.begin, span.end, 0);
  close(span.end);
  parts.back().ends_paragraph = span.ends_paragraph;
  return parts;
}

}  // namespace monitora
