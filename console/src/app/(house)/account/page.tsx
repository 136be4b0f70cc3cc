'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { Shell } from '@/components/shell';
import { toast, toastFailure } from '@/components/toasts';
import { Badge, Button, Failed, Note, PageTitle, PasswordField, Section, Segments, SkeletonRows, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import { userChanged } from '@/lib/auth';
import { useUser } from '@/lib/auth-context';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { ago, day } from '@/lib/format';
import { setLanguage, useLanguage, useText } from '@/lib/language';
import { all } from '@/lib/queries';
import { setTheme, useTheme } from '@/lib/theme';
import { useTitle } from '@/lib/title';

export default function Account() {
  const t = useText();
  const language = useLanguage();
  const theme = useTheme();
  useTitle(t('account.title'));
  return (
    <Shell>
      <PageTitle title={t('account.title')} />
      <Profile />
      <Section title={t('account.looks')} hint={t('account.looksHint')}>
        <div className="flex flex-wrap gap-x-10 gap-y-4">
          <div className="grid gap-1.5"><span className="font-semibold">{t('account.language')}</span><Segments label={t('account.language')} value={language} options={[{ value: 'fr', label: <span lang="fr">Français</span> }, { value: 'en', label: <span lang="en">English</span> }]} onPick={(next) => void setLanguage(next)} /></div>
          <div className="grid gap-1.5"><span className="font-semibold">{t('account.theme')}</span><Segments label={t('account.theme')} value={theme} options={[{ value: 'system', label: t('theme.system') }, { value: 'light', label: t('theme.light') }, { value: 'dark', label: t('theme.dark') }]} onPick={setTheme} /></div>
        </div>
      </Section>
      <Password />
      <Sessions />
    </Shell>
  );
}

function Profile() {
  const t = useText();
  const user = useUser();
  const draft = useDraft('profile', user.full_name ?? '');
  const save = useMutation({
    mutationFn: () => got(api.PATCH('/api/auth/me', { body: { full_name: draft.value.trim() || null } })),
    onSuccess: (next) => {
      userChanged(next);
      draft.clear();
      toast(t('saved'));
    },
  });
  return (
    <Section title={t('account.you')} hint={t(user.role === 'admin' ? 'account.adminHint' : 'account.readerHint')}>
      <form className="grid max-w-md gap-4" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
        <TextField label={t('sign.name')} autoComplete="name" maxLength={255} value={draft.value} onText={draft.set} error={save.error ? sentenceOf(save.error) : undefined} />
        <p className="text-soft"><span className="text-faint">{t('sign.email')} </span><br />{user.email} <Badge>{t(user.role === 'admin' ? 'role.admin' : 'role.lecteur')}</Badge></p>
        <div><Button type="submit" look="primary" busy={save.isPending} disabled={draft.value.trim() === (user.full_name ?? '')}>{t('save')}</Button></div>
      </form>
    </Section>
  );
}

function Password() {
  const t = useText();
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useMutation({
    mutationFn: () => got(api.POST('/api/auth/change-password', { body: { old_password: old, new_password: fresh } })),
    onSuccess: () => {
      setOld('');
      setFresh('');
      toast(t('account.passwordChanged'));
      void client.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  const field = (name: string) => (change.error instanceof ApiError ? change.error.field(name) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Section title={t('sign.password')} hint={t('account.passwordHint')}>
      <form className="grid max-w-md gap-4" noValidate onSubmit={submit}>
        {change.error && !field('old_password') && !field('new_password') && <Note tone="bad" role="alert"><p>{sentenceOf(change.error)}</p></Note>}
        <PasswordField label={t('account.oldPassword')} autoComplete="current-password" value={old} onText={setOld} error={field('old_password')} />
        <PasswordField label={t('account.newPassword')} autoComplete="new-password" hint={t('sign.passwordHint', 10)} value={fresh} onText={setFresh} error={field('new_password')} />
        <div><Button type="submit" look="primary" busy={change.isPending} disabled={!old || !fresh}>{t('account.changePassword')}</Button></div>
      </form>
    </Section>
  );
}

/** "Firefox, Windows" out of a browser's long name. */
function device(agent: string | null): string {
  if (!agent) return '';
  const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : agent.split('/')[0];
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : '';
  return [browser, system].filter(Boolean).join(', ');
}

function Sessions() {
  const t = useText();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: () => all((cursor) => got(api.GET('/api/auth/sessions', { params: { query: { limit: 200, ...(cursor && { cursor }) } } }))),
  });
  const others = data?.filter((one) => !one.current) ?? [];
  const end = useMutation({
    mutationFn: async (ids: string[]) => {
      for (const id of ids) await got(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } }));
    },
    onSuccess: () => toast(t('account.ended')),
    onError: toastFailure,
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Section title={t('account.sessions')} hint={t('account.sessionsHint')}>
      {isPending ? <SkeletonRows rows={2} /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : (
        <div className="grid gap-4">
          <ul className="divide-y divide-rule border-y border-rule">
            {data?.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
                <div>
                  <p className="font-semibold">{device(one.user_agent) || t('account.unknownDevice')} {one.current && <Badge tone="good">{t('account.thisOne')}</Badge>}</p>
                  <p className="text-sm text-faint">{[one.ip_address, t('account.lastUsed', ago(one.last_used_at ?? one.created_at)), t('account.until', day(one.expires_at))].filter(Boolean).join(' · ')}</p>
                </div>
                {!one.current && <Button look="danger" busy={end.isPending} aria-label={t('account.endOf', device(one.user_agent))} onClick={() => end.mutate([one.id])}>{t('account.end')}</Button>}
              </li>
            ))}
          </ul>
          {others.length > 1 && <div><Button look="danger" busy={end.isPending} onClick={() => end.mutate(others.map((one) => one.id))}>{t('account.endAll')}</Button></div>}
        </div>
      )}
    </Section>
  );
}
