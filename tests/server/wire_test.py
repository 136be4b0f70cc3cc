"""Clients that misbehave on the wire: each is refused or cut, and nobody else notices."""
import socket
import unittest

from program import ServerTest, poll


class Wire(ServerTest):
    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()
        cls.workspace = cls.server.workspace(cls.token)

    def connect(self, data):
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        self.addCleanup(connection.close)
        try:
            connection.sendall(data)
        except ConnectionError:
            pass  # refused before all was sent
        return connection

    def reply(self, data):
        """All that is answered until the server closes; empty when it cut the connection."""
        connection = self.connect(data)
        got = b""
        try:
            while part := connection.recv(65536):
                got += part
        except ConnectionError:
            pass
        return got

    def tearDown(self):
        self.assertEqual(self.server.request("GET", "/ready").status, 200)

    def test_a_header_of_10_MB(self):
        got = self.reply(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (10 << 20) + b"\r\n\r\n")
        self.assertTrue(got == b"" or got.split(b" ")[1] in (b"400", b"431"), got[:200])
        self.assertNotIn(b" 200 ", got)

    def test_no_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"GET\r\n\r\n", b"\x00" * 1000 + b"\r\n\r\n",
                     b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n", b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                     b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"):
            with self.subTest(data=data[:40]):
                got = self.reply(data)
                self.assertTrue(got == b"" or got.split(b" ")[1].startswith(b"4") or got.split(b" ")[1] == b"505", got[:200])

    def test_two_readings_of_one_length(self):
        """The second request would be smuggled past a proxy that believes the other length."""
        got = self.reply(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertNotIn(b" 200 ", got)

    def test_clients_that_never_finish_their_head(self):
        slow = [self.connect(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(300)]
        self.assertEqual(self.server.request("GET", "/health").status, 200)
        self.assertEqual(self.server.ask(self.token, self.workspace, "Bonjour").status, 200)
        # Cut by the server, whose limit is its own; the bound only ends a test that would never end.
        slow[0].settimeout(120)
        try:
            while slow[0].recv(65536):
                pass
        except ConnectionError:
            pass

    def test_a_client_that_vanishes_during_its_upload(self):
        head = (f"POST /api/documents/workspace/{self.workspace}/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n"
                '--b\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\n').encode()
        connection = self.connect(head + b"la moitie d'un texte " * 100000)

        def scratch():
            return [p for p in self.server.data.rglob("*") if p.is_file() and not p.name.startswith("monitora.db") and p.stat().st_size > 1 << 20]
        poll(scratch, 60, "it is being received")
        connection.close()
        poll(lambda: not scratch(), 60, "what was received of it is removed")
        self.assertEqual(self.server.documents(self.token, self.workspace), {})

    def test_a_client_that_vanishes_during_its_stream(self):
        for _ in range(50):
            self.server.request.open("/api/chat", {"workspace_id": self.workspace, "message": "Bonjour"}, token=self.token).close()
        self.assertEqual(self.server.ask(self.token, self.workspace, "Bonjour").status, 200)


if __name__ == "__main__":
    unittest.main()
