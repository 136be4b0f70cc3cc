// A customer's SQL Server: those that MONITORA_TEST_SQLSERVER names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "base/deadline.h"
#include "external/external_data.h"
#include "external/session.h"
#include "external/shop_test.h"
#include "sql/odbc/test_server.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kShop[] = {
    "CREATE TABLE dbo.customers (id INT PRIMARY KEY, name NVARCHAR(4000) NOT NULL, email "
    "NVARCHAR(200), city NVARCHAR(200), country NVARCHAR(200), created_at DATETIME2)",
    "CREATE TABLE dbo.products (id INT PRIMARY KEY, name NVARCHAR(200), category NVARCHAR(200), "
    "price DECIMAL(10,2), stock INT)",
    "CREATE TABLE dbo.orders (id INT PRIMARY KEY, customer_id INT REFERENCES dbo.customers (id), "
    "status NVARCHAR(200), total "
    "DECIMAL(10,2), created_at DATETIME2, shipped_at DATETIME2)",
    "CREATE TABLE dbo.order_items (order_id INT, product_id INT, quantity INT, unit_price "
    "DECIMAL(10,2))",
    "CREATE TABLE dbo.users (id INT, login NVARCHAR(200), password_hash NVARCHAR(200))",
    "EXEC sp_addextendedproperty N'MS_Description', N'Commandes', N'SCHEMA', N'dbo', N'TABLE', "
    "N'orders'",
    "EXEC sp_addextendedproperty N'MS_Description', N'TTC', N'SCHEMA', N'dbo', N'TABLE', "
    "N'orders', N'COLUMN', N'total'",
    "INSERT INTO dbo.customers (id, name, email, city, country) VALUES (1, N'Zoé', "
    "N'x@example.com', "
    "N'Lyon', N'FR')",
    "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO dbo.orders "
    "(id, customer_id, status, total) SELECT i, 1, N'payée', i FROM n OPTION (MAXRECURSION 2000)"};

class SqlServerShop : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto servers = sql::test_servers();
    if (servers.empty()) GTEST_SKIP() << "MONITORA_TEST_SQLSERVER names no server";
    options = servers.front();
    options.database = "master";
    server = *sql::open_sqlserver(options, sql::Connection::Mode::write);
    static int made = 0;
    const std::string name =
        "monitora_external_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
    const Status created = server->run_script("CREATE DATABASE " + name);
    ASSERT_TRUE(created.ok()) << created.to_string();
    options.database = name;
    const auto shop = sql::open_sqlserver(options, sql::Connection::Mode::write);
    ASSERT_TRUE(shop.ok()) << shop.status().to_string();
    for (const char* each : kShop) {
      const Status ran = (*shop)->run_script(each);
      ASSERT_TRUE(ran.ok()) << each << ran.to_string();
    }
    login.workspace = WorkspaceId::random();
    login.database.engine = ExternalEngine::sqlserver;
    login.database.host = options.host;
    login.database.port = options.port;
    login.database.name = name;
    login.database.user = options.user;
    login.password = options.password;
    login.database.allowed_tables = {"customers (id, name, city, country, created_at)", "products",
                                     "orders", "order_items"};
    data = make_external_data(*net::AddressGuard::parse(options.host));
  }
  void TearDown() override {
    data.reset();
    if (server) (void)server->run_script("DROP DATABASE " + options.database);
  }
  Result<ExternalData::Answer> query(std::string_view sql) { return data->query(login, sql); }

  sql::SqlServerOptions options;
  std::unique_ptr<sql::Connection> server;
  ExternalLogin login;
  std::unique_ptr<ExternalData> data;
};

TEST_F(SqlServerShop, IsTriedAndTellsItsTables) {
  const auto tested = data->test(login);
  ASSERT_TRUE(tested.ok()) << tested.status().to_string();
  EXPECT_THAT(tested->server_version, HasSubstr("SQL Server "));
  EXPECT_TRUE(tested->can_write);
  const auto tables = data->tables(login);
  ASSERT_TRUE(tables.ok()) << tables.status().to_string();
  ASSERT_EQ(tables->size(), 5u);
  EXPECT_EQ((*tables)[0].schema + "." + (*tables)[0].name, "dbo.customers");
  EXPECT_TRUE((*tables)[0].columns[0].is_key);
  const auto orders = std::ranges::find(*tables, "orders", &ExternalTable::name);
  ASSERT_NE(orders, tables->end());
  EXPECT_EQ(orders->comment, "Commandes");
  EXPECT_EQ(orders->columns[1].references, "dbo.customers.id");
  EXPECT_EQ(orders->columns[3].comment, "TTC");
}

