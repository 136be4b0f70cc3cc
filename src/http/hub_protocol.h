// SignalR's JSON hub protocol, version 1, as text: what arrives and what is sent. Pure.
// (ASP.NET Core, docs/specs/HubProtocol.md.)
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace monitora::http::hub {

// Each record is followed by this character.
inline constexpr char kEnd = '\x1e';

// Cuts what arrives, in parts of any size, into records. Not thread-safe.
class Records {
 public:
  explicit Records(std::size_t longest) : longest_(longest) {}
  // Those that are complete now, without their end. too_large `message_too_large` for a longer one:
  // nothing can be read after it.
  Result<std::vector<std::string>> push(std::string_view part);

 private:
  const std::size_t longest_;
  std::string begun_;
};

// The first record of a client: invalid_argument `bad_handshake` unless it asks for this protocol.
Status check_handshake(std::string_view record);

struct Message {
  enum class Kind { invocation, stream_invocation, ping, close, other };
  Kind kind = Kind::other;
  std::string invocation_id;  // of an invocation; "" when no answer is wanted
  std::string target;
  boost::json::array arguments;
};
// Any later record. Kinds that nobody here waits for are `other`. invalid_argument `bad_message`.
Result<Message> parse_message(std::string_view record);

// Records to send, their end included.
std::string handshake_answer();
std::string handshake_refusal(std::string_view error);
std::string invocation(std::string_view target, boost::json::object argument);
std::string completion(std::string_view invocation_id, boost::json::value result);
std::string failed_completion(std::string_view invocation_id, std::string_view error);
std::string ping();
// `error` may be empty. The official client connects again by itself where it was told to and
// `allow_reconnect` is true.
std::string close(std::string_view error, bool allow_reconnect);

}  // namespace monitora::http::hub
