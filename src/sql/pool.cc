#include "sql/pool.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "sql/errors.h"

namespace monitora::sql {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kTries = 6;            // of a transaction that meets `database_busy`
constexpr int kTriesAfterALoss = 2;  // of one whose connection breaks
constexpr int kMostInACommit = 32;

// Transactions that share a commit. Passed on with the connection, whose holder alone changes
// `members`; the members before wait for the end.
class Batch {
 public:
  void end(const Status& outcome) {
    const std::lock_guard lock(mutex_);
    outcome_ = outcome;
    ended_ = true;
    over_.notify_all();
  }
  Status wait() {
    std::unique_lock lock(mutex_);
    over_.wait(lock, [&] { return ended_; });
    return outcome_;
  }
  int members = 0;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool ended_ = false;
  Status outcome_;
};

struct Kept {
  std::unique_ptr<Connection> connection;
  Steady::time_point opened_at;
  Steady::time_point used_at;    // last
  std::shared_ptr<Batch> batch;  // while the connection is passed on inside a transaction
};

// Someone who waits for a connection. Served in order of arrival: a connection that comes free is
// put into the first waiter's hands, so that nobody starves.
struct Waiter {
  std::condition_variable arrived;
  bool joins = false;   // takes a connection inside a shared transaction, too
  bool served = false;  // `kept` is theirs, or, when it is empty, the right to open one
  std::optional<Kept> kept;
};

// The connections of one mode.
struct Side {
  Connection::Mode mode = Connection::Mode::write;
  int limit = 0;
  int open = 0;  // idle, handed out, or being opened
  int in_use = 0;
  Steady::time_point broke_at{};  // the last one that did: those idle since before are asked
  Status refused;                 // why the last one could not be opened, until one can
  std::vector<Kept> idle;
  std::deque<Waiter*> waiting;
};

// 1, 2, 4 … ms, each ± half, so that two that met do not meet again.
std::chrono::microseconds pause_before(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int whole = 1000 << attempt;
  return std::chrono::microseconds(whole / 2 +
                                   static_cast<int>(random() % static_cast<unsigned>(whole)));
}

// One member's work in a transaction that others share: undone alone when it fails, the whole when
// there is nobody else in it.
Status run_member(Connection& connection, bool alone,
                  const std::function<Status(Connection&)>& work, std::exception_ptr& thrown) {
  const auto run = [&](std::string_view statement) {
    const ScopedDeadline whatever(Deadline::never());  // others depend on it
    return connection.execute(statement, {}).status();
  };
  if (!alone) MONITORA_TRY(run("SAVEPOINT member"));
  Status status;
  try {
    status = work(connection);
  } catch (...) {
    thrown = std::current_exception();
    status = Status::internal("an exception in a transaction");
  }
  if (!connection.in_transaction()) return status;
  if (alone) {
    if (!status.ok()) connection.rollback();
    return status;
  }
  Status ended = status.ok() ? Status() : run("ROLLBACK TO member");
  if (ended.ok()) ended = run("RELEASE member");
  if (!ended.ok()) connection.rollback();  // the others run again
  return status.ok() ? ended : status;
}

}  // namespace

struct Pool::State {
  Open open;
  Options options;
  mutable std::mutex mutex;
  std::condition_variable idle_again;  // for the destructor
  Side writers, readers;
  std::int64_t opened_ever = 0;
  std::shared_ptr<const std::function<void()>> on_change;

  Side& side(Connection::Mode mode) {
    const bool on_readers = mode == Connection::Mode::read && options.readers > 0;
    return on_readers && !options.readers_lag ? readers : writers;
  }

  Result<Kept> take(Side& side, bool joins = false);
  std::optional<Kept> take_idle(Side& side, std::unique_lock<std::mutex>& lock);
  Status with(Side& side, const std::function<Status(Connection&)>& work);
  Status read(Side& side, const std::function<Status(Connection&)>& work);
  Status alone(const std::function<Status(Connection&)>& work, bool& lost_before_commit);
  Status share(const std::function<Status(Connection&)>& work);
  bool pass_on(Side& side, Kept& kept);
  Result<Kept> open_for(Side& side);
  void give_back(Side& side, Kept kept);
  void tell_of_change();
  void pass_on_place(Side& side);
};

// The lock is held by the caller. One of the side's places is free: the first waiter may open.
void Pool::State::pass_on_place(Side& side) {
  if (side.waiting.empty()) {
    --side.open;
    --side.in_use;
    idle_again.notify_all();
    return;
  }
  Waiter* waiter = side.waiting.front();
  side.waiting.pop_front();
  waiter->served = true;
  waiter->arrived.notify_one();
}

