// A form over what is saved. Only what was changed here is a draft, so that what a colleague changes of the rest
// stays; of each changed field, what was saved before is kept, to see when a colleague has changed it, too.
import { useDraft } from './drafts';

interface Draft<T> {
  now: Partial<T>;
  before: Partial<T>;
}
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Somebody else has saved other values of fields that are changed here. */
export class Overtaken<T> extends Error {
  constructor(readonly latest: T, readonly names: (keyof T)[]) {
    super('overtaken');
  }
}

export function useEdits<T extends object>(key: string, saved: T) {
  const draft = useDraft<Draft<T>>(`edits:${key}`, { now: {}, before: {} });
  const { now, before } = draft.value;
  const changed = (Object.keys(now) as (keyof T)[]).filter((name) => !same(now[name], saved[name]));
  return {
    form: { ...saved, ...now } as T,
    changed,
    change: (part: Partial<T>) => {
      const were = Object.fromEntries((Object.keys(part) as (keyof T)[]).filter((name) => !(name in now)).map((name) => [name, saved[name]]));
      draft.set({ now: { ...now, ...part }, before: { ...before, ...were } });
    },
    clear: draft.clear,
    /** Throws Overtaken where `latest` has what was not there when these fields were changed. */
    compare: (latest: T) => {
      const names = changed.filter((name) => !same(before[name], latest[name]) && !same(now[name], latest[name]));
      if (names.length) throw new Overtaken(latest, names);
    },
    /** What a colleague wrote has been read: ours may take its place. */
    keepOurs: ({ latest, names }: Overtaken<T>) => draft.set({ now, before: { ...before, ...Object.fromEntries(names.map((name) => [name, latest[name]])) } }),
    takeTheirs: ({ names }: Overtaken<T>) => {
      const rest = (of: Partial<T>) => Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name as keyof T))) as Partial<T>;
      draft.set({ now: rest(now), before: rest(before) });
    },
  };
}
