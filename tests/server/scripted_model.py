"""A language model's endpoint that does what a test tells it, well or badly."""
import json
import socket
import struct
import threading

from program import ServerTest


def event(content, **fields):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None, **fields}
    return "data: {}\n\n".format(json.dumps({"model": "essai", "choices": [choice]}, ensure_ascii=False)).encode()


END = event("", finish_reason="stop") + b"data: [DONE]\n\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


def says(*tokens, size=None):
    """The tokens as a stream; with `size`, cut into chunks of so many bytes wherever that falls."""
    data = b"".join(event(token) for token in tokens) + END
    parts = [data] if size is None else [data[at:at + size] for at in range(0, len(data), size)]
    return lambda connection: connection.sendall(STREAM + b"".join(map(chunk, parts)) + b"0\r\n\r\n")


def refuses(status, headers="", body=b'{"error":{"message":"internal-words of the model"}}'):
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def sends(data):
    return lambda connection: connection.sendall(data)


def drops(*tokens):
    """Breaks the connection after the tokens."""
    def script(connection):
        connection.sendall(STREAM + b"".join(chunk(event(token)) for token in tokens))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return script


class ScriptedModel:
    """Each request is answered by the next script; with none left, by "Bien reçu. [1]"."""

    def __init__(self):
        self.requests = []
        self.scripts = []
        self.client_left = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self):
        # The thread ends first: it would go on accepting on the descriptor's number, which the next
        # model's listener gets.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def then(self, *scripts):
        self.requests.clear()
        self.scripts[:] = scripts
        self.client_left.clear()

    def stalls(self, *tokens):
        """Says the tokens, then nothing until the other side goes away."""
        def script(connection):
            connection.sendall(STREAM + b"".join(chunk(event(token)) for token in tokens))
            try:
                while connection.recv(1024):
                    pass
            except ConnectionError:
                pass
            self.client_left.set()
        return script

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                while self._one(connection):
                    pass
            except (ConnectionError, TimeoutError):
                pass

    def _one(self, connection):
        """One request on a connection that may carry more; false at its end."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return False
            data += part
        head, body = data.split(b"\r\n\r\n", 1)
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            part = connection.recv(65536)
            if not part:
                return False
            body += part
        with self._lock:
            self.requests.append({"line": head.split(b"\r\n")[0].decode(), "head": head.decode(), "body": json.loads(body) if body else None})
            script = self.scripts.pop(0) if self.scripts else says("Bien reçu. [1]")
        script(connection)
        return False


class ModelTest(ServerTest):
    """One server whose model is `model`, for all tests of the class."""
    @classmethod
    def setUpClass(cls):
        cls.model = ScriptedModel()
        cls.addClassCleanup(cls.model.close)
        cls.SETTINGS = {"LLM_BASE_URL": cls.model.url, "LLM_MODEL": "essai", **cls.SETTINGS}
        super().setUpClass()
