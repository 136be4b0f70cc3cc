"""Called by run.sh: PROGRAM PLACE POSTGRES MESSAGES CHUNKS PYTHON (with the peer's packages). Prints a table."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

PROGRAM, PLACE, SERVER, MESSAGES, CHUNKS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:6])
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "supabase"
FILES, FILE_BYTES = 500, 200_000
# What the floor copies: nearly all of the rows and bytes.
LARGE = ("conversations", "messages", "document_chunks", "document_contents")


def database(name):
    return re.sub(r"/[^/]*$", "/" + name, SERVER)


def psql(url, *arguments, **how):
    return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments, url], check=True,
                          capture_output=True, text=True, **how).stdout


def timed(arguments, **settings):
    """Seconds, and the largest resident set in MB."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    log = open(PLACE / "log", "w+")
    began = time.monotonic()
    process = subprocess.Popen(list(map(str, arguments)), env={**kept, "LANG": "en", "DATA_DIR": str(PLACE / "data"), **settings},
                               stdout=log, stderr=subprocess.STDOUT, cwd=PLACE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        log.seek(0)
        sys.exit(f"{arguments}: {log.read()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024


def make_source():
    psql(SERVER, "-c", "CREATE DATABASE source")
    psql(database("source"), "-1", *(f"-f{SAMPLE / name}" for name in ("auth.sql", "schema_2025.sql", "generate.sql")), "-o", "/dev/null",
         env={**os.environ, "PGOPTIONS": f"-c sample.messages={MESSAGES} -c sample.chunks={CHUNKS}"})
    # The sample's vectors are no model's: named as the configured one's, so that they are copied and not made anew.
    psql(database("source"), "-c", "ALTER TABLE document_chunks ADD COLUMN IF NOT EXISTS embedding_model text; "
         "ALTER TABLE document_chunks ALTER COLUMN embedding_model SET DEFAULT NULL; "
         "UPDATE document_chunks SET embedding_model = 'multilingual-e5-small-q4'; ")
    psql(database("source"), "-c", f"UPDATE documents SET file_size = {FILE_BYTES}")
    psql(database("source"), "-c", "VACUUM ANALYZE")
    paths = psql(database("source"), "-tA", "-c", f"SELECT storage_path FROM documents WHERE storage_path IS NOT NULL ORDER BY id LIMIT {FILES}").split()
    for path in paths:
        file = PLACE / "bucket" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(FILE_BYTES))
    return len(paths)


def migrate(name, url, **settings):
    to = ("--from", database("source"), "--to", url)
    if url.startswith("sqlite:"):
        pathlib.Path(url.removeprefix("sqlite:")).parent.mkdir(exist_ok=True)
    timed([PROGRAM, "schema", "apply", "--database-url", url], **settings)
    copy, memory = timed([PROGRAM, "migrate", "sync", "--once", *to], **settings)
    files, _ = timed([PROGRAM, "migrate", "sync", "--once", *to, "--files", PLACE / "bucket"], **settings)
    check, of_check = timed([PROGRAM, "migrate", "validate", *to], **settings)
    return {"target": name, "copy": copy, "files": files, "validate": check, "memory": max(memory, of_check)}


def without_triggers(url):
    psql(url, "-c", "INSERT INTO transfer_runs (id, source, status, watermark, started_at) "
         "VALUES (gen_random_uuid(), 'floor', 'loading', '', now())")


def floor_postgres(done):
    """psql COPY TO into psql COPY FROM, binary, from the migrated database into one with the same schema."""
    psql(SERVER, "-c", "CREATE DATABASE floor")
    timed([PROGRAM, "schema", "apply", "--database-url", database("floor")])
    without_triggers(database("floor"))
    small = [table for table in ("app_users", "profiles", "workspaces", "documents")]
    for table in small:
        copy_table(done, table)
    began = time.monotonic()
    for table in LARGE:
        copy_table(done, table)
    return time.monotonic() - began


def copy_table(done, table):
    out = subprocess.Popen(["psql", "-X", "-q", "-c", f"COPY {table} TO STDOUT (FORMAT binary)", done], stdout=subprocess.PIPE)
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", f"COPY {table} FROM STDIN (FORMAT binary)", database("floor")],
                   stdin=out.stdout, check=True)
    out.wait()


