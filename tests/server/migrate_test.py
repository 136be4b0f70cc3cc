"""The migration as somebody does it: the command line, a Supabase database, and the server that takes over."""
import json
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys

import databases
from program import PROGRAM, ProgramTest, environment, main, poll, run
from storage_server import StorageServer
from supabase_source import BARE, LATER, OLD_PASSWORD, SHOP, TALK, TERMS, Supabase, bucket

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
from faulty_proxy import FaultyProxy  # noqa: E402

SEED = 20261123
SHOP_SITE = "https://shop.example.com"


class MigrateTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.source = Supabase()
        self.addCleanup(self.source.database.drop)
        self.to = databases.settings_of(self.data).get("DATABASE_URL", f"sqlite:{self.data}/monitora.db")

    def migrate(self, *arguments, code=0, seconds=240, **settings):
        done = run(self.data, "migrate", *arguments, seconds=seconds, cwd=self.directory, **settings)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def target(self, text):
        """The first column of a query on the target."""
        return databases.sql(self.to, "query", text)

    def change(self, text):
        databases.sql(self.to, "script", text)

    def run_all(self, *more, code=0, **settings):
        return self.migrate("run", "--from", self.source.url, "--to", self.to, *more, code=code, **settings)

    def validate(self, code=0):
        done = self.migrate("--json", "validate", "--from", self.source.url, "--to", self.to, code=code)
        return json.loads(done.stdout)

    def sync(self, *more):
        return self.migrate("sync", "--from", self.source.url, "--to", self.to, *more)


