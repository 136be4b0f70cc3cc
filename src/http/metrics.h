// What the server counts, in Prometheus' text format. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace monitora::http {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // One finished request: `route` is the pattern ("" when none matched), never the path, so that
  // the number of series is bounded.
  void count_request(std::string_view method, std::string_view route, int status, double seconds);
  // A value read at each scrape. `read` must be thread-safe and quick.
  void gauge(const std::string& name, const std::string& help, std::function<double()> read);
  // A counter of the caller's, created at the first call; `label` is "" or one "name=value".
  void count(const std::string& name, const std::string& help, std::string_view label = {},
             double by = 1);

  std::string render() const;  // Content-Type "text/plain; version=0.0.4; charset=utf-8"

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace monitora::http
