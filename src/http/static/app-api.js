// Requests of the signed-in page. The access token lives in this module's memory only; the refresh token is
// a cookie that no script can read.
import { language, t } from './app-texts.js';

let accessToken = '';
let onSignedOut = () => {};

/** A failed request, with the server's sentence for a person as its message. */
export class Failure extends Error {
  constructor(status, message, errors = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function whenSignedOut(callback) {
  onSignedOut = callback;
}

async function toFailure(response) {
  try {
    const { detail, errors } = await response.json();
    return new Failure(response.status, detail || t('unexpected'), errors);
  } catch {
    return new Failure(response.status, t('unexpected'));
  }
}

async function send(method, path, body, more = {}) {
  const headers = { 'Accept-Language': language() };
  if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store', ...more });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(0, t('offline'));
  }
}

/** Opens a session: `path` is login or register. Replies the user. */
export async function signIn(path, body) {
  accessToken = '';
  const response = await send('POST', `/api/auth/${path}`, body);
  if (!response.ok) throw await toFailure(response);
  return takeSession(await response.json());
}

function takeSession({ access_token, user }) {
  accessToken = access_token;
  return user;
}

/** Goes on with the session of the cookie, if there is one. Replies the user, or undefined. */
export function resume() {
  // A refresh token works once: tabs take turns, so that none presents one that another has used.
  return navigator.locks ? navigator.locks.request('monitora-refresh', refresh) : refresh();
}

let refreshing;
function refresh() {
  refreshing ??= (async () => {
    try {
      accessToken = '';
      const response = await send('POST', '/api/auth/refresh', {});
      if (response.ok) return takeSession(await response.json());
      if (response.status === 401 || response.status === 403 || response.status === 422 || response.status === 400) return undefined;
      throw await toFailure(response);
    } finally {
      refreshing = undefined;
    }
  })();
  return refreshing;
}

export async function signOut() {
  try {
    await send('POST', '/api/auth/logout');
  } finally {
    accessToken = '';
    onSignedOut();
  }
}

/** As fetch, with the session renewed when it has run out; throws a Failure for anything but a success. */
export async function request(method, path, body, more) {
  let response = await send(method, path, body, more);
  if (response.status === 401) {
    if (!(await resume())) {
      onSignedOut();
      throw await toFailure(response);
    }
    response = await send(method, path, body, more);
  }
  if (!response.ok) throw await toFailure(response);
  return response;
}

export async function json(method, path, body) {
  const response = await request(method, path, body);
  return response.status === 204 ? undefined : response.json();
}

/** Every item of a list, page by page. */
export async function all(path) {
  const items = [];
  for (let cursor = ''; ; ) {
    const page = await json('GET', `${path}?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...(Array.isArray(page) ? page : page.items));
    if (!page.next_cursor) return items;
    cursor = page.next_cursor;
  }
}

/** Sends one file, telling `progress` the share that has gone (0 to 1). */
export async function upload(path, file, progress) {
  // Only XMLHttpRequest tells how far a body has come; it cannot renew the session halfway, so that is
  // asked for first.
  await request('GET', '/api/auth/me');
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', path);
    call.setRequestHeader('Authorization', `Bearer ${accessToken}`);
    call.setRequestHeader('Accept-Language', language());
    call.responseType = 'json';
    call.upload.addEventListener('progress', (event) => event.lengthComputable && progress(event.loaded / event.total));
    call.addEventListener('error', () => reject(new Failure(0, t('offline'))));
    call.addEventListener('load', () => {
      if (call.status < 300) resolve(call.response);
      else reject(new Failure(call.status, call.response?.detail || t('unexpected')));
    });
    const form = new FormData();
    form.append('file', file, file.name);
    call.send(form);
  });
}

/** The events of a streamed answer, one object each. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    // Our server ends lines with LF; what is after the last blank line waits for the next piece.
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (data) yield JSON.parse(data);
    }
  }
}
