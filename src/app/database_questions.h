// Answers a question from a workspace's own database: by a question that was prepared for it, else
// by a statement that a language model writes. Everything that is run passes the guard, and what is
// said are the rows that came back, in our words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/data_questions.h"
#include "app/prepared_questions.h"
#include "ports/executor.h"

namespace monitora {

struct DatabaseQuestionParts {
  ExternalDatabases& databases;
  ExternalData& data;
  PreparedQuestions& prepared;
  ChatModel& model;
  Executor& workers;
  AuditLog& audit;
  const Clock& clock;
};

// What came of a question.
struct DatabaseOutcome {
  std::string text;             // Markdown, in the asker's language
  ExternalData::Answer answer;  // sql empty: nothing was run, `text` says why
  bool answered = false;        // else `text` says that it could not be
  std::optional<PreparedQuestionId> prepared;
  ChatUsage usage;
};

// Thread-safe. The parts outlive it and every question that was started.
class DatabaseQuestions final : public DataQuestions {
 public:
  explicit DatabaseQuestions(DatabaseQuestionParts parts) : parts_(parts) {}

  std::unique_ptr<ChatCall> start(DataQuestion question, Done done) override;
  Result<std::vector<std::string>> subjects(const WorkspaceId& workspace) override;

  // For an admin who tries it: blocks for as long as Deadline::current() allows. conflict
  // `questions_unavailable` where nothing prepared fits and no language model is configured,
  // `question_unanswered` with what was wrong last; the errors of ExternalDatabases::query() and of
  // the model.
  Result<DatabaseOutcome> ask(const Actor& actor, const Workspace& workspace,
                              const std::string& question, const std::string& language);

 private:
  DatabaseQuestionParts parts_;
};

}  // namespace monitora
