'use client';
// Which tables, and which of their columns, the chatbot may read, and what they hold.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from '@/components/toasts';
import { Badge, Button, Check, Empty, Failed, Note, Section, SkeletonRows, TextField } from '@/components/ui';
import { Icon } from '@/components/icons';
import { api, got } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { nameOf, understood, useSchema, written } from '@/lib/external';
import type { Allowed, ExternalTable } from '@/lib/external';
import { sentenceOf } from '@/lib/failures';
import { number } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys } from '@/lib/queries';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';

const kManyTables = 12;
const kMostShown = 200;

export function Tables({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const { id } = useCurrent();
  const schema = useSchema(id);
  return (
    <Section title={t('database.tables')} hint={t('database.tablesHint')}>
      {schema.isPending ? <SkeletonRows rows={4} className="h-10" />
        : schema.error ? <Failed error={schema.error} again={() => void schema.refetch()} />
        : schema.data.length === 0 ? <Empty title={t('database.noTables')}><p>{t('database.noTablesText')}</p></Empty>
        : <Choice saved={saved} tables={schema.data} />}
    </Section>
  );
}

function Choice({ saved, tables }: { saved: ExternalDatabase; tables: ExternalTable[] }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const [search, setSearch] = useState('');
  const before = understood(saved.allowed_tables, tables);
  const draft = useDraft(`tables:${id}`, { chosen: before, descriptions: saved.descriptions, sample_rows: saved.sample_rows });
  const form = draft.value;
  const { chosen } = form;
  const save = useMutation({
    mutationFn: () => got(api.PUT('/api/workspaces/{wid}/database', { params: { path: { wid: id } }, body: { allowed_tables: chosen.map(written), descriptions: Object.fromEntries(Object.entries(form.descriptions).map(([name, text]) => [name, text.trim()])), sample_rows: form.sample_rows } })),
    onSuccess: (next) => {
      client.setQueryData(keys.database(id), next);
      draft.clear();
      toast(t('saved'));
    },
  });
  const set = (name: string, next: Allowed | null) => draft.set({ ...form, chosen: next ? [...chosen.filter((one) => one.name !== name), next] : chosen.filter((one) => one.name !== name) });
  const describe = (name: string, text: string) => draft.set({ ...form, descriptions: { ...form.descriptions, [name]: text } });
  const words = search.trim().toLowerCase();
  const matching = tables.filter((one) => !words || nameOf(one).toLowerCase().includes(words) || one.comment?.toLowerCase().includes(words));
  const gone = chosen.filter((one) => !tables.some((table) => nameOf(table) === one.name));
  return (
    <form className="grid gap-4" onSubmit={(event) => { event.preventDefault(); if (draft.changed && !save.isPending) save.mutate(); }}>
      {tables.length > kManyTables && <TextField label={t('database.find')} type="search" className="max-w-md" value={search} onText={setSearch} />}
      {words && <p role="status" className="text-sm text-faint">{t('database.matching', matching.length)}</p>}
      <ul className="divide-y divide-rule border-y border-rule">
        {matching.slice(0, kMostShown).map((table) => <TableRow key={nameOf(table)} table={table} allowed={chosen.find((one) => one.name === nameOf(table))} description={form.descriptions[nameOf(table)] ?? ''} onDescribe={(text) => describe(nameOf(table), text)} onChange={(next) => set(nameOf(table), next)} />)}
        {gone.map((one) => (
          <li key={one.name} className="py-3"><Check label={<span className="font-mono">{one.name}</span>} hint={t('database.tableGone')} checked onCheck={() => set(one.name, null)} /></li>
        ))}
      </ul>
      {matching.length > kMostShown && <p className="text-sm text-faint">{t('database.moreTables', number(matching.length - kMostShown))}</p>}
      <Check label={t('database.samples')} hint={t('database.samplesHint')} checked={form.sample_rows} onCheck={(sample_rows) => draft.set({ ...form, sample_rows })} />
      {save.error && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={save.isPending} disabled={!draft.changed}>{t('database.saveTables', chosen.length)}</Button>
        {draft.changed && <Button onClick={draft.clear}>{t('discard')}</Button>}
      </div>
    </form>
  );
}

function TableRow({ table, allowed, description, onDescribe, onChange }: { table: ExternalTable; allowed: Allowed | undefined; description: string; onDescribe: (text: string) => void; onChange: (next: Allowed | null) => void }) {
  const t = useText();
  const name = nameOf(table);
  const every = table.columns.map((one) => one.name);
  const columns = allowed ? (allowed.columns ?? every) : [];
  const pick = (column: string, on: boolean) => {
    const next = every.filter((one) => (one === column ? on : columns.includes(one)));
    onChange(next.length === 0 ? null : { name, columns: next.length === every.length ? null : next });
  };
  return (
    <li className="grid gap-2 py-3">
      <Check
        label={<span className="flex flex-wrap items-center gap-2"><span className="font-mono">{name}</span>{table.is_view && <Badge>{t('database.view')}</Badge>}</span>}
        hint={table.comment}
        checked={!!allowed}
        onCheck={(on) => onChange(on ? { name, columns: null } : null)}
      />
      {allowed && <div className="ml-8 max-w-2xl"><TextField label={<span className="text-sm">{t('database.describe', table.name)}</span>} hint={description ? undefined : t('database.describeHint')} dir="auto" maxLength={500} value={description} onText={onDescribe} /></div>}
      <details className="group ml-8">
        <summary className="inline-flex cursor-pointer items-center gap-1.5 text-sm text-link"><Icon name="chevron" className="size-4 transition-transform group-open:rotate-90" />{allowed?.columns ? t('database.someColumns', columns.length, every.length) : t('database.columns', every.length)}</summary>
        <ul className="mt-2 grid gap-x-6 gap-y-2 sm:grid-cols-2">
          {table.columns.map((one) => (
            <li key={one.name}>
              <Check
                label={<span className="font-mono text-sm font-normal">{one.name}</span>}
                hint={[one.type, one.is_key && t('database.key'), one.references && t('database.references', one.references), one.comment].filter(Boolean).join(' · ')}
                checked={columns.includes(one.name)}
                onCheck={(on) => pick(one.name, on)}
              />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
