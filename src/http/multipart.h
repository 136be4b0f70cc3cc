// multipart/form-data (RFC 7578, RFC 2046), incrementally: bytes in any portions → parts.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::http {

class MultipartParser {
 public:
  struct PartHead {
    std::string name;
    std::string filename;       // as sent, made well-formed UTF-8; filename* (RFC 8187) wins
    bool has_filename = false;  // a file, even with an empty name
  };
  // What is found, in order: begin, data any number of times, end, for each part. An error stops.
  class Parts {
   public:
    virtual ~Parts() = default;
    virtual Status begin(const PartHead& head) = 0;
    virtual Status data(std::string_view bytes) = 0;
    virtual Status end() = 0;
  };

  // `boundary` as in the Content-Type, without the leading dashes. `parts` must outlive the parser.
  MultipartParser(std::string_view boundary, Parts& parts);

  // invalid_argument `malformed_multipart`, or what `parts` answered; nothing may be fed
  // afterwards. Holds back less than a boundary's or a part's headers' length (8 KiB).
  Status feed(std::string_view bytes);
  // After the last byte: malformed_multipart unless the closing boundary was seen.
  Status finish();

 private:
  enum class State { preamble, after_boundary, headers, blank_line, data, epilogue };

  Status step(bool& again);
  Status begin_part(std::string_view headers);

  const std::string delimiter_;  // CRLF, two dashes, boundary
  Parts& parts_;
  State state_ = State::preamble;
  std::string pending_ = "\r\n";  // so that a boundary at the very start is found like any other
  std::size_t skipped_ = 0;
};

// The boundary of a Content-Type that is multipart/form-data; "" for any other or a bad boundary.
std::string multipart_boundary(std::string_view content_type);

}  // namespace monitora::http
