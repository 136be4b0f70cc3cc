// A customer's PostgreSQL: a real server, over TCP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/deadline.h"
#include "external/external_data.h"
#include "external/guard.h"
#include "external/session.h"
#include "external/shop_test.h"
#include "sql/test_postgres.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kShop = R"(
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text, city text, country text,
  created_at timestamptz DEFAULT now());
CREATE TABLE products (id int PRIMARY KEY, name text, category text, price numeric(10,2), stock int);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id), status text,
  total numeric(10,2), created_at timestamptz DEFAULT now(), shipped_at timestamptz);
CREATE TABLE order_items (order_id int, product_id int, quantity int, unit_price numeric(10,2));
CREATE TABLE users (id int, login text, password_hash text);
CREATE VIEW large_orders AS SELECT id FROM orders WHERE total > 100;
COMMENT ON TABLE orders IS 'Commandes';
COMMENT ON COLUMN orders.total IS 'TTC';
INSERT INTO customers SELECT i, 'Client ' || i, 'c' || i || '@example.com', 'Lyon', 'FR' FROM generate_series(1, 50) i;
INSERT INTO orders SELECT i, 1 + i % 50, 'payée', i FROM generate_series(1, 3000) i;
INSERT INTO users VALUES (1, 'root', 'secret');
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'trap' $$;
)";

// "postgresql://postgres@127.0.0.1:5433/postgres"
int port_of(const std::string& uri) {
  const std::size_t colon = uri.find(':', uri.find('@'));
  return colon == std::string::npos ? 0 : std::stoi(uri.substr(colon + 1));
}

class PostgresShop : public ::testing::Test {
 protected:
  void SetUp() override {
    const int port = port_of(sql::test_postgres_uri("tcp_uri"));
    if (port == 0) GTEST_SKIP() << "no PostgreSQL server on a port: run this by ctest";
    made = std::make_unique<sql::TestPostgres>();
    owner = *sql::open_postgres(made->options(), sql::Connection::Mode::write);
    ASSERT_TRUE(owner->run_script(kShop).ok());
    login.workspace = WorkspaceId::random();
    login.database.engine = ExternalEngine::postgres;
    login.database.host = "127.0.0.1";
    login.database.port = port;
    login.database.name = made->name();
    login.database.user = "postgres";
    login.database.allowed_tables = {"customers (id, name, city, country, created_at)", "products",
                                     "orders", "order_items"};
    data = make_external_data(*net::AddressGuard::parse("127.0.0.1"));
  }
  void TearDown() override {
    data.reset();
    if (owner) (void)owner->run_script("DROP OWNED BY " + reader + "; DROP ROLE " + reader);
  }
  void use_reader() {
    const Status status = owner->run_script(
        "CREATE ROLE " + reader + " LOGIN; GRANT SELECT ON orders, customers TO " + reader);
    ASSERT_TRUE(status.ok()) << status.to_string();
    login.database.user = reader;
  }
  Result<ExternalData::Answer> query(std::string_view sql) { return data->query(login, sql); }
  std::string key(std::string_view sql) { return query(sql).status().key(); }

  std::unique_ptr<sql::TestPostgres> made;
  std::unique_ptr<sql::Connection> owner;
  std::string reader = "monitora_reader_" + std::to_string(::getpid());
  ExternalLogin login;
  std::unique_ptr<ExternalData> data;
};

TEST_F(PostgresShop, ATestTellsTheVersionAndWhetherTheLoginCanWrite) {
  auto tested = data->test(login);
  ASSERT_TRUE(tested.ok()) << tested.status().to_string();
  EXPECT_THAT(tested->server_version, HasSubstr("PostgreSQL 15"));
  EXPECT_TRUE(tested->can_write);
  use_reader();
  tested = data->test(login);
  ASSERT_TRUE(tested.ok()) << tested.status().to_string();
  EXPECT_FALSE(tested->can_write);
  ASSERT_TRUE(owner->run_script("GRANT UPDATE ON orders TO " + reader).ok());
  EXPECT_TRUE(data->test(login)->can_write);
}

TEST_F(PostgresShop, TellsItsTablesAsTheLoginSeesThem) {
  use_reader();
  const auto tables = data->tables(login);
  ASSERT_TRUE(tables.ok()) << tables.status().to_string();
  ASSERT_EQ(tables->size(), 2u);
  const ExternalTable& orders = (*tables)[1];
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.comment, "Commandes");
  ASSERT_EQ(orders.columns.size(), 6u);
  EXPECT_TRUE(orders.columns[0].is_key);
  EXPECT_FALSE(orders.columns[0].is_nullable);
  EXPECT_EQ(orders.columns[1].references, "public.customers.id");
  EXPECT_EQ(orders.columns[3].type, "numeric(10,2)");
  EXPECT_EQ(orders.columns[3].comment, "TTC");
  login.database.user = "postgres";
  EXPECT_EQ(data->tables(login)->size(), 6u) << "another login, another view";
}

