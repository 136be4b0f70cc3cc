// The text/event-stream format (WHATWG HTML, section "Server-sent events"), incrementally.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::net {

// Not thread-safe. Input may be cut anywhere, inside a character or a CRLF too.
class SseParser {
 public:
  struct Event {
    std::string_view type;  // "" when the stream names none
    std::string_view data;  // lines joined by \n
  };
  using OnEvent = std::function<void(const Event&)>;

  // `limit`: bytes of one event (its data and the line being read). Views given to `on_event` live
  // until it returns. It must not feed this parser.
  SseParser(std::size_t limit, OnEvent on_event) : limit_(limit), on_event_(std::move(on_event)) {}

  // upstream_failed `event_too_long` once the limit is passed; the parser is of no use afterwards.
  Status feed(std::string_view bytes);
  // The stream has ended: an event without its blank line is given too, since some servers leave it
  // out at the end (the standard drops it).
  void finish();

 private:
  void line(std::string_view text);
  void dispatch();

  const std::size_t limit_;
  const OnEvent on_event_;
  std::string line_;
  std::string data_;
  std::string type_;
  bool has_data_ = false;
  bool at_start_ = true;   // a byte order mark may come
  bool after_cr_ = false;  // a line feed now belongs to the line end before it
};

}  // namespace monitora::net
