#include "transfer/load.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/log.h"
#include "sql/errors.h"
#include "transfer/load_lock.h"
#include "transfer/test_source.h"
#include "transfer/test_target.h"

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::p;

TestData some_rows(unsigned seed, int users = 6) {
  TestData data;
  TestRows rows(seed);
  for (int i = 0; i < users; ++i) rows.user(data);
  return data;
}

class Load : public ::testing::TestWithParam<TargetUnderTest> {
 protected:
  void SetUp() override {
    log::configure("error", false);  // faults are the point here
    target_ = GetParam().make();
  }
  sql::Pool& pool() { return target_->pool(); }
  EmptyTarget& target() { return *target_; }

  // Small ranges, so that there are many.
  static LoadOptions options() {
    LoadOptions options;
    options.range_bytes = 4000;
    return options;
  }
  void expect_same(const TestData& data, const std::string& model = {}) {
    const auto found = difference(pool(), data, model);
    ASSERT_TRUE(found.ok()) << found.status().to_string();
    EXPECT_EQ(*found, "");
  }
  std::int64_t number(const std::string& statement, std::initializer_list<sql::Param> params = {}) {
    std::int64_t value = -1;
    const Status status = pool().with(Connection::Mode::write, [&](Connection& connection) {
      return connection.query(statement, params, [&](const sql::Row& row) {
        value = row.integer(0);
        return Status();
      });
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return value;
  }
  Status run(const std::string& statement, std::initializer_list<sql::Param> params = {}) {
    return pool().with(Connection::Mode::write, [&](Connection& connection) {
      return connection.execute(statement, params).status();
    });
  }

 private:
  std::unique_ptr<EmptyTarget> target_;
};
#define ASSERT_LOADS(...)                           \
  do {                                              \
    const Status loads_ = status_of(__VA_ARGS__);   \
    ASSERT_TRUE(loads_.ok()) << loads_.to_string(); \
  } while (false)
Status status_of(const Result<LoadResult>& result) {
  return result.status();
}

TEST_P(Load, EveryRowArrivesAsItIs) {
  TestSource source(some_rows(1));
  LoadOptions wanted = options();
  std::int64_t last = 0;
  wanted.progress = [&](const LoadProgress& progress) { last = progress.all_rows; };
  const auto result = load(source, pool(), wanted);
  ASSERT_LOADS(result);
  EXPECT_FALSE(result->resumed);
  expect_same(source.data());
  std::int64_t rows = 0;
  for (const LoadedTable& table : result->tables) rows += table.loaded;
  EXPECT_EQ(rows, last);
  EXPECT_EQ(number("SELECT COUNT(*) FROM messages"),
            static_cast<std::int64_t>(source.data().tables.at("messages").size()));
  EXPECT_FALSE(*is_loading(pool()));
  EXPECT_GT(number("SELECT COUNT(*) FROM transfer_ranges"), 25);  // it was cut

  // Numbers go on after those that came.
  const std::int64_t highest = number("SELECT MAX(id) FROM audit_log");
  ASSERT_TRUE(run("INSERT INTO audit_log (at, actor, action) VALUES (?, 'a', 'b')",
                  {p(SystemClock().now())})
                  .ok());
  EXPECT_EQ(number("SELECT MAX(id) FROM audit_log"), highest + 1);
}

TEST_P(Load, TriggersWorkAgainAfterwards) {
  TestSource source(some_rows(2, 1));
  ASSERT_LOADS(load(source, pool(), options()));
  const TestRow& conversation = source.data().tables.at("conversations").begin()->second;
  const Uuid id = std::get<Uuid>(conversation.values[0]);
  ASSERT_TRUE(
      run("INSERT INTO messages (id, conversation_id, role, content) VALUES (?, ?, 'user', 'x')",
          {p(Uuid::random()), p(id)})
          .ok());
  EXPECT_EQ(number("SELECT messages_count FROM conversations WHERE id = ?", {p(id)}),
            std::get<std::int64_t>(conversation.values[8]) + 1);
}

TEST_P(Load, SyncBringsWhatChangedAndTakesWhatIsGone) {
  TestRows rows(3);
  TestData data;
  for (int i = 0; i < 5; ++i) rows.user(data);
  {
    TestSource first(data);
    ASSERT_LOADS(load(first, pool(), options()));
  }
  for (int round = 0; round < 4; ++round) {
    rows.live(data, 60);
    TestSource source(data);
    const auto result = load(source, pool(), options());
    ASSERT_LOADS(result);
    EXPECT_TRUE(result->resumed);
    EXPECT_GT(result->changes(source.plan()), 0);
    expect_same(data);
  }
  // A person goes, with everything.
  ++data.version;
  TestRows::remove(data, "app_users",
                   std::get<Uuid>(data.tables["app_users"].begin()->second.values[0]));
  TestSource last(data);
  ASSERT_LOADS(load(last, pool(), options()));
  expect_same(data);
  // And then nothing has changed.
  TestSource again(data);
  const auto nothing = load(again, pool(), options());
  ASSERT_LOADS(nothing);
  EXPECT_EQ(nothing->changes(again.plan()), 0);
}

// As a sync that reads a log of changes: only what it names is looked at.
TEST_P(Load, ChangedKeysBringTheSameAsComparing) {
  TestRows rows(23);
  TestData data;
  for (int i = 0; i < 5; ++i) rows.user(data);
  {
    TestSource first(data);
    ASSERT_LOADS(load(first, pool(), options()));
  }
  for (int round = 0; round < 6; ++round) {
    const TestData before = data;
    rows.live(data, 60);
    if (round == 4)
      TestRows::remove(data, "app_users",
                       std::get<Uuid>(data.tables["app_users"].begin()->second.values[0]));
    const std::vector<TableChanges> changes = changes_between(before, data);
    TestSource source(data);
    LoadOptions told = options();
    told.changes = &changes;
    const auto result = load(source, pool(), told);
    ASSERT_LOADS(result);
    EXPECT_GT(result->changes(source.plan()), 0);
    expect_same(data);
    EXPECT_TRUE(*same_counts(pool(), source.plan()));
    // Read once more, as after a pass that was interrupted: nothing becomes two.
    ASSERT_LOADS(load(source, pool(), told));
    expect_same(data);
  }
  // A log that forgot something does not pass.
  const std::vector<TableChanges> forgotten = changes_between(data, data);
  ++data.version;
  rows.message(data, std::get<Uuid>(data.tables["conversations"].begin()->second.values[0]),
               "user");
  TestSource source(data);
  LoadOptions told = options();
  told.changes = &forgotten;
  ASSERT_LOADS(load(source, pool(), told));
  EXPECT_FALSE(*same_counts(pool(), source.plan()));
  ASSERT_LOADS(load(source, pool(), options()));
  expect_same(data);
}

// Fails when the rows of one table have been read so far.
class CutReader final : public Reader {
 public:
  CutReader(std::unique_ptr<Reader> reader, std::atomic<int>& left)
      : reader_(std::move(reader)), left_(left) {}
  Status read(const TablePlan& table, const Selection& selection, const EachRow& each) override {
    return reader_->read(table, selection, [&](Row row) -> Status {
      if (--left_ < 0) return Status(Code::unavailable, "source_unavailable", {"coupé", "cut"});
      return each(row);
    });
  }
  Status read_keys(const TablePlan& table, const KeyRange& range, const EachRow& each) override {
    return reader_->read_keys(table, range, each);
  }

 private:
  std::unique_ptr<Reader> reader_;
  std::atomic<int>& left_;
};
class CutSource final : public Source {
 public:
  CutSource(Source& source, int rows) : source_(source), left_(rows) {}
  const Plan& plan() const override { return source_.plan(); }
  std::string identity() const override { return source_.identity(); }
  std::string watermark() const override { return source_.watermark(); }
  Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t bytes) override {
    return source_.ranges(table, bytes);
  }
  Result<std::unique_ptr<Reader>> reader() override {
    MONITORA_ASSIGN(auto reader, source_.reader());
    return std::unique_ptr<Reader>(std::make_unique<CutReader>(std::move(reader), left_));
  }

 private:
  Source& source_;
  std::atomic<int> left_;
};

TEST_P(Load, AnInterruptedLoadGoesOnWithANewerSnapshot) {
  TestRows rows(4);
  TestData data;
  for (int i = 0; i < 6; ++i) rows.user(data);
  for (int attempt = 1; attempt <= 6; ++attempt) {
    TestSource source(data);
    CutSource cut(source, attempt * 60);
    const auto result = load(cut, pool(), options());
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().key(), "source_unavailable");
    EXPECT_TRUE(*is_loading(pool()));
    EXPECT_EQ(refuse_while_loading(pool()).key(), "transfer_unfinished");
    rows.live(data, 40);
  }
  TestSource source(data);
  const auto result = load(source, pool(), options());
  ASSERT_LOADS(result);
  EXPECT_TRUE(result->resumed);
  expect_same(data);
  EXPECT_TRUE(refuse_while_loading(pool()).ok());
}

