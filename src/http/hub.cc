#include "http/hub.h"

#include <boost/json.hpp>
#include <map>

#include "base/deadline.h"
#include "base/log.h"
#include "base/text.h"
#include "http/live_events.h"
#include "ports/executor.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

// Against a program that runs away; a person's tabs are a few.
constexpr std::size_t kMostOfUser = 2000;
constexpr std::size_t kMostWorkspaces = 100;  // of one client
constexpr std::size_t kMostChanges = 10'000;  // that wait to be told
constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kCall{30};
constexpr std::chrono::seconds kLastWords{10};

Status bad_arguments() {
  return Status(Code::invalid_argument, "bad_arguments",
                {"Les arguments sont : l'identifiant d'un espace, puis, au besoin, un numéro.",
                 "The arguments are: a workspace's id and, where wanted, a number."});
}

Result<WorkspaceId> workspace_of(const json::array& arguments) {
  if (arguments.empty() || !arguments[0].is_string()) return bad_arguments();
  const auto id = WorkspaceId::parse(std::string_view(arguments[0].as_string()));
  if (!id) return Status::not_found("workspace_not_found");
  return *id;
}

}  // namespace

Hub::Hub(HubParts parts)
    : parts_(std::move(parts)),
      callbacks_{[this](const auto& client) {
                   return parts_.workers.post([client] { client->run(); }).ok();
                 },
                 [this](const auto& client, const auto& message) { return call(client, message); },
                 [this](const auto& client) { over(client); }} {
  teller_ = std::jthread([this](const std::stop_token& stop) { tell(stop); });
  ticker_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
}

Hub::~Hub() {
  stop();
}

void Hub::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  teller_ = {};
  ticker_ = {};
  for (const auto& client : all()) client->close("", true);
}

Result<std::shared_ptr<HubClient>> Hub::open(HubClient::Owner owner, std::string token) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return Status::cancelled();
  std::size_t& count = of_user_[owner.user];
  if (count >= kMostOfUser)
    return Status(Code::rate_limited, "too_many_connections",
                  {"Trop de connexions ouvertes par ce compte.",
                   "This account has too many connections open."})
        .with_retry_after(30);
  const auto client =
      std::make_shared<HubClient>(token, std::move(owner), callbacks_, Steady::now());
  if (!clients_.emplace(std::move(token), Entry{client, {}, {}}).second)
    return Status(Code::conflict, "hub_transport",
                  {"Cette connexion a déjà un transport.", "This connection has a transport."});
  ++count;
  return client;
}

Result<std::shared_ptr<HubClient>> Hub::find(const std::string& token, const UserId& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(token);
  if (found == clients_.end() || found->second.client->user() != user)
    return Status::not_found("hub_connection_not_found");
  return found->second.client;
}

std::size_t Hub::clients() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

void Hub::over(const std::shared_ptr<HubClient>& client) {
  const std::shared_ptr<HubTransport> transport = client->transport();
  const bool polls = transport && transport->kind() == HubTransport::Kind::polling;
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client->token());
  if (found == clients_.end() || found->second.client != client) return;
  for (const WorkspaceId& workspace : std::exchange(found->second.workspaces, {}))
    leave(client, workspace);
  const auto count = of_user_.find(client->user());
  if (--count->second == 0) of_user_.erase(count);
  if (polls)
    found->second.forget_at = Steady::now() + kLastWords;
  else
    clients_.erase(found);
}

// Under the lock. Waits for no call of a listener that would wait for the lock: heard() takes
// another.
void Hub::leave(const std::shared_ptr<HubClient>& client, const WorkspaceId& workspace) {
  const auto group = groups_.find(workspace);
  if (group == groups_.end()) return;
  group->second.members.erase(client);
  if (group->second.members.empty()) groups_.erase(group);
}

Status Hub::join(const std::shared_ptr<HubClient>& client, const WorkspaceId& workspace) {
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client->token());
  if (found == clients_.end() || found->second.forget_at) return Status::cancelled();
  auto& workspaces = found->second.workspaces;
  if (workspaces.contains(workspace)) return {};
  if (workspaces.size() >= kMostWorkspaces)
    return Status(Code::rate_limited, "too_many_subscriptions",
                  {"Trop d'espaces suivis par une connexion.",
                   "One connection follows too many workspaces."});
  workspaces.insert(workspace);
  Group& group = groups_[workspace];
  if (!group.listening)
    group.listening = parts_.bus.listen(workspace, [this](const Change& change) { heard(change); });
  group.members.insert(client);
  return {};
}

Result<json::value> Hub::call(const std::shared_ptr<HubClient>& client,
                              const hub::Message& message) {
  const ScopedDeadline scope(Deadline::in(kCall));
  const std::string method = lower(message.target);
  try {
    if (method == "subscribe") return subscribe(client, message.arguments);
    if (method == "unsubscribe") return unsubscribe(client, message.arguments);
  } catch (const std::exception& error) {
    return Status::internal("hub: " + method + ": " + error.what());
  }
  return Status(Code::not_found, "unknown_method",
                {"Cette méthode n'existe pas : Subscribe, Unsubscribe.",
                 "There is no such method: Subscribe, Unsubscribe."});
}

