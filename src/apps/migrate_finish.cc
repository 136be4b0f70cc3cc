#include <fmt/format.h>

#include <optional>
#include <thread>

#include "apps/database.h"
#include "apps/engine.h"
#include "apps/migrate.h"
#include "apps/storage_api.h"
#include "apps/terminal.h"
#include "transfer/document_files.h"

namespace monitora::apps {
namespace {

constexpr std::size_t kNamed = 10;  // files that a report names; the others are counted

bool is_url(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// As the work reports it.
auto told(Progress& bar) {
  return [&bar](std::size_t done, std::size_t total) { bar.update(done, total); };
}

// "a.pdf, b.pdf and 3 others".
Sentence names_of(const std::vector<transfer::WantedFile>& files) {
  std::string names;
  for (std::size_t i = 0; i < std::min(files.size(), kNamed); ++i)
    names += (i == 0 ? "" : ", ") + files[i].filename;
  if (files.size() <= kNamed) return {names, names};
  const std::size_t others = files.size() - kNamed;
  return {fmt::format("{} et {} autres", names, others),
          fmt::format("{} and {} others", names, others)};
}

Result<std::unique_ptr<transfer::DocumentFiles>> open_files(const MigrateOptions& options,
                                                            const config::Settings& settings,
                                                            net::HttpClient& client) {
  if (!is_url(options.files)) return transfer::folder_files(options.files);
  MONITORA_ASSIGN(const std::optional<std::string> key,
                  config::command_secret("SOURCE_KEY", config::process_environment()));
  if (!key)
    return Status::invalid("--files",
                           {"La clé de service du projet est attendue dans MONITORA_SOURCE_KEY.",
                            "The project's service key is expected in MONITORA_SOURCE_KEY."});
  return storage_api(client, {.url = options.files,
                              .bucket = options.bucket,
                              .key = *key,
                              .max_file = static_cast<std::size_t>(settings.max_upload_mb) << 20});
}

struct Unindexed {
  WorkspaceId workspace;
  DocumentId document;
  bool has_file = false;
};

// Documents that no question can find yet. Those in error stay so: a person knows of them.
Result<std::vector<Unindexed>> unindexed_documents(sql::Pool& pool) {
  std::vector<Unindexed> found;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT d.workspace_id, d.id, c.document_id FROM documents d "
        "LEFT JOIN document_contents c ON c.document_id = d.id "
        "WHERE d.status <> 'error' "
        "AND NOT EXISTS (SELECT 1 FROM document_chunks k WHERE k.document_id = d.id) "
        "ORDER BY d.workspace_id, d.id",
        {}, [&](const sql::Row& row) {
          found.push_back({WorkspaceId(row.uuid(0)), DocumentId(row.uuid(1)), !row.is_null(2)});
          return Status();
        });
  }));
  return found;
}

}  // namespace

Status Finish::fetch_files(Models& models, std::vector<Sentence>& steps) {
  std::unique_ptr<transfer::DocumentFiles> files;
  if (!options_.files.empty()) {
    MONITORA_ASSIGN(files, open_files(options_, target_.settings, *models.client));
  }
  Progress bar(in_language({"Fichiers", "Files"}), quiet_);
  MONITORA_ASSIGN(const transfer::FetchedFiles fetched,
                  transfer::fetch_files(*target_.pool, files.get(), told(bar)));
  if (fetched.stored + fetched.earlier > 0)
    steps.push_back({fmt::format("Fichiers copiés : {} ({} octets), {} l'étaient déjà.",
                                 fetched.stored, fetched.bytes, fetched.earlier),
                     fmt::format("Files copied: {} ({} bytes), {} were there already.",
                                 fetched.stored, fetched.bytes, fetched.earlier)});
  if (!fetched.missing.empty()) {
    const Sentence names = names_of(fetched.missing);
    steps.push_back(
        {fmt::format("{} documents sans leur fichier (recherche et réponses n'en souffrent pas si "
                     "leurs extraits sont là ; donnez --files pour les copier) : {}.",
                     fetched.missing.size(), names.fr),
         fmt::format("{} documents without their file (search and answers do not need it where "
                     "their chunks are there; give --files to copy them): {}.",
                     fetched.missing.size(), names.en)});
  }
  if (!fetched.other_size.empty()) {
    const Sentence names = names_of(fetched.other_size);
    steps.push_back({fmt::format("{} fichiers n'ont pas la taille que leur ligne indique : {}.",
                                 fetched.other_size.size(), names.fr),
                     fmt::format("{} files are not of the size that their row says: {}.",
                                 fetched.other_size.size(), names.en)});
  }
  return {};
}

Status Finish::make_vectors(Models& models, std::vector<Sentence>& steps) {
  Progress bar(in_language({"Vecteurs", "Vectors"}), quiet_);
  const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  MONITORA_ASSIGN(const std::size_t made,
                  transfer::make_vectors(*target_.pool, *models.embedder, threads, told(bar)));
  if (made > 0)
    steps.push_back({fmt::format("{} vecteurs calculés avec {}.", made, models.embedder->model()),
                     fmt::format("{} vectors made with {}.", made, models.embedder->model())});
  return {};
}

Status Finish::index_documents(Models& models, std::vector<Sentence>& steps) {
  MONITORA_ASSIGN(const std::vector<Unindexed> documents, unindexed_documents(*target_.pool));
  if (documents.empty()) return {};
  const SystemClock clock;
  MONITORA_ASSIGN(Database database, open_database(target_.settings, clock));
  MONITORA_ASSIGN(const Engine engine, make_engine(target_.settings, database, *models.embedder));
  Progress bar(in_language({"Indexation", "Indexing"}), quiet_);
  std::size_t done = 0;
  std::size_t indexed = 0;
  for (const Unindexed& one : documents) {
    if (one.has_file) {
      MONITORA_TRY(engine.indexing->run(one.workspace, one.document, true));
      ++indexed;
    }
    bar.update(++done, documents.size());
  }
  steps.push_back({fmt::format("{} documents indexés, {} à déposer de nouveau (leur fichier n'est "
                               "pas là, ni leurs extraits).",
                               indexed, documents.size() - indexed),
                   fmt::format("{} documents indexed, {} to be uploaded again (neither their file "
                               "nor their chunks are there).",
                               indexed, documents.size() - indexed)});
  return {};
}

}  // namespace monitora::apps
