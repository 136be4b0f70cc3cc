"""What a visitor's browser may and may not do, over real HTTP."""
import json
import time

from program import ProgramTest, ServerTest, jwt, main

LISTED = "https://shop.example.com"
SECRET_TEXT = "Le code du portail est 7351-ocre."


def flipped(token):
    """Another first character of the signature: its last one also holds bits that mean nothing."""
    head, signature = token.rsplit(".", 1)
    return head + "." + ("A" if signature[0] != "A" else "B") + signature[1:]


class Origins(ServerTest):
    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()
        cls.open = cls.server.workspace(cls.token)
        cls.listed = cls.server.workspace(cls.token, name="Liste", allowed_domains=["example.com"])

    def config(self, workspace, headers):
        return self.server.request("GET", f"/api/widget/{workspace}/config", headers=headers)

    def test_rules(self):
        own = self.server.own_origin
        cases = [
            # workspace, headers, allowed
            ("open", {}, False),
            ("open", {"Origin": "null"}, False),
            ("open", {"Origin": ""}, False),
            ("open", {"Origin": own}, True),
            ("open", {"Origin": own.replace("http:", "https:")}, False),
            ("open", {"Origin": "http://localhost:5173"}, True),
            ("open", {"Origin": "https://example.com"}, False),
            ("open", {"Origin": "https://localhost.evil.example"}, False),
            ("open", {"Sec-Fetch-Site": "same-origin"}, True),
            ("open", {"Sec-Fetch-Site": "same-site"}, False),
            ("open", {"Sec-Fetch-Site": "cross-site"}, False),
            ("open", {"Sec-Fetch-Site": "none"}, False),
            ("open", {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, False),
            ("listed", {}, False),
            ("listed", {"Origin": "null"}, False),
            ("listed", {"Origin": "https://example.com"}, True),
            ("listed", {"Origin": "https://shop.example.com"}, True),
            ("listed", {"Origin": "https://EXAMPLE.com"}, True),
            ("listed", {"Origin": "http://example.com"}, False),
            ("listed", {"Origin": "https://example.com.evil.example"}, False),
            ("listed", {"Origin": "https://notexample.com"}, False),
            ("listed", {"Origin": "https://example.com@evil.example"}, False),
            ("listed", {"Origin": "https://evil.example#example.com"}, False),
            ("listed", {"Origin": "https://evil.example/.example.com"}, False),
            ("listed", {"Origin": "http://localhost:5173"}, False),
            ("listed", {"Origin": own}, False),
            ("listed", {"Sec-Fetch-Site": "same-origin"}, False),
        ]
        for name, headers, allowed in cases:
            with self.subTest(workspace=name, **headers):
                reply = self.config(getattr(self, name), headers)
                self.assertEqual(reply.headers.get("Access-Control-Allow-Origin"),
                                 headers.get("Origin") if allowed else None)
                if allowed:
                    self.assert_status(reply, 200)
                else:
                    self.assert_status(reply, 403, "domain_not_allowed")
                    self.assertNotIn("allowed_domains", reply.text)
                    self.assertNotIn("example.com", reply.text)

    def test_the_rule_holds_on_every_route(self):
        bad = {"Origin": "https://evil.example"}
        for method, path, body in [("GET", "config", None), ("POST", "chat", {"message": "Bonjour"}),
                                   ("GET", "history?session_id=x", None),
                                   ("POST", "feedback", {"message_id": "x", "session_token": "x", "feedback": 1})]:
            with self.subTest(path=path):
                for headers in (bad, {}, {"Origin": "null"}):
                    reply = self.server.request(method, f"/api/widget/{self.listed}/{path}", body, headers=headers)
                    self.assert_status(reply, 403, "domain_not_allowed")

    def test_preflight(self):
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        path = f"/api/widget/{self.listed}/chat"
        reply = self.server.request("OPTIONS", path, headers={"Origin": LISTED, **asks})
        self.assertEqual((reply.status, reply.headers["Access-Control-Allow-Origin"]), (204, LISTED))
        reply = self.server.request("OPTIONS", path, headers={"Origin": "https://evil.example", **asks})
        self.assertEqual((reply.status, reply.headers.get("Access-Control-Allow-Origin")), (403, None))

    def test_disabled_workspace(self):
        workspace = self.server.workspace(self.token, name="Fermé", allowed_domains=["example.com"])
        self.assert_status(self.server.request("PATCH", f"/api/workspaces/{workspace}", {"is_active": False}, self.token), 200)
        self.assert_status(self.config(workspace, {"Origin": LISTED}), 403, "workspace_disabled")
        self.assert_status(self.server.visit(workspace, "Bonjour", LISTED), 403, "workspace_disabled")
        reply = self.server.request("POST", f"/api/widget/{workspace}/chat", {"message": "Bonjour"}, headers={"Origin": LISTED})
        self.assert_status(reply, 403, "workspace_disabled")

    def test_unknown_workspace(self):
        for unknown in ("00000000-0000-4000-8000-000000000000", "x", "../admin"):
            reply = self.server.visit(unknown, "Bonjour")
            self.assertEqual(reply.status, 404, reply)


class Conversations(ServerTest):
    SETTINGS = {"RATE_LIMIT_ADDRESS": 100000, "RATE_LIMIT_VISITOR": 100000}

    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()
        cls.workspace = cls.server.workspace(cls.token, allowed_domains=["example.com"])
        cls.other = cls.server.workspace(cls.token, name="Voisin", allowed_domains=["example.com"])
        cls.server.add(cls.token, cls.workspace, "livraison.html")

    def visit(self, message="Quel est le délai de livraison en France ?", workspace=None, **fields):
        return self.server.visit(workspace or self.workspace, message, LISTED, **fields)

    def begin(self, message=SECRET_TEXT, workspace=None):
        return self.assert_status(self.visit(message, workspace), 200).json

    def history(self, session, token, workspace=None):
        headers = {"Origin": LISTED, **({"X-Session-Token": token} if token is not None else {})}
        return self.server.request("GET", f"/api/widget/{workspace or self.workspace}/history?session_id={session}", headers=headers)

    def feedback(self, body, workspace=None):
        return self.server.request("POST", f"/api/widget/{workspace or self.workspace}/feedback", body, headers={"Origin": LISTED})

    def test_an_answer_without_raw_scores(self):
        whole = self.assert_status(self.visit(), 200)
        self.assertEqual(set(whole.json), {"response", "session_id", "session_token", "message_id", "sources", "confidence", "cached"})
        self.assertIn(whole.json["confidence"], ("high", "medium", "low"))
        self.assertIn("2 à 3 jours", whole.json["response"])
        streamed = self.visit("Combien coûte la livraison en Suisse ?", stream=True)
        self.assertTrue(streamed.headers["Content-Type"].startswith("text/event-stream"))
        kinds = [event["type"] for event in streamed.events]
        self.assertEqual((kinds[0], kinds[-1], set(kinds[1:-1])), ("sources", "done", {"token"}))
        self.assertEqual(set(streamed.events[-1]), {"type", "session_id", "session_token", "message_id", "confidence", "cached"})
        done = streamed.events[-1]
        seen = self.assert_status(self.history(done["session_id"], done["session_token"]), 200)
        for text in (whole.text, streamed.text, seen.text):
            self.assertNotIn("rag_score", text)
            self.assertNotIn('"score"', text)
            self.assertNotIn("similarity", text)

    def test_continuing_needs_the_sessions_own_token(self):
        mine = self.begin()
        others = self.begin("Bonjour, une autre question")
        neighbours = self.begin("Bonjour", self.other)
        for name, token in [("missing", None), ("empty", ""), ("another conversation's", others["session_token"]),
                            ("another workspace's", neighbours["session_token"]), ("changed", flipped(mine["session_token"])),
                            ("only the id", mine["session_id"]), ("signed in words", mine["session_id"] + ".aaaa")]:
            for stream in (False, True):
                with self.subTest(token=name, stream=stream):
                    reply = self.visit("Quel code t'ai-je donné ?", session_id=mine["session_id"], stream=stream,
                                       **({} if token is None else {"session_token": token}))
                    self.assert_status(reply, 403, "invalid_session_token")
                    self.assertNotIn("7351", reply.text)
        # The token of here is not one of there.
        reply = self.visit("Bonjour", self.other, session_id=mine["session_id"], session_token=mine["session_token"])
        self.assert_status(reply, 403, "invalid_session_token")
        # Nothing was added by the refused ones; the right token goes on with the same conversation.
        self.assertEqual(len(self.history(mine["session_id"], mine["session_token"]).json["items"]), 2)
        again = self.assert_status(self.visit("Et pour la Belgique ?", session_id=mine["session_id"], session_token=mine["session_token"]), 200).json
        self.assertEqual(again["session_id"], mine["session_id"])
        self.assertEqual(len(self.history(mine["session_id"], again["session_token"]).json["items"]), 4)

    def test_history_is_for_its_visitor(self):
        mine = self.begin()
        others = self.begin("Bonjour, une autre question")
        items = self.assert_status(self.history(mine["session_id"], mine["session_token"]), 200).json["items"]
        self.assertEqual([(m["role"], m["content"]) for m in items], [("user", SECRET_TEXT), ("assistant", mine["response"])])
        for name, token in [("missing", None), ("empty", ""), ("others", others["session_token"]), ("changed", flipped(mine["session_token"]))]:
            with self.subTest(token=name):
                reply = self.assert_status(self.history(mine["session_id"], token), 403)
                self.assertNotIn("7351", reply.text)
        self.assert_status(self.history(mine["session_id"], mine["session_token"], self.other), 403)
        self.assertIn(self.history("", mine["session_token"]).status, (403, 422))

    def test_history_comes_in_pages(self):
        mine = self.begin()

        def page(query):
            path = f"/api/widget/{self.workspace}/history?session_id={mine['session_id']}&{query}"
            return self.server.request("GET", path, headers={"Origin": LISTED, "X-Session-Token": mine["session_token"]})
        first = self.assert_status(page("limit=1"), 200).json
        self.assertEqual([message["role"] for message in first["items"]], ["user"])
        second = self.assert_status(page("limit=1&cursor=" + first["next_cursor"]), 200).json
        self.assertEqual([message["role"] for message in second["items"]], ["assistant"])
        self.assertIsNone(second["next_cursor"])
        for query, field in [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=zzz", "cursor")]:
            with self.subTest(query=query):
                self.assertEqual(self.assert_status(page(query), 422).json["errors"][0]["field"], field)

    def stored(self, answer):
        found = self.server.request("GET", f"/api/widget/{self.workspace}/history?session_id={answer['session_id']}",
                                    headers={"Origin": LISTED, "X-Session-Token": answer["session_token"]})
        return [m["feedback"] for m in found.json["items"] if m["id"] == answer["message_id"]]

    def test_feedback(self):
        mine = self.begin()
        others = self.begin("Bonjour, une autre question")
        good = {"message_id": mine["message_id"], "session_token": mine["session_token"], "feedback": 1}
        self.assertEqual(self.stored(mine), [None])
        self.assertEqual(self.feedback(good).status, 204)
        self.assertEqual(self.stored(mine), [1])
        self.assertEqual(self.feedback({**good, "feedback": -1}).status, 204)
        self.assertEqual(self.stored(mine), [-1])
        for value in (0, 2, 5, "1", None, True, 1.0):
            with self.subTest(feedback=value):
                self.assert_status(self.feedback({**good, "feedback": value}), 422)
        # Somebody else's message, with one's own token or with none.
        self.assert_status(self.feedback({**good, "session_token": others["session_token"]}), 404)
        self.assert_status(self.feedback({**good, "session_token": others["session_token"], "feedback": -1}), 404)
        self.assert_status(self.feedback({"message_id": mine["message_id"], "feedback": 1}), 403)
        self.assert_status(self.feedback(good, self.other), 403)
        self.assertEqual(self.stored(mine), [-1])

    def test_feedback_of_widgets_pasted_before(self):
        mine = self.begin("Livrez-vous en Espagne ?")
        body = {"type": "positive", "session_id": mine["session_id"], "message": mine["response"]}
        self.assertEqual(self.feedback(body).status, 204)
        self.assertEqual(self.stored(mine), [1])
        self.assertEqual(self.feedback({**body, "type": "negative", "message": "Livrez-vous en Espagne ?"}).status, 204)
        self.assertEqual(self.stored(mine), [-1])
        self.assert_status(self.feedback({**body, "type": "neutral"}), 422)
        self.assert_status(self.feedback({**body, "message": "une réponse jamais donnée"}), 404)
        self.assert_status(self.feedback({**body, "session_id": "00000000-0000-4000-8000-000000000000"}), 404)
        self.assert_status(self.feedback(body, self.other), 404)
        self.assertEqual(self.stored(mine), [-1])

    def test_length_of_a_message(self):
        for text, status in [("", 422), ("   \n", 422), ("é" * 4000, 200), ("é" * 4001, 422), ("😀" * 4000, 200), ("😀" * 4001, 422)]:
            with self.subTest(length=len(text), first=text[:1]):
                reply = self.assert_status(self.visit(text), status)
                if status == 422:
                    self.assertEqual(reply.json["errors"][0]["field"], "message")
        for value in (None, 5, ["a"], {"a": 1}, True):
            with self.subTest(value=value):
                self.assert_status(self.visit(value), 422)

    def test_broken_bodies(self):
        for body, status in [(b"{", 400), (b"", 400), (b"[]", (400, 422)), (b'"a"', (400, 422)), (b'{"message":"\xff\xfe"}', (400, 422)),
                             (b'{"message":"a\\u0000b"}', 422), (b'{"message":"\\ud800"}', (400, 422)),
                             (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400)]:
            with self.subTest(body=body[:30]):
                reply = self.server.request("POST", f"/api/widget/{self.workspace}/chat", body,
                                            headers={"Origin": LISTED, "Content-Type": "application/json"})
                self.assertIn(reply.status, status if isinstance(status, tuple) else (status,), reply)
                self.assert_public(reply.text)

    def test_what_is_no_json_is_not_read(self):
        body = json.dumps({"message": "Bonjour", "stream": False}).encode()
        for route in ("chat", "feedback"):
            for kind in ("text/plain", "application/x-www-form-urlencoded"):  # sent by any page, without a preflight
                with self.subTest(route=route, kind=kind):
                    self.assert_status(self.server.request("POST", f"/api/widget/{self.workspace}/{route}", body,
                                                           headers={"Origin": LISTED, "Content-Type": kind}), 415)

    def test_identity(self):
        def secret():
            reply = self.server.request("POST", f"/api/workspaces/{self.workspace}/identity-secret", None, self.token)
            self.assertIn(reply.status, (200, 201), reply)
            return next(v for k, v in reply.json.items() if "secret" in k and isinstance(v, str))
        claims = {"sub": "client-17", "email": "client@example.com", "exp": int(time.time()) + 600}
        self.assert_status(self.visit(user_token=jwt(claims, "x" * 40)), 401, "invalid_user_token")
        first = secret()
        self.assert_status(self.visit(user_token=jwt(claims, first)), 200)
        without_exp = {k: v for k, v in claims.items() if k != "exp"}
        without_sub = {k: v for k, v in claims.items() if k != "sub"}
        bad = {"forged": jwt(claims, "not the secret " * 3), "expired": jwt({**claims, "exp": int(time.time()) - 3600}, first),
               "alg none": jwt(claims, first, "none"), "without exp": jwt(without_exp, first), "without sub": jwt(without_sub, first),
               "changed": flipped(jwt(claims, first)), "words": "bonjour", "dots": "a.b.c"}
        for name, token in bad.items():
            for stream in (False, True):
                with self.subTest(token=name, stream=stream):
                    self.assert_status(self.visit(user_token=token, stream=stream), 401, "invalid_user_token")
        second = secret()
        self.assertNotEqual(first, second)
        self.assert_status(self.visit(user_token=jwt(claims, second)), 200)
        self.assert_status(self.visit(user_token=jwt(claims, first)), 200)  # for 24 h


class Limits(ProgramTest):
    def start(self, **settings):
        server = self.serve(TRUSTED_PROXIES="127.0.0.1", **settings)
        token = server.register()
        return server, server.workspace(token), server.workspace(token, name="Voisin")

    def visit(self, server, workspace, address, visitor=None):
        return server.visit(workspace, "Bonjour", headers={"X-Forwarded-For": address},
                            **({"visitor_id": visitor} if visitor else {}))

    def assert_limited(self, reply):
        self.assert_status(reply, 429)
        self.assertTrue(1 <= int(reply.headers["Retry-After"]) <= 120, reply.headers["Retry-After"])

    def test_thirty_by_address_and_nobody_else_affected(self):
        server, workspace, neighbour = self.start()
        for number in range(30):  # each another visitor of one address
            self.assert_status(self.visit(server, workspace, "203.0.113.7", f"v{number}"), 200)
        self.assert_limited(self.visit(server, workspace, "203.0.113.7", "v31"))
        self.assert_limited(self.visit(server, neighbour, "203.0.113.7", "v32"))
        self.assert_status(self.visit(server, workspace, "203.0.113.8", "w1"), 200)

    def test_thirty_by_visitor_and_nobody_else_affected(self):
        server, workspace, _ = self.start()
        for number in range(30):  # each from another address
            self.assert_status(self.visit(server, workspace, f"203.0.113.{number + 1}", "marie"), 200)
        self.assert_limited(self.visit(server, workspace, "203.0.113.99", "marie"))
        self.assert_status(self.visit(server, workspace, "203.0.113.99", "paul"), 200)

    def test_visitors_without_an_id_are_not_one_visitor(self):
        server, workspace, _ = self.start()
        for number in range(31):
            self.assert_status(self.visit(server, workspace, f"203.0.113.{number + 1}"), 200)

    def test_by_workspace(self):
        server, workspace, neighbour = self.start(RATE_LIMIT_WORKSPACE=5)
        for number in range(5):
            self.assert_status(self.visit(server, workspace, f"203.0.113.{number + 1}", f"v{number}"), 200)
        self.assert_limited(self.visit(server, workspace, "203.0.113.50", "v50"))
        self.assert_status(self.visit(server, neighbour, "203.0.113.50", "v50"), 200)

    def test_one_line_of_ipv6_is_one_address(self):
        server, workspace, _ = self.start(RATE_LIMIT_ADDRESS=3)
        for number in range(3):
            self.assert_status(self.visit(server, workspace, f"2001:db8::{number + 1}", f"v{number}"), 200)
        self.assert_limited(self.visit(server, workspace, "2001:db8::ffff", "v9"))
        self.assert_status(self.visit(server, workspace, "2001:db8:0:1::1", "v10"), 200)

    def test_an_unlisted_peer_cannot_choose_its_address(self):
        server = self.serve(RATE_LIMIT_ADDRESS=3)
        workspace = server.workspace(server.register())
        for number in range(3):
            self.assert_status(self.visit(server, workspace, f"203.0.113.{number + 1}", f"v{number}"), 200)
        self.assert_limited(self.visit(server, workspace, "203.0.113.77", "v77"))


if __name__ == "__main__":
    main()
