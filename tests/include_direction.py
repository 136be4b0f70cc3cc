#!/usr/bin/env python3
"""Fails on an include that goes against the table of rooms in src/README.md.

The table there is the rule: each row names a room and the rooms it may include. A room may always
include itself. The transitive closure of a room's dependencies is allowed, because what a room is
built on (base, domain) is everybody's.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
row = re.compile(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|$")
allowed = {}
for line in (root / "src/README.md").read_text(encoding="utf-8").splitlines():
    if match := row.match(line):
        allowed[match[1]] = re.findall(r"`(\w+)`", match[2])
rooms = {path.name for path in (root / "src").iterdir() if path.is_dir()}
errors = [f"src/{room} is not in the table of src/README.md" for room in sorted(rooms - allowed.keys())]


def closure(room):
    reached, todo = set(), [room]
    while todo:
        for other in allowed.get(todo.pop(), []):
            if other == "everything":
                return rooms
            if other not in reached:
                reached.add(other)
                todo.append(other)
    return reached | {room}


files = 0
for room in sorted(rooms):
    may = closure(room)
    for path in sorted((root / "src" / room).rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        files += 1
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := re.match(r'\s*#\s*include\s*"(\w+)/', line):
                if match[1] in rooms and match[1] not in may:
                    errors.append(f"{path.relative_to(root)}:{number}: {room} must not include {match[1]}")
if not files:
    errors.append("no source file was found")
print("\n".join(errors) or f"{files} files follow the table")
sys.exit(bool(errors))
