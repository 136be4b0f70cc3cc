#include "sql/odbc/dba_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/crypto.h"
#include "base/text.h"
#include "sql/odbc/script.h"

namespace monitora::sql {
namespace {

constexpr std::string_view kHead =
    R"(-- MONITORA's schema for SQL Server 2016 SP1 and later.
--
-- Choose MONITORA's database and run this from beginning to end, in SSMS or sqlcmd. Each migration is
-- one transaction. What is applied already is left alone, so the script can be run again: after an
-- error that was put right, or from a newer version of the program.

SET ANSI_NULLS ON;
SET ANSI_PADDING ON;
SET ANSI_WARNINGS ON;
SET ARITHABORT ON;
SET CONCAT_NULL_YIELDS_NULL ON;
SET IMPLICIT_TRANSACTIONS OFF;
SET NOCOUNT ON;
SET QUOTED_IDENTIFIER ON;
SET XACT_ABORT ON;
GO
)";

// {0} version, {1} name, {2} the condition that the migration before is there. Its transaction
// stays open when there is something to do; #monitora_done counts the batches that ran to their
// end.
constexpr std::string_view kBegin = R"(
-- {1} {3}

DECLARE @given INT;
DECLARE @applied BIT = 0;
DECLARE @possible BIT = 1;
BEGIN TRANSACTION;
EXEC @given = sp_getapplock @Resource = N'monitora migrations', @LockMode = N'Exclusive',
    @LockOwner = N'Transaction', @LockTimeout = 20000;
IF @given < 0 SET @possible = 0;
IF OBJECT_ID(N'dbo.schema_migrations', N'U') IS NOT NULL
BEGIN
    IF EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE version = {0}) SET @applied = 1;
END;
{2}IF @applied = 1 PRINT N'{1}: applied already.';
IF @applied = 0 AND @possible = 0 PRINT N'{1}: not run. Another run is at work, or what stands above failed.';
IF @applied = 1 OR @possible = 0 COMMIT TRANSACTION;
ELSE CREATE TABLE #monitora_done (batch INT NOT NULL);
GO
)";

constexpr std::string_view kAfter =
    R"(IF OBJECT_ID(N'dbo.schema_migrations', N'U') IS NULL SET @possible = 0;
ELSE IF NOT EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE version = {}) SET @possible = 0;
)";

constexpr std::string_view kGuard = "IF @@TRANCOUNT = 0 RETURN;\n";

// {0} version, {1} name, {2} checksum, {3} batches
constexpr std::string_view kEnd = R"(IF @@TRANCOUNT = 0 RETURN;
IF (SELECT COUNT(*) FROM #monitora_done) <> {3}
BEGIN
    ROLLBACK TRANSACTION;
    PRINT N'{1}: undone, because not all of it ran.';
    RETURN;
END;
DROP TABLE #monitora_done;
INSERT INTO dbo.schema_migrations (version, name, checksum) VALUES ({0}, N'{1}', N'{2}');
COMMIT TRANSACTION;
PRINT N'{1}: applied.';
GO
)";

constexpr std::string_view kLast = R"(
DECLARE @complete BIT = 0;
IF OBJECT_ID(N'dbo.schema_migrations', N'U') IS NOT NULL
BEGIN
    IF EXISTS (SELECT 1 FROM dbo.schema_migrations WHERE version = {}) SET @complete = 1;
END;
IF @complete = 0 THROW 50000, N'The schema is not complete: see the errors above, then run the script again.', 1;
PRINT N'The schema is complete.';
GO
)";

// What must be the first statement of its batch cannot stand behind a guard.
bool must_stand_alone(std::string_view batch) {
  for (const std::string_view line : split(batch, '\n')) {
    const std::string_view text = trim(line);
    if (text.empty() || text.starts_with("--")) continue;
    constexpr std::string_view kVerbs[] = {"CREATE ", "ALTER "};
    constexpr std::string_view kAlone[] = {"PROCEDURE ", "TRIGGER ", "VIEW ", "FUNCTION ",
                                           "SCHEMA "};
    for (const std::string_view verb : kVerbs)
      if (text.starts_with(verb))
        return std::ranges::any_of(
            kAlone, [&](auto kind) { return text.substr(verb.size()).starts_with(kind); });
    return false;
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out;
}

std::string guarded(std::string_view batch, std::size_t number) {
  std::string out(kGuard);
  batch = trim(batch);
  // A mistake within EXEC ends only the EXEC: @@ERROR tells.
  if (must_stand_alone(batch))
    out += fmt::format("EXEC (N'\n{}\n');\nIF @@ERROR = 0 ", quoted(batch));
  else
    out += fmt::format("{}\n", batch);
  return out + fmt::format("INSERT INTO #monitora_done (batch) VALUES ({});\nGO\n", number);
}

}  // namespace

std::string dba_script(std::span<const Migration> migrations) {
  std::string out(kHead);
  std::string after;
  for (const Migration& migration : migrations) {
    const auto batches = odbc::split_batches(migration.script);
    // The program's own files: rules_test.py reads them first.
    if (!batches.ok()) return {};
    const std::string line(std::max<std::size_t>(95 - migration.name.size(), 1), '-');
    out += fmt::format(kBegin, migration.version, migration.name, after, line);
    for (std::size_t i = 0; i < batches->size(); ++i) out += guarded((*batches)[i], i + 1);
    out += fmt::format(kEnd, migration.version, migration.name, sha256_hex(migration.script),
                       batches->size());
    after = fmt::format(kAfter, migration.version);
  }
  if (!migrations.empty()) out += fmt::format(kLast, migrations.back().version);
  return out;
}

}  // namespace monitora::sql
