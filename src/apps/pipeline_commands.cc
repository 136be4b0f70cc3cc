// monitora ingest --workspace W FILE… · monitora ask --workspace W "question": the server's own
// pipeline on files and a question.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <future>
#include <thread>

#include "app/chat.h"
#include "app/curated_answers.h"
#include "app/documents.h"
#include "app/handovers.h"
#include "apps/commands.h"
#include "apps/engine.h"
#include "apps/index_jobs.h"
#include "apps/models.h"
#include "apps/terminal.h"
#include "auth/rate_limiter.h"
#include "domain/json_text.h"
#include "jobs/runner.h"
#include "ports/executor.h"
#include "ports/text_extractor.h"
#include "retrieval/cached_question_index.h"

namespace monitora::apps {
namespace {

namespace json = boost::json;

Result<WorkspaceId> workspace_id(const std::string& text) {
  const auto id = WorkspaceId::parse(text);
  if (!id)
    return Status::invalid(
        "--workspace", {"Identifiant d'espace de travail attendu.", "Expected a workspace's id."});
  return *id;
}

Status ingest(CommandLine& line, const std::string& workspace_text,
              const std::vector<std::string>& files) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_id(workspace_text));
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  SystemClock clock;
  MONITORA_ASSIGN(Database database, open_database(settings, clock));
  MONITORA_TRY(database.workspaces->get(workspace).status());
  MONITORA_ASSIGN(Models models, load_models(settings));
  MONITORA_ASSIGN(Engine engine, make_engine(settings, database, *models.embedder));

  Documents documents({*database.documents,
                       *database.chunks,
                       *engine.retriever,
                       *engine.extractor,
                       *database.audit,
                       {}});
  std::vector<Document> created;
  json::array report;
  for (const std::string& file : files) {
    Result<Document> stored =
        documents.upload({}, workspace, file, std::filesystem::path(file).filename().string());
    if (!stored.ok()) {
      line.exit_code = fail(stored.status());
      continue;
    }
    created.push_back(*std::move(stored));
  }
  {
    // This process works on the queue until its own documents are done, whoever does them.
    jobs::Runner runner(
        *database.jobs, {{"index_document", indexing_handler(*engine.indexing)}},
        {.node = "cli-" + random_token(9), .idle_wait = std::chrono::milliseconds(50)});
    Progress progress(in_language({"Indexation", "Indexing"}), line.json);
    for (std::size_t done = 0; done < created.size(); ++done) {
      progress.update(done, created.size());
      while (created[done].status != DocumentStatus::indexed &&
             created[done].status != DocumentStatus::error) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        MONITORA_ASSIGN(created[done], database.documents->find(workspace, created[done].id));
      }
      progress.update(done + 1, created.size());
    }
  }
  for (const Document& document : created) {
    if (document.status == DocumentStatus::error) line.exit_code = 1;
    report.push_back({{"id", document.id.to_string()},
                      {"filename", document.filename},
                      {"status", to_string(document.status)},
                      {"chunk_count", document.chunk_count}});
    if (!line.json)
      fmt::print("{}  {}  {}  {}\n", document.id.to_string(), to_string(document.status),
                 document.chunk_count, document.filename);
  }
  if (line.json) fmt::print("{}\n", json_text(report));
  return {};
}

// Prints the answer as it comes.
class PrintedTurn final : public ChatEvents {
 public:
  explicit PrintedTurn(bool as_json) : as_json_(as_json) {}
  void on_sources(const std::vector<Source>&) override {}
  void on_token(std::string_view utf8) override {
    if (as_json_) return;
    fmt::print("{}", utf8);
    std::fflush(stdout);
  }
  void on_done(const ChatAnswer& answer) override {
    if (as_json_) {
      json::array sources;
      for (const Source& source : answer.sources)
        sources.push_back(
            {{"index", source.index}, {"filename", source.filename}, {"excerpt", source.excerpt}});
      fmt::print("{}\n", json_text(json::object{{"response", answer.text},
                                                {"sources", sources},
                                                {"rag_score", answer.rag_score},
                                                {"cached", answer.cached}}));
    } else {
      fmt::print("\n\n");
      for (const Source& source : answer.sources)
        fmt::print("[{}] {}{}\n", source.index, source.filename,
                   source.page ? fmt::format(", p. {}", *source.page) : "");
      fmt::print("rag_score {:.2f}\n", answer.rag_score);
    }
    ended_.set_value(Status());
  }
  void on_error(const Status& status) override { ended_.set_value(status); }
  Status wait() { return ended_.get_future().get(); }

 private:
  bool as_json_;
  std::promise<Status> ended_;
};

class InlineExecutor final : public Executor {
 public:
  Status post(std::function<void()> work) override { return work(), Status(); }
  void must_post(std::function<void()> work) override { work(); }
};

// One question is over before anything changes.
class NothingHappens final : public EventBus {
 public:
  std::shared_ptr<void> listen(const WorkspaceId&, Listener) override { return nullptr; }
};

Status ask(const CommandLine& line, const std::string& workspace_text, const std::string& text) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_id(workspace_text));
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  SystemClock clock;
  MONITORA_ASSIGN(Database database, open_database(settings, clock));
  ChatQuestion question;
  MONITORA_ASSIGN(question.workspace, database.workspaces->get(workspace));
  MONITORA_ASSIGN(Models models, load_models(settings));
  MONITORA_ASSIGN(Engine engine, make_engine(settings, database, *models.embedder));
  InlineExecutor workers;
  NothingHappens events;
  auth::RateLimiter limits(clock);
  CuratedAnswers curated({*database.curated, *models.embedder, events, *database.audit});
  Handovers handovers({*database.conversations, limits, *database.audit, {}});
  const auto cached_questions = retrieval::make_cached_question_index(
      *database.cache, clock, models.embedder->model(), models.embedder->dimension());
  ChatService chat({*database.conversations, *database.cache, *cached_questions, *engine.retriever,
                    *models.embedder, *models.chat, curated, handovers, workers, clock});
  question.text = text;
  question.channel = Channel::test;
  question.language = terminal_language();
  const auto turn = std::make_shared<PrintedTurn>(line.json);
  const auto running = chat.ask(std::move(question), turn);
  return turn->wait();
}

}  // namespace

void add_ingest_and_ask(CLI::App& app, CommandLine& line) {
  const auto workspace = std::make_shared<std::string>();
  CLI::App* ingest_command = app.add_subcommand("ingest", "Ajoute des documents / Adds documents");
  const auto files = std::make_shared<std::vector<std::string>>();
  ingest_command->add_option("--workspace,-w", *workspace, "Espace de travail / Workspace")
      ->required();
  ingest_command->add_option("FILE", *files, "Fichiers / Files")
      ->required()
      ->check(CLI::ExistingFile);
  ingest_command->callback([&line, workspace, files] {
    const Status status = ingest(line, *workspace, *files);
    if (!status.ok()) line.exit_code = fail(status);
  });
  CLI::App* ask_command = app.add_subcommand("ask", "Pose une question / Asks a question");
  const auto question = std::make_shared<std::string>();
  ask_command->add_option("--workspace,-w", *workspace, "Espace de travail / Workspace")
      ->required();
  ask_command->add_option("QUESTION", *question, "Question")->required();
  ask_command->callback([&line, workspace, question] {
    const Status status = ask(line, *workspace, *question);
    if (!status.ok()) line.exit_code = fail(status);
  });
}

}  // namespace monitora::apps
