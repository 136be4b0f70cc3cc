// The visitor's routes of the server (http.md, Chat). Everything that can go wrong becomes an ApiError.

import type { HandoverState } from './handover';
import { readEvents } from './sse';

export interface Source {
  index: number;
  filename: string;
  page?: number | string;
  excerpt: string;
}

export type Confidence = 'high' | 'medium' | 'low';

export interface Finished {
  sessionId: string;
  sessionToken: string;
  messageId: string;
  confidence?: Confidence;
  handover: HandoverState;
}

/** What a person of the site writes. */
export interface LiveMessage {
  id: string;
  content: string;
  author: string;
}

export interface LiveListener {
  opened(): void;
  message(message: LiveMessage): void;
  handover(state: HandoverState): void;
}

export interface StoredMessage {
  id: string;
  role: 'user' | 'assistant';
  content: string;
  sources: Source[];
  feedback?: 1 | -1;
  confidence?: Confidence;
  complete: boolean;
  /** The person who wrote it; absent for the assistant's and the visitor's own. */
  author?: string;
}

export interface History {
  messages: StoredMessage[];
  handover: HandoverState;
}

export type Failure =
  | 'domain' // this site may not show the widget (or the workspace is switched off): hide
  | 'session' // the server no longer knows the session
  | 'identity' // the user token of the page is expired or not valid
  | 'limited' // too many messages
  | 'busy' // saturated for a moment
  | 'server' // its fault
  | 'refused' // our message is not acceptable; `detail` says why
  | 'offline'
  | 'network' // nothing came back
  | 'interrupted' // the answer ended before its end
  | 'stopped'; // the visitor pressed stop

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    /** The server's own sentence for a person, when it sent one. */
    readonly detail = '',
    readonly retryAfterSeconds = 0,
  ) {
    super(failure);
  }
}

export interface Question {
  message: string;
  stream: boolean;
  visitorId: string;
  session?: { id: string; token: string } | undefined;
  userToken?: string | undefined;
}

export interface AnswerListener {
  onSources(sources: Source[]): void;
  onText(piece: string): void;
}

/** The server sends a comment every 15 s, so a silence of three of them is a dead line. */
const kSilenceMs = 45_000;

/** Of up to 200 messages each: nobody scrolls further back in a chat window. */
const kMostHistoryPages = 5;

export class Api {
  private readonly base: string;

  constructor(
    apiUrl: string,
    workspaceId: string,
    private readonly acceptLanguage: () => string,
  ) {
    this.base = `${apiUrl}/api/widget/${encodeURIComponent(workspaceId)}`;
  }

  /** How to appear. Fails with `domain` when this page may not show the widget at all. */
  async config(): Promise<unknown> {
    try {
      return await (await this.request('/config', { method: 'GET' })).json();
    } catch (error) {
      if (!(error instanceof ApiError)) throw new ApiError('server');
      // To an origin that is not allowed the server sends no CORS headers, so the browser hides even the
      // refusal. A request whose answer may stay unread tells a refusal from a line that is down.
      if (error.failure === 'network' && (await this.answersUnread('/config'))) throw new ApiError('domain');
      throw error;
    }
  }

