// The stores on several databases, side by side, without HTTP around them.
//
//   stores_bench NAME=ADDRESS…      (sqlite:PATH, postgresql://…, sqlserver://…)
//
// Each database is brought up to the program's schema; the bench's rows are those of one workspace,
// which is removed at the end. On SQL Server the bench makes a database of its own and drops it.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/crypto.h"
#include "base/deadline.h"
#include "config/sql_server_address.h"
#include "databases/counting_connection.h"
#include "sql/migrations.h"
#include "sql/odbc/test_server.h"
#include "sql/postgres/postgres.h"
#include "sql/sqlite/sqlite.h"
#include "storage/stores.h"

namespace {

using namespace monitora;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kTurns = 300, kPages = 300, kChunks = 10'000, kSingleRows = 500;
constexpr int kClients = 500, kRequestsOfAClient = 10, kPoolSize = 8;

[[noreturn]] void fail(const std::string& what, const Status& status) {
  fmt::print(stderr, "{}: {}\n", what, status.to_string());
  std::exit(1);
}
void check(const std::string& what, const Status& status) {
  if (!status.ok()) fail(what, status);
}
template <class T>
T value_of(const std::string& what, Result<T> result) {
  if (!result.ok()) fail(what, result.status());
  return std::move(*result);
}

double milliseconds(Steady::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

struct Quantiles {
  double p50 = 0, p99 = 0;
};
Quantiles quantiles(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}
template <class Work>
Quantiles repeat(int times, const Work& work) {
  std::vector<double> taken;
  for (int i = 0; i < times; ++i) {
    const auto start = Steady::now();
    work(i);
    taken.push_back(milliseconds(Steady::now() - start));
  }
  return quantiles(std::move(taken));
}

sql::SqlServerOptions sqlserver(const std::string& address, const std::string& database) {
  config::Settings settings;
  settings.database_url = address;
  auto server = sql::sqlserver_options(
      value_of("the address of SQL Server", config::sql_server_address(settings)));
  server.database = database;
  return server;
}
std::string own_database() {
  return fmt::format("monitora_bench_{}", ::getpid());
}
void on_master(const std::string& address, const std::string& statement) {
  const auto connection = value_of("SQL Server", sql::open_sqlserver(sqlserver(address, "master"),
                                                                     sql::Connection::Mode::write));
  check(statement, connection->run_script(statement));
}

// Opens `address` with a pool of kPoolSize connections that count in `count`.
std::unique_ptr<sql::Pool> open(const std::string& address, bench::StatementCount& count) {
  sql::Pool::Options options;
  options.writers = kPoolSize;
  options.readers = 0;
  sql::Pool::Open real;
  if (address.starts_with("sqlite:")) {
    options.writers = 1;
    options.readers = kPoolSize - 1;
    options.share_commits = true;
    real = [file = address.substr(7)](sql::Connection::Mode mode) {
      return sql::open_sqlite(file, mode);
    };
  } else if (address.starts_with("sqlserver:")) {
    const sql::SqlServerOptions server = sqlserver(address, own_database());
    options.database = sql::Database::sqlserver;
    real = [server](sql::Connection::Mode mode) { return sql::open_sqlserver(server, mode); };
  } else {
    options.database = sql::Database::postgres;
    sql::PostgresOptions server;
    server.uri = address;
    real = [server](sql::Connection::Mode mode) { return sql::open_postgres(server, mode); };
  }
  return std::make_unique<sql::Pool>(
      [real, &count](sql::Connection::Mode mode) -> Result<std::unique_ptr<sql::Connection>> {
        MONITORA_ASSIGN(auto connection, real(mode));
        return std::unique_ptr<sql::Connection>(
            std::make_unique<bench::CountingConnection>(std::move(connection), count));
      },
      options);
}

class Bench {
 public:
  Bench(std::string name, const std::string& address)
      : name_(std::move(name)), pool_(open(address, count_)) {
    check(name_, pool_->with(sql::Connection::Mode::write, [](sql::Connection& connection) {
      return sql::apply(connection).status();
    }));
    NewUser user;
    user.email = "bench-" + UserId::random().to_string() + "@exemple.fr";
    user.password_hash = "bench";
    owner_ = value_of("user", users_->create(user)).id;
    Workspace workspace;
    workspace.name = "Bench";
    workspace_ = value_of("workspace", workspaces_->create(owner_, workspace)).workspace.id;
  }
  ~Bench() { check("the end", workspaces_->remove(owner_, workspace_)); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void run() {
    turns();
    pages();
    chunks();
    many_clients();
  }

 private:
  void row(std::string_view what, const std::string& figure) const {
    fmt::print("| {} | {} | {} |\n", what, name_, figure);
  }

  void ask(const ConversationId& id, bool opens, int i) {
    Conversation conversation;
    conversation.id = id;
    const std::string question = fmt::format("Question {} ?", i);
    CacheStore::NewEntry entry;
    entry.question_hash = sha256_hex(question);
    entry.settings_hash = std::string(32, 's');
    if (!opens)
      conversation = value_of("recent", conversations_->recent(workspace_, id, 6)).conversation;
    std::vector<Message> messages(2);
    messages[0].role = "user";
    messages[0].content = question;
    messages[1].role = "assistant";
    messages[1].content = entry.response = std::string(800, 'r');
    messages[1].rag_score = .8;
    check("append", conversations_->append(workspace_, conversation, opens, messages));
    if (!opens) return;
    entry.question = question;
    entry.expires_at = clock_.now() + 1h;
    check("cache", cache_->put(workspace_, entry));
  }

  // What chat.cc asks of the stores: for a question that opens a conversation and, as memory knows,
  // is not in the cache, and for one with a history.
  void turns() {
    conversation_ = ConversationId::random();
    ask(conversation_, true, -1);
    for (int i = 0; i < 20; ++i) ask(conversation_, false, i);
    const std::int64_t opened = pool_->counts().opened_ever;
    for (const bool opens : {false, true}) {
      const std::string_view kind = opens ? "opening" : "with history";
      const auto before = count_.statements.load();
      const Quantiles times = repeat(
          kTurns, [&](int i) { ask(opens ? ConversationId::random() : conversation_, opens, i); });
      row(fmt::format("chat turn {}, ms p50 / p99", kind),
          fmt::format("{:.2f} / {:.2f}", times.p50, times.p99));
      row("  statements", fmt::format("{:.1f}", double(count_.statements - before) / kTurns));
    }
    row("connections opened meanwhile", fmt::format("{}", pool_->counts().opened_ever - opened));
  }

  void pages() {
    const Quantiles times = repeat(kPages, [&](int) {
      PageRequest page;
      page.limit = 50;
      (void)value_of("page", conversations_->messages(workspace_, conversation_, page));
    });
    row("page of 50 messages, ms p50 / p99", fmt::format("{:.2f} / {:.2f}", times.p50, times.p99));
  }

  void chunks() {
    const std::string file = fmt::format("/tmp/monitora-stores-bench-{}", ::getpid());
    std::ofstream(file) << "Le contenu d'un document.";
    Document document;
    document.filename = "bench.txt";
    document.mime_type = "text/plain";
    document = value_of("document", documents_->create(workspace_, document, file));
    std::filesystem::remove(file);
    std::vector<Chunk> texts(kChunks);
    const std::vector<Vector> vectors(kChunks, Vector(384, .05F));
    for (int i = 0; i < kChunks; ++i) {
      texts[i].index = i;
      texts[i].content = fmt::format("Passage {} ", i) + std::string(1190, 'x');
    }
    const auto start = Steady::now();
    (void)value_of("chunks",
                   documents_->replace_chunks(workspace_, document.id, texts, vectors, "bench"));
    const double many = milliseconds(Steady::now() - start);

    const auto single_start = Steady::now();
    const auto bytes = std::as_bytes(std::span(vectors[0]));
    const BytesView vector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    for (int i = 0; i < kSingleRows; ++i)
      check("a single row", pool_->with(sql::Connection::Mode::write, [&](sql::Connection& to) {
        return to
            .execute(
                "INSERT INTO document_chunks (id, document_id, workspace_id, content, "
                "chunk_index, embedding, embedding_model) VALUES (?, ?, ?, ?, ?, ?, ?)",
                {sql::p(ChunkId::random()), sql::p(document.id), sql::p(workspace_),
                 sql::p(texts[i].content), sql::p(kChunks + i), sql::p(vector), sql::p("bench")})
            .status();
      }));
    const double single = milliseconds(Steady::now() - single_start) / kSingleRows * kChunks;
    row("insert of 10,000 chunks with vectors, rows/s",
        fmt::format("{:.0f}", kChunks / many * 1e3));
    row("  times single-row inserts", fmt::format("{:.1f}", single / many));
  }

  // More clients than connections: they wait, and whoever waited too long is told so.
  void many_clients() {
    std::atomic<int> answered = 0, saturated = 0, others = 0;
    const auto start = Steady::now();
    {
      std::vector<std::jthread> clients;
      for (int c = 0; c < kClients; ++c)
        clients.emplace_back([&] {
          for (int i = 0; i < kRequestsOfAClient; ++i) {
            const ScopedDeadline deadline(Deadline::in(30s));
            const Status status = conversations_->recent(workspace_, conversation_, 6).status();
            ++(status.ok() ? answered : status.key() == "database_saturated" ? saturated : others);
          }
        });
    }
    const double seconds = milliseconds(Steady::now() - start) / 1e3;
    row("500 clients on 8 connections: reads/s", fmt::format("{:.0f}", answered / seconds));
    row("  answered / saturated (503) / other errors",
        fmt::format("{} / {} / {}", answered.load(), saturated.load(), others.load()));
    row("  connections open", fmt::format("{}", pool_->counts().open));
  }

  std::string name_;
  bench::StatementCount count_;
  SystemClock clock_;
  std::unique_ptr<sql::Pool> pool_;
  std::unique_ptr<UserStore> users_ = storage::make_user_store(*pool_, clock_);
  std::unique_ptr<WorkspaceStore> workspaces_ = storage::make_workspace_store(*pool_, clock_);
  std::unique_ptr<DocumentStore> documents_ = storage::make_document_store(*pool_, clock_);
  std::unique_ptr<ConversationStore> conversations_ =
      storage::make_conversation_store(*pool_, clock_);
  std::unique_ptr<CacheStore> cache_ = storage::make_cache_store(*pool_, clock_);
  UserId owner_;
  WorkspaceId workspace_;
  ConversationId conversation_;
};

}  // namespace

int main(int argc, char** argv) {
  fmt::print("| what | database | |\n|---|---|---|\n");
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (equals == std::string::npos) {
      fmt::print(stderr, "stores_bench NAME=ADDRESS…\n");
      return 2;
    }
    const std::string name = argument.substr(0, equals), address = argument.substr(equals + 1);
    const bool makes_database = address.starts_with("sqlserver:");
    if (makes_database) on_master(address, "CREATE DATABASE " + own_database());
    Bench(name, address).run();
    if (makes_database) on_master(address, "DROP DATABASE " + own_database());
  }
}
