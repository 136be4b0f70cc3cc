// The questions that admins write statements for: kept, tried, and found for what somebody asks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/external_databases.h"
#include "app/workspace_memory.h"
#include "domain/prepared_question.h"
#include "ports/embedder.h"
#include "ports/prepared_question_store.h"

namespace monitora {

struct PreparedQuestionParts {
  PreparedQuestionStore& store;
  ExternalDatabases& databases;
  ExternalData& data;
  Embedder& embedder;
  EventBus& events;
  AuditLog& audit;
  const Clock& clock;
};

// Thread-safe. The parts outlive it. Who may is checked by the caller's guard.
class PreparedQuestions {
 public:
  static constexpr std::size_t kWorkspacesInMemory = 200;  // 50 questions of 11 wordings are .8 MB

  explicit PreparedQuestions(PreparedQuestionParts parts)
      : parts_(parts), memory_(parts.events, "database", kWorkspacesInMemory) {}

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
  // where it is empty and there is something to compare with. The questions and what their wordings
  // embed to are kept in memory until the change log says "database".
  Result<std::optional<PreparedQuestion>> match(const WorkspaceId& workspace,
                                                const std::string& question, Vector& vector);

 private:
  struct Worded {
    PreparedQuestion question;
    std::vector<Vector> wordings;
  };
  using Known = std::vector<Worded>;  // those that are enabled

  Status check(const WorkspaceId& workspace, const PreparedQuestion& question);
  Result<std::shared_ptr<const Known>> read(const WorkspaceId& workspace);

  PreparedQuestionParts parts_;
  WorkspaceMemory<Known> memory_;
};

// The sentence for parameters that are not what their types say; nothing when all are.
Status check_parameters(const PreparedQuestion& question, const ExternalParameters& given);

}  // namespace monitora
