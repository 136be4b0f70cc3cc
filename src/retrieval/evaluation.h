// `monitora eval --squad`: how well questions find the paragraph that they were written for.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/passage.h"
#include "ports/embedder.h"
#include "ports/retriever.h"

namespace monitora::retrieval {

struct SquadSet {
  struct Question {
    std::string text;
    std::size_t paragraph;  // position in paragraphs
  };
  std::vector<std::string> paragraphs;  // distinct, in order of appearance
  std::vector<Question> questions;
};
// Reads SQuAD's JSON (1.1 or 2.0). Error: invalid_argument `not_squad`.
Result<SquadSet> read_squad(std::string_view json);

struct EvaluationOptions {
  // A paragraph's text → the chunks it is indexed as (ids are set here); empty: the paragraph is
  // one chunk.
  std::function<std::vector<Chunk>(const std::string& paragraph)> chunk;
  int threads = 1;  // that embed and search
};

struct EvaluationReport {
  std::size_t questions = 0;
  std::size_t documents = 0;
  double recall_at_1 = 0, recall_at_5 = 0, recall_at_10 = 0;
  double mrr_at_10 = 0;
  double ndcg_at_10 = 0;
  // How well rag_score separates the questions of every fifth paragraph, asked with the paragraph
  // in the index, from the same questions asked without it.
  double auroc = 0;
};

// Texts done and texts in all. Called from any of the threads, one at a time.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

// Each paragraph is a document of a throw-away workspace in memory. Errors: those of the embedder.
Result<EvaluationReport> evaluate_squad(const SquadSet& set, Embedder& embedder,
                                        const EvaluationOptions& options, const Progress& progress);

// The same questions in a workspace that exists, whose documents are named by `document_of`: for
// each paragraph the document that holds it, or nil when none does (its questions are left out). No
// AUROC: nothing is removed.
Result<EvaluationReport> evaluate_workspace(const SquadSet& set,
                                            const std::vector<DocumentId>& document_of,
                                            const WorkspaceId& workspace, Retriever& retriever,
                                            Embedder& embedder, const EvaluationOptions& options,
                                            const Progress& progress);

}  // namespace monitora::retrieval
