#include "external/sql_parser.h"

#include <boost/json/parse.hpp>
#include <string>

extern "C" bool monitora_parse_sql(int dialect, const unsigned char* text, std::size_t length,
                                   void* context,
                                   void (*take)(void*, const unsigned char*, std::size_t));

namespace monitora::external {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostNested = 1000;  // each operator is a few levels of JSON

int dialect_of(ExternalEngine engine) {
  switch (engine) {
    case ExternalEngine::postgres:
      return 0;
    case ExternalEngine::mysql:
      return 1;
    case ExternalEngine::sqlserver:
      break;
  }
  return 2;
}

}  // namespace

Result<json::value> parse_sql(ExternalEngine engine, std::string_view text) {
  const Status refused(
      Code::invalid_argument, "statement_refused",
      {"Cette requête ne se lit pas : écrivez un seul SELECT, dans le SQL de cette "
       "base.",
       "This statement cannot be read: write one SELECT, in the SQL of this "
       "database."});
  std::string tree;
  const auto take = [](void* context, const unsigned char* bytes, std::size_t length) {
    static_cast<std::string*>(context)->assign(reinterpret_cast<const char*>(bytes), length);
  };
  if (!monitora_parse_sql(dialect_of(engine), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size(), &tree, take))
    return refused;
  json::parse_options options;
  options.max_depth = kMostNested;
  boost::system::error_code error;
  json::value parsed = json::parse(tree, error, {}, options);
  if (error) return refused.with_detail(error.message());
  return parsed;
}

}  // namespace monitora::external
