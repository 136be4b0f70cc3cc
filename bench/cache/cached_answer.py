"""How long an answer takes over HTTP when it is kept, and what looking for one adds when it is not.
Usage: cached_answer.py PROGRAM QUESTIONS

A server on SQLite without a language model, one document, and QUESTIONS kept questions whose vectors lie
around one that was really asked (cosines of 0.75 to 0.90, as a workspace's questions have)."""
import array
import http.client
import json
import math
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid

QUESTION = "Quel est le délai de livraison en France ?"
SAME = "En combien de temps serai-je livré en France ?"
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "examples" / "livraison.html"
TRIES = 400
LOAD_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, program, data):
        self.port = free_port()
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        self.process = subprocess.Popen([program, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
            **keep, "DATA_DIR": str(data), "LISTEN": f"127.0.0.1:{self.port}", "RATE_LIMIT_ADDRESS": "1000000",
            "RATE_LIMIT_VISITOR": "1000000", "RATE_LIMIT_WORKSPACE": "1000000"})
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while True:
            try:
                if self.request("GET", "/ready")[0] == 200:
                    return
            except OSError:
                self.connection.close()
            if self.process.poll() is not None:
                sys.exit("the server ended")
            time.sleep(0.05)

    def request(self, method, path, body=None, token=None, kind="application/json"):
        headers = {"Origin": f"http://127.0.0.1:{self.port}"}
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            headers["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text else None

    def ask(self, workspace, question):
        """The reply and its milliseconds."""
        begin = time.perf_counter()
        status, reply = self.request("POST", f"/api/widget/{workspace}/chat", {"message": question, "stream": False})
        took = (time.perf_counter() - begin) * 1000
        assert status == 200, reply
        return reply, took

    def workspace(self, token, **settings):
        workspace = self.request("POST", "/api/workspaces", {"name": "Essai"}, token)[1]["id"]
        self.request("PATCH", f"/api/workspaces/{workspace}/rag-config", settings, token)
        mark = uuid.uuid4().hex
        part = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{DOCUMENT.name}"\r\n\r\n'
        body = part.encode() + DOCUMENT.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        self.request("POST", f"/api/documents/workspace/{workspace}/upload", body, token, f"multipart/form-data; boundary={mark}")
        while self.request("GET", f"/api/documents/workspace/{workspace}", token=token)[1]["items"][0]["status"] != "indexed":
            time.sleep(0.05)
        return workspace

    def stop(self):
        self.process.terminate()
        self.process.wait()


def fill(database, count):
    """Copies of the one row that is there, with other questions."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    row = dict(connection.execute("SELECT * FROM response_cache").fetchone())
    asked = array.array("f", row["question_embedding"])
    chance = random.Random(7)
    noises = []
    for _ in range(256):
        noise = [chance.gauss(0, 1) for _ in asked]
        along = sum(n * a for n, a in zip(noise, asked))
        noise = [n - along * a for n, a in zip(noise, asked)]
        length = math.sqrt(sum(n * n for n in noise))
        noises.append([n / length for n in noise])
    vectors = []
    for noise in noises:
        for _ in range(64):
            near = chance.uniform(0.75, 0.90)
            far = math.sqrt(1 - near * near)
            vectors.append(array.array("f", [near * a + far * n for a, n in zip(asked, noise)]).tobytes())
    columns = list(row)

    def rows():
        for i in range(count):
            yield [{**row, "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "question_hash": f"{i:064x}",
                    "question": f"Quel est le prix du produit {i} ?", "question_embedding": vectors[i % len(vectors)]}[c]
                   for c in columns]
    with connection:
        connection.executemany(f"INSERT INTO response_cache ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", rows())
    connection.close()


def line(what, times):
    times = sorted(times)
    print(f"| {what} | {len(times)} | {times[len(times) // 2]:.1f} | {times[int(len(times) * 0.95)]:.1f} | {times[int(len(times) * 0.99)]:.1f} |")


def main():
    program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    directory = pathlib.Path(tempfile.mkdtemp(prefix="monitora-bench-"))
    server = None
    try:
        data = directory / "data"
        server = Server(program, data)
        token = server.request("POST", "/api/auth/register", {"email": "bench@example.com", "password": "Quatre-vents-1975"})[1]["access_token"]
        kept, anew = server.workspace(token, cache_ttl=86400), server.workspace(token, enable_cache=False)
        server.ask(kept, QUESTION)
        server.stop()
        fill(next(data.glob("*.db")), count)
        server = Server(program, data)
        server.ask(kept, "Livrez-vous au bout du monde ?")  # from now on the kept questions are read, in the background
        time.sleep(LOAD_SECONDS)
        print(f"{count + 1} kept questions\n")
        for workspace in (kept, anew):
            for i in range(20):
                server.ask(workspace, f"Livrez-vous au village {i} ?")
        same, words, looked, plain = [], [], [], []
        for i in range(TRIES):
            reply, took = server.ask(kept, SAME)
            assert reply["cached"]
            same.append(took)
            reply, took = server.ask(kept, QUESTION)
            assert reply["cached"]
            words.append(took)
            question = f"Livrez-vous dans la commune numéro {i} ?"
            looked.append(server.ask(kept, question)[1])
            plain.append(server.ask(anew, question)[1])
        print("| answer over HTTP, one client | tries | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|")
        line("kept, asked in other words", same)
        line("kept, asked in the same words", words)
        line("not kept, looked for", looked)
        line("not kept, cache off", plain)
    finally:
        if server:
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
