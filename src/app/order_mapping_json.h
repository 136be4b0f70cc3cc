// An order mapping as JSON: on the wire, and as it is stored.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/status.h"
#include "domain/order_tracking.h"

namespace monitora {

boost::json::object to_json(const OrderMapping& mapping);
// invalid: fields of the wrong kind, and unknown ones. Whether tables and columns exist is
// check_order_mapping()'s.
Result<OrderMapping> read_order_mapping(const boost::json::object& body);

// With what was learnt of the columns' types.
std::string store_order_mapping(const OrderMapping& mapping);
// Nothing for "" and for what is no mapping of ours.
std::optional<OrderMapping> load_order_mapping(std::string_view stored);

}  // namespace monitora
