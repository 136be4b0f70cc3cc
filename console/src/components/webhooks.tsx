'use client';
// Addresses that are told what happens in the workspace.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { ago, dayAndTime } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useWebhooks } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Menu } from './menu';
import { Confirm, Modal, ModalActions } from './modal';
import { toast, toastFailure } from './toasts';
import { Badge, Button, Check, CopyButton, Failed, Note, Section, SkeletonRows, TextField } from './ui';

type Webhook = Schemas['Webhook'];
const kEvents = ['conversation.created', 'answer.low_confidence', 'feedback.negative', 'handover.requested'] as const;
type EventName = (typeof kEvents)[number];
const kSentences = { 'conversation.created': 'webhooks.conversation', 'answer.low_confidence': 'webhooks.weak', 'feedback.negative': 'webhooks.negative', 'handover.requested': 'webhooks.handover' } as const;

export function Webhooks() {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useWebhooks(id);
  const draft = useDraft(`webhook:${id}`, { url: '', events: ['handover.requested'] as EventName[] });
  const [secret, setSecret] = useState<string | null>(null);
  const [ending, setEnding] = useState<Webhook | null>(null);
  const [seen, setSeen] = useState<Webhook | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.webhooks(id) });
  const create = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/webhooks', { params: { path: { wid: id } }, body: { url: draft.value.url.trim(), events: draft.value.events } })),
    onSuccess: (made) => {
      setSecret(made.secret);
      draft.clear();
      refresh();
    },
  });
  const path = (one: Webhook) => ({ params: { path: { wid: id, webhook_id: one.id } } });
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (failure) {
      toastFailure(failure);
    } finally {
      refresh();
    }
  };
  const remove = useMutation({
    mutationFn: (one: Webhook) => got(api.DELETE('/api/workspaces/{wid}/webhooks/{webhook_id}', path(one))),
    onSuccess: () => {
      setEnding(null);
      toast(t('webhooks.removed'));
    },
    onError: toastFailure,
    onSettled: refresh,
  });
  const test = (one: Webhook) =>
    act(async () => {
      const told = await got(api.POST('/api/workspaces/{wid}/webhooks/{webhook_id}/test', path(one)));
      toast(told.status === 'delivered' ? t('webhooks.answered', told.response_status ?? 0) : t('webhooks.notAnswered', told.error ?? String(told.response_status ?? '')), { tone: told.status === 'delivered' ? 'plain' : 'bad' });
    });
  return (
    <Section title={t('webhooks.title')} hint={t('webhooks.hint')}>
      <div className="grid gap-7">
        <form className="grid max-w-2xl gap-4" noValidate onSubmit={(event) => { event.preventDefault(); if (draft.value.url.trim() && draft.value.events.length && !create.isPending) create.mutate(); }}>
          <TextField label={t('webhooks.url')} inputMode="url" placeholder="https://" maxLength={2000} spellCheck={false} autoCapitalize="none" value={draft.value.url} error={create.error ? (create.error instanceof ApiError && create.error.field('url')) || sentenceOf(create.error) : undefined} onText={(url) => draft.set({ ...draft.value, url })} />
          <fieldset className="grid gap-2.5">
            <legend className="mb-2 text-[0.9375rem] font-semibold">{t('webhooks.when')}</legend>
            {kEvents.map((one) => <Check key={one} label={<span className="font-normal">{t(kSentences[one])}</span>} checked={draft.value.events.includes(one)} onCheck={(on) => draft.set({ ...draft.value, events: on ? [...draft.value.events, one] : draft.value.events.filter((other) => other !== one) })} />)}
          </fieldset>
          <div><Button type="submit" look="primary" busy={create.isPending} disabled={!draft.value.url.trim() || draft.value.events.length === 0}>{t('add')}</Button></div>
        </form>
        {isPending ? <SkeletonRows rows={1} /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : !!data?.length && (
          <ul className="divide-y divide-rule border-y border-rule">
            {data.map((one) => (
              <li key={one.id} className="flex items-start justify-between gap-3 py-3">
                <div className="grid min-w-0 gap-1">
                  <p className="flex flex-wrap items-center gap-x-2 gap-y-1"><span className="min-w-0 font-mono text-sm font-semibold break-all">{one.url}</span>{!one.is_enabled && <Badge tone="bad">{t('webhooks.off')}</Badge>}{one.is_enabled && one.failing_since && <Badge tone="warn">{t('webhooks.failing', ago(one.failing_since))}</Badge>}</p>
                  <p className="text-sm text-faint">{one.events.map((event) => (event in kSentences ? t(kSentences[event as EventName]) : event)).join(' · ')}</p>
                  {one.disabled_reason && <p className="text-sm text-bad">{one.disabled_reason}</p>}
                </div>
                <Menu
                  label={t('documents.actions', one.url)}
                  choices={[
                    { text: t('webhooks.test'), icon: 'send', onPick: () => void test(one) },
                    { text: t('webhooks.deliveries'), icon: 'conversations', onPick: () => setSeen(one) },
                    { text: t('webhooks.rotate'), icon: 'keys', onPick: () => void act(async () => setSecret((await got(api.POST('/api/workspaces/{wid}/webhooks/{webhook_id}/rotate-secret', path(one)))).secret)) },
                    { text: t(one.is_enabled ? 'webhooks.pause' : 'webhooks.resume'), icon: one.is_enabled ? 'stop' : 'check', onPick: () => void act(() => got(api.PATCH('/api/workspaces/{wid}/webhooks/{webhook_id}', { ...path(one), body: { is_enabled: !one.is_enabled } }))) },
                    { text: t('documents.delete'), icon: 'trash', danger: true, onPick: () => setEnding(one) },
                  ]}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
      {secret && (
        <Modal title={t('webhooks.secretTitle')} description={t('webhooks.secretText')} onClose={() => setSecret(null)}>
          <code className="block rounded-md border border-rule bg-sunken p-3 font-mono">{secret}</code>
          <ModalActions><CopyButton text={secret} /><Button look="primary" onClick={() => setSecret(null)}>{t('keys.kept')}</Button></ModalActions>
        </Modal>
      )}
      {seen && <Deliveries webhook={seen} onClose={() => setSeen(null)} />}
      {ending && <Confirm title={t('webhooks.removeTitle')} action={t('documents.delete')} busy={remove.isPending} onConfirm={() => remove.mutate(ending)} onClose={() => setEnding(null)}><p className="font-mono text-sm">{ending.url}</p></Confirm>}
    </Section>
  );
}

function Deliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const t = useText();
  const { id } = useCurrent();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...keys.webhooks(id), webhook.id, 'deliveries'],
    queryFn: () => got(api.GET('/api/workspaces/{wid}/webhooks/{webhook_id}/deliveries', { params: { path: { wid: id, webhook_id: webhook.id }, query: { limit: 50 } } })),
    staleTime: 0,
  });
  return (
    <Modal wide title={t('webhooks.deliveries')} description={webhook.url} onClose={onClose}>
      {isPending ? <SkeletonRows rows={3} /> : error ? <Failed error={error} again={() => void refetch()} /> : data.items.length === 0 ? <Note><p>{t('webhooks.noDeliveries')}</p></Note> : (
        <ul className="divide-y divide-rule border-y border-rule">
          {data.items.map((one) => (
            <li key={one.id} className="grid gap-1 py-2.5">
              <p className="flex flex-wrap items-center gap-2"><span className="font-mono text-sm">{one.event}</span><Badge tone={one.status === 'delivered' ? 'good' : one.status === 'failed' ? 'bad' : 'warn'}>{t(`webhooks.${one.status}`)}{one.response_status !== null && ` · ${one.response_status}`}</Badge><span className="text-sm text-faint">{dayAndTime(one.created_at)} · {t('webhooks.attempts', one.attempts)}</span></p>
              {one.error && <p className="text-sm text-bad">{one.error}</p>}
            </li>
          ))}
        </ul>
      )}
    </Modal>
  );
}
