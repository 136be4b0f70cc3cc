// What needs no server.
#include <gtest/gtest.h>

#include "sql/odbc/connection_string.h"
#include "sql/odbc/diagnostics.h"
#include "sql/odbc/drivers.h"
#include "sql/odbc/parameters.h"
#include "sql/odbc/row.h"
#include "sql/odbc/script.h"
#include "sql/odbc/statement_text.h"
#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

std::vector<std::string> batches(std::string_view script) {
  const auto split = split_batches(script);
  EXPECT_TRUE(split.ok()) << split.status().to_string();
  std::vector<std::string> out;
  if (split.ok())
    for (const std::string_view batch : *split) out.emplace_back(batch);
  return out;
}
using Texts = std::vector<std::string>;

TEST(Script, GoSeparatesBatches) {
  EXPECT_EQ(batches("SELECT 1\nGO\nSELECT 2\n"), (Texts{"SELECT 1\n", "SELECT 2\n"}));
  EXPECT_EQ(batches("a\r\n  go \t-- so\r\nb\nGo"), (Texts{"a\r\n", "b\n"}));
  EXPECT_EQ(batches("\xEF\xBB\xBF"
                    "a\nGO"),
            (Texts{"a\n"}));
  EXPECT_EQ(batches("GO\nGO\n\n-- nothing\nGO\n/* nor here */"), Texts{});
}

TEST(Script, GoElsewhereIsText) {
  for (const char* whole : {"a 'x\nGO\ny' b", "/* x\nGO\n/* y */\nGO\n*/ b", "[x\nGO\n]] y] b",
                            "\"x\nGO\n\" b", "'it''s\nGO\n' b", "GOTO there", "GOES\nb", "x GO",
                            "-- it's\nb", "a\nGO_TO b", "a\ngo = 3"})
    EXPECT_EQ(batches(whole), Texts{whole});
}

TEST(Script, ACountIsRefused) {
  EXPECT_EQ(split_batches("a\nGO 3\n").status().code(), Code::internal);
}

