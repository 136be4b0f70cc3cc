'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AdminOnly } from '@/components/admin-only';
import { Confirm } from '@/components/modal';
import { toast, toastFailure } from '@/components/toasts';
import { Button, Check, Empty, Failed, Note, PageTitle, PasswordField, Section, Segments, SkeletonRows, TextField } from '@/components/ui';
import { raw } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { ago, duration, number } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useExternalDatabase } from '@/lib/queries';
import type { ExternalDatabase } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

const kPorts = { sqlserver: 1433, mysql: 3306, postgres: 5432 } as const;
type Kind = keyof typeof kPorts;
const kKinds: { value: Kind; label: string }[] = [{ value: 'postgres', label: 'PostgreSQL' }, { value: 'mysql', label: 'MySQL, MariaDB' }, { value: 'sqlserver', label: 'SQL Server' }];

interface Outcome {
  sql: string;
  columns: (string | { name: string })[];
  rows: unknown[][];
  row_count: number;
  truncated: boolean;
  elapsed_ms: number;
}
interface Table {
  name: string;
  schema?: string | null;
  columns: { name: string; type?: string; data_type?: string }[];
}

export default function DatabasePage() {
  return <AdminOnly><Database /></AdminOnly>;
}

function Database() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const { data, error, isPending, refetch } = useExternalDatabase(id, true);
  useTitle(t('nav.database'), workspace.name);
  return (
    <>
      <PageTitle title={t('nav.database')}>{t('database.text')}</PageTitle>
      {isPending ? <SkeletonRows rows={4} /> : error ? <Failed error={error} again={() => void refetch()} /> : data === null ? <Empty title={t('database.absent')}><p>{t('database.absentText')}</p></Empty> : (
        <>
          <Connection saved={data} />
          {data.configured && <Tables saved={data} />}
          {data.configured && <Try />}
          {data.configured && <Disconnect />}
        </>
      )}
    </>
  );
}

