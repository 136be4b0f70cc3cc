// French and English. fr.ts is the source of the keys; a key that en.ts lacks does not compile.
import { useMemo, useSyncExternalStore } from 'react';
import { fr } from '@/texts/fr';

export type Language = 'fr' | 'en';
type Loose<T> = T extends (...args: infer A) => string ? (...args: A) => string : string;
export type Texts = { readonly [K in keyof typeof fr]: Loose<(typeof fr)[K]> };
export type Key = keyof Texts;
type Args<K extends Key> = Texts[K] extends (...args: infer A) => string ? A : [];

const kKept = 'monitora-language';
let language: Language = 'fr';
let texts: Texts = fr;
const listeners = new Set<() => void>();
const loaded: Partial<Record<Language, Texts>> = { fr };

export function currentLanguage(): Language {
  return language;
}

/** The sentence `key` in the current language. In a component, use useText(), which follows changes. */
export function say<K extends Key>(key: K, ...args: Args<K>): string {
  const text = texts[key] as string | ((...args: unknown[]) => string);
  return typeof text === 'function' ? text(...args) : text;
}

export function preferredLanguage(): Language {
  try {
    const kept = localStorage.getItem(kKept);
    if (kept === 'fr' || kept === 'en') return kept;
  } catch {
    // Storage is blocked: the browser's language decides.
  }
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

// Asked for early: a page in English is shown once its texts are there.
if (typeof window !== 'undefined' && preferredLanguage() === 'en') void import('@/texts/en');

export async function setLanguage(next: Language, keep = true) {
  if (keep) {
    try {
      localStorage.setItem(kKept, next);
    } catch {
      // The choice lasts as long as the page.
    }
  }
  loaded[next] ??= (await import('@/texts/en')).en;
  language = next;
  texts = loaded[next] ?? fr;
  document.documentElement.lang = next;
  document.documentElement.removeAttribute('data-wait');
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, currentLanguage, () => 'fr' as const);
}

export function useText() {
  const now = useLanguage();
  // A new function for each language, so that what depends on it is made again.
  return useMemo(() => {
    void now;
    return <K extends Key>(key: K, ...args: Args<K>) => say(key, ...args);
  }, [now]);
}
export type Say = ReturnType<typeof useText>;
