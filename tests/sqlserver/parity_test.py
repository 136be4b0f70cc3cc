#!/usr/bin/env python3
"""The three dialects' schemas say the same: tables, columns, and constraints and indexes by name.

What one of them has or lacks for a reason of its own stands in the tables below, with the reason.
"""
import pathlib
import re
import unittest

import sql_text

MIGRATIONS = pathlib.Path(__file__).resolve().parents[2] / "db/migrations"

# A computed column that the list's order is indexed by; the others index the expression.
COLUMNS_ONLY_IN = {"sqlserver": {("conversations", "latest_at")}}
# SQL Server: the clustered index holds the messages themselves, so figures have one of their own.
INDEXES_ONLY_IN = {"sqlserver": {"idx_messages_figures"}}
# A UNIQUE constraint of SQL Server's would let one row be without a key: there it is a filtered index.
CONSTRAINT_AS_INDEX = {"sqlserver": {"uq_workspaces_api_key"}}
# Checks that the others have within a column's type: jsonb, boolean, uuid.
TYPE_CHECKS = re.compile(r"chk_\w+_(allowed_domains|rag_config|widget_config|allowed_tables|metadata|sources|"
                         r"order_tracking|sample_questions|payload|detail|figures|daily_counts|variants|events|"
                         r"descriptions|examples|parameters)$")

# Each finds words in its own way (src/storage/search_index.h).
ITS_OWN = re.compile(r"search_\w+$|trg_\w+_search\w*$")


def scripts_of(dialect):
    return [path.read_text(encoding="utf-8") for path in sorted((MIGRATIONS / dialect).glob("[0-8]*.sql"))]


def read(dialect):
    texts = scripts_of(dialect)
    if dialect == "postgres":
        # pg_temp.want() adds a constraint where it is missing; other functions and blocks aside.
        want = re.compile(r"SELECT pg_temp\.want\('(\w+)', '(\w+)',\s*('((?:[^']|'')*)'|\$\$(.*?)\$\$)\)", re.DOTALL)
        texts = [want.sub(lambda m: f"ALTER TABLE {m[1]} ADD CONSTRAINT {m[2]} " + (m[4] or m[5]), text) for text in texts]
        texts = [re.sub(r"\$\$.*?\$\$", "''", text, flags=re.DOTALL) for text in texts]
    return {name: table for name, table in sql_text.read_schema(texts).items() if not ITS_OWN.match(name)}


class Parity(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dialects = {name: read(name) for name in ("sqlite", "sqlserver", "postgres") if scripts_of(name)}
        self.assertGreaterEqual(len(self.dialects), 2)

    def same(self, what):
        base = what("sqlite", self.dialects["sqlite"])
        for dialect, schema in self.dialects.items():
            with self.subTest(dialect=dialect):
                self.assertEqual(base, what(dialect, schema))

    def test_tables(self):
        self.same(lambda _, schema: sorted(schema))

    def test_columns(self):
        self.same(lambda dialect, schema: sorted(
            {(table.name, column) for table in schema.values() for column in table.columns}
            - COLUMNS_ONLY_IN.get(dialect, set())))

    def test_constraints(self):
        def named(dialect, schema):
            found = {name.lower() for table in schema.values() for name in table.constraint_names()}
            found |= CONSTRAINT_AS_INDEX.get(dialect, set())
            # SQLite names no primary key of one column.
            return sorted(name for name in found if not TYPE_CHECKS.match(name) and
                          (not name.startswith("pk_") or name in ("pk_workspace_members", "pk_workspace_invitations")))
        self.same(named)

    def test_indexes(self):
        self.same(lambda dialect, schema: sorted(
            {name.lower() for table in schema.values() for name in table.index_names()}
            - INDEXES_ONLY_IN.get(dialect, set()) - CONSTRAINT_AS_INDEX.get(dialect, set())))

    def test_foreign_keys(self):
        self.same(lambda _, schema: sorted(
            (table.name, key.name.lower(), tuple(key.columns), key.target)
            for table in schema.values() for key in table.references))

    def test_triggers_and_views(self):
        def views(dialect):
            return sorted(set(re.findall(r"CREATE (?:OR REPLACE )?VIEW (?:dbo\.)?(\w+)", "\n".join(scripts_of(dialect)))))
        for dialect in self.dialects:
            with self.subTest(dialect=dialect):
                self.assertEqual(views("sqlite"), views(dialect))
                if dialect == "sqlserver":
                    self.assertEqual(*(sorted(t for table in schema.values() for t in table.triggers if not ITS_OWN.match(t))
                                       for schema in (self.dialects["sqlite"], self.dialects["sqlserver"])))


if __name__ == "__main__":
    unittest.main()
