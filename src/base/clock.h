// Points in time: UTC, to the microsecond (what PostgreSQL keeps and the wire shows).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace monitora {

using Micros = std::chrono::microseconds;
using Time = std::chrono::sys_time<Micros>;

// "2026-11-22T20:55:48.123456Z": always six digits and Z, so that text order is time order.
std::string format_time(Time time);
// RFC 3339 with any offset and 0–9 fractional digits (those after the sixth are cut);
// nothing for anything else.
std::optional<Time> parse_time(std::string_view text);

// Where code reads the time, so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  }
};

}  // namespace monitora
