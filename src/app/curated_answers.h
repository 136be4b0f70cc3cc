// Answers that a workspace's people wrote: kept, imported and exported as CSV, and found for a
// visitor's question before any model is asked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/actor.h"
#include "app/workspace_memory.h"
#include "ports/curated_store.h"

namespace monitora {

struct CuratedParts {
  CuratedStore& store;
  Embedder& embedder;
  EventBus& events;
  AuditLog& audit;
};

// Thread-safe. The parts outlive it. Who may is checked by the caller's guard.
class CuratedAnswers {
 public:
  static constexpr std::size_t kMost = 2000;  // a workspace
  static constexpr std::size_t kWorkspacesInMemory = 500;

  explicit CuratedAnswers(CuratedParts parts)
      : parts_(parts), memory_(parts.events, "answer", kWorkspacesInMemory) {}

  // invalid `question`, `variants`, `answer` for blank or too long texts; conflict
  // `question_taken` when another answer has one of the wordings; conflict `too_many_answers`.
  Result<CuratedAnswer> create(const Actor& actor, const WorkspaceId& workspace,
                               CuratedAnswer answer);
  Result<CuratedAnswer> update(const Actor& actor, const WorkspaceId& workspace,
                               const CuratedAnswer& answer);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const CuratedAnswerId& id);

  // A CSV file with a heading: question and answer, and, if it has them, variants (a line each in
  // one cell) and enabled, under their French or English names, in any order. A row whose question
  // is known changes that answer. What is wrong with a row is said with its line; the other rows
  // count all the same. invalid `file` for what is no such table.
  struct Imported {
    struct Problem {
      int line = 0;
      Sentence message;
    };
    int created = 0;
    int updated = 0;
    int unchanged = 0;
    std::vector<Problem> problems;
  };
  Result<Imported> import(const Actor& actor, const WorkspaceId& workspace, std::string_view csv);
  // What import() reads, in parts.
  Status export_csv(const WorkspaceId& workspace,
                    const std::function<Status(std::string_view part)>& write);

  // The enabled answer to this question, if there is one: to a wording that is the same but for
  // case, accents, order and words that say nothing, or to one that asks the same
  // (domain/same_question.h). The first call for a workspace reads its answers; later ones no row.
  // `vector` becomes the question's where its own words were not found and there are answers.
  Result<std::optional<CuratedAnswer>> match(const WorkspaceId& workspace,
                                             const std::string& question, Vector& vector);
  // It was given to somebody. A failure is logged.
  void count_use(const WorkspaceId& workspace, const CuratedAnswerId& id);

 private:
  struct Known;  // a workspace's answers in memory
  Result<std::shared_ptr<const Known>> read(const WorkspaceId& workspace);
  Status embed(std::vector<EmbeddedCuratedAnswer>& answers);
  Status put(const Actor& actor, const WorkspaceId& workspace, const char* action,
             std::vector<EmbeddedCuratedAnswer> answers);

  CuratedParts parts_;
  WorkspaceMemory<Known> memory_;
};

}  // namespace monitora
