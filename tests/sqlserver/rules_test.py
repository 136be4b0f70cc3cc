#!/usr/bin/env python3
"""The rules on T-SQL (rules.py): each catches what it is for, and the project keeps to all of them."""
import pathlib
import re
import unittest

import cpp_statements
import rules
import sql_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "db/migrations/sqlserver"
HEAD = "SET ANSI_NULLS ON;\nSET QUOTED_IDENTIFIER ON;\nGO\n"

# Two tables for the snippets below; the second has a trigger.
TABLES = """
CREATE TABLE dbo.plain (id INT NOT NULL, name NVARCHAR(100) NULL, CONSTRAINT PK_plain PRIMARY KEY (id));
CREATE TABLE dbo.watched (id INT NOT NULL, CONSTRAINT PK_watched PRIMARY KEY (id));
GO
CREATE TRIGGER dbo.trg_watched ON dbo.watched AFTER UPDATE AS BEGIN SET NOCOUNT ON; END;
GO
"""


def foreign_key(name, column, table, action="ON DELETE CASCADE"):
    return f"CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES dbo.{table} (id) {action}"


def table(name, *parts):
    return f"CREATE TABLE dbo.{name} (id INT NOT NULL, CONSTRAINT PK_{name} PRIMARY KEY (id), " + ", ".join(parts) + ");\n"


def procedure(body):
    return f"CREATE PROCEDURE dbo.p AS BEGIN SET NOCOUNT ON; SET XACT_ABORT ON; {body} END;\nGO\n"


