// monitora doctor: what is configured, what answers, what is missing, and the next step for each.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "apps/commands.h"
#include "apps/doctor_database.h"
#include "apps/engine.h"
#include "apps/handover_jobs.h"
#include "apps/models.h"
#include "apps/terminal.h"
#include "base/log.h"

namespace monitora::apps {
namespace {

namespace json = boost::json;

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

Check check_secrets(const config::Settings& settings) {
  Check check{{"Secrets", "Secrets"},
              {},
              {"JWT_SECRET et ENCRYPTION_KEY sont là", "JWT_SECRET and ENCRYPTION_KEY are there"}};
  config::Settings copy = settings;
  check.status = config::prepare_secrets(copy);
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

Check check_mail(const config::Settings& settings) {
  Check check{{"Courriel", "Mail"},
              {},
              {"aucun serveur : aucun courriel n'est envoyé (SMTP_URL)",
               "no server: no mail is sent (SMTP_URL)"}};
  if (settings.smtp_url.empty()) return check;
  check.status = net::SmtpClient(smtp_options(settings)).check();
  check.found = {settings.smtp_url, settings.smtp_url};
  return check;
}

Status examine(CommandLine& line) {
  MONITORA_ASSIGN(const config::Settings settings,
                  config::load(line.settings, config::process_environment()));
  log::configure(settings.log_level, settings.log_format == "json");
  std::vector<Check> checks{check_secrets(settings), check_disk(settings)};
  for (Check& check : check_database(settings)) checks.push_back(std::move(check));
  const Result<Models> models = load_models(settings);
  checks.push_back(check_embedder(models));
  checks.push_back(check_pdf());
  checks.push_back(check_language_model(settings, models));
  checks.push_back(check_mail(settings));
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
