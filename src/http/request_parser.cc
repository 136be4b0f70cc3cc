#include "http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/text.h"

namespace monitora::http {
namespace beast = boost::beast;

namespace {
// Between chunks: a chunk's size line, or the trailer.
constexpr std::size_t kChunkHeaderLimit = 4096;
constexpr std::size_t kMostFields = 100;
}  // namespace

class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  using error_code = boost::system::error_code;

  Impl(RequestParser& owner, std::size_t limit, std::function<void(std::string_view)> body)
      : owner_(owner), limit_(limit), on_body_(std::move(body)) {
    header_limit(static_cast<std::uint32_t>(limit));
    body_limit(boost::none);  // the connection counts: the limit depends on the route
  }

  Result<std::size_t> parse(std::string_view bytes);

 private:
  void on_request_impl(beast::http::verb, beast::string_view name, beast::string_view where,
                       int version, error_code&) override {
    owner_.method = std::string_view(name.data(), name.size());
    owner_.target = std::string_view(where.data(), where.size());
    owner_.http_1_0 = version == 10;
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    if (is_header_done()) return;  // a trailer: read, never believed
    if (owner_.headers.size() >= kMostFields) {
      error = beast::http::error::header_limit;
      return;
    }
    owner_.headers.emplace_back(lower({name.data(), name.size()}),
                                std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code& error) override {
    int hosts = 0;
    for (const auto& [name, value] : owner_.headers) {
      if (name == "host") ++hosts;
      if (name == "transfer-encoding" && (owner_.http_1_0 || lower(trim(value)) != "chunked")) {
        error = beast::http::error::bad_transfer_encoding;
      }
    }
    if (hosts > 1 || (hosts == 0 && !owner_.http_1_0)) error = beast::http::error::bad_field;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    on_body_({body.data(), body.size()});
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    on_body_({body.data(), body.size()});
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  RequestParser& owner_;
  const std::size_t limit_;
  const std::function<void(std::string_view)> on_body_;
  std::size_t header_bytes_ = 0;
};

Result<std::size_t> RequestParser::Impl::parse(std::string_view bytes) {
  const auto malformed = [](std::string detail) {
    return Status(
        Code::invalid_argument, "malformed_request",
        {"Cette requête n'est pas du HTTP/1.1 valide.", "This request is not valid HTTP/1.1."},
        std::move(detail));
  };
  const auto too_large = [] {
    return Status(Code::invalid_argument, "header_too_large",
                  {"Les en-têtes de la requête sont trop longs.",
                   "The headers of the request are too long."});
  };
  std::size_t used = 0;
  while (!is_done()) {
    const bool in_header = !is_header_done();
    error_code error;
    const std::size_t taken = put({bytes.data() + used, bytes.size() - used}, error);
    used += taken;
    // Beast's own limit is on what is not yet parsed; ours is on the whole.
    if (in_header) header_bytes_ += taken;
    const std::size_t waiting = bytes.size() - used;
    if (error == beast::http::error::header_limit || (in_header && header_bytes_ > limit_))
      return too_large();
    if (error == beast::http::error::need_more) {
      if (!is_header_done() && header_bytes_ + waiting > limit_) return too_large();
      if (is_header_done() && waiting > kChunkHeaderLimit)
        return malformed("chunk header too long");
      break;
    }
    if (error) return malformed(error.message());
    if (in_header && is_header_done()) break;
    if (used == bytes.size()) break;
  }
  return used;
}

RequestParser::RequestParser(std::size_t header_limit,
                             std::function<void(std::string_view)> on_body)
    : impl_(std::make_unique<Impl>(*this, header_limit, std::move(on_body))) {}
RequestParser::~RequestParser() = default;

Result<std::size_t> RequestParser::parse(std::string_view bytes) {
  return impl_->parse(bytes);
}
bool RequestParser::head_done() const {
  return impl_->is_header_done();
}
bool RequestParser::done() const {
  return impl_->is_done();
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}
bool RequestParser::chunked() const {
  return impl_->chunked();
}
std::optional<std::uint64_t> RequestParser::content_length() const {
  const auto length = impl_->content_length();
  return length ? std::optional(*length) : std::nullopt;
}

}  // namespace monitora::http
