// Customers' databases that go wrong: each ends in bounded time with an error that is one of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mysql.h>

#include <atomic>
#include <cstdlib>
#include <fstream>

#include "base/deadline.h"
#include "external/external_data.h"
#include "external/faulty_server_test.h"
#include "external/shop_test.h"
#include "sql/odbc/test_server.h"
#include "sql/test_postgres.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;

ExternalLogin login_to(ExternalEngine engine, int port) {
  ExternalLogin login;
  login.workspace = WorkspaceId::random();
  login.password = "x";
  login.database.engine = engine;
  login.database.host = "127.0.0.1";
  login.database.port = port;
  login.database.name = "shop";
  login.database.user = "somebody";
  login.database.allowed_tables = {"orders"};
  return login;
}

// SQL Server's first answer ([MS-TDS] 2.2.6.5): its version, and that it speaks TLS, which is then
// awaited of it.
constexpr std::string_view kPrelogin(
    "\x04\x01\x00\x1a\x00\x00\x01\x00"  // a response of 26 bytes
    "\x00\x00\x0b\x00\x06"
    "\x01\x00\x11\x00\x01"
    "\xff"  // where what stands
    "\x10\x00\x07\xd0\x00\x00"
    "\x03",  // 16.0.2000, TLS required
    26);

class Faulty : public ::testing::TestWithParam<ExternalEngine> {
 protected:
  std::unique_ptr<ExternalData> data = make_external_data(*net::AddressGuard::parse("127.0.0.1"));
};

