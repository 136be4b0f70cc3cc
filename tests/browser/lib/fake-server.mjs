// A scripted server that speaks http.md's routes of the widget, and misbehaves on demand.
// Everything is in memory; a test reads `requests` and queues faults with `next(…)`.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const kTypes = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' };
const kPagePolicy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

export const kAnswer =
  'Vous avez **30 jours** pour nous renvoyer un article 😀, étiquette comprise [1].\n\n' +
  '- Remboursement sous *14 jours* [2]\n- Retour gratuit en France — et en Espagne\n\n' +
  'Écrivez à [notre équipe](mailto:aide@boutique.example).';

export const kSources = [
  { index: 1, document_id: randomUUID(), filename: 'conditions-générales-de-vente.pdf', page: 3, excerpt: 'Le client dispose de trente (30) jours à compter de la réception.' },
  { index: 2, document_id: randomUUID(), filename: 'retours.docx', excerpt: 'Le remboursement est effectué sous quatorze jours.' },
  { index: 3, document_id: randomUUID(), filename: 'livraison.md', excerpt: 'Livraison en Espagne : 3 à 5 jours ouvrés.' },
];

/** @param options.origins pages' origins that may show the widget */
export async function startFakeServer(options = {}) {
  const fake = {
    url: '',
    origins: options.origins ?? [],
    requests: [],
    faults: [],
    held: [],
    answer: kAnswer,
    sources: kSources,
    conversations: new Map(),
    feedback: new Map(),
    config: {
      name: 'Boutique Lumière', primary_color: '#0b6e5f', welcome_message: 'Bonjour ! Une question sur une commande, une livraison ou un retour ?',
      placeholder: 'Écrivez votre question…', position: 'bottom-right', width: 384, height: 620, branding_text: 'Propulsé par MONITORA',
      streaming_enabled: true, language: 'fr', suggested_questions: ['Quels sont les délais de livraison ?', 'Comment renvoyer un article ?'],
    },
    /** The next questions meet these faults, one each. */
    next: (...faults) => fake.faults.push(...faults),
    /** Ends the answers that `stall` and `drop` hold back. */
    release: () => fake.held.splice(0).forEach((go) => go()),
    chats: () => fake.requests.filter((one) => one.path.endsWith('/chat')),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://x');
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const seen = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body: undefined };
    if (request.headers['content-type']?.startsWith('application/json')) seen.body = JSON.parse(body);
    fake.requests.push(seen);
    const widget = /^\/api\/widget\/([0-9a-f-]{36})\/(\w+)$/.exec(url.pathname);
    if (widget) return visitor(fake, widget[1], widget[2], seen, response);
    return file(url.pathname, response);
  });
  await new Promise((done) => server.listen(options.port ?? 0, '127.0.0.1', done));
  fake.url = `http://127.0.0.1:${server.address().port}`;
  fake.close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return fake;
}

