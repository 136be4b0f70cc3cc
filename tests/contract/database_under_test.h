// The contract suite runs every store against every database that this machine can reach.
//
// A test of a store is a TEST_P of StoreContract; it gets a fresh, empty database with the whole
// schema, a clock that it sets, and helpers that make what most tests need. To add a database, add
// an entry to databases_under_test() in database_under_test.cc: nothing else.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/workspace.h"
#include "ports/user_store.h"
#include "ports/workspace_store.h"
#include "sql/pool.h"
#include "storage/stores.h"

namespace monitora::contract {

// A clock that stands still until told. Thread-safe.
class TestClock final : public Clock {
 public:
  Time now() const override { return Time(Micros(micros_.load())); }
  void set(Time time) { micros_ = time.time_since_epoch().count(); }
  void advance(Micros by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_{1'795'000'000'123'456};  // 2026-11-18T09:46:40.123456Z
};

// One database with the schema and no rows, removed with the object. `pool()` lives as long.
class Database {
 public:
  virtual ~Database() = default;
  virtual sql::Pool& pool() = 0;
};

struct DatabaseUnderTest {
  std::string name;  // "sqlite": in the tests' names
  std::function<std::unique_ptr<Database>()> make;
};
inline void PrintTo(const DatabaseUnderTest& database, std::ostream* out) {
  *out << database.name;
}
// Those that are reachable here; a database that needs a server and has none is said on standard
// error and left out.
std::vector<DatabaseUnderTest> databases_under_test();

class StoreContract : public ::testing::TestWithParam<DatabaseUnderTest> {
 protected:
  void SetUp() override;

  sql::Pool& pool() { return database_->pool(); }

  // A user with its profile; the e-mail's local part is `name`.
  UserId make_user(const std::string& name, UserRole role = UserRole::admin);
  WorkspaceId make_workspace(const UserId& owner, const std::string& name = "Boutique");
  // Rows of a table, for "nothing changed".
  std::int64_t count(const std::string& table);
  // Runs a statement as the database's owner would, for setting scenes that no store makes.
  std::int64_t execute(const std::string& statement, std::initializer_list<sql::Param> params = {});

  TestClock clock;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SessionStore> sessions;
  std::unique_ptr<WorkspaceStore> workspaces;
  std::unique_ptr<MemberStore> members;
  std::unique_ptr<ApiKeyStore> api_keys;

 private:
  std::unique_ptr<Database> database_;
};

// Runs `work(i)` in `threads` threads that start together.
void in_parallel(int threads, const std::function<void(int)>& work);

}  // namespace monitora::contract

// The status of a call, with what it says when it is not ok.
#define MONITORA_CONTRACT_OK(expression)                                                 \
  do {                                                                                   \
    const ::monitora::Status monitora_ok_ = ::monitora::contract::status_of(expression); \
    ASSERT_TRUE(monitora_ok_.ok()) << monitora_ok_.to_string();                          \
  } while (false)
#define ASSERT_OK(expression) MONITORA_CONTRACT_OK(expression)
// The call fails with this key.
#define EXPECT_KEY(expression, expected_key) \
  EXPECT_EQ(::monitora::contract::status_of(expression).key(), expected_key)

// The same JSON, however it is written: PostgreSQL's jsonb orders and spaces it its own way.
#define EXPECT_JSON(actual, expected) \
  EXPECT_EQ(boost::json::parse(actual), boost::json::parse(expected))

// Runs the suite's tests on every database; once in each file that has a fixture of its own.
#define MONITORA_FOR_EVERY_DATABASE(fixture)                                                  \
  INSTANTIATE_TEST_SUITE_P(Database, fixture,                                                 \
                           ::testing::ValuesIn(::monitora::contract::databases_under_test()), \
                           [](const auto& info) { return info.param.name; })

namespace monitora::contract {
inline Status status_of(const Status& status) {
  return status;
}
template <class T>
Status status_of(const Result<T>& result) {
  return result.status();
}
}  // namespace monitora::contract
