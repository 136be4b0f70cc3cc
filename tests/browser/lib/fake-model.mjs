// An OpenAI-compatible endpoint that says what a test tells it to.
import { createServer } from 'node:http';

export async function startFakeModel() {
  const model = { url: '', say: '', hold: false, asked: [], waiting: undefined, disconnected: undefined };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (!request.url.endsWith('/chat/completions')) return response.writeHead(404).end();
    model.asked.push(JSON.parse(body));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const pieces = model.say.match(/[\s\S]{1,9}/g).map((content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
    const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
    if (!model.hold) return response.end(pieces.join('') + end);
    model.disconnected = new Promise((done) => response.on('close', done));
    response.write(pieces[0]);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  model.url = `http://127.0.0.1:${server.address().port}/v1`;
  model.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return model;
}
