// Reads the fields of a request and collects every fault, so that a person sees all at once.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/account.h"
#include "domain/page.h"
#include "http/request.h"

namespace monitora::http {

// The request's JSON object: malformed_json (400), unsupported_type (415) for a body that says it
// is something else.
Result<boost::json::object> read_json(const Request& request);

// `?limit=` and `?cursor=`.
Result<PageRequest> read_page(const Request& request);
// The reply of a list.
boost::json::object page_json(boost::json::array items, const std::string& next_cursor);

// An item of a list that is short enough to be read whole. Keys are unique and order the list, byte
// by byte, whatever is added or deleted between two pages.
struct KeyedItem {
  std::string key;
  boost::json::object json;
};
// A time in a key: the same number of digits for every year that a database holds.
std::string key_of(Time time);
std::string descending_key_of(Time time);
// The page of such a list that the request asks for.
Result<boost::json::object> page_of(const Request& request, std::vector<KeyedItem> items);

// A path parameter as an id; the same `key` for what is no id, absent or foreign.
template <class SomeId>
Result<SomeId> path_id(const Request& request, std::string_view name, std::string_view key) {
  const auto id = request.id<SomeId>(name);
  if (!id.ok()) return Status::not_found(key);
  return *id;
}

// A field of a PATCH: absent, null (clears), or a value.
template <class T>
struct Change {
  bool given = false;
  std::optional<T> value;  // nothing: null
};

// Bodies whose senders we do not all know (widgets pasted years ago, integrations) may say more
// than we read.
enum class Unknown { refused, ignored };

// Each read notes what is wrong and answers something harmless; finish() answers the faults,
// unknown fields included. Lengths are in UTF-16 units, as SQL Server's columns count.
class Fields {
 public:
  explicit Fields(const boost::json::object& body) : body_(body) {}

  std::string required_text(std::string_view name, std::size_t most);  // not blank
  // Exactly as given, spaces included: for passwords and tokens.
  std::string required_secret(std::string_view name, std::size_t most);
  // What a person has written, untouched: not blank, at most so many characters (of Unicode, as
  // people and JSON Schema count).
  std::string required_message(std::string_view name, std::size_t most_characters);
  Change<std::string> text(std::string_view name, std::size_t most);
  // The text, "" when absent or null.
  std::string optional_text(std::string_view name, std::size_t most) {
    return text(name, most).value.value_or("");
  }
  Change<bool> boolean(std::string_view name);
  Change<std::int64_t> integer(std::string_view name);
  Change<Time> time(std::string_view name);
  Change<std::vector<std::string>> texts(std::string_view name, std::size_t most_items,
                                         std::size_t most);
  UserRole required_role(std::string_view name);
  // Nothing when absent or null.
  const boost::json::object* object(std::string_view name);

  void fail(std::string_view name, Sentence message) {
    errors_.push_back({std::string(name), std::move(message)});
  }
  Status finish(Unknown unknown = Unknown::refused);

 private:
  const boost::json::value* take(std::string_view name);
  std::optional<std::string> clean(std::string_view name, const boost::json::value& value,
                                   std::size_t most, std::size_t (*length)(std::string_view));

  const boost::json::object& body_;
  std::vector<std::string_view> taken_;
  std::vector<FieldError> errors_;
};

}  // namespace monitora::http