TEST_F(PostgresShop, AnswersWithTypedValues) {
  const auto answer = query(
      "SELECT id, name, total, total > 5, shipped_at, 12345678901234567890 FROM orders JOIN "
      "customers USING (id) WHERE id = 7");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.rows.size(), 1u);
  const auto& row = answer->rows.rows[0];
  EXPECT_EQ(row[0], ExternalValue(std::int64_t{7}));
  EXPECT_EQ(row[1], ExternalValue(std::string("Client 7")));
  EXPECT_EQ(row[2], ExternalValue(7.0));
  EXPECT_EQ(row[3], ExternalValue(true));
  EXPECT_EQ(row[4], ExternalValue(nullptr));
  EXPECT_EQ(row[5], ExternalValue(std::string("12345678901234567890"))) << "as it is";
  EXPECT_FALSE(answer->rows.truncated);
}

TEST_F(PostgresShop, TakesAThousandRowsAndAMebibyte) {
  auto answer = query("SELECT id FROM orders ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1000u);
  EXPECT_TRUE(answer->rows.truncated);
  ASSERT_TRUE(owner->run_script("UPDATE customers SET name = repeat('x', 100000)").ok());
  answer = query("SELECT name FROM customers");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 10u);
  EXPECT_TRUE(answer->rows.truncated);
  EXPECT_TRUE(query("SELECT 1").ok()) << "the next one is not disturbed";
}

TEST_F(PostgresShop, NobodysFunctionStandsBeforeTheDatabasesOwn) {
  const auto answer = query("SELECT lower('ABC')");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("abc")));
}

TEST_F(PostgresShop, FaultsAreSaidWithoutTheServersWords) {
  for (const auto& [sql, expected] : std::initializer_list<std::pair<const char*, const char*>>{
           {"SELECT password_hash FROM users", "statement_refused"},
           {"SELECT 1 / 0", "statement_failed"},
           {"SELECT name + 1 FROM customers", "statement_failed"},
           {"SELECT id FROM customers a, customers b", "statement_failed"},
           {"SELECT CAST(name AS int) FROM customers", "statement_failed"}}) {
    const auto answer = query(sql);
    EXPECT_EQ(answer.status().key(), expected) << sql << answer.status().to_string();
    for (const std::string& said : {answer.status().sentence().fr, answer.status().sentence().en})
      EXPECT_THAT(said, Not(HasSubstr("Client"))) << said;
  }
  use_reader();
  EXPECT_EQ(key("SELECT id FROM products"), "statement_refused") << "which it may not read";
  login.database.name = "absente";
  EXPECT_EQ(data->test(login).status().key(), "database_missing");
}

TEST_F(PostgresShop, GoesNowhereThatIsNotAllowed) {
  const auto closed = make_external_data(*net::AddressGuard::parse(""));
  EXPECT_EQ(closed->test(login).status().key(), "address_not_allowed");
  login.database.host = "localhost";
  EXPECT_EQ(closed->test(login).status().key(), "address_not_allowed");
  // The name says another address the second time: the first one, which was checked, is used.
  int asked = 0;
  const auto changing = make_external_data(*net::AddressGuard::parse(
      "127.0.0.1", [&](const std::string&) -> Result<std::vector<net::IpAddress>> {
        return std::vector{*net::IpAddress::parse(++asked == 1 ? "127.0.0.1" : "10.0.0.1")};
      }));
  login.database.host = "base.example";
  EXPECT_TRUE(changing->test(login).ok());
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(changing->test(login).status().key(), "address_not_allowed");
}

TEST_F(PostgresShop, TheCertificateMustBeOfTheName) {
  const std::string directory = std::getenv("MONITORA_TEST_POSTGRES_DIR");
  Target target{login.database, "", "127.0.0.1", true, directory + "/server.crt"};
  auto session = open_postgres(target);
  EXPECT_TRUE(session.ok()) << session.status().to_string();
  target.database.host = "autre.example";
  EXPECT_EQ(open_postgres(target).status().key(), "tls_failed");
  target.database.host = "127.0.0.1";
  target.authorities = "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(open_postgres(target).status().key(), "tls_failed");
}

TEST_F(PostgresShop, NothingIsWrittenEvenPastTheGuard) {
  Target target{login.database, "", "127.0.0.1", false, ""};
  auto session = open_postgres(target);
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  for (const char* sql : {"DELETE FROM public.orders", "CREATE TABLE public.x (a int)",
                          "SELECT 1; DELETE FROM public.orders", "SELECT nextval('public.s')"})
    EXPECT_FALSE((*session)->run(sql, {}).ok()) << sql;
  const auto left = (*session)->run("SELECT count(*) FROM public.orders", {});
  ASSERT_TRUE(left.ok()) << left.status().to_string();
  EXPECT_EQ(left->rows[0][0], ExternalValue(std::int64_t{3000}));
}

TEST_F(PostgresShop, AStatementEndsWithItsDeadline) {
  Target target{login.database, "", "127.0.0.1", false, ""};
  auto session = open_postgres(target);
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  const ScopedDeadline soon(Deadline::in(200ms));
  EXPECT_EQ((*session)->run("SELECT pg_sleep(60)", {}).status().key(), "database_timeout");
  EXPECT_FALSE((*session)->is_usable());
}

