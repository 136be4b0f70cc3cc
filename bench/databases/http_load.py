"""The same HTTP load on each database: python3 http_load.py SECONDS NAME=ADDRESS…

One node of `monitora serve` with its pool of 8, eight clients in a closed loop for each kind of request.
"opened" counts the connections that the node makes to its database during the load (a proxy between the
two counts them)."""
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "server"), str(ROOT / "tests" / "tools")]
import databases  # noqa: E402
from faulty_proxy import FaultyProxy  # noqa: E402
from program import EXAMPLES, PASSWORD, Server  # noqa: E402

CLIENTS = 8
FREE = {"RATE_LIMIT_ADDRESS": 1000000, "RATE_LIMIT_VISITOR": 1000000, "RATE_LIMIT_WORKSPACE": 1000000,
        "RATE_LIMIT_LOGIN": 1000000, "LOG_LEVEL": "error"}


def measured(work, seconds):
    """Requests a second, p50 and p99 in ms, and replies other than what was wanted."""
    times, failed, lock, end = [], [0], threading.Lock(), time.monotonic() + seconds

    def client(number):
        mine, wrong = [], 0
        while (start := time.monotonic()) < end:
            good = work(number)
            mine.append((time.monotonic() - start) * 1000)
            wrong += not good
        with lock:
            times.extend(mine)
            failed[0] += wrong
    threads = [threading.Thread(target=client, args=(i,)) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return len(times) / seconds, statistics.median(times), times[len(times) * 99 // 100], failed[0]


class Bench:
    def __init__(self, name, address):
        self.name = name
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="monitora-bench-"))
        self.proxy, settings = None, {"DATABASE_URL": f"sqlite:{self.directory}/bench.db"}
        if name != "sqlite":
            kind = "sqlserver" if address.startswith("sqlserver") else "postgres"
            database = databases.Database(address, kind)
            host, port = re.search(r"([\w.]+):(\d+)/", database.url).groups()
            self.proxy = FaultyProxy(host, int(port))
            settings = {**database.settings,
                        "DATABASE_URL": re.sub(r"[\w.]+:\d+/", f"127.0.0.1:{self.proxy.port}/", database.url)}
        self.server = Server(self.directory / "data", **settings, **FREE)
        self.email = "bench@example.com"
        self.token = self.server.register(self.email)
        self.workspace = self.server.workspace(self.token)
        self.server.request("PATCH", f"/api/workspaces/{self.workspace}/rag-config", {"enable_cache": False}, self.token)
        self.server.add(self.token, self.workspace, "livraison.html", "faq.md", "returns.pdf")
        for _ in range(30):
            self.server.workspace(self.token)
        # A conversation of six turns for each client.
        self.talks = []
        for _ in range(CLIENTS):
            talk = self.ask("Quel est le délai de livraison en France ?").json["conversation_id"]
            for _ in range(5):
                self.ask("et pour la Suisse ?", conversation_id=talk)
            self.talks.append(talk)

    def ask(self, message, **fields):
        return self.server.ask(self.token, self.workspace, message, **fields)

    def login(self, _):
        return self.server.request("POST", "/api/auth/login", {"email": self.email, "password": PASSWORD}).status == 200

    def page(self, _):
        return self.server.request("GET", "/api/workspaces?limit=50", token=self.token).status == 200

    def chat(self, number):
        return self.ask("et combien cela coûte ?", conversation_id=self.talks[number]).status == 200

    def upload(self, _):
        name = f"{uuid.uuid4().hex}.txt"
        return self.server.upload(self.token, self.workspace, name, b"Le phare eclaire la baie. " * 80).status == 202

    def run(self, seconds):
        for work in (self.page, self.chat):  # all connections of the pool are open before
            measured(work, 1)
        before = self.proxy.accepted if self.proxy else 0
        for what, work in [("login", self.login), ("list of 31 workspaces", self.page),
                           ("chat turn with 6 turns before", self.chat), ("upload of 2 KB", self.upload)]:
            rate, p50, p99, failed = measured(work, seconds)
            opened = self.proxy.accepted - before if self.proxy else 0
            print(f"| {what} | {self.name} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {failed} | {opened} |", flush=True)

    def end(self):
        self.server.kill()
        if self.proxy:
            self.proxy.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    seconds = float(sys.argv[1])
    print("| HTTP, 8 clients | database | requests/s | p50 ms | p99 ms | failed | opened |\n|---|---|---|---|---|---|---|")
    for argument in sys.argv[2:]:
        name, address = argument.split("=", 1)
        bench = Bench(name, address)
        try:
            bench.run(seconds)
        finally:
            bench.end()


main()
