"""How long a switch interrupts: somebody keeps writing to the source during `run` and during `sync`; then the writer
stops, and the clock runs until `sync` has ended with both sides in agreement. Called by switch.sh: PROGRAM PLACE POSTGRES
MESSAGES."""
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

PROGRAM, PLACE, SERVER, MESSAGES = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "supabase"
SOURCE = re.sub(r"/[^/]*$", "/source", SERVER)
TARGETS = {"SQLite": f"sqlite:{PLACE}/target/monitora.db", "PostgreSQL": re.sub(r"/[^/]*$", "/target", SERVER)}
PASSES_WHILE_WRITING = 4

# One visitor's turn, a thumb on an older answer, and now and then a conversation that is deleted.
TURN = """
WITH c AS (SELECT id FROM conversations OFFSET {offset} LIMIT 1)
INSERT INTO messages (id, conversation_id, role, content) SELECT gen_random_uuid(), id, 'user', 'Encore une question {n}' FROM c
UNION ALL SELECT gen_random_uuid(), id, 'assistant', 'Une réponse {n}' FROM c;
UPDATE messages SET feedback = 1 WHERE id = (SELECT id FROM messages WHERE role = 'assistant' OFFSET {offset} LIMIT 1);
"""
DELETION = "DELETE FROM conversations WHERE id = (SELECT id FROM conversations OFFSET {offset} LIMIT 1);"


def psql(url, text):
    return subprocess.run(["psql", "-X", "-q", "-tA", "-v", "ON_ERROR_STOP=1", "-c", text, url], check=True, capture_output=True,
                          text=True).stdout.strip()


class Writer:
    """Writes about a hundred times a second until it is stopped."""

    def __init__(self):
        self.turns, self.stopped = 0, threading.Event()
        self.psql = subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", SOURCE], stdin=subprocess.PIPE, text=True,
                                     stdout=subprocess.DEVNULL)
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        while not self.stopped.wait(0.01):
            offset = self.turns * 7 % 1000
            text = TURN.format(n=self.turns, offset=offset) + (DELETION.format(offset=offset) if self.turns % 50 == 0 else "")
            self.psql.stdin.write(text)
            self.psql.stdin.flush()
            self.turns += 1

    def stop(self):
        """What was written is committed when this returns."""
        self.stopped.set()
        self.thread.join()
        self.psql.stdin.close()
        if self.psql.wait() != 0:
            sys.exit("the writer failed")


def command(name, url):
    return dict(args=[PROGRAM, "migrate", name, "--from", SOURCE, "--to", url], cwd=PLACE, text=True,
                env={"PATH": os.environ["PATH"], "LANG": "en", "DATA_DIR": str(PLACE / "data")})


def migrate(name, url, *codes):
    """Seconds."""
    began = time.monotonic()
    done = subprocess.run(**command(name, url), capture_output=True)
    if done.returncode not in codes:
        sys.exit(f"{name}: {done.returncode} {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - began


def switch(url, writer):
    """The seconds of each pass, and those from the writer's end to that of `sync`."""
    said, passes, stopped = [], [], None
    with open(PLACE / "report", "w+") as report:
        sync = subprocess.Popen(**command("sync", url), stdout=report, stderr=subprocess.PIPE)
        for line in sync.stderr:
            said.append(line)
            if found := re.match(r"Pass \d+: \d+ changes in ([\d.]+) s", line):
                passes.append(float(found[1]))
            if len(passes) == PASSES_WHILE_WRITING and stopped is None:
                writer.stop()
                stopped = time.monotonic()
        sync.wait()
        interrupted = time.monotonic() - (stopped or 0)
        report.seek(0)
        text = report.read()
    if sync.returncode != 0 or stopped is None or "agree" not in text:
        sys.exit(f"sync: {sync.returncode} {''.join(said)[-2000:]}{text[-2000:]}")
    return "log" if "are read by logical replication" in "".join(said) else "comparison", passes, interrupted


def main():
    psql(SERVER, "CREATE DATABASE source")
    subprocess.run(["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null",
                    *(f"-f{SAMPLE / name}" for name in ("auth.sql", "schema_2025.sql", "generate.sql")), SOURCE], check=True,
                   env={**os.environ, "PGOPTIONS": f"-c sample.messages={MESSAGES} -c sample.chunks=1000 -c client_min_messages=error"})
    psql(SOURCE, "CREATE INDEX ON messages (conversation_id)")
    psql(SOURCE, "UPDATE document_chunks SET embedding = NULL")
    psql(SERVER, "CREATE DATABASE target")
    print(f"{MESSAGES:,} messages; wal_level {psql(SERVER, 'SHOW wal_level')}, load {os.getloadavg()[0]:.1f}")
    print(f"{'target':<12}{'run s':>8}  {'changes by':<12}{'turns':>7}{'switch s':>10}{'validate s':>12}  passes s")
    for name, url in TARGETS.items():
        writer = Writer()
        try:
            whole = migrate("run", url, 0, 3)  # it finds what was written while it read
            how, passes, interrupted = switch(url, writer)
        finally:
            writer.stop()
        checked = migrate("validate", url, 0)  # ends the bench where it finds a difference
        print(f"{name:<12}{whole:>8.1f}  {how:<12}{writer.turns:>7}{interrupted:>10.2f}{checked:>12.1f}  "
              f"{', '.join(f'{seconds:.1f}' for seconds in passes)}", flush=True)


main()
