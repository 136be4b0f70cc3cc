'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { Confirm, Modal, ModalActions } from '@/components/modal';
import { NotSaved } from '@/components/not-saved';
import { toast, toastFailure } from '@/components/toasts';
import { Button, Check, CopyButton, PageTitle, RangeField, Section, Segments, TextArea, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { RagConfig } from '@/lib/api-sqlserver';
import { useEdits } from '@/lib/edits';
import { ApiError } from '@/lib/failures';
import { dayAndTime, number } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useRemember } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

export default function SettingsPage() {
  const t = useText();
  const { workspace, mayEdit } = useCurrent();
  useTitle(t('nav.settings'), workspace.name);
  return (
    <>
      <PageTitle title={t('nav.settings')}>{t(mayEdit ? 'settings.text' : 'settings.reader')}</PageTitle>
      <General />
      <Answers />
      {mayEdit && <Identity />}
      {mayEdit && <Removal />}
    </>
  );
}

function General() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const remember = useRemember();
  const saved = { name: workspace.name, description: workspace.description ?? '' };
  const { form, changed, ...edits } = useEdits(`general:${id}`, saved);
  const path = { params: { path: { wid: id } } };
  const save = useMutation({
    mutationFn: async () => {
      const now = await got(api.GET('/api/workspaces/{wid}', path));
      edits.compare({ name: now.name, description: now.description ?? '' });
      return got(api.PATCH('/api/workspaces/{wid}', { ...path, body: { ...(changed.includes('name') && { name: form.name.trim() }), ...(changed.includes('description') && { description: form.description.trim() || null }) } }));
    },
    onSuccess: (next) => {
      remember(next);
      edits.clear();
      toast(t('saved'));
    },
  });
  const pause = useMutation({
    mutationFn: (is_active: boolean) => got(api.PATCH('/api/workspaces/{wid}', { params: { path: { wid: id } }, body: { is_active } })),
    onMutate: (is_active) => {
      remember({ ...workspace, is_active });
      return workspace;
    },
    onSuccess: (next) => {
      remember(next);
      toast(t(next.is_active ? 'settings.resumed' : 'settings.paused'), { undo: () => pause.mutate(!next.is_active) });
    },
    onError: (error, _active, before) => {
      if (before) remember(before);
      toastFailure(error);
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const isChanged = changed.length > 0;
  return (
    <Section title={t('settings.general')}>
      <form className="grid max-w-2xl gap-5" noValidate onSubmit={(event) => { event.preventDefault(); if (isChanged && form.name.trim() && !save.isPending) save.mutate(); }}>
        <NotSaved save={save} edits={edits} labels={{ name: t('create.name'), description: t('create.description') }} hidden={!!(field('name') || field('description'))} />
        <fieldset disabled={!mayEdit} className="grid gap-5">
          <TextField label={t('create.name')} dir="auto" maxLength={255} required value={form.name} error={form.name.trim() ? field('name') : t('create.nameMissing')} onText={(name) => edits.change({ name })} />
          <TextArea label={t('create.description')} dir="auto" rows={3} maxLength={4000} value={form.description} error={field('description')} onText={(description) => edits.change({ description })} />
        </fieldset>
        {mayEdit && <div className="flex flex-wrap gap-2"><Button type="submit" look="primary" busy={save.isPending} disabled={!isChanged || !form.name.trim()}>{t('save')}</Button>{isChanged && <Button onClick={() => { save.reset(); edits.clear(); }}>{t('discard')}</Button>}</div>}
        <Check label={t('settings.active')} hint={t('settings.activeHint')} checked={workspace.is_active} disabled={!mayEdit} onCheck={(on) => pause.mutate(on)} />
      </form>
    </Section>
  );
}

function Answers() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const remember = useRemember();
  const client = useQueryClient();
  const { form, changed, change, ...edits } = useEdits<RagConfig>(`rag:${id}`, workspace.rag_config);
  const path = { params: { path: { wid: id } } };
  const save = useMutation({
    mutationFn: async () => {
      edits.compare(await got(api.GET('/api/workspaces/{wid}/rag-config', path)));
      return got(api.PATCH('/api/workspaces/{wid}/rag-config', { ...path, body: Object.fromEntries(changed.map((name) => [name, form[name]])) }));
    },
    onSuccess: (rag_config) => {
      const cut = changed.includes('chunk_size') || changed.includes('chunk_overlap');
      remember({ ...workspace, rag_config });
      edits.clear();
      toast(t(cut ? 'settings.savedCut' : 'saved'));
      void client.invalidateQueries({ queryKey: keys.workspace(id), exact: true });
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const labels = { system_prompt: t('settings.prompt'), fallback_message: t('settings.fallback'), language: t('settings.language'), enable_cache: t('settings.cache'), streaming_enabled: t('settings.streaming'), top_k: t('settings.topK'), similarity_threshold: t('settings.threshold'), temperature: t('settings.temperature'), max_tokens: t('settings.maxTokens'), chunk_size: t('settings.chunk'), chunk_overlap: t('settings.overlap'), llm_provider: t('settings.provider'), llm_model: t('settings.model') };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed.length && !save.isPending) save.mutate();
  };
  return (
    <Section title={t('settings.answers')} hint={t('settings.answersHint')}>
      <form className="grid max-w-2xl gap-6" noValidate onSubmit={submit}>
        <NotSaved save={save} edits={edits} labels={labels} />
        <fieldset disabled={!mayEdit} className="grid gap-6">
          <TextArea label={t('settings.prompt')} hint={t('settings.promptHint')} dir="auto" rows={5} maxLength={20_000} value={form.system_prompt} error={field('system_prompt')} onText={(system_prompt) => change({ system_prompt })} />
          <TextArea label={t('settings.fallback')} hint={t('settings.fallbackHint')} dir="auto" rows={2} maxLength={2000} value={form.fallback_message} error={field('fallback_message')} onText={(fallback_message) => change({ fallback_message })} />
          <div className="grid gap-1.5"><span className="text-[0.9375rem] font-semibold">{t('settings.language')}</span><Segments label={t('settings.language')} value={form.language} options={(['auto', 'fr', 'en'] as const).map((value) => ({ value, label: t(`settings.language.${value}`) }))} onPick={(language) => mayEdit && change({ language })} /></div>
          <Check label={t('settings.cache')} hint={t('settings.cacheHint')} checked={form.enable_cache} disabled={!mayEdit} onCheck={(enable_cache) => change({ enable_cache })} />
          <Check label={t('settings.streaming')} hint={t('settings.streamingHint')} checked={form.streaming_enabled} disabled={!mayEdit} onCheck={(streaming_enabled) => change({ streaming_enabled })} />
          <details className="rounded-lg border border-rule p-4">
            <summary className="font-semibold">{t('settings.more')}</summary>
            <div className="mt-5 grid gap-6 sm:grid-cols-2">
              <RangeField label={t('settings.topK')} hint={t('settings.topKHint')} min={1} max={20} value={form.top_k} shown={number(form.top_k)} onValue={(top_k) => change({ top_k })} />
              <RangeField label={t('settings.threshold')} hint={t('settings.thresholdHint')} min={0} max={1} step={0.01} value={form.similarity_threshold} shown={number(form.similarity_threshold, 2)} onValue={(similarity_threshold) => change({ similarity_threshold })} />
              <RangeField label={t('settings.temperature')} hint={t('settings.temperatureHint')} min={0} max={2} step={0.05} value={form.temperature} shown={number(form.temperature, 2)} onValue={(temperature) => change({ temperature })} />
              <RangeField label={t('settings.maxTokens')} hint={t('settings.maxTokensHint')} min={64} max={8192} step={64} value={form.max_tokens} shown={number(form.max_tokens)} onValue={(max_tokens) => change({ max_tokens })} />
              <RangeField label={t('settings.chunk')} hint={t('settings.chunkHint')} min={200} max={4000} step={50} value={form.chunk_size} shown={number(form.chunk_size)} onValue={(chunk_size) => change({ chunk_size, chunk_overlap: Math.min(form.chunk_overlap, Math.floor(chunk_size / 2)) })} />
              <RangeField label={t('settings.overlap')} hint={t('settings.overlapHint')} min={0} max={Math.floor(form.chunk_size / 2)} step={10} value={form.chunk_overlap} shown={number(form.chunk_overlap)} onValue={(chunk_overlap) => change({ chunk_overlap })} />
              <TextField label={t('settings.provider')} maxLength={100} value={form.llm_provider} error={field('llm_provider')} onText={(llm_provider) => change({ llm_provider })} />
              <TextField label={t('settings.model')} hint={t('settings.modelHint')} maxLength={200} value={form.llm_model} error={field('llm_model')} onText={(llm_model) => change({ llm_model })} />
            </div>
          </details>
        </fieldset>
        {mayEdit && <div className="flex flex-wrap gap-2"><Button type="submit" look="primary" busy={save.isPending} disabled={changed.length === 0}>{t('save')}</Button>{changed.length > 0 && <Button onClick={() => { save.reset(); edits.clear(); }}>{t('discard')}</Button>}</div>}
      </form>
    </Section>
  );
}

function Identity() {
  const t = useText();
  const { id } = useCurrent();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<{ secret: string; previous_expires_at: string } | null>(null);
  const make = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/identity-secret', { params: { path: { wid: id } } })),
    onSuccess: (made) => {
      setAsking(false);
      setSecret(made);
    },
    onError: toastFailure,
  });
  return (
    <Section title={t('identity.title')} hint={t('identity.hint')}>
      <Button icon="keys" onClick={() => setAsking(true)}>{t('identity.new')}</Button>
      {asking && <Confirm title={t('identity.askTitle')} action={t('identity.new')} busy={make.isPending} onConfirm={() => make.mutate()} onClose={() => setAsking(false)}><p>{t('identity.askText')}</p></Confirm>}
      {secret && (
        <Modal title={t('identity.madeTitle')} description={t('identity.madeText', dayAndTime(secret.previous_expires_at))} onClose={() => setSecret(null)}>
          <code className="block rounded-md border border-rule bg-sunken p-3 font-mono">{secret.secret}</code>
          <ModalActions><CopyButton text={secret.secret} /><Button look="primary" onClick={() => setSecret(null)}>{t('keys.kept')}</Button></ModalActions>
        </Modal>
      )}
    </Section>
  );
}

function Removal() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const router = useRouter();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => got(api.DELETE('/api/workspaces/{wid}', { params: { path: { wid: id } } })),
    onSuccess: () => {
      router.replace('/workspaces');
      client.removeQueries({ queryKey: keys.workspace(id) });
      void client.invalidateQueries({ queryKey: keys.workspaces });
      toast(t('removal.done', workspace.name));
    },
    onError: toastFailure,
  });
  return (
    <Section title={t('removal.title')} hint={t('removal.hint')}>
      <Button look="danger" icon="trash" onClick={() => setAsking(true)}>{t('removal.go')}</Button>
      {asking && (
        <Confirm title={t('removal.ask')} name={workspace.name} action={t('removal.go')} busy={remove.isPending} onConfirm={() => remove.mutate()} onClose={() => setAsking(false)}>
          <p>{t('removal.text', number(workspace.documents_count), number(workspace.conversations_count))}</p>
        </Confirm>
      )}
    </Section>
  );
}