Result<json::value> Hub::subscribe(const std::shared_ptr<HubClient>& client,
                                   const json::array& arguments) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(arguments));
  std::optional<std::int64_t> since;
  if (arguments.size() > 2) return bad_arguments();
  if (arguments.size() == 2 && !arguments[1].is_null()) {
    boost::system::error_code inexact;
    since = arguments[1].is_number() ? arguments[1].to_number<std::int64_t>(inexact) : -1;
    if (inexact || *since < 0) return bad_arguments();
  }
  MONITORA_ASSIGN(const UserRole role, parts_.workspaces.role(client->user(), workspace));
  // From here on it hears; what it has missed is looked up after that, so nothing falls between.
  MONITORA_TRY(join(client, workspace));
  json::object result{{"workspace_id", workspace.to_string()}, {"role", to_string(role)}};
  MONITORA_ASSIGN(result["sequence"], parts_.events.latest());
  if (!since) return json::value(std::move(result));
  MONITORA_ASSIGN(LiveEvents::Missed missed, parts_.events.missed(workspace, *since));
  json::array events;
  for (LiveEvent& event : missed.events)
    events.push_back({{"event", event.name}, {"data", std::move(event.fields)}});
  result["missed"] = std::move(events);
  result["complete"] = missed.complete;
  return json::value(std::move(result));
}

Result<json::value> Hub::unsubscribe(const std::shared_ptr<HubClient>& client,
                                     const json::array& arguments) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(arguments));
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client->token());
  if (found != clients_.end() && found->second.workspaces.erase(workspace) > 0)
    leave(client, workspace);
  return json::value();
}

std::vector<std::shared_ptr<HubClient>> Hub::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<HubClient>> found;
  for (const auto& [token, entry] : clients_) found.push_back(entry.client);
  return found;
}

std::vector<std::shared_ptr<HubClient>> Hub::members(const WorkspaceId& workspace) const {
  const std::lock_guard lock(mutex_);
  const auto group = groups_.find(workspace);
  if (group == groups_.end()) return {};
  return {group->second.members.begin(), group->second.members.end()};
}

// On the bus' thread: loading waits for the database, which is not its affair.
void Hub::heard(const Change& change) {
  {
    const std::lock_guard lock(changes_mutex_);
    changes_.push_back(change);
  }
  changes_came_.notify_one();
}

void Hub::tell(const std::stop_token& stop) {
  std::unique_lock lock(changes_mutex_);
  while (changes_came_.wait(lock, stop, [this] { return !changes_.empty(); })) {
    const bool behind = changes_.size() > kMostChanges;
    const Change change = std::move(changes_.front());
    changes_.pop_front();
    if (behind) changes_.clear();
    lock.unlock();
    if (behind) {
      log::warning("hub: too many changes wait to be told: clients connect again");
      for (const auto& client : all()) client->close("events_lost", true);
    } else {
      tell(change);
    }
    lock.lock();
  }
}

void Hub::tell(const Change& change) {
  const auto told = members(change.workspace_id);
  if (told.empty()) return;
  const ScopedDeadline scope(Deadline::in(kCall));
  const Result<std::vector<LiveEvent>> events = parts_.events.of(change);
  if (!events.ok()) {
    // They ask for what they have missed when they are back.
    log::warning("hub: a change could not be told: {}", events.status().to_string());
    for (const auto& client : told) client->close("events_lost", true);
    return;
  }
  for (const LiveEvent& event : *events) {
    const auto records =
        std::make_shared<const std::string>(hub::invocation(event.name, event.fields));
    for (const auto& client : told) client->send(records);
  }
}

void Hub::tick(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  Now checked = Steady::now();
  while (!condition.wait_for(lock, stop, kTick, [] { return false; }) && !stop.stop_requested()) {
    const Now now = Steady::now();
    for (const auto& client : all()) client->tick(now);
    bool check = false;
    {
      const std::lock_guard hold(mutex_);
      std::erase_if(clients_, [now](const auto& each) {
        return each.second.forget_at && now > *each.second.forget_at;
      });
      check = now - checked >= kCheckAccess && !checking_;
      checking_ = checking_ || check;
    }
    if (!check) continue;
    checked = now;
    if (parts_.workers.post([this] { check_access(); }).ok()) continue;
    const std::lock_guard hold(mutex_);
    checking_ = false;
  }
}

// What the database does not answer stays as it was.
void Hub::check_access() {
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [token, entry] : clients_)
      if (!entry.forget_at) entries.push_back(entry);
  }
  std::unordered_map<std::string, bool> sessions;
  std::map<std::pair<UserId, WorkspaceId>, bool> memberships;
  const auto is_member = [&](const UserId& user, const WorkspaceId& workspace) {
    const auto [found, first] = memberships.try_emplace({user, workspace}, true);
    if (first)
      found->second = parts_.workspaces.role(user, workspace).status().code() != Code::not_found;
    return found->second;
  };
  for (const Entry& entry : entries) {
    const ScopedDeadline scope(Deadline::in(kCall));
    const HubClient::Owner owner = entry.client->owner();
    const auto [session, first] = sessions.try_emplace(owner.access_token, true);
    if (first) session->second = parts_.still_signed_in(owner).code() != Code::unauthenticated;
    // A fresh token, or one workspace less, and it may connect again.
    if (!session->second)
      entry.client->close("signed_out", true);
    else if (!std::all_of(entry.workspaces.begin(), entry.workspaces.end(),
                          [&](const auto& each) { return is_member(owner.user, each); }))
      entry.client->close("workspace_not_found", true);
  }
  const std::lock_guard lock(mutex_);
  checking_ = false;
}

}  // namespace monitora::http
