"""The live hub: SignalR's official client over each transport, clients that misbehave, a second node."""
import json
import time
import unittest

import databases
import hub_client
from hub_client import END, Official, Raw
from program import ProgramTest, ServerTest, main, poll

TRANSPORTS = ("WebSockets", "ServerSentEvents", "LongPolling")
TEXT = "# Tarifs\n\nLe produit Zéphyr coûte 42 euros. Il est vendu depuis 2019 dans nos boutiques.\n".encode()
QUESTION = "Combien coûte le produit Zéphyr ?"


class HubTest(ServerTest):
    SETTINGS = {"LOG_LEVEL": "debug"}

    @classmethod
    def prepare(cls):
        hub_client.prepare()
        cls.request = cls.server.request

    def setUp(self):
        super().setUp()
        self.token = self.server.register()
        self.workspace = self.server.workspace(self.token)

    def official(self, transport="WebSockets", token=None):
        client = Official(self.server.port, token or self.token, transport)
        self.addCleanup(client.close)
        return client.start()

    def raw(self, **more):
        client = Raw(self.server.port, more.pop("token", self.token), **more)
        self.addCleanup(client.close)
        return client

    def invite(self, email, role="lecteur"):
        self.assert_status(self.request("POST", f"/api/workspaces/{self.workspace}/members", {"email": email, "role": role}, self.token), 201)

    def ask(self, workspace=None, token=None):
        return self.assert_status(self.server.ask(token or self.token, workspace or self.workspace, QUESTION), 200).json


class Transports(HubTest):
    def test_the_official_client_hears_what_happens(self):
        for transport in TRANSPORTS:
            with self.subTest(transport=transport):
                client = self.official(transport)
                self.assertEqual("admin", client.subscribe(self.workspace)["role"])
                name = f"{transport}.md"
                self.server.add(self.token, self.workspace, (name, TEXT))
                event = client.event("documentStatusChanged", lambda data: data["status"] == "indexed")
                self.assertEqual((name, self.workspace), (event["filename"], event["workspace_id"]))
                self.assertGreater(event["chunk_count"], 0)

                answer = self.ask()
                event = client.event("conversationStarted")
                self.assertEqual((answer["conversation_id"], "test"), (event["conversation_id"], event["channel"]))
                asked, said = client.event("messageCreated"), client.event("messageCreated")
                self.assertEqual(("user", QUESTION), (asked["role"], asked["content"]))
                self.assertEqual(("assistant", answer["message_id"]), (said["role"], said["message_id"]))
                self.assertEqual(event["sequence"], said["sequence"])

                visited = self.assert_status(self.server.visit(self.workspace, QUESTION), 200).json
                event = client.event("messageCreated", lambda data: data["message_id"] == visited["message_id"])
                self.assertEqual("widget", event["channel"])
                self.assert_status(self.request("POST", f"/api/widget/{self.workspace}/feedback",
                                                {"message_id": visited["message_id"], "session_token": visited["session_token"], "feedback": -1},
                                                headers={"Origin": self.server.own_origin}), 204)
                event = client.event("insightsUpdated")
                self.assertEqual(("feedback", -1), (event["reason"], event["feedback"]))
                self.assert_status(self.request("POST", f"/api/insights/{self.workspace}/recalculate", token=self.token), 200)
                self.assertEqual("figures", client.event("insightsUpdated")["reason"])

                another = self.official(transport)
                another.subscribe(self.workspace)
                self.assertIsNone(client.invoke("Unsubscribe", self.workspace)["value"])
                client.forget()
                answer = self.ask()
                another.event("messageCreated", lambda data: data["message_id"] == answer["message_id"])
                client.invoke("Subscribe", "nonsense")  # answered after whatever would have come before
                self.assertEqual([], client.seen())
                self.assertNotIn("error", client.do("stop"))

    def test_errors_are_the_callers_and_the_connection_goes_on(self):
        for transport in TRANSPORTS:
            with self.subTest(transport=transport):
                client = self.official(transport)
                for method, args, key in (("Subscribe", ["nonsense"], "workspace_not_found"), ("Subscribe", [], "bad_arguments"),
                                          ("Subscribe", [self.workspace, "x"], "bad_arguments"), ("Nothing", [], "unknown_method")):
                    error = client.invoke(method, *args)["error"]
                    self.assertIn(key, error)
                    self.assert_public(error)
                client.subscribe(self.workspace)

    def test_who_is_not_signed_in_does_not_connect(self):
        for transport in TRANSPORTS:
            client = Official(self.server.port, "nonsense", transport)
            self.addCleanup(client.close)
            self.assertIn("401", client.do("start")["error"])

    def test_no_token_in_the_log(self):
        for transport in TRANSPORTS:
            self.official(transport).subscribe(self.workspace)
        self.raw().close()
        self.assertIn("/hubs/workspace", self.server.output(), "requests are logged")
        self.assertNotIn(self.token, self.server.output())
        self.assertNotIn(self.token[-20:], self.server.output())

    def test_who_was_away_asks_for_what_it_missed(self):
        client = self.official()
        heard = client.subscribe(self.workspace)["sequence"]
        client.do("stop")
        answer = self.ask()
        client.start()
        result = client.subscribe(self.workspace, heard)
        self.assertTrue(result["complete"])
        events = [(each["event"], each["data"].get("message_id")) for each in result["missed"]]
        self.assertEqual("conversationStarted", events[0][0])
        self.assertEqual(("messageCreated", answer["message_id"]), events[-1])
        self.assertFalse(client.subscribe(self.workspace, heard + 1000000)["complete"])


