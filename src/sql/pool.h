// Connections, kept and handed out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/status.h"
#include "sql/connection.h"

namespace monitora::sql {

// Bounded. Thread-safe. A caller waits at most until its Deadline::current(), or `max_wait`, then
// gets unavailable `database_saturated` with Retry-After. Broken connections are dropped, not
// handed out again: each is looked at before it is handed out, and asked whether the database still
// answers when it was idle for long or another one broke since. One that does not takes all idle
// ones with it, so that a server that was gone costs nobody a failed request afterwards.
class Pool {
 public:
  struct Options {
    Database database = Database::sqlite;  // what Open connects to
    int writers = 1;                       // connections that may write (SQLite: 1)
    // Transactions that wait for one another end in one commit. For SQLite, whose one writer would
    // otherwise wait for the disk once a transaction. None is acknowledged before that commit; one
    // that fails is undone alone (a savepoint), and one whose failure undoes the whole makes the
    // others run again.
    bool share_commits = false;
    int readers = 4;  // 0: readers use the writers
    // The readers are on a secondary, which may be behind: only report() uses them.
    bool readers_lag = false;
    std::chrono::milliseconds max_wait{5000};
    std::chrono::minutes max_lifetime{30};
    std::chrono::milliseconds ask_after{30'000};  // of being idle
  };
  using Open = std::function<Result<std::unique_ptr<Connection>>(Connection::Mode mode)>;

  Pool(Open open, Options options);
  ~Pool();  // waits for what is out
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Runs `work` with a connection outside a transaction: single statements.
  Status with(Connection::Mode mode, const std::function<Status(Connection&)>& work);
  // Runs `work` in a transaction: commits when it answers ok, else rolls back. `database_busy` runs
  // the whole of it again, a few times with jitter, within the deadline, and so does a connection
  // that breaks before its commit was sent: `work` must be safe to repeat. A commit that was sent
  // and not answered is never repeated: `database_unavailable`.
  Status transact(const std::function<Status(Connection&)>& work);
  // A consistent view over several reads.
  Status read(const std::function<Status(Connection&)>& work);
  // The same where it may show what was true a moment ago: from a secondary, if there is one.
  Status report(const std::function<Status(Connection&)>& work);

  // Called after each commit of a transaction that noted a change (Connection::note_change), on the
  // committing thread: must not block. Nothing ends it; setting it waits for no call under way.
  void on_change(std::function<void()> told);

  Database database() const;
  struct Counts {
    int open = 0;
    int in_use = 0;
    int waiting = 0;
    std::int64_t opened_ever = 0;
  };
  Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitora::sql