INSTANTIATE_TEST_SUITE_P(Engines, Faulty, ::testing::ValuesIn(kEngines),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST_P(Faulty, AServerThatSaysNothingIsGivenUp) {
  const FaultyServer server(faults::say_nothing);
  const ScopedDeadline soon(Deadline::in(300ms));
  EXPECT_EQ(data->test(login_to(GetParam(), server.port())).status().key(), "connect_failed");
}

TEST_P(Faulty, AServerThatNeverEndsIsGivenUp) {
  for (const char what : {'\0', 'E', '\n', '\xff'}) {
    const FaultyServer server([&](int connection) { faults::send_forever(connection, what); });
    const ScopedDeadline soon(Deadline::in(1s));
    EXPECT_THAT(data->test(login_to(GetParam(), server.port())).status().key(),
                AnyOf("connect_failed", "tls_failed", "login_failed", "database_failed"))
        << static_cast<int>(what);
  }
}

TEST_P(Faulty, AServerThatSendsAByteNowAndThenIsGivenUp) {
  for (const std::string_view begins : {std::string_view(), kPrelogin}) {
    const FaultyServer server([&](int connection) {
      ::send(connection, begins.data(), begins.size(), MSG_NOSIGNAL);
      faults::trickle(connection);
    });
    const ScopedDeadline soon(Deadline::in(300ms));
    EXPECT_THAT(data->test(login_to(GetParam(), server.port())).status().key(),
                AnyOf("connect_failed", "tls_failed", "login_failed", "database_failed"));
  }
}

TEST_P(Faulty, AServerThatSaysNothingAfterItsFirstWordsIsGivenUp) {
  const FaultyServer server([](int connection) {
    ::send(connection, kPrelogin.data(), kPrelogin.size(), MSG_NOSIGNAL);
    faults::say_nothing(connection);
  });
  const ScopedDeadline soon(Deadline::in(300ms));
  EXPECT_EQ(data->test(login_to(GetParam(), server.port())).status().key(), "connect_failed");
}

TEST_P(Faulty, AServerThatHangsUpIsAway) {
  const FaultyServer server([](int) {});
  EXPECT_EQ(data->test(login_to(GetParam(), server.port())).status().key(), "connect_failed");
}

TEST_P(Faulty, AServerThatIsNoDatabaseIsAway) {
  const FaultyServer server([](int connection) {
    const std::string_view page =
        "HTTP/1.1 400 Bad Request\r\nServer: secret-name\r\nContent-Length: 0\r\n\r\n";
    ::send(connection, page.data(), page.size(), MSG_NOSIGNAL);
  });
  const ScopedDeadline soon(Deadline::in(1s));
  const Status status = data->test(login_to(GetParam(), server.port())).status();
  EXPECT_THAT(status.key(), AnyOf("connect_failed", "tls_failed", "login_failed"));
  EXPECT_EQ(status.sentence().en.find("secret-name"), std::string::npos);
}

TEST_P(Faulty, NothingIsConnectedToThatIsPrivate) {
  std::atomic<bool> reached = false;
  const FaultyServer server([&](int) { reached = true; });
  const auto resolve = [](const std::string& host) -> Result<std::vector<net::IpAddress>> {
    const auto leads = host == "metadata.example" ? "169.254.169.254"
                       : host == "six.example"    ? "::ffff:127.0.0.1"
                                                  : "127.0.0.1";
    return std::vector{*net::IpAddress::parse(leads)};
  };
  data = make_external_data(*net::AddressGuard::parse("", resolve));
  ExternalLogin login = login_to(GetParam(), server.port());
  for (const char* host : {"loopback.example", "metadata.example", "six.example", "127.0.0.1",
                           "[::1]", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1%lo",
                           "2002:7f00:1::", "0.0.0.0", "169.254.169.254", "localhost"}) {
    login.database.host = host;
    EXPECT_EQ(data->test(login).status().key(), "address_not_allowed") << host;
  }
  EXPECT_FALSE(reached);
}

TEST_P(Faulty, ANameIsLookedUpOnceForAConnection) {
  int asked = 0;
  const FaultyServer server([](int) {});
  const auto resolve = [&](const std::string&) -> Result<std::vector<net::IpAddress>> {
    // Allowed the first time, metadata from then on.
    return std::vector{*net::IpAddress::parse(++asked == 1 ? "127.0.0.1" : "169.254.169.254")};
  };
  data = make_external_data(*net::AddressGuard::parse("127.0.0.1", resolve));
  ExternalLogin login = login_to(GetParam(), server.port());
  login.database.host = "turns.example";
  EXPECT_EQ(data->test(login).status().key(), "connect_failed") << "it was connected to";
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(data->test(login).status().key(), "address_not_allowed");
}

TEST(ExternalSqlServer, TheOperatorsDriverIsUsedOrItIsSaidThatItIsMissing) {
  const auto data = make_external_data(*net::AddressGuard::parse("127.0.0.1"),
                                       {.sqlserver_driver = "No Such Driver"});
  const Status status = data->test(login_to(ExternalEngine::sqlserver, 1)).status();
  EXPECT_EQ(status.key(), "odbc_driver_missing");
  EXPECT_NE(status.sentence().en.find("No Such Driver"), std::string::npos);
}

// Those that go wrong in the middle stand before real ones, of which they pass on so many bytes:
// somewhere in the login, in the catalogue or in the rows.
void goes_wrong_everywhere(ExternalLogin login, int real_port, const std::string& driver = {}) {
  std::vector<std::pair<const char*, std::function<void(int)>>> ways{
      {"hangs up", [](int) {}}, {"says nothing more", faults::say_nothing}};
  ways.insert(
      ways.end(),
      {{"sends zeros for ever", [](int connection) { faults::send_forever(connection, '\0'); }},
       {"sends D for ever", [](int connection) { faults::send_forever(connection, 'D'); }},
       {"sends a byte now and then", faults::trickle}});
  for (const auto& [name, then] : ways)
    for (const std::size_t bytes : {1u, 60u, 150u, 400u, 700u, 1200u, 2500u, 4000u}) {
      const FaultyServer server(faults::after(bytes, real_port, then));
      const auto data =
          make_external_data(*net::AddressGuard::parse("127.0.0.1"), {.sqlserver_driver = driver});
      login.database.port = server.port();
      const ScopedDeadline soon(Deadline::in(500ms));
      const auto answer = data->query(login, "SELECT id, status, total FROM orders");
      ASSERT_FALSE(answer.ok()) << name << " after " << bytes;
      EXPECT_THAT(
          answer.status().key(),
          AnyOf("connect_failed", "tls_failed", "login_failed", "database_failed",
                "database_timeout", "database_missing", "statement_failed", "statement_refused"))
          << name << " after " << bytes << ": " << answer.status().to_string();
    }
}

TEST(FaultyPostgres, InTheMiddle) {
  const std::string uri = sql::test_postgres_uri("tcp_uri");
  const std::size_t colon = uri.find(':', uri.find('@'));
  if (colon == std::string::npos) GTEST_SKIP() << "no PostgreSQL server on a port: run by ctest";
  const sql::TestPostgres made;
  const auto owner = *sql::open_postgres(made.options(), sql::Connection::Mode::write);
  ASSERT_TRUE(owner
                  ->run_script("CREATE TABLE orders (id int PRIMARY KEY, status text, total "
                               "numeric); INSERT INTO orders SELECT i, repeat('x', 100), i FROM "
                               "generate_series(1, 500) i")
                  .ok());
  const int port = std::stoi(uri.substr(colon + 1));
  ExternalLogin login = login_to(ExternalEngine::postgres, port);
  login.database.name = made.name();
  login.database.user = "postgres";
  goes_wrong_everywhere(login, port);
}

TEST(FaultyMariadb, InTheMiddle) {
  const char* directory = std::getenv("MONITORA_TEST_MARIADB_DIR");
  int port = 0;
  std::ifstream(std::string(directory != nullptr ? directory : "") + "/port") >> port;
  if (port == 0) GTEST_SKIP() << "no MariaDB server: run this by ctest";
  MYSQL owner;
  mysql_init(&owner);
  ASSERT_NE(mysql_real_connect(&owner, "127.0.0.1", "root", "", nullptr,
                               static_cast<unsigned>(port), nullptr, CLIENT_MULTI_STATEMENTS),
            nullptr)
      << mysql_error(&owner);
  for (const char* sql :
       {"CREATE OR REPLACE DATABASE faulty", "CREATE OR REPLACE USER middle IDENTIFIED BY 'x'",
        "GRANT ALL ON faulty.* TO middle",
        "CREATE TABLE faulty.orders (id int PRIMARY KEY, status text, total decimal(10, 2))",
        "INSERT INTO faulty.orders SELECT seq, REPEAT('x', 100), seq FROM faulty.seq_1_to_500"})
    ASSERT_EQ(mysql_query(&owner, sql), 0) << mysql_error(&owner);
  mysql_close(&owner);
  ExternalLogin login = login_to(ExternalEngine::mysql, port);
  login.database.name = "faulty";
  login.database.user = "middle";
  goes_wrong_everywhere(login, port);
}

TEST(FaultySqlServer, InTheMiddle) {
  const auto servers = sql::test_servers();
  if (servers.empty()) GTEST_SKIP() << "MONITORA_TEST_SQLSERVER names no server";
  for (const sql::SqlServerOptions& server : servers) {
    ExternalLogin login = login_to(ExternalEngine::sqlserver, server.port);
    login.database.name = "master";
    login.database.user = server.user;
    login.password = server.password;
    goes_wrong_everywhere(login, server.port, server.driver);
  }
}

}  // namespace
}  // namespace monitora::external
