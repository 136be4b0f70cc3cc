// Little-endian values in a byte string, for the cache files. The reader never reads past its end:
// once something does not fit, ok() is false and everything read from then on is empty.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace monitora::retrieval {

static_assert(std::endian::native == std::endian::little, "cache files are little-endian");

class WireWriter {
 public:
  template <class T>
    requires std::is_arithmetic_v<T>
  void value(T v) {
    out_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  void text(std::string_view v) {
    value(static_cast<std::uint64_t>(v.size()));
    out_.append(v);
  }
  template <class T>
  void array(std::span<const T> v) {
    value(static_cast<std::uint64_t>(v.size()));
    out_.append(reinterpret_cast<const char*>(v.data()), v.size_bytes());
  }
  void raw(std::string_view v) { out_.append(v); }
  std::string take() { return std::move(out_); }
  const std::string& bytes() const { return out_; }

 private:
  std::string out_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
    requires std::is_arithmetic_v<T>
  T value() {
    T v{};
    const std::string_view bytes = take(sizeof v);
    if (ok_) std::memcpy(&v, bytes.data(), sizeof v);
    return v;
  }
  std::string_view text() { return take(value<std::uint64_t>()); }
  template <class T>
  std::vector<T> array() {
    const auto count = value<std::uint64_t>();
    if (count > rest_.size() / sizeof(T)) ok_ = false;
    if (!ok_) return {};
    std::vector<T> v(count);
    const std::string_view bytes = take(count * sizeof(T));
    if (count > 0) std::memcpy(v.data(), bytes.data(), bytes.size());
    return v;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::uint64_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace monitora::retrieval