# (what the fault says, the script)
BAD = [
    ("MERGE:", "MERGE dbo.plain AS t USING dbo.watched AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET id = 1;"),
    ("CREATE OR", "CREATE OR ALTER VIEW dbo.v AS SELECT id FROM dbo.plain;"),
    ("JSON_MODIFY", "UPDATE dbo.plain SET name = JSON_MODIFY(name, '$.a', 1);"),
    ("WITHIN GROUP", "SELECT STRING_AGG(name, ',') WITHIN GROUP (ORDER BY id) AS names FROM dbo.plain;"),
    ("STRING_AGG", "SELECT STRING_AGG(name, ',') AS names FROM dbo.plain;"),
    ("TRIM", "SELECT TRIM(name) AS name FROM dbo.plain;"),
    ("UNPIVOT", "SELECT id FROM dbo.plain UNPIVOT (v FOR c IN (a, b)) AS u;"),
    ("PIVOT", "SELECT id FROM dbo.plain PIVOT (COUNT(id) FOR name IN ([a])) AS u;"),
    ("SYSTEM_VERSIONING", "ALTER TABLE dbo.plain SET (SYSTEM_VERSIONING = ON);"),
    ("SYNONYM", "CREATE SYNONYM dbo.s FOR dbo.plain;"),
    ("SECURITY POLICY", "CREATE SECURITY POLICY dbo.f ADD FILTER PREDICATE dbo.fn(id) ON dbo.plain;"),
    ("SELECT *", "SELECT * FROM dbo.plain;"),
    ("SYS . INDEXES", "SELECT name FROM sys.indexes WHERE name = N'idx';"),
    ("INSTEAD OF", "GO\nCREATE TRIGGER dbo.t ON dbo.plain INSTEAD OF DELETE AS BEGIN SET NOCOUNT ON; END;"),
    ("@@IDENTITY", "SELECT @@IDENTITY AS id;"),
    ("2601 and 2627", "IF ERROR_NUMBER() = 2627 PRINT N'again';"),
    ("collation", "ALTER TABLE dbo.plain ADD a NVARCHAR(9) COLLATE Latin1_General_100_CI_AS_SC_UTF8 NULL;"),
    ("common table expression", "WITH c AS (SELECT id FROM dbo.plain) UPDATE c SET id = 2;"),
    ("common table expression", "WITH c AS (SELECT id FROM dbo.plain) DELETE FROM c WHERE id = 2;"),
    ("several things", "ALTER TABLE dbo.plain ADD a INT NULL, b INT NULL;"),
    ("inside CREATE TABLE", table("x", "a INT NULL", "INDEX idx_a (a)")),
    ("inside CREATE TABLE", table("x", "a INT NULL INDEX idx_a")),
    ("error 334", "UPDATE dbo.watched SET id = 2 OUTPUT inserted.id WHERE id = 1;"),
    ("error 334", "UPDATE w SET id = 2 OUTPUT inserted.id FROM dbo.watched AS w WHERE w.id = 1;"),
    ("error 334", "INSERT INTO dbo.watched (id) OUTPUT inserted.id VALUES (1);"),
    ("error 334", "DELETE FROM dbo.watched OUTPUT deleted.id WHERE id = 1;"),
    ("by two ways", table("a", "o INT") + table("b", "p INT", foreign_key("f1", "p", "a"))
     + table("c", "q INT", foreign_key("f2", "q", "a"), "r INT", foreign_key("f3", "r", "b"))),
    ("by two ways", table("a", "o INT") + table("b", "p INT", foreign_key("f1", "p", "a"), "q INT", foreign_key("f2", "q", "a"))),
    ("comes back", table("a", "parent INT", foreign_key("f1", "parent", "a"))),
    ("comes back", table("a", "o INT") + table("b", "p INT", foreign_key("f1", "p", "a"))
     + "ALTER TABLE dbo.a ADD CONSTRAINT f2 FOREIGN KEY (o) REFERENCES dbo.b (id) ON DELETE CASCADE;"),
    ("a key of", "CREATE TABLE dbo.x (a NVARCHAR(451) NOT NULL, CONSTRAINT PK_x PRIMARY KEY (a));"),
    ("a key of", table("x", "a NVARCHAR(851) NULL") + "CREATE INDEX idx_x ON dbo.x (a);"),
    ("a key of", table("x", "a NVARCHAR(MAX) NULL") + "CREATE INDEX idx_x ON dbo.x (a);"),
    ("a key of", table("x", "a VARBINARY(1000) NULL", "b VARBINARY(701) NULL") + "CREATE INDEX idx_x ON dbo.x (a, b);"),
    ("two clustered", table("x", "a INT NULL") + "CREATE CLUSTERED INDEX idx_x ON dbo.x (a);"),
    ("an expression", table("x", "a INT NULL", "b INT NULL") + "CREATE INDEX idx_x ON dbo.x (COALESCE(a, b));"),
    ("may be NULL", table("x", "a INT NULL", "CONSTRAINT UQ_x UNIQUE (a)")),
    ("may be NULL", table("x", "a INT NULL") + "CREATE UNIQUE INDEX UQ_x ON dbo.x (a);"),
    ("without a name", table("x", "a INT NOT NULL UNIQUE")),
    ("alone in its batch", "CREATE VIEW dbo.v AS SELECT id FROM dbo.plain;\nCREATE VIEW dbo.w AS SELECT id FROM dbo.plain;"),
    ("alone in its batch", "SET NOCOUNT ON;\n" + procedure("SELECT 1 AS one;")),
    ("say its schema", "CREATE TABLE x (id INT NOT NULL);"),
    ("say its schema", "GO\nCREATE VIEW v AS SELECT id FROM dbo.plain;"),
    ("SET NOCOUNT ON is missing", "GO\nCREATE PROCEDURE dbo.p AS BEGIN SELECT 1 AS one; END;"),
    ("without SET XACT_ABORT", "GO\nCREATE PROCEDURE dbo.p AS BEGIN SET NOCOUNT ON; DELETE FROM dbo.plain; END;"),
    ("TRY … CATCH", "GO\n" + procedure("BEGIN TRANSACTION; DELETE FROM dbo.plain; COMMIT TRANSACTION;")),
    ("RAISERROR", "GO\n" + procedure("RAISERROR (N'no', 16, 1);")),
    ("into a variable", "GO\nCREATE TRIGGER dbo.t ON dbo.plain AFTER INSERT AS BEGIN SET NOCOUNT ON; "
     "DECLARE @id INT; SELECT @id = id FROM inserted; END;"),
    ("a cursor", "GO\nCREATE TRIGGER dbo.t ON dbo.plain AFTER INSERT AS BEGIN SET NOCOUNT ON; "
     "DECLARE c CURSOR FOR SELECT id FROM inserted; END;"),
    ("DATETIMEOFFSET(7)", "GO\nCREATE PROCEDURE dbo.p @now DATETIMEOFFSET(7) AS BEGIN SET NOCOUNT ON; SELECT 1 AS one; END;"),
    ("not ASCII", "PRINT N'Schéma';"),
    ("2100 parameters", "SELECT id FROM dbo.plain WHERE id IN (" + ", ".join("?" * 2101) + ");"),
    ("1000 rows", "INSERT INTO dbo.plain (id) VALUES " + ", ".join("(1)" for _ in range(1001)) + ";"),
]

