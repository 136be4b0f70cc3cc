// A table of the source that somebody changes as a whole while it is copied.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "transfer/load.h"
#include "transfer/test_sample.h"
#include "transfer/test_target.h"

namespace monitora::transfer {
namespace {

using ::testing::HasSubstr;

// Asks for the lock of an ALTER TABLE, which waits for the source's snapshot to end. Whoever asks
// for the table after it waits behind it.
class Locker {
 public:
  explicit Locker(const SampleSource& sample)
      : thread_([&sample] {
          sample.run("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE; ROLLBACK");
        }) {
    sample.run(R"(DO $$ BEGIN
      WHILE NOT EXISTS (
          SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE d.datname = current_database() AND l.relation = 'messages'::regclass
            AND l.mode = 'AccessExclusiveLock' AND NOT l.granted) LOOP
        PERFORM pg_sleep(0.01);
      END LOOP;
    END $$)");
  }

 private:
  std::jthread thread_;
};

// It takes the ten seconds of the source's lock_timeout.
TEST(SourceLock, ATableThatIsLockedMeanwhileIsSaidAndTheLoadGoesOnAfterwards) {
  if (sql::test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL here";
  const SampleSource sample("2025");
  SqliteTarget target;
  std::optional<Locker> locker;
  auto source = sample.open();
  LoadOptions options;
  options.progress = [&](const LoadProgress& progress) {
    if (progress.table == "conversations" && !locker) locker.emplace(sample);
  };
  const auto locked = load(*source, target.pool(), options);
  ASSERT_FALSE(locked.ok());
  EXPECT_EQ(locked.status().key(), "source_locked") << locked.status().to_string();
  EXPECT_THAT(locked.status().sentence().fr, HasSubstr("verrouillée"));
  EXPECT_THAT(locked.status().sentence().en, HasSubstr("Run the same command again"));
  source.reset();  // whoever altered the table goes on
  locker.reset();

  source = sample.open();
  const auto loaded = load(*source, target.pool(), {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
  EXPECT_TRUE(loaded->resumed);
  for (std::size_t i = 0; i < loaded->tables.size(); ++i) {
    const LoadedTable& table = loaded->tables[i];
    if (table.name == "conversations") EXPECT_EQ(table.loaded, 0);  // they were there
    if (table.name == "messages") EXPECT_EQ(table.loaded, source->plan().tables[i].rows);
  }
}

}  // namespace
}  // namespace monitora::transfer
