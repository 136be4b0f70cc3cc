#include "contract/database_under_test.h"

#include <unistd.h>

#include <filesystem>
#include <latch>
#include <map>
#include <thread>

#include "sql/migrations.h"
#include "sql/odbc/test_server.h"
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

// One database and pool a server for the whole program: making one takes seconds. Each test finds
// it empty.
class SqlServerForAllTests {
 public:
  explicit SqlServerForAllTests(sql::SqlServerOptions server)
      : server_(std::move(server)),
        name_("monitora_contract_" + UserId::random().to_string().substr(0, 8)) {
    server_.database = "master";
    administer("CREATE DATABASE " + name_);
    sql::SqlServerOptions options = server_;
    options.database = name_;
    pool_ = sql::make_sqlserver_pool(options);
    migrate(*pool_);
  }
  ~SqlServerForAllTests() {
    pool_.reset();
    administer("DROP DATABASE " + name_);
  }
  sql::Pool& pool() { return *pool_; }

  void empty() {
    const Status status =
        pool_->with(sql::Connection::Mode::write, [](sql::Connection& connection) {
          return connection.run_script(
              "DELETE FROM document_chunks; DELETE FROM workspace_members; DELETE FROM app_users; "
              "DELETE FROM jobs; DELETE FROM change_log; DELETE FROM rate_limits; DELETE FROM "
              "transfer_runs; DELETE FROM search_pending; TRUNCATE TABLE audit_log;");
        });
    ASSERT_TRUE(status.ok()) << status.to_string();
  }

 private:
  void administer(const std::string& statement) const {
    const auto made = sql::open_sqlserver(server_, sql::Connection::Mode::write);
    const Status status = made.ok() ? (*made)->run_script(statement) : made.status();
    EXPECT_TRUE(status.ok()) << status.to_string();
  }

  sql::SqlServerOptions server_;
  std::string name_;
  std::unique_ptr<sql::Pool> pool_;
};

class SqlServerDatabase final : public Database {
 public:
  explicit SqlServerDatabase(SqlServerForAllTests& shared) : shared_(shared) { shared_.empty(); }
  sql::Pool& pool() override { return shared_.pool(); }

 private:
  SqlServerForAllTests& shared_;
};

using SqlServers = std::map<std::size_t, SqlServerForAllTests>;
SqlServers& sqlservers() {
  static SqlServers made;
  return made;
}

// Dropped before main() ends, while the drivers are still loaded.
class CloseSqlServers : public ::testing::Environment {
 public:
  void TearDown() override { sqlservers().clear(); }
};
::testing::Environment* const closes_sqlservers =
    ::testing::AddGlobalTestEnvironment(new CloseSqlServers);

// One a server (and driver) that MONITORA_TEST_SQLSERVER names.
void add_sqlserver(std::vector<DatabaseUnderTest>& all) {
  static const std::vector<sql::SqlServerOptions> servers = sql::test_servers();
  static const bool said = [] {
    if (servers.empty())
      std::cerr << "SQL Server: nothing is tested, because MONITORA_TEST_SQLSERVER names none.\n";
    return true;
  }();
  (void)said;
  for (std::size_t i = 0; i < servers.size(); ++i)
    all.push_back({"sqlserver" + std::to_string(i + 1), [i] {
                     return std::make_unique<SqlServerDatabase>(
                         sqlservers().try_emplace(i, servers[i]).first->second);
                   }});
}

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
  add_sqlserver(all);
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
