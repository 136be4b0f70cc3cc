// Whatever the bytes and wherever they are cut, the parts are the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/multipart.h"

namespace {

using monitora::Status;
using monitora::http::MultipartParser;

class Heard final : public MultipartParser::Parts {
 public:
  Status begin(const MultipartParser::PartHead& head) override {
    if (open_) std::abort();
    open_ = true;
    text += head.name + '\1' + head.filename + '\2';
    return {};
  }
  Status data(std::string_view bytes) override {
    if (!open_ || bytes.empty()) std::abort();
    text.append(bytes);
    return {};
  }
  Status end() override {
    if (!open_) std::abort();
    open_ = false;
    text += '\3';
    return {};
  }
  std::string text;

 private:
  bool open_ = false;
};

std::string parts(std::string_view bytes, std::size_t step) {
  Heard heard;
  MultipartParser parser("XX", heard);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!parser.feed(bytes.substr(at, step)).ok()) return "malformed";
  }
  return parser.finish().ok() ? heard.text : "malformed";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)monitora::http::multipart_boundary(bytes);
  if (parts(bytes, 1) != parts(bytes, size + 1)) std::abort();
  // The same as the body of a first part, so that the interesting states are near.
  const std::string inside = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" +
                             std::string(bytes) + "\r\n--XX--";
  if (parts(inside, 1) != parts(inside, inside.size())) std::abort();
  return 0;
}