// A transaction that stays open at the source holds the watermark where it is, while others commit.
TEST_P(Load, SnapshotsWithOneWatermarkAreStillTwo) {
  TestRows rows(15);
  TestData data;
  for (int i = 0; i < 2; ++i) rows.user(data);
  for (int round = 0; round < 3; ++round) {
    TestSource source(data);
    source.set_watermark("1");
    ASSERT_LOADS(load(source, pool(), options()));
    expect_same(data);
    rows.live(data, 20);
  }
}

TEST_P(Load, AnExportIsResumedWithoutLookingForChanges) {
  TestSource source(some_rows(5), "export", false);
  CutSource cut(source, 200);
  ASSERT_FALSE(load(cut, pool(), options()).ok());
  const auto result = load(source, pool(), options());
  ASSERT_LOADS(result);
  EXPECT_TRUE(result->resumed);
  EXPECT_EQ(result->changes(source.plan()), 0);
  expect_same(source.data());
}

TEST_P(Load, OnlyAnEmptyTargetAndOneSourceAtATime) {
  TestSource source(some_rows(6, 2));
  ASSERT_TRUE(run("INSERT INTO app_users (id, email, password_hash, password_salt) VALUES (?, "
                  "'a@b.fr', '', '')",
                  {p(Uuid::random())})
                  .ok());
  const Status there = load(source, pool(), options()).status();
  EXPECT_EQ(there.key(), "target_not_empty");
  EXPECT_NE(there.sentence().en.find("1 rows in table \"app_users\""), std::string::npos);
  EXPECT_FALSE(*is_loading(pool()));
  ASSERT_TRUE(run("DELETE FROM app_users").ok());

  CutSource cut(source, 30);
  ASSERT_FALSE(load(cut, pool(), options()).ok());
  TestSource other(some_rows(7, 1), "another");
  EXPECT_EQ(load(other, pool(), options()).status().key(), "other_source");
  {
    const auto lock = LoadLock::take(pool());
    ASSERT_TRUE(lock.ok()) << lock.status().to_string();
    EXPECT_EQ(load(source, pool(), options()).status().key(), "transfer_running");
  }
  ASSERT_LOADS(load(source, pool(), options()));
  EXPECT_EQ(load(other, pool(), options()).status().key(), "target_not_empty");
}

