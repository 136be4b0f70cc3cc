// kill -9 of a migration at random points, hundreds of times: no row is lost and none is there
// twice.
//
// A child loads a source into a database (SQLite and PostgreSQL in turn; from a live source, or
// from an export of it) and is killed at a random moment; the next one goes on. A live source
// changes between two attempts: rows are added, written again, and go. After some kills a load
// comes to its end, and the database must then hold what the source holds, value by value.
//
// usage: kill9_transfer [kills] [seed]
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "base/log.h"
#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_postgres.h"
#include "transfer/export_files.h"
#include "transfer/load.h"
#include "transfer/test_source.h"

namespace monitora::transfer {
namespace {

using namespace std::chrono_literals;

constexpr int kKillsADatabase = 5;
constexpr int kRangeBytes = 20'000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "kill9_transfer: {}\n", why);
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

// In memory where there is such a place, so that more is stored between two kills.
std::filesystem::path scratch() {
  std::string pattern = (::access("/dev/shm", W_OK) == 0 ? std::filesystem::path("/dev/shm")
                                                         : std::filesystem::temp_directory_path()) /
                        "monitora-kill9-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) give_up("no temporary directory");
  return pattern;
}

// A target that nobody has open.
class Target {
 public:
  explicit Target(bool postgres) : directory_(scratch()) {
    if (postgres) postgres_.emplace();
    must(open()->with(sql::Connection::Mode::write,
                      [](sql::Connection& connection) { return sql::apply(connection).status(); }),
         "the schema");
  }
  ~Target() { std::filesystem::remove_all(directory_); }
  std::unique_ptr<sql::Pool> open() const {
    return postgres_ ? sql::make_postgres_pool(postgres_->options())
                     : sql::make_sqlite_pool(directory_ / "monitora.db");
  }
  std::filesystem::path export_folder() const { return directory_ / "export"; }

 private:
  std::filesystem::path directory_;
  std::optional<sql::TestPostgres> postgres_;
};

LoadOptions options() {
  LoadOptions options;
  options.range_bytes = kRangeBytes;
  return options;
}

Status load_once(const Target& target, const TestData& data, bool from_export) {
  const auto pool = target.open();
  if (from_export) {
    MONITORA_ASSIGN(const auto source, open_export(target.export_folder()));
    return load(*source, *pool, options()).status();
  }
  TestSource source(data);
  return load(source, *pool, options()).status();
}

// True when the child was killed, false when it had come to its end.
bool load_and_kill(const Target& target, const TestData& data, bool from_export,
                   std::chrono::microseconds run) {
  const pid_t child = ::fork();
  if (child < 0) give_up("no child");
  if (child == 0) {
    const Status status = load_once(target, data, from_export);
    if (!status.ok()) fmt::print(stderr, "{}\n", status.to_string());
    std::_Exit(status.ok() ? 0 : 1);
  }
  std::this_thread::sleep_for(run);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) give_up("a load failed");
  return WIFSIGNALED(status);
}

void check(const Target& target, const TestData& data) {
  const auto pool = target.open();
  const std::string found = must(difference(*pool, data), "comparing");
  if (!found.empty()) give_up("the target differs from the source:\n" + found);
  if (must(is_loading(*pool), "asking")) give_up("a finished load says that it is not");
  if (pool->database() == sql::Database::sqlite)
    must(pool->with(sql::Connection::Mode::write, &sql::check_sqlite_integrity), "integrity");
}

// Kills one target's loads, and lets the last one end. Answers the kills; `whole` is about how long
// a load takes.
int one_target(std::minstd_rand& random, bool postgres, bool from_export,
               std::chrono::microseconds& whole) {
  const Target target(postgres);
  TestRows rows(static_cast<unsigned>(random()));
  TestData data;
  for (int i = 0; i < 12; ++i) rows.user(data);
  if (from_export) {
    TestSource source(data);
    ExportOptions wanted;
    wanted.range_bytes = kRangeBytes;
    must(export_to(source, target.export_folder(), wanted).status(), "exporting");
  }
  int kills = 0;
  for (int i = 0; i < kKillsADatabase; ++i) {
    const auto most = static_cast<std::minstd_rand::result_type>(whole.count());
    const bool killed =
        load_and_kill(target, data, from_export, std::chrono::microseconds(random() % most));
    kills += killed ? 1 : 0;
    // The random moments stay inside a load: a little longer when none is over, shorter when it is.
    whole = killed ? whole + whole / 50 : whole - whole / 10;
    if (!from_export && random() % 2 == 0) rows.live(data, 25);
  }
  must(load_once(target, data, from_export), "the last load");
  check(target, data);
  return kills;
}

int run(int wanted, unsigned seed) {
  log::configure("error", false);
  std::minstd_rand random(seed);
  const bool postgres = !sql::test_postgres_uri().empty();
  std::chrono::microseconds whole[2] = {100ms, 200ms};
  const auto began = std::chrono::steady_clock::now();
  int kills = 0, targets = 0;
  while (kills < wanted) {
    const bool on_postgres = postgres && targets % 2 == 1;
    kills += one_target(random, on_postgres, targets % 3 == 2, whole[on_postgres ? 1 : 0]);
    if (++targets > 2 * wanted) give_up("loads end before they are killed: nothing was tested");
  }
  fmt::print("{} kills over {} databases{}, nothing lost or doubled, {:.1f} s\n", kills, targets,
             postgres ? "" : " (SQLite only: no PostgreSQL here)",
             std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return 0;
}

}  // namespace
}  // namespace monitora::transfer

int main(int argc, char** argv) {
  const int kills = argc > 1 ? std::atoi(argv[1]) : 200;
  const unsigned seed = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 20261123;
  return monitora::transfer::run(kills, seed);
}
