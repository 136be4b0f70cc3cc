// Handing a conversation over to a person: what decides it, and who wrote a message. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/conversation.h"

namespace monitora {

// How many of the chatbot's answers at the end of `messages` were of low confidence
// (confidence_of), one after the other. A person's message ends the count.
int low_answers_in_a_row(const std::vector<Message>& messages);

// The member who wrote a message; nothing for the chatbot's and visitors'.
struct MessageAuthor {
  UserId id;
  std::string name;  // as visitors see it
};
std::string author_metadata(const MessageAuthor& author);  // JSON, for Message::metadata
std::optional<MessageAuthor> author_of(const Message& message);

}  // namespace monitora
