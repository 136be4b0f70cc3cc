#include "transfer/load_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/deadline.h"

namespace monitora::transfer {
namespace {

using namespace std::chrono_literals;
using sql::Connection;
using sql::p;

constexpr auto kPatience = 3s;
constexpr auto kTryAgain = 50ms;
constexpr auto kLook = 20s;  // between two looks at the connection: firewalls forget idle ones
constexpr int kReplacements = 5;
constexpr std::string_view kLockName = "monitora transfer";
constexpr std::int64_t kKey = 0x4D4F'4E49'544F'5241;  // "MONITORA"

Status running() {
  return Status(Code::conflict, "transfer_running",
                {"Une autre migration écrit déjà dans cette base : attendez qu'elle finisse, ou "
                 "arrêtez-la.",
                 "Another migration is already writing to this database: wait for it to end, or "
                 "stop it."});
}

// SQL Server waits by itself.
Result<bool> try_lock(Connection& connection) {
  const bool postgres = connection.dialect().database() == sql::Database::postgres;
  std::int64_t answer = -1;
  const auto read = [&](const sql::Row& row) {
    answer = row.integer(0);
    return Status();
  };
  if (postgres)
    MONITORA_TRY(connection.query("SELECT CASE WHEN pg_try_advisory_lock(?) THEN 0 ELSE -1 END",
                                  {p(kKey)}, read));
  else
    MONITORA_TRY(connection.query(
        "DECLARE @given INT; EXEC @given = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', "
        "@LockOwner = 'Session', @LockTimeout = ?; SELECT @given",
        {p(kLockName), p(std::chrono::milliseconds(kPatience).count())}, read));
  return answer >= 0;
}

void unlock(Connection& connection) {
  const auto nothing = [](const sql::Row&) { return Status(); };
  if (connection.dialect().database() == sql::Database::postgres)
    (void)connection.query("SELECT pg_advisory_unlock(?)", {p(kKey)}, nothing);
  else
    (void)connection.query(
        "DECLARE @given INT; EXEC @given = sp_releaseapplock @Resource = ?, @LockOwner = "
        "'Session'; SELECT @given",
        {p(kLockName)}, nothing);
}

// Asks until it is given or the patience is over.
template <class Try>
Status ask(const Try& attempt) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    MONITORA_ASSIGN(const bool given, attempt());
    if (given) return {};
    if (std::chrono::steady_clock::now() + kTryAgain >= until) return running();
    std::this_thread::sleep_for(kTryAgain);
  }
}

// The file "<database>-transfer", or "" for a database that has no file.
Result<std::string> lock_file(sql::Pool& pool) {
  std::string file;
  MONITORA_TRY(pool.with(Connection::Mode::write, [&](Connection& connection) {
    return connection.query("SELECT file FROM pragma_database_list WHERE name = 'main'", {},
                            [&](const sql::Row& row) {
                              file = row.text(0);
                              return Status();
                            });
  }));
  return file.empty() ? file : file + "-transfer";
}

}  // namespace

struct LoadLock::State {
  std::string path;
  int fd = -1;
  std::atomic<bool> held = true;
  std::jthread keeper;  // has the connection

  ~State() {
    if (keeper.joinable()) {
      keeper.request_stop();
      keeper.join();
    }
    if (fd < 0) return;
    ::unlink(path.c_str());
    ::close(fd);
  }

  Result<bool> try_file() {
    fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
      return Status(Code::unavailable, "database_read_only",
                    {"Le dossier de la base de destination n'est pas accessible en écriture : "
                     "changez ses droits.",
                     "The target database's directory is not writable: change its permissions."},
                    path);
    struct stat mine {
    }, there{};
    // The one who had it before may have removed the file in between.
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &mine) == 0 &&
        ::stat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino)
      return true;
    ::close(fd);
    fd = -1;
    return false;
  }

  // Holds a connection with the lock until it is stopped or the connection breaks.
  Status hold(sql::Pool& pool, const std::stop_token& stop,
              const std::function<void(const Status&)>& taken) {
    return pool.with(Connection::Mode::write, [&](Connection& connection) -> Status {
      const Status given = ask([&] { return try_lock(connection); });
      taken(given);
      MONITORA_TRY(given);
      std::mutex mutex;
      std::condition_variable_any ended;
      std::unique_lock lock(mutex);
      while (!ended.wait_for(lock, stop, kLook, [&] { return stop.stop_requested(); }))
        MONITORA_TRY(connection.query("SELECT 1", {}, [](const sql::Row&) { return Status(); }));
      unlock(connection);
      return {};
    });
  }

  void keep(sql::Pool& pool, const std::stop_token& stop, std::promise<Status>& first) {
    bool answered = false;
    const auto taken = [&](const Status& status) {
      held = status.ok();
      if (!answered) first.set_value(status);
      answered = true;
    };
    for (int i = 0; i < kReplacements && !stop.stop_requested(); ++i) {
      const Status status = hold(pool, stop, taken);
      if (!answered) taken(status);
      if (status.ok() || !held) return;
    }
    if (!stop.stop_requested()) held = false;
  }
};

LoadLock::LoadLock(std::unique_ptr<State> state) : state_(std::move(state)) {}
LoadLock::LoadLock(LoadLock&&) noexcept = default;
LoadLock::~LoadLock() = default;

Result<LoadLock> LoadLock::take(sql::Pool& pool) {
  auto state = std::make_unique<State>();
  if (pool.database() == sql::Database::sqlite) {
    MONITORA_ASSIGN(state->path, lock_file(pool));
    if (!state->path.empty()) MONITORA_TRY(ask([&] { return state->try_file(); }));
    return LoadLock(std::move(state));
  }
  std::promise<Status> first;
  auto answer = first.get_future();
  state->keeper =
      std::jthread([&pool, state = state.get(), first = std::move(first)](
                       const std::stop_token& stop) mutable { state->keep(pool, stop, first); });
  MONITORA_TRY(answer.get());
  return LoadLock(std::move(state));
}

bool LoadLock::held() const {
  return state_->held;
}

}  // namespace monitora::transfer
