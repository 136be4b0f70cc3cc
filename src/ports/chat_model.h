// A question with its passages → a streamed answer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/passage.h"

namespace monitora {

enum class Role { user, assistant, system };

struct PromptMessage {
  Role role = Role::user;
  std::string content;
};

struct ChatRequest {
  std::string question;                 // as asked, for models that quote rather than write
  std::string language;                 // "fr" or "en": the answer's
  std::vector<Passage> passages;        // numbered from 1 in the prompt and in citations
  std::vector<PromptMessage> messages;  // the assembled prompt for a language model
  std::string model;                    // empty: the configured default
  double temperature = 0.1;
  int max_tokens = 900;
  double top_p = 1;
};

struct ChatUsage {
  int prompt_tokens = 0;
  int completion_tokens = 0;
  std::string model;
  bool extract = false;  // the answer quotes passages instead of being written by a model
  bool cut = false;      // the model stopped at max_tokens
};

// What a model says, in order: any number of on_token, then exactly one of on_done and on_error,
// never at the same time, on a thread of the model's choosing (it must not be blocked).
class ChatListener {
 public:
  virtual ~ChatListener() = default;
  virtual void on_token(std::string_view utf8) = 0;  // whole characters only
  virtual void on_done(const ChatUsage& usage) = 0;
  // upstream_failed `model_unavailable`, rate_limited `model_saturated`, cancelled.
  virtual void on_error(const Status& status) = 0;
};

// A running answer. cancel() is idempotent and thread-safe; on_error(cancelled) follows unless the
// answer had already ended. Destroying the handle cancels.
class ChatCall {
 public:
  virtual ~ChatCall() = default;
  virtual void cancel() = 0;
};

class ChatModel {
 public:
  virtual ~ChatModel() = default;
  // Returns at once. Thread-safe. `listener` is kept alive until its on_done or on_error has
  // returned.
  virtual std::unique_ptr<ChatCall> start(ChatRequest request,
                                          std::shared_ptr<ChatListener> listener) = 0;
  virtual bool is_extractive() const = 0;
};

}  // namespace monitora
