// For tests against a PostgreSQL of TestPostgres: a database for each test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "sql/postgres/postgres.h"
#include "sql/test_postgres.h"

namespace monitora::sql {

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL server: run this by ctest";
    database = std::make_unique<TestPostgres>();
  }
  std::unique_ptr<Connection> open(Connection::Mode mode = Connection::Mode::write) {
    auto made = open_postgres(database->options(), mode);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return std::move(*made);
  }
  static void run(Connection& connection, std::string_view script) {
    const Status status = connection.run_script(script);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  static std::string text(Connection& connection, std::string_view statement,
                          std::initializer_list<Param> params = {}) {
    std::string all;
    const Status status = connection.query(statement, params, [&](const Row& row) {
      all += std::string(row.text(0)) + "\n";
      return Status();
    });
    return status.ok() ? all : status.to_string();
  }
  static std::string key(Connection& connection, std::string_view statement,
                         std::initializer_list<Param> params = {}) {
    return connection.execute(statement, params).status().key();
  }
  std::unique_ptr<TestPostgres> database;
};

}  // namespace monitora::sql
