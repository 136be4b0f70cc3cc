// What a connection is told, with a real server.
#include <fmt/format.h>

#include "base/crypto.h"
#include "sql/odbc/server_fixture.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;

class SqlServerSettings : public OnSqlServer {};
MONITORA_ON_SQLSERVER(SqlServerSettings);

TEST_P(SqlServerSettings, WrongSettingsSayWhichAreWrong) {
  const auto key = [&](auto change) {
    SqlServerOptions options = options_;
    options.login_timeout = 5s;
    change(options);
    const auto made = open_sqlserver(options, Connection::Mode::write);
    EXPECT_EQ(made.status().detail().find("Babel"), std::string::npos);  // no password
    return made.ok() ? "ok" : made.status().key() + " " + made.status().detail();
  };
  const auto starts = [](const std::string& text, std::string_view with) {
    return text.starts_with(with) ? std::string(with) : text;
  };
  EXPECT_EQ(starts(key([](auto& o) { o.password = "wrong"; }), "database_login_failed"),
            "database_login_failed");
  EXPECT_EQ(starts(key([](auto& o) { o.user = "nobody"; }), "database_login_failed"),
            "database_login_failed");
  EXPECT_EQ(starts(key([](auto& o) { o.database = "no_such_database"; }), "database_missing"),
            "database_missing");
  EXPECT_EQ(starts(key([](auto& o) { o.port = 1; }), "database_unavailable"),
            "database_unavailable");
  EXPECT_EQ(starts(key([](auto& o) {
                     o.trust_server_certificate = false;
                     o.encrypt = Encryption::yes;
                   }),
                   "database_certificate"),
            "database_certificate");
  EXPECT_EQ(starts(key([](auto& o) { o.driver = "No Such Driver"; }), "odbc_driver_missing"),
            "odbc_driver_missing");
}

TEST_P(SqlServerSettings, NothingInAValueBecomesAnAttribute) {
  const auto admin = open();
  ASSERT_TRUE(admin);
  int carried = 0;
  for (const std::string& password :
       {std::string("simple"), std::string("a;b"), std::string("a=b;c=d"), std::string("{curly"),
        std::string("a}b"), std::string("}"), std::string("}}"), std::string("{}"),
        std::string("a};UID=x"), std::string("a;DRIVER={/nowhere.so}"), std::string("a};DSN=x;"),
        std::string("\"quotes' \""), std::string(" spaces "), std::string("%41+\\"),
        std::string("ends;"), std::string("\xC3\xA9\xE2\x82\xAC"), std::string("[a]#b!@$^&*()")}) {
    const std::string login = "login_" + hex(Uuid::random().bytes());
    std::string quoted;
    for (const char c : password) quoted += c == '\'' ? "''" : std::string(1, c);
    const Status created =
        admin->run_script(fmt::format("CREATE LOGIN {0} WITH PASSWORD = N'{1}'", login, quoted));
    ASSERT_TRUE(created.ok()) << created.to_string();
    SqlServerOptions options = options_;
    options.user = login;
    options.password = password;
    options.database = "master";
    auto made = open_sqlserver(options, Connection::Mode::write);
    if (made.ok()) {
      ++carried;
      EXPECT_EQ(text(**made, "SELECT SUSER_NAME()"), login) << password;
    } else {
      // Refused here, with a reason: never sent as something else.
      EXPECT_EQ(made.status().key(), "database_setting")
          << password << ": " << made.status().to_string();
    }
    // Hostile, and wrong: the server says no, to the same login.
    options.password = password + ";x=y";
    EXPECT_FALSE(open_sqlserver(options, Connection::Mode::write).ok()) << password;
    if (made.ok()) made->reset();
    (void)admin->run_script("DROP LOGIN " + login);
  }
  EXPECT_GE(carried, 13);
}

}  // namespace
}  // namespace monitora::sql
