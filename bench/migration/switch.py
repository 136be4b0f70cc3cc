"""How long a switch interrupts: while somebody keeps writing to the source, `run` and then `sync` passes; then the
writer stops, and the clock runs until the two sides agree. Called by switch.sh: PROGRAM PLACE POSTGRES MESSAGES."""
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
PASSES_WHILE_WRITING = 3

# One visitor's turn, a thumb on an older answer, and now and then a conversation that is deleted.
TURN = """
WITH c AS (SELECT id FROM conversations OFFSET {offset} LIMIT 1)
INSERT INTO messages (id, conversation_id, role, content) SELECT gen_random_uuid(), id, 'user', 'Encore une question {n}' FROM c
UNION ALL SELECT gen_random_uuid(), id, 'assistant', 'Une réponse {n}' FROM c;
UPDATE messages SET feedback = 1 WHERE id = (SELECT id FROM messages WHERE role = 'assistant' OFFSET {offset} LIMIT 1);
"""
DELETION = "DELETE FROM conversations WHERE id = (SELECT id FROM conversations OFFSET {offset} LIMIT 1);"


def psql(url, text):
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text, url], check=True, capture_output=True)


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
        self.stopped.set()
        self.thread.join()
        self.psql.stdin.close()
        self.psql.wait()


def migrate(command, url, *more):
    began = time.monotonic()
    done = subprocess.run([PROGRAM, "migrate", command, "--from", SOURCE, "--to", url, *more], capture_output=True, text=True, cwd=PLACE,
                          env={"PATH": os.environ["PATH"], "LANG": "en", "DATA_DIR": str(PLACE / "data")})
    if done.returncode != 0:
        sys.exit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - began, done.stderr


def main():
    psql(SERVER, "CREATE DATABASE source")
    subprocess.run(["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null",
                    *(f"-f{SAMPLE / name}" for name in ("auth.sql", "schema_2025.sql", "generate.sql")), SOURCE], check=True,
                   env={**os.environ, "PGOPTIONS": f"-c sample.messages={MESSAGES} -c sample.chunks=1000 -c client_min_messages=error"})
    psql(SOURCE, "CREATE INDEX ON messages (conversation_id)")
    psql(SOURCE, "UPDATE document_chunks SET embedding = NULL")
    psql(SERVER, "CREATE DATABASE target")
    print(f"{MESSAGES:,} messages; written to all the while")
    print(f"{'target':<12}{'run s':>8}{'passes s':>24}{'turns written':>15}{'switch s':>10}{'validate':>10}")
    for name, url in TARGETS.items():
        writer = Writer()
        try:
            whole, _ = migrate("sync", url, "--once")
            passes = [migrate("sync", url, "--once")[0] for _ in range(PASSES_WHILE_WRITING)]
        finally:
            writer.stop()
        switch, _ = migrate("sync", url)
        migrate("validate", url)  # ends the bench where it finds a difference
        print(f"{name:<12}{whole:>8.1f}{', '.join(f'{seconds:.1f}' for seconds in passes):>24}{writer.turns:>15}{switch:>10.1f}{'same':>10}")


main()
