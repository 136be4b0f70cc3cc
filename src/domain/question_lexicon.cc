#include "domain/question_lexicon.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace monitora {

namespace {

constexpr std::size_t kRoot = 5;  // letters that words of one family share at least

bool is_ending(std::string_view rest) {
  constexpr std::array<std::string_view, 26> kEndings = {
      "",   "at",  "ation", "ition", "ement", "ment",  "ag",  "eur", "abl",
      "if", "iv",  "e",     "er",    "ir",    "ant",   "anc", "i",   "iss",
      "r",  "ent", "ez",    "ons",   "ion",   "ateur", "u",   "ed"};
  return std::ranges::find(kEndings, rest) != kEndings.end();
}

}  // namespace

bool same_family(std::string_view one, std::string_view other) {
  if (one == other) return true;
  const auto common = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
  return common >= kRoot && is_ending(one.substr(common)) && is_ending(other.substr(common));
}

std::string stem_of(sb_stemmer* stemmer, const std::string& folded) {
  // The stemmer makes one of "maire" and "mairie", "consulter" and "consultation".
  for (const std::string_view whole : {"mairie", "consultation", "donnee"})
    if (folded == whole || (folded.starts_with(whole) && folded.size() == whole.size() + 1))
      return std::string(whole);
  // Without accents the stemmer takes "livrée" for another word than "livré".
  std::string word = folded;
  if (const std::size_t end = word.rfind("ee");
      end != std::string::npos && word.size() > 4 &&
      (end + 2 == word.size() || (end + 3 == word.size() && word.back() == 's')))
    word.erase(end, 1);
  // Nor does it know every plural.
  if (word.size() > 4 && word.back() == 's') word.pop_back();
  const auto* out = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                    static_cast<int>(word.size()));
  if (out == nullptr) return word;
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

