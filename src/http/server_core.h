// What a server's connections share. Inside the http room only.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

#include "http/metrics.h"
#include "http/server.h"
#include "net/runtime.h"
#include "net/worker_pool.h"

namespace monitora::http {

class Connection;

struct ServerCore {
  ServerCore(net::Runtime& io, net::WorkerPool& pool, Metrics& counts, Router routes,
             ServerOptions given);

  Response error(const Status& status, const Request& request) const;

  net::Runtime& runtime;
  net::WorkerPool& workers;
  Metrics& metrics;
  const Router router;
  const ServerOptions options;
  // Bodies written by parts wait for their readers: they take no worker from the others.
  net::WorkerPool writers;

  // On the I/O thread only:
  boost::asio::ip::tcp::acceptor acceptor;
  boost::asio::steady_timer ticker;  // one timer for all deadlines and pings
  std::unordered_set<Connection*> connections;
  std::size_t buffered = 0;               // bytes of request bodies
  std::array<char, 16 * 1024> discarded;  // where unwanted bytes go
  bool stopping = false;

  std::atomic<std::size_t> streams = 0;
  std::atomic<std::size_t> in_flight = 0;
  std::atomic<std::size_t> open = 0;
  std::mutex mutex;
  bool stop_begun = false;          // under `mutex`
  std::condition_variable emptied;  // `open` became 0
};

}  // namespace monitora::http
