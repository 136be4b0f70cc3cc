'use client';
// Why a form was not saved: what went wrong, or what a colleague has saved of the same fields, and whose is kept.
import { useQueryClient } from '@tanstack/react-query';
import { Overtaken } from '@/lib/edits';
import { sentenceOf } from '@/lib/failures';
import { number } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Button, Note } from './ui';

interface Props<T> {
  save: { error: Error | null; mutate: () => void; reset: () => void };
  edits: { keepOurs: (by: Overtaken<T>) => void; takeTheirs: (by: Overtaken<T>) => void };
  labels: Partial<Record<keyof T, string>>;
  /** What went wrong is said at its field. */
  hidden?: boolean;
}

export function NotSaved<T>({ save, edits, labels, hidden }: Props<T>) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  if (!save.error || hidden) return null;
  if (!(save.error instanceof Overtaken)) return <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>;
  const by = save.error as Overtaken<T>;
  const shown = (value: unknown) => (Array.isArray(value) ? value.join('\n') : typeof value === 'boolean' ? t(value ? 'yes' : 'no') : typeof value === 'number' ? number(value, 2) : String(value ?? ''));
  const choose = (choice: (by: Overtaken<T>) => void) => () => {
    choice(by);
    save.reset();
    void client.invalidateQueries({ queryKey: keys.workspace(id), exact: true });
  };
  return (
    <Note tone="warn" role="alert">
      <p>{t('overtaken.text')}</p>
      <dl className="grid gap-2">
        {by.names.map((name) => (
          <div key={String(name)}>
            <dt className="font-semibold">{labels[name] ?? String(name)}</dt>
            <dd dir="auto" className="max-h-40 overflow-y-auto whitespace-pre-wrap">{shown(by.latest[name]) || t('overtaken.empty')}</dd>
          </div>
        ))}
      </dl>
      <div className="flex flex-wrap gap-2"><Button onClick={choose(edits.keepOurs)}>{t('overtaken.ours')}</Button><Button onClick={choose(edits.takeTheirs)}>{t('overtaken.theirs')}</Button></div>
    </Note>
  );
}
