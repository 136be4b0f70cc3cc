"""From an empty directory to a cited answer; and what a crash, a deletion or a damaged file may not change."""
import io
import json
import re
import shutil
import zipfile

from program import EXAMPLES, ProgramTest, ServerTest, main, poll

CORPUS = sorted(p.name for p in EXAMPLES.iterdir() if p.is_file() and p.name not in ("README.md", "questions.json"))
QUESTION = "Quel est le délai de livraison en France ?"
NO_CACHE = {"enable_cache": False}


def without_cache(server, token, workspace):
    reply = server.request("PATCH", f"/api/workspaces/{workspace}/rag-config", NO_CACHE, token)
    assert reply.status == 200, reply


class Journey(ServerTest):
    @classmethod
    def prepare(cls):
        cls.token = cls.server.register("marie@example.com")
        cls.workspace = cls.server.workspace(cls.token)
        without_cache(cls.server, cls.token, cls.workspace)
        cls.documents = cls.server.add(cls.token, cls.workspace, *CORPUS)

    def ask(self, message=QUESTION, **fields):
        return self.server.ask(self.token, self.workspace, message, **fields)

    def test_every_kind_of_file_is_read(self):
        self.assertEqual(sorted(self.documents), CORPUS)
        for name, document in self.documents.items():
            with self.subTest(file=name):
                self.assertEqual((document["status"], document["error_message"]), ("indexed", None))
                self.assertEqual(document["file_size"], (EXAMPLES / name).stat().st_size)
                chunks = self.server.request("GET", f"/api/documents/{document['id']}/chunks?limit=200", token=self.token).json["items"]
                self.assertEqual([c["chunk_index"] for c in chunks], list(range(document["chunk_count"])))
                content = self.server.request("GET", f"/api/documents/{document['id']}/content", token=self.token)
                self.assertEqual(content.body, (EXAMPLES / name).read_bytes())

    def test_an_answer_with_its_sources(self):
        whole = self.assert_status(self.ask(), 200).json
        self.assertEqual(set(whole), {"response", "conversation_id", "message_id", "sources", "rag_score", "cached", "confidence"})
        self.assertIn("2 à 3", whole["response"])
        self.assertTrue(0.5 < whole["rag_score"] <= 1, whole["rag_score"])
        cited = {int(n) for n in re.findall(r"\[(\d+)\]", whole["response"])}
        self.assertTrue(cited)
        self.assertEqual([s["index"] for s in whole["sources"]], list(range(1, len(whole["sources"]) + 1)))
        for source in whole["sources"]:
            self.assertEqual(source["document_id"], self.documents[source["filename"]]["id"])
            self.assertTrue(source["excerpt"])
        by_index = {s["index"]: s["filename"] for s in whole["sources"]}
        self.assertTrue(all(by_index[n] in ("livraison.html", "tarifs-livraison.xlsx") for n in cited), by_index)

    def test_the_same_answer_as_a_stream(self):
        whole = self.ask().json
        reply = self.ask(stream=True)
        self.assertTrue(reply.headers["Content-Type"].startswith("text/event-stream"))
        kinds = [e["type"] for e in reply.events]
        self.assertEqual((kinds[0], kinds[-1], set(kinds[1:-1])), ("sources", "done", {"token"}))
        self.assertEqual("".join(e["content"] for e in reply.events[1:-1]), whole["response"])
        self.assertEqual(reply.events[0]["sources"], whole["sources"])
        done = reply.events[-1]
        self.assertEqual(set(done), {"type", "conversation_id", "message_id", "confidence", "rag_score", "cached"})
        self.assertAlmostEqual(done["rag_score"], whole["rag_score"])

    def test_the_corpus_answers_its_questions(self):
        missed, wrong = [], []
        questions = json.loads((EXAMPLES / "questions.json").read_text())
        for question in questions:
            reply = self.assert_status(self.ask(question["question"]), 200).json
            named = {s["filename"] for s in reply["sources"]}
            if question["answerable"] and not named & set(question["sources"]):
                missed.append(question["question"])
            if not all(any(text in reply["response"] for text in texts) for texts in question["expected"]):
                wrong.append((question["question"], reply["response"]))
        self.assertEqual(missed, [])
        self.assertEqual(wrong, [])  # every extract quotes what answers; 23 of 25 once

    def test_what_is_not_there_is_not_invented(self):
        reply = self.assert_status(self.ask("Quelle est la capitale de la Mongolie ?"), 200).json
        self.assertEqual((reply["sources"], reply["confidence"]), ([], "low"), reply)
        self.assertNotIn("Oulan", reply["response"])

    def test_a_follow_up_question(self):
        first = self.assert_status(self.ask(), 200).json
        second = self.assert_status(self.ask("et pour l'Espagne ?", conversation_id=first["conversation_id"]), 200).json
        self.assertEqual(second["conversation_id"], first["conversation_id"])
        self.assertIn("Espagne", second["response"])
        self.assertIn("4 à 5", second["response"])
        self.assertTrue({s["filename"] for s in second["sources"]} & {"livraison.html", "tarifs-livraison.xlsx"})

    def test_a_conversation_is_its_users_own(self):
        first = self.ask().json
        stranger = self.server.register()
        self.assert_status(self.server.ask(stranger, self.workspace, QUESTION), 404)
        own = self.server.workspace(stranger)
        self.assert_status(self.server.ask(stranger, own, QUESTION, conversation_id=first["conversation_id"]), 404)
        self.assert_status(self.server.request("GET", f"/api/documents/{self.documents['faq.md']['id']}/content", token=stranger), 404)

    def test_a_deleted_document_answers_no_more(self):
        workspace = self.server.workspace(self.token, name="Courte vie")  # with its cache of answers
        fact = "Le mot de passe du local à vélos est girafe-soixante-douze. Il change chaque année au mois de mars.\n"
        document = self.server.add(self.token, workspace, ("local.txt", fact.encode()), "faq.md")["local.txt"]
        question = "Quel est le mot de passe du local à vélos ?"
        def from_cache():
            reply = self.server.ask(self.token, workspace, question).json
            self.assertIn("girafe", reply["response"])
            return reply["cached"]
        poll(from_cache, 20, "the answer comes from the cache")
        self.assertEqual(self.server.request("DELETE", f"/api/documents/{document['id']}", token=self.token).status, 204)
        after = self.server.ask(self.token, workspace, question)
        self.assertNotIn("girafe", after.text)
        self.assertNotIn(document["id"], after.text)
        self.assertNotIn("girafe", self.server.ask(self.token, workspace, question, stream=True).text)
        self.assert_status(self.server.request("GET", f"/api/documents/{document['id']}", token=self.token), 404)

    def test_reindexing_never_leaves_a_question_without_its_answer(self):
        workspace = self.server.workspace(self.token, name="Réindexé")
        without_cache(self.server, self.token, workspace)
        document = self.server.add(self.token, workspace, "livraison.html")["livraison.html"]
        expected = self.server.ask(self.token, workspace, QUESTION).json["response"]
        for path in (f"/api/documents/{document['id']}/reindex", f"/api/documents/workspace/{workspace}/reindex-all"):
            self.assertEqual(self.server.request("POST", path, token=self.token).status, 202)
            def settled():
                self.assertEqual(self.server.ask(self.token, workspace, QUESTION).json["response"], expected)
                now = self.server.documents(self.token, workspace)["livraison.html"]
                return now["status"] == "indexed" and now["indexed_at"] > document["indexed_at"] and now
            document = poll(settled, 60, "indexed again")
            self.assertEqual(self.server.ask(self.token, workspace, QUESTION).json["response"], expected)


