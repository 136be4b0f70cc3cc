// Addresses of the console. The export has no page for each workspace, so ids are parameters: every address can
// be kept, sent to a colleague, loaded again, and left by the back button.
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export const workspaceHref = (id: string, page = '', more: Record<string, string> = {}) =>
  `/workspace${page && `/${page}`}?${new URLSearchParams({ id, ...more })}`;

/** The address' parameters, and a way to change some of them; undefined removes one. */
export function useAddress() {
  const params = useSearchParams();
  const set = useCallback((changes: Record<string, string | undefined>, replace = false) => {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') next.delete(name);
      else next.set(name, value);
    }
    const href = `${location.pathname}?${next}`;
    // Next.js follows the history; no page is loaded.
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
  }, []);
  return { get: (name: string) => params.get(name) ?? '', set };
}

/** Where to go after signing in: only a page of this site. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.startsWith('/\\')) return '/workspaces';
  try {
    const url = new URL(next, location.origin);
    return url.origin === location.origin ? url.pathname + url.search : '/workspaces';
  } catch {
    return '/workspaces';
  }
}
