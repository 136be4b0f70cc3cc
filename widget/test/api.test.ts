import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Api, ApiError, readSources, type AnswerListener } from '../src/api';

const kSession = { id: 's', token: 't' };
let requests: { url: string; init: RequestInit }[] = [];

/** Answers the requests one after the other; an Error stands for a line that is down. */
function serve(...answers: (Response | Error)[]): Api {
  requests = [];
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
  globalThis.fetch = (url, init) => {
    requests.push({ url: String(url), init: init ?? {} });
    const answer = answers.shift() ?? new Error('no more answers');
    return answer instanceof Error ? Promise.reject(new TypeError(answer.message)) : Promise.resolve(answer);
  };
  return new Api('https://chat.example', 'w', () => 'fr');
}

const realFetch = globalThis.fetch;
afterEach(() => void (globalThis.fetch = realFetch));

const json = (status: number, body: unknown, headers = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
const stream = (text: string): Response => new Response(text, { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } });

function listener(): AnswerListener & { text: string; sources: number } {
  return {
    text: '',
    sources: 0,
    onSources(sources) {
      this.sources = sources.length;
    },
    onText(piece) {
      this.text += piece;
    },
  };
}

const ask = (api: Api, to = listener(), signal = new AbortController().signal) =>
  api.ask({ message: 'q', stream: true, visitorId: 'v', session: kSession, userToken: 'u' }, to, signal);

async function failureOf(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  return assert.fail('it must fail');
}

test('the question as the contract has it', async () => {
  const api = serve(stream('data: {"type":"done","session_id":"a","session_token":"b","message_id":"m"}\n\n'));
  const finished = await ask(api);
  assert.deepEqual(finished, { sessionId: 'a', sessionToken: 'b', messageId: 'm', handover: 'bot' });
  assert.equal(requests[0]?.url, 'https://chat.example/api/widget/w/chat');
  assert.equal(requests[0]?.init.credentials, 'omit');
  assert.deepEqual(JSON.parse(String(requests[0]?.init.body)), {
    message: 'q',
    visitor_id: 'v',
    stream: true,
    session_id: 's',
    session_token: 't',
    user_token: 'u',
  });
});

test('what each refusal means', async () => {
  const cases: [Response, ApiError['failure'], string, number][] = [
    [json(403, { code: 'domain_not_allowed', detail: 'x' }), 'domain', 'x', 0],
    [json(403, { code: 'workspace_disabled', detail: 'x' }), 'domain', 'x', 0],
    [json(403, { code: 'invalid_session_token', detail: 'x' }), 'session', 'x', 0],
    [json(401, { code: 'invalid_user_token', detail: 'x' }), 'identity', 'x', 0],
    [json(404, { code: 'not_found', detail: 'x' }), 'session', 'x', 0],
    [json(422, { code: 'invalid_field', detail: 'Trop long.' }), 'refused', 'Trop long.', 0],
    [json(413, {}), 'refused', '', 0],
    [json(429, {}, { 'Retry-After': '7' }), 'limited', '', 7],
    [json(429, {}, { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }), 'limited', '', 20],
    [json(429, {}, { 'Retry-After': '999999999' }), 'limited', '', 3600],
    [json(503, {}, { 'Retry-After': '3' }), 'busy', '', 3],
    [json(500, { detail: 'stack trace' }), 'server', '', 0],
    [new Response('<html>502', { status: 502 }), 'server', '', 0],
    [new Response('<html>', { status: 200, headers: { 'Content-Type': 'text/html' } }), 'server', '', 0],
    [json(200, { nonsense: 1 }), 'server', '', 0],
    [stream('data: {"type":"token","content":"a"}\n\n'), 'interrupted', '', 0],
    [stream('data: {"type":"error","code":"c","content":"Désolé."}\n\n'), 'interrupted', 'Désolé.', 0],
  ];
  for (const [response, failure, detail, seconds] of cases) {
    const error = await failureOf(ask(serve(response)));
    assert.deepEqual([error.failure, error.detail, error.retryAfterSeconds], [failure, detail, seconds], `${response.status} ${failure}`);
  }
});

