// The SignalR hub /hubs/workspace: members of a workspace hear what happens in it, on whichever
// node it happens.
//
// A client belongs to the node that it is connected to. A change of the log is loaded once a node,
// written as records once, and sent to the workspace's clients here. What a client may hear is
// decided when it subscribes, and again every kCheckAccess: a connection does not outlive its
// session, its token or its membership by more.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "http/hub_client.h"
#include "ports/event_bus.h"

namespace monitora {
class Executor;
class WorkspaceStore;
}  // namespace monitora

namespace monitora::http {

class LiveEvents;

struct HubParts {
  EventBus& bus;
  LiveEvents& events;
  WorkspaceStore& workspaces;
  Executor& workers;
  // Unauthenticated when this is nobody's session any more; other errors say nothing.
  std::function<Status(const HubClient::Owner&)> still_signed_in;
};

// Thread-safe. The parts outlive it; it outlives every request and WebSocket of its clients.
class Hub {
 public:
  static constexpr std::chrono::seconds kCheckAccess{15};

  explicit Hub(HubParts parts);
  ~Hub();  // stop()
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // A client that will attach. rate_limited `too_many_connections` when its user has too many;
  // conflict `hub_transport` when there is one of this token.
  Result<std::shared_ptr<HubClient>> open(HubClient::Owner owner, std::string token);
  // not_found `hub_connection_not_found` for anybody else's, too.
  Result<std::shared_ptr<HubClient>> find(const std::string& token, const UserId& user) const;
  std::size_t clients() const;

  // Ends connections whose session is over, and those that hear of a workspace which their user may
  // no longer read. Done every kCheckAccess; blocks for the database.
  void check_access();
  // Tells all clients to connect again, elsewhere; nobody is told of anything afterwards.
  void stop();

 private:
  using Now = HubClient::Now;
  struct Entry {
    std::shared_ptr<HubClient> client;
    std::unordered_set<WorkspaceId> workspaces;
    std::optional<Now> forget_at;  // over, but may still be polled for its last words
  };
  struct Group {
    std::shared_ptr<void> listening;
    std::unordered_set<std::shared_ptr<HubClient>> members;
  };

  Result<boost::json::value> call(const std::shared_ptr<HubClient>& client,
                                  const hub::Message& message);
  Result<boost::json::value> subscribe(const std::shared_ptr<HubClient>& client,
                                       const boost::json::array& arguments);
  Result<boost::json::value> unsubscribe(const std::shared_ptr<HubClient>& client,
                                         const boost::json::array& arguments);
  Status join(const std::shared_ptr<HubClient>& client, const WorkspaceId& workspace);
  void leave(const std::shared_ptr<HubClient>& client, const WorkspaceId& workspace);
  void over(const std::shared_ptr<HubClient>& client);

  std::vector<std::shared_ptr<HubClient>> all() const;
  std::vector<std::shared_ptr<HubClient>> members(const WorkspaceId& workspace) const;
  void heard(const Change& change);
  void tell(const std::stop_token& stop);
  void tell(const Change& change);
  void tick(const std::stop_token& stop);

  const HubParts parts_;
  const HubClient::Callbacks callbacks_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> clients_;  // by token
  std::unordered_map<UserId, std::size_t> of_user_;
  std::unordered_map<WorkspaceId, Group> groups_;
  bool stopped_ = false;
  bool checking_ = false;

  std::mutex changes_mutex_;
  std::condition_variable_any changes_came_;
  std::deque<Change> changes_;

  std::jthread teller_, ticker_;
};

}  // namespace monitora::http
