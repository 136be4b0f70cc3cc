#include "apps/terminal.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace monitora::apps {

std::string terminal_language() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("en") ? "en" : "fr";
  return "fr";
}

const std::string& in_language(const Sentence& sentence) {
  static const bool english = terminal_language() == "en";
  return english ? sentence.en : sentence.fr;
}

int fail(const Status& status) {
  fmt::print(stderr, "monitora: {}\n", in_language(status.sentence()));
  for (const FieldError& field : status.fields())
    fmt::print(stderr, "  {}: {}\n", field.field, in_language(field.message));
  // Somebody at the terminal owns the machine: what the browser must not see may help here.
  if (!status.detail().empty()) fmt::print(stderr, "  ({})\n", status.detail());
  const bool wrong_use = status.key() == "bad_option" ||
                         std::ranges::any_of(status.fields(), [](const FieldError& field) {
                           return field.field.starts_with("--");
                         });
  return wrong_use ? 2 : 1;
}

Result<std::string> prompt(const Sentence& question, bool secret, std::string_view variable) {
  if (::isatty(STDIN_FILENO) == 0)
    return Status(Code::invalid_argument, "no_terminal",
                  {fmt::format("Il n'y a pas de terminal où demander : renseignez {}.", variable),
                   fmt::format("There is no terminal to ask at: set {}.", variable)});
  fmt::print(stderr, "{} ", in_language(question));
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  if (secret) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (secret) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fmt::print(stderr, "\n");
  }
  return line;
}

Progress::Progress(std::string what, bool quiet)
    : what_(std::move(what)), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (quiet_ || !printed_) return;
  print(std::chrono::steady_clock::now());
  if (terminal_) fmt::print(stderr, "\n");
}

void Progress::update(std::size_t done, std::size_t total) {
  done_ = done;
  total_ = total;
  const auto now = std::chrono::steady_clock::now();
  if (!started_) started_ = last_ = now;
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
  if (quiet_ || now - last_ < pause) return;
  last_ = now;
  print(now);
}

void Progress::print(std::chrono::steady_clock::time_point now) {
  printed_ = true;
  const double seconds = std::chrono::duration<double>(now - *started_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(total_ - std::min(done_, total_)) / rate : 0;
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
  const std::string figures =
      fmt::format("{}/{} ({:.0f} %), {:.1f}/s, {:.0f} s", done_, total_, share * 100, rate, left);
  if (terminal_) {
    const auto filled = static_cast<std::size_t>(share * 24);
    fmt::print(stderr, "\r{} [{:<24}] {}\033[K", what_, std::string(filled, '#'), figures);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}: {}\n", what_, figures);
  }
}

}  // namespace monitora::apps
