#include "net/response_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/text.h"

namespace monitora::net {
namespace beast = boost::beast;

namespace {

constexpr std::size_t kHeaderLimit = 64 * 1024;
constexpr std::size_t kMostFields = 200;

Status bad_response(std::string_view key, std::string detail) {
  return Status(Code::upstream_failed, key,
                {"Le service distant a envoyé une réponse incompréhensible.",
                 "The remote service sent a response that makes no sense."},
                std::move(detail));
}

}  // namespace

class ResponseParser::Impl final : public beast::http::basic_parser<false> {
 public:
  using error_code = boost::system::error_code;

  explicit Impl(ResponseParser& owner) : owner_(owner) {
    header_limit(kHeaderLimit);
    body_limit(boost::none);  // the client counts
    skip(owner.head_request_);
  }

  std::size_t header_bytes = 0;

 private:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                       error_code&) override {}
  void on_response_impl(int code, beast::string_view, int, error_code&) override {
    owner_.status = code;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code& error) override {
    if (is_header_done()) return;
    if (owner_.headers.size() >= kMostFields) {
      error = beast::http::error::header_limit;
      return;
    }
    owner_.headers.emplace_back(lower({name.data(), name.size()}),
                                std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    owner_.on_body_({body.data(), body.size()});
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    owner_.on_body_({body.data(), body.size()});
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  ResponseParser& owner_;
};

ResponseParser::ResponseParser(bool head_request, std::function<void(std::string_view)> on_body)
    : head_request_(head_request),
      on_body_(std::move(on_body)),
      impl_(std::make_unique<Impl>(*this)) {}
ResponseParser::~ResponseParser() = default;

void ResponseParser::restart() {
  status = 0;
  headers.clear();
  impl_ = std::make_unique<Impl>(*this);
}

Result<std::size_t> ResponseParser::parse(std::string_view bytes) {
  std::size_t used = 0;
  while (!impl_->is_done() && used < bytes.size()) {
    const bool in_header = !impl_->is_header_done();
    Impl::error_code error;
    const std::size_t taken = impl_->put({bytes.data() + used, bytes.size() - used}, error);
    used += taken;
    if (in_header) impl_->header_bytes += taken;
    const std::size_t waiting = bytes.size() - used;
    if (error == beast::http::error::need_more) {
      if (waiting + (in_header ? impl_->header_bytes : 0) > kHeaderLimit) {
        return bad_response("malformed_response", "header too long");
      }
      break;
    }
    if (error) return bad_response("malformed_response", error.message());
    if (in_header && impl_->is_header_done()) {
      if (status < 200 && status != 101) {
        restart();
        continue;
      }
      break;
    }
  }
  return used;
}

Status ResponseParser::end_of_file() {
  Impl::error_code error;
  if (impl_->got_some()) {
    impl_->put_eof(error);
    if (!error) return {};
  }
  return bad_response("connection_lost", "the connection ended within the response");
}

bool ResponseParser::head_done() const {
  return impl_->is_header_done();
}
bool ResponseParser::done() const {
  return impl_->is_done();
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive();
}

}  // namespace monitora::net