# Near what is bad, and right.
GOOD = [
    "UPDATE dbo.plain SET id = 2 OUTPUT inserted.id WHERE id = 1;",
    "UPDATE dbo.watched SET id = 2 OUTPUT inserted.id INTO @ids WHERE id = 1;",
    "SELECT N'MERGE, SELECT * and JSON_MODIFY in a string' AS words; -- MERGE in a comment",
    "WITH c AS (SELECT id FROM dbo.plain) UPDATE p SET id = 2 FROM dbo.plain AS p INNER JOIN c ON c.id = p.id;",
    table("a", "o INT") + table("b", "p INT", foreign_key("f1", "p", "a"))
    + table("c", "q INT", foreign_key("f2", "q", "a", "ON DELETE NO ACTION"), "r INT", foreign_key("f3", "r", "b")),
    table("x", "a NVARCHAR(850) NULL") + "CREATE INDEX idx_x ON dbo.x (a);",
    table("x", "a NVARCHAR(850) NULL", "b NVARCHAR(MAX) NULL") + "CREATE INDEX idx_x ON dbo.x (a) INCLUDE (b);",
    table("x", "a INT NULL") + "CREATE UNIQUE INDEX UQ_x ON dbo.x (a) WHERE a IS NOT NULL;",
    table("x", "a INT NULL") + "CREATE UNIQUE INDEX UQ_x ON dbo.x (a, id);",
    "SELECT id FROM dbo.plain WHERE id IN (" + ", ".join("?" * 2100) + ");",
    "GO\n" + procedure("BEGIN TRY BEGIN TRANSACTION; DELETE FROM dbo.plain; COMMIT TRANSACTION; END TRY "
                       "BEGIN CATCH IF XACT_STATE() <> 0 ROLLBACK TRANSACTION; THROW; END CATCH;"),
    "GO\nCREATE TRIGGER dbo.t ON dbo.plain AFTER INSERT AS BEGIN SET NOCOUNT ON; "
    "UPDATE p SET name = N'x' FROM dbo.plain AS p INNER JOIN inserted AS i ON i.id = p.id; END;",
    "IF ERROR_NUMBER() IN (2601, 2627) PRINT N'again';",
]

# (what the fault says, C++ with a statement of the program's)
BAD_CPP = [
    ("LIMIT", 'connection.query("SELECT id FROM plain ORDER BY id LIMIT ?", {});'),
    ("RETURNING", 'connection.query("INSERT INTO plain (id) VALUES (?) "\n  "RETURNING id", {});'),
    ("ON CONFLICT", 'connection.execute("INSERT INTO plain (id) VALUES (?) ON CONFLICT DO NOTHING");'),
    ("||", 'connection.query("SELECT name || ? FROM plain");'),
    ("::", 'connection.query("SELECT id::text FROM plain");'),
    ("a boolean", 'connection.query("SELECT id FROM plain WHERE is_active = 1");'),
    ("error 334", 'const std::string s = "UPDATE watched SET id = ? " + more + " OUTPUT inserted.id WHERE id = ?";'),
    ("SELECT *", 'text = "SELECT * FROM plain";'),
    ("SUBSTR", 'case sql::Database::sqlserver:\n  return "SELECT SUBSTR(name, 1) FROM plain";'),
]
GOOD_CPP = [
    'case sql::Database::sqlite:\n  return "SELECT SUBSTR(name, 1, 2) FROM plain LIMIT 1";',
    'log::warning("nothing from {}: LIMIT", x);  // SELECT x LIMIT 1',
    'connection.query("SELECT SUBSTRING(name, 1, 2) FROM plain WHERE is_active = ?");',
]

# The contract's objects: every one exists under its name, with these parameters.
TABLES_OF_CONTRACT = """app_users app_sessions profiles workspaces documents document_contents document_chunks conversations
    messages analytics_daily workspace_databases insights_cache message_topics response_cache workspace_members api_keys jobs
    change_log audit_log schema_migrations""".split()
