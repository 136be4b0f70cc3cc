#include "domain/data_answer.h"

#include <boost/json.hpp>

namespace monitora {

namespace json = boost::json;

std::string data_metadata(const std::string& sql) {
  return json::serialize(json::object{{"data", true}, {"sql", sql}});
}

std::optional<std::string> data_sql_of(const Message& message) {
  if (message.metadata.empty()) return std::nullopt;
  boost::system::error_code error;
  const json::value metadata = json::parse(message.metadata, error);
  if (error || !metadata.is_object()) return std::nullopt;
  const json::value* data = metadata.get_object().if_contains("data");
  if (data == nullptr || *data != true) return std::nullopt;
  const json::value* sql = metadata.get_object().if_contains("sql");
  return sql != nullptr && sql->is_string() ? std::string(sql->get_string()) : std::string();
}

}  // namespace monitora
