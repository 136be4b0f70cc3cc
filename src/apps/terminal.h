// What commands say to a person at a terminal, or to a program.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::apps {

// "fr" unless LC_ALL, LC_MESSAGES or LANG asks for English.
std::string terminal_language();
const std::string& in_language(const Sentence& sentence);

// Prints the error's sentence (each wrong field on its own line) to standard error; returns the
// exit code: 2 where an option has a value that it cannot take (a field "--…", or the key
// `bad_option`), else 1.
int fail(const Status& status);

// A line asked for on the terminal; `secret` is not echoed. invalid_argument when standard input is
// no terminal: `variable` is then the setting that should hold it.
Result<std::string> prompt(const Sentence& question, bool secret, std::string_view variable);

// Progress of long work on standard error, from its first figure on: a bar with rate and time left
// on a terminal, a plain line every few seconds otherwise, nothing when `quiet`. Not thread-safe.
class Progress {
 public:
  Progress(std::string what, bool quiet);
  ~Progress();  // leaves a finished line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void update(std::size_t done, std::size_t total);

 private:
  void print(std::chrono::steady_clock::time_point now);
  std::string what_;
  bool quiet_;
  bool terminal_;
  bool printed_ = false;
  std::size_t done_ = 0, total_ = 0;
  std::optional<std::chrono::steady_clock::time_point> started_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace monitora::apps
