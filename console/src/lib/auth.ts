// The session. The access token lives in this module's memory only, in each tab; the refresh token is a cookie
// that no script can read. Tabs tell one another about a renewed or ended session, and take turns to renew:
// a refresh token works once, and one that is shown twice ends the session everywhere.
import { forgetAhead, sessionAhead } from './ahead';
import { ApiError, failureOf, offline } from './failures';
import { currentLanguage } from './language';
import type { components } from './api-types';

export type User = components['schemas']['User'];
type SignIn = components['schemas']['SignIn'];
export type SessionState = 'unknown' | 'in' | 'out' | 'unreachable';

interface Snapshot {
  state: SessionState;
  user: User | null;
}
type TabMessage =
  | { kind: 'token'; token: string; user: User; expiresAt: number }
  | { kind: 'ask' }
  | { kind: 'user'; user: User }
  | { kind: 'out' };

/** How long other tabs are given to offer a token before a new one is asked of the server. */
const kPeersMs = 60;
/** A token this near to its end is renewed before it is used. */
const kRenewBeforeMs = 30_000;

let token = '';
let expiresAt = 0;
let snapshot: Snapshot = { state: 'unknown', user: null };
const listeners = new Set<() => void>();
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('monitora-session');

function set(next: Snapshot) {
  snapshot = next;
  for (const listener of listeners) listener();
}

export const session = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  get: () => snapshot,
};

tabs?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
  if (data.kind === 'token') adopt(data.token, data.user, data.expiresAt);
  if (data.kind === 'out') forget();
  if (data.kind === 'user' && snapshot.state === 'in') set({ state: 'in', user: data.user });
  if (data.kind === 'ask' && token && snapshot.user && Date.now() < expiresAt - kRenewBeforeMs) {
    tell({ kind: 'token', token, user: snapshot.user, expiresAt });
  }
});

function tell(message: TabMessage) {
  tabs?.postMessage(message);
}

function adopt(newToken: string, user: User, until: number) {
  token = newToken;
  expiresAt = until;
  set({ state: 'in', user });
}

function forget() {
  forgetAhead();
  token = '';
  expiresAt = 0;
  set({ state: 'out', user: null });
}

function take(signIn: SignIn) {
  const until = Date.now() + signIn.expires_in * 1000;
  adopt(signIn.access_token, signIn.user, until);
  tell({ kind: 'token', token: signIn.access_token, user: signIn.user, expiresAt: until });
  return signIn.user;
}

async function post(path: string, body: unknown, keepalive = false): Promise<Response> {
  try {
    return await fetch(`/api/auth/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': currentLanguage(), ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      cache: 'no-store',
      keepalive,
    });
  } catch {
    throw offline();
  }
}

export async function signIn(kind: 'login' | 'register', body: { email: string; password: string; full_name?: string }): Promise<User> {
  token = '';
  const response = await post(kind, body);
  if (!response.ok) throw await failureOf(response);
  return take((await response.json()) as SignIn);
}

/** Ends this session on the server, for every tab of this browser. */
export async function signOut() {
  try {
    await post('logout', {});
  } finally {
    forget();
    tell({ kind: 'out' });
  }
}

export function userChanged(user: User) {
  set({ state: 'in', user });
  tell({ kind: 'user', user });
}

let renewing: Promise<boolean> | null = null;

/** Renews the session, once for all who ask at the same time. False when there is none any more. */
export function renew(refused = token): Promise<boolean> {
  renewing ??= inTurn(async () => {
    // While this tab waited for its turn, another may have renewed.
    if (token && token !== refused && Date.now() < expiresAt) return true;
    if (!refused && (await offeredByPeer())) return true;
    // keepalive: the answer's cookie must arrive even when this page is being left.
    const response = await post('refresh', {}, true);
    if (response.ok) {
      take((await response.json()) as SignIn);
      return true;
    }
    if (response.status >= 500 || response.status === 429) throw await failureOf(response);
    forget();
    return false;
  }).finally(() => (renewing = null));
  return renewing;
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator !== 'undefined' && navigator.locks) return navigator.locks.request('monitora-refresh', work) as Promise<T>;
  return work();
}

async function offeredByPeer(): Promise<boolean> {
  if (!tabs) return false;
  tell({ kind: 'ask' });
  const until = Date.now() + kPeersMs;
  while (Date.now() < until) {
    await new Promise((done) => setTimeout(done, 10));
    if (token) return true;
  }
  return false;
}

/** Called when the page opens, and again where the server did not answer. */
export async function restore(): Promise<void> {
  if (snapshot.state === 'in') return;
  const ahead = await sessionAhead();
  if (session.get().state === 'in') return;
  if (ahead?.token && ahead.user && ahead.expiresAt) {
    adopt(ahead.token, ahead.user, ahead.expiresAt);
    if (ahead.renewed) tell({ kind: 'token', token, user: ahead.user, expiresAt });
    return;
  }
  if (ahead?.status === 401) return forget();
  try {
    await renew('');
  } catch (error) {
    if (error instanceof ApiError && session.get().state !== 'in') set({ state: 'unreachable', user: null });
  }
}

/** The token for a request, renewed when it is about to end; '' when nobody is signed in. */
export async function accessToken(): Promise<string> {
  if (token && Date.now() > expiresAt - kRenewBeforeMs) await renew();
  return token;
}