CONSTRAINTS_OF_CONTRACT = """FK_sessions_user FK_workspace_databases_workspace FK_chunks_document FK_chunks_workspace
    FK_insights_workspace FK_topics_workspace FK_cache_workspace UQ_workspace_topic CHK_db_type CHK_user_role
    CHK_messages_rag_score CHK_messages_feedback""".split()
INDEXES_OF_CONTRACT = """idx_sessions_token idx_sessions_user idx_sessions_expires idx_workspace_databases_workspace
    idx_document_chunks_document idx_document_chunks_workspace idx_message_topics_workspace idx_response_cache_workspace
    idx_response_cache_hash""".split()
TRIGGERS_OF_CONTRACT = {"trg_profiles_updated_at": "profiles", "trg_workspaces_updated_at": "workspaces",
                        "trg_workspace_databases_updated_at": "workspace_databases", "trg_messages_increment_count": "messages"}
VIEWS_OF_CONTRACT = ["vw_user_workspaces", "vw_workspace_stats", "vw_low_confidence_messages"]
PROCEDURES_OF_CONTRACT = {
    "sp_create_user": ["@email", "@password_hash", "@password_salt", "@full_name", "@role"],
    "sp_authenticate_user": ["@email", "@password_hash", "@ip_address", "@user_agent"],
    "sp_change_password": ["@user_id", "@password_hash", "@password_salt"],
    "sp_record_login": ["@user_id", "@succeeded", "@ip_address", "@user_agent"],
    "sp_calculate_workspace_insights": ["@workspace_id"],
    "sp_get_user_workspaces": ["@user_id"],
}


def scripts():
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(MIGRATIONS.glob("*.sql"))]


def statement_faults(source, tables):
    faults = []
    for line, text, _ in cpp_statements.statements_of(source):
        faults += [f"{line}: {fault}" for fault in rules.check_statement(text, tables)]
    return faults


class RulesCatch(unittest.TestCase):
    def test_bad_scripts(self):
        for says, script in BAD:
            with self.subTest(says=says, script=script[:90]):
                self.assertIn(says, "\n".join(rules.check_scripts([("0001_x.sql", HEAD + TABLES + script)])))

    def test_good_scripts(self):
        for script in GOOD:
            with self.subTest(script=script[:90]):
                self.assertEqual([], rules.check_scripts([("0001_x.sql", HEAD + TABLES + script)]))

    def test_missing_options(self):
        self.assertEqual(2, len(rules.check_scripts([("0001_x.sql", TABLES)])))

    def test_security_policy_in_an_optional_script(self):
        policy = "CREATE SECURITY POLICY dbo.f ADD FILTER PREDICATE dbo.fn(id) ON dbo.plain;"
        self.assertEqual([], rules.check_scripts([("0001_x.sql", HEAD + TABLES), ("9000_x.sql", HEAD + policy)]))

    def test_statements_of_the_program(self):
        tables = sql_text.read_schema([TABLES])
        for says, source in BAD_CPP:
            with self.subTest(says=says):
                self.assertIn(says, "\n".join(statement_faults(source, tables)))
        for source in GOOD_CPP:
            with self.subTest(source=source[:60]):
                self.assertEqual([], statement_faults(source, tables))


class ProjectKeeps(unittest.TestCase):
    maxDiff = None

    def test_migrations(self):
        self.assertGreaterEqual(len(scripts()), 4)
        self.assertEqual([], rules.check_scripts(scripts()))

    def test_numbers_of_migrations(self):
        names = [name for name, _ in scripts()]
        for name in names:
            self.assertRegex(name, r"^\d{4}_[a-z_]+\.sql$")
        applied = [int(name[:4]) for name in names if name < "9000"]
        self.assertEqual(sorted(set(applied)), applied)  # numbers are given out before: gaps are fine

    def test_statements_of_the_stores(self):
        tables = sql_text.read_schema([text for name, text in scripts() if name < "9000"])
        found, count = [], 0
        sources = [*(ROOT / "src/storage").glob("*.cc"), *(ROOT / "src/storage/sqlserver").glob("*.cc"), *(ROOT / "src/storage").glob("*.h"), *(ROOT / "src/sql").glob("*.cc")]
        for path in sorted(sources):
            if path.name.endswith(("_test.cc", "_fuzz.cc")):
                continue
            for line, text, chosen in cpp_statements.statements_of(path.read_text(encoding="utf-8")):
                count += 1
                faults = rules.check_statement(text, tables)
                # Text that is chosen by database stands beside the other databases' own.
                faults = [f for f in faults if not (chosen and f.split(":")[0] in rules.FOREIGN)]
                found += [f"{path.name}:{line}: {fault}" for fault in faults]
        self.assertGreater(count, 60)
        self.assertEqual([], found)


