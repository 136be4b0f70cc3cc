// The answer when no language model is configured: the sentences of the retrieved passages that say
// most about the question, quoted word for word with their sources and labelled as an extract.
// It never writes a sentence of its own beyond that label.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/chat_model.h"

namespace monitora::llm {

struct Quote {
  int passage = 0;   // from 1
  std::string text;  // as it stands in the passage, white space collapsed
};

// The best quotes, best passage first, in reading order within one; empty when no sentence shares a
// word with the question. Sentences are weighed by the question's stemmed words that they (or their
// heading) hold, rarer words more; a question or a heading stands for the sentence that follows it.
std::vector<Quote> choose_quotes(const std::string& question, const std::vector<Passage>& passages);

// Answers on the calling thread, within start(). Thread-safe.
class ExtractiveModel final : public ChatModel {
 public:
  std::unique_ptr<ChatCall> start(ChatRequest request,
                                  std::shared_ptr<ChatListener> listener) override;
  bool is_extractive() const override { return true; }
};

}  // namespace monitora::llm
