// The API client. Paths, bodies and replies are typed by src/http/openapi.json (`npm run types`), so that a
// change there which the console does not follow fails to compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './api-types';
import { replyAhead } from './ahead';
import { accessToken, renew } from './auth';
import { ApiError, failureFrom, failureOf, offline } from './failures';
import { currentLanguage, say } from './language';

export type Schemas = components['schemas'];
export type Workspace = Schemas['Workspace'];
export type Document = Schemas['Document'];
export type Conversation = Schemas['Conversation'];
export type Message = Schemas['Message'];
export type Source = Schemas['Source'];
export type Analytics = Schemas['Analytics'];
export type Insights = Schemas['Insights'];
export type RagConfig = Schemas['RagConfig'];
export type WidgetConfig = Schemas['WidgetConfig'];

/** A server that has not begun to answer by then is said to be silent. */
const kPatienceMs = 60_000;
/** What is asked again only by hand. */
export const kLate = 'late';

/** A change may have been made though no answer came: that is said, and it is waited for longer. */
async function patiently(request: Request): Promise<Response> {
  const reads = request.method === 'GET';
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), reads ? kPatienceMs : 2 * kPatienceMs);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, late.signal]) });
  } catch (error) {
    if (late.signal.aborted) throw new ApiError(0, say(reads ? 'error.unreachable' : 'error.unsure'), kLate);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** fetch with the session: its token added, renewed once when the server refuses it. */
export async function authorizedFetch(input: string | Request, init?: RequestInit): Promise<Response> {
  // A deletion goes on when its page is left.
  const method = input instanceof Request ? input.method : init?.method;
  const first = new Request(input, { ...init, ...(method === 'DELETE' && { keepalive: true }) });
  const ahead = first.method === 'GET' ? await replyAhead(first.url) : undefined;
  if (ahead) return ahead;
  const again = first.clone();
  const attempt = async (request: Request, token: string) => {
    request.headers.set('Accept-Language', currentLanguage());
    if (token) request.headers.set('Authorization', `Bearer ${token}`);
    try {
      return await patiently(request);
    } catch (error) {
      if (error instanceof ApiError || (error instanceof DOMException && error.name === 'AbortError')) throw error;
      throw offline();
    }
  };
  const token = await accessToken();
  const response = await attempt(first, token);
  if (response.status !== 401 || !(await renew(token))) return response;
  return attempt(again, await accessToken());
}

export const api = createClient<paths>({ baseUrl: '', fetch: authorizedFetch, cache: 'no-store' });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a reply, or an ApiError. */
export async function got<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw failureFrom(response.status, error as Partial<Schemas['Error']>, response.headers.get('Retry-After'));
  return data as T;
}

/** For routes of the contract that openapi.json does not describe on this server yet, and for raw bodies. */
export async function raw(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await authorizedFetch(new URL(path, location.origin).href, {
    method,
    cache: 'no-store',
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** Sends one file, telling `progress` the share that has gone (0 to 1). */
export async function upload(workspace: string, file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Document> {
  for (let attempt = 0; ; ++attempt) {
    const token = await accessToken();
    const outcome = await send(workspace, file, token, progress, signal);
    if (outcome.status === 401 && attempt === 0 && (await renew(token))) continue;
    if (outcome.status < 300) return outcome.body as Document;
    throw failureFrom(outcome.status, outcome.body as Partial<Schemas['Error']>, outcome.retryAfter);
  }
}

// Only XMLHttpRequest tells how far a body has come.
function send(workspace: string, file: File, token: string, progress: (share: number) => void, signal: AbortSignal) {
  return new Promise<{ status: number; body: unknown; retryAfter: string | null }>((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', `/api/documents/workspace/${workspace}/upload`);
    call.setRequestHeader('Authorization', `Bearer ${token}`);
    call.setRequestHeader('Accept-Language', currentLanguage());
    call.responseType = 'json';
    call.upload.addEventListener('progress', (event) => event.lengthComputable && progress(event.loaded / event.total));
    call.addEventListener('error', () => reject(offline()));
    call.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    call.addEventListener('load', () => resolve({ status: call.status, body: call.response, retryAfter: call.getResponseHeader('Retry-After') }));
    signal.addEventListener('abort', () => call.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    call.send(form);
  });
}

export interface ChatDone {
  conversation_id: string;
  message_id: string;
  confidence?: 'high' | 'medium' | 'low';
  rag_score: number;
  cached: boolean;
}
export type ChatEvent =
  | { type: 'sources'; sources: Source[] }
  | { type: 'token'; content: string }
  | ({ type: 'done' } & ChatDone)
  | { type: 'error'; code: string; content: string };

/** What of the settings can be tried with a question, without being saved. */
export type TriedSettings = Partial<Pick<RagConfig, 'llm_model' | 'temperature' | 'max_tokens' | 'top_p' | 'top_k' | 'similarity_threshold' | 'system_prompt' | 'language' | 'fallback_message'>>;

/** A streamed answer, event by event. `fresh`: not one that was kept from an earlier question. */
export async function* chat(workspace: string, message: string, how: { conversation?: string | undefined; settings?: TriedSettings | undefined; fresh?: boolean }, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  const response = await raw('POST', '/api/chat', { workspace_id: workspace, message, stream: true, ...(how.conversation && { conversation_id: how.conversation }), ...(how.settings && { settings: how.settings }), ...(how.fresh && { fresh: true }) }, signal);
  if (!response.body) throw offline();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw offline();
    });
    if (done) return;
    // What is after the last blank line waits for the next piece.
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (data) yield JSON.parse(data) as ChatEvent;
    }
  }
}
