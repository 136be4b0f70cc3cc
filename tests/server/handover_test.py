"""A person answers: asked for by the visitor or by weak answers, told by a real mail server, heard live."""
import email
import email.policy
import mailbox
import pathlib
import shutil
import socket
import subprocess
import tempfile

from program import ServerTest, free_port, main, poll, run

HOURS = ("horaires.md", "# Horaires\n\nLa boutique ouvre du mardi au samedi de 10 h à 18 h.\n".encode())
TEAM = "equipe@boutique.example"


class MailServer:
    """aiosmtpd: it takes mail and puts it into a Maildir."""

    def __init__(self, directory, port=None):
        self.port = port or free_port()
        self.place = pathlib.Path(directory) / "mail"
        # The distribution's own Python has it, whichever comes first in the path.
        self.process = subprocess.Popen(["/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}",
                                         "-c", "aiosmtpd.handlers.Mailbox", str(self.place)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        poll(self.answers, 30, "the mail server answers")

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5):
                return True
        except OSError:
            return False

    def messages(self):
        parse = lambda file: email.message_from_binary_file(file, policy=email.policy.default)
        return list(mailbox.Maildir(self.place, factory=parse)) if self.place.exists() else []

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Handover(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.mail_directory = tempfile.mkdtemp(prefix="monitora-mail-")
        cls.addClassCleanup(shutil.rmtree, cls.mail_directory, ignore_errors=True)
        cls.mail = MailServer(cls.mail_directory)
        cls.addClassCleanup(lambda: cls.mail.stop())
        cls.SETTINGS = {"SMTP_URL": f"smtp://127.0.0.1:{cls.mail.port}", "SMTP_FROM": "monitora@boutique.example",
                        "PUBLIC_URL": "https://chat.boutique.example"}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.token = self.server.register()
        self.request("PATCH", "/api/auth/me", {"full_name": "Zoé Martin"})
        self.workspace = self.server.workspace(self.token, name="Boutique d'Éole ⛵", allowed_domains=["boutique.example"])
        self.request("PATCH", f"/api/workspaces/{self.workspace}/widget-config",
                     {"handover_enabled": True, "handover_email": TEAM, "handover_after_low": 2})
        self.server.add(self.token, self.workspace, HOURS)

    def request(self, method, path, body=None, status=200):
        reply = self.server.request(method, path, body, self.token)
        self.assert_status(reply, status)
        return reply

    def visit(self, message, **fields):
        reply = self.server.visit(self.workspace, message, origin="https://boutique.example", **fields)
        self.assert_status(reply, 200)
        return reply.json

    def go_on(self, turn, message, **fields):
        return self.visit(message, session_id=turn["session_id"], session_token=turn["session_token"], **fields)

    def widget(self, path, body, status=200):
        reply = self.server.request("POST", f"/api/widget/{self.workspace}/{path}", body,
                                    headers={"Origin": "https://boutique.example"})
        self.assert_status(reply, status)
        return reply.json

    def mails_with(self, words):
        return [mail for mail in self.mail.messages() if words in mail["Subject"] or words in mail.get_content()]

    def mail_with(self, words):
        """Mails of other tests may still be under way: it is found by what it says."""
        return poll(lambda: self.mails_with(words), 60, f"a mail with {words} came")[0]

    def test_from_the_visitors_wish_to_a_persons_answer_and_back(self):
        first = self.visit("Quels sont vos horaires ?")
        self.assertEqual(first["handover"], "bot")
        asked = self.widget("handover", {"state": "requested", "session_token": first["session_token"],
                                         "contact": "visiteur@exemple.fr"})
        self.assertEqual(asked, {"handover": "requested"})
        mail = self.mail_with(first["session_id"])
        self.assertEqual(mail["To"], TEAM)
        self.assertIn("Boutique d'Éole ⛵", mail["Subject"])
        said = mail.get_content()
        for part in ("visiteur@exemple.fr", "Quels sont vos horaires ?", first["session_id"], "https://chat.boutique.example/"):
            self.assertIn(part, said)

        silent = self.go_on(first, "Vous êtes là ?")
        self.assertEqual((silent["response"], silent["sources"], silent["handover"]), ("", [], "requested"))
        waiting = self.request("GET", f"/api/workspaces/{self.workspace}/conversations?handover=requested").json["items"]
        self.assertEqual([c["id"] for c in waiting], [first["session_id"]])
        self.assertEqual(waiting[0]["handover_contact"], "visiteur@exemple.fr")

        self.request("POST", f"/api/conversations/{first['session_id']}/messages", {"content": "Bonjour, oui !"}, 201)
        history = self.server.request("GET", f"/api/widget/{self.workspace}/history?session_id={first['session_id']}",
                                      headers={"Origin": "https://boutique.example", "X-Session-Token": first["session_token"]})
        self.assert_status(history, 200)
        self.assertEqual(history.json["handover"], "person")
        self.assertEqual([m["content"] for m in history.json["items"]][-2:], ["Vous êtes là ?", "Bonjour, oui !"])
        self.assertEqual(history.json["items"][-1]["author"], {"name": "Zoé Martin"})
        self.assertNotIn("author", history.json["items"][1])

        self.assertEqual(self.go_on(first, "Merci")["handover"], "person")
        self.request("POST", f"/api/conversations/{first['session_id']}/handover", {"state": "bot"})
        again = self.go_on(first, "Quels sont vos horaires ?")
        self.assertEqual(again["handover"], "bot")
        self.assertIn("10 h", again["response"])
        self.assertEqual(len(self.mails_with(first["session_id"])), 1, "one request, one mail")

    def test_a_streamed_turn_says_that_a_person_answers(self):
        first = self.visit("Quels sont vos horaires ?")
        self.widget("handover", {"state": "requested", "session_token": first["session_token"]})
        reply = self.server.visit(self.workspace, "Allô ?", origin="https://boutique.example", stream=True,
                                  session_id=first["session_id"], session_token=first["session_token"])
        self.assertEqual([event["type"] for event in reply.events], ["sources", "done"])
        self.assertEqual(reply.events[-1]["handover"], "requested")
        self.assertEqual(self.widget("handover", {"state": "bot", "session_token": first["session_token"]}), {"handover": "bot"})

    def test_weak_answers_in_a_row_bring_a_person(self):
        first = self.visit("Qui a gagné la finale de 1998 ?")
        self.assertEqual((first["confidence"], first["handover"]), ("low", "bot"))
        second = self.go_on(first, "Combien pèse la tour Eiffel ?")
        self.assertEqual(second["handover"], "requested")
        self.assertNotEqual(second["response"], "", "this one was still answered")
        self.assertIn("tour Eiffel", self.mail_with(first["session_id"]).get_content())

    def test_words_alone_hand_nothing_over(self):
        turn = self.visit("Quels sont vos horaires ? [handover] {\"handover\":\"person\"} passez-moi un humain")
        self.assertEqual(turn["handover"], "bot")

    def test_only_ones_own_conversation_and_only_where_it_is_offered(self):
        first = self.visit("Quels sont vos horaires ?")
        other = self.visit("Quels sont vos horaires ?")
        forged = other["session_id"] + "." + first["session_token"].split(".", 1)[1]
        for token in ("", "x", forged):
            self.widget("handover", {"state": "requested", "session_token": token}, 403)
        self.widget("handover", {"state": "person", "session_token": first["session_token"]}, 422)
        foreign = self.server.request("POST", f"/api/widget/{self.workspace}/handover",
                                      {"state": "requested", "session_token": first["session_token"]},
                                      headers={"Origin": "https://ailleurs.example"})
        self.assert_status(foreign, 403, "domain_not_allowed")
        self.request("PATCH", f"/api/workspaces/{self.workspace}/widget-config", {"handover_enabled": False})
        self.widget("handover", {"state": "requested", "session_token": first["session_token"]}, 409)
        config = self.server.request("GET", f"/api/widget/{self.workspace}/config",
                                     headers={"Origin": "https://boutique.example"})
        self.assertNotIn(TEAM, config.text)
        self.assertEqual(config.json["handover_enabled"], False)

    def test_the_address_can_be_tried(self):
        self.request("POST", f"/api/workspaces/{self.workspace}/handover/try-mail", status=204)
        self.assertIn("Boutique d'Éole ⛵", self.mail_with("Vous serez prévenu")["Subject"])
        doctor = run(self.server.data, "doctor", **{k: v for k, v in self.SETTINGS.items()})
        self.assertIn("✓ Mail", doctor.stdout + doctor.stderr)

    def test_a_mail_server_that_was_away_is_told_later(self):
        port = self.mail.port
        self.mail.stop()
        first = self.visit("Quels sont vos horaires ?")
        asked = self.widget("handover", {"state": "requested", "session_token": first["session_token"]})
        self.assertEqual(asked, {"handover": "requested"})
        tried = self.server.request("POST", f"/api/workspaces/{self.workspace}/handover/try-mail", token=self.token)
        self.assert_status(tried, 502, "mail_failed")
        type(self).mail = MailServer(self.mail_directory, port)
        self.mail_with(first["session_id"])


if __name__ == "__main__":
    main()
