"""What T-SQL of this project keeps to: SQL Server 2016 SP1 and Babelfish 4.2 must both take it, and
what only the former refuses (two cascade paths, OUTPUT beside a trigger, wide keys) is found here.

check_scripts() is for migrations, check_statement() for one statement of the program's.
"""
import re

from sql_text import Unreadable, batches_of, group, name_at, phrase, read_schema, split, statement_at, tokens_of

CLUSTERED_BYTES, NONCLUSTERED_BYTES, KEY_COLUMNS = 900, 1700, 32
MOST_PARAMETERS, MOST_ROWS = 2100, 1000
# Known to both servers; anything else is a collation that one of them lacks.
COLLATIONS = {"LATIN1_GENERAL_100_BIN2", "LATIN1_GENERAL_CI_AS", "LATIN1_GENERAL_CI_AI"}

# A run of words and what is wrong with it.
BANNED = [
    ("MERGE", "use UPDATE, then INSERT where @@ROWCOUNT = 0"),
    ("CREATE OR", "CREATE OR ALTER: use DROP … IF EXISTS, then CREATE"),
    ("JSON_MODIFY", "Babelfish turns numbers into strings: build JSON in the program"),
    ("WITHIN GROUP", "unknown to SQL Server 2016 and Babelfish"),
    ("PIVOT", "unknown to Babelfish: use CASE"),
    ("UNPIVOT", "unknown to Babelfish: use CROSS APPLY or UNION ALL"),
    ("SYSTEM_VERSIONING", "temporal tables are unknown to Babelfish"),
    ("SYSTEM_TIME", "temporal tables are unknown to Babelfish"),
    ("SYNONYM", "synonyms are unknown to Babelfish"),
    ("SECURITY POLICY", "only in the optional script: Babelfish has none"),
    ("SELECT *", "name the columns"),
    ("@@IDENTITY", "counts inserts of triggers too: use SCOPE_IDENTITY()"),
    ("SYS . INDEXES", "names of indexes are others on Babelfish"),
    ("INSTEAD OF", "not allowed on tables that cascade"),
    ("WAITFOR", "no waiting in a statement"),
    ("ONLINE", "Enterprise edition only"),
    ("XP_CMDSHELL", "never"),
]
# Functions that SQL Server 2016 does not have.
TOO_NEW = {"STRING_AGG", "CONCAT_WS", "TRANSLATE", "TRIM", "GREATEST", "LEAST", "DATETRUNC", "DATE_BUCKET", "GENERATE_SERIES",
           "JSON_OBJECT", "JSON_ARRAY", "JSON_PATH_EXISTS", "APPROX_COUNT_DISTINCT", "BIT_COUNT", "REGEXP_LIKE"}
# Words of the other databases' SQL.
FOREIGN = {"LIMIT": "use append_limit", "RETURNING": "use OUTPUT or a second statement", "ILIKE": "use a collation",
           "AUTOINCREMENT": "IDENTITY", "GLOB": "use LIKE", "SUBSTR": "SUBSTRING", "LENGTH": "LEN or DATALENGTH",
           "GROUP_CONCAT": "no such function", "IFNULL": "COALESCE", "STRFTIME": "no such function",
           "NOW": "bind the time", "TO_CHAR": "CONVERT", "JSONB": "NVARCHAR(MAX)", "JSON_VALID": "ISJSON",
           "RANDOMBLOB": "NEWID", "USING": "JOIN … ON", "NULLS": "order by a CASE", "FILTER": "SUM(CASE …)",
           "EXCEPTION": "TRY … CATCH", "BOOLEAN": "BIT", "TRUE": "bind a parameter", "FALSE": "bind a parameter"}


