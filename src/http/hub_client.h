// One client of the hub: its handshake, what it asks and what it is sent, over whichever transport.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/id.h"
#include "http/hub_protocol.h"
#include "http/response.h"
#include "ports/user_store.h"

namespace monitora::http {

// How records reach a client. Calls are made one at a time.
class HubTransport {
 public:
  using Text = WebSocket::Text;
  enum class Kind { web_socket, events, polling };

  virtual ~HubTransport() = default;
  virtual Kind kind() const = 0;
  // False once the client is gone or too slow: it is then disconnected.
  virtual bool send(const Text& records) = 0;
  virtual void close() = 0;  // after what was sent
  // False for one whose client has not come back for too long.
  virtual bool is_alive(std::chrono::steady_clock::time_point /*now*/) { return true; }
};

// Thread-safe.
class HubClient : public std::enable_shared_from_this<HubClient> {
 public:
  using Now = std::chrono::steady_clock::time_point;

  // Whose connection this is; compared again with the database from time to time.
  struct Owner {
    UserId user;
    std::string access_token;
    Client client;
    std::string language;
  };
  // What the hub does for its clients; called under none of a client's locks.
  struct Callbacks {
    // A call of a method has come: run() is wanted, on a worker. False: nobody has time.
    std::function<bool(const std::shared_ptr<HubClient>&)> has_work;
    // What a method answers.
    std::function<Result<boost::json::value>(const std::shared_ptr<HubClient>&,
                                             const hub::Message&)>
        call;
    // The connection is over. Once.
    std::function<void(const std::shared_ptr<HubClient>&)> over;
  };

  HubClient(std::string token, Owner owner, const Callbacks& callbacks, Now now);

  const std::string& token() const { return token_; }
  const UserId& user() const { return user_; }
  Owner owner() const;
  void renew(std::string access_token);  // a newer one came with a request

  // Conflict `hub_transport` when it has one already, not_found when it is over.
  Status attach(std::shared_ptr<HubTransport> transport, Now now);
  std::shared_ptr<HubTransport> transport() const;

  // What the client has sent, in parts of any size. What is wrong ends the connection.
  void receive(std::string_view part, Now now);
  void heard(Now now);  // it has polled
  // Runs what was called, in order.
  void run();

  void send(const HubTransport::Text& records);
  // Says so, and ends it. `error` may be empty.
  void close(std::string_view error, bool allow_reconnect);
  void lost();  // the transport is gone
  bool is_over() const;

  // Pings, and ends what has been silent for too long.
  void tick(Now now);

 private:
  enum class State { waiting, greeting, open, over };

  Status take(const std::string& record);
  bool send_locked(const HubTransport::Text& records);
  void end(std::unique_lock<std::mutex>& lock);

  const std::string token_;
  const UserId user_;
  const Callbacks& callbacks_;

  mutable std::mutex mutex_;
  Owner owner_;
  State state_ = State::waiting;
  std::shared_ptr<HubTransport> transport_;
  hub::Records records_;
  std::deque<hub::Message> calls_;
  bool running_ = false;
  Now heard_at_, sent_at_, begun_at_;
};

}  // namespace monitora::http
