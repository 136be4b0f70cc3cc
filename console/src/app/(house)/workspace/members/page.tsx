'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '@/components/modal';
import { toast, toastFailure } from '@/components/toasts';
import { Badge, Button, CopyButton, Failed, Note, PageTitle, Section, Select, SkeletonRows, TextField } from '@/components/ui';
import { AdminOnly } from '@/components/admin-only';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useUser } from '@/lib/auth-context';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { day } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useMembers } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

type Member = Schemas['Member'];
type Role = Member['role'];

export default function MembersPage() {
  return <AdminOnly><Members /></AdminOnly>;
}

function Members() {
  const t = useText();
  const user = useUser();
  const { workspace, id } = useCurrent();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useMembers(id);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.members(id) });
  useTitle(t('nav.members'), workspace.name);
  const change = useMutation({
    mutationFn: ({ member, role }: { member: string; role: Role }) => got(api.PATCH('/api/workspaces/{wid}/members/{user_id}', { params: { path: { wid: id, user_id: member } }, body: { role } })),
    onSuccess: () => toast(t('saved')),
    onError: toastFailure,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (member: Member) => got(api.DELETE('/api/workspaces/{wid}/members/{user_id}', { params: { path: { wid: id, user_id: member.user_id ?? member.email } } })),
    onSuccess: () => {
      setLeaving(null);
      toast(t('members.removed'));
    },
    onError: toastFailure,
    onSettled: refresh,
  });
  return (
    <>
      <PageTitle title={t('nav.members')}>{t('members.text')}</PageTitle>
      <Invite onInvited={refresh} />
      <Section title={t('members.list')}>
        {isPending ? <SkeletonRows rows={3} /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : (
          <ul className="divide-y divide-rule border-y border-rule">
            {data?.map((one) => (
              <li key={one.user_id ?? one.email} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
                <div className="min-w-0">
                  <p className="font-semibold"><span dir="auto">{one.full_name || one.email}</span> {one.is_owner && <Badge>{t('members.owner')}</Badge>} {one.status === 'invited' && <Badge tone="warn">{t('members.invited')}</Badge>} {one.user_id === user.id && <Badge tone="marker">{t('members.you')}</Badge>}</p>
                  <p className="text-sm text-faint">{[one.full_name && one.email, t('members.since', day(one.invited_at))].filter(Boolean).join(' · ')}</p>
                </div>
                {!one.is_owner && one.user_id !== user.id && (
                  <div className="flex gap-2">
                    {one.user_id && <Select hideLabel label={t('members.roleOf', one.email)} value={one.role} options={[{ value: 'lecteur', label: t('role.lecteur') }, { value: 'admin', label: t('role.admin') }]} onPick={(role) => one.user_id && change.mutate({ member: one.user_id, role: role as Role })} />}
                    <Button look="icon" icon="trash" aria-label={t('members.remove', one.email)} onClick={() => setLeaving(one)} />
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </Section>
      {leaving && <Confirm title={t('members.removeTitle')} action={t('members.removeGo')} busy={remove.isPending} onConfirm={() => remove.mutate(leaving)} onClose={() => setLeaving(null)}><p>{t('members.removeText', leaving.email)}</p></Confirm>}
    </>
  );
}

function Invite({ onInvited }: { onInvited: () => void }) {
  const t = useText();
  const { workspace, id } = useCurrent();
  const draft = useDraft(`invite:${id}`, { email: '', role: 'lecteur' as Role });
  const [invited, setInvited] = useState<Member | null>(null);
  const invite = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/members', { params: { path: { wid: id } }, body: { email: draft.value.email.trim(), role: draft.value.role } })),
    onSuccess: (member) => {
      setInvited(member);
      draft.clear();
      onInvited();
    },
  });
  const link = invited && `${location.origin}/invitation?${new URLSearchParams({ email: invited.email, workspace: workspace.name })}`;
  return (
    <Section title={t('members.invite')} hint={t('members.inviteHint')}>
      <form className="grid max-w-2xl gap-4" noValidate onSubmit={(event) => { event.preventDefault(); if (!invite.isPending) invite.mutate(); }}>
        <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_14rem]">
          <TextField label={t('sign.email')} type="email" inputMode="email" autoComplete="off" maxLength={255} value={draft.value.email} error={invite.error ? (invite.error instanceof ApiError && invite.error.field('email')) || sentenceOf(invite.error) : undefined} onText={(email) => draft.set({ ...draft.value, email })} />
          <Select label={t('members.role')} value={draft.value.role} options={[{ value: 'lecteur', label: t('role.lecteur') }, { value: 'admin', label: t('role.admin') }]} onPick={(role) => draft.set({ ...draft.value, role: role as Role })} />
        </div>
        <p className="text-sm text-faint">{t(draft.value.role === 'admin' ? 'members.adminMay' : 'members.lecteurMay')}</p>
        <div><Button type="submit" look="primary" busy={invite.isPending} disabled={!draft.value.email.trim()}>{t('members.inviteGo')}</Button></div>
        <div role="status" className="empty:hidden">
          {invited && (invited.status === 'active' ? <Note tone="good"><p>{t('members.added', invited.email)}</p></Note> : <Note tone="good"><p>{t('members.waiting', invited.email)}</p><p className="font-mono text-sm">{link}</p><div><CopyButton text={link ?? ''} label={t('members.copyLink')} /></div></Note>)}
        </div>
      </form>
    </Section>
  );
}
