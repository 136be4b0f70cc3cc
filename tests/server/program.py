"""Runs the real program for a test: a server on a free port with its own data directory, a small
HTTP client, and the steps that most tests share. Standard library only."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import databases

PROGRAM = os.environ.get("MONITORA_BIN", "monitora")
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
PASSWORD = "Quatre-vents-1975"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def poll(question, seconds, what):
    """Asks until the answer is true; the bound only ends a test that would never end."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.02)


def environment(data, **settings):
    """The settings of this test and no other: nothing from the machine's own environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    database = {} if "DATABASE_URL" in settings else databases.settings_of(data)
    given = {k: str(v) for k, v in settings.items()}
    return {**kept, "LANG": "en_US.UTF-8", "DATA_DIR": str(data), **database, **given}


def run(data, *arguments, stdin="", seconds=60, cwd=None, **settings):
    """One run of the command line to its end."""
    return subprocess.run([PROGRAM, *map(str, arguments)], env=environment(data, **settings), input=stdin, cwd=cwd,
                          capture_output=True, text=True, timeout=seconds)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def events(self):
        """The events of a stream, in order."""
        return [json.loads(line[6:]) for line in self.text.split("\n") if line.startswith("data: ")]

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Client:
    def __init__(self, port):
        self.port = port

    def __call__(self, method, path, body=None, token=None, headers=None, seconds=60):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def open(self, path, body, headers=None, token=None):
        """A request whose reply is read by the test itself: the connected socket."""
        data = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Content-Type: application/json",
                 f"Content-Length: {len(data)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if token:
            lines.append("Authorization: Bearer " + token)
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        return connection


def read_until(connection, mark):
    """What came up to and with `mark`."""
    got = b""
    while mark not in got:
        part = connection.recv(65536)
        if not part:
            raise AssertionError(f"the stream ended before {mark!r}: {got[-500:]!r}")
        got += part
    return got


class Server:
    """`monitora serve`, ready when made."""

    def __init__(self, data, port=None, **settings):
        self.data = pathlib.Path(data)
        self.port = port or free_port()
        self.settings = settings
        self.log = open(self.data.parent / f"{self.data.name}.log", "ab+")
        self.process = subprocess.Popen([PROGRAM, "serve"], stdout=self.log, stderr=subprocess.STDOUT,
                                        env=environment(data, LISTEN=f"127.0.0.1:{self.port}", **settings))
        self.request = Client(self.port)
        self.own_origin = f"http://127.0.0.1:{self.port}"
        try:
            poll(self.is_ready, 60 if databases.KIND == "sqlite" else 180, "ready")
        except AssertionError:
            self.kill()
            raise

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}: {self.output()}")
        try:
            return self.request("GET", "/ready").status == 200
        except OSError:
            return False

    def output(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        """Ends it as an administrator does; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.log.close()
        return code

    # Steps that most tests begin with.

    def register(self, email=None):
        reply = self.request("POST", "/api/auth/register",
                             {"email": email or f"{uuid.uuid4().hex[:12]}@example.com", "password": PASSWORD})
        assert reply.status == 201, reply
        return reply.json["access_token"]

    def workspace(self, token, **fields):
        reply = self.request("POST", "/api/workspaces", {"name": "Essai", **fields}, token)
        assert reply.status == 201, reply
        return reply.json["id"]

    def upload(self, token, workspace, name, content):
        boundary = uuid.uuid4().hex
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
                + content + f"\r\n--{boundary}--\r\n".encode())
        return self.request("POST", f"/api/documents/workspace/{workspace}/upload", body, token,
                            {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def add(self, token, workspace, *files):
        """Uploads files of examples/, or (name, bytes) pairs, and waits until all are read; name → document."""
        for file in files:
            name, content = file if isinstance(file, tuple) else (file, (EXAMPLES / file).read_bytes())
            reply = self.upload(token, workspace, name, content)
            assert reply.status == 202, reply
        return self.wait_indexed(token, workspace)

    def documents(self, token, workspace):
        reply = self.request("GET", f"/api/documents/workspace/{workspace}?limit=200", token=token)
        assert reply.status == 200, reply
        return {document["filename"]: document for document in reply.json["items"]}

    def wait_indexed(self, token, workspace, seconds=90):
        def all_read():
            found = self.documents(token, workspace)
            return found if all(d["status"] in ("indexed", "error") for d in found.values()) else None
        return poll(all_read, seconds, "every document is indexed")

    def ask(self, token, workspace, message, **fields):
        return self.request("POST", "/api/chat",
                            {"workspace_id": workspace, "message": message, "stream": False, **fields}, token)

    def visit(self, workspace, message, origin=None, headers=None, **fields):
        return self.request("POST", f"/api/widget/{workspace}/chat", {"message": message, "stream": False, **fields},
                            headers={"Origin": origin or self.own_origin, **(headers or {})})


def jwt(claims, secret, algorithm="HS256"):
    """A token as a customer's site signs it, or as somebody forges it."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    text = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()) + b"." + part(json.dumps(claims).encode())
    signature = b"" if algorithm == "none" else part(hmac.new(secret.encode(), text, hashlib.sha256).digest())
    return (text + b"." + signature).decode()


def mount_small(directory, size, *options):
    """A file system of its own; False where that is not permitted."""
    directory.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "none", str(directory)], capture_output=True)
    return done.returncode == 0


class ProgramTest(unittest.TestCase):
    """A directory of its own for every test; servers end with their test."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="monitora-server-test-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.addCleanup(databases.give_back_of, self.directory)
        self.data = self.directory / "data"

    def serve(self, data=None, **settings):
        server = Server(data or self.data, **settings)
        self.addCleanup(lambda: None if server.log.closed else server.kill())
        return server

    def mounted(self, size, *options):
        place = self.directory / "mount"
        if not mount_small(place, size, *options):
            self.skipTest("SKIPPED LOUDLY: mounting a small file system is not permitted here, so this fault was not tried")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(place)], check=True))
        return place

    def assert_status(self, reply, status, code=None):
        self.assertEqual(reply.status, status, reply)
        if code:
            self.assertEqual(reply.json["code"], code, reply)
        if status >= 400:
            self.assert_public(reply.text)
        return reply

    def assert_public(self, text):
        """Nothing of the inside: no SQL, path of the machine, library's words or trace."""
        for inside in (r"\bSELECT\b", r"sqlite", r"/tmp/", r"/home/", r"\.cc:", r"std::", r"exception", r"terminate called"):
            self.assertIsNone(re.search(inside, text, re.IGNORECASE), f"{inside} in {text}")


class ServerTest(ProgramTest):
    """One server for all tests of the class."""
    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.class_directory = tempfile.mkdtemp(prefix="monitora-server-test-")
        cls.addClassCleanup(shutil.rmtree, cls.class_directory, ignore_errors=True)
        cls.addClassCleanup(databases.give_back_of, cls.class_directory)
        cls.server = Server(pathlib.Path(cls.class_directory) / "data", **cls.SETTINGS)
        cls.addClassCleanup(cls.server.kill)
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What the tests of the class share."""


def main():
    """Runs the tests of a file on the database that was chosen; 77 where its server is not named."""
    if databases.KIND != "sqlite" and not databases.server_url(databases.KIND):
        print(f"{databases.KIND}: no server is named, nothing is tested")
        sys.exit(77)
    result = unittest.main(module="__main__", exit=False).result
    if databases.KIND == "sqlserver":
        print(f"sqlserver: {result.testsRun - len(result.skipped)} tests ran")
    sys.exit(not result.wasSuccessful())
