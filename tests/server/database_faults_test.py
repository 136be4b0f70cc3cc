"""A database server that is away, hangs, restarts, refuses or is full: requests end in a clear error or
succeed, nothing acknowledged is lost, and the program goes on without a restart."""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

import databases
from program import PROGRAM, ProgramTest, environment, free_port, main, poll, run

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
from faulty_proxy import FaultyProxy  # noqa: E402

POSTGRES_SERVER = pathlib.Path(__file__).resolve().parents[1] / "tools" / "postgres_server"
SEED = 20261123
LONGEST = 90  # seconds; a request that takes longer than any deadline hangs


class OwnServer:
    """A PostgreSQL that a test may stop, freeze and reconfigure."""

    def __init__(self, directory):
        self.directory = directory
        subprocess.run([POSTGRES_SERVER, "start", directory], check=True, capture_output=True)
        self.place = pathlib.Path((directory / "place").read_text().strip())
        self.url = (directory / "tcp_uri").read_text().strip()
        self.admin = (directory / "uri").read_text().strip()
        self.port = int(re.search(r":(\d+)/", self.url).group(1))
        self.control = next(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        # What is acknowledged is written, so that a server that is killed keeps it.
        self.script("ALTER SYSTEM SET synchronous_commit = on")
        self.reload()

    def as_owner(self, *command):
        if os.geteuid() == 0:
            command = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command)
        done = subprocess.run(list(map(str, command)), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}")

    def stop(self, mode="immediate"):
        self.as_owner(self.control, "-D", self.place / "data", "-m", mode, "-w", "stop")

    def start(self):
        self.as_owner(self.control, "-D", self.place / "data", "-l", self.place / "server.log", "-w", "-o", f"-p {self.port}", "start")

    def script(self, text, database="postgres"):
        databases.sql(databases.with_database(self.admin, database), "script", text)

    def ask_for_passwords(self):
        """Over TCP; the socket stays open to the administrator."""
        rules = self.place / "data" / "pg_hba.conf"
        self.as_owner("sh", "-c", f"printf 'local all all trust\\nhost all all 127.0.0.1/32 scram-sha-256\\n' > {rules}")
        self.reload()

    def reload(self):
        self.as_owner(self.control, "-D", self.place / "data", "reload")

    def end(self):
        subprocess.run([POSTGRES_SERVER, "stop", self.directory], capture_output=True)


@unittest.skipIf(databases.KIND == "sqlite", "SQLite is no server")
class FaultTest(ProgramTest):
    """On a PostgreSQL of its own, or on the SQL Server that is named, which nobody may stop."""
    @classmethod
    def setUpClass(cls):
        if databases.KIND == "sqlserver":
            return
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="monitora-faults-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        cls.server = OwnServer(cls.place / "postgres")
        cls.addClassCleanup(cls.server.end)

    def setUp(self):
        super().setUp()
        if databases.KIND == "sqlserver":
            self.database = databases.Database()
        else:
            self.database = databases.Database(self.server.admin, "postgres", self.server.url)
        self.addCleanup(self.database.give_back)
        host, port = re.search(r"([\w.]+):(\d+)/", self.database.url).groups()
        self.proxy = FaultyProxy(host, int(port), SEED)
        self.addCleanup(self.proxy.close)

    def through_proxy(self, **more):
        url = re.sub(r"[\w.]+:\d+/", f"127.0.0.1:{self.proxy.port}/", self.database.url)
        return {**self.database.settings, "DATABASE_URL": url, "LOG_LEVEL": "error", **more}

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"(?m)^monitora: [^\n]{15,}")
        for word in words:
            self.assertIn(word, done.stderr)
        for trace in ("terminate called", "what():", "Assertion", "std::"):
            self.assertNotIn(trace, done.stderr)

    def serve_and_fail(self, **settings):
        return run(self.data, "serve", LISTEN=f"127.0.0.1:{free_port()}", **settings)

    def database_check(self, **settings):
        """What `monitora doctor` says of the database."""
        done = run(self.data, "--json", "doctor", **settings)
        return {check["check"]: check for check in json.loads(done.stdout)["checks"]}


