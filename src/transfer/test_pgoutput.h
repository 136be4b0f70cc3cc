// For tests: the messages of pgoutput, as the server makes them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace monitora::transfer::pg {

template <class Number>
std::string number(Number value) {
  std::string bytes;
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
  return bytes;
}
inline std::string word(const std::string& text) {
  return text + '\0';
}
// "n": NULL, "u": not sent, "tabc": the text "abc".
inline std::string tuple(const std::vector<std::string>& values) {
  std::string bytes = number(static_cast<std::uint16_t>(values.size()));
  for (const std::string& value : values) {
    bytes += value[0];
    if (value[0] == 't')
      bytes += number(static_cast<std::uint32_t>(value.size() - 1)) + value.substr(1);
  }
  return bytes;
}

inline std::string begin(std::uint32_t transaction) {
  return "B" + number<std::uint64_t>(9) + number<std::uint64_t>(8) + number(transaction);
}
inline std::string commit(std::uint64_t end) {
  return "C" + number<std::uint8_t>(0) + number<std::uint64_t>(1) + number(end) +
         number<std::uint64_t>(8);
}
inline std::string relation(std::uint32_t oid, const std::string& schema, const std::string& name,
                            const std::vector<std::string>& columns) {
  std::string bytes = "R" + number(oid) + word(schema) + word(name) + "d" +
                      number(static_cast<std::uint16_t>(columns.size()));
  for (const std::string& column : columns)
    bytes += number<std::uint8_t>(1) + word(column) + number<std::uint32_t>(2950) +
             number<std::uint32_t>(0xFFFFFFFF);
  return bytes;
}
inline std::string insert(std::uint32_t oid, const std::vector<std::string>& values) {
  return "I" + number(oid) + "N" + tuple(values);
}
inline std::string update(std::uint32_t oid, char how, const std::vector<std::string>& before,
                          const std::vector<std::string>& now) {
  std::string bytes = "U" + number(oid);
  if (how != 0) bytes += how + tuple(before);
  return bytes + "N" + tuple(now);
}
inline std::string remove(std::uint32_t oid, char how, const std::vector<std::string>& before) {
  return "D" + number(oid) + how + tuple(before);
}
inline std::string truncate(const std::vector<std::uint32_t>& oids) {
  std::string bytes =
      "T" + number(static_cast<std::uint32_t>(oids.size())) + number<std::uint8_t>(0);
  for (const std::uint32_t oid : oids) bytes += number(oid);
  return bytes;
}

}  // namespace monitora::transfer::pg
