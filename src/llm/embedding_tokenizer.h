// XLM-R's SentencePiece tokenizer: a per-character normalisation, spaces written as U+2581, then
// the segmentation into unigram pieces with the highest sum of log probabilities (Viterbi; Kudo
// 2018, "Subword Regularization"). Gives the ids that the model was trained with; special pieces
// written out in a text ("</s>") count as such, as in the model's own tokenizer.
//
// Time is linear in the text. Immutable after construction, thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "llm/embedding_file.h"

namespace monitora::llm {

class UnigramTokenizer {
 public:
  // Borrows the tables' bytes, which must outlive it and have been checked by
  // EmbeddingModelFile::parse().
  explicit UnigramTokenizer(const UnigramTables& tables);

  // The ids of `text` without the special tokens around them; never empty (an empty text is one
  // space). Ill-formed UTF-8 is read as U+FFFD. Reads no further than `most_characters` normalised
  // characters; needs some 25 bytes of memory for each.
  std::vector<std::int32_t> encode(std::string_view text,
                                   std::size_t most_characters = SIZE_MAX) const;
  // So many characters hold at least `tokens` tokens.
  std::size_t characters_for(std::size_t tokens) const { return tokens * longest_piece_; }

  std::int32_t bos() const { return tables_.bos; }
  std::int32_t eos() const { return tables_.eos; }

 private:
  struct Rule {
    char32_t from = 0;
    std::uint32_t begin = 0;  // in replacements_
    std::uint32_t end = 0;
  };

  std::string_view piece(std::int32_t id) const;
  float score(std::int32_t id) const;
  void index_piece(std::int32_t id);
  // The id of the piece spelled `bytes`, whose hash is `hash`; -1 if there is none.
  std::int32_t find(std::string_view bytes, std::uint64_t hash) const;
  bool may_begin_a_piece(std::uint64_t hash) const;
  void append_normalised(char32_t c, std::vector<char32_t>& out) const;
  std::vector<char32_t> normalise(std::string_view text, std::size_t most_characters) const;

  UnigramTables tables_;
  std::vector<Rule> rules_;  // sorted by `from`
  std::vector<char32_t> replacements_;
  std::vector<std::int32_t> slots_;  // open addressing by hash: id + 1, 0 is free
  std::vector<std::uint64_t>
      prefixes_;  // a Bloom filter of the pieces' prefixes: ends a search early
  float unknown_score_ = 0;
  std::size_t longest_piece_ = 1;  // in characters
};

}  // namespace monitora::llm
