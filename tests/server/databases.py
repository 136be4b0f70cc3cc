"""The databases that the program is tested on. MONITORA_TEST_DATABASE chooses: sqlite (also without it),
postgres (the server of MONITORA_TEST_POSTGRES, or the one that ctest starts) or sqlserver (the first
address of MONITORA_TEST_SQLSERVER)."""
import atexit
import os
import pathlib
import re
import subprocess

KIND = os.environ.get("MONITORA_TEST_DATABASE", "sqlite")
SQL_RUN = os.environ.get("MONITORA_SQL_RUN", "sql_run")

# What every node of a shared database must be given.
SECRETS = {"JWT_SECRET": "a-secret-that-all-nodes-of-a-test-share", "ENCRYPTION_KEY": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}


def server_url(kind):
    """The address of a server; None where there is none."""
    if kind == "sqlserver":
        return next(iter(os.environ.get("MONITORA_TEST_SQLSERVER", "").split()), None)
    if "MONITORA_TEST_POSTGRES" in os.environ:
        return os.environ["MONITORA_TEST_POSTGRES"]
    file = pathlib.Path(os.environ.get("MONITORA_TEST_POSTGRES_DIR", "/nonexistent")) / "tcp_uri"
    return file.read_text().strip() if file.exists() else None


def with_database(url, name):
    return re.sub(r"^(\w+://[^/?]*)(?:/[^?]*)?", rf"\1/{name}", url)


def sql(url, how, text):
    done = subprocess.run([SQL_RUN, url, how, text], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"{text}: {done.stderr}")
    return done.stdout.splitlines()


# SQL Server has no templates and takes long to make the schema: a database that a test gives back is
# emptied for the next one.
EMPTY = ("DELETE FROM transfer_runs; DELETE FROM document_chunks; DELETE FROM workspace_members; DELETE FROM app_users; DELETE FROM jobs; "
         "DELETE FROM change_log; DELETE FROM rate_limits; TRUNCATE TABLE audit_log; "
         "DELETE FROM schema_migrations WHERE version > 9000;")


class Database:
    """An empty database of its own, gone at the end of the program."""
    made = 0
    given_back = []

    def __init__(self, server=None, kind=KIND, clients=None):
        """`clients`: the server's address for the program, where it is not the administrator's."""
        self.kind, self.server = kind, server or server_url(kind)
        if not self.server:
            raise AssertionError(f"no server for {kind}: run this by ctest")
        used = Database.given_back.pop() if self.kind == "sqlserver" and Database.given_back else None
        if not used:
            Database.made += 1
        self.name = used or f"monitora_server_{os.getpid()}_{Database.made}"
        self.own_url = with_database(self.server, self.name)
        self.url = with_database(clients or self.server, self.name)
        if used:
            self.script(EMPTY)
            return
        sql(self.server, "script", f"CREATE DATABASE {self.name}")
        atexit.register(self.drop)

    def drop(self):
        force = " WITH (FORCE)" if self.kind == "postgres" else ""
        subprocess.run([SQL_RUN, self.server, "script", f"DROP DATABASE {self.name}{force}"], capture_output=True, timeout=60)

    def give_back(self):
        """Nobody uses it any more."""
        if self.kind == "sqlserver" and self.query("SELECT name FROM sys.tables WHERE name = 'rate_limits'"):
            Database.given_back.append(self.name)

    def query(self, text):
        return sql(self.own_url, "query", text)

    def count(self, text):
        return int(self.query(text)[0])

    def script(self, text):
        sql(self.own_url, "script", text)

    @property
    def settings(self):
        return {"DATABASE_URL": self.url, **SECRETS}


_of_directory = {}


def settings_of(data):
    """What a server with this data directory is told of its database: one for each directory."""
    if KIND == "sqlite":
        return {}
    data = str(data)
    if data not in _of_directory:
        _of_directory[data] = Database()
    return _of_directory[data].settings


def give_back_of(directory):
    """The databases of the data directories in `directory`."""
    for data in [each for each in _of_directory if pathlib.Path(directory) in pathlib.Path(each).parents]:
        _of_directory.pop(data).give_back()