TEST_F(PostgresShop, OddTablesAreRead) {
  std::string columns, one;
  for (int i = 0; i < 1600; ++i) columns += (i == 0 ? "c" : ", c") + std::to_string(i) + " int";
  ASSERT_TRUE(owner
                  ->run_script("CREATE TABLE wide (" + columns +
                               "); INSERT INTO wide DEFAULT VALUES; CREATE TABLE old (day date, "
                               "far timestamp); INSERT INTO old VALUES ('0001-01-01 BC', "
                               "'infinity'), (NULL, NULL)")
                  .ok());
  login.database.allowed_tables = {"wide", "old"};
  auto answer = query("SELECT * FROM wide");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  ASSERT_EQ(answer->rows.columns.size(), 1600u);
  EXPECT_THAT(answer->rows.rows[0], ::testing::Each(ExternalValue(nullptr)));
  answer = query("SELECT day, far FROM old ORDER BY day");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("0001-01-01 BC")));
  EXPECT_EQ(answer->rows.rows[1][1], ExternalValue(nullptr));
}

TEST_F(PostgresShop, ADatabaseInLatin1IsReadAsUtf8) {
  ASSERT_TRUE(owner
                  ->run_script("CREATE DATABASE " + made->name() +
                               "_latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' "
                               "LC_CTYPE 'C'")
                  .ok());
  sql::PostgresOptions latin = made->options();
  latin.uri = sql::with_database(latin.uri, made->name() + "_latin");
  auto writer = sql::open_postgres(latin, sql::Connection::Mode::write);
  ASSERT_TRUE(writer.ok()) << writer.status().to_string();
  EXPECT_TRUE((*writer)
                  ->run_script("CREATE TABLE orders (\"étiquette\" text); INSERT INTO orders "
                               "VALUES ('payée à Besançon')")
                  .ok());
  *writer = nullptr;
  login.database.name = made->name() + "_latin";
  const auto answer = query("SELECT * FROM orders");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.columns[0], "étiquette");
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::string("payée à Besançon")));
  data.reset();
  EXPECT_TRUE(owner->run_script("DROP DATABASE " + made->name() + "_latin WITH (FORCE)").ok());
}

TEST_F(PostgresShop, ARowOfManyMegabytesIsNotWaitedFor) {
  ASSERT_TRUE(owner
                  ->run_script("CREATE TABLE heavy (id int, body text); INSERT INTO heavy VALUES "
                               "(1, 'a'), (2, repeat('x', 200000000))")
                  .ok());
  login.database.allowed_tables = {"heavy", "orders"};
  const auto answer = query("SELECT id, body FROM heavy ORDER BY id");
  ASSERT_TRUE(answer.ok()) << answer.status().to_string();
  EXPECT_EQ(answer->rows.rows.size(), 1u);
  EXPECT_TRUE(answer->rows.truncated);
  EXPECT_TRUE(query("SELECT COUNT(*) FROM orders").ok()) << "the next one has a new connection";
}

TEST_F(PostgresShop, AnIdleConnectionIsClosed) {
  data = make_external_data(*net::AddressGuard::parse("127.0.0.1"), {.longest_idle = 50ms});
  ASSERT_TRUE(query("SELECT COUNT(*) FROM orders").ok());
  std::int64_t open = 1;
  while (open > 0)  // ends with the test's own time if it does not happen
    ASSERT_TRUE(owner
                    ->query("SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = "
                            "current_database() AND pid <> pg_backend_pid() AND "
                            "application_name = 'monitora' AND query LIKE '%ROLLBACK%'",
                            {},
                            [&](const sql::Row& row) {
                              open = row.integer(0);
                              return Status();
                            })
                    .ok());
}

TEST_F(PostgresShop, AGeneratedShopIsReadAsItWasGenerated) {
  const sql::TestPostgres large;
  const auto writer = *sql::open_postgres(large.options(), sql::Connection::Mode::write);
  ASSERT_TRUE(writer->begin(sql::Connection::Mode::write).ok());
  const ShopFigures figures =
      make_shop(ExternalEngine::postgres, {}, [&](const std::string& script) {
        const Status status = writer->run_script(script);
        ASSERT_TRUE(status.ok()) << status.to_string();
      });
  ASSERT_TRUE(writer->commit().ok());
  login.database.name = large.name();
  expect_figures(*data, login, figures);
}

TEST_F(PostgresShop, BenignStatementsRun) {
  const auto tables =
      only_allowed(shop_tables(ExternalEngine::postgres), login.database.allowed_tables);
  for (const std::string& text : statements("benign", ExternalEngine::postgres)) {
    const auto answer = query(text);
    EXPECT_TRUE(answer.ok()) << text << "\n" << answer.status().to_string();
  }
}

TEST_F(PostgresShop, HostileStatementsDoNot) {
  for (const std::string& text : statements("hostile", ExternalEngine::postgres))
    EXPECT_FALSE(query(text).ok()) << text.substr(0, 200);
  const auto answer = query("SELECT count(*) FROM orders");
  EXPECT_EQ(answer->rows.rows[0][0], ExternalValue(std::int64_t{3000}));
}

}  // namespace
}  // namespace monitora::external
