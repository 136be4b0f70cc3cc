// A connection's life: its beginning and end, deadlines, reading, waiting, the client's going away.
#include "http/connection.h"

#include <sys/socket.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/id.h"
#include "base/log.h"
#include "http/connection_exchange.h"
#include "http/socket_channel.h"

namespace monitora::http {
namespace {

constexpr std::size_t kHeadRead = 4 * 1024;

net::IpAddress to_address(const asio::ip::address& address) {
  return address.is_v4() ? net::IpAddress::v4(address.to_v4().to_bytes())
                         : net::IpAddress::v6(address.to_v6().to_bytes());
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> core, tcp::socket socket)
    : core_(std::move(core)), socket_(std::move(socket)), waker_(core_->runtime.context()) {
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  peer_ = to_address(peer.address()).unmapped();
  core_->connections.insert(this);
  ++core_->open;
}

Connection::~Connection() = default;

void Connection::start() {
  asio::co_spawn(core_->runtime.context(), run(shared_from_this()), asio::detached);
}

Connection::Async<void> Connection::run(std::shared_ptr<Connection> self) {
  try {
    limit(core_->options.header_timeout);
    while (!core_->stopping && co_await read_head()) {
      if (!co_await answer()) break;
    }
  } catch (const std::exception& error) {
    log::error("connection: {}", error.what());
  }
  finish_exchange();
  stop_watching();
  boost::system::error_code ignored;
  socket_.close(ignored);
  core_->connections.erase(this);
  {
    const std::lock_guard lock(core_->mutex);
    --core_->open;
  }
  core_->emptied.notify_all();
}

void Connection::tick(Time now) {
  if (now >= deadline_) {
    unlimited();
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    wake();
  }
  if (events_) {
    // Nobody else holds the sink: nobody will ever close it.
    if (events_.use_count() == 1) events_->close();
    // The write under way may wait for long: its reader has had its chance.
    if (events_->overflowed()) {
      boost::system::error_code ignored;
      socket_.cancel(ignored);
    }
    if (now - last_write_ >= core_->options.ping_interval) {
      last_write_ = now;
      events_->ping();
    }
  }
  if (messages_) {
    if (messages_->overflowed()) {
      boost::system::error_code ignored;
      socket_.cancel(ignored);
    }
    limit_farewell(now);
  }
}

void Connection::begin_stop() {
  if (idle_) {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  if (events_ || messages_) wake();
}

void Connection::abort() {
  vanished();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Connection::Async<bool> Connection::read_head() {
  idle_ = true;
  if (in_.empty()) {
    // An idle connection holds no buffer.
    in_ = {};
    if (!first_) limit(core_->options.idle_timeout);
    auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kNoThrow);
    if (error || core_->stopping) co_return false;
  }
  if (!first_) limit(core_->options.header_timeout);
  first_ = false;
  idle_ = false;
  exchange_ = std::make_unique<Exchange>(core_->options.header_limit);
  Exchange& x = *exchange_;
  x.request.request_id = Uuid::random().to_string();
  x.request.language = "fr";
  bool any = !in_.empty();
  for (;;) {
    if (!in_.empty()) {
      auto used = x.parser.parse(in_);
      if (!used.ok()) {
        x.problem = used.status();
        break;
      }
      in_.erase(0, *used);
      if (x.parser.head_done()) break;
    }
    if (!co_await fill(kHeadRead)) {
      if (!timed_out_ || !any) co_return false;
      x.problem = request_timeout();
      break;
    }
    any = true;
  }
  unlimited();
  co_return true;
}

Connection::Async<bool> Connection::fill(std::size_t most) {
  const std::size_t had = in_.size();
  in_.resize(had + most);
  auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(in_.data() + had, most), kNoThrow);
  in_.resize(had + count);
  co_return !error;
}

Connection::Async<bool> Connection::answer() {
  ++core_->in_flight;
  const Status status = prepare();
  Response response;
  if (status.ok()) {
    response = co_await dispatch();
  } else {
    exchange_->problem = status;
    response = core_->error(status, exchange_->request);
  }
  const bool again = co_await reply(std::move(response));
  --core_->in_flight;
  finish_exchange();
  co_return again && !core_->stopping;
}

Connection::Async<Status> Connection::on_worker(std::function<void()> work, bool next_step) {
  auto done = std::make_shared<bool>(false);  // written and read on the I/O thread
  auto job = [self = shared_from_this(), work = std::move(work), done] {
    try {
      work();
    } catch (const std::exception& error) {
      log::error("worker: {}", error.what());
    }
    self->core_->runtime.post([self, done] {
      *done = true;
      self->wake();
    });
  };
  if (next_step) {
    if (!core_->workers.post_next_step(std::move(job))) co_return Status::cancelled();
  } else {
    Status admitted = core_->workers.post(std::move(job));
    if (!admitted.ok()) co_return admitted;
  }
  while (!*done) co_await sleep();
  co_return Status();
}

Connection::Async<void> Connection::sleep() {
  waker_.expires_at(Time::max());
  co_await waker_.async_wait(kNoThrow);
}

void Connection::wake() {
  waker_.cancel();
}

std::function<void()> Connection::waker() {
  return [weak = weak_from_this(), &runtime = core_->runtime] {
    runtime.post([weak] {
      if (const auto self = weak.lock()) self->wake();
    });
  };
}

void Connection::watch() {
  if (watching_ || gone_) return;
  watching_ = std::make_shared<asio::cancellation_signal>();
  socket_.async_wait(
      tcp::socket::wait_read,
      asio::bind_cancellation_slot(
          watching_->slot(),
          [self = shared_from_this(), signal = watching_](const boost::system::error_code& error) {
            if (self->watching_ != signal) return;
            self->watching_ = nullptr;
            if (error) return;
            char byte = 0;
            const auto peeked =
                ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
            // Bytes are the next request's: they stay, and hide whatever comes behind them.
            if (peeked > 0) return;
            if (peeked < 0 && (errno == EAGAIN || errno == EINTR)) return self->watch();
            self->vanished();
          }));
}

void Connection::stop_watching() {
  if (const auto signal = std::exchange(watching_, nullptr))
    signal->emit(asio::cancellation_type::all);
}

void Connection::vanished() {
  gone_ = true;
  if (exchange_) exchange_->stop.request_stop();
  if (events_) events_->finish(true);
  if (messages_) messages_->finish();
  wake();
}

void Connection::finish_exchange() {
  if (!exchange_) return;
  core_->buffered -= exchange_->charged;
  // Files are removed by a worker: an unlink may wait for the disk.
  if (auto upload = std::move(exchange_->upload)) {
    exchange_->upload = nullptr;
    core_->workers.post_next_step([upload = std::move(upload)]() mutable { upload = nullptr; });
  }
  exchange_ = nullptr;
}

}  // namespace monitora::http