class WholeWay(MigrateTest):
    def test_inspect_says_what_is_there_and_what_becomes_of_it(self):
        text = self.migrate("inspect", "--from", self.source.url).stdout
        for word in ("messages", "workspaces", "plan", "Sans domaine", "file_type"):
            self.assertIn(word, text)
        report = json.loads(self.migrate("--json", "inspect", "--from", self.source.url).stdout)
        tables = {table["table"]: table["rows"] for table in report["plan"]["tables"]}
        self.assertEqual(tables["messages"], 3)
        self.assertEqual(tables["app_users"], 3)
        self.assertEqual(report["refusals"], [])

    def test_run_and_the_server_takes_over(self):
        report = self.directory / "report"
        done = self.run_all("--files", bucket(self.directory), "--report", report)
        self.assertTrue((report / "report.html").read_text().startswith("<!doctype html>"))
        self.assertEqual(json.loads((report / "report.json").read_text())["validation"]["difference_count"], 0, done.stdout)
        self.assertEqual(self.target("SELECT COUNT(*) FROM messages"), ["3"])
        self.assertEqual(self.target("SELECT messages_count FROM conversations"), ["3"])
        self.validate()
        self.assertIn("validate", (self.directory / "report.html").read_text())

        server = self.serve(DATABASE_URL=self.to, **databases.SECRETS)
        def login(email):
            return server.request("POST", "/api/auth/login", {"email": email, "password": OLD_PASSWORD})
        token = self.assert_status(login("ada@exemple.fr"), 200).json["access_token"]
        self.assert_status(login("bob@exemple.fr"), 401)  # banned
        self.assert_status(login("eve@exemple.fr"), 401)  # never had a password
        self.assertTrue(self.target("SELECT password_hash FROM app_users WHERE email = 'ada@exemple.fr'")[0]
                        .startswith("$argon2id$"))
        documents = server.documents(token, SHOP)
        self.assertEqual({d["status"] for d in documents.values()}, {"indexed"})
        workspaces = server.request("GET", "/api/workspaces", token=token).json
        names = {w["id"]: w for w in (workspaces["items"] if isinstance(workspaces, dict) else workspaces)}
        self.assertEqual(names[SHOP]["name"], "Boutique")
        answer = self.assert_status(server.visit(SHOP, "Combien coûte la livraison en Suisse ?", origin=SHOP_SITE), 200)
        self.assertIn("14,90", answer.text)
        answer = self.assert_status(server.visit(SHOP, "Combien de jours pour un retour ?", origin=SHOP_SITE), 200)
        self.assertIn("trente jours", answer.text)
        self.assert_status(server.visit(BARE, "Bonjour ?", origin=SHOP_SITE), 403)

    def test_a_difference_is_named_and_ends_with_3(self):
        self.run_all()
        self.change("UPDATE messages SET content = 'Combien coûte la livraison ?' WHERE content LIKE 'Combien%'")
        found = self.validate(code=3)["validation"]
        self.assertEqual(found["difference_count"], 1)
        named = found["differences"][0]
        self.assertEqual((named["table"], named["kind"], named["column"]), ("messages", "value", "content"))

    def test_sync_brings_what_changed_and_what_is_gone(self):
        self.run_all()
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content) VALUES ('{TALK}', 'user', 'Et en Belgique ?');
            UPDATE messages SET feedback = 1 WHERE role = 'assistant';
            UPDATE conversations SET messages_count = 4;
            DELETE FROM documents WHERE id = '{LATER}';
            DELETE FROM workspaces WHERE id = '{BARE}'""")
        self.validate(code=3)
        done = self.sync()
        self.assertIn("xmin", done.stdout)
        self.assertIn("agree", done.stdout)
        self.validate()
        self.assertEqual(self.target("SELECT messages_count FROM conversations"), ["4"])

    def test_export_and_import(self):
        folder = self.directory / "export"
        self.migrate("export", folder, "--from", self.source.url)
        self.assertTrue((folder / "manifest.json").exists())
        self.migrate("import", folder, "--to", self.to, "--files", bucket(self.directory))
        self.validate()

    def test_vectors_of_the_configured_model_are_kept(self):
        # What the program makes of a text, put where the source keeps its vectors: without the model's name.
        other = self.serve(self.directory / "other", DATABASE_URL="")
        token = other.register()
        text = "Les retours sont acceptés pendant trente jours."
        other.add(token, other.workspace(token), ("retours.txt", text.encode()))
        other.stop()
        with sqlite3.connect(self.directory / "other" / "monitora.db") as made:
            content, vector = made.execute("SELECT content, embedding FROM document_chunks").fetchone()
        values = ",".join(repr(value) for value in struct.unpack(f"<{len(vector) // 4}f", vector))
        quoted = content.replace("'", "''")
        self.source.script(f"""
            DELETE FROM document_chunks;
            INSERT INTO document_chunks (document_id, workspace_id, content, chunk_index, embedding)
            VALUES ('{TERMS}', '{SHOP}', '{quoted}', 0, '{{{values}}}')""")
        report = json.loads(self.migrate("--json", "run", "--from", self.source.url, "--to", self.to).stdout)
        self.assertIn("kept", report["steps"][0]["en"])
        self.assertEqual(report["validation"]["difference_count"], 0)
        self.assertNotEqual(self.target("SELECT embedding_model FROM document_chunks"), [""])
        self.validate()

    def test_a_chunk_without_a_vector_gets_one(self):
        self.source.script("UPDATE document_chunks SET embedding = NULL")
        self.run_all()
        self.assertEqual(self.target("SELECT COUNT(*) FROM document_chunks WHERE embedding IS NULL"), ["0"])
        self.assertIn("2 chunks had no vector", json.dumps(self.validate()))

    def test_vectors_of_another_model_are_made_anew(self):
        report = json.loads(self.migrate("--json", "run", "--from", self.source.url, "--to", self.to).stdout)
        self.assertIn("made anew", report["steps"][0]["en"])
        self.assertEqual(self.target("SELECT COUNT(*) FROM document_chunks WHERE embedding_model IS NULL"), ["0"])


class Refusals(MigrateTest):
    def test_rows_that_the_target_refuses_stop_it_before_anything_is_copied(self):
        self.source.script("UPDATE messages SET created_at = 'infinity' WHERE role = 'assistant'; "
                           "UPDATE messages SET rag_score = 'NaN' WHERE role = 'user'")
        text = self.migrate("inspect", "--from", self.source.url).stdout
        self.assertIn("infinite_time", text)
        self.assertIn("not_a_number", text)
        self.assertIn("Nothing was copied", self.run_all(code=1).stderr)

        report = json.loads(self.migrate("--json", "run", "--from", self.source.url, "--to", self.to, code=1).stdout)
        self.assertEqual(report["result"], "failed")
        self.assertIn("would refuse", report["error"]["en"])

    def test_strict_refuses_what_has_no_place(self):
        self.source.script("CREATE TABLE invoices (id uuid PRIMARY KEY); ALTER TABLE documents ADD colour text")
        done = self.run_all("--strict", code=1)
        self.assertIn("invoices", done.stderr)
        self.assertIn("documents.colour", done.stderr)
        self.run_all()

    def test_a_json_value_alone_stops_it_before_sql_server_only(self):
        self.source.script("UPDATE messages SET sources = 'null' WHERE role = 'assistant'")
        report = json.loads(self.migrate("--json", "inspect", "--from", self.source.url, "--to", self.to).stdout)
        rules = [(each["table"], each["column"], each["rule"]) for each in report["refusals"]]
        if databases.KIND != "sqlserver":
            self.assertEqual(rules, [])
            self.run_all()
            self.validate()
            return
        self.assertEqual(rules, [("messages", "sources", "json_scalar")])
        self.assertIn("Nothing was copied", self.run_all(code=1).stderr)

    def test_the_targets_password_is_its_own_without_to(self):
        if databases.KIND != "sqlserver":
            self.skipTest("the other servers of the tests ask for no password")
        user, password, rest = re.fullmatch(r"sqlserver://([^:]+):([^@]+)@(.*)", self.to).groups()
        self.migrate("run", "--from", self.source.url, DATABASE_URL=f"sqlserver://{user}@{rest}",
                     MSSQL_PASSWORD="of-another-server", MONITORA_TARGET_PASSWORD=password)
        self.validate()

    def test_a_target_with_rows_of_its_own(self):
        server = self.serve(DATABASE_URL=self.to, **databases.SECRETS)
        server.workspace(server.register())
        server.stop()
        self.assertIn("not empty", self.run_all(code=1).stderr)

    def test_addresses(self):
        for arguments, word in ((("--from", "postgresql://nobody@127.0.0.1:1/none"), "127.0.0.1"),
                                (("--from", self.source.url, "--to", self.source.url), "same|itself")):
            done = self.migrate("run", *arguments, code=1, seconds=60)
            self.assertRegex(done.stderr, word)

    def test_a_malformed_address_is_wrong_use(self):
        for address in ("mysql://a@b/c", "here", "postgresql://a:Hidden@[::1/c", "postgresql://a:Hidden%zz@127.0.0.1/c",
                        "postgresql://a:Hidden@127.0.0.1:port/c", "postgresql://a@127.0.0.1:65536/c", "postgresql://a@127.0.0.1/c?no_such=1"):
            for side, arguments in (("--from", ("--from", address)), ("--to", ("--from", self.source.url, "--to", address))):
                with self.subTest(side=side, address=address):
                    done = self.migrate("validate", *arguments, code=2, seconds=60)
                    self.assertRegex(done.stderr, f"{side}: Expected|DATABASE_URL .command line.: expected")
                    self.assertNotIn("Hidden", done.stdout + done.stderr)


class Files(MigrateTest):
    def test_over_http(self):
        self.run_all()
        folder = bucket(self.directory)
        storage = StorageServer(folder, "service-key", fail_first=2)
        self.addCleanup(storage.stop)
        done = self.migrate("sync", "--from", self.source.url, "--to", self.to, "--files", storage.url,
                            code=1, MONITORA_SOURCE_KEY="wrong")
        self.assertIn("MONITORA_SOURCE_KEY", done.stderr)
        self.migrate("sync", "--from", self.source.url, "--to", self.to, "--files", storage.url,
                     MONITORA_SOURCE_KEY="service-key")
        self.assertEqual(self.target("SELECT COUNT(*) FROM document_contents"), ["2"])
        self.assertEqual(self.target(f"SELECT status FROM documents WHERE id = '{LATER}'"), ["indexed"])


class Interrupted(MigrateTest):
    def fill(self, messages):
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content)
            SELECT '{TALK}', 'user', repeat(md5(n::text), 40) FROM generate_series(1, {messages}) AS n""")

    def begin(self):
        """A run of another process, when some messages are there and others are not."""
        process = subprocess.Popen([PROGRAM, "migrate", "run", "--from", self.source.url, "--to", self.to],
                                   env=environment(self.data), cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        def some_are_there():
            if process.poll() is not None:
                raise AssertionError("it ended too soon")
            try:
                return self.messages() > 0
            except AssertionError:
                return False  # the schema is not there yet
        poll(some_are_there, 120, "some messages are copied")
        return process

    def messages(self):
        return int(self.target("SELECT COUNT(*) FROM messages")[0])

    def test_a_killed_run_goes_on_and_no_server_starts_meanwhile(self):
        self.fill(60000)
        process = self.begin()
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertLess(self.messages(), 60003)
        refused = run(self.data, "serve", DATABASE_URL=self.to, **databases.SECRETS)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("migrate run", refused.stderr + refused.stdout)
        self.run_all()
        self.validate()

    def test_an_import_that_is_killed_again_and_again(self):
        self.fill(8000)
        folder = self.directory / "export"
        self.migrate("export", folder, "--from", self.source.url)
        moments, kills, seconds = random.Random(SEED), 0, 4.0
        for _ in range(40):
            process = subprocess.Popen([PROGRAM, "migrate", "import", folder, "--to", self.to], env=environment(self.data),
                                       cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                said = process.communicate(timeout=moments.uniform(0, seconds))[1]
                self.assertEqual(process.returncode, 0, said)
                seconds *= 0.8  # the moments stay inside an import
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                if kills == 12:
                    break
        self.assertEqual(kills, 12)
        self.migrate("import", folder, "--to", self.to, "--files", bucket(self.directory))
        self.validate()

    def test_two_at_once(self):
        self.fill(60000)
        process = self.begin()
        process.send_signal(signal.SIGSTOP)
        # On SQLite the one that stands still may hold the file.
        self.assertRegex(self.run_all(code=1).stderr, "Another migration|is busy")
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(240), 0)
        self.validate()

    def test_a_line_that_is_cut_at_random(self):
        self.fill(4000)
        host, port = re.search(r"@([^:/]+):(\d+)/", self.source.url).groups()
        proxy = FaultyProxy(host, int(port), SEED)
        self.addCleanup(proxy.close)
        proxy.set("chaos")
        through = self.source.url.replace(f":{port}/", f":{proxy.port}/")
        ended = set()
        for _ in range(60):
            done = run(self.data, "migrate", "run", "--from", through, "--to", self.to, seconds=120, cwd=self.directory)
            ended.add(done.returncode)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("monitora: ", done.stderr)
            self.assertNotIn("monitora: \n", done.stderr)
        self.assertEqual(ended, {0, 1}, "the line was never cut, or always")
        self.validate()


class FullDisk(MigrateTest):
    def test_an_import_onto_a_full_disk_goes_on_afterwards(self):
        if databases.KIND != "sqlite":
            self.skipTest("a server's disk is its own")
        folder = self.directory / "export"
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content)
            SELECT '{TALK}', 'user', repeat(md5(n::text), 40) FROM generate_series(1, 3000) AS n""")
        self.migrate("export", folder, "--from", self.source.url)
        place = self.mounted("16m")
        self.to = f"sqlite:{place}/monitora.db"
        filler = place / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(place).free - (3 << 20)))
        done = self.migrate("import", folder, "--to", self.to, code=1)
        self.assertRegex(done.stderr, "disk|space")
        filler.unlink()
        self.migrate("import", folder, "--to", self.to)
        self.validate()

    def test_a_full_disk_is_said_and_the_run_goes_on_afterwards(self):
        if databases.KIND != "sqlite":
            self.skipTest("a server's disk is its own")
        place = self.mounted("16m")
        self.to = f"sqlite:{place}/monitora.db"
        self.source.script(f"""
            INSERT INTO messages (conversation_id, role, content)
            SELECT '{TALK}', 'user', repeat(md5(n::text), 40) FROM generate_series(1, 3000) AS n""")
        filler = place / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(place).free - (3 << 20)))
        done = self.run_all(code=1)
        self.assertRegex(done.stderr, "disk|space")
        filler.unlink()
        self.run_all()
        self.validate()
        export = place / "export"
        filler.write_bytes(bytes(shutil.disk_usage(place).free - (100 << 10)))
        self.assertRegex(self.migrate("export", export, "--from", self.source.url, code=1).stderr, "disk|space")


if __name__ == "__main__":
    main()
