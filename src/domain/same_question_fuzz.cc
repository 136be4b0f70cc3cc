#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "domain/same_question.h"

// Whatever a visitor types is compared, and every question asks what it asks.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text =
      monitora::to_utf8({reinterpret_cast<const char*>(data), size < 2000 ? size : 2000});
  const std::size_t half = monitora::utf8_prefix(text, text.size() / 2).size();
  const auto all = monitora::question_meaning(text);
  const auto one = monitora::question_meaning(std::string_view(text).substr(0, half));
  const auto other = monitora::question_meaning(std::string_view(text).substr(half));
  (void)monitora::question_difference(one, other);
  const std::string itself = monitora::question_difference(all, all);
  if (!itself.empty() && itself != "nothing in common") std::abort();
  return 0;
}
