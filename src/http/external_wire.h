// What a customer's database said, as JSON. Used by the handlers of …/database only.
#pragma once

#include <boost/json.hpp>

#include "ports/external_data.h"

namespace monitora::http {

boost::json::value value_json(const ExternalValue& value);
// {sql, columns, rows, row_count, truncated, elapsed_ms}
boost::json::object answer_json(const ExternalData::Answer& answer);

}  // namespace monitora::http
