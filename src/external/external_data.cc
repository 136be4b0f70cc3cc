#include "external/external_data.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/deadline.h"
#include "external/errors.h"
#include "external/guard.h"
#include "external/session.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kConnect = 5s;
constexpr auto kStatement = 10s;
constexpr auto kTables = 20s;  // of introspection: catalogues may be large
constexpr auto kTablesAreFresh = 60s;
constexpr std::size_t kMostIdle = 2;  // connections kept for a workspace
constexpr std::size_t kMostAtOnce = 4;
constexpr auto kWaitForOne = 2s;  // where that many are in use

// The thread's deadline, or ours where that is sooner.
Deadline within(SteadyClock::duration most) {
  const Deadline& now = Deadline::current();
  return now.at() - SteadyClock::now() > most ? Deadline::in(most, now.stop()) : now;
}

std::chrono::milliseconds since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start);
}

std::string system_authorities() {
  const char* named = std::getenv("SSL_CERT_FILE");
  return named != nullptr ? named : "/etc/ssl/certs/ca-certificates.crt";
}

bool same_login(const ExternalLogin& a, const ExternalLogin& b) {
  return a.database.engine == b.database.engine && a.database.host == b.database.host &&
         a.database.port == b.database.port && a.database.name == b.database.name &&
         a.database.user == b.database.user && a.password == b.password;
}

// For the guard, which writes it again.
std::string select_all(ExternalEngine engine, const ExternalTable& table) {
  const bool brackets = engine == ExternalEngine::sqlserver;
  const char open = brackets ? '[' : engine == ExternalEngine::mysql ? '`' : '"';
  const char close = brackets ? ']' : open;
  std::string out = "SELECT * FROM ";
  for (const std::string* name : {&table.schema, &table.name}) {
    if (name == &table.name) out += '.';
    out += open;
    for (const char c : *name) out.append(c == close ? 2 : 1, c);
    out += close;
  }
  return out;
}

class GuardedData final : public ExternalData {
 public:
  GuardedData(net::AddressGuard guard, ExternalDataOptions options)
      : guard_(std::move(guard)),
        options_(std::move(options)),
        cleaner_([this](const std::stop_token& stop) { clean(stop); }) {}

  Result<Tested> test(const ExternalLogin& login) override {
    Tested tested;
    const auto start = SteadyClock::now();
    MONITORA_ASSIGN(const std::unique_ptr<Session> session, connect(login));
    tested.latency = since(start);
    tested.server_version = session->server_version();
    const ScopedDeadline bounded(within(kStatement));
    MONITORA_ASSIGN(tested.can_write, session->can_write());
    return tested;
  }

  Result<std::vector<ExternalTable>> tables(const ExternalLogin& login) override {
    std::vector<ExternalTable> found;
    MONITORA_TRY(with_session(login, [&](Session& session) -> Status {
      const ScopedDeadline bounded(within(kTables));
      MONITORA_ASSIGN(found, session.tables());
      return {};
    }));
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_of(login);
    kept.tables = found;
    kept.tables_at = SteadyClock::now();
    return found;
  }

  Result<std::vector<ExternalTable>> readable(const ExternalLogin& login) override {
    MONITORA_ASSIGN(const std::vector<ExternalTable> known, known_tables(login));
    return only_allowed(known, login.database.allowed_tables);
  }

  Result<ExternalRows> sample(const ExternalLogin& login, const ExternalTable& table) override {
    const Bounds few{.rows = 3, .bytes = 8 << 10};
    std::string statement;
    MONITORA_ASSIGN(statement,
                    guard_statement(login.database.engine, select_all(login.database.engine, table),
                                    {table}, static_cast<int>(few.rows)));
    ExternalRows rows;
    MONITORA_TRY(with_session(login, [&](Session& session) -> Status {
      const ScopedDeadline bounded(within(kStatement));
      MONITORA_ASSIGN(rows, session.run(statement, few));
      return {};
    }));
    return rows;
  }

  Result<std::string> check(const ExternalLogin& login, std::string_view sql,
                            const ExternalParameters& parameters) override {
    MONITORA_ASSIGN(const std::vector<ExternalTable> tables, readable(login));
    return guard_statement(login.database.engine, sql, tables, static_cast<int>(Bounds().rows) + 1,
                           parameters);
  }

  Result<Answer> query(const ExternalLogin& login, std::string_view sql,
                       const ExternalParameters& parameters) override {
    const Bounds bounds;
    Answer answer;
    MONITORA_ASSIGN(answer.sql, check(login, sql, parameters));
    MONITORA_TRY(with_session(login, [&](Session& session) -> Status {
      const ScopedDeadline bounded(within(kStatement));
      const auto start = SteadyClock::now();
      MONITORA_ASSIGN(answer.rows, session.run(answer.sql, bounds));
      answer.elapsed = since(start);
      if (answer.rows.truncated && answer.rows.rows.empty())
        return statement_failed(why::row_too_large(), "");
      return {};
    }));
    return answer;
  }

  void forget(const WorkspaceId& workspace) override {
    std::map<WorkspaceId, Kept>::node_type gone;  // its connections close without the lock
    const std::lock_guard lock(mutex_);
    gone = kept_.extract(workspace);
  }

