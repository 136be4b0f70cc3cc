// For tests: an empty target with the schema, of each kind that this machine can reach.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sql/migrations.h"
#include "sql/odbc/test_server.h"
#include "sql/postgres/postgres.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"
#include "sql/test_postgres.h"

namespace monitora::transfer {

// Makes a connection of the target's, for pools of a test's own.
using OpenTarget = std::function<Result<std::unique_ptr<sql::Connection>>(sql::Connection::Mode)>;

class EmptyTarget {
 public:
  virtual ~EmptyTarget() = default;
  virtual sql::Pool& pool() = 0;
  virtual OpenTarget opener() = 0;

 protected:
  static void migrate(sql::Pool& pool) {
    const Status status = pool.with(sql::Connection::Mode::write, [](sql::Connection& connection) {
      return sql::apply(connection).status();
    });
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
};

class SqliteTarget final : public EmptyTarget {
 public:
  SqliteTarget() : pool_(sql::make_sqlite_pool(directory_.path() / "monitora.db")) {
    migrate(*pool_);
  }
  sql::Pool& pool() override { return *pool_; }
  OpenTarget opener() override {
    return [file = directory_.path() / "monitora.db"](sql::Connection::Mode mode) {
      return sql::open_sqlite(file, mode);
    };
  }

 private:
  sql::TestDirectory directory_;
  std::unique_ptr<sql::Pool> pool_;
};

class PostgresTarget final : public EmptyTarget {
 public:
  PostgresTarget() : database_(migrated()), pool_(sql::make_postgres_pool(database_.options())) {}
  sql::Pool& pool() override { return *pool_; }
  OpenTarget opener() override {
    return [options = database_.options()](sql::Connection::Mode mode) {
      return sql::open_postgres(options, mode);
    };
  }

 private:
  static const std::string& migrated() {  // once; each test gets a copy
    struct Template {
      sql::TestPostgres database;
      Template() { migrate(*sql::make_postgres_pool(database.options())); }
    };
    static const Template made;
    return made.database.name();
  }
  sql::TestPostgres database_;
  std::unique_ptr<sql::Pool> pool_;
};

// One database a server for the whole program, since making one takes seconds; emptied each time.
class SqlServerTarget final : public EmptyTarget {
 public:
  explicit SqlServerTarget(const sql::SqlServerOptions& server) : options_(own_database(server)) {
    pool_ = sql::make_sqlserver_pool(options_);
    const Status status =
        pool_->with(sql::Connection::Mode::write, [](sql::Connection& connection) {
          return connection.run_script(
              "DELETE FROM document_chunks; DELETE FROM workspace_members; DELETE FROM app_users; "
              "DELETE FROM transfer_runs; TRUNCATE TABLE audit_log;");
        });
    EXPECT_TRUE(status.ok()) << status.to_string();
  }
  sql::Pool& pool() override { return *pool_; }
  OpenTarget opener() override {
    return [options = options_](sql::Connection::Mode mode) {
      return sql::open_sqlserver(options, mode);
    };
  }

 private:
  struct Made {
    sql::SqlServerOptions server;
    std::string name = "monitora_transfer_" + std::to_string(::getpid());
    explicit Made(sql::SqlServerOptions first) : server(std::move(first)) {
      server.database = "master";
      run("CREATE DATABASE " + name);
      sql::SqlServerOptions own = server;
      own.database = name;
      migrate(*sql::make_sqlserver_pool(own));
    }
    ~Made() { run("DROP DATABASE " + name); }
    void run(const std::string& statement) const {
      const auto made = sql::open_sqlserver(server, sql::Connection::Mode::write);
      const Status status = made.ok() ? (*made)->run_script(statement) : made.status();
      EXPECT_TRUE(status.ok()) << status.to_string();
    }
  };
  static sql::SqlServerOptions own_database(sql::SqlServerOptions options) {
    static const Made made(options);
    options.database = made.name;
    return options;
  }

  sql::SqlServerOptions options_;
  std::unique_ptr<sql::Pool> pool_;
};

struct TargetUnderTest {
  std::string name;
  std::function<std::unique_ptr<EmptyTarget>()> make;
};
inline void PrintTo(const TargetUnderTest& target, std::ostream* out) {
  *out << target.name;
}

inline std::vector<TargetUnderTest> targets_under_test() {
  std::vector<TargetUnderTest> targets{{"sqlite", [] { return std::make_unique<SqliteTarget>(); }}};
  if (!sql::test_postgres_uri().empty())
    targets.push_back({"postgres", [] { return std::make_unique<PostgresTarget>(); }});
  for (const sql::SqlServerOptions& server : sql::test_servers())
    targets.push_back({"sqlserver" + std::to_string(targets.size()),
                       [server] { return std::make_unique<SqlServerTarget>(server); }});
  return targets;
}

#define MONITORA_FOR_EVERY_TARGET(fixture)                                                  \
  INSTANTIATE_TEST_SUITE_P(Target, fixture,                                                 \
                           ::testing::ValuesIn(::monitora::transfer::targets_under_test()), \
                           [](const auto& info) { return info.param.name; })

}  // namespace monitora::transfer
