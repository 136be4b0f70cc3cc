#include "http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <vector>

namespace monitora::http {

class Metrics::Impl {
 public:
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("monitora_http_requests_total")
          .Help("Requests by method, route and status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& seconds =
      prometheus::BuildHistogram()
          .Name("monitora_http_request_seconds")
          .Help("Time from a request's headers to the end of its response.")
          .Register(registry);
  struct Read {
    prometheus::Gauge* gauge;
    std::function<double()> value;
  };
  std::mutex mutex;  // over the two below
  std::vector<Read> gauges;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count_request(std::string_view method, std::string_view route, int status,
                            double seconds) {
  static const prometheus::Histogram::BucketBoundaries kBuckets = {
      .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30};
  const std::string pattern(route.empty() ? "none" : route);
  impl_->requests
      .Add(
          {{"method", std::string(method)}, {"route", pattern}, {"status", std::to_string(status)}})
      .Increment();
  impl_->seconds.Add({{"route", pattern}}, kBuckets).Observe(seconds);
}

void Metrics::gauge(const std::string& name, const std::string& help,
                    std::function<double()> read) {
  prometheus::Gauge& gauge =
      prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add({});
  const std::lock_guard lock(impl_->mutex);
  impl_->gauges.push_back({&gauge, std::move(read)});
}

void Metrics::count(const std::string& name, const std::string& help, std::string_view label,
                    double by) {
  prometheus::Labels labels;
  if (const std::size_t equals = label.find('='); equals != std::string_view::npos) {
    labels.emplace(std::string(label.substr(0, equals)), std::string(label.substr(equals + 1)));
  }
  prometheus::Family<prometheus::Counter>* family = nullptr;
  {
    const std::lock_guard lock(impl_->mutex);
    auto& known = impl_->counters[name];
    if (!known) known = &prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
    family = known;
  }
  family->Add(labels).Increment(by);
}

std::string Metrics::render() const {
  {
    const std::lock_guard lock(impl_->mutex);
    for (const Impl::Read& read : impl_->gauges) read.gauge->Set(read.value());
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace monitora::http
