// Logging: one line an event, to standard error, as text or JSON. Thread-safe.
// Never log a secret, a password, a token or a visitor's message; request ids tie lines together.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace monitora::log {

enum class Level { debug, info, warning, error };

// `level`: debug, info, warning or error; `json`: one JSON object a line.
void configure(std::string_view level, bool json);
bool enabled(Level level);
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace monitora::log
