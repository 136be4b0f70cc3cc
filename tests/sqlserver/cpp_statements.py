"""The SQL that C++ sources hold in string literals, as SQL Server will see it."""
import re

PIECE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((?P<raw>.*?)\)\1"|"(?P<text>(?:[^"\\\n]|\\.)*)"|\'(?:[^\'\\]|\\.)\'|(?P<end>[;{}])|(?P<line>\n)'
                   r"|(?P<case>case\s+[\w:]*Database::(?P<of>\w+)|default\s*:)|(?P<database>Database::\w+)|(?P<other>.)", re.DOTALL)
LOOKS_LIKE_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|ORDER BY|EXEC|JOIN|AND [a-z]+\.|CASE WHEN|LIKE)\b")


def statements_of(source):
    """(line, text, chosen): text between C++'s ; { }, literals joined; chosen where it says Database::."""
    found, pieces, line, start, branch, chosen = [], [], 1, 1, None, False
    joined = False

    def finish():
        nonlocal pieces, chosen, joined
        text = "".join(pieces)
        if LOOKS_LIKE_SQL.search(text) and branch not in ("sqlite", "postgres"):
            found.append((start, text, chosen or branch == "sqlserver"))
        pieces, chosen, joined = [], False, False

    for match in PIECE.finditer(source):
        kind = match.lastgroup if match.lastgroup != "of" else "case"
        text = match["raw"] if match["raw"] is not None else match["text"]
        if text is not None:
            if not pieces:
                start = line
            if pieces and joined:
                pieces.append(" ")
            pieces.append(text.replace('\\"', '"').replace("\\\\", "\\").replace("\\n", "\n"))
            joined = False
        elif kind == "end":
            finish()
            if match["end"] == "}" and source[max(match.start() - 1, 0)] == "\n":
                branch = None
        elif match["case"]:
            finish()
            branch = match["of"]
        elif match["database"]:
            chosen = True
        elif match["other"] and not match["other"].isspace():
            joined = True  # something stands between two literals
        line += match[0].count("\n")
    return found
