// monitora eval --squad FILE [--workspace W]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <thread>
#include <unordered_map>

#include "apps/commands.h"
#include "apps/engine.h"
#include "apps/models.h"
#include "apps/terminal.h"
#include "base/text.h"
#include "domain/json_text.h"
#include "retrieval/evaluation.h"

namespace monitora::apps {
namespace {

namespace json = boost::json;

constexpr std::size_t kRecognised = 80;  // characters by which a paragraph is known again

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad())
    return Status(
        Code::not_found, "no_file",
        {fmt::format("{} ne peut pas être lu.", path), fmt::format("{} cannot be read.", path)});
  return text;
}

std::string beginning(const std::string& text) {
  return std::string(character_prefix(collapse_spaces(text), kRecognised));
}

// Which document of the workspace each paragraph is: by its beginning.
Result<std::vector<DocumentId>> documents_of(const retrieval::SquadSet& set, ChunkSource& chunks,
                                             const WorkspaceId& workspace,
                                             const std::string& model) {
  std::unordered_map<std::string, DocumentId> by_beginning;
  MONITORA_TRY(chunks.for_each(workspace, model, [&](IndexedChunk chunk) -> Status {
    if (chunk.chunk.index == 0)
      by_beginning.emplace(beginning(chunk.chunk.content), chunk.chunk.document_id);
    return {};
  }));
  std::vector<DocumentId> documents;
  bool any = false;
  for (const std::string& paragraph : set.paragraphs) {
    const auto found = by_beginning.find(beginning(paragraph));
    documents.push_back(found == by_beginning.end() ? DocumentId() : found->second);
    any |= found != by_beginning.end();
  }
  if (any) return documents;
  return Status(Code::not_found, "no_paragraph_indexed",
                {"Aucun paragraphe de ce fichier n'est un document de cet espace : ajoutez-les, ou "
                 "lancez eval sans --workspace.",
                 "No paragraph of this file is a document of this workspace: add them, or run eval "
                 "without --workspace."});
}

void print(const retrieval::EvaluationReport& report, bool has_auroc, bool as_json) {
  const std::pair<const char*, double> figures[] = {
      {"recall@1", report.recall_at_1},   {"recall@5", report.recall_at_5},
      {"recall@10", report.recall_at_10}, {"mrr@10", report.mrr_at_10},
      {"ndcg@10", report.ndcg_at_10},     {"auroc", report.auroc}};
  json::object out{{"questions", report.questions}, {"documents", report.documents}};
  if (!as_json)
    fmt::print("{:<10} {}\n{:<10} {}\n", "questions", report.questions, "documents",
               report.documents);
  for (const auto& [name, value] : figures) {
    const bool known = has_auroc || std::string_view(name) != "auroc";
    out[name] = known ? json::value(value) : json::value();
    if (!as_json && known) fmt::print("{:<10} {:.4f}\n", name, value);
  }
  if (as_json) fmt::print("{}\n", json_text(out));
}

Status evaluate(const CommandLine& line, const std::string& file,
                const std::string& workspace_text) {
  MONITORA_ASSIGN(const std::string text, read_file(file));
  MONITORA_ASSIGN(const retrieval::SquadSet set, retrieval::read_squad(text));
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  MONITORA_ASSIGN(const Models models, load_models(settings));
  retrieval::EvaluationOptions options;
  options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::optional<Progress> bar(std::in_place, in_language({"Évaluation", "Evaluation"}), line.json);
  const retrieval::Progress progress = [&](std::size_t done, std::size_t total) {
    bar->update(done, total);
  };
  retrieval::EvaluationReport report;
  if (workspace_text.empty()) {
    MONITORA_ASSIGN(report, retrieval::evaluate_squad(set, *models.embedder, options, progress));
  } else {
    const auto workspace = WorkspaceId::parse(workspace_text);
    if (!workspace)
      return Status::invalid("--workspace", {"Identifiant d'espace de travail attendu.",
                                             "Expected a workspace's id."});
    const SystemClock clock;
    MONITORA_ASSIGN(Database database, open_database(settings, clock));
    MONITORA_TRY(database.workspaces->get(*workspace).status());
    MONITORA_ASSIGN(const std::vector<DocumentId> documents,
                    documents_of(set, *database.chunks, *workspace, models.embedder->model()));
    MONITORA_ASSIGN(const Engine engine, make_engine(settings, database, *models.embedder));
    MONITORA_ASSIGN(report,
                    retrieval::evaluate_workspace(set, documents, *workspace, *engine.retriever,
                                                  *models.embedder, options, progress));
  }
  bar.reset();
  print(report, workspace_text.empty(), line.json);
  return {};
}

}  // namespace

void add_eval(CLI::App& app, CommandLine& line) {
  CLI::App* eval = app.add_subcommand(
      "eval", "Mesure la recherche sur un jeu de questions / Measures retrieval on a question set");
  const auto file = std::make_shared<std::string>();
  const auto workspace = std::make_shared<std::string>();
  eval->add_option("--squad", *file, "Fichier au format SQuAD / File in SQuAD's format")
      ->required();
  eval->add_option(
      "--workspace,-w", *workspace,
      "Espace de travail ; sans lui, un espace jetable / Workspace; a throw-away one without it");
  eval->callback([&line, file, workspace] {
    const Status status = evaluate(line, *file, *workspace);
    if (!status.ok()) line.exit_code = fail(status);
  });
}

}  // namespace monitora::apps
