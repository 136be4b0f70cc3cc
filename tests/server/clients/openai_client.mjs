// The official OpenAI client for Node against /v1; programs_test.py starts the server and its model.
import assert from "node:assert/strict";
import OpenAI from "openai";

const { BASE_URL, API_KEY, MODEL, OTHER } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: API_KEY, maxRetries: 0 });
const messages = [{ role: "user", content: "Quel est le délai de livraison en France ?" }];

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.deepEqual(models, [MODEL]);

const whole = await client.chat.completions.create({ model: MODEL, messages });
assert.equal(whole.choices[0].message.content, "Deux à trois jours [1].");
assert.equal(whole.choices[0].message.annotations[0].filename, "livraison.html");
assert.equal(whole.usage.total_tokens, 333);

const asked = [...messages, { role: "assistant", content: "Deux jours." }, { role: "user", content: "et pour la Belgique ?" }];
const stream = await client.chat.completions.create({ model: MODEL, messages: asked, stream: true, stream_options: { include_usage: true } });
let text = "";
let reason, usage, sources;
for await (const chunk of stream) {
  const choice = chunk.choices[0];
  text += choice?.delta?.content ?? "";
  reason = choice?.finish_reason ?? reason;
  sources = choice?.delta?.annotations ?? sources;
  usage = chunk.usage ?? usage;
}
assert.equal(text, "Deux à trois jours [1].");
assert.equal(reason, "stop");
assert.equal(sources[0].type, "source");
assert.ok(usage.total_tokens > 0);

const embedded = await client.embeddings.create({ model: MODEL, input: ["un", "deux"] });
assert.equal(embedded.data[1].embedding.length, 384);

await assert.rejects(client.models.retrieve(OTHER), (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
await assert.rejects(new OpenAI({ baseURL: BASE_URL, apiKey: "mk_none", maxRetries: 0 }).models.list(), OpenAI.AuthenticationError);
