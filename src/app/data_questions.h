// Questions that a workspace's own database answers: what the chat hands over, and what it gets
// back. app/data_answers.h decides which questions these are.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/status.h"
#include "domain/prompt.h"
#include "domain/workspace.h"
#include "ports/chat_model.h"
#include "ports/embedder.h"

namespace monitora {

struct DataQuestion {
  Workspace workspace;
  std::string text;   // as asked
  std::string query;  // with what it leans on of the questions before: `text` for one on its own
  std::vector<PromptTurn> earlier;  // oldest first
  std::string language;             // "fr" or "en": the answer's
  Vector vector;                    // of `query`
  // What may be read to answer: the database's allowed tables, but for who is no member of the
  // workspace without those that hold everybody's orders. Nothing else may be, whatever the
  // database's own settings say when the statement is run.
  std::vector<std::string> allowed_tables;
  Deadline deadline;  // of the turn
};

// An answer out of a database. It is never kept for somebody else.
struct DataReply {
  std::string text;
  std::string sql;  // what was run; empty where nothing was. For the workspace's members only
  double rag_score = 1;
  ChatUsage usage;  // of a model that had a part in it
};

class DataQuestions {
 public:
  // Nothing: let the documents answer.
  using Done = std::function<void(Result<std::optional<DataReply>>)>;

  virtual ~DataQuestions() = default;
  // Thread-safe. `done` is called exactly once, from any thread, perhaps within this call; it does
  // not block. cancel() of the call, which may be null where `done` has been called, leads to
  // done(cancelled) unless it had ended.
  virtual std::unique_ptr<ChatCall> start(DataQuestion question, Done done) = 0;
  // What it can answer about, a sentence each, for telling its questions from those to the
  // documents. Asked for once, and again after a change of entity "database". May block.
  virtual Result<std::vector<std::string>> subjects(const WorkspaceId& workspace) = 0;
};

}  // namespace monitora