def check_words(tokens):
    faults = []
    for banned, why in BANNED:
        words = banned.split()
        for at in phrase(tokens, *words):
            if banned == "CREATE OR" and tokens[at + 2 :][:1] and tokens[at + 2].word != "ALTER":
                continue
            faults.append((tokens[at].line, f"{banned}: {why}"))
    for at, token in enumerate(tokens):
        follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if token.word in TOO_NEW and follows == "(" and token.kind == "word":
            faults.append((token.line, f"{token.word}: SQL Server 2016 has no such function"))
        if token.word == "COLLATE" and at + 1 < len(tokens) and tokens[at + 1].word not in COLLATIONS:
            faults.append((token.line, f"collation {tokens[at + 1].text}: not one that both servers know"))
    numbers = {token.text for token in tokens if token.kind == "number"}
    if len(numbers & {"2601", "2627"}) == 1:
        faults.append((tokens[0].line, "errors 2601 and 2627 say the same: look for both"))
    return faults


def check_updatable_ctes(tokens):
    """WITH name AS (…) UPDATE name."""
    faults = []
    for at in phrase(tokens, "AS"):
        if at >= 2 and tokens[at - 2].word in ("WITH", ",") and at + 1 < len(tokens) and tokens[at + 1].text == "(":
            _, end = group(tokens, at + 1)
            rest = [token.word for token in tokens[end : end + 3]]
            name = tokens[at - 1].word
            if rest[:2] == ["UPDATE", name] or rest[:2] == ["DELETE", name] or rest[:3] == ["DELETE", "FROM", name]:
                faults.append((tokens[at].line, f"{name.lower()}: a common table expression is changed, which Babelfish cannot"))
    return faults


def check_output(tokens, tables):
    """Error 334: OUTPUT without INTO on a table with a trigger."""
    faults = []
    for start, token in enumerate(tokens):
        if token.word not in ("INSERT", "UPDATE", "DELETE") or start + 1 == len(tokens) or tokens[start - 1 : start] and \
                tokens[start - 1].word in ("AFTER", ",", "ON", "FOR"):
            continue
        statement = statement_at(tokens, start)
        at = 2 if statement[1].word in ("INTO", "FROM") else 1
        if at >= len(statement):
            continue
        target, _ = name_at(statement, at)
        words = [part.word for part in statement]
        if target not in tables and "FROM" in words[at:]:  # an alias: look it up
            for i in range(at, len(statement) - 1):
                if statement[i + 1].word.lower() == target and statement[i].word.lower() in tables:
                    target = statement[i].word.lower()
                if statement[i].word == "AS" and statement[i + 1].word.lower() == target:
                    target = statement[i - 1].word.lower()
        if "OUTPUT" in words and target in tables and tables[target].triggers:
            rest = words[words.index("OUTPUT") :]
            stop = min((rest.index(w) for w in ("VALUES", "SELECT", "FROM", "WHERE") if w in rest), default=len(rest))
            if "INTO" not in rest[:stop]:
                faults.append((token.line, f"OUTPUT without INTO on {target}, which has a trigger (error 334)"))
    return faults


def check_sizes(tokens):
    faults = []
    if sum(token.text == "?" for token in tokens) > MOST_PARAMETERS:
        faults.append((tokens[0].line, f"more than {MOST_PARAMETERS} parameters"))
    for at in phrase(tokens, "VALUES"):
        if len([part for part in split(statement_at(tokens, at)[1:]) if part[0].text == "("]) > MOST_ROWS:
            faults.append((tokens[at].line, f"VALUES of more than {MOST_ROWS} rows (error 10738)"))
    return faults


def check_alter_table(tokens):
    faults = []
    for at in phrase(tokens, "ALTER", "TABLE"):
        statement = statement_at(tokens, at)
        if "ADD" in (token.word for token in statement) and len(split(statement)) > 1:
            faults.append((tokens[at].line, "ALTER TABLE adds several things at once: one statement each"))
    return faults


