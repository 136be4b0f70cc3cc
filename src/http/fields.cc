#include "http/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/crypto.h"
#include "base/text.h"

namespace monitora::http {
namespace {

constexpr int kMostItems = 200;
constexpr std::string_view kKeyCursor = "key:";
constexpr std::int64_t kYear1 = -62'135'596'800'000'000;  // in microseconds since 1970

std::size_t utf16_length(std::string_view utf8) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < utf8.size();) length += next_character(utf8, at) > 0xFFFF ? 2 : 1;
  return length;
}

}  // namespace

Result<boost::json::object> read_json(const Request& request) {
  std::string type = lower(request.header("content-type"));
  type = std::string(trim(type.substr(0, type.find(';'))));
  if (!type.empty() && type != "application/json" && !type.ends_with("+json"))
    return Status(Code::unsupported_type, "unsupported_media_type",
                  {"Le corps de la requête doit être du JSON (Content-Type: application/json).",
                   "The body of the request must be JSON (Content-Type: application/json)."});
  return request.json();
}

Result<PageRequest> read_page(const Request& request) {
  PageRequest page;
  page.cursor = std::string(request.query_value("cursor"));
  if (!request.query.contains("limit")) return page;
  const std::string_view text = request.query_value("limit");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.limit);
  if (error != std::errc() || end != text.data() + text.size() || page.limit < 1 ||
      page.limit > kMostItems)
    return Status::invalid("limit",
                           {fmt::format("Valeur attendue : un nombre de 1 à {}.", kMostItems),
                            fmt::format("Expected a number from 1 to {}.", kMostItems)});
  return page;
}

boost::json::object page_json(boost::json::array items, const std::string& next_cursor) {
  return {{"items", std::move(items)},
          {"next_cursor",
           next_cursor.empty() ? boost::json::value() : boost::json::value(next_cursor)}};
}

std::string key_of(Time time) {
  return fmt::format("{:020}", time.time_since_epoch().count() - kYear1);
}

std::string descending_key_of(Time time) {
  return fmt::format("{:020}", INT64_MAX - (time.time_since_epoch().count() - kYear1));
}

Result<boost::json::object> page_of(const Request& request, std::vector<KeyedItem> items) {
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  std::string after;
  if (!page.cursor.empty()) {
    const auto bytes = from_base64url(page.cursor);
    if (bytes) after.assign(bytes->begin(), bytes->end());
    if (!after.starts_with(kKeyCursor))
      return Status::invalid("cursor",
                             {"Ce curseur n'est pas valide : recommencez au début de la liste.",
                              "This cursor is not valid: start from the beginning of the list."});
    after.erase(0, kKeyCursor.size());
  }
  std::ranges::sort(items, {}, &KeyedItem::key);
  auto item = std::ranges::upper_bound(items, after, {}, &KeyedItem::key);
  boost::json::array out;
  std::string last;
  for (; item != items.end() && out.size() < static_cast<std::size_t>(page.limit); ++item) {
    last = std::move(item->key);
    out.push_back(std::move(item->json));
  }
  if (item == items.end()) return page_json(std::move(out), "");
  return page_json(std::move(out), base64url(as_bytes(std::string(kKeyCursor) + last)));
}

const boost::json::value* Fields::take(std::string_view name) {
  taken_.push_back(name);
  return body_.if_contains(name);
}

std::optional<std::string> Fields::clean(std::string_view name, const boost::json::value& value,
                                         std::size_t most,
                                         std::size_t (*length)(std::string_view)) {
  if (!value.is_string()) {
    fail(name, {"Valeur attendue : un texte.", "Expected a text."});
    return std::nullopt;
  }
  const std::string_view text = value.as_string();
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    fail(name, {"Ce texte contient des caractères interdits.",
                "This text contains characters that are not allowed."});
    return std::nullopt;
  }
  if (length(text) > most) {
    fail(name, {fmt::format("{} caractères au plus.", most),
                fmt::format("At most {} characters.", most)});
    return std::nullopt;
  }
  return std::string(text);
}

