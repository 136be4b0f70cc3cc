#include "http/external_wire.h"

namespace monitora::http {

namespace json = boost::json;

json::value value_json(const ExternalValue& value) {
  return std::visit([](const auto& each) { return json::value(each); }, value);
}

json::object answer_json(const ExternalData::Answer& answer) {
  json::array rows;
  for (const auto& row : answer.rows.rows) {
    json::array cells;
    for (const ExternalValue& value : row) cells.push_back(value_json(value));
    rows.push_back(std::move(cells));
  }
  return {{"sql", answer.sql},
          {"columns", json::array(answer.rows.columns.begin(), answer.rows.columns.end())},
          {"rows", std::move(rows)},
          {"row_count", answer.rows.rows.size()},
          {"truncated", answer.rows.truncated},
          {"elapsed_ms", answer.elapsed.count()}};
}

}  // namespace monitora::http