def check_cascades(tables):
    """Error 1785: from one table, a delete reaches another by two ways, or comes back to itself."""
    edges = {}
    for table in tables.values():
        for reference in table.references:
            if reference.cascades:
                edges.setdefault(reference.target, []).append((table.name, reference))
    faults = []

    def walk(start, here, seen, path):
        for target, reference in edges.get(here, []):
            if target == start or target in path:
                faults.append((reference.line, f"{reference.name or 'a foreign key'}: a delete in {start} comes back to {target} (error 1785)"))
                continue
            if target in seen:
                faults.append((reference.line, f"{reference.name or 'a foreign key'}: a delete in {start} reaches {target} by two ways (error 1785)"))
                continue
            seen.add(target)
            walk(start, target, seen, path + [target])

    for start in tables:
        walk(start, start, set(), [start])
    return sorted(set(faults))


def check_keys(tables):
    faults = []
    for table in tables.values():
        primary = {column for key in table.keys if key.primary for column in key.columns}
        if table.inline_index:
            faults.append((table.line, f"{table.name}: an index inside CREATE TABLE: use CREATE INDEX"))
        if sum(key.clustered for key in table.keys) > 1:
            faults.append((table.line, f"{table.name}: two clustered keys (PRIMARY KEY is one unless it says NONCLUSTERED)"))
        for key in table.keys:
            unknown = [column for column in key.columns if column not in table.columns]
            if unknown:
                faults.append((key.line, f"{key.name}: {unknown[0]} is no column of {table.name}: an expression wants a computed one"))
                continue
            width = sum(table.columns[column][0] for column in key.columns)
            most = CLUSTERED_BYTES if key.clustered else NONCLUSTERED_BYTES
            if width > most or len(key.columns) > KEY_COLUMNS:
                faults.append((key.line, f"{key.name}: a key of {width} bytes, {most} are allowed"))
            nullable = any(table.columns[column][1] for column in key.columns)
            if key.unique and not key.filtered and nullable and not (primary and primary <= set(key.columns)):
                faults.append((key.line, f"{key.name}: unique with a column that may be NULL, which only one row may be"))
            if not key.name:
                faults.append((key.line, f"{table.name}: a key without a name"))
    return faults


CREATED = {"PROCEDURE", "PROC", "TRIGGER", "VIEW", "FUNCTION", "SCHEMA"}


def check_batch(tokens):
    faults = []
    creates = [i for i in range(len(tokens) - 1) if tokens[i].word == "CREATE" and tokens[i + 1].word in CREATED]
    if creates and (creates[0] != 0 or len(creates) > 1):
        faults.append((tokens[creates[-1]].line, f"CREATE {tokens[creates[-1] + 1].text} must stand alone in its batch"))
    for at, token in enumerate(tokens[:-1]):
        if token.word == "CREATE" and tokens[at + 1].word in CREATED | {"TABLE"}:
            if tokens[at + 3 : at + 4] and tokens[at + 3].text != "." and not tokens[at + 2].text.startswith("#") \
                    and tokens[at + 1].word != "SCHEMA":
                faults.append((token.line, f"{tokens[at + 2].text}: say its schema (dbo.)"))
    if creates and tokens[1].word in ("PROCEDURE", "PROC", "TRIGGER"):
        faults += check_routine(tokens)
    return faults


