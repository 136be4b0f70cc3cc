#include "llm/embedding_tokenizer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

#include "base/text.h"

namespace monitora::llm {
namespace {

constexpr char32_t kSpace = U' ';
constexpr char32_t kSpaceMark = U'\u2581';
// Added to the rarest piece's score for a character that no piece covers (SentencePiece's
// constant).
constexpr float kUnknownPenalty = 10;

// FNV-1a, whose state after a prefix is the prefix's hash: one walk over a text hashes all of them.
constexpr std::uint64_t kHashStart = 14695981039346656037U;
std::uint64_t hash_on(std::uint64_t hash, char byte) {
  return (hash ^ static_cast<std::uint8_t>(byte)) * 1099511628211U;
}

// FNV's low bits mix poorly for short keys: fold the high ones in.
std::size_t spread(std::uint64_t hash) {
  return static_cast<std::size_t>(hash ^ hash >> 29);
}

bool continues_a_character(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xC0) == 0x80;
}

}  // namespace

UnigramTokenizer::UnigramTokenizer(const UnigramTables& tables) : tables_(tables) {
  const std::uint8_t* at = tables_.rule_bytes.data();
  rules_.reserve(static_cast<std::size_t>(tables_.rules));
  for (int i = 0; i < tables_.rules; ++i) {
    Rule rule;
    std::uint32_t word = 0;
    std::memcpy(&word, at, 4);
    rule.from = word;
    const int count = at[4];
    at += 5;
    rule.begin = static_cast<std::uint32_t>(replacements_.size());
    for (int j = 0; j < count; ++j, at += 4) {
      std::memcpy(&word, at, 4);
      replacements_.push_back(word);
    }
    rule.end = static_cast<std::uint32_t>(replacements_.size());
    rules_.push_back(rule);
  }

  const auto pieces = static_cast<std::size_t>(tables_.pieces);
  slots_.resize(std::bit_ceil(pieces * 2));
  prefixes_.resize(std::bit_ceil(std::max<std::size_t>(tables_.text.size() * 2, 64)) / 64);
  unknown_score_ = std::numeric_limits<float>::max();
  for (std::int32_t id = 0; id < tables_.pieces; ++id) {
    unknown_score_ = std::min(unknown_score_, score(id));
    if (id != tables_.unknown) index_piece(id);
  }
  unknown_score_ -= kUnknownPenalty;
}

std::string_view UnigramTokenizer::piece(std::int32_t id) const {
  std::uint32_t bounds[2];
  std::memcpy(bounds, tables_.offsets + static_cast<std::size_t>(id) * 4, 8);
  return tables_.text.substr(bounds[0], bounds[1] - bounds[0]);
}

float UnigramTokenizer::score(std::int32_t id) const {
  float value = 0;
  std::memcpy(&value, tables_.scores + static_cast<std::size_t>(id) * 4, 4);
  return value;
}

void UnigramTokenizer::index_piece(std::int32_t id) {
  const std::string_view bytes = piece(id);
  if (bytes.empty()) return;
  longest_piece_ = std::max(longest_piece_, count_characters(bytes));
  std::uint64_t hash = kHashStart;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    hash = hash_on(hash, bytes[i]);
    if (i + 1 < bytes.size() && continues_a_character(bytes[i + 1])) continue;
    const std::size_t bit = spread(hash) & (prefixes_.size() * 64 - 1);
    prefixes_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
  std::size_t slot = spread(hash) & (slots_.size() - 1);
  while (slots_[slot] != 0) {
    if (piece(slots_[slot] - 1) == bytes) return;  // spelled twice: the first counts
    slot = (slot + 1) & (slots_.size() - 1);
  }
  slots_[slot] = id + 1;
}

std::int32_t UnigramTokenizer::find(std::string_view bytes, std::uint64_t hash) const {
  for (std::size_t slot = spread(hash) & (slots_.size() - 1); slots_[slot] != 0;
       slot = (slot + 1) & (slots_.size() - 1)) {
    const std::int32_t id = slots_[slot] - 1;
    if (piece(id) == bytes) return id;
  }
  return -1;
}

bool UnigramTokenizer::may_begin_a_piece(std::uint64_t hash) const {
  const std::size_t bit = spread(hash) & (prefixes_.size() * 64 - 1);
  return (prefixes_[bit / 64] >> bit % 64 & 1) != 0;
}

void UnigramTokenizer::append_normalised(char32_t c, std::vector<char32_t>& out) const {
  const auto push = [&](char32_t next) {
    if (next != kSpace || out.empty() || out.back() != kSpace) out.push_back(next);
  };
  const auto rule = std::lower_bound(rules_.begin(), rules_.end(), c,
                                     [](const Rule& r, char32_t value) { return r.from < value; });
  if (rule == rules_.end() || rule->from != c) return push(c);
  for (std::uint32_t i = rule->begin; i < rule->end; ++i) push(replacements_[i]);
}

std::vector<char32_t> UnigramTokenizer::normalise(std::string_view text,
                                                  std::size_t most_characters) const {
  std::vector<char32_t> out;
  out.reserve(std::min(text.size(), most_characters) + 1);
  for (std::size_t at = 0; at < text.size() && out.size() < most_characters;) {
    const char32_t c = next_character(text, at);
    if (c != 0) append_normalised(c, out);
  }
  if (out.size() > most_characters) out.resize(most_characters);  // one may become eighteen
  return out;
}

std::vector<std::int32_t> UnigramTokenizer::encode(std::string_view text,
                                                   std::size_t most_characters) const {
  const std::vector<char32_t> characters = normalise(text, most_characters);
  std::string spelled;
  spelled.reserve(characters.size() * 2 + 3);
  std::vector<std::uint32_t> begins;  // of each character in `spelled`, then its end
  begins.reserve(characters.size() + 2);
  const auto spell = [&](char32_t c) {
    begins.push_back(static_cast<std::uint32_t>(spelled.size()));
    append_utf8(spelled, c == kSpace ? kSpaceMark : c);
  };
  if (characters.empty() || characters.front() != kSpace) spell(kSpace);
  for (char32_t c : characters) spell(c);
  const std::size_t count = begins.size();
  begins.push_back(static_cast<std::uint32_t>(spelled.size()));

  struct Best {  // the best way to reach a character boundary
    float score = std::numeric_limits<float>::lowest();
    std::int32_t id = 0;
    std::uint32_t from = 0;
  };
  std::vector<Best> best(count + 1);
  best[0].score = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto reach = [&](std::size_t end, std::int32_t id, float score_of_piece) {
      const float total = best[i].score + score_of_piece;
      if (total > best[end].score) best[end] = {total, id, static_cast<std::uint32_t>(i)};
    };
    std::uint64_t hash = kHashStart;
    for (std::size_t end = i + 1; end <= count; ++end) {
      for (std::uint32_t b = begins[end - 1]; b < begins[end]; ++b)
        hash = hash_on(hash, spelled[b]);
      if (!may_begin_a_piece(hash)) break;
      const std::int32_t id = find({spelled.data() + begins[i], begins[end] - begins[i]}, hash);
      if (id >= 0) reach(end, id, score(id));
    }
    reach(i + 1, tables_.unknown, unknown_score_);
  }

  std::vector<std::int32_t> ids;
  for (std::size_t end = count; end > 0; end = best[end].from) ids.push_back(best[end].id);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace monitora::llm
