// Files on their way to the server: two at a time, with their progress, and going on while other pages are
// looked at. A failed one stays with its reason, and can be tried again.
import { useSyncExternalStore } from 'react';
import { upload } from './api-sqlserver';
import { sentenceOf } from './failures';

export interface Upload {
  id: number;
  workspace: string;
  file: File;
  share: number;
  state: 'waiting' | 'sending' | 'failed';
  reason: string;
  stop: AbortController;
}

const kAtOnce = 2;
let uploads: readonly Upload[] = [];
const none: readonly Upload[] = [];
let last = 0;
const listeners = new Set<() => void>();
const arrived = new Set<(workspace: string) => void>();

function change(next: readonly Upload[]) {
  uploads = next;
  for (const listener of listeners) listener();
}
const update = (id: number, part: Partial<Upload>) => change(uploads.map((one) => (one.id === id ? { ...one, ...part } : one)));
const remove = (id: number) => change(uploads.filter((one) => one.id !== id));

function pump() {
  while (uploads.filter((one) => one.state === 'sending').length < kAtOnce) {
    const next = uploads.find((one) => one.state === 'waiting');
    if (!next) return;
    update(next.id, { state: 'sending', share: 0 });
    upload(next.workspace, next.file, (share) => update(next.id, { share }), next.stop.signal)
      .then(() => {
        remove(next.id);
        for (const tell of arrived) tell(next.workspace);
      })
      .catch((error: unknown) => {
        if (!next.stop.signal.aborted) update(next.id, { state: 'failed', reason: sentenceOf(error) });
      })
      .finally(pump);
  }
}

if (typeof window !== 'undefined') {
  addEventListener('beforeunload', (event) => {
    if (uploads.some((one) => one.state !== 'failed')) event.preventDefault();
  });
}

export const uploading = {
  add(workspace: string, files: Iterable<File>) {
    change([...uploads, ...[...files].map((file): Upload => ({ id: ++last, workspace, file, share: 0, state: 'waiting', reason: '', stop: new AbortController() }))]);
    pump();
  },
  again(id: number) {
    update(id, { state: 'waiting', reason: '', stop: new AbortController() });
    pump();
  },
  cancel(id: number) {
    uploads.find((one) => one.id === id)?.stop.abort();
    remove(id);
    pump();
  },
  /** Calls `tell` after each file that arrived. */
  onArrival(tell: (workspace: string) => void) {
    arrived.add(tell);
    return () => void arrived.delete(tell);
  },
};

export function useUploads(workspace: string): Upload[] {
  const every = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => uploads,
    () => none,
  );
  return every.filter((one) => one.workspace === workspace);
}
