// The OpenAPI 3.1 document of the HTTP interface (openapi.json beside this file, embedded).
#pragma once

#include <string_view>

namespace monitora::http {

std::string_view openapi_document();

}  // namespace monitora::http
