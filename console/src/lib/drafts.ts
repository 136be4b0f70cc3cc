// Typed text survives a reload, an expired session and a click beside: it is kept for the tab until it is sent.
import { useCallback, useState } from 'react';

const prefix = 'monitora-draft:';

function read<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(prefix + key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown) {
  try {
    if (value === undefined) sessionStorage.removeItem(prefix + key);
    else sessionStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Full or blocked: the text is still on the page.
  }
}

/** As useState; kept under `key` until clear() is called. `initial` is what an empty draft shows. */
export function useDraft<T>(key: string, initial: T) {
  const [draft, setDraft] = useState<T | undefined>(() => (typeof window === 'undefined' ? undefined : read<T>(key)));
  const set = useCallback(
    (next: T) => {
      setDraft(next);
      write(key, next);
    },
    [key],
  );
  const clear = useCallback(() => {
    setDraft(undefined);
    write(key, undefined);
  }, [key]);
  return { value: draft ?? initial, set, clear, changed: draft !== undefined };
}

export function forgetDrafts() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  } catch {
    // Nothing is kept then.
  }
}
