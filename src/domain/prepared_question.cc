#include "domain/prepared_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include "base/text.h"
#include "domain/same_question.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kLongestValue = 200;  // of what is taken from a message

constexpr std::pair<std::string_view, std::string_view> kQuotationMarks[] = {
    {"«", "»"}, {"“", "”"}, {"\"", "\""}, {"„", "“"}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         c == '_';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && !is_digit(name[0]) &&
         std::ranges::all_of(
             name, [](char c) { return is_word(c) && static_cast<unsigned char>(c) < 0x80; });
}

bool is_line(std::string_view text, std::size_t most) {
  return !is_blank(text) && count_characters(text) <= most;
}

// "n°12" is a number's sign and a number.
std::string without_degrees(std::string text) {
  for (std::size_t at = 0; (at = text.find("°", at)) != std::string::npos;)
    text.replace(at, std::string_view("°").size(), " ");
  return text;
}

// A message of which parts are used up.
class Message {
 public:
  explicit Message(std::string_view text)
      : text_(collapse_spaces(without_degrees(nfkc(text)))), used_(text_.size(), false) {}

  const std::string& text() const { return text_; }
  bool is_free(std::size_t from, std::size_t length) const {
    return std::none_of(at(from), at(from + length), [](bool used) { return used; });
  }
  void use(std::size_t from, std::size_t length) {
    std::fill(used_.begin() + static_cast<std::ptrdiff_t>(from),
              used_.begin() + static_cast<std::ptrdiff_t>(from + length), true);
  }
  bool starts_word(std::size_t at) const { return at == 0 || !is_word(text_[at - 1]); }
  bool ends_word(std::size_t at) const { return at >= text_.size() || !is_word(text_[at]); }

 private:
  std::vector<bool>::const_iterator at(std::size_t place) const {
    return used_.begin() + static_cast<std::ptrdiff_t>(place);
  }
  const std::string text_;
  std::vector<bool> used_;
};

// Folding changes lengths, so a choice is not marked as used: its words are no numbers or dates.
std::optional<std::string> choice_in(const Message& message,
                                     const std::vector<std::string>& values) {
  const auto words = [](std::string_view text) {
    std::string out = " ";
    for (const char c : fold_accents(text)) out += is_word(c) ? c : ' ';
    return collapse_spaces(out + " ").insert(0, " ") + " ";
  };
  const std::string text = words(message.text());
  std::vector<std::pair<std::string, std::string>> found;  // folded, as it is listed
  for (const std::string& value : values) {
    const std::string folded = words(value);
    if (text.find(folded) != std::string::npos) found.emplace_back(folded, value);
  }
  std::erase_if(found, [&](const auto& each) {
    return std::ranges::any_of(found, [&](const auto& other) {
      return other.first.size() > each.first.size() &&
             other.first.find(each.first) != std::string::npos;
    });
  });
  return found.size() == 1 ? std::optional(found[0].second) : std::nullopt;
}

// Digits from `at`, at most `most` of them, and no more follow.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t least,
                          std::size_t most) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end - at < least || end - at > most) return std::nullopt;
  int value = 0;
  std::from_chars(text.data() + at, text.data() + end, value);
  at = end;
  return value;
}

std::optional<std::string> date_text(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

int month_of(std::string_view word) {
  static constexpr std::array<std::string_view, 24> kMonths{
      "janvier", "fevrier",  "mars",      "avril",   "mai",      "juin",
      "juillet", "aout",     "septembre", "octobre", "novembre", "decembre",
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  const std::string folded = fold_accents(word);
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (folded == kMonths[i]) return static_cast<int>(i % 12) + 1;
  return 0;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(at, end - at);
}
void skip(std::string_view text, std::size_t& at, std::string_view what) {
  if (text.substr(at).starts_with(what)) at += what.size();
}

// A date that begins at `at`, which moves behind it.
std::optional<std::string> date_at(std::string_view text, std::size_t& at, Time now) {
  std::size_t next = at;
  if (const auto year = digits(text, next, 4, 4)) {
    if (next >= text.size() || text[next] != '-') return std::nullopt;
    const auto month = digits(text, ++next, 1, 2);
    if (!month || next >= text.size() || text[next] != '-') return std::nullopt;
    const auto day = digits(text, ++next, 1, 2);
    if (!day) return std::nullopt;
    at = next;
    return date_text(*year, *month, *day);
  }
  next = at;
  if (const auto day = digits(text, next, 1, 2)) {
    if (next < text.size() && (text[next] == '/' || text[next] == '.')) {
      const char between = text[next];
      const auto month = digits(text, ++next, 1, 2);
      if (!month || next >= text.size() || text[next] != between) return std::nullopt;
      const auto year = digits(text, ++next, 4, 4);
      if (!year) return std::nullopt;
      at = next;
      return date_text(*year, *month, *day);
    }
    skip(text, next, "er");
    skip(text, next, " ");
    const std::string_view word = word_at(text, next);
    const int month = month_of(word);
    if (month == 0) return std::nullopt;
    next += word.size();
    skip(text, next, " ");
    const auto year = digits(text, next, 4, 4);
    if (!year) return std::nullopt;
    at = next;
    return date_text(*year, month, *day);
  }
  const std::string_view word = word_at(text, at);
  next = at + word.size();
  if (const int month = month_of(word); month != 0) {
    skip(text, next, " ");
    const auto day = digits(text, next, 1, 2);
    skip(text, next, ",");
    skip(text, next, " ");
    const auto year = digits(text, next, 4, 4);
    if (!day || !year) return std::nullopt;
    at = next;
    return date_text(*year, month, *day);
  }
  const std::string folded = fold_accents(word);
  int back = -1;
  if (folded == "today") back = 0;
  if (folded == "hier" || folded == "yesterday") back = 1;
  for (const std::string_view today : {"aujourd'hui", "Aujourd'hui", "aujourd’hui", "Aujourd’hui"})
    if (text.substr(at).starts_with(today)) {
      back = 0;
      next = at + today.size();
    }
  if (back < 0) return std::nullopt;
  at = next;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now) -
                                         std::chrono::days(back));
  return date_text(static_cast<int>(date.year()),
                   static_cast<int>(static_cast<unsigned>(date.month())),
                   static_cast<int>(static_cast<unsigned>(date.day())));
}

