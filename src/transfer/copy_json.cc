#include <boost/json/basic_parser_impl.hpp>

#include "transfer/copy_values.h"

namespace monitora::transfer {
namespace {

// Takes everything and keeps nothing.
struct Ignore {
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  using error = boost::json::error_code;
  using text = boost::json::string_view;

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(std::size_t, error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_key_part(text, std::size_t, error&) { return true; }
  bool on_key(text, std::size_t, error&) { return true; }
  bool on_string_part(text, std::size_t, error&) { return true; }
  bool on_string(text, std::size_t, error&) { return true; }
  bool on_number_part(text, error&) { return true; }
  bool on_int64(std::int64_t, text, error&) { return true; }
  bool on_uint64(std::uint64_t, text, error&) { return true; }
  bool on_double(double, text, error&) { return true; }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(text, error&) { return true; }
  bool on_comment(text, error&) { return true; }
};

constexpr std::size_t kDepth = 1000;  // as deep as SQLite reads

}  // namespace

bool is_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kDepth;
  boost::json::basic_parser<Ignore> parser(options);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error) return false;
  // White space may follow, nothing else.
  return text.find_first_not_of(" \t\r\n", read) == std::string_view::npos;
}

}  // namespace monitora::transfer
