#include <boost/json.hpp>

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

json::object durations_json(const Durations& durations) {
  json::array classes;
  for (const auto& [least, times] : durations.classes())
    classes.push_back(json::array{least, times});
  return {{"total", durations.total()}, {"classes", std::move(classes)}};
}

Durations read_durations(const json::value& value) {
  std::map<int, std::int64_t> classes;
  for (const json::value& each : value.at("classes").as_array())
    classes[json::value_to<int>(each.at(0))] = each.at(1).as_int64();
  return Durations::of(value.at("total").as_int64(), std::move(classes));
}

constexpr std::pair<std::string_view, std::optional<std::vector<std::uint64_t>> Figures::*>
    kNames[] = {{"conversation_names", &Figures::conversation_names},
                {"visitor_names", &Figures::visitor_names}};

// Eight bytes each, the lowest first.
std::string write_names(const std::vector<std::uint64_t>& names) {
  Bytes bytes;
  for (const std::uint64_t name : names)
    for (int shift = 0; shift < 64; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(name >> shift));
  return base64(bytes);
}

std::optional<std::vector<std::uint64_t>> read_names(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  const auto bytes = from_base64(std::string_view(value->as_string()));
  if (!bytes) return std::nullopt;
  std::vector<std::uint64_t> names(bytes->size() / 8);
  for (std::size_t i = 0; i < names.size() * 8; ++i)
    names[i / 8] |= std::uint64_t{(*bytes)[i]} << (i % 8 * 8);
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
