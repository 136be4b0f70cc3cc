#include "apps/webhook_sender.h"

namespace monitora::apps {
namespace {

constexpr std::chrono::seconds kLongest{10};
constexpr std::size_t kLongestUrl = 2000;
constexpr std::size_t kMostRead = 64 << 10;  // of a response; nobody is shown it

}  // namespace

Status GuardedSender::check(const std::string& url) {
  if (url.size() > kLongestUrl)
    return Status::invalid("url", {"Cette adresse est trop longue.", "This address is too long."});
  const Result<std::string> host = net::host_of_url(url);
  if (!host.ok()) return Status::invalid("url", host.status().sentence());
  const Status status = guard_.resolve(*host).status();
  return status.ok() ? status : Status::invalid("url", status.sentence());
}

Result<int> GuardedSender::post(const std::string& url,
                                std::vector<std::pair<std::string, std::string>> headers,
                                std::string body) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.max_response = kMostRead;
  request.total_timeout = kLongest;
  MONITORA_ASSIGN(const net::HttpResponse response, client_.fetch(std::move(request)));
  return response.status;
}

}  // namespace monitora::apps