std::optional<std::string> date_in(Message& message, Time now) {
  const std::string& text = message.text();
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (!message.starts_word(from) || !is_word(text[from])) continue;
    if (from > 0 && text[from - 1] == '-') continue;  // in a reference
    std::size_t end = from;
    const auto date = date_at(text, end, now);
    if (!date || !message.ends_word(end) || !message.is_free(from, end - from)) continue;
    message.use(from, end - from);
    return date;
  }
  return std::nullopt;
}

std::optional<std::int64_t> integer_in(Message& message) {
  const std::string& text = message.text();
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (!is_digit(text[from]) || !message.starts_word(from)) continue;
    std::size_t end = from;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool in_number =
        (from > 0 && (text[from - 1] == '.' || text[from - 1] == ',' || text[from - 1] == '-')) ||
        (end + 1 < text.size() &&
         std::string_view(".,-").find(text[end]) != std::string_view::npos &&
         is_word(text[end + 1]));
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data() + from, text.data() + end, value);
    if (!in_number && read.ec == std::errc() && message.ends_word(end) &&
        message.is_free(from, end - from)) {
      message.use(from, end - from);
      return value;
    }
    from = end;
  }
  return std::nullopt;
}

std::optional<std::string> text_in(Message& message) {
  const std::string& text = message.text();
  for (const auto& [open, close] : kQuotationMarks)
    for (std::size_t from = 0; (from = text.find(open, from)) != std::string::npos;) {
      const std::size_t inside = from + open.size();
      const std::size_t end = text.find(close, inside);
      if (end == std::string::npos) break;
      const std::string_view quoted = trim(std::string_view(text).substr(inside, end - inside));
      if (is_line(quoted, kLongestValue) && message.is_free(from, end + close.size() - from)) {
        message.use(from, end + close.size() - from);
        return std::string(quoted);
      }
      from = end + close.size();
    }
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    std::size_t first = from, last = end;
    while (first < last && !is_word(text[first])) ++first;
    while (last > first && !is_word(text[last - 1])) --last;
    const std::string_view word = std::string_view(text).substr(first, last - first);
    if (std::ranges::any_of(word, is_digit) && is_line(word, kLongestValue) &&
        message.is_free(first, last - first)) {
      message.use(first, last - first);
      return std::string(word);
    }
    from = end + 1;
  }
  return std::nullopt;
}

template <class T>
bool put(ExternalParameters& values, const std::string& name, const std::optional<T>& value) {
  if (value) values[name] = ExternalValue(*value);
  return value.has_value();
}

}  // namespace

std::string_view to_string(ParameterType type) {
  switch (type) {
    case ParameterType::text:
      return "text";
    case ParameterType::integer:
      return "integer";
    case ParameterType::date:
      return "date";
    case ParameterType::choice:
      break;
  }
  return "choice";
}

std::optional<ParameterType> parse_parameter_type(std::string_view text) {
  for (const ParameterType type :
       {ParameterType::text, ParameterType::integer, ParameterType::date, ParameterType::choice})
    if (text == to_string(type)) return type;
  return std::nullopt;
}