def check_routine(tokens):
    faults, line = [], tokens[0].line
    name = name_at(tokens, 2)[0]
    words = [token.word for token in tokens]
    if not phrase(tokens, "SET", "NOCOUNT", "ON"):
        faults.append((line, f"{name}: SET NOCOUNT ON is missing"))
    if "TRIGGER" in words[:2]:
        for at in phrase(tokens, "FROM", "INSERTED") + phrase(tokens, "FROM", "DELETED"):
            select = max((i for i in phrase(tokens[:at], "SELECT")), default=at)
            if any(token.text.startswith("@") for token in tokens[select:at]):
                faults.append((tokens[at].line, f"{name}: reads one row of many into a variable"))
        if "CURSOR" in words:
            faults.append((line, f"{name}: a trigger works on all rows at once, without a cursor"))
        return faults
    if {"INSERT", "UPDATE", "DELETE"} & set(words) and not phrase(tokens, "SET", "XACT_ABORT", "ON"):
        faults.append((line, f"{name}: writes without SET XACT_ABORT ON"))
    if phrase(tokens, "BEGIN", "TRANSACTION") and not (phrase(tokens, "BEGIN", "CATCH") and "THROW" in words):
        faults.append((line, f"{name}: a transaction without TRY … CATCH and THROW"))
    if "RAISERROR" in words:
        faults.append((line, f"{name}: THROW instead of RAISERROR"))
    return faults


def check_scripts(scripts):
    """[(file name, text)] in order -> ["file:line: fault"]. Files from 9000 on are optional scripts."""
    found = []
    tables = {}
    for name, text in scripts:
        optional = re.match(r"9\d\d\d_", name) is not None
        faults = []
        tokens = tokens_of(text)
        for number, line in enumerate(text.splitlines(), 1):
            if not line.isascii():
                faults.append((number, "not ASCII: SSMS takes a file without a mark for the system's code page"))
            if re.search(r"datetimeoffset\s*\(\s*7\s*\)", line, re.IGNORECASE) and "--" not in line.split("(")[0]:
                faults.append((number, "DATETIMEOFFSET(7): Babelfish refuses the 7 in a routine; it is the default"))
        batches = batches_of(text)
        first = tokens_of(batches[0][1]) if batches else []
        keeps = [token.word for at, token in enumerate(tokens) if at and tokens[at - 1].word == "CREATE"]
        for option in ("ANSI_NULLS", "QUOTED_IDENTIFIER"):
            if (CREATED & set(keeps) or name.startswith("0001_")) and not phrase(first, "SET", option, "ON"):
                faults.append((1, f"the first batch does not SET {option} ON, which routines keep"))
        try:
            alone = read_schema([text]) if not tables else read_schema([t for n, t in scripts if n <= name])
            tables = alone if not optional else tables
            faults += check_words(tokens) + check_updatable_ctes(tokens) + check_output(tokens, tables)
            faults += check_sizes(tokens) + check_alter_table(tokens)
            for start, batch in batches:
                faults += check_batch(tokens_of(batch, start))
        except Unreadable as error:
            faults.append((1, str(error)))
        if optional:
            faults = [fault for fault in faults if not fault[1].startswith("SECURITY POLICY")]
        found += [f"{name}:{line}: {fault}" for line, fault in faults]
    return found + [f"line {line}: {fault}" for line, fault in check_cascades(tables) + check_keys(tables)]


def check_statement(text, tables):
    """A statement of the program, with ? for its parameters -> ["fault"]."""
    tokens = tokens_of(text)
    if not tokens:
        return []
    faults = check_words(tokens) + check_updatable_ctes(tokens) + check_output(tokens, tables) + check_sizes(tokens)
    for at, token in enumerate(tokens):
        if token.word in FOREIGN and token.kind == "word" and (tokens[at - 1].text != "." or at == 0):
            faults.append((token.line, f"{token.word}: {FOREIGN[token.word]}"))
        pair = token.text + (tokens[at + 1].text if at + 1 < len(tokens) else "")
        if pair in ("||", "::", "->", "@>"):
            faults.append((token.line, f"{pair}: no operator of T-SQL's"))
    if phrase(tokens, "ON", "CONFLICT"):
        faults.append((1, "ON CONFLICT: UPDATE, then INSERT where no row was changed"))
    if re.search(r"\b(is_\w+|cached|email_verified|succeeded)\s*(=|<>)\s*[01]\b", text):
        faults.append((1, "a boolean compared with 0 or 1: bind it, PostgreSQL has no such comparison"))
    return [fault for _, fault in faults]