class Neighbours(HubTest):
    def test_a_neighbour_hears_nothing(self):
        stranger = self.server.register()
        own = self.server.workspace(stranger)
        for transport in TRANSPORTS:
            with self.subTest(transport=transport):
                client = self.official(transport, stranger)
                self.assertIn("workspace_not_found", client.invoke("Subscribe", self.workspace)["error"])
                client.subscribe(own)
                self.ask()
                mine = self.ask(own, stranger)
                seen = [client.event("conversationStarted")] + [client.event("messageCreated") for _ in range(2)]
                self.assertEqual({own}, {each["workspace_id"] for each in seen})
                self.assertEqual(mine["message_id"], seen[-1]["message_id"])
                self.assertEqual([], client.seen())  # not even of before

    def test_a_lecteur_hears_until_the_membership_ends(self):
        email = "lectrice@example.com"
        reader = self.server.register(email)
        self.invite(email)
        client = self.official(token=reader)
        self.assertEqual("lecteur", client.subscribe(self.workspace)["role"])
        self.ask()
        client.event("messageCreated")
        user = self.request("GET", "/api/auth/me", token=reader).json["id"]
        self.assert_status(self.request("DELETE", f"/api/workspaces/{self.workspace}/members/{user}", token=self.token), 204)
        client.next(lambda line: "reconnecting" in line)
        client.next(lambda line: "reconnected" in line)
        self.assertIn("workspace_not_found", client.invoke("Subscribe", self.workspace)["error"])

    def test_a_connection_ends_with_its_session(self):
        for transport in TRANSPORTS:
            with self.subTest(transport=transport):
                token = self.server.register()
                client = self.official(transport, token)
                client.subscribe(self.server.workspace(token))
                self.assert_status(self.request("POST", "/api/auth/logout", token=token), 204)
                client.next(lambda line: "reconnecting" in line or "closed" in line)
                client.next(lambda line: "closed" in line)

    def test_a_page_of_another_site(self):
        self.assertEqual(403, self.raw(Origin="https://evil.example").status)
        self.assertEqual(101, self.raw(Origin=self.server.own_origin).status)