def floor_sqlite(done):
    """psql COPY TO, then SQLite's own INSERT … SELECT from the migrated file into one with the same schema: .import is
    slower than that, and its texts are not what the schema's checks take."""
    file, migrated = PLACE / "floor.db", PLACE / "target" / "monitora.db"
    timed([PROGRAM, "schema", "apply", "--database-url", f"sqlite:{file}"])
    began = time.monotonic()
    for table in LARGE:
        psql(done, "-o", "/dev/null", "-c", f"COPY {table} TO STDOUT (FORMAT binary)")
        subprocess.run(["sqlite3", file, "-cmd", f"ATTACH '{migrated}' AS migrated", "-cmd", "PRAGMA foreign_keys=OFF", (
            "BEGIN; INSERT OR IGNORE INTO transfer_runs (id, source, status, watermark, started_at) "
            "VALUES ('10000000-0000-4000-8000-000000000000', 'floor', 'loading', '', '2026-01-01T00:00:00.000000Z'); "
            f"INSERT INTO {table} SELECT * FROM migrated.{table}; COMMIT")], check=True)
    return time.monotonic() - began


def peer():
    """Seconds of dlt from the source to PostgreSQL. It wants a password in a URL, though none is asked for."""
    psql(SERVER, "-c", "CREATE DATABASE peer")
    source, target = (database(name).replace("postgres@", "postgres:none@") for name in ("source", "peer"))
    done = subprocess.run([sys.argv[6], pathlib.Path(__file__).parent / "peer" / "copy_tables.py",
                           source.replace("postgresql:", "postgresql+psycopg2:"), target, PLACE / "peer"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"dlt: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def main():
    files = make_source()
    size = int(psql(database("source"), "-tA", "-c", "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'")) / 1e6
    rows = int(psql(database("source"), "-tA", "-c", "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM conversations) "
                    "+ (SELECT count(*) FROM document_chunks)"))
    psql(SERVER, "-c", "CREATE DATABASE target")
    done = [migrate("SQLite", f"sqlite:{PLACE}/target/monitora.db"), migrate("PostgreSQL", database("target"))]
    done[0]["floor"], done[1]["floor"] = floor_sqlite(database("target")), floor_postgres(database("target"))
    for number, address in enumerate(os.environ.get("MONITORA_TEST_SQLSERVER", "").split()):
        own = re.sub(r"^(\w+://[^/?]*)(?:/[^?]*)?", rf"\1/monitora_bench_{os.getpid()}_{number}", address)
        sql_run = pathlib.Path(PROGRAM).parent / "tests" / "tools" / "sql_run"
        name = own.split("?")[0].rsplit("/", 1)[1]
        subprocess.run([sql_run, address, "script", f"CREATE DATABASE {name}"], check=True)
        try:
            driver = pathlib.Path(address.split("driver=")[1].split("&")[0]).name
            done.append(migrate(f"SQL Server, {driver}", own))
        finally:
            subprocess.run([sql_run, address, "script", f"DROP DATABASE {name}"], check=False)

    print(f"{rows:,} rows of messages, conversations and chunks ({size:,.0f} MB at the source); {files} files of {FILE_BYTES // 1000} kB")
    print(f"{'target':<28}{'copy s':>8}{'rows/s':>9}{'MB/s':>7}{'floor s':>9}{'of floor':>10}{'validate s':>12}{'files s':>9}{'memory MB':>11}")
    for one in done:
        floor = one.get("floor")
        print(f"{one['target']:<28}{one['copy']:>8.1f}{rows / one['copy']:>9,.0f}{size / one['copy']:>7.1f}"
              f"{floor if floor is None else format(floor, '.1f')!s:>9}{'–' if floor is None else format(floor / one['copy'], '.2f') + ' x':>10}"
              f"{one['validate']:>12.1f}{one['files']:>9.1f}{one['memory']:>11.0f}")
    seconds = peer()
    print(f"dlt, to PostgreSQL: {seconds:.1f} s, {seconds / done[1]['copy']:.2f} x ours")
    shutil.rmtree(PLACE / "bucket")


main()