TEST_P(Load, ARefusedRowIsNamedAndNothingOfItsRangeIsThere) {
  TestData data = some_rows(8);
  auto bad = std::next(data.tables["messages"].begin(), 20);
  bad->second.values[2] = std::string("robot");
  TestSource source(data);
  const Status refused = load(source, pool(), options()).status();
  EXPECT_EQ(refused.key(), "check_violation") << refused.to_string();
  for (const std::string& part :
       {std::string("messages"), bad->first, std::string("same command again")})
    EXPECT_NE(refused.sentence().en.find(part), std::string::npos) << refused.sentence().en;
  EXPECT_NE(lower(refused.sentence().en).find("chk_messages_role"), std::string::npos)
      << refused.sentence().en;

  // Corrected in the source.
  ++data.version;
  bad->second.values[2] = std::string("user");
  bad->second.version = data.version;
  TestSource corrected(data);
  ASSERT_LOADS(load(corrected, pool(), options()));
  expect_same(data);
}

TEST_P(Load, ARowThatPointsNowhereAndOneThatIsTwice) {
  TestData data = some_rows(9, 2);
  data.tables["messages"].begin()->second.values[1] = Uuid::random();
  TestSource orphan(data);
  const Status refused = load(orphan, pool(), options()).status();
  EXPECT_EQ(refused.key(), "foreign_key_violation") << refused.to_string();
  EXPECT_NE(refused.sentence().fr.find(data.tables["messages"].begin()->first), std::string::npos)
      << refused.sentence().fr;

  std::unique_ptr<EmptyTarget> fresh = GetParam().make();
  data = some_rows(10, 2);
  data.tables["app_users"].begin()->second.values[1] =
      std::next(data.tables["app_users"].begin())->second.values[1];
  TestSource twice(data);
  const Status again = load(twice, fresh->pool(), options()).status();
  EXPECT_EQ(again.key(), "unique_violation") << again.to_string();
  EXPECT_NE(again.sentence().en.find("app_users"), std::string::npos);
}

// Two rows that only the target holds for the same: nothing is dropped silently in a sync either.
TEST_P(Load, ASyncNeverKeepsOneOfTwo) {
  TestData data = some_rows(11, 3);
  TestSource first(data);
  ASSERT_LOADS(load(first, pool(), options()));
  ++data.version;
  auto& users = data.tables["app_users"];
  users.begin()->second.values[1] = std::next(users.begin())->second.values[1];
  users.begin()->second.version = data.version;
  TestSource twice(data);
  EXPECT_EQ(load(twice, pool(), options()).status().key(), "rows_missing");
  EXPECT_TRUE(*is_loading(pool()));
}

