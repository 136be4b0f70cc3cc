#include <boost/json.hpp>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "base/crypto.h"
#include "storage/figures.h"

namespace monitora::storage {
namespace {

namespace json = boost::json;

// The whole numbers of a day that have no column.
constexpr std::pair<std::string_view, std::int64_t Figures::*> kNumbers[] = {
    {"votes", &Figures::votes},
    {"votes_up", &Figures::votes_up},
    {"answers", &Figures::answers},
    {"cached", &Figures::cached},
    {"scored", &Figures::scored},
    {"score_sum", &Figures::score_sum},
    {"low_confidence", &Figures::low_confidence}};

// Base64 of LEB128: seven bits a byte, the lowest first; a day has thousands of numbers. Unreadable
// ones throw, as JSON's accessors do.
std::string write_numbers(const std::vector<std::uint64_t>& numbers) {
  Bytes bytes;
  for (std::uint64_t left : numbers) {
    for (; left >= 0x80; left >>= 7) bytes.push_back(static_cast<std::uint8_t>(left | 0x80));
    bytes.push_back(static_cast<std::uint8_t>(left));
  }
  return base64(bytes);
}

std::vector<std::uint64_t> read_numbers(const json::value& value) {
  const Bytes bytes = from_base64(std::string_view(value.as_string())).value();
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 0;
  int shift = 0;
  for (const std::uint8_t byte : bytes) {
    if (shift > 63) throw std::out_of_range("a number of more than 64 bits");
    number |= std::uint64_t{byte & 0x7FU} << shift;
    shift += 7;
    if (byte & 0x80) continue;
    numbers.push_back(number);
    number = 0;
    shift = 0;
  }
  if (shift != 0) throw std::out_of_range("half a number");
  return numbers;
}

// Of each class how far it is from the one before, and how many it holds.
json::object durations_json(const Durations& durations) {
  std::vector<std::uint64_t> numbers;
  int before = 0;
  for (const auto& [least, times] : durations.classes()) {
    numbers.push_back(static_cast<std::uint64_t>(least - std::exchange(before, least)));
    numbers.push_back(static_cast<std::uint64_t>(times));
  }
  return {{"total", durations.total()}, {"classes", write_numbers(numbers)}};
}

Durations read_durations(const json::value& value) {
  const std::vector<std::uint64_t> numbers = read_numbers(value.at("classes"));
  std::vector<Durations::Class> classes;
  std::uint64_t least = 0;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
    least += numbers[i];
    classes.push_back({static_cast<int>(least), static_cast<std::int64_t>(numbers[i + 1])});
  }
  return Durations::of(value.at("total").as_int64(), std::move(classes));
}

using Names = std::optional<std::vector<std::uint64_t>>;
constexpr std::pair<std::string_view, Names Figures::*> kNames[] = {
    {"conversation_names", &Figures::conversation_names},
    {"visitor_names", &Figures::visitor_names}};

// They are in order: each as its distance from the one before.
std::string write_names(std::vector<std::uint64_t> names) {
  std::adjacent_difference(names.begin(), names.end(), names.begin());
  return write_numbers(names);
}

Names read_names(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  std::vector<std::uint64_t> names = read_numbers(*value);
  std::partial_sum(names.begin(), names.end(), names.begin());
  return names;
}

}  // namespace

std::string figures_json(const Figures& figures, const std::string& zone) {
  json::object object{{"time_zone", zone}};
  for (const auto& [name, number] : kNumbers) object[name] = figures.*number;
  object["response_time_ms"] = durations_json(figures.response);
  object["ttfb_ms"] = durations_json(figures.first_token);
  for (const auto& [name, names] : kNames)
    if (figures.*names) object[name] = write_names(*(figures.*names));
  return json::serialize(object);
}

bool read_figures(std::string_view text, const std::string& zone, Figures& figures) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return false;
  try {
    const json::object& object = value.as_object();
    if (object.at("time_zone").as_string() != zone) return false;
    for (const auto& [name, number] : kNumbers) figures.*number = object.at(name).as_int64();
    figures.response = read_durations(object.at("response_time_ms"));
    figures.first_token = read_durations(object.at("ttfb_ms"));
    for (const auto& [name, names] : kNames) figures.*names = read_names(object.if_contains(name));
    return true;
  } catch (const std::exception&) {  // another program's, or an older one's
    return false;
  }
}

}  // namespace monitora::storage