class Starts(FaultTest):
    def test_absent(self):
        self.proxy.close()
        settings = self.through_proxy(DATABASE_WAIT_SECONDS=2)
        self.assert_refused(self.serve_and_fail(**settings), f"127.0.0.1:{self.proxy.port}", "does not answer")
        self.assert_refused(run(self.data, "user", "list", **settings), "does not answer")
        self.assert_refused(run(self.data, "schema", "status", **settings), "does not answer")
        self.assertIn("does not answer", self.database_check(**settings)["Database"]["message"])

    def test_late(self):
        self.proxy.close()
        opener = threading.Timer(2, self.proxy.open)
        opener.start()
        self.addCleanup(opener.cancel)
        server = self.serve(**self.through_proxy())
        self.assertEqual(server.stop(), 0)

    def test_a_stop_while_waiting(self):
        self.proxy.close()
        log = open(self.directory / "log", "wb+")
        self.addCleanup(log.close)
        process = subprocess.Popen([PROGRAM, "serve"], stdout=log, stderr=log, env=environment(
            self.data, LISTEN=f"127.0.0.1:{free_port()}", **{**self.through_proxy(), "LOG_LEVEL": "warning"}))
        self.addCleanup(process.kill)
        poll(lambda: b"waiting" in (self.directory / "log").read_bytes(), 30, "it waits")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0)

    def test_wrong_database(self):
        settings = {**self.database.settings, "DATABASE_URL": databases.with_database(self.database.url, "nowhere")}
        self.assert_refused(self.serve_and_fail(**settings), '"nowhere"')

    def test_a_newer_schema(self):
        self.assertEqual(run(self.data, "schema", "apply", **self.database.settings).returncode, 0)
        self.database.script("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'of_tomorrow', 'x')")
        self.assert_refused(self.serve_and_fail(**self.database.settings), "of_tomorrow")

    @unittest.skipIf(databases.KIND == "sqlserver", "sslmode is PostgreSQL's")
    def test_a_certificate_that_nobody_signed(self):
        settings = {**self.database.settings, "DATABASE_URL": self.database.url + "?sslmode=verify-full"}
        self.assert_refused(self.serve_and_fail(DATABASE_WAIT_SECONDS=0, **settings))

    def test_backup_is_the_servers(self):
        words = ("BACKUP DATABASE", "RESTORE DATABASE") if databases.KIND == "sqlserver" else ("pg_dump", "pg_restore")
        self.assert_refused(run(self.data, "backup", self.directory / "x", **self.database.settings), words[0])
        self.assert_refused(run(self.data, "restore", POSTGRES_SERVER, **self.database.settings), words[1])


