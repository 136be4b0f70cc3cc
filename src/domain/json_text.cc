#include "domain/json_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <iterator>

namespace monitora {
namespace {

namespace json = boost::json;

class Writer {
 public:
  void append(const json::value& value) {
    if (value.is_object()) {
      append(value.get_object());
    } else if (value.is_array()) {
      append(value.get_array());
    } else if (value.is_double()) {
      append(value.get_double());
    } else {
      library_.reset(&value);
      copy();
    }
  }

  void append(const json::object& object) {
    char before = '{';
    for (const auto& [key, value] : object) {
      out_ += before;
      library_.reset(key);
      copy();
      out_ += ':';
      append(value);
      before = ',';
    }
    if (object.empty()) out_ += '{';
    out_ += '}';
  }

  std::string take() { return std::move(out_); }

 private:
  void append(const json::array& array) {
    char before = '[';
    for (const json::value& value : array) {
      out_ += before;
      append(value);
      before = ',';
    }
    if (array.empty()) out_ += '[';
    out_ += ']';
  }

  void append(double number) {
    if (!std::isfinite(number)) {
      out_ += "null";
      return;
    }
    const std::size_t start = out_.size();
    fmt::format_to(std::back_inserter(out_), "{}", number);
    if (out_.find_first_of(".e", start) == std::string::npos) out_ += ".0";
  }

  // Appends what the library writes of the value that it was reset to.
  void copy() {
    char buffer[1024];
    while (!library_.done()) {
      const json::string_view part = library_.read(buffer, sizeof buffer);
      out_.append(part.data(), part.size());
    }
  }

  std::string out_;
  json::serializer library_;
};

}  // namespace

std::string json_text(const json::value& value) {
  Writer writer;
  writer.append(value);
  return writer.take();
}

std::string json_text(const json::object& object) {
  Writer writer;
  writer.append(object);
  return writer.take();
}

}  // namespace monitora