class EveryTableIsCovered(unittest.TestCase):
    """A table that is added is one that the application's login may use, and, of a workspace, one with its rows apart."""

    @classmethod
    def setUpClass(cls):
        cls.tables = set(sql_text.read_schema([text for name, text in scripts() if name < "9000"]))
        cls.of_workspaces = {
            table.name.lower() for table in sql_text.read_schema([t for n, t in scripts() if n < "9000"]).values()
            if any("workspace_id" in reference.columns for reference in table.references)}

    def test_by_the_grants_of_the_documents(self):
        for page in ("docs/sqlserver.md", "docs/sqlserver.fr.md"):
            granted = set(re.findall(r"^GRANT [A-Z, ]+ ON dbo\.(\w+) TO", (ROOT / page).read_text(encoding="utf-8"), re.M))
            # A migration's own bookkeeping is written by whoever runs the migration.
            self.assertEqual({"transfer_ranges"}, self.tables - granted, page)

    def test_by_row_level_security(self):
        [script] = [text for name, text in scripts() if name.startswith("9000")]
        covered = {table.lower() for table in re.findall(r"ADD FILTER PREDICATE [^\n]+ ON dbo\.(\w+)", script)}
        self.assertEqual(set(), self.of_workspaces - covered)


class ContractIsThere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = "\n".join(text for name, text in scripts() if name < "9000")
        cls.tables = sql_text.read_schema([text for name, text in scripts() if name < "9000"])

    def test_tables(self):
        self.assertLessEqual(set(TABLES_OF_CONTRACT), set(self.tables))

    def test_constraints_and_indexes(self):
        constraints = {name for table in self.tables.values() for name in table.constraint_names()}
        indexes = {name for table in self.tables.values() for name in table.index_names()}
        self.assertLessEqual(set(CONSTRAINTS_OF_CONTRACT), constraints)
        self.assertLessEqual(set(INDEXES_OF_CONTRACT), indexes)

    def test_triggers_and_views(self):
        for trigger, table_name in TRIGGERS_OF_CONTRACT.items():
            self.assertIn(trigger, self.tables[table_name].triggers)
        for view in VIEWS_OF_CONTRACT:
            self.assertRegex(self.text, rf"CREATE VIEW dbo\.{view}\b")

    def test_procedures_and_their_parameters(self):
        for name, wanted in PROCEDURES_OF_CONTRACT.items():
            head = re.search(rf"CREATE PROCEDURE dbo\.{name}\b(.*?)\nAS\n", self.text, re.DOTALL)
            self.assertIsNotNone(head, name)
            found = re.findall(r"(@\w+) \w+[^,\n]*", head[1])
            self.assertEqual(wanted, found[: len(wanted)])
            for more in found[len(wanted) :]:  # whoever calls as the contract says need not know of them
                self.assertRegex(head[1], rf"{more} [^,\n]*= ")

    def test_the_stores_call_them_with_their_parameters(self):
        called = {}
        for path in (ROOT / "src/storage").glob("*.cc"):
            for _, text, _ in cpp_statements.statements_of(path.read_text(encoding="utf-8")):
                for name, rest in re.findall(r"EXEC dbo\.(sp_\w+)(.*)", text, re.DOTALL):
                    called[name] = re.findall(r"(@\w+) =", rest)
        self.assertEqual(set(PROCEDURES_OF_CONTRACT), set(called))
        for name, parameters in called.items():
            head = re.search(rf"CREATE PROCEDURE dbo\.{name}\b(.*?)\nAS\n", self.text, re.DOTALL)
            self.assertLessEqual(set(parameters), set(re.findall(r"@\w+", head[1])), name)


if __name__ == "__main__":
    unittest.main()
