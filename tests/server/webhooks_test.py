"""Webhooks over the network: what a receiver gets, and what becomes of one that fails or is slow."""
import hashlib
import hmac
import http.server
import json
import threading
import time

from program import ServerTest, main, poll


class Receiver:
    """An HTTP server that keeps what it is sent and answers what it is told to."""

    def __init__(self):
        self.got, self.status, self.headers, self.stuck = [], 204, {}, threading.Event()
        self.stuck.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append({"path": self.path, "headers": dict(self.headers), "body": body})
                receiver.stuck.wait(60)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/crochet"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.stuck.set()
        self.server.shutdown()
        self.server.server_close()


def is_signed(got, secret):
    """What docs/api.md tells receivers to do."""
    fields = [field.split("=", 1) for field in got["headers"]["Monitora-Signature"].split(",")]
    moment = next(value for name, value in fields if name == "t")
    wanted = hmac.new(secret.encode(), moment.encode() + b"." + got["body"], hashlib.sha256).hexdigest()
    return abs(time.time() - int(moment)) < 300 and any(hmac.compare_digest(value, wanted) for name, value in fields if name == "v1")


class Webhooks(ServerTest):
    SETTINGS = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "RATE_LIMIT_ADDRESS": 100000}

    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()

    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.workspace = self.server.workspace(self.token)
        self.hooks = f"/api/workspaces/{self.workspace}/webhooks"

    def hook(self, events, url=None):
        reply = self.server.request("POST", self.hooks, {"url": url or self.receiver.url, "events": events}, self.token)
        return self.assert_status(reply, 201).json

    def deliveries(self, hook):
        return self.assert_status(self.server.request("GET", f"{self.hooks}/{hook['id']}/deliveries", token=self.token), 200).json["items"]

    def ask(self):
        return self.assert_status(self.server.visit(self.workspace, "Qui a gagné le match ?"), 200).json

    def test_a_visitor_who_is_not_answered(self):
        hook = self.hook(["conversation.created", "answer.low_confidence", "feedback.negative"])
        answer = self.ask()
        poll(lambda: len(self.receiver.got) == 2, 30, "both are told")
        vote = {"message_id": answer["message_id"], "session_token": answer["session_token"], "feedback": -1}
        reply = self.server.request("POST", f"/api/widget/{self.workspace}/feedback", vote, headers={"Origin": self.server.own_origin})
        self.assertIn(reply.status, (200, 204), reply)
        poll(lambda: len(self.receiver.got) == 3, 30, "the thumb is told")
        told = {}
        for got in self.receiver.got:
            self.assertTrue(is_signed(got, hook["secret"]))
            self.assertFalse(is_signed(got, "whsec_another"))
            body = json.loads(got["body"])
            self.assertEqual((got["headers"]["Monitora-Event"], got["headers"]["Monitora-Delivery"]), (body["type"], body["id"]))
            self.assertEqual(body["workspace_id"], self.workspace)
            self.assertNotIn("match", got["body"].decode())
            told[body["type"]] = body["data"]
        self.assertEqual(told["conversation.created"], {"conversation_id": answer["session_id"], "channel": "widget"})
        self.assertEqual(told["answer.low_confidence"]["message_id"], answer["message_id"])
        self.assertLess(told["answer.low_confidence"]["rag_score"], 0.5)
        self.assertEqual(told["feedback.negative"]["message_id"], answer["message_id"])
        poll(lambda: all(d["status"] == "delivered" for d in self.deliveries(hook)), 30, "all are marked")

    def test_a_secret_that_was_rotated_signs_along(self):
        hook = self.hook(["conversation.created"])
        newer = self.assert_status(self.server.request("POST", f"{self.hooks}/{hook['id']}/rotate-secret", token=self.token), 200).json["secret"]
        self.ask()
        poll(lambda: self.receiver.got, 30, "it is told")
        for secret in (newer, hook["secret"]):
            self.assertTrue(is_signed(self.receiver.got[0], secret))

    def test_a_failure_is_tried_again(self):
        self.receiver.status = 500
        hook = self.hook(["conversation.created"])
        self.ask()
        first = poll(lambda: [d for d in self.deliveries(hook) if d["attempts"] == 1], 30, "it is tried")[0]
        self.assertEqual((first["status"], first["response_status"]), ("pending", 500))
        self.assertTrue(first["error"] and first["next_attempt_at"])
        self.receiver.status = 200
        poll(lambda: self.deliveries(hook)[0]["status"] == "delivered", 40, "the second attempt arrives")
        ids = {json.loads(got["body"])["id"] for got in self.receiver.got}
        self.assertEqual((len(self.receiver.got), ids), (2, {first["id"]}))

    def test_redirects_and_private_addresses(self):
        for url in ("http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://127.0.0.2/", "http://[::1]/", "ftp://a.example/",
                    "http://user:word@127.0.0.1/", "crochet", "http://127.2/", "http://0x7f000002/"):
            with self.subTest(url=url):
                reply = self.server.request("POST", self.hooks, {"url": url, "events": ["conversation.created"]}, self.token)
                self.assert_status(reply, 422)
                self.assertEqual(reply.json["errors"][0]["field"], "url")
        hook = self.hook(["conversation.created"])
        self.receiver.status, self.receiver.headers = 302, {"Location": "http://10.0.0.1/secret"}
        reply = self.assert_status(self.server.request("POST", f"{self.hooks}/{hook['id']}/test", token=self.token), 200).json
        self.assertEqual((reply["status"], reply["response_status"]), ("failed", 302))
        self.assertEqual(len(self.receiver.got), 1)

    def test_a_receiver_that_takes_a_minute_holds_up_nobody(self):
        self.receiver.stuck.clear()
        hook = self.hook(["conversation.created"])
        for _ in range(12):
            self.ask()
        poll(lambda: self.receiver.got, 30, "the first is sent")
        other = Receiver()
        self.addCleanup(other.close)
        self.hook(["conversation.created"], other.url)
        self.ask()
        poll(lambda: other.got, 8, "another receiver is told meanwhile")
        self.server.add(self.token, self.workspace, ("notes.txt", "Ouvert de 10 h à 18 h.".encode()))  # documents are read meanwhile
        failed = poll(lambda: [d for d in self.deliveries(hook) if d["attempts"]], 30, "ten seconds are enough")
        self.assertEqual(failed[0]["status"], "pending")
        self.assertEqual(len(self.receiver.got), 1, "it is left alone for a while")


if __name__ == "__main__":
    main()