class HostileFiles(ServerTest):
    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()

    def zipped(self, **files):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
        return data.getvalue()

    def docx(self, document):
        types = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
                 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", types)
            archive.writestr("word/document.xml", document)
        return data.getvalue()

    def test_each_costs_only_itself(self):
        pdf = (EXAMPLES / "returns.pdf").read_bytes()
        docx = (EXAMPLES / "fiche-maree-25.docx").read_bytes()
        entities = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) + "]><w:document>&j;</w:document>"
        outside = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
        cases = {
            "empty.txt": b"", "blank.txt": b" \n\t\n", "truncated.pdf": pdf[:len(pdf) // 2], "head-only.pdf": b"%PDF-1.7\n",
            "truncated.docx": docx[:len(docx) // 2], "noise.pdf": b"%PDF-1.4\n" + bytes(range(256)) * 200,
            "program.pdf": b"\x7fELF\x02\x01\x01" + bytes(5000), "zeros.txt": bytes(100000), "bomb.docx": self.docx(b"<w:document>" + b" " * (300 << 20)),
            "entities.docx": self.docx(entities), "outside.docx": self.docx(outside),
            "deep.json": b"[" * 200000 + b"]" * 200000, "deep.html": b"<div>" * 100000 + b"x",
        }
        workspace = self.server.workspace(self.token)
        accepted = []
        for name, content in cases.items():
            with self.subTest(file=name):
                reply = self.server.upload(self.token, workspace, name, content)
                self.assertIn(reply.status, (202, 415, 422), reply)
                self.assert_public(reply.text)
                if reply.status == 202:
                    accepted.append(name)
        found = self.server.add(self.token, workspace, "livraison.html")
        for name in accepted:
            with self.subTest(file=name):
                self.assert_public(found[name]["error_message"] or "")
                if name not in ("deep.html", "deep.json", "entities.docx", "outside.docx"):
                    self.assertEqual(found[name]["status"], "error")
                if found[name]["status"] == "error":
                    self.assertGreater(len(found[name]["error_message"]), 20)
                chunks = self.server.request("GET", f"/api/documents/{found[name]['id']}/chunks", token=self.token)
                self.assertNotIn("root:", chunks.text)
                self.assertNotIn("aaaaaaaaaaaaaaaaaaaaaaaa", chunks.text)
        self.assertEqual(found["livraison.html"]["status"], "indexed")
        self.assertIn("2 à 3 jours", self.server.ask(self.token, workspace, QUESTION).json["response"])

    def test_names(self):
        workspace = self.server.workspace(self.token)
        for name in ("../../../etc/cron.d/x.txt", "..\\..\\x.txt", "/etc/passwd", "a\x00b.txt", "n" * 4000 + ".txt", "été 🚲.txt", ".", "..", "con.txt"):
            with self.subTest(name=name[:30]):
                reply = self.server.upload(self.token, workspace, name, "Un texte assez long pour être lu.".encode())
                self.assertIn(reply.status, (202, 400, 422), reply)
                if reply.status == 202:
                    stored = reply.json["filename"]
                    self.assertNotRegex(stored, r"[/\\\x00]")
                    self.assertTrue(0 < len(stored) <= 255)
                    self.assertNotIn(stored, (".", ".."))
        self.server.wait_indexed(self.token, workspace)

    def test_too_large(self):
        workspace = self.server.workspace(self.token)
        boundary_reply = self.server.upload(self.token, workspace, "large.txt", b"a " * (13 << 20) + b"x")
        self.assert_status(boundary_reply, 413)
        self.assertEqual(self.server.documents(self.token, workspace), {})

    def test_encodings(self):
        workspace = self.server.workspace(self.token)
        text = "Le café du coin ouvre à dix heures, même l'été. La spécialité est la crème brûlée."
        found = self.server.add(self.token, workspace, ("utf8.txt", text.encode()), ("utf16.txt", text.encode("utf-16")), ("1252.txt", text.encode("cp1252")))
        for name, document in found.items():
            with self.subTest(file=name):
                chunks = self.server.request("GET", f"/api/documents/{document['id']}/chunks", token=self.token)
                self.assertIn("spécialité est la crème brûlée", chunks.text)


class Crashes(ProgramTest):
    def begin(self):
        server = self.serve()
        token = server.register("marie@example.com")
        workspace = server.workspace(token)
        without_cache(server, token, workspace)
        return server, token, workspace

    def paragraphs(self, word, count):
        """A text whose every chunk says something of its own."""
        return "\n\n".join(f"Article {word}-{n}. Le modèle {word} numéro {n} pèse {n * 7 + 3} grammes et se range dans le tiroir {n * 13 + 5} "
                           f"de l'atelier. " + "Il est livré avec sa notice, ses vis et une housse en toile cirée. " * 14
                           for n in range(count)).encode()

    def test_kill_during_indexing(self):
        server, token, workspace = self.begin()
        for word in ("ocre", "indigo", "garance"):
            self.assertEqual(server.upload(token, workspace, f"{word}.txt", self.paragraphs(word, 40)).status, 202)
        poll(lambda: any(d["status"] == "processing" for d in server.documents(token, workspace).values()), 60, "indexing has begun")
        statuses = {d["status"] for d in server.documents(token, workspace).values()}
        self.assertNotEqual(statuses, {"indexed"})  # else the kill would show nothing
        server.kill()
        server = self.serve()
        found = server.wait_indexed(token, workspace, 90)  # the dead server's lease is 30 s
        self.assertEqual({n: d["status"] for n, d in found.items()}, {"ocre.txt": "indexed", "indigo.txt": "indexed", "garance.txt": "indexed"})
        for name, document in found.items():
            chunks = server.request("GET", f"/api/documents/{document['id']}/chunks?limit=200", token=token).json["items"]
            self.assertEqual([c["chunk_index"] for c in chunks], list(range(document["chunk_count"])))
            for n in (0, 20, 39):
                self.assertIn(f"Article {name[:-4]}-{n}.", "".join(c["content"] for c in chunks))
        reply = server.ask(token, workspace, "Combien de grammes pèse le modèle garance numéro 17 ?").json
        self.assertIn("garance.txt", {s["filename"] for s in reply["sources"]})

    def answers(self, server, token, workspace):
        found = []
        for question in (QUESTION, "Combien coûte la livraison en Suisse ?", "Quelle est la durée de la garantie ?"):
            reply = server.ask(token, workspace, question)
            self.assertEqual(reply.status, 200, reply)
            found.append((reply.json["response"], [s["excerpt"] for s in reply.json["sources"]], round(reply.json["rag_score"], 4)))
        return found

    def test_index_files_are_only_a_cache(self):
        server, token, workspace = self.begin()
        server.add(token, workspace, "livraison.html", "garantie-et-reparations.pdf", "faq.md")
        expected = self.answers(server, token, workspace)
        self.assertIn("2 à 3 jours", expected[0][0])
        self.assertEqual(server.stop(), 0)
        indexes = self.data / "indexes"
        files = sorted(p for p in indexes.rglob("*") if p.is_file())
        self.assertTrue(files, "a server that stops saves its indexes")

        server = self.serve()  # from the files
        self.assertEqual(self.answers(server, token, workspace), expected)
        self.assertNotIn("is rebuilt", self.log())
        self.assertEqual(server.stop(), 0)

        shutil.rmtree(indexes)
        server = self.serve()
        self.assertEqual(self.answers(server, token, workspace), expected)
        self.assertEqual(server.stop(), 0)
        self.assertTrue([p for p in indexes.rglob("*") if p.is_file()], "they come back")

    def test_a_flipped_byte_in_an_index_file(self):
        server, token, workspace = self.begin()
        server.add(token, workspace, "livraison.html", "garantie-et-reparations.pdf", "faq.md")
        expected = self.answers(server, token, workspace)
        self.assertEqual(server.stop(), 0)
        for largest in (False, True):  # the manifest, and the largest of the files that it names
            for share in (0.0, 0.5, 0.999):
                with self.subTest(largest=largest, share=share):
                    files = [p for p in (self.data / "indexes").rglob("*") if p.is_file()]
                    file = max((p for p in files if (p.name != "manifest") == largest), key=lambda p: p.stat().st_size)
                    data = bytearray(file.read_bytes())
                    data[int(len(data) * share)] ^= 0x10
                    file.write_bytes(data)
                    for damaged in (True, False):  # the second start finds it repaired
                        before = len(self.log())
                        server = self.serve()
                        self.assertEqual(self.answers(server, token, workspace), expected)
                        self.assertEqual(server.stop(), 0)
                        self.assertEqual("is damaged or missing and is rebuilt" in self.log()[before:], damaged)

    def log(self):
        return (self.directory / "data.log").read_text()

    def test_an_acknowledged_upload_survives_a_kill(self):
        server, token, workspace = self.begin()
        reply = server.upload(token, workspace, "faq.md", (EXAMPLES / "faq.md").read_bytes())
        server.kill()
        self.assertEqual(reply.status, 202)
        server = self.serve()
        found = server.wait_indexed(token, workspace, 90)
        self.assertEqual(found["faq.md"]["status"], "indexed")
        content = server.request("GET", f"/api/documents/{reply.json['id']}/content", token=token)
        self.assertEqual(content.body, (EXAMPLES / "faq.md").read_bytes())


if __name__ == "__main__":
    main()
