// Numbers and vectors of COPY … (FORMAT binary). Used by copy_values.cc.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "transfer/copy_values.h"

namespace monitora::transfer {

template <class Number>
Number big_endian(const char* bytes) {
  std::make_unsigned_t<Number> value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value = static_cast<decltype(value)>(value << 8 | static_cast<std::uint8_t>(bytes[i]));
  return static_cast<Number>(value);
}

// A whole number of any numeric type or text; `out_of_range` for a fraction too: it would be lost.
Rule read_integer(Wire wire, std::string_view field, std::int64_t& out);
// The nearest double, −0 kept.
Rule read_real(Wire wire, std::string_view field, double& out);
// float32, little-endian, in `out`; a bytea is checked and left where it is.
Rule read_vector(Wire wire, std::string_view field, std::string& out);

}  // namespace monitora::transfer
