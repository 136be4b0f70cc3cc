"""Reads SQL as far as the checks need: batches, tokens without comments, tables with their keys.

It is no SQL parser: it knows the statements that db/migrations uses, in its three dialects, and
raises Unreadable on a CREATE TABLE that it does not understand rather than overlook something.
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<string>N?'(?:[^']|'')*')
    |(?P<word>[@#A-Za-z_\[][\w@#$\]]*)|(?P<quoted>"[^"]*")|(?P<number>\d+(?:\.\d+)?)|(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
MAX_BYTES = float("inf")


class Unreadable(Exception):
    pass


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int

    @property
    def word(self):
        """Upper case for keywords and names; strings never equal a keyword."""
        return self.text.strip('[]"').upper() if self.kind in ("word", "quoted") else self.text


def tokens_of(text, line=1):
    found = []
    for match in TOKEN.finditer(text):
        if match.lastgroup not in ("space", "comment"):
            found.append(Token(match.lastgroup, match[0], line))
        line += match[0].count("\n")
    return found


def batches_of(text):
    """(first line, text) of each batch between lines of GO; empty ones left out."""
    batches, start, lines = [], 1, []
    for number, line in enumerate(text.splitlines() + ["GO"], 1):
        if line.strip().upper() == "GO":
            if tokens_of("\n".join(lines)):
                batches.append((start, "\n".join(lines)))
            start, lines = number + 1, []
        else:
            lines.append(line)
    return batches


def phrase(tokens, *words):
    """Where these words stand in a row; every place."""
    return [
        at
        for at in range(len(tokens) - len(words) + 1)
        if all(tokens[at + i].word == word for i, word in enumerate(words))
    ]


def group(tokens, at):
    """The tokens inside the parenthesis at `at`, and the place behind it."""
    depth = 0
    for end in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[end].text, 0)
        if depth == 0:
            return tokens[at + 1 : end], end + 1
    raise Unreadable(f"line {tokens[at].line}: a parenthesis is not closed")


def split(tokens, separator=","):
    """The parts between separators outside of parentheses."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def name_at(tokens, at):
    """A name without its schema, in lower case, and the place behind it."""
    if [token.word for token in tokens[at : at + 3]] == ["IF", "NOT", "EXISTS"]:
        at += 3
    if at + 2 < len(tokens) and tokens[at + 1].text == ".":
        at += 2
    return tokens[at].word.lower(), at + 1


@dataclass
class Key:
    """A primary key, a unique constraint or an index."""

    name: str
    columns: list
    line: int
    unique: bool = False
    clustered: bool = False
    primary: bool = False
    filtered: bool = False
    constraint: bool = True


@dataclass
class Reference:
    name: str
    columns: list
    target: str
    cascades: bool
    line: int


@dataclass
class Table:
    name: str
    line: int
    columns: dict = field(default_factory=dict)  # name: (bytes as a key column, may be NULL)
    keys: list = field(default_factory=list)
    references: list = field(default_factory=list)
    checks: list = field(default_factory=list)
    inline_index: bool = False
    triggers: list = field(default_factory=list)

    def constraint_names(self):
        named = [k.name for k in self.keys if k.constraint] + [r.name for r in self.references] + self.checks
        return {name for name in named if name}

    def index_names(self):
        return {key.name for key in self.keys if not key.constraint}


WIDTHS = {"UNIQUEIDENTIFIER": 16, "INT": 4, "BIGINT": 8, "SMALLINT": 2, "TINYINT": 1, "BIT": 1, "FLOAT": 8,
          "DATE": 3, "DATETIMEOFFSET": 10, "DATETIME2": 8}


def column_width(tokens):
    kind = tokens[0].word
    if kind in WIDTHS:
        return WIDTHS[kind]
    if kind in ("NVARCHAR", "NCHAR", "VARCHAR", "CHAR", "VARBINARY", "BINARY"):
        size = tokens[2].word if len(tokens) > 2 and tokens[1].text == "(" else "1"
        return MAX_BYTES if size == "MAX" else int(size) * (2 if kind.startswith("N") else 1)
    return MAX_BYTES


def column_names(tokens):
    return [part[0].word.lower() if len(part) < 3 or part[1].text != "(" else None for part in split(tokens)]


def read_reference(tokens, at, name, columns):
    target, end = name_at(tokens, at + 1)
    return Reference(name, columns, target, bool(phrase(tokens[end:], "ON", "DELETE", "CASCADE")), tokens[at].line)


def read_constraint(table, tokens, name):
    kind, words = tokens[0].word, [token.word for token in tokens]
    if kind == "CHECK":
        table.checks.append(name)
    elif kind in ("PRIMARY", "UNIQUE"):
        columns, _ = group(tokens, words.index("("))
        clustered = "CLUSTERED" in words or (kind == "PRIMARY" and "NONCLUSTERED" not in words)
        table.keys.append(Key(name, column_names(columns), tokens[0].line, True, clustered, kind == "PRIMARY"))
    elif kind == "FOREIGN":
        columns, _ = group(tokens, words.index("("))
        table.references.append(read_reference(tokens, words.index("REFERENCES"), name, column_names(columns)))
    else:
        raise Unreadable(f"line {tokens[0].line}: {kind} is no constraint that is known here")