Status check_prepared_question(const PreparedQuestion& question) {
  std::vector<FieldError> errors;
  if (!is_line(question.description, PreparedQuestion::kLongestDescription))
    errors.push_back(
        {"description",
         {"Dites en quelques mots à quoi répond cette requête (500 caractères au plus).",
          "Say in a few words what this statement answers (500 characters at most)."}});
  if (question.examples.size() > PreparedQuestion::kMostExamples ||
      !std::ranges::all_of(question.examples, [](const std::string& each) {
        return is_line(each, PreparedQuestion::kLongestDescription);
      }))
    errors.push_back({"examples",
                      {"Au plus 10 exemples, de 1 à 500 caractères chacun.",
                       "At most 10 examples, of 1 to 500 characters each."}});
  std::set<std::string> names;
  for (const QuestionParameter& each : question.parameters) {
    const bool values =
        (each.type == ParameterType::choice) != each.values.empty() &&
        each.values.size() <= PreparedQuestion::kMostValues &&
        std::ranges::all_of(each.values, [](const auto& value) { return is_line(value, 100); });
    if (is_name(each.name) && names.insert(each.name).second && values &&
        count_characters(each.label) <= kLongestLabel)
      continue;
    errors.push_back({"parameters",
                      {"Chaque paramètre a un nom unique (lettres sans accent, chiffres et _) ; « "
                       "choice », et lui "
                       "seul, a une liste de valeurs (100 au plus).",
                       "Every parameter has a name of its own (letters, digits and _); \"choice\", "
                       "and only it, has "
                       "a list of values (100 at most)."}});
    break;
  }
  if (question.parameters.size() > PreparedQuestion::kMostParameters)
    errors.push_back({"parameters", {"Au plus 10 paramètres.", "At most 10 parameters."}});
  return errors.empty() ? Status() : Status::invalid(std::move(errors));
}

FilledParameters fill_parameters(const std::vector<QuestionParameter>& parameters,
                                 std::string_view text, Time now) {
  Message message(text);
  FilledParameters filled;
  // Dates first: their numbers are no numbers. Texts last: what is left.
  for (const ParameterType type :
       {ParameterType::date, ParameterType::choice, ParameterType::integer, ParameterType::text})
    for (const QuestionParameter& each : parameters) {
      if (each.type != type) continue;
      ExternalParameters& values = filled.values;
      bool found = false;
      switch (type) {
        case ParameterType::date:
          found = put(values, each.name, date_in(message, now));
          break;
        case ParameterType::choice:
          found = put(values, each.name, choice_in(message, each.values));
          break;
        case ParameterType::integer:
          // A date that nobody asked for is no number either.
          while (date_in(message, now)) {
          }
          found = put(values, each.name, integer_in(message));
          break;
        case ParameterType::text:
          found = put(values, each.name, text_in(message));
          break;
      }
      if (!found) filled.missing.push_back(&each);
    }
  return filled;
}

std::string ask_for_parameters(const std::vector<const QuestionParameter*>& missing,
                               std::string_view language) {
  const bool english = language == "en";
  std::string list;
  for (const QuestionParameter* each : missing) {
    list += list.empty() ? "" : ", ";
    list += each->label.empty() ? each->name : each->label;
    if (each->type == ParameterType::choice) {
      std::string values;
      for (std::size_t i = 0; i < std::min<std::size_t>(5, each->values.size()); ++i)
        values += (i == 0 ? "" : ", ") + each->values[i];
      if (each->values.size() > 5) values += "…";
      list += " (" + values + ")";
    } else if (each->type == ParameterType::date) {
      list += english ? " (for example 2026-03-05)" : " (par exemple 05/03/2026)";
    } else if (each->type == ParameterType::text) {
      list += english ? " (in quotation marks)" : " (entre guillemets)";
    }
  }
  return english ? "To answer, I also need: " + list + "."
                 : "Pour répondre, il me faut aussi : " + list + ".";
}

bool is_worded_like(std::string_view text, const PreparedQuestion& question) {
  const auto tokens_of = [](std::string_view words) {
    Message message(words);
    std::string left = message.text();
    // What is quoted is a value.
    for (const auto& [open, close] : kQuotationMarks)
      for (std::size_t from = 0; (from = left.find(open, from)) != std::string::npos;) {
        const std::size_t end = left.find(close, from + open.size());
        if (end == std::string::npos) break;
        left.replace(from, end + close.size() - from, " ");
      }
    return question_meaning(left).tokens;
  };
  std::vector<QuestionMeaning::Token> known = tokens_of(question.description);
  const auto learn = [&](const std::string& words) {
    std::ranges::move(tokens_of(words), std::back_inserter(known));
  };
  std::ranges::for_each(question.examples, learn);
  for (const QuestionParameter& each : question.parameters)
    std::ranges::for_each(each.values, learn);
  const auto same = [](const QuestionMeaning::Token& one, const QuestionMeaning::Token& other) {
    return (!one.word.empty() && one.word == other.word) ||
           std::ranges::any_of(one.concepts, [&](auto each) {
             return std::ranges::find(other.concepts, each) != other.concepts.end();
           });
  };
  const std::vector<QuestionMeaning::Token> said = tokens_of(text);
  return !said.empty() && std::ranges::all_of(said, [&](const QuestionMeaning::Token& token) {
    return token.is_number || month_of(token.word) != 0 ||
           std::ranges::any_of(known, [&](const auto& other) { return same(token, other); });
  });
}

ExternalParameters example_parameters(const std::vector<QuestionParameter>& parameters) {
  ExternalParameters values;
  for (const QuestionParameter& each : parameters) {
    ExternalValue& value = values[each.name];
    if (each.type == ParameterType::integer)
      value = std::int64_t{1};
    else if (each.type == ParameterType::date)
      value = std::string("2026-01-01");
    else
      value = each.values.empty() ? std::string("x") : each.values[0];
  }
  return values;
}

}  // namespace monitora
