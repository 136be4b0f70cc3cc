'use client';
// A question in words or a statement, tried on the allowed tables.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { RichText } from '@/components/rich-text';
import { Badge, Button, Empty, Note, Section, Segments, TextArea, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { firstStatement, nameOf, readableTables, useSchema } from '@/lib/external';
import { sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Rows, Statement } from './rows';

export function Try({ saved, onTables }: { saved: ExternalDatabase; onTables: () => void }) {
  const t = useText();
  if (!saved.allowed_tables.length) return <Empty title={t('database.chooseFirst')} action={<Button onClick={onTables}>{t('database.chooseTables')}</Button>}><p>{t('database.chooseFirstText')}</p></Empty>;
  return <TryBoth saved={saved} />;
}

function TryBoth({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const [how, setHow] = useState<'words' | 'sql'>('words');
  return (
    <Section title={t(how === 'sql' ? 'database.try' : 'database.tryWords')} hint={t('database.tryHint')}>
      <div className="grid max-w-4xl gap-5">
        <Segments label={t('database.askHow')} value={how} options={[{ value: 'words', label: t('database.askWords') }, { value: 'sql', label: t('database.askSql') }]} onPick={setHow} />
        {how === 'sql' ? <TrySql saved={saved} /> : <TryWords />}
      </div>
    </Section>
  );
}

function TryWords() {
  const t = useText();
  const { id } = useCurrent();
  const draft = useDraft(`database-ask:${id}`, '');
  const ask = useMutation({ mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/query', { params: { path: { wid: id } }, body: { question: draft.value.trim() } })) });
  return (
    <div className="grid gap-4">
      <form className="grid gap-3" onSubmit={(event) => { event.preventDefault(); if (draft.value.trim() && !ask.isPending) ask.mutate(); }}>
        <TextField label={t('database.question')} hint={t('database.questionHint')} dir="auto" maxLength={4000} value={draft.value} onText={draft.set} />
        <div><Button type="submit" look="primary" busy={ask.isPending} disabled={!draft.value.trim()}>{t('playground.ask')}</Button></div>
      </form>
      {ask.error && <Note tone="bad" role="alert"><p>{sentenceOf(ask.error)}</p></Note>}
      {ask.data && (
        <div role="status" className="grid gap-3">
          {ask.data.answer && <RichText text={ask.data.answer} />}
          {ask.data.sql && <div><Badge>{t(ask.data.prepared_question_id ? 'database.byPrepared' : 'database.byModel')}</Badge></div>}
          {ask.data.sql && <Statement sql={ask.data.sql} label={t('database.ran')} />}
          {ask.data.sql && <Rows answer={ask.data} />}
        </div>
      )}
    </div>
  );
}

function TrySql({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const { id } = useCurrent();
  const schema = useSchema(id);
  const draft = useDraft(`database-sql:${id}`, '');
  const ask = useMutation({ mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/query', { params: { path: { wid: id } }, body: { sql: draft.value.trim() } })) });
  const go = () => { if (draft.value.trim() && !ask.isPending) ask.mutate(); };
  const samples = readableTables(saved, schema.data ?? []).slice(0, 6);
  return (
      <div className="grid gap-4">
        <form className="grid gap-3" onSubmit={(event) => { event.preventDefault(); go(); }}>
          <TextArea label={t('database.sql')} hint={t('database.sqlHint')} rows={5} maxLength={8000} spellCheck={false} autoCapitalize="none" autoComplete="off" className="[&_textarea]:font-mono [&_textarea]:text-sm" value={draft.value} onText={draft.set} onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); go(); } }} />
          {samples.length > 0 && (
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              <span className="text-faint">{t('database.startFrom')}</span>
              {samples.map((one) => <button key={nameOf(one)} type="button" className="font-mono text-link underline underline-offset-2" onClick={() => draft.set(firstStatement(saved.db_type ?? 'postgres', one))}>{nameOf(one)}</button>)}
            </p>
          )}
          <div><Button type="submit" look="primary" busy={ask.isPending} disabled={!draft.value.trim()}>{t('database.run')}</Button></div>
        </form>
        {ask.error && <Note tone="bad" role="alert"><p>{sentenceOf(ask.error)}</p></Note>}
        {ask.data && (
          <div role="status" className="grid gap-3">
            <h3 className="text-base">{t('database.ran')}</h3>
            <Statement sql={ask.data.sql} />
            <Rows answer={ask.data} />
          </div>
        )}
      </div>
  );
}
