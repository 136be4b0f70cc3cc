// Reads the parameters after a path's `?` and collects every fault, as fields.h does for a body.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "http/request.h"

namespace monitora::http {

// Each read notes what is wrong and answers nothing; finish() answers the faults. Parameters that
// nobody reads are ignored.
class Query {
 public:
  explicit Query(const Request& request) : request_(request) {}

  bool has(std::string_view name) const { return request_.query.contains(std::string(name)); }
  // "" when absent.
  std::string text(std::string_view name, std::size_t most_characters);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<int> whole_number(std::string_view name, int least, int most);
  // One of `allowed`.
  std::optional<std::string> choice(std::string_view name,
                                    std::span<const std::string_view> allowed);

  // `?from=` and `&to=`: RFC 3339 times, or days (2026-11-22) of `zone`. `to` is not in the range;
  // a day is, whole. Years before 1900 and after 9000 are brought there.
  struct Range {
    std::optional<Time> from, to;
  };
  Range range(const TimeZone& zone);

  void fail(std::string_view name, Sentence message) {
    errors_.push_back({std::string(name), std::move(message)});
  }
  Status finish() { return errors_.empty() ? Status() : Status::invalid(std::move(errors_)); }

 private:
  std::optional<Time> bound(std::string_view name, const TimeZone& zone, bool end);

  const Request& request_;
  std::vector<FieldError> errors_;
};

}  // namespace monitora::http