class Rude(HubTest):
    def test_garbage(self):
        for what, sent, key in (("no handshake", "GET / HTTP/1.1", "bad_handshake"), ("another protocol", '{"protocol":"messagepack","version":1}', "bad_handshake")):
            with self.subTest(what):
                client = self.raw(handshake=False)
                client.send(sent + END)
                self.assertIn(key, client.record()["error"])
                self.assertIsNone(client.record())
        for what, sent, key in (("no JSON", "{", "bad_message"), ("no message", "[1]", "bad_message"),
                                ("too long", '{"type":1,"target":"' + "x" * 40000, "message_too_large"),
                                ("too deep", "[" * 2000, "bad_message"),
                                ("too many calls", END.join(['{"type":1,"target":"Subscribe","arguments":[]}'] * 60), "too_many_calls")):
            with self.subTest(what):
                client = self.raw()
                client.send(sent + END)
                last = client.record()
                self.assertEqual(7, last["type"])
                self.assertIn(key, last["error"])
                self.assert_public(last["error"])
                self.assertIsNone(client.record())
        with self.subTest("a frame that is none"):
            client = self.raw()
            client.socket.sendall(b"\xff" * 100)
            self.assertIsNone(client.record())
        with self.subTest("a message that is too long"):
            client = self.raw()
            client.frame(b"x" * 70000)
            self.assertIsNone(client.record())
        self.raw().invoke("Subscribe", self.workspace)  # and the others are served

    def test_transports_are_not_mixed(self):
        def negotiate():
            reply = self.assert_status(self.request("POST", "/hubs/workspace/negotiate?negotiateVersion=1", b"", self.token), 200).json
            self.assertEqual(["WebSockets", "ServerSentEvents", "LongPolling"], [each["transport"] for each in reply["availableTransports"]])
            return "/hubs/workspace?id=" + reply["connectionToken"]
        path = negotiate()
        self.assertEqual(b"", self.assert_status(self.request("GET", path, token=self.token), 200).body)
        self.assert_status(self.request("GET", path, token=self.token, headers={"Accept": "text/event-stream"}), 409, "hub_transport")
        self.assert_status(self.request("POST", path, b'{"protocol":"json","version":1}\x1e', self.token), 200)
        self.assertEqual(b"{}\x1e", self.assert_status(self.request("GET", path, token=self.token), 200).body)
        other = self.server.register()
        for method in ("GET", "POST", "DELETE"):
            self.assert_status(self.request(method, path, token=other), 404, "hub_connection_not_found")
        self.assert_status(self.request("DELETE", path, token=self.token), 202)
        self.assert_status(self.request("GET", path, token=self.token), 204)
        self.assert_status(self.request("POST", path, b"x" * 100000, self.token), 413)
        self.assert_status(self.request("GET", "/hubs/workspace?id=nobody", token=self.token), 404)
        self.assert_status(self.request("GET", "/hubs/workspace", token=self.token), 422, "connection_id_required")

    def test_a_client_that_never_reads(self):
        before = self.clients()
        slow = self.raw()
        slow.invoke("Subscribe", self.workspace)
        quick = self.official()
        quick.subscribe(self.workspace)
        # Answered calls that nobody reads: the kernel takes some megabytes, the server at most one more.
        call = json.dumps({"type": 1, "invocationId": "x" * 8000, "target": "Nothing", "arguments": []}) + END
        try:
            for _ in range(20000):
                slow.send(call)
        except OSError:
            pass
        else:
            self.fail("the server reads from a client that does not")
        answer = self.ask()
        quick.event("messageCreated", lambda data: data["message_id"] == answer["message_id"])
        poll(lambda: self.clients() == before + 1, 60, "the slow one is gone")

    def clients(self):
        for line in self.request("GET", "/metrics").text.splitlines():
            if line.startswith("monitora_hub_clients "):
                return float(line.split()[1])
        raise AssertionError("no figure")


class Restart(ProgramTest):
    def test_clients_come_back_to_a_server_that_was_stopped(self):
        hub_client.prepare()
        server = self.serve()
        token = server.register()
        workspace = server.workspace(token)
        clients = [Official(server.port, token, transport) for transport in TRANSPORTS]
        for client in clients:
            self.addCleanup(client.close)
            heard = client.start().subscribe(workspace)["sequence"]
        self.assertEqual(0, server.stop())
        for client in clients:
            client.next(lambda line: "reconnecting" in line)
        server = self.serve(port=server.port)
        answer = self.assert_status(server.ask(token, workspace, QUESTION), 200).json
        for client in clients:
            line = client.next(lambda line: "reconnected" in line or "closed" in line)
            if "closed" in line:  # its patience is shorter than the server's start
                client.start()
            missed = client.subscribe(workspace, heard)
            self.assertTrue(missed["complete"])
            self.assertEqual(answer["message_id"], missed["missed"][-1]["data"]["message_id"])


@unittest.skipIf(databases.KIND == "sqlite", "SQLite has one node")
class Nodes(ProgramTest):
    def test_what_happens_on_one_node_is_heard_on_the_other(self):
        hub_client.prepare()
        database = databases.Database()
        self.addCleanup(database.give_back)
        first, second = (self.serve(self.directory / name, **database.settings) for name in ("first", "second"))
        token = first.register()
        workspace = first.workspace(token)
        foreign_token = first.register()
        foreign = first.workspace(foreign_token)
        for transport in TRANSPORTS:
            with self.subTest(transport=transport):
                client = Official(second.port, token, transport)
                self.addCleanup(client.close)
                client.start().subscribe(workspace)
                self.assert_status(first.ask(foreign_token, foreign, QUESTION), 200)
                start = time.monotonic()
                answer = self.assert_status(first.ask(token, workspace, QUESTION), 200).json
                event = client.event("messageCreated", lambda data: data["role"] == "assistant")
                print(f"{transport}: from node to node in {time.monotonic() - start:.2f} s, the answer's time included", flush=True)
                self.assertEqual(answer["message_id"], event["message_id"])
                self.assertEqual({workspace}, {line["data"]["workspace_id"] for line in client.seen()} | {event["workspace_id"]})
        # A WebSocket needs no node of its own: negotiated with one, connected to the other.
        client = Raw(second.port, token)
        self.addCleanup(client.close)
        self.assertNotIn("error", client.invoke("Subscribe", workspace))


if __name__ == "__main__":
    main()
