// Any bytes as a chunk and as a question: terms stay well-formed and bounded.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "retrieval/analyzer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using monitora::retrieval::Analyzer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> terms;
  Analyzer::of_thread().chunk_terms(text, terms);
  for (const std::string& term : terms)
    if (term.empty() || term.size() > 4 * Analyzer::kMaxWordBytes || !monitora::is_utf8(term))
      std::abort();
  if (Analyzer::of_thread().question_words(text).size() > Analyzer::kMaxQueryWords) std::abort();
  return 0;
}
