#include "sql/odbc/statement_text.h"

#include <optional>

#include "base/text.h"
#include "sql/odbc/parameters.h"

namespace monitora::sql::odbc {
namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '@' || c == '#' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

struct Token {
  enum class Kind { name, mark, sign } kind;
  std::string text;  // of a name, without brackets; of a sign, its characters
};

// Strings and comments are no tokens; a comparison is one sign.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  std::optional<Token> next() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'') {
        quoted('\'');
        return Token{Token::Kind::sign, "'"};
      }
      if (is_name(c) || c == '[' || c == '"') return Token{Token::Kind::name, name()};
      if (c == '-' && text_.substr(at_).starts_with("--")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '/' && text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == text_.npos ? text_.size() : end + 2;
      } else if (c == '?') {
        mark_ = at_++;
        return Token{Token::Kind::mark, "?"};
      } else if (c == '=' || c == '<' || c == '>' || c == '!') {
        const std::size_t begin = at_;
        while (at_ < text_.size() && std::string_view("=<>!").find(text_[at_]) != std::string::npos)
          ++at_;
        return Token{Token::Kind::sign, std::string(1, text_[begin])};
      } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        ++at_;
      } else {
        ++at_;
        return Token{Token::Kind::sign, std::string(1, c)};
      }
    }
    return std::nullopt;
  }
  std::size_t mark() const { return mark_; }  // where the last mark stands

 private:
  // What stands between the quotes; the doubled closing one stands for itself.
  std::string quoted(char close) {
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == close) {
        if (++at_ >= text_.size() || text_[at_] != close) return out;
      }
      out += text_[at_];
    }
    return out;
  }
  std::string name() {
    std::string out;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '[' || c == '"') {
        out += quoted(c == '[' ? ']' : '"');
      } else if (is_name(c)) {
        out += c;
        ++at_;
      } else {
        break;
      }
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t mark_ = 0;
};

std::string last_part(const std::string& name) {
  return lower(name.substr(name.rfind('.') + 1));
}

}  // namespace

Targets targets_of(std::string_view statement) {
  enum class In { elsewhere, column_list, values } in = In::elsewhere;
  Targets targets;
  std::vector<std::string> listed;  // of INSERT INTO t (…)
  std::size_t at = 0;               // in the list of values
  int depth = 0;
  int values_depth = 0;
  bool alone = false;               // nothing but what comes stands in this place of the list
  std::string before, before_that;  // tokens, names in lower case
  Tokens tokens(statement);
  while (const auto token = tokens.next()) {
    const bool name = token->kind == Token::Kind::name;
    const std::string word = name ? lower(token->text) : token->text;
    if (token->kind == Token::Kind::mark) {
      std::string column;
      if (in == In::values && depth == values_depth && alone && at < listed.size()) {
        column = listed[at];
      } else if (before == "=" || before == "<" || before == ">" || before == "!") {
        column = last_part(before_that);
      }
      targets.columns.push_back(std::move(column));
      alone = false;
    } else if (name) {
      if (before == "into" || before == "from" || before == "join" || before == "update") {
        targets.tables.push_back(token->text);
      } else if (in == In::column_list) {
        listed.push_back(last_part(word));
      }
      if (word == "values") {
        in = In::values;
        values_depth = depth + 1;
      } else if (word == "select" && !listed.empty() && in == In::elsewhere) {
        in = In::values;
        values_depth = depth;
        at = 0;
      } else if ((word == "from" || word == "where") && depth <= values_depth) {
        in = In::elsewhere;
      }
      alone = in == In::values && (word == "select" || word == "values");
    } else if (word == "(") {
      ++depth;
      if (in == In::values && depth == values_depth) {
        at = 0;
        alone = true;
      } else if (listed.empty() && in == In::elsewhere && targets.tables.size() == 1 &&
                 before_that == "into") {
        in = In::column_list;
      }
    } else if (word == ")") {
      --depth;
      if (in == In::column_list) in = In::elsewhere;
    } else if (word == "," && in == In::values && depth == values_depth) {
      ++at;
      alone = true;
    } else if (word != ",") {
      alone = false;
    }
    before_that = std::move(before);
    before = word;
  }
  return targets;
}

std::string bracketed(std::string_view name) {
  std::string out = "[";
  for (const char c : name) {
    if (c == '.') {
      out += "].[";
      continue;
    }
    out += c;
    if (c == ']') out += ']';
  }
  return out + ']';
}

std::string cast_marks(std::string_view statement, std::string_view kinds) {
  constexpr char kEarly = static_cast<char>(ParamKind::early_time);
  if (kinds.find(kEarly) == kinds.npos) return std::string(statement);
  std::string out;
  std::size_t done = 0;
  std::size_t number = 0;
  Tokens tokens(statement);
  while (const auto token = tokens.next()) {
    if (token->kind != Token::Kind::mark) continue;
    if (number < kinds.size() && kinds[number] == kEarly) {
      out += statement.substr(done, tokens.mark() - done);
      out += "CAST(? AS DATETIMEOFFSET(7))";
      done = tokens.mark() + 1;
    }
    ++number;
  }
  out += statement.substr(done);
  return out;
}

}  // namespace monitora::sql::odbc