QuestionLexicon::QuestionLexicon(std::string_view text, sb_stemmer* stemmer) {
  for (std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    const char kind = line.front();
    if (kind == '-' || kind == '~' || kind == '?' || kind == '@' || kind == '+' || kind == '>' ||
        kind == '!')
      line.remove_prefix(1);
    if (kind == '>' || kind == '!') {
      const std::size_t space = line.find(' ');
      (kind == '>' ? implied_ : excluded_)
          .emplace_back(id_of(line.substr(0, space)), id_of(line.substr(space + 1)));
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string_view head = trim(line.substr(0, colon));
    const std::string_view tail = trim(line.substr(colon + 1));
    if (kind == '+') {
      std::vector<Meaning> meanings;
      for (const std::string_view name : split(tail, ' '))
        if (!name.empty()) meanings.push_back({id_of(name)});
      if (meanings.empty()) meanings.push_back({kSmallWord});
      add(head, meanings, stemmer);
      continue;
    }
    const Concept id = kind == '-' ? kSmallWord : id_of(head);
    if (kind == '~' || kind == '?') optional_[id] = true;
    if (kind == '?') distinct_[id] = true;
    if (kind == '@') acting_[id] = true;
    for (const std::string_view form : split(tail, ',')) add(trim(form), {{id}}, stemmer);
  }
  for (auto& [first, forms] : forms_)
    std::ranges::stable_sort(forms, std::ranges::greater(),
                             [](const Form& form) { return form.words.size(); });
  for (const auto& [stem, meaning] : stems_)
    if (stem.size() >= kRoot) families_[stem.substr(0, kRoot)].push_back(stem);
  for (auto& [root, stems] : families_) std::ranges::sort(stems);
}

void QuestionLexicon::add(std::string_view form, const std::vector<Meaning>& meanings,
                          sb_stemmer* stemmer) {
  std::vector<Word> words;
  for (const std::string_view word : split(form, ' '))
    words.push_back({std::string(word), stem_of(stemmer, std::string(word))});
  const auto also = [&](std::vector<Meaning>& known) {
    if (known.empty()) {
      known = meanings;
    } else if (known.size() == 1 && meanings.size() == 1) {
      const Concept id = meanings.front().front();
      Meaning& any = known.front();
      if (std::ranges::find(any, id) != any.end()) return;
      // What one line calls a small word says something in another.
      if (any.front() == kSmallWord) any.clear();
      if (id != kSmallWord) any.push_back(id);
    }
  };
  if (words.size() == 1) {
    also(words_[words.front().folded]);
    // A small word only as it is written: "automatiquement" may say nothing, "automatique" does.
    if (meanings.front().front() != kSmallWord) also(stems_[words.front().stem]);
    return;
  }
  std::vector<Form>& same_start = forms_[words.front().stem];
  const auto known = std::ranges::find_if(same_start, [&](const Form& each) {
    return std::ranges::equal(each.words, words, {}, &Word::folded, &Word::folded);
  });
  if (known == same_start.end())
    same_start.push_back({std::move(words), meanings});
  else
    also(known->meanings);
}

const std::vector<QuestionLexicon::Meaning>* QuestionLexicon::meaning_of(const Word& word) const {
  if (const auto found = words_.find(word.folded); found != words_.end()) return &found->second;
  if (const auto found = stems_.find(word.stem); found != stems_.end()) return &found->second;
  const auto family = families_.find(word.stem.substr(0, kRoot));
  if (family == families_.end()) return nullptr;
  for (const std::string& each : family->second)
    if (same_family(word.stem, each)) return &stems_.at(each);
  return nullptr;
}

bool QuestionLexicon::is_small(const Word& word) const {
  const std::vector<Meaning>* meanings = meaning_of(word);
  return meanings != nullptr && meanings->front().front() == kSmallWord;
}

std::size_t QuestionLexicon::length_of(const Form& form, std::span<const Word> text,
                                       bool exactly) const {
  const auto same = [&](const Word& one, const Word& other) {
    return exactly ? one.folded == other.folded : one.stem == other.stem;
  };
  if (!same(form.words.front(), text.front())) return 0;
  std::size_t next = 1;
  for (std::size_t i = 1; i < form.words.size(); ++i) {
    while (next < text.size() && !same(text[next], form.words[i]) && is_small(text[next])) ++next;
    if (next == text.size() || !same(text[next], form.words[i])) return 0;
    ++next;
  }
  return next;
}

QuestionLexicon::Match QuestionLexicon::longest(std::span<const Word> text) const {
  if (const auto forms = forms_.find(text.front().stem); forms != forms_.end()) {
    const Form* best = nullptr;
    std::size_t words = 0;
    for (const Form& form : forms->second) {  // the longest first
      if (best != nullptr && form.words.size() < best->words.size()) break;
      if (const std::size_t exact = length_of(form, text, true)) {
        best = &form, words = exact;
        break;
      }
      if (best != nullptr) continue;
      if (const std::size_t length = length_of(form, text, false)) best = &form, words = length;
    }
    if (best != nullptr) return {words, best->meanings};
  }
  if (const std::vector<Meaning>* meanings = meaning_of(text.front())) return {1, *meanings};
  return {};
}

bool QuestionLexicon::implies(Concept said, Concept unsaid) const {
  return std::ranges::find(implied_, std::pair(said, unsaid)) != implied_.end();
}

bool QuestionLexicon::excludes(Concept one, Concept other) const {
  return std::ranges::find(excluded_, std::pair(one, other)) != excluded_.end() ||
         std::ranges::find(excluded_, std::pair(other, one)) != excluded_.end();
}

QuestionLexicon::Concept QuestionLexicon::find(std::string_view name) const {
  const auto found = ids_.find(std::string(name));
  return found == ids_.end() ? kSmallWord : found->second;
}

QuestionLexicon::Concept QuestionLexicon::id_of(std::string_view name) {
  const auto [found, is_new] = ids_.emplace(std::string(name), static_cast<Concept>(names_.size()));
  if (is_new) {
    names_.emplace_back(name);
    optional_.push_back(false);
    distinct_.push_back(false);
    acting_.push_back(false);
  }
  return found->second;
}

}  // namespace monitora