Result<Kept> Pool::State::open_for(Side& side) {
  Result<std::unique_ptr<Connection>> made = open(side.mode);
  const std::lock_guard lock(mutex);
  side.refused = made.status();
  if (!made.ok()) {
    pass_on_place(side);
    return made.status();
  }
  ++opened_ever;
  return Kept{std::move(*made), Steady::now(), Steady::now(), nullptr};
}

// One that is idle and alive, if there is one. The lock is held, and let go of while a connection
// is looked at or closed.
std::optional<Kept> Pool::State::take_idle(Side& side, std::unique_lock<std::mutex>& lock) {
  while (!side.idle.empty() && side.waiting.empty()) {
    Kept kept = std::move(side.idle.back());
    side.idle.pop_back();
    ++side.in_use;
    const Steady::time_point now = Steady::now();
    const bool too_old = now - kept.opened_at >= options.max_lifetime;
    const bool ask = now - kept.used_at >= options.ask_after || kept.used_at < side.broke_at;
    lock.unlock();
    if (!too_old && kept.connection->is_alive(ask)) {
      lock.lock();
      return kept;
    }
    kept.connection.reset();
    std::vector<Kept> gone;
    lock.lock();
    if (!too_old) {
      side.broke_at = now;
      gone.swap(side.idle);
      side.open -= static_cast<int>(gone.size());
    }
    pass_on_place(side);
    lock.unlock();
    gone.clear();
    lock.lock();
  }
  return std::nullopt;
}

Result<Kept> Pool::State::take(Side& side, bool joins) {
  std::unique_lock lock(mutex);
  if (std::optional<Kept> kept = take_idle(side, lock)) return std::move(*kept);
  if (side.open < side.limit) {
    ++side.open;
    ++side.in_use;
    lock.unlock();
    return open_for(side);
  }

  Waiter waiter;
  waiter.joins = joins;
  side.waiting.push_back(&waiter);
  const Deadline& deadline = Deadline::current();
  const Steady::time_point until = std::min(deadline.at(), Steady::now() + options.max_wait);
  Status refused;
  lock.unlock();
  {
    const std::stop_callback on_stop(deadline.stop(), [&] {
      const std::lock_guard hold(mutex);
      waiter.arrived.notify_one();
    });
    lock.lock();
    waiter.arrived.wait_until(lock, until,
                              [&] { return waiter.served || deadline.stop().stop_requested(); });
    if (!waiter.served) {
      std::erase(side.waiting, &waiter);
      refused = side.refused;
    }
    lock.unlock();
  }
  if (!waiter.served) {
    MONITORA_TRY(check_deadline());
    // Those before wait for a server that is gone: it is not the pool that is too small.
    return refused.ok() ? database_saturated() : refused;
  }
  if (waiter.kept) return std::move(*waiter.kept);
  return open_for(side);
}

void Pool::State::give_back(Side& side, Kept kept) {
  if (kept.connection->in_transaction()) kept.connection->rollback();
  const bool keep = !kept.connection->is_broken() && !kept.connection->in_transaction();
  if (!keep) kept.connection.reset();
  kept.used_at = Steady::now();
  const std::lock_guard lock(mutex);
  if (!keep) {
    side.broke_at = kept.used_at;
    pass_on_place(side);
    return;
  }
  if (side.waiting.empty()) {
    --side.in_use;
    side.idle.push_back(std::move(kept));
    idle_again.notify_all();
    return;
  }
  Waiter* waiter = side.waiting.front();
  side.waiting.pop_front();
  waiter->kept = std::move(kept);
  waiter->served = true;
  waiter->arrived.notify_one();
}

// Hands the connection with its open transaction to the first who waits for one, if there is one.
bool Pool::State::pass_on(Side& side, Kept& kept) {
  const std::lock_guard lock(mutex);
  if (side.waiting.empty() || !side.waiting.front()->joins || kept.batch->members >= kMostInACommit)
    return false;
  Waiter* waiter = side.waiting.front();
  side.waiting.pop_front();
  waiter->kept = std::move(kept);
  waiter->served = true;
  waiter->arrived.notify_one();
  return true;
}

