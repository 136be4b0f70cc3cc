"""Questions that a workspace's own database answers, by every way that a question comes in: a real PostgreSQL as the
customer's, a scripted model that writes the statement."""
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse

import databases
from program import jwt, main, poll
from scripted_model import ModelTest, says

DOCS = pathlib.Path(__file__).parents[2] / "docs"
# What stands around a sample of the documentation: the user of the site before it, and what is said after it.
SAMPLES = {
    "js": (["node", "--input-type=module"], "const user = { id: 7, email: 'Zoe@Example.com' };\n", "\nconsole.log(userToken);"),
    "php": (["php"], "<?php $user = (object) ['id' => 7, 'email' => 'Zoe@Example.com'];\n", "\necho $userToken;"),
}
QUESTION = "Combien de commandes avons-nous reçues en mars 2026 ?"
STATEMENT = "SELECT COUNT(*) AS commandes FROM sales WHERE made_on >= DATE '2026-03-01' AND made_on < DATE '2026-04-01'"
SHOP = """
CREATE TABLE sales (ref text PRIMARY KEY, made_on date, total numeric(10, 2));
INSERT INTO sales SELECT 'V' || i, DATE '2026-03-01' + i % 31, i FROM generate_series(1, 4217) i;
CREATE TABLE orders (ref text PRIMARY KEY, made_on date, state text, email text);
INSERT INTO orders VALUES ('FR-1234', '2026-03-05', 'sent', 'Zoe@Example.com'), ('FR-9999', '2026-03-06', 'sent', 'marc@example.com');
"""


