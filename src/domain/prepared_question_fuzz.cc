// Whatever somebody writes: values are of their types, and a statement is text.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "domain/prepared_question.h"
#include "domain/sql_prompt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  const std::string text = to_utf8({reinterpret_cast<const char*>(data), size});
  static const std::vector<QuestionParameter> kAll{
      {"a", ParameterType::date, "", {}},
      {"b", ParameterType::date, "", {}},
      {"c", ParameterType::integer, "", {}},
      {"d", ParameterType::text, "", {}},
      {"e", ParameterType::choice, "", {"Lyon", "Saint-Étienne"}}};
  const FilledParameters filled = fill_parameters(kAll, text, Time());
  if (filled.values.size() + filled.missing.size() != kAll.size()) std::abort();
  for (const auto& [name, value] : filled.values) {
    if (std::holds_alternative<std::int64_t>(value) != (name == "c")) std::abort();
    const auto* said = std::get_if<std::string>(&value);
    if (said != nullptr && !is_utf8(*said)) std::abort();
    if ((name == "a" || name == "b") && said->size() != 10) std::abort();
    if (name == "e" && *said != "Lyon" && *said != "Saint-Étienne") std::abort();
  }
  PreparedQuestion question;
  question.examples = {"commandes « de » Lyon"};
  (void)is_worded_like(text, question);
  (void)statement_in(text);
  return 0;
}
