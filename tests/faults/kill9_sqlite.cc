// kill -9 at random points, hundreds of times: nothing that was acknowledged is lost.
//
// A child writes through the real stores (turns of conversations, documents with their bytes, index
// updates) and says each commit on a pipe once the store has answered ok. The parent kills it at a
// random moment, opens the database as a starting server would, checks every page, index and
// foreign key, and looks for every acknowledged id; the next child goes on in the same database.
// Kills in the middle of an incremental blob, of a checkpoint and of opening are among them, by
// chance.
//
// usage: kill9_sqlite [kills] [seed]
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <unordered_set>

#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"
#include "storage/stores.h"

namespace monitora {
namespace {

using namespace std::chrono_literals;
using sql::p;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "kill9_sqlite: {}\n", why);
  std::_Exit(1);
}

void must(const Status& status, const char* what) {
  if (!status.ok()) give_up(fmt::format("{}: {}", what, status.to_string()));
}
template <class T>
T must(Result<T> result, const char* what) {
  must(result.status(), what);
  return std::move(*result);
}

struct Place {
  std::filesystem::path directory;
  WorkspaceId workspace;
  std::filesystem::path database() const { return directory / "monitora.db"; }
};

std::unique_ptr<sql::Pool> open(const Place& place) {
  auto pool = sql::make_sqlite_pool(place.database(), 1);
  must(pool->with(sql::Connection::Mode::write,
                  [](sql::Connection& connection) { return sql::apply(connection).status(); }),
       "opening");
  return pool;
}

// Writes until it is killed. One line an acknowledged commit: m, d or c and an id.
[[noreturn]] void write_forever(const Place& place, int pipe, unsigned seed) {
  std::minstd_rand random(seed);
  const SystemClock clock;
  const auto pool = open(place);
  const auto conversations = storage::make_conversation_store(*pool, clock);
  const auto documents = storage::make_document_store(*pool, clock);
  const auto acknowledge = [&](char kind, const std::string& id) {
    const std::string line = fmt::format("{} {}\n", kind, id);  // less than PIPE_BUF: written whole
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::_Exit(1);
  };

  Conversation conversation;
  for (int turn = 0;; ++turn) {
    const bool is_new = turn % 5 == 0;
    if (is_new) {
      conversation = {};
      conversation.id = ConversationId::random();
      conversation.workspace_id = place.workspace;
      conversation.title = "Où est ma commande ?";
    }
    std::vector<Message> messages(2);
    for (Message& message : messages) {
      message.id = MessageId::random();
      message.conversation_id = conversation.id;
      message.role = &message == &messages[0] ? "user" : "assistant";
      message.content = std::string(random() % 3000, 'x');
    }
    must(conversations->append(place.workspace, conversation, is_new, messages), "append");
    acknowledge('m', messages[1].id.to_string());

    if (turn % 7 != 3) continue;
    const std::filesystem::path file = place.directory / "upload";
    const std::size_t size = random() % 100'000;
    std::ofstream(file, std::ios::binary) << std::string(size, 'd');
    Document document;
    document.filename = "cgv.txt";
    document.file_size = static_cast<std::int64_t>(size);
    document = must(documents->create(place.workspace, document, file), "create");
    acknowledge('d', document.id.to_string());

    std::vector<Chunk> chunks(random() % 20 + 1);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      chunks[i].id = ChunkId::random();
      chunks[i].document_id = document.id;
      chunks[i].index = static_cast<int>(i);
      chunks[i].content = std::string(1000, 'c');
    }
    must(documents
             ->replace_chunks(place.workspace, document.id, chunks,
                              std::vector<Vector>(chunks.size(), Vector(384, 0.05f)), "model")
             .status(),
         "replace_chunks");
    must(documents->mark_indexed(place.workspace, document.id), "mark_indexed");
    acknowledge('c', document.id.to_string());
  }
}

// Reads what the child acknowledges for `run`, kills it, reads what is left. Answers the lines.
std::string run_and_kill(const Place& place, std::chrono::microseconds run, unsigned seed) {
  int ends[2];
  if (::pipe(ends) != 0) give_up("no pipe");
  const pid_t child = ::fork();
  if (child < 0) give_up("no child");
  if (child == 0) {
    ::close(ends[0]);
    write_forever(place, ends[1], seed);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  bool killed = false;
  const auto until = std::chrono::steady_clock::now() + run;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
        until - std::chrono::steady_clock::now());
    if (!killed && left <= 0us) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    pollfd waiting{ends[0], POLLIN, 0};
    const timespec wait{
        0,
        killed ? 999'999'999 : std::min<long>(999'999'999, static_cast<long>(left.count()) * 1000)};
    if (::ppoll(&waiting, 1, &wait, nullptr) <= 0) continue;
    const ssize_t count = ::read(ends[0], buffer, sizeof buffer);
    if (count <= 0) break;
    said.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) give_up("the writer ended by itself");
  return said;
}

