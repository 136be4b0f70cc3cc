// What a message that a database answered says of it, as JSON in Message::metadata. Pure.
#pragma once

#include <optional>
#include <string>

#include "domain/conversation.h"

namespace monitora {

std::string data_metadata(const std::string& sql);
// The statement that was run, "" where none was; nothing for other messages. For a workspace's
// members only.
std::optional<std::string> data_sql_of(const Message& message);

}  // namespace monitora