function reply(response, status, value, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

function refuse(response, status, code, detail, headers) {
  reply(response, status, { detail, code, request_id: randomUUID() }, headers);
}

function file(path, response) {
  const demo = /^\/demo\/([0-9a-f-]{36})$/.exec(path);
  const name = demo ? 'demo.html' : path.slice(1);
  const place = path === '/widget/embed.js' ? 'widget/dist/embed.js' : join('src/http/static', name.replace(/[^\w.-]/g, ''));
  try {
    let content = readFileSync(join(root, place), 'utf8');
    if (demo) content = content.replaceAll('{{workspace_id}}', demo[1]).replaceAll('{{name}}', 'Boutique Lumière').replaceAll('{{lang}}', 'fr');
    response.writeHead(200, { 'Content-Type': kTypes[place.split('.').pop()], 'Content-Security-Policy': kPagePolicy, 'X-Content-Type-Options': 'nosniff' });
    response.end(content);
  } catch {
    response.writeHead(404);
    response.end();
  }
}

// --- the visitor's routes ---------------------------------------------------------------------------------

function visitor(fake, workspaceId, route, seen, response) {
  const origin = seen.headers.origin;
  const own = origin === undefined ? seen.headers['sec-fetch-site'] === 'same-origin' : origin === fake.url;
  if (!own && !fake.origins.includes(origin)) return refuse(response, 403, 'domain_not_allowed', 'Ce site n’est pas autorisé.');
  response.setHeader('Vary', 'Origin');
  if (origin) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  }
  if (seen.method === 'OPTIONS') {
    response.writeHead(204, { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': 'Content-Type, X-Session-Token' });
    return response.end();
  }
  if (route === 'config') {
    if (fake.faults[0] === 'config-broken') return fake.faults.shift() && refuse(response, 500, 'internal', 'Erreur interne.');
    return reply(response, 200, { workspace_id: workspaceId, ...fake.config });
  }
  if (route === 'history') {
    const conversation = fake.conversations.get(seen.query.get('session_id'));
    if (!conversation || conversation.token !== seen.headers['x-session-token']) return refuse(response, 404, 'not_found', 'Introuvable.');
    return reply(response, 200, { items: conversation.messages, next_cursor: null });
  }
  if (route === 'feedback') {
    const known = [...fake.conversations.values()].find((one) => one.token === seen.body.session_token);
    const message = known?.messages.find((one) => one.id === seen.body.message_id);
    if (!message) return refuse(response, 404, 'not_found', 'Introuvable.');
    message.feedback = seen.body.feedback;
    return reply(response, 204);
  }
  if (route === 'chat') return answer(fake, seen, response);
  return refuse(response, 404, 'not_found', 'Introuvable.');
}

const event = (value) => `data: ${JSON.stringify(value)}\n\n`;

function answer(fake, { body }, response) {
  const fault = fake.faults.shift();
  if (fault === 'limited') return refuse(response, 429, 'rate_limited', 'Trop de messages.', { 'Retry-After': '2' });
  if (fault === 'expired-token') return refuse(response, 401, 'invalid_user_token', 'L’identité n’est pas valable.');
  if (fault === 'busy') return refuse(response, 503, 'saturated', 'Le service est saturé.', { 'Retry-After': '1' });
  if (fault === 'broken') return refuse(response, 500, 'internal', 'Erreur interne.');
  if (fault === 'refused') return refuse(response, 422, 'invalid_argument', 'Ce message ne convient pas.');
  if (fault === 'hang-up') return response.destroy();
  if (fault === 'garbage') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    return response.end('<html><script>window.hacked = 1</script>502</html>');
  }
  let conversation = body.session_id && fake.conversations.get(body.session_id);
  if (body.session_id && conversation?.token !== body.session_token) return refuse(response, 404, 'not_found', 'Introuvable.');
  conversation ??= { id: randomUUID(), token: randomUUID(), messages: [] };
  const message = { id: randomUUID(), role: 'assistant', content: fake.answer, sources: fake.sources, feedback: null, is_complete: true };
  const finish = () => {
    fake.conversations.set(conversation.id, conversation);
    conversation.messages.push({ id: randomUUID(), role: 'user', content: body.message }, message);
    return { session_id: conversation.id, session_token: conversation.token, message_id: message.id, confidence: 'high', cached: false };
  };
  if (!body.stream) return reply(response, 200, { response: fake.answer, sources: fake.sources, ...finish() });
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const tokens = fake.answer.match(/[\s\S]{1,7}/g);
  const begin = event({ type: 'sources', sources: fake.sources }) + event({ type: 'token', content: tokens[0] });
  const rest = tokens.slice(1).map((content) => event({ type: 'token', content })).join('');
  if (fault === 'drop') {
    fake.held.push(() => response.destroy());
    return response.write(begin);
  }
  if (fault === 'cut') return response.end(begin);
  if (fault === 'error-event') {
    return response.end(begin + event({ type: 'error', code: 'model_unavailable', content: 'Le modèle ne répond pas.' }));
  }
  if (fault === 'garbage-events') {
    const noise = ': ping\r\n\r\ndata: {not json\n\ndata: []\n\ndata: null\n\ndata: {"type":"later","x":1}\n\ndata: {"type":"token"}\n\nevent: x\n\n';
    return response.end(noise + begin + noise + rest + noise + event({ type: 'done', ...finish() }));
  }
  if (fault === 'stall') {
    fake.held.push(() => response.end(rest + event({ type: 'done', ...finish() })));
    response.on('close', () => (fake.disconnected = !response.writableEnded));
    return response.write(begin);
  }
  const whole = Buffer.from(begin + rest + event({ type: 'done', ...finish() }));
  if (fault !== 'split') return response.end(whole);
  // One write a byte: every character and every line end is cut.
  response.socket.setNoDelay(true);
  let at = 0;
  const step = () => {
    if (at === whole.length) return response.end();
    response.write(whole.subarray(at, ++at), () => setImmediate(step));
  };
  step();
}
