// A chat turn on the wire: Server-Sent Events, or one JSON answer (contract http.md, "Chat").
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/chat.h"
#include "http/client_turn.h"
#include "http/response.h"

namespace monitora {
class Executor;
}

namespace monitora::http {

boost::json::array to_json(const std::vector<Source>& sources);

// What each kind of client is told of a finished answer: visitors never see a raw score.
using AnswerFields = std::function<boost::json::object(const ChatAnswer&)>;

// Streams the turn that `question` starts, or answers it as one JSON object
// {response, sources, …fields}. The turn is cancelled when its client goes away. `language` is that
// of error sentences. The service and executor outlive the response.
Response answer_chat(ChatService& chat, Executor& workers, ChatQuestion question, bool stream,
                     AnswerFields fields, const std::string& language,
                     const std::string& request_id, Watch watch = {});

}  // namespace monitora::http
