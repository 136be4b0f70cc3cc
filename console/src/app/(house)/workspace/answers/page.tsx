'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { Icon } from '@/components/icons';
import { Menu } from '@/components/menu';
import { Modal, ModalActions } from '@/components/modal';
import { RichText } from '@/components/rich-text';
import { removeWithUndo, toast, toastFailure } from '@/components/toasts';
import { Badge, Button, Check, Empty, Failed, Note, PageTitle, SkeletonRows, TextArea, TextField } from '@/components/ui';
import { api, authorizedFetch, got, raw } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { ApiError, failureOf, sentenceOf } from '@/lib/failures';
import { number } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useAnswers } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

type Curated = Schemas['CuratedAnswer'];
type Imported = Schemas['ImportedAnswers'];
const kNew = { question: '', variants: '', answer: '', is_enabled: true };
/** Listed at once; more are found by searching. */
const kShown = 200;

export default function Answers() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useAnswers(id);
  const [find, setFind] = useState('');
  const wanted = useDeferredValue(find.trim().toLocaleLowerCase());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [edited, setEdited] = useState<Curated | 'new' | null>(null);
  const [imported, setImported] = useState<Imported | null>(null);
  const file = useRef<HTMLInputElement>(null);
  useTitle(t('nav.answers'), workspace.name);
  const items = useMemo(() => (data ?? []).filter((one) => !hidden.has(one.id) && (!wanted || [one.question, one.answer, ...one.variants].some((text) => text.toLocaleLowerCase().includes(wanted)))), [data, hidden, wanted]);
  const remove = (one: Curated) => {
    setHidden((before) => new Set(before).add(one.id));
    removeWithUndo(
      t('answers.deleted'),
      async () => {
        await got(api.DELETE('/api/workspaces/{wid}/answers/{answer_id}', { params: { path: { wid: id, answer_id: one.id } } }));
        client.setQueryData<Curated[]>(keys.answers(id), (old) => old?.filter((other) => other.id !== one.id));
      },
      () => setHidden((before) => new Set([...before].filter((other) => other !== one.id))),
    );
  };
  const exportAll = async () => {
    const bytes = await (await raw('GET', `/api/workspaces/${id}/answers/export`)).blob();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(bytes);
    link.download = 'answers.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const read = useMutation({
    mutationFn: async (chosen: File) => {
      const form = new FormData();
      form.append('file', chosen, chosen.name);
      const response = await authorizedFetch(new URL(`/api/workspaces/${id}/answers/import`, location.origin).href, { method: 'POST', body: form });
      if (!response.ok) throw await failureOf(response);
      return (await response.json()) as Imported;
    },
    onSuccess: setImported,
    onError: toastFailure,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.answers(id) }),
  });
  const add = mayEdit && <Button look="primary" icon="plus" onClick={() => setEdited('new')}>{t('answers.add')}</Button>;
  return (
    <>
      <PageTitle
        title={t('nav.answers')}
        actions={(
          <>
            {mayEdit && <input ref={file} type="file" accept=".csv,text/csv" hidden aria-label={t('answers.import')} onChange={(event) => { const [chosen] = event.target.files ?? []; if (chosen) read.mutate(chosen); event.target.value = ''; }} />}
            {mayEdit && <Button icon="upload" busy={read.isPending} onClick={() => file.current?.click()}>{t('answers.import')}</Button>}
            {!!data?.length && <Button icon="download" onClick={() => void exportAll().catch(toastFailure)}>{t('answers.export')}</Button>}
            {!!data?.length && add}
          </>
        )}
      >
        {t('answers.text')}
      </PageTitle>
      {imported && (
        <div className="mb-6">
          <Note tone={imported.errors.length ? 'warn' : 'good'} role="status">
            <p>{t('answers.imported', number(imported.created), number(imported.updated), number(imported.unchanged))}</p>
            {imported.errors.length > 0 && <ul className="grid max-h-48 gap-1 overflow-auto text-sm">{imported.errors.map((one) => <li key={`${one.line} ${one.message}`}>{t('answers.line', one.line)} {one.message}</li>)}</ul>}
          </Note>
        </div>
      )}
      {isPending ? <SkeletonRows rows={5} className="h-20" /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : data?.length === 0 ? (
        <Empty title={t('answers.empty')} action={add}><p>{t('answers.emptyText')}</p></Empty>
      ) : (
        <>
          <label className="relative mb-4 block max-w-md">
            <span className="sr-only">{t('answers.find')}</span>
            <Icon name="search" className="pointer-events-none absolute top-2.5 left-3 text-faint" />
            <input type="search" value={find} placeholder={t('answers.find')} className="min-h-10 w-full rounded-md border border-edge bg-sheet pr-3 pl-10" onChange={(event) => setFind(event.target.value)} />
          </label>
          {items.length === 0 ? <p className="py-6 text-soft">{t('answers.noneFound')}</p> : (
            <ul aria-label={t('nav.answers')} className="divide-y divide-rule border-y border-rule">
              {items.slice(0, kShown).map((one) => (
                <li key={one.id} className="flex items-start justify-between gap-4 py-4">
                  <div className="grid min-w-0 gap-1.5">
                    <h2 className="text-base" dir="auto">{one.question} {!one.is_enabled && <Badge tone="warn">{t('answers.off')}</Badge>}</h2>
                    <div className="line-clamp-3 max-w-[72ch] text-soft"><RichText text={one.answer} /></div>
                    <p className="text-sm text-faint">{[one.variants.length > 0 && t('answers.variantsCount', one.variants.length), t('answers.used', one.use_count)].filter(Boolean).join(' · ')}</p>
                  </div>
                  {mayEdit && <Menu label={t('documents.actions', one.question)} choices={[{ text: t('answers.edit'), icon: 'settings', onPick: () => setEdited(one) }, { text: t('documents.delete'), icon: 'trash', danger: true, onPick: () => remove(one) }]} />}
                </li>
              ))}
            </ul>
          )}
          {items.length > kShown && <p className="mt-3 text-sm text-faint">{t('answers.moreFound', number(items.length - kShown))}</p>}
        </>
      )}
      {edited && <Editor answer={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function Editor({ answer, onClose }: { answer: Curated | 'new'; onClose: () => void }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const fresh = answer === 'new';
  const draft = useDraft(`curated:${id}:${fresh ? 'new' : answer.id}`, fresh ? kNew : { question: answer.question, variants: answer.variants.join('\n'), answer: answer.answer, is_enabled: answer.is_enabled });
  const form = draft.value;
  const save = useMutation({
    mutationFn: () => {
      const body = { question: form.question.trim(), answer: form.answer.trim(), is_enabled: form.is_enabled, variants: form.variants.split('\n').map((one) => one.trim()).filter(Boolean) };
      return fresh ? got(api.POST('/api/workspaces/{wid}/answers', { params: { path: { wid: id } }, body })) : got(api.PATCH('/api/workspaces/{wid}/answers/{answer_id}', { params: { path: { wid: id, answer_id: answer.id } }, body }));
    },
    onSuccess: () => {
      draft.clear();
      toast(t('saved'));
      void client.invalidateQueries({ queryKey: keys.answers(id) });
      onClose();
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  return (
    <Modal wide title={t(fresh ? 'answers.add' : 'answers.edit')} description={t('answers.match')} onClose={onClose}>
      <form className="grid gap-5" noValidate onSubmit={(event) => { event.preventDefault(); if (form.question.trim() && form.answer.trim() && !save.isPending) save.mutate(); }}>
        {save.error && !field('question') && !field('answer') && !field('variants') && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
        <TextField label={t('answers.question')} dir="auto" maxLength={1000} required value={form.question} error={field('question')} onText={(question) => draft.set({ ...form, question })} />
        <TextArea label={t('answers.variants')} hint={t('answers.variantsHint')} dir="auto" rows={3} value={form.variants} error={field('variants')} onText={(variants) => draft.set({ ...form, variants })} />
        <TextArea label={t('answers.answer')} dir="auto" rows={5} maxLength={8000} required value={form.answer} error={field('answer')} onText={(text) => draft.set({ ...form, answer: text })} />
        <Check label={t('answers.on')} checked={form.is_enabled} onCheck={(is_enabled) => draft.set({ ...form, is_enabled })} />
        <ModalActions>
          <Button onClick={() => { draft.clear(); onClose(); }}>{t('cancel')}</Button>
          <Button type="submit" look="primary" busy={save.isPending} disabled={!form.question.trim() || !form.answer.trim()}>{t('save')}</Button>
        </ModalActions>
      </form>
    </Modal>
  );
}