std::string Fields::required_secret(std::string_view name, std::size_t most) {
  const boost::json::value* value = take(name);
  if (value == nullptr || value->is_null()) {
    fail(name, {"Ce champ est obligatoire.", "This field is required."});
    return {};
  }
  return clean(name, *value, most, utf16_length).value_or("");
}

std::string Fields::required_message(std::string_view name, std::size_t most_characters) {
  const boost::json::value* value = take(name);
  std::optional<std::string> read = std::string();
  if (value != nullptr && !value->is_null())
    read = clean(name, *value, most_characters, count_characters);
  if (read && is_blank(*read)) fail(name, {"Écrivez une question.", "Write a question."});
  return read.value_or("");
}

std::string Fields::required_text(std::string_view name, std::size_t most) {
  const std::size_t before = errors_.size();
  const std::string text = required_secret(name, most);
  if (errors_.size() == before && is_blank(text))
    fail(name, {"Ce champ est obligatoire.", "This field is required."});
  return std::string(trim(text));
}

Change<std::string> Fields::text(std::string_view name, std::size_t most) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (value->is_null()) return {true, std::nullopt};
  auto read = clean(name, *value, most, utf16_length);
  return {read.has_value(), std::move(read)};
}

Change<bool> Fields::boolean(std::string_view name) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (value->is_null()) return {true, std::nullopt};
  if (value->is_bool()) return {true, value->as_bool()};
  fail(name, {"Valeur attendue : true ou false.", "Expected true or false."});
  return {};
}

Change<std::int64_t> Fields::integer(std::string_view name) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (value->is_null()) return {true, std::nullopt};
  if (value->is_int64()) return {true, value->as_int64()};
  fail(name, {"Valeur attendue : un nombre entier.", "Expected a whole number."});
  return {};
}

Change<Time> Fields::time(std::string_view name) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (value->is_null()) return {true, std::nullopt};
  const auto time = value->is_string() ? parse_time(value->as_string()) : std::nullopt;
  if (time) return {true, time};
  fail(name, {"Valeur attendue : une date RFC 3339, par exemple 2027-01-31T12:00:00Z.",
              "Expected an RFC 3339 time, for example 2027-01-31T12:00:00Z."});
  return {};
}

Change<std::vector<std::string>> Fields::texts(std::string_view name, std::size_t most_items,
                                               std::size_t most) {
  const boost::json::value* value = take(name);
  if (value == nullptr) return {};
  if (value->is_null()) return {true, std::nullopt};
  if (!value->is_array() || value->as_array().size() > most_items) {
    fail(name, {fmt::format("Valeur attendue : une liste d'au plus {} textes.", most_items),
                fmt::format("Expected a list of at most {} texts.", most_items)});
    return {};
  }
  std::vector<std::string> out;
  for (const boost::json::value& each : value->as_array()) {
    auto one = clean(name, each, most, utf16_length);
    if (!one) return {};
    out.push_back(*std::move(one));
  }
  return {true, std::move(out)};
}

UserRole Fields::required_role(std::string_view name) {
  const boost::json::value* value = take(name);
  const auto role =
      value != nullptr && value->is_string() ? parse_user_role(value->as_string()) : std::nullopt;
  if (!role) fail(name, {"Valeur attendue : admin ou lecteur.", "Expected admin or lecteur."});
  return role.value_or(UserRole::lecteur);
}

const boost::json::object* Fields::object(std::string_view name) {
  const boost::json::value* value = take(name);
  if (value == nullptr || value->is_null()) return nullptr;
  if (value->is_object()) return &value->as_object();
  fail(name, {"Valeur attendue : un objet.", "Expected an object."});
  return nullptr;
}

Status Fields::finish(Unknown unknown) {
  for (const auto& field : body_)
    if (unknown == Unknown::refused &&
        std::find(taken_.begin(), taken_.end(), std::string_view(field.key())) == taken_.end())
      fail(character_prefix(to_utf8(field.key()), 100), {"Champ inconnu.", "Unknown field."});
  return errors_.empty() ? Status() : Status::invalid(std::move(errors_));
}

}  // namespace monitora::http
