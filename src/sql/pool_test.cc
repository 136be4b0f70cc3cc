#include "sql/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "sql/errors.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;
using Mode = Connection::Mode;

// Each with a commit a transaction, and with shared ones.
class PoolTest : public ::testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<Pool> make(Pool::Options options = {}) {
    options.share_commits = GetParam();
    auto pool = std::make_unique<Pool>(
        [this](Mode mode) -> Result<std::unique_ptr<Connection>> {
          hold.wait(true);
          if (refuse) return database_unavailable("refused");
          return open_sqlite(directory.path() / "pool.db", mode);
        },
        options);
    EXPECT_TRUE(pool->with(Mode::write,
                           [](Connection& connection) {
                             return connection.run_script("CREATE TABLE IF NOT EXISTS t (a INT)");
                           })
                    .ok());
    return pool;
  }
  static std::int64_t rows(Pool& pool) {
    std::int64_t count = -1;
    EXPECT_TRUE(pool.read([&](Connection& connection) {
                      return connection.query("SELECT COUNT(*) FROM t", {}, [&](const Row& row) {
                        count = row.integer(0);
                        return Status();
                      });
                    })
                    .ok());
    return count;
  }
  static Status insert(Connection& connection) {
    return connection.execute("INSERT INTO t VALUES (1)", {}).status();
  }

  TestDirectory directory;
  std::atomic<bool> refuse = false, hold = false;
};

INSTANTIATE_TEST_SUITE_P(Commits, PoolTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "shared" : "own"; });

TEST_P(PoolTest, ANotedChangeIsToldAfterItsCommit) {
  const auto pool = make();
  std::vector<std::int64_t> rows_when_told;
  pool->on_change([&] { rows_when_told.push_back(rows(*pool)); });
  const auto change = [&](bool noted, const Status& end) {
    return pool->transact([&](Connection& connection) -> Status {
      if (noted) connection.note_change();
      const Status inserted = insert(connection);
      return end.ok() ? inserted : end;
    });
  };
  EXPECT_TRUE(change(false, {}).ok());
  EXPECT_TRUE(rows_when_told.empty());
  EXPECT_FALSE(change(true, Status::internal("undone")).ok());
  EXPECT_TRUE(rows_when_told.empty());
  EXPECT_TRUE(change(true, {}).ok());
  EXPECT_EQ(rows_when_told, std::vector<std::int64_t>{2});
  pool->on_change({});
  EXPECT_TRUE(change(true, {}).ok());
  EXPECT_EQ(rows_when_told.size(), 1U);
}

TEST_P(PoolTest, CommitsWhatWentWellAndNothingElse) {
  const auto pool = make();
  EXPECT_TRUE(pool->transact(insert).ok());
  const Status status = pool->transact([](Connection& connection) -> Status {
    MONITORA_TRY(insert(connection));
    return Status::not_found("mine");
  });
  EXPECT_EQ(status.key(), "mine");
  EXPECT_THROW((void)pool->transact([](Connection& connection) -> Status {
    MONITORA_TRY(insert(connection));
    throw std::runtime_error("from a library");
  }),
               std::runtime_error);
  EXPECT_EQ(rows(*pool), 1);
  EXPECT_EQ(pool->counts().in_use, 0);
}

TEST_P(PoolTest, RunsABusyTransactionAgain) {
  const auto pool = make();
  int runs = 0;
  EXPECT_TRUE(pool->transact([&](Connection& connection) -> Status {
                    MONITORA_TRY(insert(connection));
                    return ++runs < 3 ? database_busy("deadlock victim") : Status();
                  })
                  .ok());
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(rows(*pool), 1);
  runs = 0;
  EXPECT_EQ(pool->transact([&](Connection&) {
                  ++runs;
                  return database_busy("always");
                })
                .key(),
            "database_busy");
  EXPECT_GT(runs, 3);
}

