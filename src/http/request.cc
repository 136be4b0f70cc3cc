#include "http/request.h"

#include <boost/json/parse.hpp>

#include "base/text.h"

namespace monitora::http {

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::string_view Request::query_value(std::string_view name) const {
  const auto found = query.find(std::string(name));
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [header_name, value] : headers) {
    if (header_name != "cookie") continue;
    for (std::string_view pair : split(value, ';')) {
      pair = trim(pair);
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
        return pair.substr(name.size() + 1);
      }
    }
  }
  return {};
}

bool Request::wants_web_socket() const {
  return lower(trim(header("upgrade"))) == "websocket";
}

Result<boost::json::object> Request::json() const {
  const auto malformed = [](std::string detail) {
    return Status(Code::invalid_argument, "malformed_json",
                  {"Le corps de la requête n'est pas un objet JSON valide.",
                   "The body of the request is not a valid JSON object."},
                  std::move(detail));
  };
  boost::json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error, {}, options);
  if (error) return malformed(error.message());
  if (!value.is_object()) return malformed("not an object");
  return std::move(value.get_object());
}

}  // namespace monitora::http
