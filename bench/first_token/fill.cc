// Fills a new data directory through the stores, so that `monitora serve` opens it as its own:
//
//   first_token_fill DIRECTORY MODEL_FILE CHUNKS QUESTIONS
//
// Writes DIRECTORY/workspace (the workspace's id) and DIRECTORY/questions.txt (one a line).
//
// Embedding 100,000 passages would take most of an hour: each vector here is its topic's real
// embedding plus noise, at a cosine of about .93 with it, so that questions find their topic's
// passages as they would find real ones.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "apps/database.h"
#include "first_token/corpus.h"
#include "llm/embedding_model.h"

namespace {

using namespace monitora;
namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 20'240'229;
constexpr std::size_t kChunksOfADocument = 250;
constexpr float kNoise = .4F;  // the length of what is added to a topic's vector

struct Request {
  fs::path directory;
  fs::path model_file;
  std::size_t chunks = 0;
  std::size_t questions = 0;
};

Vector near(const Vector& centre, std::mt19937_64& random) {
  std::normal_distribution<float> normal(0, kNoise / std::sqrt(static_cast<float>(centre.size())));
  Vector vector = centre;
  float squares = 0;
  for (float& x : vector) {
    x += normal(random);
    squares += x * x;
  }
  for (float& x : vector) x /= std::sqrt(squares);
  return vector;
}

Result<std::vector<Vector>> centres(Embedder& embedder, const std::vector<bench::Topic>& topics) {
  std::vector<Vector> all;
  for (const bench::Topic& topic : topics) {
    MONITORA_ASSIGN(Vector vector, embedder.embed_one(Embedder::Kind::passage, topic.title()));
    all.push_back(std::move(vector));
  }
  return all;
}

Result<WorkspaceId> make_workspace(apps::Database& database) {
  NewUser owner;
  owner.email = "bench@example.com";
  owner.password_hash = "!";  // nobody signs in
  MONITORA_ASSIGN(const User user, database.users->create(owner));
  Workspace workspace;
  workspace.name = "Bench";
  workspace.rag.enable_cache = false;  // every question is to be searched for
  MONITORA_ASSIGN(const WorkspaceView made, database.workspaces->create(user.id, workspace));
  return made.workspace.id;
}

// Nothing is left for the server to index.
Status complete_jobs(JobStore& jobs) {
  while (true) {
    MONITORA_ASSIGN(const std::optional<Job> job,
                    jobs.lease("bench", {"index_document"}, std::chrono::seconds(60)));
    if (!job) return {};
    MONITORA_TRY(jobs.complete("bench", job->id));
  }
}

Status add_document(apps::Database& database, const WorkspaceId& workspace, std::size_t number,
                    const fs::path& scratch, const std::vector<Chunk>& chunks,
                    const std::vector<Vector>& vectors, const std::string& model) {
  std::ofstream file(scratch, std::ios::trunc);
  for (const Chunk& chunk : chunks) file << chunk.content << "\n\n";
  file.close();
  Document document;
  document.filename = fmt::format("catalogue-{:04}.txt", number);
  document.mime_type = "text/plain";
  document.content_sha256 = fmt::format("{:064x}", number);
  MONITORA_ASSIGN(const Document made, database.documents->create(workspace, document, scratch));
  return database.documents->replace_chunks(workspace, made.id, chunks, vectors, model).status();
}

Status fill(const Request& request) {
  MONITORA_ASSIGN(
      const config::Settings settings,
      apps::load_settings({{"DATA_DIR", request.directory.string()}, {"LOG_LEVEL", "warning"}}));
  const SystemClock clock;
  MONITORA_ASSIGN(apps::Database database, apps::open_database(settings, clock));
  MONITORA_ASSIGN(const std::shared_ptr<Embedder> embedder,
                  llm::load_builtin_embedder(request.model_file));
  const std::vector<bench::Topic> topics = bench::Corpus::topics();
  MONITORA_ASSIGN(const std::vector<Vector> means, centres(*embedder, topics));
  MONITORA_ASSIGN(const WorkspaceId workspace, make_workspace(database));

  bench::Corpus corpus(kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<std::size_t> any_topic(0, topics.size() - 1);
  const fs::path scratch = request.directory / "document";
  std::vector<Chunk> chunks;
  std::vector<Vector> vectors;
  for (std::size_t i = 0; i < request.chunks; ++i) {
    const std::size_t topic = any_topic(random);
    Chunk chunk;
    chunk.index = static_cast<int>(chunks.size());
    chunk.content = corpus.passage(topics[topic]);
    chunk.place.heading = topics[topic].title();
    chunks.push_back(std::move(chunk));
    vectors.push_back(near(means[topic], random));
    if (chunks.size() < kChunksOfADocument && i + 1 < request.chunks) continue;
    MONITORA_TRY(add_document(database, workspace, i / kChunksOfADocument, scratch, chunks, vectors,
                              embedder->model()));
    chunks.clear();
    vectors.clear();
  }
  fs::remove(scratch);
  MONITORA_TRY(complete_jobs(*database.jobs));

  std::ofstream questions(request.directory / "questions.txt");
  for (std::size_t i = 0; i < request.questions; ++i)
    questions << bench::question(topics[i % topics.size()], i) << '\n';
  std::ofstream(request.directory / "workspace") << workspace.to_string() << '\n';
  return {};
}

std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: first_token_fill DIRECTORY MODEL_FILE CHUNKS QUESTIONS\n");
    return 2;
  }
  const monitora::Status status = fill({argv[1], argv[2], number_of(argv[3]), number_of(argv[4])});
  if (!status.ok()) fmt::print(stderr, "{}\n", status.to_string());
  return status.ok() ? 0 : 1;
}
