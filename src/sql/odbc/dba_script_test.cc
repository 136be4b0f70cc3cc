#include "sql/odbc/dba_script.h"

#include "base/crypto.h"
#include "sql/odbc/script.h"
#include "sql/odbc/server_fixture.h"

namespace monitora::sql {
namespace {

constexpr Migration kTwo[] = {
    {1, "0001_first", "CREATE TABLE dbo.a (id INT NOT NULL);\nGO\n"},
    {2, "0002_second",
     "-- It's one\nCREATE VIEW dbo.v AS SELECT N'x' AS y;\nGO\nDROP TABLE dbo.b;\n"},
};

std::vector<std::string_view> batches_of(const std::string& script) {
  const auto batches = odbc::split_batches(script);
  EXPECT_TRUE(batches.ok());
  return batches.ok() ? *batches : std::vector<std::string_view>();
}

TEST(DbaScript, EveryBatchIsGuardedAndCounted) {
  const std::string script = dba_script(kTwo);
  int done = 0, guarded = 0;
  for (const std::string_view batch : batches_of(script)) {
    if (batch.find("INSERT INTO #monitora_done") != std::string_view::npos) {
      ++done;
      EXPECT_TRUE(trim(batch).starts_with("IF @@TRANCOUNT = 0 RETURN;")) << batch;
    }
    if (trim(batch).starts_with("IF @@TRANCOUNT = 0 RETURN;")) ++guarded;
    // CREATE VIEW would have to be the first statement.
    if (const auto at = batch.find("CREATE VIEW"); at != std::string_view::npos)
      EXPECT_LT(batch.find("EXEC (N'"), at);
  }
  EXPECT_EQ(done, 3);
  EXPECT_EQ(guarded, 5);  // and the end of each migration
  EXPECT_NE(script.find("-- It''s one\nCREATE VIEW dbo.v AS SELECT N''x'' AS y;"),
            std::string::npos);
}

// The servers refuse them behind another statement, the guard for one.
TEST(DbaScript, WhatMustStandFirstDoes) {
  const std::string script = print(Database::sqlserver);
  for (const std::string_view batch : batches_of(script))
    for (const char* verb : {"\nCREATE ", "\nALTER "})
      for (const char* kind : {"PROCEDURE ", "TRIGGER ", "VIEW ", "FUNCTION "})
        if (const auto at = batch.find(std::string(verb) + kind); at != std::string_view::npos)
          EXPECT_LT(batch.find("EXEC (N'"), at) << batch.substr(at, 80);
}

TEST(DbaScript, RecordsWhatTheProgramWouldRecord) {
  const std::string script = dba_script(kTwo);
  for (const Migration& migration : kTwo)
    EXPECT_NE(script.find(sha256_hex(migration.script)), std::string::npos);
}

TEST(DbaScript, OfAllMigrationsIsOfOneKindOfText) {
  const std::string script = print(Database::sqlserver);
  EXPECT_EQ(script, dba_script(migrations(Database::sqlserver)));
  EXPECT_GT(batches_of(script).size(), 50u);
  // SSMS reads a file without a mark in the system's code page.
  EXPECT_TRUE(std::all_of(script.begin(), script.end(),
                          [](char c) { return static_cast<unsigned char>(c) < 128; }));
}

class DbaScriptOnServer : public OnSqlServer {
 protected:
  // As SSMS does: the next batch whatever became of the one before. How many failed.
  static int run_as_ssms(Connection& connection, const std::string& script) {
    int failed = 0;
    for (const std::string_view batch : batches_of(script))
      if (!connection.run_script(batch).ok()) ++failed;
    return failed;
  }
  static std::int64_t rows(Connection& connection, const std::string& condition) {
    return number(connection, "SELECT COUNT(*) FROM " + condition);
  }
};

TEST_P(DbaScriptOnServer, MayBeRunTwiceAndTheProgramGoesOnFromThere) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  EXPECT_EQ(run_as_ssms(*connection, print(Database::sqlserver)), 0);
  const std::int64_t objects = rows(*connection, "sys.objects WHERE is_ms_shipped = 0");
  EXPECT_EQ(run_as_ssms(*connection, print(Database::sqlserver)), 0);
  EXPECT_EQ(rows(*connection, "sys.objects WHERE is_ms_shipped = 0"), objects);
  const auto ran = apply(*connection);
  ASSERT_TRUE(ran.ok()) << ran.status().to_string();
  EXPECT_EQ(*ran, 0);
}

TEST_P(DbaScriptOnServer, AfterAFailureNothingMoreIsDone) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  constexpr Migration kBroken[] = {
      {901, "0901_good", "CREATE TABLE dbo.dba_first (id INT NOT NULL);\n"},
      {902, "0902_bad",
       "CREATE TABLE dbo.dba_second (id INT NOT NULL);\nGO\nCREATE TABLE dbo.dba_first (id INT NOT "
       "NULL);\nGO\nCREATE TABLE dbo.dba_third (id INT NOT NULL);\n"},
      {903, "0903_after", "CREATE TABLE dbo.dba_fourth (id INT NOT NULL);\n"},
  };
  ASSERT_EQ(run_as_ssms(*connection, print(Database::sqlserver)), 0);
  EXPECT_EQ(run_as_ssms(*connection, dba_script(kBroken)), 2);  // the batch, and the end
  EXPECT_EQ(rows(*connection, "sys.tables WHERE name LIKE 'dba[_]%'"), 1);
  EXPECT_EQ(rows(*connection, "schema_migrations WHERE version > 900"), 1);
  // Put right, it goes on where it was.
  run(*connection, "DROP TABLE dbo.dba_first");
  EXPECT_EQ(run_as_ssms(*connection, dba_script(kBroken)), 0);
  EXPECT_EQ(rows(*connection, "sys.tables WHERE name LIKE 'dba[_]%'"), 4);
  run(*connection,
      "DELETE FROM schema_migrations WHERE version > 900\nGO\nDROP TABLE dbo.dba_first, "
      "dbo.dba_second, dbo.dba_third, dbo.dba_fourth");
}

MONITORA_ON_SQLSERVER(DbaScriptOnServer);

}  // namespace
}  // namespace monitora::sql
