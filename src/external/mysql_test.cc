// A customer's MariaDB: a real server, over TCP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mysql.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/deadline.h"
#include "external/external_data.h"
#include "external/session.h"
#include "external/shop_test.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* kShop = R"(
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text, city text, country text,
  created_at datetime DEFAULT now()) CHARACTER SET utf8mb4;
CREATE TABLE products (id int PRIMARY KEY, name text, category text, price decimal(10,2), stock int) CHARACTER SET utf8mb4;
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id), status text,
  total decimal(10,2) COMMENT 'TTC', created_at datetime DEFAULT now(), shipped_at datetime) CHARACTER SET utf8mb4 COMMENT 'Commandes';
CREATE TABLE order_items (order_id int, product_id int, quantity int, unit_price decimal(10,2));
CREATE TABLE users (id int, login text, password_hash text);
INSERT INTO customers (id, name, email, city, country) SELECT seq, CONCAT('Client ', seq), 'x@example.com', 'Lyon', 'FR' FROM seq_1_to_50;
INSERT INTO orders (id, customer_id, status, total) SELECT seq, 1 + seq % 50, 'payée', seq FROM seq_1_to_3000;
INSERT INTO users VALUES (1, 'root', 'secret');
)";

class MariadbShop : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("MONITORA_TEST_MARIADB_DIR");
    directory = given != nullptr ? given : "";
    int port = 0;
    std::ifstream(directory + "/port") >> port;
    if (port == 0) GTEST_SKIP() << "no MariaDB server: run this by ctest";
    mysql_init(&owner);
    ASSERT_NE(mysql_real_connect(&owner, "127.0.0.1", "root", "", nullptr,
                                 static_cast<unsigned>(port), nullptr, CLIENT_MULTI_STATEMENTS),
              nullptr)
        << mysql_error(&owner);
    mysql_set_character_set(&owner, "utf8mb4");
    execute("DROP DATABASE IF EXISTS shop; CREATE DATABASE shop; USE shop;" + std::string(kShop));
    execute(
        "DROP USER IF EXISTS reader; CREATE USER reader IDENTIFIED BY 'x''y'; "
        "GRANT SELECT ON shop.orders TO reader; GRANT SELECT ON shop.customers TO reader");
    login.workspace = WorkspaceId::random();
    login.database.engine = ExternalEngine::mysql;
    login.database.host = "127.0.0.1";
    login.database.port = port;
    login.database.name = "shop";
    login.database.user = "root";
    login.database.allowed_tables = {"customers (id, name, city, country, created_at)", "products",
                                     "orders", "order_items"};
    data = make_external_data(*net::AddressGuard::parse("127.0.0.1"));
  }
  void TearDown() override {
    data.reset();
    mysql_close(&owner);
  }
  void use_reader() {
    login.database.user = "reader";
    login.password = "x'y";
  }
  void execute(const std::string& script) {
    ASSERT_EQ(mysql_real_query(&owner, script.data(), script.size()), 0) << mysql_error(&owner);
    do {
      mysql_free_result(mysql_store_result(&owner));
    } while (mysql_next_result(&owner) == 0);
    ASSERT_EQ(mysql_errno(&owner), 0u) << mysql_error(&owner);
  }
  Result<ExternalData::Answer> query(std::string_view sql) { return data->query(login, sql); }
  Target target(bool verify) const {
    return {login.database, login.password, "127.0.0.1", verify, directory + "/server.crt"};
  }

  MYSQL owner{};
  std::string directory;
  ExternalLogin login;
  std::unique_ptr<ExternalData> data;
};

TEST_F(MariadbShop, ATestTellsTheVersionAndWhetherTheLoginCanWrite) {
  auto tested = data->test(login);
  ASSERT_TRUE(tested.ok()) << tested.status().to_string();
  EXPECT_THAT(tested->server_version, HasSubstr("MariaDB 10."));
  EXPECT_TRUE(tested->can_write);
  use_reader();
  tested = data->test(login);
  ASSERT_TRUE(tested.ok()) << tested.status().to_string();
  EXPECT_FALSE(tested->can_write);
  login.password = "false";
  EXPECT_EQ(data->test(login).status().key(), "login_failed");
  login.password = "x'y";
  login.database.name = "absente";
  EXPECT_EQ(data->test(login).status().key(), "database_missing");
}

TEST_F(MariadbShop, TellsItsTablesAsTheLoginSeesThem) {
  use_reader();
  const auto tables = data->tables(login);
  ASSERT_TRUE(tables.ok()) << tables.status().to_string();
  ASSERT_EQ(tables->size(), 2u);
  const ExternalTable& orders = (*tables)[1];
  EXPECT_EQ(orders.schema + "." + orders.name, "shop.orders");
  EXPECT_EQ(orders.comment, "Commandes");
  ASSERT_EQ(orders.columns.size(), 6u);
  EXPECT_TRUE(orders.columns[0].is_key);
  EXPECT_EQ(orders.columns[3].type, "decimal(10,2)");
  EXPECT_EQ(orders.columns[3].comment, "TTC");
}

TEST_F(MariadbShop, AnswersWithinBounds) {
  auto answer = query(
      "SELECT o.id, c.name, o.total, o.status, o.shipped_at FROM orders o JOIN "
      "customers c ON c.id = o.customer_id WHERE o.id = 7");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.rows.size(), 1u);
  const auto& row = answer->rows.rows[0];
  EXPECT_EQ(row[0], ExternalValue(std::int64_t{7}));
  EXPECT_EQ(row[1], ExternalValue(std::string("Client 8")));
  EXPECT_EQ(row[2], ExternalValue(7.0));
  EXPECT_EQ(row[3], ExternalValue(std::string("payée")));
  EXPECT_EQ(row[4], ExternalValue(nullptr));
  answer = query("SELECT id FROM orders ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1000u);
  EXPECT_TRUE(answer->rows.truncated);
  execute("UPDATE customers SET name = REPEAT('x', 60000)");
  answer = query("SELECT name FROM customers");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 17u);
  EXPECT_TRUE(answer->rows.truncated);
  EXPECT_TRUE(query("SELECT 1").ok()) << "the next one is not disturbed";
}

