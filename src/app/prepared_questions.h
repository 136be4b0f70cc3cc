// The questions that admins write statements for: kept, tried, and found for what somebody asks.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/external_databases.h"
#include "domain/prepared_question.h"
#include "ports/embedder.h"
#include "ports/prepared_question_store.h"

namespace monitora {

struct PreparedQuestionParts {
  PreparedQuestionStore& store;
  ExternalDatabases& databases;
  ExternalData& data;
  Embedder& embedder;
  AuditLog& audit;
  const Clock& clock;
};

// Thread-safe. The parts outlive it. Who may is checked by the caller's guard.
class PreparedQuestions {
 public:
  explicit PreparedQuestions(PreparedQuestionParts parts) : parts_(parts) {}

  Result<std::vector<PreparedQuestion>> list(const WorkspaceId& workspace) {
    return parts_.store.list(workspace);
  }
  Result<PreparedQuestion> find(const WorkspaceId& workspace, const PreparedQuestionId& id) {
    return parts_.store.find(workspace, id);
  }
  // The statement is checked by the guard, which needs the database: its errors, and those of
  // ExternalDatabases::enabled_login(). invalid `description`, `examples`, `parameters`; conflict
  // `too_many_questions`.
  Result<PreparedQuestion> create(const Actor& actor, const WorkspaceId& workspace,
                                  PreparedQuestion question);
  // Checked again where the statement or its parameters are others than before.
  Result<PreparedQuestion> update(const Actor& actor, const WorkspaceId& workspace,
                                  const PreparedQuestion& question);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const PreparedQuestionId& id);

  struct Tried {
    ExternalData::Answer answer;
    ExternalParameters parameters;
  };
  // Runs it with what the message says of its parameters; `given` come first. invalid `parameters`
  // for those of which nothing is said, or that are not of their type.
  Result<Tried> try_out(const Actor& actor, const WorkspaceId& workspace,
                        const PreparedQuestionId& id, const std::string& message,
                        const ExternalParameters& given);

  // The enabled one that this asks, if there is one: its description or an example is near, and has
  // the message's words, or is all but the same; the nearest. `vector` is the question's, made here
  // where it is empty and there is something to compare with.
  Result<std::optional<PreparedQuestion>> match(const WorkspaceId& workspace,
                                                const std::string& question, Vector& vector);

 private:
  Status check(const WorkspaceId& workspace, const PreparedQuestion& question);
  Result<std::vector<Vector>> vectors_of(const PreparedQuestion& question);

  PreparedQuestionParts parts_;
  std::mutex mutex_;
  // Of the wordings, as of a time of change; all are forgotten when there are many.
  std::map<PreparedQuestionId, std::pair<Time, std::vector<Vector>>> vectors_;
};

// The sentence for parameters that are not what their types say; nothing when all are.
Status check_parameters(const PreparedQuestion& question, const ExternalParameters& given);

}  // namespace monitora