class Data(ModelTest):
    SETTINGS = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "RATE_LIMIT_ADDRESS": 100000, "RATE_LIMIT_VISITOR": 100000}

    @classmethod
    def prepare(cls):
        shop = databases.Database(kind="postgres")
        shop.script(SHOP)
        cls.token = cls.server.register()
        cls.workspace = cls.server.workspace(cls.token)
        cls.server.add(cls.token, cls.workspace, "livraison.html")
        cls.key = cls.request("POST", "/api-keys", {"name": "Site"}).json["key"]
        at = urllib.parse.urlsplit(shop.own_url)
        cls.request("PUT", "/database", {
            "db_type": "postgres", "db_host": "127.0.0.1", "db_port": at.port, "db_name": shop.name, "db_user": at.username,
            "db_password": at.password or "x", "allowed_tables": ["sales", "orders"]})
        cls.request("PUT", "/database/orders", {
            "table": "orders", "number_column": "ref", "date_column": "made_on", "status_column": "state", "owner_column": "email",
            "statuses": [{"value": "sent", "fr": "Expédiée", "en": "Shipped"}]})
        cls.secret = cls.request("POST", "/identity-secret").json["secret"]
        # The first question has the routing's examples embedded, for which a busy machine takes longer than a visitor waits.
        cls.model.then()
        poll(lambda: cls.server.visit(cls.workspace, "Où est ma commande ?").status == 200, 300, "the first question is answered")

    @classmethod
    def request(cls, method, path, body=None):
        reply = cls.server.request(method, f"/api/workspaces/{cls.workspace}{path}", body, cls.token)
        assert reply.status in (200, 201), reply
        return reply

    def signed(self, **claims):
        return jwt({"exp": int(time.time()) + 3600, **claims}, self.secret)

    # What a question is answered with, by each way: what was said, and all of the reply.

    def in_the_widget(self, question, **fields):
        reply = self.assert_status(self.server.visit(self.workspace, question, **fields), 200)
        return reply.json["response"], reply.text

    def in_the_widget_streamed(self, question, **fields):
        reply = self.assert_status(self.server.visit(self.workspace, question, stream=True, **fields), 200)
        return "".join(e["content"] for e in reply.events if e["type"] == "token"), reply.text

    def by_v1(self, question, **fields):
        body = {"model": self.workspace, "messages": [{"role": "user", "content": question}], **fields}
        reply = self.assert_status(self.server.request("POST", "/v1/chat/completions", body, self.key), 200)
        return reply.json["choices"][0]["message"]["content"], reply.text

    def by_mcp(self, question):
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": question}}}
        reply = self.assert_status(self.server.request("POST", "/mcp", body, self.key), 200)
        return reply.json["result"]["structuredContent"]["answer"], reply.text

    def ways(self):
        return (self.in_the_widget, self.in_the_widget_streamed, self.by_v1, self.by_mcp)

    def test_is_answered_with_the_figures_and_nobody_outside_sees_the_statement(self):
        for way in self.ways():
            with self.subTest(way=way.__name__):
                self.model.then(says("```sql\n" + STATEMENT + "\n```"))
                said, whole = way(QUESTION)
                self.assertIn("4217", said.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ""))
                self.assertEqual(len(self.model.requests), 1)
                for inside in ("SELECT", "sales", "made_on", '"sql"'):
                    self.assertNotIn(inside, whole)

    def test_members_see_the_statement(self):
        self.model.then(says(STATEMENT))
        reply = self.assert_status(self.server.ask(self.token, self.workspace, QUESTION), 200)
        path = f"/api/conversations/{reply.json['conversation_id']}/messages"
        for who, sees in ((self.token, True), (self.key, False)):
            with self.subTest(member=sees):
                whole = self.server.request("GET", path, token=who).text
                self.assertEqual("COUNT(*)" in whole, sees, whole)

    def test_is_asked_anew_each_time(self):
        before = self.request("GET", "/cache").json["items"]
        for _ in range(2):
            self.model.then(says(STATEMENT))
            self.in_the_widget(QUESTION)
            self.assertEqual(len(self.model.requests), 1, "not out of the cache")
        self.assertEqual(self.request("GET", "/cache").json["items"], before)

    def test_a_statement_that_is_not_allowed_is_an_honest_answer(self):
        for way in self.ways():
            with self.subTest(way=way.__name__):
                self.model.then(says("DELETE FROM sales"), says("SELECT pg_sleep(10) FROM sales"))
                said, whole = way(QUESTION)
                self.assertEqual(len(self.model.requests), 2, "corrected once")
                self.assertNotIn("4217", said)
                for inside in ("DELETE", "pg_sleep"):
                    self.assertNotIn(inside, whole)

    def test_a_statement_over_everybodys_orders_is_not_run(self):
        for way in self.ways():
            with self.subTest(way=way.__name__):
                self.model.then(says("SELECT ref, email FROM orders"), says("SELECT email FROM public.orders"))
                _, whole = way(QUESTION)
                for theirs in ("FR-1234", "FR-9999", "xample.com"):
                    self.assertNotIn(theirs, whole)

    def test_orders_are_told_to_whom_they_belong(self):
        question = "Où en est ma commande FR-1234 ?"
        for way in self.ways():
            with self.subTest(way=way.__name__):
                self.model.then()
                said, whole = way(question)
                for theirs in ("Expédiée", "Shipped", "05/03/2026", "xample.com", "SELECT"):
                    self.assertNotIn(theirs, whole, "nobody has signed for who asks")
                self.assertEqual(self.model.requests, [])
        for way in (self.in_the_widget, self.in_the_widget_streamed):
            with self.subTest(way=way.__name__):
                said, whole = way(question, user_token=self.signed(sub="1", email="Zoe@Example.com"))
                self.assertIn("Expédiée", said)
                self.assertNotIn("SELECT", whole)
                said, _ = way(question, user_token=self.signed(sub="2", email="marc@example.com"))
                self.assertNotIn("Expédiée", said)

    def test_the_documentations_samples_sign_for_who_asks(self):
        for page in ("order-tracking.md", "order-tracking.fr.md"):
            text = (DOCS / page).read_text(encoding="utf-8")
            for language, (command, before, after) in SAMPLES.items():
                with self.subTest(page=page, language=language):
                    sample = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL).group(1)
                    if shutil.which(command[0]) is None:
                        self.skipTest(f"{command[0]} is not installed")
                    ran = subprocess.run(command, input=before + sample + after, text=True, capture_output=True, check=False,
                                         env={**os.environ, "MONITORA_IDENTITY_SECRET": self.secret})
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    self.model.then()
                    said, _ = self.in_the_widget("Où en est ma commande FR-1234 ?", user_token=ran.stdout.strip())
                    self.assertIn("Expédiée", said)

    def test_what_documents_say_is_left_to_them(self):
        self.model.then(says("Deux à trois jours [1]."))
        said, _ = self.in_the_widget("Quel est le délai de livraison en France ?")
        self.assertEqual(said, "Deux à trois jours [1].")


if __name__ == "__main__":
    main()