TEST_P(Load, VectorsAreLeftOutOrGetTheNameOfTheirModel) {
  TestSource source(some_rows(12, 2));
  LoadOptions named = options();
  named.embedding_model = "multilingual-e5-small";
  ASSERT_LOADS(load(source, pool(), named));
  expect_same(source.data(), named.embedding_model);

  const std::unique_ptr<EmptyTarget> other = GetParam().make();
  LoadOptions without = options();
  without.keep_vectors = false;
  ASSERT_LOADS(load(source, other->pool(), without));
  TestData bare = source.data();
  for (auto& [key, row] : bare.tables["document_chunks"]) row.values[7] = nullptr;
  for (auto& [key, row] : bare.tables["response_cache"]) row.values[4] = nullptr;
  const auto found = difference(other->pool(), bare);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, "");
}

TEST_P(Load, LargeRangesAndLargeFilesGoInParts) {
  TestData data = some_rows(13, 2);
  auto content = data.tables["document_contents"].begin();
  content->second.values[1] = Bytes(700'001, 0xAB);
  for (std::int64_t i = 100; i < 600; ++i)
    data.put("audit_log", {i, SystemClock().now(), std::string("ana"), std::string("login"),
                           nullptr, std::string(60, 'x'), nullptr, nullptr});
  TestSource source(data);
  ASSERT_LOADS(load(source, pool(), options()));
  expect_same(data);
}

// A connection whose commits fail as asked: before they happen, or after, unanswered.
struct Faults {
  std::atomic<int> commits = 0;
  std::function<int(int)> of_commit;  // 1: cut before, 2: cut after
};
class FaultyConnection final : public Connection {
 public:
  FaultyConnection(std::unique_ptr<Connection> to, Faults& faults)
      : to_(std::move(to)), faults_(faults) {}
  const sql::Dialect& dialect() const override { return to_->dialect(); }
  Result<std::int64_t> execute(std::string_view s, sql::Params v) override {
    return to_->execute(s, v);
  }
  Status query(std::string_view s, sql::Params v,
               const std::function<Status(const sql::Row&)>& e) override {
    return to_->query(s, v, e);
  }
  Status run_script(std::string_view s) override { return to_->run_script(s); }
  Status begin(Mode mode) override { return to_->begin(mode); }
  Status commit() override {
    const int fault = faults_.of_commit ? faults_.of_commit(++faults_.commits) : 0;
    if (fault == 0) return to_->commit();
    if (fault == 1) to_->rollback();
    if (fault == 2) MONITORA_TRY(to_->commit());
    broken_ = true;
    return sql::database_unavailable("cut");
  }
  void rollback() override { to_->rollback(); }
  bool in_transaction() const override { return to_->in_transaction(); }
  bool is_broken() const override { return broken_ || to_->is_broken(); }
  Result<std::int64_t> insert_many(
      std::string_view t, std::span<const std::string_view> c,
      const std::function<Result<bool>(std::span<sql::Param>)>& n) override {
    return to_->insert_many(t, c, n);
  }
  Status insert_blob(std::string_view t, std::span<const std::string_view> c, sql::Params v,
                     std::string_view b, std::int64_t size, const sql::BlobPart& part) override {
    return to_->insert_blob(t, c, v, b, size, part);
  }
  Status read_blob(std::string_view t, std::string_view b, std::string_view k, sql::Param key,
                   const std::function<Status(BytesView)>& part) override {
    return to_->read_blob(t, b, k, key, part);
  }

 private:
  std::unique_ptr<Connection> to_;
  Faults& faults_;
  bool broken_ = false;
};

TEST_P(Load, ACutConnectionCostsNoRowAndDoublesNone) {
  TestRows rows(14);
  TestData data;
  // A new connection to SQL Server takes its time.
  const bool few = pool().database() == sql::Database::sqlserver;
  for (int i = 0; i < (few ? 1 : 3); ++i) rows.user(data);
  Faults faults;
  faults.of_commit = [every = few ? 14 : 5](int number) {
    return number % every == 2 ? 1 : number % every == 4 ? 2 : 0;
  };
  sql::Pool::Options wanted;
  wanted.database = pool().database();
  wanted.writers = pool().database() == sql::Database::sqlite ? 1 : 4;
  wanted.readers = 0;
  sql::Pool faulty(
      [&, open = target().opener()](Connection::Mode mode) -> Result<std::unique_ptr<Connection>> {
        MONITORA_ASSIGN(auto made, open(mode));
        return std::unique_ptr<Connection>(
            std::make_unique<FaultyConnection>(std::move(made), faults));
      },
      wanted);
  for (int round = 0; round < 2; ++round) {
    TestSource source(data);
    ASSERT_LOADS(load(source, faulty, options()));
    expect_same(data);
    rows.live(data, 40);
  }
  EXPECT_GT(faults.commits, 30);
}

MONITORA_FOR_EVERY_TARGET(Load);

}  // namespace
}  // namespace monitora::transfer
