// One loader at a time, whatever machine it runs on.
#pragma once

#include <memory>

#include "base/status.h"
#include "sql/pool.h"

namespace monitora::transfer {

// PostgreSQL and SQL Server: a lock of a session, on a connection of the pool's that this keeps to
// itself; a loader that dies frees it with its connection. When that breaks, another one takes its
// place. SQLite: a locked file beside the database's, which goes at the end. Thread-safe.
class LoadLock {
 public:
  // conflict `transfer_running` when another program has it, after three seconds: one that was
  // killed is not always gone at once.
  static Result<LoadLock> take(sql::Pool& pool);
  LoadLock(LoadLock&&) noexcept;
  LoadLock& operator=(LoadLock&&) = delete;
  ~LoadLock();

  // Whether it is still ours: false when its connection broke and could not be replaced.
  bool held() const;

 private:
  struct State;
  explicit LoadLock(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace monitora::transfer
