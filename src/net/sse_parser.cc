#include "net/sse_parser.h"

namespace monitora::net {

Status SseParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    line_.append(bytes.substr(0, end));
    if (line_.size() + data_.size() > limit_) {
      return Status(Code::upstream_failed, "event_too_long",
                    {"Le service distant a envoyé un événement trop long.",
                     "The remote service sent an event that is too long."});
    }
    if (end == std::string_view::npos) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    line(line_);
    line_.clear();
  }
  return {};
}

void SseParser::finish() {
  if (!line_.empty()) line(line_);
  line_.clear();
  dispatch();
}

void SseParser::line(std::string_view text) {
  if (at_start_) {
    at_start_ = false;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  }
  if (text.empty()) return dispatch();
  const std::size_t colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) data_.push_back('\n');
    data_.append(value);
    has_data_ = true;
  } else if (field == "event") {
    type_ = value;
  }
  // A comment (nothing before the colon), id, retry and unknown fields mean nothing here.
}

void SseParser::dispatch() {
  if (has_data_) on_event_({type_, data_});
  has_data_ = false;
  data_.clear();
  type_.clear();
}

}  // namespace monitora::net
