"""Several nodes on one database: what is done through one holds on the others, at once where the database
itself is asked, and soon where an index follows."""
import shutil
import time
import unittest
import uuid

import databases
from program import PASSWORD, ProgramTest, main, poll

QUESTION = "Combien coûte le produit Zéphyr ?"
ANSWER = "42 euros"
FACT = f"# Tarifs\n\nLe produit Zéphyr coûte {ANSWER}. Il est vendu depuis 2019 dans nos boutiques.\n".encode()
FOLLOWED = 30  # seconds; nodes follow within 2 on a machine that has time for them


@unittest.skipIf(databases.KIND == "sqlite", "SQLite has one node")
class NodesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.database = databases.Database()
        self.addCleanup(self.database.give_back)
        self.first, self.second = self.node("first"), self.node("second")
        self.token = self.first.register()
        self.workspace = self.first.workspace(self.token)

    def node(self, name, **settings):
        return self.serve(self.directory / name, **{**self.database.settings, **settings})

    def ask(self, node, message=QUESTION):
        return self.assert_status(node.ask(self.token, self.workspace, message), 200).json

    def follows(self, question, what):
        """Until it is so; says how long it took."""
        start = time.monotonic()
        answer = poll(question, FOLLOWED, what)
        print(f"{what}: {time.monotonic() - start:.2f} s", flush=True)
        return answer


class Documents(NodesTest):
    def knows(self, node):
        return ANSWER in self.ask(node)["response"]

    def test_a_document_comes_and_goes_on_every_node(self):
        other = [("autre.md", b"# Autre\n\nLe siege social se trouve a Lyon, rue des Lilas.\n")]
        self.first.add(self.token, self.workspace, *other)
        for node in (self.first, self.second):  # both have the index in memory before
            self.assertFalse(self.knows(node))
        document = self.first.add(self.token, self.workspace, ("tarifs.md", FACT))["tarifs.md"]
        self.follows(lambda: self.knows(self.second), "added through one, found on the other")
        self.assertTrue(self.knows(self.first))
        # Both have the answer in the shared cache by now.
        self.assertTrue(any(self.ask(node)["cached"] for node in (self.first, self.second)))
        self.assert_status(self.second.request("DELETE", f"/api/documents/{document['id']}", token=self.token), 204)
        self.assertFalse(self.knows(self.second), "at once where it was deleted")
        self.follows(lambda: not self.knows(self.first), "deleted through one, gone on the other")
        for _ in range(3):  # and no cache brings it back
            for node in (self.first, self.second):
                self.assertFalse(self.knows(node))

    def test_a_node_that_was_away_knows_what_happened(self):
        document = self.first.add(self.token, self.workspace, ("tarifs.md", FACT))["tarifs.md"]
        self.follows(lambda: self.knows(self.second), "found on the other")
        self.assertEqual(self.second.stop(), 0)
        self.assert_status(self.first.request("DELETE", f"/api/documents/{document['id']}", token=self.token), 204)
        self.second = self.node("second")
        self.assertFalse(self.knows(self.second), "its index files are of before")
        self.assertEqual(self.second.stop(), 0)
        shutil.rmtree(self.directory / "second" / "indexes")
        self.first.add(self.token, self.workspace, ("tarifs.md", FACT))
        self.second = self.node("second")
        self.assertTrue(self.knows(self.second), "without files it fills its index from the database")

    def test_jobs_of_a_dead_node_are_finished_by_another(self):
        texts = [(f"notice-{i}.txt", f"Notice {i}. ".encode() + b"La pompe tourne a vitesse constante et chauffe la piece. " * 1200)
                 for i in range(3)]
        for name, content in texts:
            self.assert_status(self.first.upload(self.token, self.workspace, name, content), 202)
        poll(lambda: self.database.count("SELECT count(*) FROM jobs WHERE status = 'running'") > 0, 30, "a job runs")
        self.first.kill()
        done = self.second.wait_indexed(self.token, self.workspace, seconds=180)
        self.assertEqual({d["status"] for d in done.values()}, {"indexed"}, done)
        self.assertEqual(len(done), len(texts))
        for document in done.values():
            chunks = self.database.count(f"SELECT count(*) FROM document_chunks WHERE document_id = '{document['id']}'")
            self.assertEqual(chunks, document["chunk_count"])

    def test_two_nodes_do_each_job_once(self):
        names = [f"page-{i}.txt" for i in range(12)]
        for i, name in enumerate(names):
            node = (self.first, self.second)[i % 2]
            self.assert_status(node.upload(self.token, self.workspace, name, f"Page {i}. Le phare eclaire la baie.".encode()), 202)
        done = self.first.wait_indexed(self.token, self.workspace)
        self.assertEqual({d["status"] for d in done.values()}, {"indexed"})
        poll(lambda: self.database.count("SELECT count(*) FROM jobs WHERE kind = 'index_document' AND status <> 'done'") == 0, 30, "jobs are settled")
        self.assertEqual(self.database.count("SELECT count(*) FROM jobs WHERE kind = 'index_document'"), len(names))
        self.assertEqual(self.database.count("SELECT count(*) FROM jobs WHERE kind = 'index_document' AND attempts > 1"), 0)
        # What is done from time to time is asked for by every node and done by one.
        poll(lambda: self.database.count("SELECT count(*) FROM jobs WHERE kind = 'clean_up' AND status = 'done'") == 1, 30, "one node cleaned up")


