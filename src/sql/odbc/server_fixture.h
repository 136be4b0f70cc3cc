// For tests against the servers of test_server.h: each test once a server, in a database of its own
// for the whole program, that goes with it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "sql/odbc/test_server.h"

namespace monitora::sql {

class OnSqlServer : public ::testing::TestWithParam<SqlServerOptions> {
 protected:
  void SetUp() override {
    options_ = own_database(GetParam());
    ++count();
  }
  // ./test adds these lines up.
  static void TearDownTestSuite() {
    fmt::print("sqlserver driver: {} tests ran\n", count());
    count() = 0;
  }
  static int& count() {
    static int count = 0;
    return count;
  }

  std::unique_ptr<Connection> open(Connection::Mode mode = Connection::Mode::write) {
    auto made = open_sqlserver(options_, mode);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return made.ok() ? std::move(*made) : nullptr;
  }

  // A table of this name and these columns, empty.
  static void make_table(Connection& connection, std::string_view name, std::string_view columns) {
    run(connection,
        fmt::format("DROP TABLE IF EXISTS {0}\nGO\nCREATE TABLE {0} ({1})", name, columns));
  }
  static void run(Connection& connection, std::string_view script) {
    const Status status = connection.run_script(script);
    ASSERT_TRUE(status.ok()) << status.to_string() << "\n" << script;
  }
  static std::int64_t number(Connection& connection, std::string_view statement,
                             std::initializer_list<Param> params = {}) {
    std::int64_t value = -1;
    const Status status = connection.query(statement, params, [&](const Row& row) {
      value = row.integer(0);
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return value;
  }
  static std::string text(Connection& connection, std::string_view statement,
                          std::initializer_list<Param> params = {}) {
    std::string value = "no row";
    const Status status = connection.query(statement, params, [&](const Row& row) {
      value = row.text(0);
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return value;
  }

  SqlServerOptions options_;

 private:
  // Made with the first test, dropped when the program ends.
  static SqlServerOptions own_database(SqlServerOptions options) {
    static const struct Made {
      std::string name = fmt::format("monitora_odbc_{}", ::getpid());
      SqlServerOptions server;
      explicit Made(const SqlServerOptions& first) : server(first) {
        server.database = "master";
        administer("CREATE DATABASE " + name);
      }
      ~Made() { administer("DROP DATABASE " + name); }
      void administer(const std::string& statement) const {
        auto made = open_sqlserver(server, Connection::Mode::write);
        if (made.ok()) (void)(*made)->run_script(statement);
      }
    } made(options);
    options.database = made.name;
    return options;
  }
};

inline std::string server_name(const ::testing::TestParamInfo<SqlServerOptions>& info) {
  const bool freetds = info.param.driver.find("TDS") != std::string::npos ||
                       info.param.driver.find("tds") != std::string::npos;
  return fmt::format("{}{}", freetds ? "FreeTDS" : "Microsoft", info.index);
}

#define MONITORA_ON_SQLSERVER(suite)                    \
  GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite); \
  INSTANTIATE_TEST_SUITE_P(SqlServer, suite, ::testing::ValuesIn(test_servers()), server_name)

}  // namespace monitora::sql
