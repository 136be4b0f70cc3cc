// JSON as people and other programs write it: 0.1, where the library's own serializer writes 1E-1,
// which is valid JSON and which neither a reader nor T-SQL's CAST(… AS decimal) likes.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace monitora {

// `value` on one line, UTF-8, keys in their order. A double is its shortest text that reads back as
// the same double and always has a point or an exponent ("0.0"), so that it reads back as a double;
// what JSON has no text for (infinity, NaN) is null. Recurses once a level.
std::string json_text(const boost::json::value& value);
std::string json_text(const boost::json::object& object);

}  // namespace monitora
