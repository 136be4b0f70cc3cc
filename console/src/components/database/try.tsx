'use client';
// A statement tried on the allowed tables, as the server lets it through.
import { useMutation } from '@tanstack/react-query';
import { Button, Empty, Note, Section, TextArea } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { firstStatement, nameOf, understood, useSchema } from '@/lib/external';
import { sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Rows, Statement } from './rows';

export function Try({ saved, onTables }: { saved: ExternalDatabase; onTables: () => void }) {
  const t = useText();
  if (!saved.allowed_tables.length) return <Empty title={t('database.chooseFirst')} action={<Button onClick={onTables}>{t('database.chooseTables')}</Button>}><p>{t('database.chooseFirstText')}</p></Empty>;
  return <TrySql saved={saved} />;
}

function TrySql({ saved }: { saved: ExternalDatabase }) {
  const t = useText();
  const { id } = useCurrent();
  const schema = useSchema(id);
  const draft = useDraft(`database-sql:${id}`, '');
  const ask = useMutation({ mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/query', { params: { path: { wid: id } }, body: { sql: draft.value.trim() } })) });
  const go = () => { if (draft.value.trim() && !ask.isPending) ask.mutate(); };
  const readable = schema.data ? understood(saved.allowed_tables, schema.data) : [];
  const samples = (schema.data ?? []).filter((one) => readable.some((allowed) => allowed.name === nameOf(one))).slice(0, 6);
  return (
    <Section title={t('database.try')} hint={t('database.tryHint')}>
      <div className="grid max-w-4xl gap-4">
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
    </Section>
  );
}
