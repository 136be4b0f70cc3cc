"""What conversations teach, over the real program: a weak answer becomes a good one."""
import csv
import io
import json

from program import ServerTest, main

HOURS = ("horaires.md", "# Horaires\n\nLa boutique ouvre du mardi au samedi de 10 h à 18 h.\n".encode())
WORDINGS = ("Livrez-vous les pianos à queue en Corse ?", "la Corse : livrez-vous les pianos à queue")
ANSWER = "Oui. Nous livrons les pianos à queue en Corse par bateau, en douze jours, pour 340 euros."


class WeakAnswers(ServerTest):
    @classmethod
    def prepare(cls):
        cls.token = cls.server.register("marie@example.com")
        cls.workspace = cls.server.workspace(cls.token)
        cls.server.add(cls.token, cls.workspace, HOURS)

    def get(self, path, status=200):
        reply = self.server.request("GET", path, token=self.token)
        self.assert_status(reply, status)
        return reply

    def insights(self):
        return self.get(f"/api/insights/{self.workspace}").json

    def test_an_added_answer_is_found(self):
        for wording in WORDINGS:
            self.assert_status(self.server.visit(self.workspace, wording), 200)
        groups = self.insights()["low_confidence_groups"]
        self.assertEqual([g["questions_count"] for g in groups], [2], groups)
        self.assertCountEqual(groups[0]["wordings"], WORDINGS)
        group = f"/api/insights/{self.workspace}/groups/{groups[0]['group_id']}"
        before = self.get(group + "/check").json
        self.assertFalse(before["answered_well"], before)

        added = self.server.request("POST", group + "/answer", {"answer": ANSWER}, self.token)
        self.assert_status(added, 202)
        documents = self.server.wait_indexed(self.token, self.workspace)
        self.assertEqual(documents[added.json["filename"]]["status"], "indexed")
        after = self.get(group + "/check").json
        self.assertTrue(after["answered_well"], after)
        for question in after["questions"]:
            self.assertEqual(question["sources"][0]["document_id"], added.json["document_id"])
        again = self.server.visit(self.workspace, WORDINGS[0]).json
        self.assertIn("340", again["response"])
        self.assertNotEqual(again["confidence"], "low")

        resolved = self.server.request("POST", group + "/resolve", token=self.token)
        self.assertEqual(resolved.json, {"resolved": 2})
        self.assertEqual(self.insights()["low_confidence_groups"], [])

        # What was said is in the figures and in the files.
        figures = self.get(f"/api/workspaces/{self.workspace}/analytics?period=24h").json
        self.assertEqual(figures["total_conversations"], 3)
        self.assertEqual(figures["total_messages"], 6)
        self.assertEqual(len(figures["history"]), 24)
        self.assertIsNotNone(figures["response_time_p95_ms"])
        found = self.get(f"/api/workspaces/{self.workspace}/conversations?search=PIANOS%20a%20queue").json["items"]
        self.assertEqual(len(found), 3)
        export = f"/api/workspaces/{self.workspace}/conversations/export?format="
        rows = list(csv.DictReader(io.StringIO(self.get(export + "csv").body.decode("utf-8-sig"))))
        lines = [json.loads(line) for line in self.get(export + "jsonl").text.splitlines()]
        self.assertEqual([row["id"] for row in rows], [line["id"] for line in lines])
        self.assertEqual(sorted(row["content"] for row in rows if row["role"] == "user"),
                         sorted([*WORDINGS, WORDINGS[0]]))


if __name__ == "__main__":
    main()
