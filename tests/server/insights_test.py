"""What conversations teach, over the real program: a weak answer becomes a good one."""
import csv
import io
import json

from program import ServerTest, main, poll

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


class Topics(ServerTest):
    """What visitors ask about, with the embedding model that is built in."""
    DELIVERY = ("Quels sont vos délais de livraison ?", "En combien de jours livrez-vous ?",
                "Sous combien de temps vais-je recevoir mon colis ?", "How long does delivery take?",
                "Quand ma commande sera-t-elle livrée ?", "La livraison prend combien de temps ?")
    RETURNS = ("Comment retourner un article ?", "Puis-je renvoyer un produit qui ne me plaît pas ?",
               "Quelle est la procédure de retour ?", "Je veux retourner ma commande",
               "Retour d'un article : comment faire ?", "Can I return an item?")
    OPENING = ("À quelle heure ouvre le magasin ?", "Êtes-vous ouverts le dimanche ?",
               "Quels sont les horaires de la boutique ?", "What are your opening hours?",
               "Le magasin est-il ouvert le lundi ?", "Horaires d'ouverture ?")

    @classmethod
    def prepare(cls):
        cls.token = cls.server.register("nadia@example.com")
        cls.workspace = cls.server.workspace(cls.token)

    def recalculated(self):
        def fresh():
            done = self.server.request("POST", f"/api/insights/{self.workspace}/recalculate", token=self.token)
            self.assert_status(done, 200)
            return done.json["topics_fresh"]
        poll(fresh, 90, "every question is in the topics")
        reply = self.server.request("GET", f"/api/insights/{self.workspace}", token=self.token)
        return {topic["id"]: topic for topic in reply.json["topics"]}

    def test_topics_follow_what_is_asked(self):
        for questions in zip(self.DELIVERY, self.RETURNS, self.OPENING):
            for question in questions:
                self.assert_status(self.server.visit(self.workspace, question), 200)
        topics = self.recalculated()
        # Every topic's questions are of one subject.
        for topic in topics.values():
            self.assertTrue(any(set(topic["sample_questions"]) <= set(subject)
                                for subject in (self.DELIVERY, self.RETURNS, self.OPENING)), topic)
            self.assertTrue(topic["topic_name"])
            self.assertEqual(topic["trend"]["questions"], topic["message_count"])
        self.assertGreaterEqual(len(topics), 3)

        for question in ("Quel est le délai de livraison à Lyon ?", "Livrez-vous en deux jours ?"):
            self.assert_status(self.server.visit(self.workspace, question), 200)
        after = self.recalculated()
        for name, topic in topics.items():
            self.assertEqual(after[name]["topic_name"], topic["topic_name"])


if __name__ == "__main__":
    main()