class People(NodesTest):
    def test_settings_and_domains(self):
        path = f"/api/workspaces/{self.workspace}"
        origin = "https://boutique.example"
        config = f"/api/widget/{self.workspace}/config"
        self.assert_status(self.second.request("GET", config, headers={"Origin": origin}), 403, "domain_not_allowed")
        self.assert_status(self.first.request("PATCH", path, {"allowed_domains": ["boutique.example"],
                                                              "rag_config": {"top_k": 3}, "widget_config": {"chatbot_name": "Zoé"}}, self.token), 200)
        seen = self.assert_status(self.second.request("GET", config, headers={"Origin": origin}), 200).json
        self.assertEqual(seen["name"], "Zoé")
        self.assertEqual(self.second.request("GET", path, token=self.token).json["rag_config"]["top_k"], 3)
        self.assert_status(self.second.request("PATCH", path, {"is_active": False}, self.token), 200)
        self.assert_status(self.first.request("GET", config, headers={"Origin": origin}), 403, "workspace_disabled")

    def test_sessions_keys_and_members(self):
        me = lambda node, token: node.request("GET", "/api/auth/me", token=token).status
        self.assertEqual(me(self.second, self.token), 200)
        guest = self.first.register("guest@example.com")
        path = f"/api/workspaces/{self.workspace}"
        member = self.assert_status(self.first.request("POST", path + "/members", {"email": "guest@example.com", "role": "lecteur"}, self.token), 201).json
        self.assert_status(self.second.request("GET", path, token=guest), 200)
        self.assert_status(self.second.request("DELETE", f"{path}/members/{member['user_id']}", token=self.token), 204)
        self.assert_status(self.first.request("GET", path, token=guest), 404)
        key = self.assert_status(self.first.request("POST", path + "/api-keys", {"name": "site"}, self.token), 201).json
        self.assertEqual(self.second.ask(key["key"], self.workspace, "Bonjour ?").status, 200)
        self.assert_status(self.first.request("DELETE", f"{path}/api-keys/{key['id']}", token=self.token), 204)
        self.assert_status(self.second.ask(key["key"], self.workspace, "Bonjour ?"), 401, "invalid_api_key")
        self.assert_status(self.first.request("POST", "/api/auth/logout", token=guest), 204)
        self.assertEqual(me(self.second, guest), 401)

    def test_a_refresh_token_is_used_once_over_all_nodes(self):
        made = self.first.request("POST", "/api/auth/register", {"email": "r@example.com", "password": PASSWORD}).json
        use = lambda node: node.request("POST", "/api/auth/refresh", {"refresh_token": made["refresh_token"]})
        renewed = self.assert_status(use(self.second), 200).json
        self.assert_status(use(self.first), 401, "refresh_token_reused")
        self.assertEqual(self.second.request("GET", "/api/auth/me", token=renewed["access_token"]).status, 401)

    def test_five_failures_anywhere_lock_everywhere(self):
        email = f"{uuid.uuid4().hex[:8]}@example.com"
        self.first.register(email)
        for i in range(5):
            node = (self.first, self.second)[i % 2]
            self.assert_status(node.request("POST", "/api/auth/login", {"email": email, "password": "wrong-password-1"}), 401)
        for node in (self.first, self.second):
            self.assert_status(node.request("POST", "/api/auth/login", {"email": email, "password": PASSWORD}), 401, "invalid_credentials")


class Limits(NodesTest):
    LIMIT = 16

    def node(self, name, **settings):
        return super().node(name, RATE_LIMIT_ADDRESS=1000, RATE_LIMIT_VISITOR=self.LIMIT, RATE_LIMIT_LOGIN=6, **settings)

    def say(self, node, visitor):
        return node.visit(self.workspace, "Bonjour", visitor_id=visitor, origin=self.first.own_origin)

    def setUp(self):
        super().setUp()
        domain = {"allowed_domains": ["localhost", "127.0.0.1"]}
        self.assert_status(self.first.request("PATCH", f"/api/workspaces/{self.workspace}", domain, self.token), 200)

    def within_a_minute(self, work):
        """Limits count minutes that begin with the clock's: one that ended meanwhile proves nothing."""
        while True:
            minute = time.time() // 60
            result = work(uuid.uuid4().hex)
            if time.time() // 60 == minute:
                return result

    def test_a_visitor_who_takes_turns(self):
        replies = self.within_a_minute(
            lambda visitor: [self.say((self.first, self.second)[i % 2], visitor).status for i in range(self.LIMIT + 6)])
        self.assertEqual(replies.count(200), self.LIMIT, replies)
        self.assertEqual(replies[:self.LIMIT], [200] * self.LIMIT)

    def test_a_visitor_who_changes_node(self):
        def spend(visitor):
            spent = [self.say(self.first, visitor).status for _ in range(self.LIMIT)]
            return spent, self.say(self.second, visitor), self.say(self.second, "another " + visitor)
        spent, refused, another = self.within_a_minute(spend)
        self.assertEqual(spent, [200] * self.LIMIT)
        self.assert_status(refused, 429, "too_many_messages")
        self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
        self.assert_status(another, 200)
        stored = "".join(self.database.query("SELECT limit_key FROM rate_limits"))
        self.assertNotIn("127.0.0.1", stored)

    def test_logins(self):
        login = lambda node: node.request("POST", "/api/auth/login", {"email": "x@example.com", "password": "wrong-password-1"}).status
        replies = []

        def spend(_):
            replies.clear()
            replies.extend(login((self.first, self.second)[i % 2]) for i in range(10))
            return replies
        self.within_a_minute(spend)
        self.assertLessEqual(replies.count(401), 6)
        self.assertIn(429, replies)


if __name__ == "__main__":
    main()
