// A question that a statement was written for: an SQL text whose :names stand for values, taken
// from the message by rules that anybody can follow. Used with and without a language model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/external_database.h"

namespace monitora {

using PreparedQuestionId = Id<struct PreparedQuestionTag>;

enum class ParameterType { text, integer, date, choice };
// As the wire and the database write them.
std::string_view to_string(ParameterType type);
std::optional<ParameterType> parse_parameter_type(std::string_view text);

struct QuestionParameter {
  std::string name;  // of letters, digits and _: the statement's :name
  ParameterType type = ParameterType::text;
  std::string label;                // for people: "numéro de commande"
  std::vector<std::string> values;  // of a choice
};

struct PreparedQuestion {
  static constexpr std::size_t kMost = 50;                 // a workspace
  static constexpr std::size_t kLongestDescription = 500;  // characters, of an example too
  static constexpr std::size_t kMostExamples = 10;
  static constexpr std::size_t kMostParameters = 10;
  static constexpr std::size_t kMostValues = 100;
  static constexpr std::size_t kLongestStatement = 8000;

  PreparedQuestionId id;
  std::string description;            // what it answers
  std::vector<std::string> examples;  // how people ask it
  std::string sql;
  std::vector<QuestionParameter> parameters;
  bool is_enabled = true;
  Time created_at;
  Time updated_at;
};

// invalid `description`, `examples`, `parameters`: whatever is wrong at once. The statement is the
// guard's to judge.
Status check_prepared_question(const PreparedQuestion& question);

// What a message says of the parameters, in their order; nothing is taken twice.
//   choice   the one value of the list that is in the message, as whole words, without case or
//            accents; of values that contain each other the longest
//   date     2026-03-05, 05/03/2026 or 05.03.2026 (the day first), "5 mars 2026", "March 5, 2026",
//            aujourd'hui, hier, today, yesterday; as YYYY-MM-DD
//   integer  the first number that is not part of a date or of a word
//   text     the first text in quotation marks; else the first word with a digit in it
// A parameter that nothing or, for a choice, too much is said of is missing.
struct FilledParameters {
  ExternalParameters values;
  std::vector<const QuestionParameter*> missing;  // of the parameters that were given
};
FilledParameters fill_parameters(const std::vector<QuestionParameter>& parameters,
                                 std::string_view message, Time now);

// Whether what the message asks about is in one of these wordings, or in several together: every
// word that says something, but for values (quoted texts, dates, numbers, listed values). French
// and English.
bool is_worded_like(std::string_view message, const PreparedQuestion& question);

// "I need to know: …", in French or English.
std::string ask_for_parameters(const std::vector<const QuestionParameter*>& missing,
                               std::string_view language);

// Values of the right types for trying a statement that nobody has asked yet.
ExternalParameters example_parameters(const std::vector<QuestionParameter>& parameters);

}  // namespace monitora
