#include "domain/handover.h"

#include <boost/json.hpp>

namespace monitora {

namespace json = boost::json;

int low_answers_in_a_row(const std::vector<Message>& messages) {
  int low = 0;
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (message->role != "assistant") continue;
    if (!message->rag_score || confidence_of(*message->rag_score) != "low") break;
    ++low;
  }
  return low;
}

std::string author_metadata(const MessageAuthor& author) {
  return json::serialize(
      json::object{{"author", {{"id", author.id.to_string()}, {"name", author.name}}}});
}

std::optional<MessageAuthor> author_of(const Message& message) {
  if (message.metadata.empty()) return std::nullopt;
  boost::system::error_code error;
  const json::value metadata = json::parse(message.metadata, error);
  if (error) return std::nullopt;
  const auto text = [&](const char* pointer) -> std::string {
    boost::system::error_code absent;
    const json::value* found = metadata.find_pointer(pointer, absent);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  const auto id = UserId::parse(text("/author/id"));
  if (!id) return std::nullopt;
  return MessageAuthor{*id, text("/author/name")};
}

}  // namespace monitora