TEST(Utf16, BothWays) {
  for (const std::string& text :
       {std::string(), std::string("a\0b", 3), std::string("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
        std::string("\xEF\xBB\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF")}) {
    EXPECT_EQ(to_utf8(to_utf16(text)), text);
    EXPECT_EQ(utf16_length(text), to_utf16(text).size());
  }
  EXPECT_EQ(to_utf16("\xF0\x9F\x98\x80"), u"\xD83D\xDE00");
  EXPECT_EQ(to_utf8(std::u16string_view(u"\xDE00 \xD83D", 3)), "\xEF\xBF\xBD \xEF\xBF\xBD");
}

TEST(Utf16, PartsMayCutAPair) {
  const std::u16string units = to_utf16("a\xF0\x9F\x98\x80z\xF0\x9F\x98\x81");
  for (std::size_t cut = 0; cut <= units.size(); ++cut) {
    std::string out;
    Utf16Parts parts;
    parts.add(std::u16string_view(units).substr(0, cut), out);
    parts.add(std::u16string_view(units).substr(cut), out);
    parts.finish(out);
    EXPECT_EQ(out, "a\xF0\x9F\x98\x80z\xF0\x9F\x98\x81") << cut;
  }
  std::string_view rest = "a\xF0\x9F\x98\x80z";
  char16_t two[2];
  EXPECT_EQ(take_utf16(rest, two), 1U);  // never half a pair
  EXPECT_EQ(take_utf16(rest, two), 2U);
  EXPECT_EQ(take_utf16(rest, two), 1U);
  EXPECT_EQ(take_utf16(rest, two), 0U);
}

TEST(Times, AreExact) {
  for (const char* text : {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                           "2026-11-22T20:55:48.123456Z", "9999-12-31T23:59:59.999999Z"}) {
    const Time time = *parse_time(text);
    EXPECT_EQ(from_timestamp(to_timestamp(time)), time);
  }
  const TimestampOffset west{2026, 11, 22, 20, 55, 48, 123456700, -8, -45};
  EXPECT_EQ(format_time(from_timestamp(west)), "2026-11-23T05:40:48.123456Z");
  EXPECT_EQ(early_text(*parse_time("0001-02-03T04:05:06.000007Z")),
            "0001-02-03 04:05:06.000007 +00:00");
  EXPECT_EQ(to_timestamp(Time::max()).year, 9999);
  EXPECT_EQ(to_timestamp(Time::min()).year, 1);
}

TEST(Guids, KeepTheirOrder) {
  const Uuid id = *Uuid::parse("01234567-89ab-cdef-f0e1-d2c3b4a59687");
  EXPECT_EQ(to_guid(id).Data1, 0x01234567U);
  EXPECT_EQ(to_guid(id).Data2, 0x89AB);
  EXPECT_EQ(from_guid(to_guid(id)), id);
}

TEST(StatementText, TargetsOfParameters) {
  const auto columns = [](std::string_view text) { return targets_of(text).columns; };
  EXPECT_EQ(columns("INSERT INTO t (a, [b c], d) VALUES (?, ?, COALESCE(?, 1)), (1, ?, ?)"),
            (Texts{"a", "b c", "", "b c", "d"}));
  EXPECT_EQ(columns("INSERT INTO t (a, b, c) SELECT ?, x.y, ? FROM x WHERE x.z >= ?"),
            (Texts{"a", "c", "z"}));
  EXPECT_EQ(columns("UPDATE t SET A = ?, b = b + ? WHERE t.id = ? AND n <> ? -- c = ?"),
            (Texts{"a", "", "id", "n"}));
  EXPECT_EQ(columns("SELECT '?', \"?\" FROM t WHERE ? = 'it''s ?'"), (Texts{""}));
  EXPECT_EQ(columns("EXEC p ?, ?"), (Texts{"", ""}));
  EXPECT_EQ(targets_of("UPDATE dbo.[t] SET a = ?").tables, Texts{"dbo.t"});
  EXPECT_EQ(targets_of("SELECT a FROM t JOIN u ON 1 = 1").tables, (Texts{"t", "u"}));
  EXPECT_EQ(bracketed("dbo.we]ird"), "[dbo].[we]]ird]");
  EXPECT_EQ(cast_marks("SELECT '?', ? WHERE a = ?", "te"),
            "SELECT '?', ? WHERE a = CAST(? AS DATETIMEOFFSET(7))");
}

TEST(ConnectionString, ValuesStayValues) {
  const auto value = [](DriverKind kind, std::string_view text) {
    const auto pair = escape_value(kind, "PWD", text);
    return pair.ok() ? *pair : pair.status().key();
  };
  EXPECT_EQ(value(DriverKind::microsoft, "a;b={c}"), "PWD={a;b={c}}};");
  EXPECT_EQ(value(DriverKind::microsoft, "}}"), "PWD={}}}}};");
  EXPECT_EQ(value(DriverKind::freetds, "simple}{"), "PWD=simple}{;");
  EXPECT_EQ(value(DriverKind::freetds, "a;b=c"), "PWD={a;b=c};");
  EXPECT_EQ(value(DriverKind::freetds, "{a"), "PWD={{a};");
  EXPECT_EQ(value(DriverKind::freetds, "a};UID=x"), "database_setting");
  EXPECT_EQ(value(DriverKind::freetds, "{}"), "database_setting");
  for (const DriverKind kind : {DriverKind::freetds, DriverKind::microsoft})
    EXPECT_EQ(value(kind, std::string_view("a\0b", 3)), "database_setting");
}

TEST(ConnectionString, HostsAreHosts) {
  const OdbcDriver microsoft{DriverKind::microsoft, "ODBC Driver 18 for SQL Server", "x"};
  const auto text = [&](std::string host) {
    SqlServerOptions options;
    options.host = std::move(host);
    options.database = "d";
    options.user = "u";
    const auto made = connection_string(options, microsoft, Connection::Mode::read);
    return made.ok() ? *made : made.status().key();
  };
  EXPECT_EQ(text("db.example.com"),
            "DRIVER={ODBC Driver 18 for SQL Server};SERVER={tcp:db.example.com,1433};Encrypt=yes;"
            "TrustServerCertificate=no;ConnectRetryCount=0;APP=MONITORA;DATABASE={d};UID={u};"
            "PWD={};");
  EXPECT_NE(text("db\\SQLEXPRESS").find("SERVER={db\\SQLEXPRESS};"), std::string::npos);
  for (const char* host :
       {"", "a;b", "a,1", "a}", "{a", "a b", "a\\", "a\\b\\c", "a=b", "é", "a\nb"})
    EXPECT_EQ(text(host), "database_setting") << host;
  EXPECT_EQ(text(std::string("a\0b", 3)), "database_setting");
  SqlServerOptions options;
  options.host = "h";
  options.password = std::string(1200, 'x');  // unixODBC's own buffer has 1,024 bytes
  EXPECT_EQ(connection_string(options, microsoft, Connection::Mode::write).status().key(),
            "database_setting");
}

TEST(ConnectionString, FreeTdsVerifiesTheCertificate) {
  SqlServerOptions options;
  options.host = "h";
  EXPECT_NE(
      freetds_section(options, Connection::Mode::write)
          ->find("encryption = require\nca file = system\ncheck certificate hostname = yes\n"),
      std::string::npos);
  options.trust_server_certificate = true;
  EXPECT_EQ(freetds_section(options, Connection::Mode::write)->find("ca file"), std::string::npos);
  options.read_only_intent = true;
  EXPECT_EQ(freetds_section(options, Connection::Mode::write)->find("intent"), std::string::npos);
  EXPECT_NE(freetds_section(options, Connection::Mode::read)->find("read-only intent = yes"),
            std::string::npos);
  options.encrypt = Encryption::strict;
  EXPECT_EQ(freetds_section(options, Connection::Mode::read).status().key(), "database_setting");
}

Status one(std::string state, int native, std::string message, bool* fatal = nullptr) {
  bool ignored = false;
  const Diagnostic all[] = {{std::move(state), native, std::move(message)},
                            {"01000", 3621, "The statement has been terminated."}};
  return status_of(all, fatal == nullptr ? ignored : *fatal);
}

TEST(Diagnostics, ErrorsOfTheServer) {
  const Status unique =
      one("23000", 2627,
          "Violation of UNIQUE KEY constraint 'UQ_x'. Cannot insert duplicate key "
          "in object 'dbo.t'. The duplicate key value is (a'b).");
  EXPECT_EQ(unique.key(), "unique_violation");
  EXPECT_EQ(unique.detail(), "UQ_x");
  EXPECT_EQ(one("23000", 2601,
                "Cannot insert duplicate key row in object 'dbo.t' with unique index 'ix_u'. The "
                "duplicate key value is (1).")
                .detail(),
            "ix_u");
  const Status check =
      one("23000", 547, "The INSERT statement conflicted with the CHECK constraint \"CHK_a\". …");
  EXPECT_EQ(check.key(), "check_violation");
  EXPECT_EQ(check.detail(), "CHK_a");
  const Status foreign = one(
      "23000", 547, "The DELETE statement conflicted with the REFERENCE constraint \"FK_b\". …");
  EXPECT_EQ(foreign.key(), "foreign_key_violation");
  EXPECT_EQ(foreign.detail(), "FK_b");
  EXPECT_EQ(one("23000", 515, "Cannot insert the value NULL into column 'c', …").key(),
            "check_violation");
  EXPECT_EQ(one("40001", 1205, "… deadlock victim …").key(), "database_busy");
  EXPECT_EQ(one("HYT00", 1222, "Lock request time out period exceeded.").key(), "database_busy");
  EXPECT_EQ(one("42000", 3960, "Snapshot isolation transaction aborted …").key(), "database_busy");
  EXPECT_EQ(one("22001", 2628, "String or binary data would be truncated …").key(),
            "value_too_large");
  EXPECT_EQ(one("42000", 1105, "Could not allocate space …").key(), "disk_full");
  EXPECT_EQ(one("42000", 9002, "The transaction log … is full").key(), "disk_full");
  EXPECT_EQ(one("HYT00", 0, "Query timeout expired").key(), "deadline_exceeded");
  EXPECT_EQ(one("42000", 102, "Incorrect syntax").code(), Code::internal);
  const Status denied =
      one("42000", 229, "The SELECT permission was denied on the object 'messages', database 'd'.");
  EXPECT_EQ(denied.key(), "database_permission_denied");
  EXPECT_NE(denied.sentence().fr.find("messages"), std::string::npos);
  EXPECT_NE(denied.sentence().en.find("messages"), std::string::npos);
}

TEST(Diagnostics, WhatEndsAConnection) {
  for (const auto& [state, native] : {std::pair{"08S01", 0}, std::pair{"01000", 20017},
                                      std::pair{"HY000", 40613}, std::pair{"08S01", 10054}}) {
    bool fatal = false;
    EXPECT_EQ(one(state, native, "gone", &fatal).key(), "database_unavailable");
    EXPECT_TRUE(fatal);
  }
  bool fatal = false;
  (void)one("23000", 547, "…", &fatal);
  EXPECT_FALSE(fatal);
}

TEST(Diagnostics, WhyItDoesNotOpen) {
  const Diagnostic wrong_database[] = {
      {"42000", 4060, "Cannot open database \"shop\" requested by the login."},
      {"28000", 18456, "Login failed for user 'u'."}};
  EXPECT_EQ(open_status_of(wrong_database, true).key(), "database_missing");
  EXPECT_NE(open_status_of(wrong_database, true).sentence().en.find("shop"), std::string::npos);
  const Diagnostic wrong_password[] = {{"28000", 18456, "Login failed for user 'u'."},
                                       {"01000", 20002, "Adaptive Server connection failed"}};
  EXPECT_EQ(open_status_of(wrong_password, true).key(), "database_login_failed");
  const Diagnostic untrusted[] = {{"08001", 0, "Unable to connect to data source"},
                                  {"01000", 20002, "Adaptive Server connection failed"}};
  EXPECT_EQ(open_status_of(untrusted, true).key(), "database_certificate");
  EXPECT_EQ(open_status_of(untrusted, false).key(), "database_unavailable");
  const Diagnostic late[] = {{"HYT00", 0, "Login timeout expired"}};
  EXPECT_EQ(open_status_of(late, true).key(), "database_unavailable");
}

TEST(Drivers, MissingOnesAreNamed) {
  const DriverReport report = report_drivers("No Such Driver");
  EXPECT_EQ(report.used.status().key(), "odbc_driver_missing");
  EXPECT_NE(report.next_step.fr.find("tdsodbc"), std::string::npos);
  EXPECT_NE(report.next_step.en.find("No Such Driver"), std::string::npos);
  EXPECT_EQ(find_driver("/nowhere/libtdsodbc.so").status().key(), "odbc_driver_missing");
}

}  // namespace
}  // namespace monitora::sql::odbc