struct Acknowledged {
  std::unordered_set<std::string> messages, documents, chunked;
  std::size_t count() const { return messages.size() + documents.size() + chunked.size(); }
  void add(const std::string& said) {
    for (std::size_t at = 0; at + 38 < said.size() + 1 && said.find('\n', at) != std::string::npos;
         at = said.find('\n', at) + 1) {
      const std::string id = said.substr(at + 2, 36);
      (said[at] == 'm' ? messages : said[at] == 'd' ? documents : chunked).insert(id);
    }
  }
};

// Every id that the statement should find but does not.
void look_for(sql::Connection& connection, std::unordered_set<std::string> wanted,
              std::string_view statement, const char* what) {
  must(connection.query(statement, {},
                        [&](const sql::Row& row) {
                          wanted.erase(std::string(row.text(0)));
                          return Status();
                        }),
       what);
  if (!wanted.empty())
    give_up(
        fmt::format("{} acknowledged {} are lost, e.g. {}", wanted.size(), what, *wanted.begin()));
}

void check(const Place& place, const Acknowledged& acknowledged, bool every_page) {
  const auto pool = open(place);
  must(pool->with(
           sql::Connection::Mode::write,
           [&](sql::Connection& connection) -> Status {
             if (every_page) MONITORA_TRY(sql::check_sqlite_integrity(connection));
             look_for(connection, acknowledged.messages, "SELECT id FROM messages", "messages");
             look_for(
                 connection, acknowledged.documents,
                 "SELECT d.id FROM documents d JOIN document_contents c ON c.document_id = d.id "
                 "WHERE length(c.content) = d.file_size",
                 "documents");
             look_for(connection, acknowledged.chunked,
                      "SELECT d.id FROM documents d WHERE d.status = 'indexed' AND d.chunk_count = "
                      "(SELECT COUNT(*) FROM document_chunks k WHERE k.document_id = d.id)",
                      "chunks");
             // Half of a turn, or a count that does not hold, would be a torn transaction.
             std::int64_t torn = 0;
             MONITORA_TRY(connection.query(
                 "SELECT COUNT(*) FROM conversations c WHERE c.messages_count % 2 <> 0 OR "
                 "c.messages_count <> "
                 "(SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id)",
                 {}, [&](const sql::Row& row) {
                   torn = row.integer(0);
                   return Status();
                 }));
             if (torn != 0) give_up(fmt::format("{} conversations are torn", torn));
             return {};
           }),
       "checking");
}

// In memory where there is such a place: what a killed process has written stays with the kernel
// either way, and more commits are made between two kills.
std::filesystem::path scratch() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
}

Place set_up() {
  std::string pattern = (scratch() / "monitora-kill9-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) give_up("no temporary directory");
  Place place{pattern, {}};
  const SystemClock clock;
  const auto pool = open(place);
  NewUser user;
  user.email = "a@exemple.fr";
  user.password_hash = "x";
  const UserId owner = must(storage::make_user_store(*pool, clock)->create(user), "user").id;
  Workspace workspace;
  workspace.name = "Boutique";
  place.workspace =
      must(storage::make_workspace_store(*pool, clock)->create(owner, workspace), "workspace")
          .workspace.id;
  return place;
}

int run(int kills, unsigned seed) {
  std::minstd_rand random(seed);
  Place place = set_up();
  Acknowledged acknowledged;
  std::size_t everything = 0;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 1; i <= kills; ++i) {
    acknowledged.add(run_and_kill(place, std::chrono::microseconds(random() % 60'000), random()));
    // Every page after each kill while the database is small; a new one now and then keeps it so.
    check(place, acknowledged, true);
    if (i % 10 == 0) {
      everything += acknowledged.count();
      std::filesystem::remove_all(place.directory);
      if (i < kills) place = set_up();
      acknowledged = {};
    }
  }
  everything += acknowledged.count();
  std::filesystem::remove_all(place.directory);
  if (everything < static_cast<std::size_t>(kills))
    give_up("the writers were killed before they wrote: nothing was tested");
  fmt::print("{} kills, {} acknowledged commits, none lost, {:.1f} s\n", kills, everything,
             std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return 0;
}

}  // namespace
}  // namespace monitora

int main(int argc, char** argv) {
  const int kills = argc > 1 ? std::atoi(argv[1]) : 300;
  const unsigned seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 20261122;
  return monitora::run(kills, seed);
}