  private async answersUnread(path: string): Promise<boolean> {
    try {
      await fetch(this.base + path, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' });
      return true;
    } catch {
      return false;
    }
  }

  async history(session: { id: string; token: string }): Promise<History> {
    const messages: StoredMessage[] = [];
    let handover: HandoverState = 'bot';
    let cursor = '';
    for (let page = 0; page < kMostHistoryPages; page++) {
      const query = `session_id=${encodeURIComponent(session.id)}&limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const response = await this.request(`/history?${query}`, {
        method: 'GET',
        headers: { 'X-Session-Token': session.token },
      });
      const body: unknown = await response.json();
      messages.push(...readHistory(body));
      handover = readHandover(body);
      cursor = stringIn(body, 'next_cursor');
      if (cursor === '') break;
    }
    return { messages, handover };
  }

  /** Asks for a person, or for the assistant again. Returns who answers now. */
  async handover(session: { token: string }, state: 'requested' | 'bot', contact: string): Promise<HandoverState> {
    const response = await this.request('/handover', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ state, session_token: session.token, ...(contact && { contact }) }),
    });
    return readHandover(await response.json());
  }

  /** Follows what a person writes in this conversation after the message `after`, until the line ends. */
  async live(
    session: { id: string; token: string },
    after: string,
    listener: LiveListener,
    signal: AbortSignal,
  ): Promise<void> {
    const query = `session_id=${encodeURIComponent(session.id)}${after && `&after=${encodeURIComponent(after)}`}`;
    const connection = new AbortController();
    const stop = (): void => connection.abort();
    signal.addEventListener('abort', stop);
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(silence);
      silence = setTimeout(stop, kSilenceMs);
    };
    try {
      alive();
      const response = await this.request(`/events?${query}`, {
        method: 'GET',
        headers: { 'X-Session-Token': session.token, Accept: 'text/event-stream' },
        signal: connection.signal,
      });
      listener.opened();
      if (!response.body) return;
      for await (const data of readEvents(response.body)) {
        alive();
        if (data !== '') takeLive(data, listener);
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
    }
  }

  async feedback(messageId: string, sessionToken: string, value: 1 | -1): Promise<void> {
    await this.request('/feedback', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ message_id: messageId, session_token: sessionToken, feedback: value }),
    });
  }

  /** Asks and reads the answer, streamed or whole. Aborting `signal` throws `stopped`. */
  async ask(question: Question, listener: AnswerListener, signal: AbortSignal): Promise<Finished> {
    const body = {
      message: question.message,
      visitor_id: question.visitorId,
      stream: question.stream,
      ...(question.session && { session_id: question.session.id, session_token: question.session.token }),
      ...(question.userToken && { user_token: question.userToken }),
    };
    const connection = new AbortController();
    const stop = (): void => connection.abort();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(silence);
      silence = setTimeout(stop, kSilenceMs);
    };
    let begun = false;
    try {
      alive();
      const response = await this.request('/chat', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream, application/json' },
        body: JSON.stringify(body),
        signal: connection.signal,
      });
      begun = true;
      const type = response.headers.get('Content-Type') ?? '';
      if (type.startsWith('application/json')) return wholeAnswer(await response.json(), listener);
      if (!type.startsWith('text/event-stream') || !response.body) throw new ApiError('server');
      for await (const data of readEvents(response.body)) {
        alive();
        const finished = data === '' ? undefined : takeEvent(data, listener);
        if (finished) return finished;
      }
      throw new ApiError('interrupted');
    } catch (error) {
      if (signal.aborted) throw new ApiError('stopped');
      if (error instanceof ApiError) throw error;
      throw new ApiError(begun ? 'interrupted' : unreachable());
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
    }
  }

  private async request(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        ...init,
        headers: { 'Accept-Language': this.acceptLanguage(), ...init.headers },
        credentials: 'omit',
        cache: 'no-store',
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(unreachable());
    }
    if (!response.ok) throw await toError(response);
    return response;
  }
}

function unreachable(): Failure {
  return navigator.onLine === false ? 'offline' : 'network';
}

async function toError(response: Response): Promise<ApiError> {
  let detail = '';
  let code = '';
  try {
    const body: unknown = await response.json();
    detail = stringIn(body, 'detail');
    code = stringIn(body, 'code');
  } catch {
    // A proxy's page instead of the server's JSON: the status alone says enough.
  }
  const after = parseInt(response.headers.get('Retry-After') ?? '', 10);
  const seconds = Number.isFinite(after) ? Math.min(Math.max(after, 1), 3600) : 0;
  const status = response.status;
  if (code === 'domain_not_allowed' || code === 'workspace_disabled') return new ApiError('domain', detail);
  if (code === 'invalid_user_token') return new ApiError('identity', detail);
  if (status === 429) return new ApiError('limited', '', seconds || 20);
  if (status === 503) return new ApiError('busy', '', seconds);
  if (status >= 500) return new ApiError('server');
  if (status === 401 || status === 403 || status === 404) return new ApiError('session', detail);
  return new ApiError('refused', detail);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function stringIn(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === 'string' ? found : '';
}

/** Passes one event on; `done` is the result. What is not understood is left to a later version. */
function takeEvent(data: string, listener: AnswerListener): Finished | undefined {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return undefined;
  }
  switch (stringIn(event, 'type')) {
    case 'sources':
      listener.onSources(readSources(member(event, 'sources')));
      return undefined;
    case 'token':
      listener.onText(stringIn(event, 'content'));
      return undefined;
    case 'error':
      throw new ApiError('interrupted', stringIn(event, 'content'));
    case 'done':
      return readFinished(event);
    default:
      return undefined;
  }
}

function wholeAnswer(body: unknown, listener: AnswerListener): Finished {
  if (typeof member(body, 'response') !== 'string') throw new ApiError('server');
  listener.onSources(readSources(member(body, 'sources')));
  listener.onText(stringIn(body, 'response'));
  return readFinished(body);
}

function readFinished(body: unknown): Finished {
  const finished: Finished = {
    sessionId: stringIn(body, 'session_id'),
    sessionToken: stringIn(body, 'session_token'),
    messageId: stringIn(body, 'message_id'),
    handover: readHandover(body),
  };
  const confidence = readConfidence(body);
  if (confidence) finished.confidence = confidence;
  return finished;
}

function readConfidence(body: unknown): Confidence | undefined {
  const confidence = member(body, 'confidence');
  return confidence === 'high' || confidence === 'medium' || confidence === 'low' ? confidence : undefined;
}

/** Servers of before say nothing of it. */
function readHandover(body: unknown): HandoverState {
  const state = member(body, 'handover');
  return state === 'requested' || state === 'person' ? state : 'bot';
}

function takeLive(data: string, listener: LiveListener): void {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return;
  }
  const type = stringIn(event, 'type');
  if (type === 'handover') {
    listener.handover(readHandover({ handover: member(event, 'state') }));
  } else if (type === 'message') {
    const author = stringIn(member(event, 'author'), 'name');
    listener.message({ id: stringIn(event, 'id'), content: stringIn(event, 'content'), author });
  }
}

export function readSources(value: unknown): Source[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 50).map((one: unknown, position) => {
    const index = member(one, 'index');
    const page = member(one, 'page');
    const source: Source = {
      index: typeof index === 'number' ? index : position + 1,
      filename: stringIn(one, 'filename'),
      excerpt: stringIn(one, 'excerpt'),
    };
    if (typeof page === 'number' || (typeof page === 'string' && page !== '')) source.page = page;
    return source;
  });
}

export function readHistory(body: unknown): StoredMessage[] {
  const list = Array.isArray(body) ? body : (member(body, 'items') ?? member(body, 'messages'));
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const role = member(one, 'role');
    if (role !== 'user' && role !== 'assistant') return [];
    const feedback = member(one, 'feedback');
    const message: StoredMessage = {
      id: stringIn(one, 'id'),
      role,
      content: stringIn(one, 'content'),
      sources: readSources(member(one, 'sources')),
      complete: member(one, 'is_complete') !== false,
    };
    if (feedback === 1 || feedback === -1) message.feedback = feedback;
    const confidence = readConfidence(one);
    if (confidence) message.confidence = confidence;
    const author = member(one, 'author');
    if (author) message.author = stringIn(author, 'name');
    return [message];
  });
}
