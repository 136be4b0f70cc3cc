"""Answers that are kept: who gets one, who never does, and what makes them go."""
import time
import unittest

import databases
from program import ProgramTest, jwt, main, poll
from scripted_model import ModelTest, ScriptedModel, drops, says

QUESTION = "Quel est le délai de livraison en France ?"
SAME = "En combien de temps serai-je livré en France ?"
LOOK_ALIKE = "Quel est le délai de livraison en Suisse ?"
ANSWER = "Deux à trois jours [1]."


class Cache(ModelTest):
    SETTINGS = {"RATE_LIMIT_ADDRESS": 100000, "RATE_LIMIT_VISITOR": 100000}

    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()

    def setUp(self):
        super().setUp()
        self.workspace = self.new_workspace()

    def new_workspace(self):
        workspace = self.server.workspace(self.token)
        self.server.add(self.token, workspace, "livraison.html")
        return workspace

    def visit(self, message, workspace=None, **fields):
        """The reply, and whether the model was asked for it."""
        self.model.then(says(ANSWER))
        reply = self.assert_status(self.server.visit(workspace or self.workspace, message, **fields), 200)
        return reply, bool(self.model.requests)

    def assert_kept(self, message, **fields):
        reply, asked = self.visit(message, **fields)
        self.assertFalse(asked, message)
        self.assertTrue(reply.json["cached"])
        return reply

    def assert_not_kept(self, message, then_kept=True, **fields):
        reply, asked = self.visit(message, **fields)
        self.assertTrue(asked, message)
        self.assertFalse(reply.json["cached"])
        if then_kept:  # after the visitor has the answer
            poll(lambda: message in [item["question"] for item in self.listed()["items"]], 30, "the answer is kept")
        return reply

    def listed(self):
        path = f"/api/workspaces/{self.workspace}/cache"
        return self.assert_status(self.server.request("GET", path, token=self.token), 200).json

    def settings(self, **fields):
        reply = self.server.request("PATCH", f"/api/workspaces/{self.workspace}/rag-config", fields, self.token)
        self.assert_status(reply, 200)

    def test_another_wording_gets_the_answer_and_a_look_alike_does_not(self):
        first = self.assert_not_kept(QUESTION)
        same = self.assert_kept(SAME)
        self.assertEqual(same.json["response"], ANSWER)
        self.assertEqual(same.json["sources"], first.json["sources"])
        self.assertNotEqual(same.json["message_id"], first.json["message_id"])
        self.assert_kept(QUESTION)
        self.assert_not_kept(LOOK_ALIKE)
        listed = self.listed()
        self.assertEqual((listed["entries"], listed["hits"], listed["hit_rate"]), (2, 2, 50))
        self.assertEqual({i["question"]: i["hit_count"] for i in listed["items"]}, {QUESTION: 3, LOOK_ALIKE: 1})

    def test_it_is_streamed_with_its_sources(self):
        self.assert_not_kept(QUESTION)
        reply = self.server.visit(self.workspace, SAME, stream=True)
        types = [event["type"] for event in reply.events]
        self.assertEqual((types[0], types[-1]), ("sources", "done"))
        self.assertEqual("".join(e["content"] for e in reply.events if e["type"] == "token"), ANSWER)
        self.assertTrue(reply.events[0]["sources"])
        self.assertTrue(reply.events[-1]["cached"])

    def test_not_across_workspaces(self):
        self.assert_not_kept(QUESTION)
        self.assert_not_kept(SAME, then_kept=False, workspace=self.new_workspace())

    def test_not_within_a_conversation(self):
        self.assert_not_kept(QUESTION)
        opened = self.assert_not_kept(LOOK_ALIKE).json
        going_on = {"session_id": opened["session_id"], "session_token": opened["session_token"]}
        self.assert_not_kept("Et en combien de temps serai-je livré en France ?", then_kept=False, **going_on)
        self.assert_not_kept(SAME, then_kept=False, **going_on)
        self.assertEqual(self.listed()["entries"], 2)

    def test_not_for_a_visitor_whom_the_site_names(self):
        path = f"/api/workspaces/{self.workspace}/identity-secret"
        secret = self.server.request("POST", path, {}, self.token)
        token = jwt({"sub": "client-1", "iat": int(time.time()), "exp": int(time.time()) + 600}, secret.json["secret"])
        self.assert_not_kept(QUESTION)
        self.assert_not_kept(QUESTION, then_kept=False, user_token=token)
        self.assert_not_kept(SAME, then_kept=False, user_token=token)
        self.assertEqual(self.listed()["entries"], 1)

    def test_not_what_was_cut_short(self):
        self.model.then(drops("Deux à"), drops("Deux à"))
        self.server.visit(self.workspace, QUESTION)
        self.assertEqual(self.listed()["entries"], 0)
        self.assert_not_kept(SAME)

    def test_gone_with_a_document(self):
        self.assert_not_kept(QUESTION)
        self.server.add(self.token, self.workspace, ("autre.md", b"# Retours\n\nTrente jours pour changer d'avis.\n"))
        self.assert_not_kept(SAME)

    def test_gone_with_the_prompt(self):
        self.assert_not_kept(QUESTION)
        self.settings(system_prompt="Tutoie le visiteur.")
        self.assert_not_kept(SAME)

    def test_gone_with_a_thumb_down(self):
        self.assert_not_kept(QUESTION)
        served = self.assert_kept(SAME).json
        reply = self.server.request("POST", f"/api/widget/{self.workspace}/feedback",
                                    {"session_token": served["session_token"], "message_id": served["message_id"], "feedback": -1},
                                    headers={"Origin": self.server.own_origin})
        self.assert_status(reply, 204)
        self.assert_not_kept("Quel délai pour une livraison en France ?")

    def test_gone_when_an_administrator_says_so(self):
        self.assert_not_kept(QUESTION)
        path = f"/api/workspaces/{self.workspace}/cache"
        self.assert_status(self.server.request("DELETE", path, token=self.token), 204)
        self.assertEqual(self.listed()["items"], [])
        self.assert_not_kept(SAME)

    def test_it_ends_when_its_time_is_over(self):
        self.settings(cache_ttl=60)
        self.assert_not_kept(QUESTION)
        entry = self.listed()["items"][0]
        seconds = [time.mktime(time.strptime(entry[at][:19], "%Y-%m-%dT%H:%M:%S")) for at in ("created_at", "expires_at")]
        self.assertAlmostEqual(seconds[1] - seconds[0], 60, delta=1)

    def test_the_threshold_is_the_administrators(self):
        self.settings(cache_threshold=1)
        self.assert_not_kept(QUESTION)
        self.assert_not_kept(SAME)
        self.assert_kept(QUESTION)


@unittest.skipIf(databases.KIND == "sqlite", "SQLite has one node")
class TwoNodes(ProgramTest):
    def test_what_one_keeps_the_other_gives(self):
        model = ScriptedModel()
        self.addCleanup(model.close)
        database = databases.Database()
        self.addCleanup(database.give_back)
        first, second = (self.serve(self.directory / name, LLM_BASE_URL=model.url, LLM_MODEL="essai",
                                    RATE_LIMIT_ADDRESS=100000, RATE_LIMIT_VISITOR=100000, **database.settings)
                         for name in ("first", "second"))
        token = first.register()
        workspace = first.workspace(token)
        first.add(token, workspace, "livraison.html")
        model.then(says(ANSWER))
        self.assertFalse(first.visit(workspace, QUESTION).json["cached"])
        path = f"/api/workspaces/{workspace}/cache"
        poll(lambda: first.request("GET", path, token=token).json["entries"] == 1, 30, "the answer is kept")
        kept = self.assert_status(second.visit(workspace, SAME), 200).json
        self.assertEqual((kept["response"], kept["cached"]), (ANSWER, True))
        self.assertEqual(len(model.requests), 1)


if __name__ == "__main__":
    main()
