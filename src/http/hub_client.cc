#include "http/hub_client.h"

#include "base/log.h"

namespace monitora::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestRecord = 32 * 1024;
constexpr std::size_t kMostCalls = 32;  // that wait for one another
constexpr auto kToAttach = 30s;         // after negotiating
constexpr auto kToGreet = 15s;          // the handshake, after attaching
constexpr auto kPing = 15s;             // the official client gives up after 30 s of silence
// The official client pings every 15 s, but a browser may hold a hidden page's timers for a minute.
constexpr auto kSilence = 90s;

HubTransport::Text text(std::string records) {
  return std::make_shared<const std::string>(std::move(records));
}

// Programs compare the key, people read the sentence.
std::string error_text(const Status& status, const std::string& language) {
  const Status shown = shown_to_clients(status);
  const Sentence& sentence = shown.sentence();
  return std::string(shown.key()) + ": " + (language == "en" ? sentence.en : sentence.fr);
}

}  // namespace

HubClient::HubClient(std::string token, Owner owner, const Callbacks& callbacks, Now now)
    : token_(std::move(token)),
      user_(owner.user),
      callbacks_(callbacks),
      owner_(std::move(owner)),
      records_(kLongestRecord),
      heard_at_(now),
      sent_at_(now),
      begun_at_(now) {}

HubClient::Owner HubClient::owner() const {
  const std::lock_guard lock(mutex_);
  return owner_;
}

void HubClient::renew(std::string access_token) {
  const std::lock_guard lock(mutex_);
  owner_.access_token = std::move(access_token);
}

Status HubClient::attach(std::shared_ptr<HubTransport> transport, Now now) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::over) return Status::not_found("hub_connection_not_found");
  if (transport_)
    return Status(Code::conflict, "hub_transport",
                  {"Cette connexion a déjà un transport.", "This connection has a transport."});
  transport_ = std::move(transport);
  state_ = State::greeting;
  heard_at_ = sent_at_ = begun_at_ = now;
  return {};
}

std::shared_ptr<HubTransport> HubClient::transport() const {
  const std::lock_guard lock(mutex_);
  return transport_;
}

void HubClient::receive(std::string_view part, Now now) {
  std::unique_lock lock(mutex_);
  if (state_ == State::waiting || state_ == State::over) return;
  heard_at_ = now;
  auto records = records_.push(part);
  Status status = records.status();
  for (std::size_t i = 0; status.ok() && i < records->size() && state_ != State::over; ++i)
    status = take((*records)[i]);
  if (!status.ok()) {
    const std::string error = error_text(status, owner_.language);
    log::debug("hub: a client is sent away: {}", error);
    send_locked(
        text(state_ == State::greeting ? hub::handshake_refusal(error) : hub::close(error, false)));
    return end(lock);
  }
  if (calls_.empty() || running_) return;
  running_ = true;
  lock.unlock();
  if (callbacks_.has_work(shared_from_this())) return;
  lock.lock();
  running_ = false;
  const std::string busy =
      error_text(Status(Code::unavailable, "saturated",
                        {"Le serveur est très sollicité. Réessayez dans un instant.",
                         "The server is very busy. Try again in a moment."}),
                 owner_.language);
  for (const hub::Message& call : std::exchange(calls_, {}))
    if (!call.invocation_id.empty())
      send_locked(text(hub::failed_completion(call.invocation_id, busy)));
}

// One record, under the lock.
Status HubClient::take(const std::string& record) {
  if (state_ == State::greeting) {
    MONITORA_TRY(hub::check_handshake(record));
    state_ = State::open;
    send_locked(text(hub::handshake_answer()));
    return {};
  }
  MONITORA_ASSIGN(hub::Message message, hub::parse_message(record));
  switch (message.kind) {
    case hub::Message::Kind::invocation:
    case hub::Message::Kind::stream_invocation:
      if (calls_.size() >= kMostCalls)
        return Status(Code::rate_limited, "too_many_calls",
                      {"Trop d'appels à la fois.", "Too many calls at a time."});
      calls_.push_back(std::move(message));
      break;
    case hub::Message::Kind::close:
      if (transport_) transport_->close();
      break;
    case hub::Message::Kind::ping:
    case hub::Message::Kind::other:
      break;
  }
  return {};
}

void HubClient::run() {
  std::unique_lock lock(mutex_);
  while (state_ == State::open && !calls_.empty()) {
    const hub::Message call = std::move(calls_.front());
    calls_.pop_front();
    const std::string language = owner_.language;
    lock.unlock();
    Result<boost::json::value> result =
        call.kind == hub::Message::Kind::invocation
            ? callbacks_.call(shared_from_this(), call)
            : Status(Code::invalid_argument, "no_stream",
                     {"Cette méthode n'est pas un flux : appelez-la par « invoke ».",
                      "This method is no stream: call it by \"invoke\"."});
    std::string answer;
    if (!call.invocation_id.empty())
      answer = result.ok() ? hub::completion(call.invocation_id, *std::move(result))
                           : hub::failed_completion(call.invocation_id,
                                                    error_text(result.status(), language));
    lock.lock();
    if (!answer.empty() && state_ == State::open) send_locked(text(std::move(answer)));
  }
  running_ = false;
}

bool HubClient::send_locked(const HubTransport::Text& records) {
  if (!transport_) return false;
  sent_at_ = std::chrono::steady_clock::now();
  return transport_->send(records);
}

void HubClient::send(const HubTransport::Text& records) {
  std::unique_lock lock(mutex_);
  if (state_ != State::open || send_locked(records)) return;
  log::debug("hub: a client does not read what it is sent");
  end(lock);
}

void HubClient::close(std::string_view error, bool allow_reconnect) {
  std::unique_lock lock(mutex_);
  if (state_ == State::over) return;
  if (state_ == State::open) send_locked(text(hub::close(error, allow_reconnect)));
  end(lock);
}

bool HubClient::is_over() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::over;
}

void HubClient::heard(Now now) {
  const std::lock_guard lock(mutex_);
  heard_at_ = now;
}

void HubClient::lost() {
  std::unique_lock lock(mutex_);
  end(lock);
}

void HubClient::end(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(state_, State::over) == State::over) return;
  calls_.clear();
  if (transport_) transport_->close();
  lock.unlock();
  callbacks_.over(shared_from_this());
}

void HubClient::tick(Now now) {
  std::unique_lock lock(mutex_);
  switch (state_) {
    case State::waiting:
      if (now - begun_at_ > kToAttach) end(lock);
      return;
    case State::greeting:
      if (now - begun_at_ > kToGreet) end(lock);
      return;
    case State::open:
      break;
    case State::over:
      return;
  }
  if (now - heard_at_ > kSilence || !transport_->is_alive(now)) return end(lock);
  static const HubTransport::Text kPingText = text(hub::ping());
  if (now - sent_at_ >= kPing && !send_locked(kPingText)) end(lock);
}

}  // namespace monitora::http
