"""Programs that ask: the official OpenAI and MCP clients for Python and Node, unchanged, against /v1 and /mcp."""
import asyncio
import json
import os
import pathlib
import subprocess
import sys

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
sys.path.insert(1, subprocess.run([CLIENTS / "prepare.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())

import httpx2  # noqa: E402
import openai  # noqa: E402
from mcp import Client  # noqa: E402
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

from program import main, poll, read_until  # noqa: E402
from scripted_model import STREAM, ModelTest, chunk, event, refuses, says  # noqa: E402

QUESTION = "Quel est le délai de livraison en France ?"


def says_with_usage(text, reason, prompt, completion):
    usage = {"model": "essai", "choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}
    parts = [event(text), event("", finish_reason=reason), f"data: {json.dumps(usage)}\n\n".encode(), b"data: [DONE]\n\n"]
    return lambda connection: connection.sendall(STREAM + b"".join(map(chunk, parts)) + b"0\r\n\r\n")


class Programs(ModelTest):
    SETTINGS = {"LLM_API_KEY": "cle-du-modele"}

    @classmethod
    def prepare(cls):
        cls.token = cls.server.register()
        cls.workspace = cls.server.workspace(cls.token, name="Boutique d'été")
        cls.other = cls.server.workspace(cls.token, name="Voisin")
        reply = cls.server.request("PATCH", f"/api/workspaces/{cls.workspace}/rag-config", {"enable_cache": False}, cls.token)
        assert reply.status == 200, reply
        cls.server.add(cls.token, cls.workspace, "livraison.html")
        cls.key = cls.new_key()["key"]

    @classmethod
    def new_key(cls, **fields):
        reply = cls.server.request("POST", f"/api/workspaces/{cls.workspace}/api-keys", {"name": "Essai", **fields}, cls.token)
        assert reply.status == 201, reply
        return reply.json

    def setUp(self):
        super().setUp()
        self.client = self.client_of(self.key)

    def client_of(self, key, **options):
        client = openai.OpenAI(base_url=self.server.own_origin + "/v1", api_key=key, max_retries=0, default_headers={"Accept-Language": "en"}, **options)
        self.addCleanup(client.close)
        return client

    def complete(self, text=QUESTION, **options):
        return self.client.chat.completions.create(model=options.pop("model", self.workspace), messages=[{"role": "user", "content": text}], **options)


class OpenAiPython(Programs):
    def test_models(self):
        models = list(self.client.models.list())
        self.assertEqual([m.id for m in models], [self.workspace])
        self.assertEqual(self.client.models.retrieve("Boutique d'été").id, self.workspace)
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.models.retrieve(self.other)
        self.assertEqual(caught.exception.code, "model_not_found")

    def test_a_completion_with_sources_and_the_models_usage(self):
        self.model.then(says_with_usage("Deux à trois jours [1].", "stop", 321, 12))
        reply = self.complete(model="Boutique d'été", temperature=0.7, max_tokens=64, user="42")
        message = reply.choices[0].message
        self.assertEqual((message.role, message.content), ("assistant", "Deux à trois jours [1]."))
        self.assertEqual((reply.object, reply.model, reply.choices[0].finish_reason), ("chat.completion", "Boutique d'été", "stop"))
        self.assertTrue(reply.id.startswith("chatcmpl-"))
        source = message.annotations[0]
        self.assertEqual((source.type, source.index, source.filename), ("source", 1, "livraison.html"))
        self.assertTrue(source.document_id and source.excerpt)
        self.assertEqual((reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens), (321, 12, 333))
        self.assertEqual(reply.usage.counted_by, "model")
        sent = self.model.requests[0]["body"]
        self.assertEqual((sent["temperature"], sent["max_tokens"]), (0.7, 64))

    def test_a_stream(self):
        self.model.then(says_with_usage("Deux à ", "length", 300, 4))
        chunks = list(self.complete(stream=True, stream_options={"include_usage": True}))
        self.assertEqual("".join(c.choices[0].delta.content or "" for c in chunks if c.choices), "Deux à ")
        self.assertEqual(chunks[0].choices[0].delta.role, "assistant")
        self.assertEqual([c.choices[0].finish_reason for c in chunks if c.choices][-1], "length")
        self.assertEqual(chunks[-2].choices[0].delta.annotations[0]["filename"], "livraison.html")
        self.assertEqual((chunks[-1].choices, chunks[-1].usage.total_tokens), ([], 304))
        self.assertEqual(len({c.id for c in chunks}), 1)

    def test_the_clients_own_stream_helper(self):
        self.model.then(says("Deux à ", "trois jours [1]."))
        with self.client.chat.completions.stream(model=self.workspace, messages=[{"role": "user", "content": QUESTION}]) as stream:
            text = "".join(e.delta for e in stream if e.type == "content.delta")
            final = stream.get_final_completion()
        self.assertEqual(text, "Deux à trois jours [1].")
        self.assertEqual(final.choices[0].message.content, text)

    def test_history_and_instructions(self):
        self.model.then(says("Quatre jours [1]."))
        messages = [{"role": "system", "content": "Tutoie le visiteur."}, {"role": "user", "content": QUESTION},
                    {"role": "assistant", "content": "Deux à trois jours [1]."},
                    {"role": "user", "content": [{"type": "text", "text": "et pour la Belgique ?"}]}]
        self.client.chat.completions.create(model=self.workspace, messages=messages)
        sent = self.model.requests[0]["body"]["messages"]
        self.assertEqual([m["role"] for m in sent], ["system", "user", "assistant", "user"])
        self.assertIn("Tutoie le visiteur.", sent[0]["content"])
        self.assertEqual((sent[1]["content"], sent[3]["content"]), (QUESTION, "et pour la Belgique ?"))
        stored = self.server.request("GET", f"/api/workspaces/{self.workspace}/conversations?channel=api", token=self.token).json["items"]
        self.assertEqual((stored[0]["title"], stored[0]["messages_count"]), ("et pour la Belgique ?", 2))

    def test_errors_are_the_clients_own(self):
        for key in ("mk_none", "none"):
            with self.assertRaises(openai.AuthenticationError):
                self.client_of(key).models.list()
        with self.assertRaises(openai.BadRequestError) as caught:
            self.complete(n=2)
        self.assertEqual((caught.exception.param, caught.exception.type), ("n", "invalid_request_error"))
        with self.assertRaises(openai.BadRequestError) as caught:
            self.complete(text="a" * 4001)
        self.assertEqual(caught.exception.param, "messages[0].content")
        with self.assertRaises(openai.NotFoundError):
            self.complete(model=self.other)
        with self.assertRaises(openai.APIStatusError) as caught:
            self.complete(text="a" * (2 << 20))
        self.assertEqual((caught.exception.status_code, caught.exception.code), (413, "body_too_large"))

    def test_a_failing_model_has_a_status_also_for_a_stream(self):
        for stream in (False, True):
            self.model.then(refuses(500), refuses(500))
            with self.assertRaises(openai.InternalServerError) as caught:
                self.complete(stream=stream)
            self.assertEqual((caught.exception.status_code, caught.exception.code), (502, "model_unavailable"))
            self.assertNotIn("internal-words", str(caught.exception))
        self.model.then(refuses(429, "Retry-After: 50\r\n"))
        with self.assertRaises(openai.InternalServerError) as caught:
            self.complete(stream=True)
        self.assertEqual((caught.exception.status_code, caught.exception.response.headers["Retry-After"]), (503, "50"))

    def test_who_goes_away_cancels_the_model(self):
        for stream in (True, False):
            with self.subTest(stream=stream):
                self.model.then(self.model.stalls("Quatre à "))
                body = {"model": self.workspace, "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
                connection = self.server.request.open("/v1/chat/completions", body, token=self.key)
                if stream:
                    read_until(connection, "Quatre à ".encode())
                else:
                    poll(lambda: self.model.requests, 20, "the model is asked")
                connection.close()
                self.assertTrue(self.model.client_left.wait(20), "the model's call was not cancelled")

    def test_embeddings(self):
        texts = ["Livraison en France", "Délais d'expédition", "Recette de crêpes"]
        reply = self.client.embeddings.create(model=self.workspace, input=texts)  # base64, by default
        floats = self.client.embeddings.create(model=self.workspace, input=texts[0], encoding_format="float")
        vectors = [e.embedding for e in reply.data]
        self.assertEqual((len(vectors), len(vectors[0])), (3, 384))
        for a, b in zip(vectors[0], floats.data[0].embedding):
            self.assertAlmostEqual(a, b, places=3)
        near, far = (sum(a * b for a, b in zip(vectors[0], other)) for other in vectors[1:])
        self.assertGreater(near, far)
        self.assertGreater(reply.usage.prompt_tokens, 9)
        passage = self.client.embeddings.create(model=reply.model, input=texts[0], extra_body={"input_type": "passage"})
        self.assertNotEqual(passage.data[0].embedding, vectors[0])
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.embeddings.create(model=self.workspace, input="mot " * 3000)
        self.assertEqual(caught.exception.param, "input[0]")

    def test_a_revoked_key_is_refused_at_the_next_request(self):
        key = self.new_key()
        client = self.client_of(key["key"])
        client.models.list()
        self.assert_status(self.server.request("DELETE", f"/api/workspaces/{self.workspace}/api-keys/{key['id']}", token=self.token), 204)
        with self.assertRaises(openai.AuthenticationError):
            client.models.list()

    def test_a_key_revoked_while_it_is_answered(self):
        for stream in (True, False):
            with self.subTest(stream=stream):
                key = self.new_key()
                self.model.then(self.model.stalls("Quatre à "))
                body = {"model": self.workspace, "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
                connection = self.server.request.open("/v1/chat/completions", body, token=key["key"])
                self.addCleanup(connection.close)
                if stream:
                    read_until(connection, "Quatre à ".encode())
                else:
                    poll(lambda: self.model.requests, 20, "the model is asked")
                self.assert_status(self.server.request("DELETE", f"/api/workspaces/{self.workspace}/api-keys/{key['id']}", token=self.token), 204)
                got = read_until(connection, b"invalid_api_key")
                self.assertTrue(stream or got.startswith(b"HTTP/1.1 401 "), got)
                self.assertTrue(self.model.client_left.wait(20), "the model's call was not cancelled")


class OpenAiNode(Programs):
    def test_the_official_client(self):
        self.model.then(says_with_usage("Deux à trois jours [1].", "stop", 321, 12), says("Deux à ", "trois jours [1]."))
        done = subprocess.run(["node", CLIENTS / "openai_client.mjs"], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "BASE_URL": self.server.own_origin + "/v1", "API_KEY": self.key, "MODEL": self.workspace, "OTHER": self.other})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Mcp(Programs):
    def test_the_official_client_for_node(self):
        self.model.then(says("Deux à ", "trois jours [1]."))
        done = subprocess.run(["node", CLIENTS / "mcp_client.mjs"], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "MCP_URL": self.server.own_origin + "/mcp", "API_KEY": self.key})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_official_client_for_python(self):
        self.model.then(says("Deux à ", "trois jours [1]."))

        async def use():
            headers = {"Authorization": "Bearer " + self.key}
            async with httpx2.AsyncClient(headers=headers) as http:
                async with Client(streamable_http_client(self.server.own_origin + "/mcp", http_client=http)) as client:
                    tools = await client.list_tools()
                    found = await client.call_tool("search", {"query": "délai de livraison en France"})
                    asked = await client.call_tool("ask", {"question": QUESTION})
                    return [tool.name for tool in tools.tools], found.structured_content, asked.structured_content

        names, found, asked = asyncio.run(use())
        self.assertEqual(names, ["search", "ask"])
        self.assertEqual(found["passages"][0]["filename"], "livraison.html")
        self.assertEqual(asked["answer"], "Deux à trois jours [1].")
        self.assertIn(asked["confidence"], ("high", "medium"))


if __name__ == "__main__":
    main()