@unittest.skipIf(databases.KIND == "sqlserver", "accounts are the DBA's there")
class Accounts(FaultTest):
    """The account of the database: its password and what it may do."""

    def setUp(self):
        super().setUp()
        self.server.ask_for_passwords()
        self.role = f"app_{uuid.uuid4().hex[:8]}"
        self.server.script(f"CREATE ROLE {self.role} LOGIN PASSWORD 'right'")
        admin = databases.with_database(self.server.admin, self.database.name)
        self.run_as_admin = lambda text: databases.sql(admin, "script", text)
        done = run(self.data, "schema", "apply", **{**databases.SECRETS, "DATABASE_URL": admin})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_as_admin(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {self.role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {self.role}")
        self.url = f"postgresql://{self.role}@127.0.0.1:{self.server.port}/{self.database.name}"

    def settings(self, password="right"):
        return {**databases.SECRETS, "DATABASE_URL": self.url, "DATABASE_PASSWORD": password, "LOG_LEVEL": "error"}

    def test_wrong_password(self):
        for password in ("wrong-secret", ""):
            with self.subTest(password=password):
                done = self.serve_and_fail(**self.settings(password))
                self.assert_refused(done, "DATABASE_PASSWORD")
                self.assertNotIn("wrong-secret", done.stdout + done.stderr)

    def test_permission_missing_on_one_table(self):
        server = self.serve(**self.settings())
        token = server.register()
        workspace = server.workspace(token)
        self.run_as_admin(f"REVOKE INSERT ON messages FROM {self.role}")
        check = self.database_check(**self.settings())["Database permissions"]
        self.assertFalse(check["ok"])
        self.assertIn("messages (INSERT)", check["message"])
        reply = self.assert_status(server.ask(token, workspace, "Bonjour ?"), 503, "database_unavailable")
        self.assertNotIn("messages", reply.text)
        self.assert_status(server.request("GET", "/api/workspaces", token=token), 200)
        self.run_as_admin(f"GRANT INSERT ON messages TO {self.role}")
        self.assert_status(server.ask(token, workspace, "Bonjour ?"), 200)
        self.assertTrue(self.database_check(**self.settings())["Database permissions"]["ok"])

    def test_a_server_with_no_place_left(self):
        server = self.serve(**self.settings())
        token = server.register()
        self.run_as_admin(f"ALTER ROLE {self.role} CONNECTION LIMIT 3")
        with concurrent.futures.ThreadPoolExecutor(32) as clients:
            replies = list(clients.map(lambda _: server.request("GET", "/api/workspaces", token=token, seconds=LONGEST), range(300)))
        counts = collections.Counter(reply.status for reply in replies)
        self.assertLessEqual(set(counts), {200, 503}, counts)
        self.assertGreater(counts[200], 0)
        self.run_as_admin(f"ALTER ROLE {self.role} CONNECTION LIMIT -1")
        self.assert_status(server.request("GET", "/api/workspaces", token=token), 200)


class Load:
    """Clients that write until told to stop, and remember what was acknowledged."""

    def __init__(self, server, token, clients=6):
        self.server, self.token = server, token
        self.over = threading.Event()
        self.acknowledged, self.statuses, self.slowest, self.odd = set(), collections.Counter(), 0.0, []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.over.is_set():
            start = time.monotonic()
            try:
                reply = self.server.request("POST", "/api/workspaces", {"name": "Essai"}, self.token, seconds=LONGEST)
            except OSError as error:
                with self.lock:
                    self.odd.append(repr(error))
                continue
            with self.lock:
                self.slowest = max(self.slowest, time.monotonic() - start)
                self.statuses[reply.status] += 1
                if reply.status == 201:
                    self.acknowledged.add(reply.json["id"])
                elif reply.status != 503:
                    self.odd.append(repr(reply))

    def succeeds(self, more):
        """Until so many more have succeeded."""
        wanted = self.statuses[201] + more
        poll(lambda: self.statuses[201] >= wanted, 60, f"{more} more requests succeed")

    def fails(self, more=1):
        wanted = self.statuses[503] + more
        poll(lambda: self.statuses[503] >= wanted, 60, f"{more} more requests are refused")

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join(LONGEST)
        hanging = sum(thread.is_alive() for thread in self.threads)
        return hanging


class InTheMiddle(FaultTest):
    def setUp(self):
        super().setUp()
        self.node = self.serve(**self.through_proxy())
        self.token = self.node.register()

    def assert_nothing_lost(self, load):
        self.assertEqual(load.stop(), 0, "requests that hang")
        self.assertEqual(load.odd, [], self.node.output()[-3000:])
        self.assertLess(load.slowest, LONGEST)
        stored = set(self.database.query("SELECT LOWER(CAST(id AS varchar(36))) FROM workspaces"))
        self.assertEqual(load.acknowledged - stored, set())
        self.assertTrue(load.acknowledged)
        print(f"{dict(load.statuses)}, slowest {load.slowest:.1f} s, proxy cut {self.proxy.cuts}", flush=True)

    def assert_well(self):
        poll(lambda: self.node.request("GET", "/ready").status == 200, 60, "ready again")
        self.assert_status(self.node.request("GET", "/api/auth/me", token=self.token), 200)

    def test_gone_and_back(self):
        load = Load(self.node, self.token)
        load.succeeds(20)
        self.proxy.close()
        load.fails(6)
        self.assertEqual(self.node.request("GET", "/health").status, 200)
        ready = self.node.request("GET", "/ready")
        self.assertEqual((ready.status, ready.json["checks"]["database"]), (503, "database_unavailable"))
        self.proxy.open()
        load.succeeds(20)
        self.assert_nothing_lost(load)
        self.assert_well()

    @unittest.skipIf(databases.KIND == "sqlserver", "nobody may stop that server")
    def test_restarted_under_load(self):
        load = Load(self.node, self.token)
        load.succeeds(20)
        for mode in ("immediate", "fast"):
            self.server.stop(mode)
            load.fails()
            self.server.start()
            load.succeeds(20)
        self.assert_nothing_lost(load)
        self.assert_well()

    def test_hangs(self):
        load = Load(self.node, self.token)
        load.succeeds(20)
        self.proxy.set("freeze")
        load.fails(6)
        self.assertEqual(self.node.request("GET", "/health").status, 200)
        self.proxy.set("pass")
        load.succeeds(20)
        self.assert_nothing_lost(load)
        self.assert_well()

    def test_delays_cuts_and_truncates(self):
        load = Load(self.node, self.token)
        load.succeeds(20)
        self.proxy.set("chaos")
        poll(lambda: self.proxy.cuts >= 25, 90, "the proxy has cut 25 connections")
        self.proxy.set("pass")
        load.succeeds(20)
        self.assert_nothing_lost(load)
        self.assert_well()

    def test_five_hundred_clients_on_eight_connections(self):
        before = self.proxy.accepted
        self.assertLessEqual(before, 9)
        with concurrent.futures.ThreadPoolExecutor(500) as clients:
            replies = list(clients.map(lambda _: self.node.request("GET", "/api/workspaces", token=self.token, seconds=LONGEST), range(2000)))
        counts = collections.Counter(reply.status for reply in replies)
        self.assertLessEqual(set(counts), {200, 503}, counts)
        self.assertGreater(counts[200], 100)
        self.assertLessEqual(self.proxy.accepted, 9, "connections are kept")
        print(dict(counts), flush=True)


if __name__ == "__main__":
    main()
