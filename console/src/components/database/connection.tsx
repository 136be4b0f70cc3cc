'use client';
// Where the database is, and whether it answers.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Confirm } from '@/components/modal';
import { toast, toastFailure } from '@/components/toasts';
import { Button, Check, CopyButton, Note, PasswordField, Section, Segments, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { kEngines, kPorts, readerStatement } from '@/lib/external';
import type { Engine } from '@/lib/external';
import { ApiError, sentenceOf } from '@/lib/failures';
import { ago, duration } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys } from '@/lib/queries';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';

type Tested = { success: boolean; message: string; server_version?: string; latency_ms?: number; can_write?: boolean };

export function Connection({ saved, onTables }: { saved: ExternalDatabase; onTables: () => void }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const engine = saved.db_type ?? 'postgres';
  const first = { db_type: engine as Engine, db_host: saved.db_host ?? '', db_port: String(saved.db_port ?? kPorts[engine]), db_name: saved.db_name ?? '', db_user: saved.db_user ?? '', is_enabled: saved.configured ? saved.is_enabled : true };
  type Form = typeof first;
  // Only what was changed here: a colleague's change of the rest stays.
  const draft = useDraft<Partial<Form>>(`database:${id}`, {});
  // A password is never kept in a draft.
  const [password, setPassword] = useState('');
  const form = { ...first, ...draft.value };
  const change = (part: Partial<Form>) => draft.set({ ...draft.value, ...part });
  const differs = (name: keyof Form) => form[name] !== first[name];
  const elsewhere = saved.configured && (differs('db_host') || differs('db_port') || differs('db_type'));
  const changed = !saved.configured || password !== '' || (Object.keys(first) as (keyof Form)[]).some(differs);

  const test = useMutation({
    mutationFn: async (): Promise<Tested> => got(api.POST('/api/workspaces/{wid}/database/test', { params: { path: { wid: id } } })),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.database(id) }),
  });
  const save = useMutation({
    mutationFn: () => {
      const { db_port, ...rest } = form;
      const body = Object.fromEntries(Object.entries({ ...rest, db_port: Number(db_port) }).filter(([name]) => !saved.configured || differs(name as keyof Form)));
      return got(api.PUT('/api/workspaces/{wid}/database', { params: { path: { wid: id } }, body: { ...body, ...(password && { db_password: password }) } }));
    },
    onSuccess: (next) => {
      client.setQueryData(keys.database(id), next);
      draft.clear();
      setPassword('');
      test.mutate();
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const ready = form.db_host.trim() && form.db_name.trim() && form.db_user.trim() && /^\d{1,5}$/.test(form.db_port) && (saved.configured && !elsewhere ? true : password !== '');
  const busy = save.isPending || test.isPending;
  return (
    <>
      {!saved.configured && <Guide engine={form.db_type} base={form.db_name} />}
      <Section title={t('database.connection')} hint={t('database.connectionHint')}>
        <form className="grid max-w-2xl gap-5" noValidate autoComplete="off" onSubmit={(event) => { event.preventDefault(); if (changed && ready && !busy) save.mutate(); }}>
          {save.error && (!(save.error instanceof ApiError) || save.error.fields.length === 0) && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
          <div className="grid gap-1.5">
            <span className="text-[0.9375rem] font-semibold">{t('database.kind')}</span>
            <Segments label={t('database.kind')} value={form.db_type} options={kEngines} onPick={(db_type) => change({ db_type, ...(form.db_port === String(kPorts[form.db_type]) && { db_port: String(kPorts[db_type]) }) })} />
          </div>
          <div className="grid gap-5 sm:grid-cols-[minmax(0,1fr)_8rem]">
            <TextField label={t('database.host')} placeholder="db.example.com" autoCapitalize="none" spellCheck={false} maxLength={253} value={form.db_host} error={field('db_host')} onText={(db_host) => change({ db_host: db_host.trim() })} />
            <TextField label={t('database.port')} inputMode="numeric" maxLength={5} value={form.db_port} error={field('db_port')} onText={(db_port) => change({ db_port: db_port.trim() })} />
          </div>
          <TextField label={t('database.name')} autoCapitalize="none" spellCheck={false} maxLength={128} value={form.db_name} error={field('db_name')} onText={(db_name) => change({ db_name })} />
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField label={t('database.user')} hint={t('database.userHint')} autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={128} value={form.db_user} error={field('db_user')} onText={(db_user) => change({ db_user })} />
            <PasswordField label={t('sign.password')} autoComplete="new-password" maxLength={128} value={password} error={field('db_password')} {...(saved.configured && { hint: t(elsewhere ? 'database.passwordAgain' : 'database.passwordKept') })} onText={setPassword} />
          </div>
          <Check label={t('database.enabled')} hint={t('database.enabledHint')} checked={form.is_enabled} onCheck={(is_enabled) => change({ is_enabled })} />
          <div className="flex flex-wrap gap-2">
            {changed && <Button type="submit" look="primary" busy={busy} disabled={!ready}>{t('database.saveTest')}</Button>}
            {saved.configured && draft.changed && <Button onClick={() => { draft.clear(); setPassword(''); save.reset(); }}>{t('discard')}</Button>}
            {saved.configured && !changed && <Button look="primary" icon="refresh" busy={busy} onClick={() => test.mutate()}>{t('database.test')}</Button>}
          </div>
          <div role="status" className="empty:hidden">
            {test.isPending || save.isPending ? <p className="text-sm text-soft">{t('database.testing')}</p>
              : test.error ? <Note tone="bad"><p>{sentenceOf(test.error)}</p></Note>
              : test.data ? <Outcome tested={test.data}>{test.data.success && !saved.allowed_tables.length && <div><Button onClick={onTables}>{t('database.chooseTables')}</Button></div>}</Outcome>
              : saved.last_test_at ? <p className="text-sm text-faint">{t('database.lastTest', ago(saved.last_test_at), t(saved.last_test_status === 'success' ? 'database.testGood' : saved.last_test_status === 'warning' ? 'database.testWarning' : 'database.testBad'))}</p>
              : null}
          </div>
        </form>
      </Section>
      {saved.configured && <Disconnect />}
    </>
  );
}

function Outcome({ tested, children }: { tested: Tested; children: ReactNode }) {
  return (
    <Note tone={!tested.success ? 'bad' : tested.can_write ? 'warn' : 'good'}>
      <p>{tested.message}</p>
      {tested.success && <p className="text-sm text-soft">{[tested.server_version, tested.latency_ms !== undefined && duration(tested.latency_ms)].filter(Boolean).join(' · ')}</p>}
      {children}
    </Note>
  );
}

/** What comes first: a login of the database that can only read. */
function Guide({ engine, base }: { engine: Engine; base: string }) {
  const t = useText();
  const code = readerStatement(engine, base);
  return (
    <Section title={t('database.guide')} hint={t('database.guideHint')}>
      <div className="grid max-w-2xl gap-3">
        <pre tabIndex={0} aria-label={t('database.guideCode')} className="overflow-x-auto rounded-md border border-rule bg-sheet p-4 font-mono text-sm">{code}</pre>
        <div><CopyButton text={code} /></div>
      </div>
    </Section>
  );
}

function Disconnect() {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => got(api.DELETE('/api/workspaces/{wid}/database', { params: { path: { wid: id } } })),
    onSuccess: () => {
      setAsking(false);
      toast(t('database.removed'));
      client.removeQueries({ queryKey: [...keys.database(id), 'schema'] });
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
