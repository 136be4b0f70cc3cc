"""A TCP proxy that misbehaves as it is told, between a server and its database."""
import random
import socket
import threading
import time


class FaultyProxy:
    """Listens on 127.0.0.1:port. What it does to traffic:
    pass     forwards everything
    freeze   takes connections and bytes and forwards nothing until it passes again
    chaos    delays, cuts and truncates at random; the same seed decides the same for each connection
    close() refuses connections; open() takes them again on the same port."""

    def __init__(self, host, port, seed=1):
        self.target = (host, port)
        self.seed = seed
        self.mode = "pass"
        self.changed = threading.Condition()
        self.lock = threading.Lock()
        self.connections = set()
        self.accepted = 0
        self.cuts = 0
        self.listener = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.open()

    def set(self, mode):
        with self.changed:
            self.mode = mode
            self.changed.notify_all()

    def open(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=200, reuse_port=True)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def close(self):
        """Refuses new connections and cuts those that are there."""
        listener, self.listener = self.listener, None
        if listener:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        self.cut()

    def cut(self):
        with self.lock:
            found = list(self.connections)
        for one in found:
            self._end(one)

    def _end(self, pair):
        with self.lock:
            self.connections.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            number = self.accepted
            threading.Thread(target=self._serve, args=(client, number), daemon=True).start()

    def _serve(self, client, number):
        self._wait_while_frozen()
        try:
            server = socket.create_connection(self.target, timeout=10)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = (client, server)
        with self.lock:
            self.connections.add(pair)
        pumps = [threading.Thread(target=self._pump, args=(pair, a, b, random.Random(f"{self.seed}/{number}/{way}")), daemon=True)
                 for way, (a, b) in enumerate([(client, server), (server, client)])]
        for pump in pumps:
            pump.start()
        for pump in pumps:
            pump.join()
        self._end(pair)
        for end in pair:
            end.close()

    def _wait_while_frozen(self):
        with self.changed:
            self.changed.wait_for(lambda: self.mode != "freeze")

    def _pump(self, pair, source, target, chance):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                self._wait_while_frozen()
                if self.mode == "chaos":
                    dice = chance.random()
                    if dice < 0.004:  # cut
                        self.cuts += 1
                        break
                    if dice < 0.008:  # truncated
                        self.cuts += 1
                        target.sendall(data[:len(data) // 2])
                        break
                    if dice < 0.05:
                        time.sleep(chance.random() * 0.2)
                target.sendall(data)
        except OSError:
            pass
        self._end(pair)
