'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AdminOnly } from '@/components/admin-only';
import { Webhooks } from '@/components/webhooks';
import { Confirm, Modal, ModalActions } from '@/components/modal';
import { toast, toastFailure } from '@/components/toasts';
import { Badge, Button, CopyButton, Empty, Failed, Note, PageTitle, Section, SkeletonRows, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { sentenceOf } from '@/lib/failures';
import { ago, day } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useApiKeys } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

type ApiKey = Schemas['ApiKey'];

export default function KeysPage() {
  return <AdminOnly><Keys /></AdminOnly>;
}

function Keys() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useApiKeys(id);
  const [made, setMade] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const draft = useDraft(`key:${id}`, { name: '', expires: '' });
  const refresh = () => void client.invalidateQueries({ queryKey: keys.apiKeys(id) });
  useTitle(t('nav.keys'), workspace.name);
  const create = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/api-keys', { params: { path: { wid: id } }, body: { name: draft.value.name.trim(), ...(draft.value.expires && { expires_at: new Date(`${draft.value.expires}T23:59:59`).toISOString() }) } })),
    onSuccess: ({ key }) => {
      setMade(key);
      draft.clear();
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => got(api.DELETE('/api/workspaces/{wid}/api-keys/{key_id}', { params: { path: { wid: id, key_id: key.id } } })),
    onSuccess: () => {
      setRevoking(null);
      toast(t('keys.revoked'));
    },
    onError: toastFailure,
    onSettled: refresh,
  });
  const example = `curl ${location.origin}/api/chat \\
  -H "Authorization: Bearer mk_…" -H "Content-Type: application/json" \\
  -d '{"workspace_id":"${id}","message":"…","stream":false}'`;
  return (
    <>
      <PageTitle title={t('nav.keys')}>{t('keys.text')}</PageTitle>
      <Section title={t('keys.new')} hint={t('keys.newHint')}>
        <form className="grid max-w-2xl gap-4" noValidate onSubmit={(event) => { event.preventDefault(); if (draft.value.name.trim() && !create.isPending) create.mutate(); }}>
          <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_14rem]">
            <TextField label={t('keys.name')} maxLength={255} placeholder={t('keys.nameExample')} value={draft.value.name} error={create.error ? sentenceOf(create.error) : undefined} onText={(name) => draft.set({ ...draft.value, name })} />
            <TextField label={t('keys.expires')} type="date" value={draft.value.expires} min={new Date().toISOString().slice(0, 10)} onText={(expires) => draft.set({ ...draft.value, expires })} />
          </div>
          <div><Button type="submit" look="primary" busy={create.isPending} disabled={!draft.value.name.trim()}>{t('keys.create')}</Button></div>
        </form>
      </Section>
      <Section title={t('keys.list')}>
        {isPending ? <SkeletonRows rows={2} /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : data?.length === 0 ? <Empty title={t('keys.empty')}><p>{t('keys.emptyText')}</p></Empty> : (
          <ul className="divide-y divide-rule border-y border-rule">
            {data?.map((one) => {
              const over = one.expires_at !== null && new Date(one.expires_at) < new Date();
              return (
                <li key={one.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
                  <div className="min-w-0">
                    <p className="font-semibold"><span dir="auto">{one.name}</span> <span className="font-mono text-sm font-normal text-soft">{one.prefix}…</span> {over && <Badge tone="bad">{t('keys.over')}</Badge>}</p>
                    <p className="text-sm text-faint">{[t('keys.made', day(one.created_at)), one.last_used_at ? t('account.lastUsed', ago(one.last_used_at)) : t('keys.neverUsed'), one.expires_at && t('keys.until', day(one.expires_at))].filter(Boolean).join(' · ')}</p>
                  </div>
                  <Button look="danger" aria-label={t('keys.revokeOf', one.name)} onClick={() => setRevoking(one)}>{t('keys.revoke')}</Button>
                </li>
              );
            })}
          </ul>
        )}
      </Section>
      <Section title={t('keys.use')} hint={t('keys.useHint')}>
        <div className="grid gap-3"><pre tabIndex={0} aria-label={t('keys.use')} className="overflow-x-auto rounded-md border border-rule bg-sheet p-4 font-mono text-sm">{example}</pre><div><CopyButton text={example} /></div></div>
      </Section>
      <Webhooks />
      {made && (
        <Modal title={t('keys.madeTitle')} description={t('keys.madeText')} onClose={() => setMade(null)}>
          <div className="grid gap-4"><code className="block rounded-md border border-rule bg-sunken p-3 font-mono">{made}</code><Note tone="warn"><p>{t('keys.once')}</p></Note></div>
          <ModalActions><CopyButton text={made} /><Button look="primary" onClick={() => setMade(null)}>{t('keys.kept')}</Button></ModalActions>
        </Modal>
      )}
      {revoking && <Confirm title={t('keys.revokeTitle')} action={t('keys.revoke')} busy={revoke.isPending} onConfirm={() => revoke.mutate(revoking)} onClose={() => setRevoking(null)}><p>{t('keys.revokeText', revoking.name)}</p></Confirm>}
    </>
  );
}