function Connection({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const first = { db_type: (saved.db_type ?? 'postgres') as Kind, db_host: saved.db_host ?? '', db_port: String(saved.db_port ?? kPorts.postgres), db_name: saved.db_name ?? '', db_user: saved.db_user ?? '', is_enabled: saved.is_enabled ?? true };
  const draft = useDraft(`database:${id}`, first);
  // A password is never kept in a draft.
  const [password, setPassword] = useState('');
  const form = draft.value;
  const change = (part: Partial<typeof first>) => draft.set({ ...form, ...part });
  const save = useMutation({
    mutationFn: () => raw('PUT', `/api/workspaces/${id}/database`, { ...form, db_port: Number(form.db_port), ...(password && { db_password: password }) }),
    onSuccess: () => {
      draft.clear();
      setPassword('');
      toast(t('saved'));
      void client.invalidateQueries({ queryKey: keys.database(id) });
    },
  });
  const test = useMutation({
    mutationFn: async () => (await (await raw('POST', `/api/workspaces/${id}/database/test`)).json()) as { success: boolean; message: string; server_version?: string; latency_ms?: number },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.database(id), exact: true }),
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const ready = form.db_host.trim() && form.db_name.trim() && form.db_user.trim() && /^\d+$/.test(form.db_port) && (saved.configured || password);
  return (
    <Section title={t('database.connection')} hint={t('database.connectionHint')}>
      <form className="grid max-w-2xl gap-5" noValidate autoComplete="off" onSubmit={(event) => { event.preventDefault(); if (ready && !save.isPending) save.mutate(); }}>
        {save.error && save.error instanceof ApiError && save.error.fields.length === 0 && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
        <div className="grid gap-1.5"><span className="text-[0.9375rem] font-semibold">{t('database.kind')}</span><Segments label={t('database.kind')} value={form.db_type} options={kKinds} onPick={(db_type) => change({ db_type, db_port: String(kPorts[db_type]) })} /></div>
        <div className="grid gap-5 sm:grid-cols-[minmax(0,1fr)_8rem]">
          <TextField label={t('database.host')} autoCapitalize="none" spellCheck={false} value={form.db_host} error={field('db_host')} onText={(db_host) => change({ db_host })} />
          <TextField label={t('database.port')} inputMode="numeric" value={form.db_port} error={field('db_port')} onText={(db_port) => change({ db_port })} />
        </div>
        <TextField label={t('database.name')} autoCapitalize="none" spellCheck={false} value={form.db_name} error={field('db_name')} onText={(db_name) => change({ db_name })} />
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField label={t('database.user')} hint={t('database.userHint')} autoComplete="off" autoCapitalize="none" spellCheck={false} value={form.db_user} error={field('db_user')} onText={(db_user) => change({ db_user })} />
          <PasswordField label={t('sign.password')} autoComplete="new-password" value={password} error={field('db_password')} {...(saved.configured && { hint: t('database.passwordKept') })} onText={setPassword} />
        </div>
        <Check label={t('database.enabled')} hint={t('database.enabledHint')} checked={form.is_enabled} onCheck={(is_enabled) => change({ is_enabled })} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={save.isPending} disabled={!ready}>{t('save')}</Button>
          {saved.configured && <Button icon="refresh" busy={test.isPending} onClick={() => test.mutate()}>{t('database.test')}</Button>}
        </div>
        <div role="status" className="empty:hidden">
          {test.error ? <Note tone="bad"><p>{sentenceOf(test.error)}</p></Note> : test.data ? <Note tone={test.data.success ? 'good' : 'bad'}><p>{test.data.message}</p>{test.data.success && <p className="text-sm text-soft">{[test.data.server_version, duration(test.data.latency_ms)].filter(Boolean).join(' · ')}</p>}</Note> : saved.last_test_at ? <p className="text-sm text-faint">{t('database.lastTest', ago(saved.last_test_at), saved.last_test_status ?? '')}</p> : null}
        </div>
      </form>
    </Section>
  );
}

function Tables({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const draft = useDraft(`tables:${id}`, saved.allowed_tables ?? []);
  const schema = useQuery({
    queryKey: [...keys.database(id), 'schema'],
    queryFn: async () => {
      const body = (await (await raw('GET', `/api/workspaces/${id}/database/schema`)).json()) as { tables: Table[] } | Table[];
      return Array.isArray(body) ? body : body.tables;
    },
    retry: false,
  });
  const save = useMutation({
    mutationFn: () => raw('PUT', `/api/workspaces/${id}/database`, { db_type: saved.db_type, db_host: saved.db_host, db_port: saved.db_port, db_name: saved.db_name, db_user: saved.db_user, is_enabled: saved.is_enabled, allowed_tables: draft.value }),
    onSuccess: () => {
      draft.clear();
      toast(t('saved'));
      void client.invalidateQueries({ queryKey: keys.database(id), exact: true });
    },
    onError: toastFailure,
  });
  return (
    <Section title={t('database.tables')} hint={t('database.tablesHint')}>
      {schema.isPending ? <SkeletonRows rows={4} className="h-10" /> : schema.error ? <Failed error={schema.error} again={() => void schema.refetch()} /> : (
        <div className="grid gap-4">
          <ul className="grid gap-3">
            {schema.data.map((one) => {
              const name = one.schema ? `${one.schema}.${one.name}` : one.name;
              return <li key={name}><Check label={<span className="font-mono">{name}</span>} hint={one.columns.map((column) => column.name).join(', ')} checked={draft.value.includes(name)} onCheck={(on) => draft.set(on ? [...draft.value, name] : draft.value.filter((other) => other !== name))} /></li>;
            })}
          </ul>
          <div><Button look="primary" busy={save.isPending} disabled={!draft.changed} onClick={() => save.mutate()}>{t('database.saveTables', draft.value.length)}</Button></div>
        </div>
      )}
    </Section>
  );
}

function Try() {
  const t = useText();
  const { id } = useCurrent();
  const draft = useDraft(`database-ask:${id}`, '');
  const ask = useMutation({ mutationFn: async () => (await (await raw('POST', `/api/workspaces/${id}/database/query`, { question: draft.value.trim() })).json()) as Outcome });
  return (
    <Section title={t('database.try')} hint={t('database.tryHint')}>
      <form className="grid max-w-3xl gap-4" onSubmit={(event) => { event.preventDefault(); if (draft.value.trim() && !ask.isPending) ask.mutate(); }}>
        <TextField label={t('database.question')} dir="auto" maxLength={4000} value={draft.value} onText={draft.set} />
        <div><Button type="submit" look="primary" busy={ask.isPending} disabled={!draft.value.trim()}>{t('playground.ask')}</Button></div>
        {ask.error && <Note tone="bad" role="alert"><p>{sentenceOf(ask.error)}</p></Note>}
        {ask.data && (
          <div role="status" className="grid gap-3">
            <pre tabIndex={0} aria-label="SQL" className="overflow-x-auto rounded-md border border-rule bg-sheet p-3 font-mono text-sm">{ask.data.sql}</pre>
            <div className="max-h-96 overflow-auto border border-rule" tabIndex={0} role="region" aria-label={t('database.rows')}>
              <table className="w-full text-left text-sm">
                <thead className="sticky top-0 bg-sunken"><tr>{ask.data.columns.map((one, i) => <th key={i} scope="col" className="px-3 py-2 font-semibold">{typeof one === 'string' ? one : one.name}</th>)}</tr></thead>
                <tbody className="divide-y divide-rule">{ask.data.rows.map((row, i) => <tr key={i}>{row.map((value, j) => <td key={j} className="px-3 py-1.5" dir="auto">{value === null ? '–' : String(value)}</td>)}</tr>)}</tbody>
              </table>
            </div>
            <p className="text-sm text-faint">{t('database.result', number(ask.data.row_count), duration(ask.data.elapsed_ms))}{ask.data.truncated && ` ${t('database.truncated')}`}</p>
          </div>
        )}
      </form>
    </Section>
  );
}

function Disconnect() {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => raw('DELETE', `/api/workspaces/${id}/database`),
    onSuccess: () => {
      setAsking(false);
      toast(t('database.removed'));
      void client.invalidateQueries({ queryKey: keys.database(id) });
    },
    onError: toastFailure,
  });
  return (
    <Section title={t('database.remove')} hint={t('database.removeHint')}>
      <Button look="danger" icon="trash" onClick={() => setAsking(true)}>{t('database.removeGo')}</Button>
      {asking && <Confirm title={t('database.removeAsk')} action={t('database.removeGo')} busy={remove.isPending} onConfirm={() => remove.mutate()} onClose={() => setAsking(false)}><p>{t('database.removeHint')}</p></Confirm>}
    </Section>
  );
}
