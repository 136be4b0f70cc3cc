// Days as people count them: a time zone's calendar (IANA's names, through ICU).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace monitora {

using Day = std::chrono::local_days;

// "2026-11-22".
std::string format_day(Day day);
// Of exactly that form, years 1 to 9999; nothing for anything else, a 30th of February included.
std::optional<Day> parse_day(std::string_view text);

// Immutable, thread-safe, cheap to copy.
class TimeZone {
 public:
  // "Europe/Paris", "UTC", … as IANA spells them. Nothing for any other name.
  static std::optional<TimeZone> find(std::string_view name);
  static TimeZone utc();

  const std::string& name() const { return name_; }
  Day day_of(Time time) const;
  // The day's first moment: midnight, or what follows it where clocks skip it. Of a midnight that
  // comes twice the first.
  Time start_of(Day day) const;
  // Local time of day as UTC would write it, for naming an hour.
  std::chrono::seconds offset_at(Time time) const;

 private:
  struct Rules;
  TimeZone(std::string name, std::shared_ptr<const Rules> rules)
      : name_(std::move(name)), rules_(std::move(rules)) {}
  std::string name_;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace monitora
