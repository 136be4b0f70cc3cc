'use client';
// Questions that an administrator has written the statement for: they are answered with and without a language model.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '@/components/icons';
import { RichText } from '@/components/rich-text';
import { removeWithUndo, toast, toastFailure } from '@/components/toasts';
import { Badge, Button, Check, Empty, Failed, Note, Section, Select, SkeletonRows, TextArea, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { all, keys } from '@/lib/queries';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Rows, Statement } from './rows';

type Question = Schemas['PreparedQuestion'];
type Parameter = Schemas['QuestionParameter'];
const kTypes = ['text', 'integer', 'date', 'choice'] as const;
const questionsKey = (id: string) => [...keys.database(id), 'questions'];

export function Questions({ saved, onTables }: { saved: ExternalDatabase; onTables: () => void }) {
  const t = useText();
  const { id } = useCurrent();
  const [open, setOpen] = useState('');
  const questions = useQuery({ queryKey: questionsKey(id), queryFn: () => all((cursor) => got(api.GET('/api/workspaces/{wid}/database/questions', { params: { path: { wid: id }, query: { limit: 200, ...(cursor && { cursor }) } } }))) });
  if (!saved.allowed_tables.length) return <Empty title={t('database.chooseFirst')} action={<Button onClick={onTables}>{t('database.chooseTables')}</Button>}><p>{t('database.chooseFirstText')}</p></Empty>;
  const write = <Button look="primary" icon="plus" onClick={() => setOpen('new')}>{t('questions.write')}</Button>;
  return (
    <Section title={t('questions.title')} hint={t('questions.hint')}>
      <div className="grid gap-5">
        {open === 'new' ? <QuestionForm onClose={() => setOpen('')} onSaved={setOpen} /> : (questions.data?.length ?? 0) > 0 && <div>{write}</div>}
        {questions.isPending ? <SkeletonRows rows={3} /> : questions.error ? <Failed error={questions.error} again={() => void questions.refetch()} />
          : questions.data.length === 0 ? open !== 'new' && <Empty title={t('questions.none')} action={write}><p>{t('questions.noneText')}</p></Empty>
          : (
            <ul className="divide-y divide-rule border-y border-rule">
              {questions.data.map((one) => (
                <li key={one.id} className="py-3">
                  {open === one.id ? <QuestionForm question={one} onClose={() => setOpen('')} onSaved={setOpen} /> : (
                    <button type="button" className="flex w-full items-center gap-3 py-1 text-left hover:text-link" aria-expanded={false} onClick={() => setOpen(one.id)}>
                      <span className="min-w-0 flex-1"><span dir="auto" className="block font-semibold">{one.description}</span>{one.examples[0] && <span dir="auto" className="block truncate text-sm text-faint">{one.examples[0]}</span>}</span>
                      {!one.is_enabled && <Badge>{t('questions.off')}</Badge>}
                      <Icon name="chevron" className="size-4 text-soft" />
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )}
      </div>
    </Section>
  );
}

const kNew = { description: '', examples: '', sql: '', parameters: [] as Parameter[], is_enabled: true };
type Form = typeof kNew;

/** The :names of a statement, outside quotation marks. */
const namesIn = (sql: string) => [...new Set([...sql.replace(/'(?:[^']|'')*'/g, '').matchAll(/(?<![:\w]):([A-Za-z_][A-Za-z0-9_]{0,39})/g)].map(([, name]) => name!))];

function QuestionForm({ question, onClose, onSaved }: { question?: Question; onClose: () => void; onSaved: (id: string) => void }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const first: Form = question ? { description: question.description, examples: question.examples.join('\n'), sql: question.sql, parameters: question.parameters, is_enabled: question.is_enabled } : kNew;
  const draft = useDraft<Form>(`question:${id}:${question?.id ?? 'new'}`, first);
  const form = draft.value;
  const change = (part: Partial<Form>) => draft.set({ ...form, ...part });
  // A parameter for each name of the statement; what is known of it stays.
  const parameters = namesIn(form.sql).map((name): Parameter => form.parameters.find((one) => one.name === name) ?? { name, type: 'text' });
  const setParameter = (name: string, part: Partial<Parameter>) => change({ parameters: parameters.map((one) => (one.name === name ? { ...one, ...part } : one)) });
  const save = useMutation({
    mutationFn: () => {
      const body = { description: form.description.trim(), examples: form.examples.split('\n').map((one) => one.trim()).filter(Boolean), sql: form.sql.trim(), parameters, is_enabled: form.is_enabled };
      return question ? got(api.PATCH('/api/workspaces/{wid}/database/questions/{question_id}', { params: { path: { wid: id, question_id: question.id } }, body })) : got(api.POST('/api/workspaces/{wid}/database/questions', { params: { path: { wid: id } }, body }));
    },
    onSuccess: (next) => {
      draft.clear();
      client.setQueryData<Question[]>(questionsKey(id), (list) => (list ? [...list.filter((one) => one.id !== next.id), next] : list));
      void client.invalidateQueries({ queryKey: questionsKey(id) });
      onSaved(next.id);
      toast(t('saved'));
    },
  });
  const remove = () => {
    if (!question) return;
    const list = client.getQueryData<Question[]>(questionsKey(id));
    client.setQueryData<Question[]>(questionsKey(id), (now) => now?.filter((one) => one.id !== question.id));
    onClose();
    removeWithUndo(t('questions.removed'), () => got(api.DELETE('/api/workspaces/{wid}/database/questions/{question_id}', { params: { path: { wid: id, question_id: question.id } } })), () => client.setQueryData(questionsKey(id), list));
  };
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const ready = form.description.trim() && form.sql.trim();
  return (
    <div className="grid gap-6 rounded-lg border border-edge bg-sheet p-4 sm:p-6">
      <form className="grid max-w-3xl gap-5" noValidate onSubmit={(event) => { event.preventDefault(); if (ready && !save.isPending) save.mutate(); }}>
        <TextField label={t('questions.description')} hint={t('questions.descriptionHint')} dir="auto" maxLength={500} value={form.description} error={field('description')} onText={(description) => change({ description })} />
        <TextArea label={t('questions.examples')} hint={t('questions.examplesHint')} dir="auto" rows={3} value={form.examples} error={field('examples')} onText={(examples) => change({ examples })} />
        <TextArea label={t('database.sql')} hint={t('questions.sqlHint')} rows={5} maxLength={8000} spellCheck={false} autoCapitalize="none" className="[&_textarea]:font-mono [&_textarea]:text-sm" value={form.sql} error={field('sql')} onText={(sql) => change({ sql })} />
        {parameters.length > 0 && (
          <fieldset className="grid gap-3">
            <legend className="mb-2 text-[0.9375rem] font-semibold">{t('questions.parameters')}</legend>
            {field('parameters') && <p className="text-sm text-bad">{field('parameters')}</p>}
            {parameters.map((one) => (
              <div key={one.name} className="grid items-end gap-3 rounded-md border border-rule p-3 sm:grid-cols-[8rem_10rem_minmax(0,1fr)]">
                <span className="self-center font-mono text-sm font-semibold">:{one.name}</span>
                <Select label={t('questions.type')} value={one.type} options={kTypes.map((value) => ({ value, label: t(`questions.type.${value}`) }))} onPick={(type) => setParameter(one.name, { type: type as Parameter['type'] })} />
                <TextField label={t('questions.label')} dir="auto" maxLength={100} value={one.label ?? ''} onText={(label) => setParameter(one.name, { label })} />
                {one.type === 'choice' && <TextArea className="sm:col-span-3" label={t('questions.values')} rows={3} value={(one.values ?? []).join('\n')} onText={(text) => setParameter(one.name, { values: text.split('\n') })} onBlur={() => setParameter(one.name, { values: (one.values ?? []).map((value) => value.trim()).filter(Boolean) })} />}
              </div>
            ))}
          </fieldset>
        )}
        <Check label={t('questions.enabled')} hint={t('questions.enabledHint')} checked={form.is_enabled} onCheck={(is_enabled) => change({ is_enabled })} />
        {save.error && (!(save.error instanceof ApiError) || !['description', 'examples', 'sql', 'parameters'].some(field)) && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={save.isPending} disabled={!ready || (!!question && !draft.changed)}>{t('save')}</Button>
          {draft.changed && <Button onClick={() => { draft.clear(); save.reset(); if (!question) onClose(); }}>{t('discard')}</Button>}
          {!draft.changed && <Button onClick={onClose}>{t('close')}</Button>}
          {question && <Button look="danger" icon="trash" onClick={remove}>{t('questions.remove')}</Button>}
        </div>
      </form>
      {question && !draft.changed && <TryQuestion question={question} />}
    </div>
  );
}

function TryQuestion({ question }: { question: Question }) {
  const t = useText();
  const { id } = useCurrent();
  const [text, setText] = useState(question.examples[0] ?? question.description);
  const ask = useMutation({ mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/questions/{question_id}/try', { params: { path: { wid: id, question_id: question.id } }, body: { question: text.trim() } })), onError: toastFailure });
  return (
    <form className="grid max-w-3xl gap-3 border-t border-rule pt-5" noValidate onSubmit={(event) => { event.preventDefault(); if (text.trim() && !ask.isPending) ask.mutate(); }}>
      <TextField label={t('questions.try')} hint={t('questions.tryHint')} dir="auto" maxLength={4000} value={text} onText={setText} />
      <div><Button type="submit" busy={ask.isPending} disabled={!text.trim()}>{t('questions.tryGo')}</Button></div>
      {ask.data && (
        <div role="status" className="grid gap-3">
          <RichText text={ask.data.answer} />
          {Object.keys(ask.data.parameters).length > 0 && <p className="text-sm text-faint">{t('questions.understood', Object.entries(ask.data.parameters).map(([name, value]) => `${name} = ${value}`).join(', '))}</p>}
          {ask.data.sql && <Statement sql={ask.data.sql} label={t('database.ran')} />}
          {ask.data.sql && <Rows answer={ask.data} />}
        </div>
      )}
    </form>
  );
}
