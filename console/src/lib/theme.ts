// Light, dark, or as the system. The first paint is right already: theme-script.ts ran before it.
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';
const kKept = 'monitora-theme';
const listeners = new Set<() => void>();

function kept(): Theme {
  try {
    const value = localStorage.getItem(kKept);
    if (value === 'light' || value === 'dark') return value;
  } catch {
    // Storage is blocked: the system decides.
  }
  return 'system';
}

function apply() {
  const theme = kept();
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

export function followSystem() {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', apply);
  return () => system.removeEventListener('change', apply);
}

export function setTheme(theme: Theme) {
  try {
    if (theme === 'system') localStorage.removeItem(kKept);
    else localStorage.setItem(kKept, theme);
  } catch {
    // Lasts as long as the page.
  }
  apply();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export const useTheme = () => useSyncExternalStore(subscribe, kept, () => 'system' as const);
/** What is shown now; charts redraw when it changes. */
export const useShownTheme = () => useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme ?? 'light', () => 'light');
