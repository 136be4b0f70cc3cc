"""Run by run.sh: starts a server on an empty directory, asks it one question, lets it rest, and says
how long it took to be ready and what it holds in memory. Then once more on the same directory."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

REST_SECONDS = 10
START_LIMIT_SECONDS = 60


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def call(port, method, path, body=None, token=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_ready(port, server):
    begin = time.monotonic()
    while time.monotonic() - begin < START_LIMIT_SECONDS and server.poll() is None:
        try:
            call(port, "GET", "/ready")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    sys.exit("the server does not become ready")


def kilobytes(pid, file, name):
    for line in open(f"/proc/{pid}/{file}"):
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def ask(port, state):
    """One question, from an account and in a workspace that are made the first time."""
    account = {"email": "bench@example.com", "password": "une longue phrase de bench"}
    if not state:
        call(port, "POST", "/api/auth/register", account)
    token = call(port, "POST", "/api/auth/login", account)["access_token"]
    if not state:
        state.update(call(port, "POST", "/api/workspaces", {"name": "Bench"}, token))
    call(port, "POST", "/api/chat", {"workspace_id": state["id"], "stream": False,
                                     "message": "Quel est le délai de livraison ?"}, token)


def run(program, directory, workspace, label):
    port = free_port()
    begin = time.monotonic()
    server = subprocess.Popen([program, "--data-dir", directory, "serve", "--listen",
                               f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL,
                              env={**os.environ, "LOG_LEVEL": "warning"})
    try:
        wait_ready(port, server)
        ready = time.monotonic() - begin
        ask(port, workspace)
        time.sleep(REST_SECONDS)
        resident = kilobytes(server.pid, "status", "VmRSS") / 1024
        own = kilobytes(server.pid, "status", "RssAnon") / 1024
        shared = kilobytes(server.pid, "smaps_rollup", "Pss") / 1024
        print(f"{label:<28}{ready * 1e3:>12.0f}{resident:>12.0f}{shared:>10.0f}{own:>12.0f}")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def main():
    print(f"{'idle server, model loaded':<28}{'ready ms':>12}{'VmRSS MB':>12}{'PSS MB':>10}"
          f"{'RssAnon MB':>12}")
    workspace = {}
    with tempfile.TemporaryDirectory() as directory:
        run(sys.argv[1], directory, workspace, "first start, empty directory")
        run(sys.argv[1], directory, workspace, "second start")


main()
