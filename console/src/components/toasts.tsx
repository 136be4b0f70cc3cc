'use client';
// Short notices at the page's foot, and deletions that can be taken back: what is deleted leaves the page at
// once, and the server a few seconds later.
import { useEffect, useSyncExternalStore } from 'react';
import { sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { cx } from './ui';
import { Icon } from './icons';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  undo?: () => void;
}
const kShownMs = 5_000;
const kBadMs = 12_000;
/** How long a deletion can be taken back. */
const kUndoMs = 6_000;

let toasts: readonly Toast[] = [];
const none: readonly Toast[] = [];
const listeners = new Set<() => void>();
let last = 0;

function change(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}
const dismiss = (id: number) => change(toasts.filter((one) => one.id !== id));

export function toast(text: string, options: { tone?: 'plain' | 'bad'; undo?: () => void; ms?: number } = {}) {
  const one: Toast = { id: ++last, text, tone: options.tone ?? 'plain', ...(options.undo && { undo: options.undo }) };
  change([...toasts.slice(-2), one]);
  setTimeout(() => dismiss(one.id), options.ms ?? (one.tone === 'bad' ? kBadMs : kShownMs));
  return one.id;
}
export const toastFailure = (error: unknown) => toast(sentenceOf(error), { tone: 'bad' });

const pending = new Set<() => void>();
if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => {
    for (const finish of [...pending]) finish();
  });
}

/** Runs `remove` after a while, unless it is taken back: `restore` then shows the thing again. */
export function removeWithUndo(text: string, remove: () => Promise<unknown>, restore: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const finish = () => {
    clearTimeout(timer);
    if (!pending.delete(finish)) return;
    dismiss(id);
    remove().catch((error: unknown) => {
      restore();
      toastFailure(error);
    });
  };
  const id = toast(text, {
    ms: kUndoMs + 500,
    undo: () => {
      clearTimeout(timer);
      pending.delete(finish);
      dismiss(id);
      restore();
    },
  });
  pending.add(finish);
  timer = setTimeout(finish, kUndoMs);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function Toasts() {
  const t = useText();
  const shown = useSyncExternalStore(subscribe, () => toasts, () => none);
  useEffect(() => () => change([]), []);
  return (
    <div role="region" aria-label={t('notices')} aria-live="polite" className="pointer-events-none fixed inset-x-4 bottom-4 z-50 grid justify-items-center gap-2 sm:justify-items-end">
      {shown.map((one) => (
        <div key={one.id} className={cx('enter pointer-events-auto flex max-w-lg items-center gap-3 rounded-md py-2 pr-2 pl-4 shadow-lift', one.tone === 'bad' ? 'border border-bad bg-bad-soft text-ink' : 'bg-ink text-paper')}>
          {one.tone === 'bad' && <Icon name="alert" className="text-bad" />}
          <p className="min-w-0 py-1">{one.text}</p>
          {one.undo && <button type="button" className="min-h-9 rounded-sm bg-marker px-3 font-semibold text-on-marker" onClick={one.undo}>{t('undo')}</button>}
          <button type="button" aria-label={t('dismiss')} className="grid size-9 shrink-0 place-items-center rounded-sm" onClick={() => dismiss(one.id)}><Icon name="close" className="size-4" /></button>
        </div>
      ))}
    </div>
  );
}