TEST_P(PoolTest, NeverOpensMoreThanItsLimit) {
  Pool::Options options;
  options.readers = 2;
  const auto pool = make(options);
  std::atomic<int> inside = 0, most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 50; ++j)
          EXPECT_TRUE(pool->with(Mode::read,
                                 [&](Connection&) {
                                   const int now = ++inside;
                                   int seen = most;
                                   while (now > seen && !most.compare_exchange_weak(seen, now)) {
                                   }
                                   --inside;
                                   return Status();
                                 })
                          .ok());
      });
  }
  EXPECT_LE(most, 2);
  EXPECT_LE(pool->counts().open, 3);
  EXPECT_EQ(pool->counts().in_use, 0);
}

TEST_P(PoolTest, WritersFromManyThreadsLoseNothing) {
  const auto pool = make();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 25; ++j) EXPECT_TRUE(pool->transact(insert).ok());
      });
  }
  EXPECT_EQ(rows(*pool), 200);
}

TEST_P(PoolTest, OneThatFailsLeavesItsNeighboursAlone) {
  const auto pool = make();
  std::atomic<int> failed = 0, thrown = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (int j = 0; j < 20; ++j) try {
            const Status status = pool->transact([&](Connection& connection) -> Status {
              MONITORA_TRY(insert(connection));
              if ((i + j) % 3 == 1) return Status::not_found("mine");
              if ((i + j) % 3 == 2) throw std::runtime_error("from a library");
              return {};
            });
            if (status.key() == "mine") ++failed;
            EXPECT_TRUE(status.ok() || status.key() == "mine") << status.to_string();
          } catch (const std::runtime_error&) {
            ++thrown;
          }
      });
  }
  EXPECT_EQ(rows(*pool), 160 - failed - thrown);
  EXPECT_GT(failed, 40);
  EXPECT_GT(thrown, 40);
}

// A statement that SQLite interrupts undoes the whole transaction: the neighbours' are run again.
TEST_P(PoolTest, ATransactionUndoneWithItsNeighboursRunsAgain) {
  const auto pool = make();
  std::atomic<int> late = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        for (int j = 0; j < 5; ++j) {
          if (i != 0) {
            EXPECT_TRUE(pool->transact(insert).ok());
            continue;
          }
          std::stop_source client;
          const ScopedDeadline wanted(Deadline::in(1h, client.get_token()));
          const Status status = pool->transact([&](Connection& connection) -> Status {
            MONITORA_TRY(insert(connection));
            client.request_stop();
            return connection.query(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) "
                "FROM n",
                {}, [](const Row&) { return Status(); });
          });
          if (status.code() == Code::cancelled) ++late;
        }
      });
  }
  EXPECT_EQ(late, 5);
  EXPECT_EQ(rows(*pool), 25);
}

TEST_P(PoolTest, SaturationIsAnErrorNotAHang) {
  Pool::Options options;
  options.max_wait = 10ms;
  const auto pool = make(options);
  EXPECT_TRUE(pool->with(Mode::write,
                         [&](Connection&) {
                           const Status status =
                               pool->with(Mode::write, [](Connection&) { return Status(); });
                           EXPECT_EQ(status.key(), "database_saturated");
                           EXPECT_TRUE(status.retry_after_seconds());
                           return Status();
                         })
                  .ok());
  EXPECT_EQ(pool->counts().waiting, 0);
  EXPECT_TRUE(pool->transact(insert).ok());
}

// The driver of a server that is gone may try for longer than the next ones wait.
TEST_P(PoolTest, WhoWaitsForAServerThatIsGoneHearsThat) {
  Pool::Options options;
  options.writers = 1;
  options.max_wait = 20ms;
  options.max_lifetime = 0min;  // each use opens anew
  const auto pool = make(options);
  refuse = true;
  EXPECT_EQ(pool->with(Mode::write, insert).key(), "database_unavailable");
  hold = true;
  std::thread opener(
      [&] { EXPECT_EQ(pool->with(Mode::write, insert).key(), "database_unavailable"); });
  while (pool->counts().in_use == 0) std::this_thread::yield();
  EXPECT_EQ(pool->with(Mode::write, insert).key(), "database_unavailable");
  hold = false;
  hold.notify_all();
  opener.join();
  refuse = false;
  EXPECT_TRUE(pool->with(Mode::write, insert).ok());
}