Status Pool::State::share(const std::function<Status(Connection&)>& work) {
  Side& side = this->side(Connection::Mode::write);
  MONITORA_ASSIGN(Kept kept, take(side, true));
  Connection& connection = *kept.connection;
  if (!kept.batch) {
    if (Status begun = connection.begin(Connection::Mode::write); !begun.ok()) {
      give_back(side, std::move(kept));
      return begun;
    }
    kept.batch = std::make_shared<Batch>();
  }
  const std::shared_ptr<Batch> batch = kept.batch;
  std::exception_ptr thrown;
  const Status mine = run_member(connection, batch->members == 0, work, thrown);
  if (mine.ok()) ++batch->members;
  if (!connection.in_transaction()) {
    batch->end(database_busy("undone together with another transaction"));
    kept.batch.reset();
    give_back(side, std::move(kept));
  } else if (!pass_on(side, kept)) {
    const ScopedDeadline whatever(Deadline::never());
    const Status committed = connection.commit();
    const bool noted = connection.take_noted_change();
    batch->end(committed);
    if (noted && committed.ok()) tell_of_change();
    kept.batch.reset();
    give_back(side, std::move(kept));
  }
  if (thrown) std::rethrow_exception(thrown);
  return mine.ok() ? batch->wait() : mine;
}

Pool::Pool(Open open, Options options) : state_(std::make_unique<State>()) {
  state_->open = std::move(open);
  state_->options = options;
  state_->writers.mode = Connection::Mode::write;
  state_->writers.limit = std::max(1, options.writers);
  state_->readers.mode = Connection::Mode::read;
  state_->readers.limit = options.readers;
}

Pool::~Pool() {
  std::unique_lock lock(state_->mutex);
  state_->idle_again.wait(
      lock, [&] { return state_->writers.in_use == 0 && state_->readers.in_use == 0; });
}

Status Pool::State::with(Side& side, const std::function<Status(Connection&)>& work) {
  MONITORA_ASSIGN(Kept kept, take(side));
  struct Return {  // also when `work` throws
    State& state;
    Side& side;
    Kept& kept;
    ~Return() { state.give_back(side, std::move(kept)); }
  } const giving_back{*this, side, kept};
  return work(*kept.connection);
}

Status Pool::State::read(Side& side, const std::function<Status(Connection&)>& work) {
  return with(side, [&](Connection& connection) -> Status {
    MONITORA_TRY(connection.begin(Connection::Mode::read));
    MONITORA_TRY(work(connection));
    return connection.commit();
  });
}

// A transaction with a commit of its own.
Status Pool::State::alone(const std::function<Status(Connection&)>& work,
                          bool& lost_before_commit) {
  return with(writers, [&](Connection& connection) -> Status {
    Status status = connection.begin(Connection::Mode::write);
    if (status.ok()) status = work(connection);
    lost_before_commit = !status.ok() && connection.is_broken();
    const bool noted = connection.take_noted_change();
    MONITORA_TRY(status);  // giving it back rolls back
    MONITORA_TRY(connection.commit());
    if (noted) tell_of_change();
    return {};
  });
}

Status Pool::with(Connection::Mode mode, const std::function<Status(Connection&)>& work) {
  return state_->with(state_->side(mode), work);
}

Status Pool::transact(const std::function<Status(Connection&)>& work) {
  for (int attempt = 0;; ++attempt) {
    bool lost = false;
    Status status = state_->options.share_commits ? state_->share(work) : state_->alone(work, lost);
    const bool again =
        status.key() == "database_busy" || (lost && status.key() == "database_unavailable");
    if (!again || attempt + 1 >= (lost ? kTriesAfterALoss : kTries)) return status;
    std::this_thread::sleep_for(pause_before(attempt));
    MONITORA_TRY(check_deadline());
  }
}

Status Pool::read(const std::function<Status(Connection&)>& work) {
  return state_->read(state_->side(Connection::Mode::read), work);
}

Status Pool::report(const std::function<Status(Connection&)>& work) {
  return state_->read(state_->options.readers > 0 ? state_->readers : state_->writers, work);
}

void Pool::on_change(std::function<void()> told) {
  const std::lock_guard lock(state_->mutex);
  state_->on_change = std::make_shared<const std::function<void()>>(std::move(told));
}

void Pool::State::tell_of_change() {
  std::unique_lock lock(mutex);
  const auto told = on_change;
  lock.unlock();
  if (told && *told) (*told)();
}

Database Pool::database() const {
  return state_->options.database;
}

Pool::Counts Pool::counts() const {
  const std::lock_guard lock(state_->mutex);
  Counts counts;
  for (const Side* side : {&state_->writers, &state_->readers}) {
    counts.open += side->open;
    counts.in_use += side->in_use;
    counts.waiting += static_cast<int>(side->waiting.size());
  }
  counts.opened_ever = state_->opened_ever;
  return counts;
}

}  // namespace monitora::sql