TEST_F(SqlServerShop, AnswersWithinBounds) {
  auto answer = query(
      "SELECT o.id, c.name, o.total, o.shipped_at AS sent FROM orders o JOIN "
      "customers c ON c.id = o.customer_id WHERE o.id = 7");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.columns, (std::vector<std::string>{"id", "name", "total", "sent"}));
  ASSERT_EQ(answer->rows.rows.size(), 1u);
  const auto& row = answer->rows.rows[0];
  EXPECT_EQ(row[0], ExternalValue(std::int64_t{7}));
  EXPECT_EQ(row[1], ExternalValue(std::string("Zoé")));
  EXPECT_EQ(row[2], ExternalValue(7.0));
  EXPECT_EQ(row[3], ExternalValue(nullptr));
  answer = query("SELECT id FROM orders ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1000u);
  EXPECT_TRUE(answer->rows.truncated);
  EXPECT_TRUE(query("SELECT 1 AS un").ok()) << "the next one is not disturbed";
  answer = query("SELECT 'l''été' AS saison");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("l'été")));
}

TEST_F(SqlServerShop, AGeneratedShopIsReadAsItWasGenerated) {
  sql::SqlServerOptions large = options;
  large.database = options.database + "_large";
  ASSERT_TRUE(server->run_script("CREATE DATABASE " + large.database).ok());
  auto writer = sql::open_sqlserver(large, sql::Connection::Mode::write);
  ASSERT_TRUE(writer.ok()) << writer.status().to_string();
  // Compatible servers take minutes for what PostgreSQL does in seconds.
  const ShopFigures figures =
      make_shop(ExternalEngine::sqlserver, {.orders = 3000}, [&](const std::string& script) {
        const Status status = (*writer)->run_script(script);
        ASSERT_TRUE(status.ok()) << status.to_string();
      });
  login.database.name = large.database;
  expect_figures(*data, login, figures);
  data.reset();
  *writer = nullptr;
  // Refused where the server has not noticed yet that the connections above are closed.
  (void)server->run_script("DROP DATABASE " + large.database);
}

TEST_F(SqlServerShop, BenignStatementsRun) {
  std::size_t all = 0, ran = 0;
  std::string failed;
  for (const std::string& text : statements("benign", ExternalEngine::sqlserver)) {
    const auto answer = query(text);
    ++all;
    if (answer.ok())
      ++ran;
    else
      failed += text + "\n  " + answer.status().to_string() + "\n";
  }
  // Compatible servers know less than SQL Server.
  EXPECT_GE(ran * 10, all * 8) << failed;
}

TEST_F(SqlServerShop, HostileStatementsDoNot) {
  for (const std::string& text : statements("hostile", ExternalEngine::sqlserver))
    EXPECT_FALSE(query(text).ok()) << text.substr(0, 200);
  const auto answer = query("SELECT COUNT(*) AS n FROM orders");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::int64_t{1500}));
}

TEST_F(SqlServerShop, ANameLeadsToTheCheckedAddressWhateverItSaysNow) {
  Target target{login.database, login.password, "127.0.0.9", true, ""};
  target.database.host = "localhost";
  EXPECT_EQ(open_sqlserver(target).status().key(), "connect_failed") << "nobody is there";
}

TEST_F(SqlServerShop, WhatHappenedIsRolledBack) {
  Target target{login.database, login.password, options.host, false, ""};
  const auto session = open_sqlserver(target);
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  (void)(*session)->run("DELETE FROM dbo.orders", {});
  const auto left = query("SELECT COUNT(*) AS n FROM orders");
  ASSERT_TRUE(left.ok()) << left.status().to_string();
  EXPECT_EQ(left->rows.rows[0][0], ExternalValue(std::int64_t{1500}));
}

}  // namespace
}  // namespace monitora::external
