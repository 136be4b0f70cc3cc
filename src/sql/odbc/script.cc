#include "sql/odbc/script.h"

#include <string>

#include "base/text.h"

namespace monitora::sql::odbc {
namespace {

// Reads a script once, knowing where strings, quoted names and comments are.
class Splitter {
 public:
  explicit Splitter(std::string_view script) : script_(script) {}

  Result<std::vector<std::string_view>> run() {
    while (at_ < script_.size()) {
      if (line_starts_) {
        line_starts_ = false;
        MONITORA_ASSIGN(const bool separator, take_separator());
        if (separator) continue;
      }
      step();
    }
    end_batch(script_.size());
    return std::move(batches_);
  }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0';
  }

  // One character, or one whole string, quoted name or comment.
  void step() {
    const char c = script_[at_];
    if (c == '\'' || c == '"' || c == '[') {
      has_text_ = true;
      skip_quoted(c == '[' ? ']' : c);
    } else if (c == '-' && peek(1) == '-') {
      at_ = std::min(script_.find('\n', at_), script_.size());
    } else if (c == '/' && peek(1) == '*') {
      skip_comment();
    } else {
      if (c == '\n') line_starts_ = true;
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') has_text_ = true;
      ++at_;
    }
  }

  // To behind the closing quote; a doubled one stands for itself.
  void skip_quoted(char close) {
    for (++at_; at_ < script_.size(); ++at_) {
      if (script_[at_] != close) continue;
      if (peek(1) != close) {
        ++at_;
        return;
      }
      ++at_;
    }
  }

  // T-SQL's block comments nest.
  void skip_comment() {
    int depth = 0;
    while (at_ < script_.size()) {
      if (script_[at_] == '/' && peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (script_[at_] == '*' && peek(1) == '/') {
        at_ += 2;
        if (--depth == 0) return;
      } else {
        ++at_;
      }
    }
    at_ = script_.size();
  }

  // At the start of a line outside of strings and comments.
  Result<bool> take_separator() {
    const std::size_t end = std::min(script_.find('\n', at_), script_.size());
    std::string_view line = trim(script_.substr(at_, end - at_));
    if (line.size() < 2 || lower(line.substr(0, 2)) != "go") return false;
    line.remove_prefix(2);
    const std::string_view rest = trim(line);
    if (!rest.empty() && !rest.starts_with("--")) {
      const bool count =
          rest.size() < line.size() && rest.find_first_not_of("0123456789") == rest.npos;
      if (!count) return false;  // GOTO, a name
      return Status::internal("GO with a count: " + std::string(rest));
    }
    end_batch(at_);
    at_ = std::min(end + 1, script_.size());
    begin_ = at_;
    line_starts_ = true;
    return true;
  }

  void end_batch(std::size_t end) {
    if (has_text_) batches_.push_back(script_.substr(begin_, end - begin_));
    has_text_ = false;
  }

  std::string_view script_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the batch
  bool line_starts_ = true;
  bool has_text_ = false;
  std::vector<std::string_view> batches_;
};

}  // namespace

Result<std::vector<std::string_view>> split_batches(std::string_view script) {
  if (script.starts_with("\xEF\xBB\xBF")) script.remove_prefix(3);
  return Splitter(script).run();
}

}  // namespace monitora::sql::odbc
