// Takes what ahead-script.ts has asked for: each thing once, and only while the page opens.
import type { User } from './auth';

interface Ahead {
  session?: Promise<{ token?: string; user?: User; expiresAt?: number; renewed?: true; status?: number }> | undefined;
  replies: Record<string, Promise<Response | undefined>>;
}
declare global {
  interface Window {
    monitoraAhead?: Ahead;
  }
}
/** A reply that is not there by then is asked for anew. */
const kReplyMs = 8_000;
/** Later than this the page has been open for a while, and asks anew. */
const kOpeningMs = 15_000;

export function sessionAhead(): Ahead['session'] {
  const session = typeof window === 'undefined' ? undefined : window.monitoraAhead?.session;
  if (session) delete window.monitoraAhead?.session;
  return session;
}

/** Nothing that was asked for one person is given to the next. */
export function forgetAhead() {
  if (typeof window !== 'undefined') delete window.monitoraAhead;
}

/** The reply to a GET, or nothing where it was not asked for, or failed. */
export async function replyAhead(url: string): Promise<Response | undefined> {
  const { pathname, search } = new URL(url, location.origin);
  const reply = window.monitoraAhead?.replies[pathname + search];
  if (!reply) return undefined;
  delete window.monitoraAhead?.replies[pathname + search];
  const response = performance.now() < kOpeningMs ? await Promise.race([reply, new Promise<undefined>((done) => setTimeout(done, kReplyMs))]) : undefined;
  return response?.ok ? response : undefined;
}
