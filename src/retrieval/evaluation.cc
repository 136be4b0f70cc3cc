#include "retrieval/evaluation.h"

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/deadline.h"
#include "retrieval/hybrid_retriever.h"
#include "retrieval/metrics.h"

namespace monitora::retrieval {
namespace {

constexpr std::size_t kFold = 5;  // every fifth paragraph is left out for AUROC
constexpr int kPassagesWanted =
    50;  // enough for ten documents, also when several chunks are of one

Status not_squad(std::string detail) {
  return Status(Code::invalid_argument, "not_squad",
                {"Ce fichier n'est pas un jeu de questions au format SQuAD.",
                 "This file is not a SQuAD question set."},
                std::move(detail));
}

// Runs work(0) … work(count − 1) on `threads` threads; stops at the first error, which it returns.
Status for_each_parallel(std::size_t count, int threads,
                         const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Status first_error;
  std::atomic<bool> failed = false;
  const Deadline deadline = Deadline::current();
  const auto run = [&] {
    const ScopedDeadline scoped(deadline);
    for (std::size_t i = next++; i < count && !failed; i = next++) {
      Status status = work(i);
      if (status.ok()) continue;
      failed = true;
      const std::lock_guard lock(mutex);
      if (first_error.ok()) first_error = std::move(status);
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(run);
    run();
  }
  return first_error;
}

// The whole of progress over several loops.
class Counter {
 public:
  Counter(const Progress& progress, std::size_t total) : progress_(progress), total_(total) {}
  void add(std::size_t count) {
    const std::lock_guard lock(mutex_);
    done_ += count;
    if (progress_) progress_(done_, total_);
  }

 private:
  std::mutex mutex_;
  const Progress& progress_;
  std::size_t total_;
  std::size_t done_ = 0;
};

Result<std::vector<Vector>> embed_all(Embedder& embedder, Embedder::Kind kind,
                                      const std::vector<std::string_view>& texts, int threads,
                                      Counter& counter) {
  constexpr std::size_t kBatch = 8;
  std::vector<Vector> out(texts.size());
  MONITORA_TRY(for_each_parallel(
      (texts.size() + kBatch - 1) / kBatch, threads, [&](std::size_t batch) -> Status {
        const std::size_t first = batch * kBatch, count = std::min(kBatch, texts.size() - first);
        MONITORA_ASSIGN(std::vector<Vector> vectors,
                        embedder.embed(kind, std::span(texts).subspan(first, count)));
        if (vectors.size() != count)
          return Status::internal("the embedder gave another number of vectors");
        std::move(vectors.begin(), vectors.end(), out.begin() + static_cast<std::ptrdiff_t>(first));
        counter.add(count);
        return {};
      }));
  return out;
}

// The throw-away documents: one workspace with all, one without every fifth.
class Paragraphs final : public ChunkSource {
 public:
  WorkspaceId whole = WorkspaceId::random();
  WorkspaceId reduced = WorkspaceId::random();
  std::vector<IndexedChunk> chunks;   // by paragraph
  std::vector<DocumentId> documents;  // of each paragraph
  std::unordered_set<DocumentId> left_out;

  Result<std::int64_t> version(const WorkspaceId&) override { return std::int64_t{1}; }
  Status for_each(const WorkspaceId& workspace, const std::string&,
                  const std::function<Status(IndexedChunk)>& each) override {
    for (const IndexedChunk& chunk : chunks)
      if (workspace == whole || !left_out.contains(chunk.chunk.document_id))
        MONITORA_TRY(each(chunk));
    return {};
  }
};

Result<Retrieved> ask(Retriever& retriever, const WorkspaceId& workspace,
                      const SquadSet::Question& question, const Vector& vector) {
  return retriever.search(workspace, question.text, vector, {kPassagesWanted, 0});
}

// The place of `wanted` among the distinct documents of the passages, 0 when it is not there.
std::size_t rank_of(const DocumentId& wanted, const std::vector<Passage>& passages) {
  std::unordered_set<DocumentId> seen;
  for (const Passage& passage : passages) {
    seen.insert(passage.document_id);
    if (passage.document_id == wanted) return seen.size();
  }
  return 0;
}

EvaluationReport report_of(std::span<const std::size_t> ranks, std::size_t documents) {
  EvaluationReport report;
  report.questions = ranks.size();
  report.documents = documents;
  report.recall_at_1 = recall_at(ranks, 1);
  report.recall_at_5 = recall_at(ranks, 5);
  report.recall_at_10 = recall_at(ranks, 10);
  report.mrr_at_10 = mrr_at(ranks, 10);
  report.ndcg_at_10 = ndcg_at(ranks, 10);
  return report;
}

std::vector<std::string_view> texts_of(const SquadSet& set) {
  std::vector<std::string_view> texts;
  for (const SquadSet::Question& question : set.questions) texts.push_back(question.text);
  return texts;
}

}  // namespace

Result<SquadSet> read_squad(std::string_view json) {
  SquadSet out;
  try {
    const boost::json::value root = boost::json::parse(json);
    std::unordered_map<std::string, std::size_t> known;
    for (const auto& article : root.at("data").as_array())
      for (const auto& paragraph : article.at("paragraphs").as_array()) {
        const std::string text(paragraph.at("context").as_string());
        const auto [entry, is_new] = known.try_emplace(text, out.paragraphs.size());
        if (is_new) out.paragraphs.push_back(text);
        for (const auto& question : paragraph.at("qas").as_array())
          out.questions.push_back(
              {std::string(question.at("question").as_string()), entry->second});
      }
  } catch (const std::exception& problem) {
    return not_squad(problem.what());
  }
  if (out.questions.empty()) return not_squad("no question");
  return out;
}

Result<EvaluationReport> evaluate_squad(const SquadSet& set, Embedder& embedder,
                                        const EvaluationOptions& options,
                                        const Progress& progress) {
  Paragraphs paragraphs;
  std::vector<std::string_view> contents;
  for (std::size_t i = 0; i < set.paragraphs.size(); ++i) {
    const DocumentId document = DocumentId::random();
    paragraphs.documents.push_back(document);
    if (i % kFold == kFold - 1) paragraphs.left_out.insert(document);
    std::vector<Chunk> chunks;
    if (options.chunk) {
      chunks = options.chunk(set.paragraphs[i]);
    } else {
      chunks.emplace_back().content = set.paragraphs[i];
    }
    for (Chunk& chunk : chunks) {
      chunk.id = ChunkId::random();
      chunk.document_id = document;
      paragraphs.chunks.push_back({std::move(chunk), {}, {}});
    }
  }
  for (const IndexedChunk& chunk : paragraphs.chunks) contents.push_back(chunk.chunk.content);
  Counter counter(progress, contents.size() + set.questions.size());
  MONITORA_ASSIGN(std::vector<Vector> vectors,
                  embed_all(embedder, Embedder::Kind::passage, contents, options.threads, counter));
  for (std::size_t i = 0; i < vectors.size(); ++i)
    paragraphs.chunks[i].vector = std::move(vectors[i]);
  MONITORA_ASSIGN(
      const std::vector<Vector> questions,
      embed_all(embedder, Embedder::Kind::query, texts_of(set), options.threads, counter));

  const auto retriever =
      make_hybrid_retriever(paragraphs, embedder.model(), embedder.dimension(), {});
  std::vector<std::size_t> ranks(questions.size());
  std::vector<float> with(questions.size()), without(questions.size());
  MONITORA_TRY(for_each_parallel(questions.size(), options.threads, [&](std::size_t i) -> Status {
    const DocumentId& own = paragraphs.documents[set.questions[i].paragraph];
    MONITORA_ASSIGN(const Retrieved found,
                    ask(*retriever, paragraphs.whole, set.questions[i], questions[i]));
    ranks[i] = rank_of(own, found.passages);
    with[i] = found.answerable;
    if (!paragraphs.left_out.contains(own)) return {};
    MONITORA_ASSIGN(const Retrieved poorer,
                    ask(*retriever, paragraphs.reduced, set.questions[i], questions[i]));
    without[i] = poorer.answerable;
    return {};
  }));
  std::vector<float> positives, negatives;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (!paragraphs.left_out.contains(paragraphs.documents[set.questions[i].paragraph])) continue;
    positives.push_back(with[i]);
    negatives.push_back(without[i]);
  }
  EvaluationReport report = report_of(ranks, set.paragraphs.size());
  report.auroc = auroc(positives, negatives);
  return report;
}

Result<EvaluationReport> evaluate_workspace(const SquadSet& set,
                                            const std::vector<DocumentId>& document_of,
                                            const WorkspaceId& workspace, Retriever& retriever,
                                            Embedder& embedder, const EvaluationOptions& options,
                                            const Progress& progress) {
  Counter counter(progress, set.questions.size());
  MONITORA_ASSIGN(
      const std::vector<Vector> questions,
      embed_all(embedder, Embedder::Kind::query, texts_of(set), options.threads, counter));
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const DocumentId& own = document_of.at(set.questions[i].paragraph);
    if (own.is_nil()) continue;
    MONITORA_ASSIGN(const Retrieved found,
                    ask(retriever, workspace, set.questions[i], questions[i]));
    ranks.push_back(rank_of(own, found.passages));
  }
  return report_of(ranks, set.paragraphs.size());
}

}  // namespace monitora::retrieval
