// A customer's SQL Server: those that MONITORA_TEST_SQLSERVER names, each with its driver.
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

class SqlServerShop : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const auto servers = sql::test_servers();
    if (servers.empty()) GTEST_SKIP() << "MONITORA_TEST_SQLSERVER names no server";
    options = servers[GetParam()];
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
    data = make_external_data(*net::AddressGuard::parse(options.host),
                              {.sqlserver_driver = options.driver});
  }
  void TearDown() override {
    data.reset();
    if (server) (void)server->run_script("DROP DATABASE " + options.database);
  }
  Result<ExternalData::Answer> query(std::string_view sql) { return data->query(login, sql); }
  Target target(const std::string& address, bool verify) const {
    return {login.database, login.password, address, verify, "", options.driver};
  }

  sql::SqlServerOptions options;
  std::unique_ptr<sql::Connection> server;
  ExternalLogin login;
  std::unique_ptr<ExternalData> data;
};
INSTANTIATE_TEST_SUITE_P(
    Servers, SqlServerShop,
    ::testing::Range<std::size_t>(0, std::max<std::size_t>(1, sql::test_servers().size())));

TEST_P(SqlServerShop, IsTriedAndTellsItsTables) {
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

TEST_P(SqlServerShop, AnswersWithinBounds) {
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

TEST_P(SqlServerShop, AGeneratedShopIsReadAsItWasGenerated) {
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

TEST_P(SqlServerShop, BenignStatementsRun) {
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

TEST_P(SqlServerShop, HostileStatementsDoNot) {
  for (const std::string& text : statements("hostile", ExternalEngine::sqlserver))
    EXPECT_FALSE(query(text).ok()) << text.substr(0, 200);
  const auto answer = query("SELECT COUNT(*) AS n FROM orders");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::int64_t{1500}));
}

TEST_P(SqlServerShop, ANameLeadsToTheCheckedAddressWhateverItSaysNow) {
  Target elsewhere = target("127.0.0.9", true);
  elsewhere.database.host = "localhost";
  EXPECT_EQ(open_sqlserver(elsewhere).status().key(), "connect_failed") << "nobody is there";
}

TEST_P(SqlServerShop, WhatHappenedIsRolledBack) {
  const auto session = open_sqlserver(target(options.host, false));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  (void)(*session)->run("DELETE FROM dbo.orders", {});
  const auto left = query("SELECT COUNT(*) AS n FROM orders");
  ASSERT_TRUE(left.ok()) << left.status().to_string();
  EXPECT_EQ(left->rows.rows[0][0], ExternalValue(std::int64_t{1500}));
}

TEST_P(SqlServerShop, AnAnswerOfManyMegabytesIsNotWaitedFor) {
  const auto shop = sql::open_sqlserver(options, sql::Connection::Mode::write);
  ASSERT_TRUE(shop.ok()) << shop.status().to_string();
  for (const char* each :
       {"CREATE TABLE dbo.heavy (id INT, body NVARCHAR(MAX))",
        "INSERT INTO dbo.heavy VALUES (1, N'a'), (2, REPLICATE(CAST(N'x' AS NVARCHAR(MAX)), "
        "5000000))"}) {
    const Status ran = (*shop)->run_script(each);
    ASSERT_TRUE(ran.ok()) << ran.to_string();
  }
  login.database.allowed_tables = {"heavy"};
  auto answer = query("SELECT id, body FROM heavy ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1u);
  EXPECT_TRUE(answer->rows.truncated);
  answer = query("SELECT body FROM heavy WHERE id = 2");
  EXPECT_EQ(answer.status().key(), "statement_failed");
  EXPECT_THAT(answer.status().sentence().en, HasSubstr("1 MiB"));

  // One row, of columns each of which is small enough.
  const auto session = open_sqlserver(target(options.host, false));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  std::string columns;
  for (int i = 0; i < 40; ++i)
    columns += (i == 0 ? "body AS c" : ", body AS c") + std::to_string(i);
  const auto row = (*session)->run("SELECT " + columns + " FROM dbo.heavy WHERE id = 2", {});
  ASSERT_TRUE(row.ok()) << row.status().to_string();
  EXPECT_TRUE(row->rows.empty());
  EXPECT_TRUE(row->truncated);
  EXPECT_FALSE((*session)->is_usable());
  EXPECT_TRUE(query("SELECT id FROM heavy").ok()) << "the next one has a new connection";
}

TEST_P(SqlServerShop, OddTablesAreRead) {
  const auto shop = sql::open_sqlserver(options, sql::Connection::Mode::write);
  ASSERT_TRUE(shop.ok()) << shop.status().to_string();
  std::string columns;
  for (int i = 0; i < 200; ++i) columns += (i == 0 ? "c" : ", c") + std::to_string(i) + " INT";
  for (const std::string& each : std::vector<std::string>{
           "CREATE TABLE dbo.wide (" + columns + ")", "INSERT INTO dbo.wide (c0) VALUES (NULL)",
           "CREATE TABLE dbo.old (day DATE, far DATETIME2, name VARCHAR(50))",
           "INSERT INTO dbo.old VALUES ('0001-01-01', '9999-12-31T23:59:59', 'payée à Besançon'), "
           "(NULL, NULL, NULL)"}) {
    const Status ran = (*shop)->run_script(each);
    ASSERT_TRUE(ran.ok()) << ran.to_string();
  }
  login.database.allowed_tables = {"wide", "old"};
  auto answer = query("SELECT * FROM wide");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.columns.size(), 200u);
  EXPECT_THAT(answer->rows.rows[0], ::testing::Each(ExternalValue(nullptr)));
  answer = query("SELECT day, far, name FROM old ORDER BY day DESC");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.rows.size(), 2u);
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("0001-01-01")));
  EXPECT_EQ(answer->rows.rows[0][2], ExternalValue(std::string("payée à Besançon")));
  EXPECT_THAT(answer->rows.rows[1], ::testing::Each(ExternalValue(nullptr)));
}

}  // namespace
}  // namespace monitora::external
