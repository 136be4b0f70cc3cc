// The guard: what it lets through, as what, and what it does not.
#include "external/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "external/shop_test.h"

namespace monitora::external {
namespace {

using ::testing::HasSubstr;

std::string guarded(ExternalEngine engine, std::string_view text) {
  const auto sql = guard_statement(engine, text, readable_shop_tables(engine), 1001);
  return sql.ok() ? *sql : "refused: " + sql.status().sentence().en + sql.status().detail();
}
std::string postgres(std::string_view text) {
  return guarded(ExternalEngine::postgres, text);
}
std::string mysql(std::string_view text) {
  return guarded(ExternalEngine::mysql, text);
}
std::string sqlserver(std::string_view text) {
  return guarded(ExternalEngine::sqlserver, text);
}

TEST(Guard, LetsNoHostileStatementThrough) {
  for (const ExternalEngine engine : kEngines) {
    const std::vector<std::string> hostile = statements("hostile", engine);
    EXPECT_GE(hostile.size(), 300u) << to_string(engine);
    for (const std::string& text : hostile) {
      const auto sql = guard_statement(engine, text, readable_shop_tables(engine), 1001);
      EXPECT_FALSE(sql.ok()) << to_string(engine) << ": " << text.substr(0, 300) << "\n  → "
                             << *sql;
      if (!sql.ok()) EXPECT_EQ(sql.status().key(), "statement_refused") << text.substr(0, 300);
    }
  }
}

TEST(Guard, LetsBenignStatementsThrough) {
  std::size_t all = 0, passed = 0;
  std::string refused;
  for (const ExternalEngine engine : kEngines)
    for (const std::string& text : statements("benign", engine)) {
      ++all;
      const auto sql = guard_statement(engine, text, readable_shop_tables(engine), 1001);
      if (sql.ok())
        ++passed;
      else
        refused += text + "\n  " + sql.status().sentence().en + "\n";
    }
  EXPECT_GE(all, 200u);
  EXPECT_GE(passed * 100, all * 98) << passed << " of " << all << "\n" << refused;
}

TEST(Guard, AParameterIsAValueWhateverItHolds) {
  const ExternalParameters parameters{{"name", std::string(R"(\' OR 1=1; -- $$ ')")},
                                      {"day", std::int64_t{-3}},
                                      {"price", 2.5},
                                      {"yes", true},
                                      {"none", nullptr},
                                      {"bytes", std::string("a\0b", 3)}};
  const auto guarded = [&](ExternalEngine engine, std::string_view condition) {
    const auto sql =
        guard_statement(engine, "SELECT id FROM products WHERE " + std::string(condition),
                        readable_shop_tables(engine), 10, parameters);
    return sql.ok() ? sql->substr(sql->find("WHERE") + 6) : sql.status().key();
  };
  EXPECT_THAT(guarded(ExternalEngine::postgres, "name = :name AND stock > :day"),
              HasSubstr(R"('\'' OR 1=1; -- $$ ''')"));
  EXPECT_THAT(guarded(ExternalEngine::mysql, "name = :name"),
              HasSubstr("CONVERT(0x5c27204f5220313d313b202d2d2024242027 USING utf8mb4)"));
  EXPECT_THAT(guarded(ExternalEngine::sqlserver, "name = :name"),
              HasSubstr(R"(N'\'' OR 1=1; -- $$ ''')"));
  for (const ExternalEngine engine : kEngines) {
    EXPECT_THAT(guarded(engine, "price IN (:price, :none, :day)"), HasSubstr("(2.5), NULL, (-3)"));
    EXPECT_THAT(guarded(engine, "name = ':name'"), HasSubstr("':name'")) << "that is a text";
    EXPECT_EQ(guarded(engine, "name = :bytes"), "statement_refused");
    EXPECT_EQ(guarded(engine, "name = :other"), "statement_refused");
    EXPECT_EQ(guarded(engine, "name = ?"), "statement_refused");
    EXPECT_EQ(guarded(engine, "name = @name"), "statement_refused");
    EXPECT_EQ(guarded(engine, "id IN (SELECT id FROM :name)"), "statement_refused");
  }
  EXPECT_THAT(guarded(ExternalEngine::sqlserver, "stock = :yes"), HasSubstr("1"));
}

TEST(Guard, WritesWhatItUnderstood) {
  EXPECT_EQ(postgres("select ID, Status from Orders -- all"),
            R"(SELECT "id", "status" FROM "public"."orders" AS "orders" LIMIT 1001)");
  EXPECT_EQ(mysql("SELECT id FROM orders LIMIT 10, 5"),
            "SELECT `id` FROM `shop`.`orders` AS `orders` LIMIT 5 OFFSET 10");
  EXPECT_EQ(sqlserver("SELECT TOP 5 id FROM orders WITH (NOLOCK)"),
            "SELECT TOP (5) [id] FROM [dbo].[orders] AS [orders]");
  EXPECT_EQ(postgres("SELECT 1 + 2 * 3 - -4"), "SELECT ((1 + (2 * 3)) - (- 4)) LIMIT 1001");
}

TEST(Guard, ColumnsThatMayNotBeReadAreOutOfReach) {
  EXPECT_EQ(postgres("SELECT * FROM customers c"),
            R"(SELECT * FROM (SELECT "id", "name", "city", "country", "created_at" FROM )"
            R"("public"."customers") AS "c" LIMIT 1001)");
  EXPECT_THAT(postgres("SELECT email FROM customers"), HasSubstr("\"email\""));
  EXPECT_THAT(postgres("SELECT id FROM users"), HasSubstr("\"users\""));
}

TEST(Guard, TextsMeanTheSameWhateverTheServersSettings) {
  EXPECT_EQ(postgres(R"(SELECT 'a\''b')"), R"(SELECT 'a\''b' LIMIT 1001)");
  EXPECT_EQ(postgres(R"(SELECT E'a\'b\n')"), "SELECT 'a''b\n' LIMIT 1001");
  EXPECT_EQ(mysql(R"(SELECT 'a\'b')"), "SELECT 'a''b' LIMIT 1001");
  EXPECT_EQ(mysql(R"(SELECT 'a\\')"), "SELECT CONVERT(0x615c USING utf8mb4) LIMIT 1001");
  EXPECT_EQ(mysql(R"(SELECT "it's")"), "SELECT 'it''s' LIMIT 1001");
  EXPECT_EQ(sqlserver(R"(SELECT 'a\''b')"), R"(SELECT N'a\''b')");
}

TEST(Guard, ACommonTableIsNoTable) {
  EXPECT_EQ(postgres("WITH orders AS (SELECT id FROM orders) SELECT id FROM orders"),
            R"(WITH "monitora_1" AS (SELECT "id" FROM "public"."orders" AS "orders") )"
            R"(SELECT "id" FROM "monitora_1" AS "orders" LIMIT 1001)");
  EXPECT_THAT(postgres("SELECT a.id FROM (WITH users AS (SELECT id FROM orders) SELECT id FROM "
                       "users) a, users"),
              HasSubstr("\"users\""));
}

TEST(Guard, LimitsAreWrittenOut) {
  EXPECT_THAT(postgres("SELECT id FROM orders LIMIT 5"), HasSubstr(" LIMIT 5"));
  EXPECT_THAT(postgres("SELECT id FROM orders OFFSET 5"), HasSubstr(" LIMIT 1001 OFFSET 5"));
  EXPECT_THAT(postgres("SELECT id FROM orders FETCH FIRST 3 ROWS ONLY"), HasSubstr(" LIMIT 3"));
  EXPECT_THAT(sqlserver("SELECT id FROM orders LIMIT 5"), HasSubstr("refused"));
}

TEST(Guard, NothingAllowedNothingRead) {
  const auto sql = guard_statement(ExternalEngine::postgres, "SELECT * FROM orders", {}, 10);
  EXPECT_FALSE(sql.ok());
}

}  // namespace
}  // namespace monitora::external