test('a line that is down, and a browser that knows it', async () => {
  assert.equal((await failureOf(ask(serve(new Error('down'))))).failure, 'network');
  const api = serve(new Error('down'));
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  assert.equal((await failureOf(ask(api))).failure, 'offline');
});

test('a refusal hidden by the browser is told from a line that is down', async () => {
  // The first request fails for want of CORS headers; the second, whose answer stays unread, arrives.
  assert.equal((await failureOf(serve(new Error('cors'), json(403, {})).config())).failure, 'domain');
  assert.equal((await failureOf(serve(new Error('down'), new Error('down')).config())).failure, 'network');
});

test('stopping before and during the answer', async () => {
  const stopped = new AbortController();
  stopped.abort();
  const api = serve();
  globalThis.fetch = (_, init) => Promise.reject(init?.signal?.aborted ? new DOMException('stop', 'AbortError') : new Error('not aborted'));
  assert.equal((await failureOf(ask(api, listener(), stopped.signal))).failure, 'stopped');
});

test('a whole answer, and one in pieces, say the same', async () => {
  const whole = listener();
  await ask(serve(json(200, { response: 'Bonjour', sources: [{ index: 1, filename: 'a' }], session_id: 'a' })), whole);
  const pieces = listener();
  const events = [{ type: 'sources', sources: [{ index: 1, filename: 'a' }] }, { type: 'token', content: 'Bon' }, { type: 'token', content: 'jour' }, { type: 'done' }];
  await ask(serve(stream(events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''))), pieces);
  assert.deepEqual([whole.text, whole.sources], ['Bonjour', 1]);
  assert.deepEqual([pieces.text, pieces.sources], ['Bonjour', 1]);
});

test('the history, over several pages', async () => {
  const message = (id: string, role = 'assistant') => ({ id, role, content: id, sources: [], feedback: null, is_complete: true });
  const api = serve(json(200, { items: [message('1', 'user'), message('2')], next_cursor: 'c/1' }), json(200, { items: [message('3'), message('x', 'system')], next_cursor: null }));
  assert.deepEqual((await api.history(kSession)).messages.map((one) => one.id), ['1', '2', '3']);
  assert.equal(requests[1]?.url, 'https://chat.example/api/widget/w/history?session_id=s&limit=200&cursor=c%2F1');
  assert.equal(new Headers(requests[1]?.init.headers).get('X-Session-Token'), 't');
});

test('sources of any shape', () => {
  for (const bad of [undefined, null, 5, 'x', {}]) assert.deepEqual(readSources(bad), []);
  assert.deepEqual(readSources([null, { index: 'x', filename: 7, page: {}, excerpt: null }]), [
    { index: 1, filename: '', excerpt: '' },
    { index: 2, filename: '', excerpt: '' },
  ]);
});

test('a person who answers: asked for, and followed as they write', async () => {
  const api = serve(
    json(200, { handover: 'requested' }),
    stream(
      'data: {"type":"handover","state":"person"}\n\n' +
        'data: {"type":"message","id":"p1","role":"assistant","content":"Bonjour","author":{"name":"Zoé"}}\n\n' +
        'data: {no}\n\n: ping\n\ndata: {"type":"tomorrow"}\n\n',
    ),
  );
  assert.equal(await api.handover(kSession, 'requested', 'a@b.fr'), 'requested');
  assert.deepEqual(JSON.parse(String(requests[0]?.init.body)), { state: 'requested', session_token: 't', contact: 'a@b.fr' });
  const heard: unknown[] = [];
  const live = {
    opened: () => heard.push('opened'),
    message: (message: unknown) => heard.push(message),
    handover: (state: string) => heard.push(state),
  };
  await api.live(kSession, 'm7', live, new AbortController().signal);
  assert.deepEqual(heard, ['opened', 'person', { id: 'p1', content: 'Bonjour', author: 'Zoé' }]);
  assert.equal(requests[1]?.url, 'https://chat.example/api/widget/w/events?session_id=s&after=m7');
  assert.equal(new Headers(requests[1]?.init.headers).get('X-Session-Token'), 't');
});
