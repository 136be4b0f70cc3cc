// The official MCP client for Node against /mcp; programs_test.py starts the server and its model.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { MCP_URL, API_KEY } = process.env;
const connect = async (key) => {
  const client = new Client({ name: "essai", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(MCP_URL), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }));
  return client;
};

const client = await connect(API_KEY);
assert.equal(client.getServerVersion().name, "monitora");
const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name), ["search", "ask"]);

// callTool checks structured content against the tool's output schema.
const found = await client.callTool({ name: "search", arguments: { query: "délai de livraison en France", limit: 2 } });
assert.ok(found.structuredContent.passages.length > 0 && found.structuredContent.passages.length <= 2);
assert.equal(found.structuredContent.passages[0].filename, "livraison.html");
assert.ok(found.structuredContent.answerable > 0.3);

const asked = await client.callTool({ name: "ask", arguments: { question: "Quel est le délai de livraison en France ?" } });
assert.equal(asked.structuredContent.answer, "Deux à trois jours [1].");
assert.equal(asked.structuredContent.sources[0].filename, "livraison.html");

const wrong = await client.callTool({ name: "ask", arguments: { question: "" } });
assert.equal(wrong.isError, true);
await assert.rejects(client.callTool({ name: "delete", arguments: {} }));
await client.close();
await assert.rejects(connect("mk_none"));