TEST_P(PoolTest, AWaiterLeavesWithItsDeadlineOrItsClient) {
  const auto pool = make();
  EXPECT_TRUE(pool->with(Mode::write,
                         [&](Connection&) {
                           {
                             const ScopedDeadline soon(Deadline::in(5ms));
                             EXPECT_EQ(pool->transact(insert).code(), Code::deadline_exceeded);
                           }
                           std::stop_source client;
                           std::jthread leaves([&] { client.request_stop(); });
                           const ScopedDeadline wanted(Deadline::in(1h, client.get_token()));
                           EXPECT_EQ(pool->transact(insert).code(), Code::cancelled);
                           return Status();
                         })
                  .ok());
  EXPECT_EQ(rows(*pool), 0);
}

TEST_P(PoolTest, ARefusedConnectionLeavesItsPlaceToTheNext) {
  const auto pool = make();
  refuse = true;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(pool->with(Mode::read, [](Connection&) { return Status(); }).key(),
              "database_unavailable");
  refuse = false;
  EXPECT_TRUE(pool->with(Mode::read, [](Connection&) { return Status(); }).ok());
  EXPECT_EQ(pool->counts().open, 2);
}

TEST_P(PoolTest, ReadersMayBeTheWriters) {
  Pool::Options options;
  options.readers = 0;
  const auto pool = make(options);
  EXPECT_TRUE(pool->transact(insert).ok());
  EXPECT_EQ(rows(*pool), 1);
  EXPECT_EQ(pool->counts().opened_ever, 1);
}

TEST_P(PoolTest, ReadersThatLagServeReportsOnly) {
  std::vector<Mode> opened;
  Pool::Options options;
  options.readers_lag = true;
  Pool pool(
      [&](Mode mode) {
        opened.push_back(mode);
        return open_sqlite(directory.path() / "pool.db", mode);
      },
      options);
  const auto look = [](Connection& connection) {
    return connection.execute("SELECT 1", {}).status();
  };
  EXPECT_TRUE(pool.with(Mode::read, look).ok());
  EXPECT_TRUE(pool.read(look).ok());
  EXPECT_EQ(opened, std::vector<Mode>{Mode::write});
  EXPECT_TRUE(pool.report(look).ok());
  EXPECT_EQ(opened, (std::vector<Mode>{Mode::write, Mode::read}));
}

TEST_P(PoolTest, AReportComesFromTheReadersThatThereAre) {
  EXPECT_TRUE(make()
                  ->report([](Connection& connection) {
                    return connection.execute("SELECT 1", {}).status();
                  })
                  .ok());
  Pool::Options options;
  options.readers = 0;
  const auto pool = make(options);
  EXPECT_TRUE(pool->report([](Connection& connection) {
                    return connection.execute("SELECT 1", {}).status();
                  })
                  .ok());
  EXPECT_EQ(pool->counts().opened_ever, 1);
}

TEST_P(PoolTest, ATooOldConnectionIsReplaced) {
  Pool::Options options;
  options.max_lifetime = 0min;
  const auto pool = make(options);
  EXPECT_TRUE(pool->transact(insert).ok());
  EXPECT_EQ(pool->counts().opened_ever, 2);
  EXPECT_EQ(pool->counts().open, 1);
}

TEST_P(PoolTest, ALeftOpenTransactionIsRolledBack) {
  const auto pool = make();
  EXPECT_TRUE(pool->with(Mode::write,
                         [](Connection& connection) -> Status {
                           MONITORA_TRY(connection.begin(Mode::write));
                           return insert(connection);
                         })
                  .ok());
  EXPECT_EQ(rows(*pool), 0);
  EXPECT_EQ(pool->counts().opened_ever, 2);
}

}  // namespace
}  // namespace monitora::sql