def read_column(table, tokens):
    name, words = tokens[0].word.lower(), [token.word for token in tokens]
    primary = bool(phrase(tokens, "PRIMARY", "KEY"))
    if words[1] == "AS":  # computed: as wide as the widest column of its expression
        used = [table.columns[w.lower()] for w in words[2:] if w.lower() in table.columns]
        table.columns[name] = (max(width for width, _ in used), True)
    else:
        table.columns[name] = (column_width(tokens[1:]), not primary and not phrase(tokens, "NOT", "NULL"))
    named = ""
    for at, word in enumerate(words[1:], 1):
        if word == "CONSTRAINT":
            named = tokens[at + 1].text
        elif word == "PRIMARY" or word == "UNIQUE":
            clustered = word == "PRIMARY" and "NONCLUSTERED" not in words
            table.keys.append(Key(named, [name], tokens[at].line, True, clustered, word == "PRIMARY"))
        elif word == "REFERENCES":
            table.references.append(read_reference(tokens, at, named, [name]))
        elif word == "CHECK" and named:
            table.checks.append(named)
        elif word == "INDEX":
            table.inline_index = True


def read_part(table, part):
    first = part[0].word
    if first == "CONSTRAINT":
        read_constraint(table, part[2:], part[1].text)
    elif first in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
        read_constraint(table, part, "")
    elif first == "INDEX":
        table.inline_index = True
    else:
        read_column(table, part)


def read_table(tokens, at):
    name, at = name_at(tokens, at)
    body, _ = group(tokens, at)
    table = Table(name, tokens[at].line)
    for part in split(body):
        read_part(table, part)
    return table


def statement_at(tokens, at):
    """The tokens from `at` to the semicolon that ends their statement, or to the end."""
    return split(tokens[at:], ";")[0]


def added_parts(statement):
    """What ALTER TABLE … ADD adds: the columns and constraints, without the word ADD."""
    adds = [i for i, token in enumerate(statement) if token.word == "ADD"]
    if not adds:
        return []
    parts = []
    for part in split(statement[adds[0] :]):
        words = [token.word for token in part]
        start = 1 if words[0] == "ADD" else 0
        start += 1 if words[start] == "COLUMN" else 0
        start += 3 if words[start : start + 3] == ["IF", "NOT", "EXISTS"] else 0
        parts.append(part[start:])
    return parts


def read_index(tokens, at, tables):
    """CREATE [UNIQUE] [CLUSTERED | NONCLUSTERED] INDEX name ON table (…) [WHERE …], from CREATE on."""
    index = next(i for i in range(at, at + 5) if tokens[i].word == "INDEX")
    kinds = {token.word for token in tokens[at:index]}
    on = next(i for i in range(index, len(tokens)) if tokens[i].word == "ON")
    name = tokens[on - 1].text
    table, open_at = name_at(tokens, on + 1)
    while tokens[open_at].text != "(":  # PostgreSQL: USING gin
        open_at += 1
    columns, end = group(tokens, open_at)
    rest = [token.word for token in tokens[end:]]
    if table not in tables:
        raise Unreadable(f"line {tokens[at].line}: an index on {table}, which is no table")
    stop = min((rest.index(word) for word in (";", "CREATE", "GO") if word in rest), default=len(rest))
    tables[table].keys.append(
        Key(name, column_names(columns), tokens[at].line, "UNIQUE" in kinds, "CLUSTERED" in kinds,
            filtered="WHERE" in rest[:stop], constraint=False))


def read_schema(texts):
    """{name: Table} of scripts that are run one after another."""
    tables = {}
    for text in texts:
        tokens = tokens_of(text)
        # UNLOGGED is PostgreSQL's.
        for at in phrase(tokens, "CREATE", "TABLE") + phrase(tokens, "CREATE", "UNLOGGED", "TABLE"):
            at += 2 if tokens[at + 1].word == "TABLE" else 3
            if tokens[at].text.startswith("#"):
                continue
            table = read_table(tokens, at)
            tables[table.name] = table
        for at in phrase(tokens, "ALTER", "TABLE"):
            name, end = name_at(tokens, at + 2)
            for part in added_parts(statement_at(tokens, end)) if name in tables else []:
                read_part(tables[name], part)
        for at in [i for i, token in enumerate(tokens) if token.word == "INDEX"]:
            back = next((i for i in range(at, max(at - 4, -1), -1) if tokens[i].word == "CREATE"), None)
            if back is not None:
                read_index(tokens, back, tables)
        for at in phrase(tokens, "CREATE", "TRIGGER"):
            name, end = name_at(tokens, at + 2)
            on = next((i for i in range(end, len(tokens)) if tokens[i].word == "ON"), None)
            if on is not None:
                table, _ = name_at(tokens, on + 1)
                if table in tables and name not in tables[table].triggers:  # made again by a later migration
                    tables[table].triggers.append(name)
    return tables
