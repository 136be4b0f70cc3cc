#include "contract/database_under_test.h"

#include <unistd.h>

#include <filesystem>
#include <latch>
#include <thread>

#include "sql/migrations.h"
#include "sql/postgres/postgres.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_postgres.h"

namespace monitora::contract {
namespace {

void migrate(sql::Pool& pool) {
  const Status status = pool.with(sql::Connection::Mode::write, [](sql::Connection& connection) {
    return sql::apply(connection).status();
  });
  EXPECT_TRUE(status.ok()) << status.to_string();
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase()
      : directory_(make_directory()), pool_(sql::make_sqlite_pool(directory_ / "monitora.db")) {
    migrate(*pool_);
  }
  ~SqliteDatabase() override {
    pool_.reset();
    std::filesystem::remove_all(directory_);
  }
  sql::Pool& pool() override { return *pool_; }

 private:
  static std::filesystem::path make_directory() {
    // In memory where there is such a place: a hundred databases need not wait for a disk.
    const std::filesystem::path parent =
        ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "monitora-contract-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    return pattern;
  }

  std::filesystem::path directory_;
  std::unique_ptr<sql::Pool> pool_;
};

// Migrated once; each test gets a copy.
const std::string& migrated_postgres() {
  struct Template {
    sql::TestPostgres database;
    Template() { migrate(*sql::make_postgres_pool(database.options())); }
  };
  static const Template made;
  return made.database.name();
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase()
      : database_(migrated_postgres()), pool_(sql::make_postgres_pool(database_.options())) {}
  sql::Pool& pool() override { return *pool_; }

 private:
  sql::TestPostgres database_;
  std::unique_ptr<sql::Pool> pool_;
};

}  // namespace

std::vector<DatabaseUnderTest> databases_under_test() {
  std::vector<DatabaseUnderTest> all{{"sqlite", [] { return std::make_unique<SqliteDatabase>(); }}};
  static const bool postgres = [] {
    const bool there = !sql::test_postgres_uri().empty();
    if (!there)
      std::cerr
          << "PostgreSQL: nothing is tested, because there is no server; run this by ctest, or "
             "name one in MONITORA_TEST_POSTGRES.\n";
    return there;
  }();
  if (postgres) all.push_back({"postgres", [] { return std::make_unique<PostgresDatabase>(); }});
  return all;
}

void StoreContract::SetUp() {
  database_ = GetParam().make();
  users = storage::make_user_store(pool(), clock);
  sessions = storage::make_session_store(pool(), clock);
  workspaces = storage::make_workspace_store(pool(), clock);
  members = storage::make_member_store(pool(), clock);
  api_keys = storage::make_api_key_store(pool(), clock);
}

UserId StoreContract::make_user(const std::string& name, UserRole role) {
  NewUser user;
  user.email = name + "@exemple.fr";
  user.password_hash = "hash of " + name;
  user.role = role;
  const Result<User> made = users->create(user);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return made.ok() ? made->id : UserId();
}

WorkspaceId StoreContract::make_workspace(const UserId& owner, const std::string& name) {
  Workspace workspace;
  workspace.name = name;
  const Result<WorkspaceView> made = workspaces->create(owner, workspace);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return made.ok() ? made->workspace.id : WorkspaceId();
}

std::int64_t StoreContract::count(const std::string& table) {
  std::int64_t rows = -1;
  const Status status = pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query("SELECT count(*) FROM " + table, {}, [&](const sql::Row& row) {
      rows = row.integer(0);
      return Status();
    });
  });
  EXPECT_TRUE(status.ok()) << status.to_string();
  return rows;
}

std::int64_t StoreContract::execute(const std::string& statement,
                                    std::initializer_list<sql::Param> params) {
  std::int64_t rows = -1;
  const Status status =
      pool().with(sql::Connection::Mode::write, [&](sql::Connection& connection) -> Status {
        MONITORA_ASSIGN(rows, connection.execute(statement, params));
        return {};
      });
  EXPECT_TRUE(status.ok()) << status.to_string();
  return rows;
}

void in_parallel(int threads, const std::function<void(int)>& work) {
  std::latch start(threads);
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
}

}  // namespace monitora::contract
