// monitora doctor: what is configured, what answers, what is missing, and the next step for each.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "apps/commands.h"
#include "apps/database.h"
#include "apps/engine.h"
#include "apps/models.h"
#include "apps/terminal.h"
#include "sql/migrations.h"

namespace monitora::apps {
namespace {

namespace json = boost::json;

struct Check {
  Sentence what;
  Status status;
  Sentence found;  // when ok
};

Check check_disk(const config::Settings& settings) {
  Check check{{"Dossier de données", "Data directory"}, {}, {}};
  struct statvfs disk {};
  if (::access(settings.data_dir.c_str(), W_OK) != 0 ||
      ::statvfs(settings.data_dir.c_str(), &disk) != 0) {
    check.status = Status(
        Code::unavailable, "data_directory_read_only",
        {"Il n'est pas accessible en écriture : changez ses droits, ou donnez un autre DATA_DIR.",
         "It is not writable: change its permissions, or give another DATA_DIR."});
    return check;
  }
  const auto free_gib =
      static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / (1 << 30);
  check.found = {fmt::format("{}, {:.1f} Gio libres", settings.data_dir.string(), free_gib),
                 fmt::format("{}, {:.1f} GiB free", settings.data_dir.string(), free_gib)};
  if (free_gib < 0.5)
    check.status = Status(
        Code::unavailable, "disk_nearly_full",
        {"Moins de 500 Mio libres : faites de la place.", "Less than 500 MiB free: make room."});
  return check;
}

Check check_database(const config::Settings& settings) {
  Check check{{"Base de données", "Database"}, {}, {}};
  int pending = 0;
  int applied = 0;
  Result<std::unique_ptr<sql::Pool>> pool = open_pool(settings);
  check.status = pool.ok()
                     ? (*pool)->with(sql::Connection::Mode::write,
                                     [&](sql::Connection& connection) -> Status {
                                       MONITORA_ASSIGN(const auto all, sql::status(connection));
                                       for (const auto& one : all)
                                         ++(one.applied_at ? applied : pending);
                                       return {};
                                     })
                     : pool.status();
  if (pending > 0)
    check.status =
        Status(Code::conflict, "schema_behind",
               {fmt::format("{} migrations à appliquer : lancez monitora schema apply.", pending),
                fmt::format("{} migrations to apply: run monitora schema apply.", pending)});
  check.found = {fmt::format("répond, {} migrations appliquées", applied),
                 fmt::format("answers, {} migrations applied", applied)};
  return check;
}

Check check_embedder(const Result<Models>& models) {
  Check check{{"Vecteurs", "Vectors"}, models.status(), {}};
  if (!models.ok()) return check;
  const Result<Vector> vector = models->embedder->embed_one(Embedder::Kind::query, "essai");
  check.status = vector.status();
  const std::string found =
      fmt::format("{}, {} dimensions", models->embedder->model(), models->embedder->dimension());
  check.found = {found, found};
  return check;
}

Check check_pdf() {
  Check check{{"Lecture des PDF", "Reading PDF"}, {}, {"pdftotext", "pdftotext"}};
  for (const char* directory : {"/usr/bin", "/usr/local/bin", "/bin"})
    if (::access((std::string(directory) + "/pdftotext").c_str(), X_OK) == 0) return check;
  check.status = Status(Code::unavailable, "pdftotext_missing",
                        {"pdftotext manque : apt-get install poppler-utils.",
                         "pdftotext is missing: apt-get install poppler-utils."});
  return check;
}

Check check_language_model(const config::Settings& settings, const Result<Models>& models) {
  Check check{{"Modèle de langage", "Language model"},
              {},
              {"aucun : les réponses sont des extraits (LLM_BASE_URL)",
               "none: answers are extracts (LLM_BASE_URL)"}};
  if (settings.llm_base_url.empty() || !models.ok()) return check;
  net::HttpRequest request;
  request.url = settings.llm_base_url + "/models";
  if (!settings.llm_api_key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + settings.llm_api_key);
  request.total_timeout = std::chrono::seconds(10);
  const Result<net::HttpResponse> response = models->client->fetch(std::move(request));
  check.status = response.status();
  if (response.ok() && response->status != 200)
    check.status = Status(
        Code::upstream_failed, "model_unavailable",
        {fmt::format("Le serveur répond {} à GET /models : vérifiez LLM_BASE_URL et LLM_API_KEY.",
                     response->status),
         fmt::format("The server answers {} to GET /models: check LLM_BASE_URL and LLM_API_KEY.",
                     response->status)});
  const std::string found =
      settings.llm_base_url + (settings.llm_model.empty() ? "" : ", " + settings.llm_model);
  check.found = {found, found};
  return check;
}

Status examine(CommandLine& line) {
  MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
  const Result<Models> models = load_models(settings);
  const Check checks[] = {check_disk(settings), check_database(settings), check_embedder(models),
                          check_pdf(), check_language_model(settings, models)};
  json::array report;
  for (const Check& check : checks) {
    if (!check.status.ok()) line.exit_code = 1;
    const std::string& said =
        in_language(check.status.ok() ? check.found : check.status.sentence());
    report.push_back({{"check", check.what.en}, {"ok", check.status.ok()}, {"message", said}});
    if (!line.json)
      fmt::print("{} {}: {}\n", check.status.ok() ? "✓" : "✗", in_language(check.what), said);
  }
  json::object values;
  for (const auto& [name, value] : config::describe(settings)) {
    values[name] = value;
    if (!line.json) fmt::print("  {} = {}\n", name, value);
  }
  if (line.json)
    fmt::print("{}\n", json::serialize(json::object{{"checks", report}, {"settings", values}}));
  return {};
}

}  // namespace

void add_doctor(CLI::App& app, CommandLine& line) {
  app.add_subcommand("doctor",
                     "Dit ce qui va et ce qui manque / Says what works and what is missing")
      ->callback([&line] {
        const Status status = examine(line);
        if (!status.ok()) line.exit_code = fail(status);
      });
}

}  // namespace monitora::apps