TEST_F(MariadbShop, ARowOfManyMegabytesIsNotRead) {
  execute(
      "CREATE TABLE heavy (id int, body longtext); INSERT INTO heavy VALUES (1, 'a'), "
      "(2, REPEAT('x', 12000000))");
  login.database.allowed_tables = {"heavy", "orders"};
  auto answer = query("SELECT id, body FROM heavy ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1u);
  EXPECT_TRUE(answer->rows.truncated);
  answer = query("SELECT body FROM heavy WHERE id = 2");
  EXPECT_EQ(answer.status().key(), "statement_failed");
  EXPECT_THAT(answer.status().sentence().en, ::testing::HasSubstr("1 MiB"));
  EXPECT_TRUE(query("SELECT COUNT(*) FROM orders").ok()) << "the next one has a new connection";
}

TEST_F(MariadbShop, TheCertificateMustBeOfTheName) {
  EXPECT_TRUE(open_mysql(target(false)).ok());
  const auto session = open_mysql(target(true));
  EXPECT_TRUE(session.ok()) << session.status().to_string();
  Target other = target(true);
  other.authorities = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(open_mysql(other).status().key(), "tls_failed");
}

TEST_F(MariadbShop, ANameLeadsToTheCheckedAddressWhateverItSaysNow) {
  Target target = this->target(true);
  target.database.host = "nulle-part.invalid";  // no resolver knows it
  EXPECT_EQ(open_mysql(target).status().key(), "tls_failed") << "it was reached";
  target.database.host = "localhost";
  EXPECT_TRUE(open_mysql(target).ok());
  target.address = "127.0.0.9";  // nobody there
  EXPECT_EQ(open_mysql(target).status().key(), "connect_failed");
}

TEST_F(MariadbShop, NothingIsWrittenEvenPastTheGuard) {
  const auto session = open_mysql(target(false));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  for (const char* sql : {"DELETE FROM shop.orders", "SELECT 1; DELETE FROM shop.orders",
                          "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE shop.users"})
    EXPECT_FALSE((*session)->run(sql, {}).ok()) << sql;
  const auto left = (*session)->run("SELECT COUNT(*) FROM shop.orders", {});
  ASSERT_TRUE(left.ok()) << left.status().to_string();
  EXPECT_EQ(left->rows[0][0], ExternalValue(std::int64_t{3000}));
}

TEST_F(MariadbShop, AStatementEndsWithItsDeadline) {
  const auto session = open_mysql(target(false));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  const ScopedDeadline soon(Deadline::in(200ms));
  EXPECT_EQ((*session)->run("SELECT SLEEP(60)", {}).status().key(), "database_timeout");
  EXPECT_FALSE((*session)->is_usable());
}

TEST_F(MariadbShop, OddTablesAreRead) {
  std::string columns;
  for (int i = 0; i < 1000; ++i) columns += (i == 0 ? "c" : ", c") + std::to_string(i) + " int";
  execute(
      "CREATE TABLE wide (" + columns +
      "); INSERT INTO wide VALUES (); SET SESSION sql_mode = ''; CREATE TABLE old (day date, at "
      "datetime, name varchar(50) CHARACTER SET latin1); INSERT INTO old VALUES ('0000-00-00', "
      "'0000-00-00 00:00:00', 'payée à Besançon'), (NULL, NULL, NULL)");
  login.database.allowed_tables = {"wide", "old"};
  auto answer = query("SELECT * FROM wide");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.columns.size(), 1000u);
  EXPECT_THAT(answer->rows.rows[0], ::testing::Each(ExternalValue(nullptr)));
  answer = query("SELECT day, at, name FROM old WHERE name IS NOT NULL");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.rows.size(), 1u);
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("0000-00-00")));
  EXPECT_EQ(answer->rows.rows[0][1], ExternalValue(std::string("0000-00-00 00:00:00")));
  EXPECT_EQ(answer->rows.rows[0][2], ExternalValue(std::string("payée à Besançon")));
}

TEST_F(MariadbShop, AGeneratedShopIsReadAsItWasGenerated) {
  execute("DROP DATABASE IF EXISTS large_shop; CREATE DATABASE large_shop; USE large_shop; BEGIN");
  const ShopFigures figures =
      make_shop(ExternalEngine::mysql, {}, [&](const std::string& script) { execute(script); });
  execute("COMMIT");
  login.database.name = "large_shop";
  expect_figures(*data, login, figures);
}

TEST_F(MariadbShop, BenignStatementsRun) {
  for (const std::string& text : statements("benign", ExternalEngine::mysql)) {
    const auto answer = query(text);
    EXPECT_TRUE(answer.ok()) << text << "\n" << answer.status().to_string();
  }
}

TEST_F(MariadbShop, HostileStatementsDoNot) {
  for (const std::string& text : statements("hostile", ExternalEngine::mysql))
    EXPECT_FALSE(query(text).ok()) << text.substr(0, 200);
  EXPECT_EQ(query("SELECT COUNT(*) FROM orders")->rows.rows[0][0],
            ExternalValue(std::int64_t{3000}));
}

}  // namespace
}  // namespace monitora::external
