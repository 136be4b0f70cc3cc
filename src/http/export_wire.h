// A conversation's messages on the wire: as JSON, and as lines of a file to download.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "domain/conversation.h"

namespace monitora::http {

boost::json::object conversation_json(const Conversation& conversation);
boost::json::object message_json(const Message& message);

// One line a message, its end included.
std::string jsonl_line(const Conversation& conversation, const Message& message);
std::string csv_line(const Conversation& conversation, const Message& message);
// The columns' names. Begins with a byte order mark: spreadsheets read UTF-8 by it.
std::string csv_header();

}  // namespace monitora::http