 private:
  struct Idle {
    std::unique_ptr<Session> session;
    SteadyClock::time_point since;
  };
  struct Kept {
    ExternalLogin login;
    std::vector<Idle> idle;
    std::size_t in_use = 0;
    std::vector<ExternalTable> tables;
    SteadyClock::time_point tables_at{};
  };

  // What is kept for this login; another one's of the same workspace is dropped. Needs the lock.
  Kept& kept_of(const ExternalLogin& login) {
    Kept& kept = kept_[login.workspace];
    if (!same_login(kept.login, login)) {
      kept.idle.clear();
      kept.tables_at = {};
      kept.login = login;
    }
    return kept;
  }

  Result<std::vector<ExternalTable>> known_tables(const ExternalLogin& login) {
    {
      const std::lock_guard lock(mutex_);
      const Kept& kept = kept_of(login);
      if (kept.tables_at + kTablesAreFresh > SteadyClock::now()) return kept.tables;
    }
    return tables(login);
  }

  Status with_session(const ExternalLogin& login, const std::function<Status(Session&)>& work) {
    MONITORA_ASSIGN(std::unique_ptr<Session> session, take(login));
    const Status status = work(*session);
    const bool usable = session->is_usable();
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_of(login);
    if (kept.in_use > 0) --kept.in_use;
    if (usable && kept.idle.size() < kMostIdle)
      kept.idle.push_back({std::move(session), SteadyClock::now()});
    changed_.notify_all();
    return status;
  }

  // Closes what nobody has used for a while, and forgets workspaces that nobody asks. One thread
  // for all.
  void clean(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      std::vector<Idle> old;  // their connections close without the lock
      auto next = SteadyClock::now() + options_.longest_idle;
      for (auto kept = kept_.begin(); kept != kept_.end();) {
        std::vector<Idle>& idle = kept->second.idle;
        for (auto each = idle.begin(); each != idle.end();) {
          if (each->since + options_.longest_idle > SteadyClock::now()) {
            next = std::min(next, each->since + options_.longest_idle);
            ++each;
          } else {
            old.push_back(std::move(*each));
            each = idle.erase(each);
          }
        }
        const bool fresh = kept->second.tables_at + kTablesAreFresh > SteadyClock::now();
        kept = idle.empty() && kept->second.in_use == 0 && !fresh ? kept_.erase(kept)
                                                                  : std::next(kept);
      }
      lock.unlock();
      old.clear();
      lock.lock();
      stopping_.wait_until(lock, stop, next, [] { return false; });
    }
  }

  // An idle connection that is still alive, or a new one.
  Result<std::unique_ptr<Session>> take(const ExternalLogin& login) {
    {
      std::unique_lock lock(mutex_);
      const bool free =
          changed_.wait_until(lock, Deadline::current().stop(), within(kWaitForOne).at(),
                              [&] { return kept_of(login).in_use < kMostAtOnce; });
      if (!free && Deadline::current().stop().stop_requested()) return Status::cancelled();
      Kept& kept = kept_of(login);
      if (!free)
        return Status(Code::unavailable, "database_busy",
                      {"Trop de questions à la fois pour cette base : réessayez dans un instant.",
                       "Too many questions at once for this database: try again in a moment."})
            .with_retry_after(1);
      ++kept.in_use;
      while (!kept.idle.empty()) {
        Idle idle = std::move(kept.idle.back());
        kept.idle.pop_back();
        if (idle.session->is_usable()) return std::move(idle.session);
      }
    }
    auto session = connect(login);
    if (!session.ok()) {
      const std::lock_guard lock(mutex_);
      Kept& kept = kept_of(login);
      if (kept.in_use > 0) --kept.in_use;
      changed_.notify_all();
    }
    return session;
  }

  Result<std::unique_ptr<Session>> connect(const ExternalLogin& login) {
    const ScopedDeadline bounded(within(kConnect));
    MONITORA_ASSIGN(const std::vector<net::IpAddress> addresses,
                    guard_.resolve(login.database.host));
    Status last;
    for (const net::IpAddress& address : addresses) {
      Target target{login.database,
                    login.password,
                    address.to_string(),
                    net::is_public(address),
                    options_.authorities.empty() ? system_authorities() : options_.authorities,
                    options_.sqlserver_driver};
      auto session = open(target);
      if (session.ok()) return session;
      last = session.status();
      if (last.key() != "connect_failed" || Deadline::current().expired()) break;
    }
    return last;
  }

  static Result<std::unique_ptr<Session>> open(const Target& target) {
    switch (target.database.engine) {
      case ExternalEngine::postgres:
        return open_postgres(target);
      case ExternalEngine::mysql:
        return open_mysql(target);
      case ExternalEngine::sqlserver:
        break;
    }
    return open_sqlserver(target);
  }

  const net::AddressGuard guard_;
  const ExternalDataOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;   // a connection is no more in use
  std::condition_variable_any stopping_;  // the cleaner's: only time and its end wake it
  std::map<WorkspaceId, Kept> kept_;
  std::jthread cleaner_;
};

}  // namespace

std::unique_ptr<ExternalData> make_external_data(net::AddressGuard guard,
                                                 ExternalDataOptions options) {
  return std::make_unique<GuardedData>(std::move(guard), std::move(options));
}

}  // namespace monitora::external
