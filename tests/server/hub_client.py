"""Clients of the hub for tests: the official one in Node, and one that speaks WebSocket by itself and so
can misbehave. Standard library only."""
import base64
import json
import os
import pathlib
import queue
import socket
import struct
import subprocess
import threading

DIRECTORY = pathlib.Path(__file__).resolve().parent / "live"
WAIT = 60  # seconds; only ends a test that would never end
END = "\x1e"


def prepare():
    subprocess.run([DIRECTORY / "prepare.sh"], check=True)


class Official:
    """`@microsoft/signalr` over one transport."""

    def __init__(self, port, token, transport="WebSockets", path="/hubs/workspace"):
        self.process = subprocess.Popen(
            ["node", DIRECTORY / "client.mjs", f"http://127.0.0.1:{port}{path}", transport, token],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines, self.count = queue.Queue(), 0
        self.kept = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put({"ended": True})

    def next(self, wanted):
        """The first line that is `wanted`, what came before and is not kept for later."""
        for i, line in enumerate(self.kept):
            if wanted(line):
                return self.kept.pop(i)
        while True:
            line = self.lines.get(timeout=WAIT)
            if wanted(line):
                return line
            assert "ended" not in line, f"the client ended; it had said {self.kept}"
            self.kept.append(line)

    def do(self, command, **more):
        self.count += 1
        number = self.count
        self.process.stdin.write(json.dumps({"do": command, "id": number, **more}) + "\n")
        self.process.stdin.flush()
        return self.next(lambda line: line.get("done") == number)

    def start(self):
        answer = self.do("start")
        assert "error" not in answer, answer
        return self

    def invoke(self, method, *args):
        return self.do("invoke", method=method, args=args)

    def subscribe(self, *args):
        answer = self.invoke("Subscribe", *args)
        assert "error" not in answer, answer
        return answer["value"]

    def event(self, name, accept=lambda data: True):
        return self.next(lambda line: line.get("event") == name and accept(line["data"]))["data"]

    def seen(self):
        """All events so far that nobody asked for."""
        while not self.lines.empty():
            self.kept.append(self.lines.get())
        return [line for line in self.kept if "event" in line]

    def forget(self):
        self.seen()
        self.kept = []

    def close(self):
        self.process.stdin.close()
        self.process.wait(WAIT)
        self.process.stdout.close()


class Raw:
    """A WebSocket of our own."""

    def __init__(self, port, token, handshake=True, **headers):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        lines = [f"GET /hubs/workspace?access_token={token} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade",
                 "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(4096)
            assert part, head
            head += part
        head, self.bytes = head.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.records = []
        if handshake and self.status == 101:
            self.send('{"protocol":"json","version":1}' + END)
            assert self.record() == {}

    def frame(self, payload, opcode=1, final=True):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([(0x80 if final else 0) | opcode])
        head += bytes([0x80 | size]) if size < 126 else \
            b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def send(self, text):
        self.frame(text.encode())

    def invoke(self, method, *args, number="1"):
        self.send(json.dumps({"type": 1, "invocationId": number, "target": method, "arguments": args}) + END)
        while True:
            record = self.record()
            if record is None or record.get("invocationId") == number:
                return record

    def take(self, count):
        while len(self.bytes) < count:
            part = self.socket.recv(65536)
            if not part:
                return None
            self.bytes += part
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def read_frame(self):
        """(opcode, payload), or nothing at the connection's end."""
        try:
            head = self.take(2)
            if head is None:
                return None
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
            return head[0] & 15, self.take(size)
        except ConnectionError:
            return None

    def record(self):
        """The next record but for pings; nothing when the server has closed."""
        while True:
            while self.records:
                record = json.loads(self.records.pop(0))
                if record.get("type") != 6:
                    return record
            frame = self.read_frame()
            if frame is None or frame[0] == 8:
                return None
            if frame[0] == 1:
                self.records += frame[1].decode().split(END)[:-1]

    def close(self):
        self.socket.close()
