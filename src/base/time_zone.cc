#include "base/time_zone.h"

#include <fmt/format.h>
#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <charconv>

namespace monitora {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::seconds;

UDate udate(milliseconds since_1970) {
  return static_cast<UDate>(since_1970.count());
}

}  // namespace

std::string format_day(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    unsigned value = 0;
    const char* end = text.data() + at + length;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && stop == end ? value : 0;
  };
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number(0, 4))),
                                         std::chrono::month(number(5, 2)),
                                         std::chrono::day(number(8, 2)));
  if (!date.ok() || date.year() < std::chrono::year(1)) return std::nullopt;
  return Day(date);
}

struct TimeZone::Rules {
  std::unique_ptr<icu::BasicTimeZone> zone;
};

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  // ICU also takes "GMT+3" and makes GMT of what it does not know.
  if (name.empty() || name.size() > 64) return std::nullopt;
  const icu::UnicodeString id =
      icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool is_system = false;
  icu::TimeZone::getCanonicalID(id, canonical, is_system, error);
  if (U_FAILURE(error) || !is_system) return std::nullopt;
  std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(id));
  if (dynamic_cast<icu::BasicTimeZone*>(zone.get()) == nullptr) return std::nullopt;
  auto rules = std::make_shared<Rules>();
  rules->zone.reset(static_cast<icu::BasicTimeZone*>(zone.release()));
  return TimeZone(std::string(name), std::move(rules));
}

TimeZone TimeZone::utc() {
  return *find("UTC");
}

seconds TimeZone::offset_at(Time time) const {
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t raw = 0, summer = 0;
  rules_->zone->getOffset(udate(floor<milliseconds>(time).time_since_epoch()), false, raw, summer,
                          error);
  return std::chrono::duration_cast<seconds>(milliseconds(raw + summer));
}

Day TimeZone::day_of(Time time) const {
  return Day(floor<days>(time + offset_at(time)).time_since_epoch());
}

Time TimeZone::start_of(Day day) const {
  UErrorCode error = U_ZERO_ERROR;
  std::int32_t raw = 0, summer = 0;
  rules_->zone->getOffsetFromLocal(udate(milliseconds(day.time_since_epoch())),
                                   UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, summer, error);
  return Time(Micros(day.time_since_epoch())) - milliseconds(raw + summer);
}

}  // namespace monitora
