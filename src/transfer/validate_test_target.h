// For the validator's tests: an empty target of each kind that there is here.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "sql/odbc/test_server.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"
#include "sql/test_postgres.h"

namespace monitora::transfer {

class TestTarget {
 public:
  // "sqlserver0" and so on: the servers of MONITORA_TEST_SQLSERVER.
  static std::vector<std::string> sql_servers() {
    std::vector<std::string> kinds;
    for (std::size_t i = 0; i < sql::test_servers().size(); ++i)
      kinds.push_back("sqlserver" + std::to_string(i));
    return kinds;
  }

  // "sqlite", "postgres" or one of sql_servers().
  explicit TestTarget(const std::string& kind) {
    if (kind == "sqlite") {
      directory_ = std::make_unique<sql::TestDirectory>();
      pool_ = sql::make_sqlite_pool(directory_->path() / "target.db");
    } else if (kind == "postgres") {
      postgres_ = std::make_unique<sql::TestPostgres>();
      pool_ = sql::make_postgres_pool(postgres_->options());
    } else {
      server_ = sql::test_servers()[static_cast<std::size_t>(kind.back() - '0')];
      name_ = "monitora_validate_" + std::to_string(::getpid()) + "_" + kind.back();
      administer("CREATE DATABASE " + name_);
      sql::SqlServerOptions options = server_;
      options.database = name_;
      pool_ = sql::make_sqlserver_pool(options);
    }
  }
  ~TestTarget() {
    pool_.reset();
    if (!name_.empty()) administer("DROP DATABASE " + name_);
  }
  TestTarget(const TestTarget&) = delete;
  TestTarget& operator=(const TestTarget&) = delete;

  sql::Pool& pool() { return *pool_; }

 private:
  void administer(const std::string& script) {
    sql::SqlServerOptions master = server_;
    master.database = "master";
    const auto connection = sql::open_sqlserver(master, sql::Connection::Mode::write);
    const Status status = connection.ok() ? (*connection)->run_script(script) : connection.status();
    if (!status.ok()) std::cerr << script << ": " << status.to_string() << "\n";
  }

  std::unique_ptr<sql::TestDirectory> directory_;
  std::unique_ptr<sql::TestPostgres> postgres_;
  sql::SqlServerOptions server_;
  std::string name_;
  std::unique_ptr<sql::Pool> pool_;
};

}  // namespace monitora::transfer
