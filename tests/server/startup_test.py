"""Starts that cannot succeed, a disk that is full, a stop in the middle, and the command line."""
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import unittest

from program import EXAMPLES, PASSWORD, ProgramTest, free_port, poll, read_until, run
from scripted_model import ScriptedModel, says

QUESTION = "Quel est le délai de livraison en France ?"


class StartTest(ProgramTest):
    def assert_refused(self, done, *words, codes=(1,)):
        """One clear sentence, no trace; the words are in it."""
        said = done.stdout + done.stderr
        self.assertIn(done.returncode, codes, said)
        for trace in ("terminate called", "what():", "Assertion", "#0 ", "core dumped", "std::", "Segmentation"):
            self.assertNotIn(trace, said)
        self.assertRegex(done.stderr, r"(?m)^monitora: [^\n]{15,}")
        self.assertLessEqual(len(done.stderr.strip().splitlines()), 4, said)
        for word in words:
            self.assertIn(word, done.stderr)

    def serve_and_fail(self, data=None, **settings):
        return run(data or self.data, "serve", **{"LISTEN": f"127.0.0.1:{free_port()}", **settings})


class Faults(StartTest):
    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.assert_refused(self.serve_and_fail(LISTEN=f"127.0.0.1:{port}"), str(port))

    def test_two_servers_on_one_data_directory(self):
        server = self.serve()
        self.assert_refused(self.serve_and_fail(), str(self.data))
        self.assertEqual(server.request("GET", "/ready").status, 200)

    def test_a_killed_server_leaves_no_lock(self):
        self.serve().kill()
        self.assertEqual(self.serve().stop(), 0)

    def test_a_file_in_place_of_the_directory(self):
        self.data.write_text("not a directory")
        self.assert_refused(self.serve_and_fail(), str(self.data))
        self.assertEqual(self.data.read_text(), "not a directory")

    def test_a_data_directory_that_cannot_be_written(self):
        if os.geteuid() == 0:  # who may write anywhere, but for a file system that is read-only
            place = self.mounted("1m", "ro")
        else:
            place = self.data
            place.mkdir(mode=0o500)
        self.assert_refused(self.serve_and_fail(place), str(place))

    def test_a_directory_that_became_read_only(self):
        place = self.mounted("60m")
        self.assertEqual(self.serve(place / "data").stop(), 0)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        self.assert_refused(self.serve_and_fail(place / "data"), str(place / "data"))

    def test_a_damaged_database(self):
        self.assertEqual(self.serve().stop(), 0)
        file = self.data / "monitora.db"
        whole = file.read_bytes()
        for name, data in [("no database", b"this is not a database at all" * 400), ("damaged head", b"X" * 100 + whole[100:]),
                           ("half of it", whole[:len(whole) // 2 // 4096 * 4096])]:
            with self.subTest(name):
                for beside in self.data.glob("monitora.db*"):
                    beside.unlink()
                file.write_bytes(data)
                self.assert_refused(self.serve_and_fail())
                self.assertEqual(file.read_bytes(), data)  # kept for whoever repairs it

    def test_a_newer_schema(self):
        self.assertEqual(self.serve().stop(), 0)
        with sqlite3.connect(self.data / "monitora.db") as database:
            database.execute("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, 'of_tomorrow', 'x')")
        database.close()
        self.assert_refused(self.serve_and_fail(), "9999")
        for command in (["schema", "status"], ["schema", "apply"], ["user", "list"], ["doctor"]):
            with self.subTest(command=command):
                self.assertEqual(run(self.data, *command).returncode, 1)

    def test_settings(self):
        for name, value in [("LISTEN", "abc"), ("LISTEN", "127.0.0.1:99999"), ("RATE_LIMIT_ADDRESS", "0"), ("RATE_LIMIT_ADDRESS", "many"),
                            ("MAX_UPLOAD_MB", "-1"), ("REGISTRATION", "maybe"), ("TRUSTED_PROXIES", "banana"), ("LOG_LEVEL", "loud"),
                            ("LOG_FORMAT", "xml"), ("JWT_SECRET", "trop-court"), ("ENCRYPTION_KEY", "bm90IDMyIGJ5dGVz"), ("JWT_EXPIRY_HOURS", "1e3"),
                            ("MONITORA_COLOUR", "red"), ("STORAGE_MODE", "cloud"), ("DATABASE_URL", "oracle://x"), ("LLM_BASE_URL", "not a url"),
                            ("EMBEDDING_MODEL", "/nonexistent/model"), ("JWT_SECRET_FILE", "/nonexistent/secret"), ("PUBLIC_URL", "ftp://x")]:
            with self.subTest(name=name, value=value):
                done = self.serve_and_fail(**{name: value})
                self.assert_refused(done, name.replace("_FILE", ""), codes=(1, 2))
                if name in ("JWT_SECRET", "ENCRYPTION_KEY"):
                    self.assertNotIn(value, done.stdout + done.stderr)

    def test_settings_file(self):
        self.data.mkdir()
        for text, word in [("listen = \n", "monitora.toml"), ("colour = 'red'\n", "colour"), ("MAX_UPLOAD_MB = 'x'\n", "MAX_UPLOAD_MB")]:
            with self.subTest(text=text):
                (self.data / "monitora.toml").write_text(text)
                self.assert_refused(self.serve_and_fail(), word, codes=(1, 2))

    def test_the_first_start_keeps_its_secrets(self):
        self.assertEqual(self.serve().stop(), 0)
        secrets = {p.name: (p.read_bytes(), oct(p.stat().st_mode & 0o777)) for p in (self.data / "secrets").iterdir()}
        self.assertEqual({n: m for n, (_, m) in secrets.items()}, {"JWT_SECRET": "0o600", "ENCRYPTION_KEY": "0o600"})
        self.assertEqual(self.serve().stop(), 0)
        self.assertEqual(secrets, {p.name: (p.read_bytes(), oct(p.stat().st_mode & 0o777)) for p in (self.data / "secrets").iterdir()})


class FullDisk(StartTest):
    def test_an_upload_fails_and_the_server_lives(self):
        place = self.mounted("20m")
        server = self.serve(place / "data")
        token = server.register()
        workspace = server.workspace(token)
        server.add(token, workspace, "livraison.html")
        filler = place / "filler"
        free = shutil.disk_usage(place).free
        filler.write_bytes(bytes(free - (300 << 10)))
        text = ("Une phrase de plus dans un très long texte. " * 50000).encode()
        for _ in range(3):
            reply = server.upload(token, workspace, "long.txt", text)
            self.assertGreaterEqual(reply.status, 500, reply)
            self.assertTrue(reply.json["detail"])
            self.assertNotEqual(reply.json["code"], "internal", reply)
            self.assert_public(reply.text)
        self.assertEqual(set(server.documents(token, workspace)), {"livraison.html"})
        self.assertEqual(server.request("GET", "/health").status, 200)
        filler.unlink()
        server.add(token, workspace, "faq.md")
        self.assertEqual({n: d["status"] for n, d in server.documents(token, workspace).items()}, {"livraison.html": "indexed", "faq.md": "indexed"})
        self.assertIn("2 à 3 jours", server.ask(token, workspace, QUESTION).json["response"])
        self.assertEqual(server.stop(), 0)


class Stops(StartTest):
    def test_a_stop_while_answers_stream(self):
        model = ScriptedModel()
        self.addCleanup(model.close)
        server = self.serve(LLM_BASE_URL=model.url)
        token = server.register()
        workspace = server.workspace(token)
        reply = server.request("PATCH", f"/api/workspaces/{workspace}/rag-config", {"enable_cache": False}, token)
        self.assert_status(reply, 200)
        server.add(token, workspace, "livraison.html")
        model.then(says("Bonjour. [1]"))
        first = server.visit(workspace, QUESTION).json
        session = {"session_id": first["session_id"], "session_token": first["session_token"]}
        model.then(*[model.stalls("Deux à ")] * 4)
        streams = [server.request.open("/api/chat", {"workspace_id": workspace, "message": QUESTION}, token=token) for _ in range(3)]
        streams.append(server.request.open(f"/api/widget/{workspace}/chat", {"message": "et pour l'Espagne ?", **session}, {"Origin": server.own_origin}))
        for stream in streams:
            read_until(stream, "Deux à ".encode())
        self.assertEqual(server.stop(), 0)
        self.assertTrue(model.client_left.wait(20))
        for stream in streams:
            stream.close()
        self.assertNotIn("Sanitizer", (self.directory / "data.log").read_text())
        server = self.serve(LLM_BASE_URL=model.url)
        seen = server.request("GET", f"/api/widget/{workspace}/history?session_id={first['session_id']}",
                              headers={"Origin": server.own_origin, "X-Session-Token": first["session_token"]}).json["items"]
        self.assertEqual([(m["content"], m["is_complete"]) for m in seen][2:], [("et pour l'Espagne ?", True), ("Deux à ", False)])

    def test_a_stop_while_documents_are_indexed(self):
        server = self.serve()
        token = server.register()
        workspace = server.workspace(token)
        text = "\n\n".join(f"Article {n}. " + "Une phrase du règlement intérieur de la société. " * 20 for n in range(60)).encode()
        server.upload(token, workspace, "reglement.txt", text)
        poll(lambda: server.documents(token, workspace)["reglement.txt"]["status"] == "processing", 60, "indexing has begun")
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        self.assertEqual(server.wait_indexed(token, workspace)["reglement.txt"]["status"], "indexed")


class CommandLine(StartTest):
    def test_wrong_use(self):
        for arguments in ([], ["no-such-command"], ["serve", "--no-such-flag"], ["user"], ["user", "create"], ["schema"], ["ask", "question"],
                          ["ingest", "--workspace", "x"], ["ingest", "--workspace", "x", "/nonexistent"], ["backup"], ["user", "create", "-e", "a@example.com", "-r", "king"]):
            with self.subTest(arguments=arguments):
                done = run(self.data, *arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn("--help", done.stderr)
        self.assertIn("no-such-command", run(self.data, "no-such-command").stderr)
        for arguments in (["ask", "--workspace", "x", QUESTION], ["ingest", "--workspace", "x", EXAMPLES / "faq.md"],
                          ["--database-url", "mysql://a@b/c", "doctor"], ["serve", "--listen", "8001"]):
            with self.subTest(arguments=arguments):
                self.assert_refused(run(self.data, *arguments), codes=(2,))
        for arguments in (["--help"], ["--version"], ["serve", "--help"], ["serve", "--help-settings"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(run(self.data, *arguments).returncode, 0)

    def test_schema(self):
        printed = run(self.data, "schema", "print")
        self.assertEqual(printed.returncode, 0, printed)
        database = sqlite3.connect(":memory:")
        self.addCleanup(database.close)
        database.executescript(printed.stdout)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        self.assertLessEqual({"app_users", "workspaces", "documents", "messages", "jobs", "change_log", "schema_migrations"}, tables)
        self.assertEqual(run(self.data, "schema", "apply").returncode, 0)
        status = run(self.data, "--json", "schema", "status")
        self.assertEqual(status.returncode, 0, status)
        self.assertTrue(all(row["applied_at"] for row in json.loads(status.stdout)))

    def login(self, server, email, password):
        return server.request("POST", "/api/auth/login", {"email": email, "password": password})

    def test_users_beside_a_running_server(self):
        server = self.serve()
        email = "admin@example.com"
        done = run(self.data, "user", "create", "--email", email, "--role", "admin", MONITORA_PASSWORD=PASSWORD)
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assert_refused(run(self.data, "user", "create", "--email", email, MONITORA_PASSWORD=PASSWORD))
        self.assert_refused(run(self.data, "user", "create", "--email", "other@example.com", MONITORA_PASSWORD="court"))
        self.assert_refused(run(self.data, "user", "create", "--email", "not an address", MONITORA_PASSWORD=PASSWORD))
        self.assert_refused(run(self.data, "user", "create", "--email", "other@example.com"), "MONITORA_PASSWORD")
        listed = run(self.data, "--json", "user", "list")
        self.assertEqual([u["email"] for u in json.loads(listed.stdout)], [email])
        self.assertNotIn("argon2", listed.stdout)
        first = self.login(server, email, PASSWORD)
        self.assertEqual(first.status, 200, first)
        changed = "Une-autre-phrase-88"
        self.assertEqual(run(self.data, "user", "reset-password", "--email", email, MONITORA_PASSWORD=changed).returncode, 0)
        self.assertEqual(server.request("GET", "/api/auth/me", token=first.json["access_token"]).status, 401)
        self.assertEqual(self.login(server, email, PASSWORD).status, 401)
        second = self.login(server, email, changed)
        self.assertEqual(second.status, 200, second)
        self.assertEqual(run(self.data, "user", "disable", "--email", email).returncode, 0)
        self.assertEqual(server.request("GET", "/api/auth/me", token=second.json["access_token"]).status, 401)
        self.assertEqual(self.login(server, email, changed).status, 401)
        for command in ("disable", "reset-password"):
            self.assert_refused(run(self.data, "user", command, "--email", "nobody@example.com", MONITORA_PASSWORD=changed))

    def test_ingest_and_ask(self):
        server = self.serve()
        token = server.register()
        workspace = server.workspace(token)
        self.assertEqual(server.stop(), 0)
        done = run(self.data, "--json", "ingest", "--workspace", workspace, EXAMPLES / "livraison.html", EXAMPLES / "returns.pdf")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual([d["status"] for d in json.loads(done.stdout)], ["indexed", "indexed"])
        done = run(self.data, "--json", "ask", "--workspace", workspace, QUESTION)
        self.assertEqual(done.returncode, 0, done)
        answer = json.loads(done.stdout)
        self.assertIn("2 à 3 jours", answer["response"])
        self.assertIn("livraison.html", [s["filename"] for s in answer["sources"]])
        done = run(self.data, "ask", "--workspace", workspace, QUESTION)
        self.assertIn("livraison.html", done.stdout)
        empty = self.directory / "empty.txt"
        empty.write_bytes(b"")
        self.assertEqual(run(self.data, "ingest", "--workspace", workspace, empty).returncode, 1)
        unknown = "00000000-0000-4000-8000-000000000000"
        self.assert_refused(run(self.data, "ask", "--workspace", unknown, QUESTION))
        self.assert_refused(run(self.data, "ingest", "--workspace", unknown, EXAMPLES / "faq.md"))
        server = self.serve()  # what the command line added, the server knows
        self.assertEqual(server.documents(token, workspace)["livraison.html"]["status"], "indexed")
        self.assertIn("2 à 3 jours", server.ask(token, workspace, QUESTION).json["response"])

    def test_backup_of_a_running_server_and_its_restoring(self):
        server = self.serve()
        token = server.register("marie@example.com")
        workspace = server.workspace(token)
        server.add(token, workspace, "livraison.html")
        expected = server.ask(token, workspace, QUESTION).json["response"]
        file = self.directory / "backup.db"
        done = run(self.data, "backup", file)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual([p.name for p in self.directory.glob("backup*")], ["backup.db"])
        saved = file.read_bytes()
        self.assert_refused(run(self.data, "backup", file))
        self.assertEqual(file.read_bytes(), saved)
        # What happens afterwards is not in it.
        server.add(token, workspace, "faq.md")
        self.assert_refused(run(self.data, "restore", file))  # the server is running
        self.assertEqual(server.stop(), 0)

        garbage = self.directory / "garbage"
        garbage.write_bytes(b"no backup" * 1000)
        other = self.directory / "other.db"
        database = sqlite3.connect(other)
        database.execute("CREATE TABLE a (b)")
        database.commit()
        database.close()
        damaged = self.directory / "damaged"
        damaged.write_bytes(saved[:len(saved) // 2])
        for bad, why in ((garbage, "no backup"), (other, "no backup"), (damaged, "no backup"),
                         (self.directory / "absent", "no file")):
            with self.subTest(file=bad.name):
                self.assert_refused(run(self.data, "restore", bad), why)
        server = self.serve()
        self.assertEqual(set(server.documents(token, workspace)), {"livraison.html", "faq.md"})
        self.assertEqual(server.stop(), 0)

        done = run(self.data, "restore", file)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(".before-restore", done.stdout)
        self.assertEqual(file.read_bytes(), saved)
        # On another machine too, with the secrets.
        elsewhere = self.directory / "elsewhere"
        elsewhere.mkdir()
        shutil.copytree(self.data / "secrets", elsewhere / "secrets")
        done = run(elsewhere, "restore", file)
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn(".before-restore", done.stdout)  # there was none
        for data in (self.data, elsewhere):
            server = self.serve(data)
            login = self.login(server, "marie@example.com", PASSWORD)
            self.assertEqual(login.status, 200, login)
            self.assertEqual(set(server.documents(login.json["access_token"], workspace)), {"livraison.html"})
            self.assertEqual(server.ask(login.json["access_token"], workspace, QUESTION).json["response"], expected)
            self.assertEqual(server.stop(), 0)

    def test_doctor(self):
        self.assertEqual(run(self.data, "schema", "apply").returncode, 0)
        done = run(self.data, "--json", "doctor", JWT_SECRET="un-secret-de-plus-de-trente-deux-caracteres")
        self.assertEqual(done.returncode, 0, done)
        report = json.loads(done.stdout)
        self.assertTrue(report["checks"] and all(c["ok"] and c["message"] for c in report["checks"]), report)
        self.assertNotIn("un-secret-de-plus", done.stdout)
        done = run(self.data, "--json", "doctor", LLM_BASE_URL="http://127.0.0.1:9/v1")
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual([c["check"] for c in json.loads(done.stdout)["checks"] if not c["ok"]], ["Language model"])


if __name__ == "__main__":
    unittest.main()
