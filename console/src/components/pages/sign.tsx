'use client';
import Link from 'next/link';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { Button, Note, PasswordField, TextField } from '@/components/ui';
import { useAuth } from '@/lib/auth-context';
import { signIn } from '@/lib/auth';
import { ApiError, sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { useSite } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { safeNext } from '@/lib/url';

const kLeastPassword = 10;

/** Signing in, signing up, and signing up from an invitation: one form. */
export function Sign({ kind }: { kind: 'in' | 'up' | 'invitation' }) {
  const t = useText();
  const router = useRouter();
  const params = useSearchParams();
  const { state } = useAuth();
  const up = kind !== 'in';
  const [name, setName] = useState('');
  const [email, setEmail] = useState(params.get('email') ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const next = safeNext(params.get('next'));
  const workspace = params.get('workspace') ?? '';
  const registration = useSite().data?.registration ?? 'open';
  useTitle(t(kind === 'in' ? 'sign.in.title' : kind === 'up' ? 'sign.up.title' : 'invitation.title'));

  useEffect(() => {
    if (state === 'in') router.replace(next);
  }, [state, next, router]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await signIn(up ? 'register' : 'login', { email: email.trim(), password, ...(up && name.trim() && { full_name: name.trim() }) });
    } catch (error) {
      setFailure(error instanceof ApiError ? error : new ApiError(0, sentenceOf(error)));
      setBusy(false);
      form.current?.querySelector<HTMLInputElement>('input[type=password], input[autocomplete$=password]')?.focus();
    }
  };
  const passwordError = failure?.field('password');
  const emailError = failure?.field('email') ?? (failure?.code === 'email_taken' ? failure.message : undefined);
  const other = (page: string) => `/${page}${params.size ? `?${params}` : ''}`;

  return (
    <div className="grid gap-6">
      <div className="grid gap-2">
        <h1 className="text-3xl">{t(kind === 'in' ? 'sign.in.title' : kind === 'up' ? 'sign.up.title' : 'invitation.title')}</h1>
        <p className="text-soft">{kind === 'invitation' ? t('invitation.text', workspace) : t(up ? 'sign.up.text' : 'sign.in.text')}</p>
      </div>
      {kind === 'in' && params.has('next') && params.get('expired') !== null && <Note>{t('sign.expired')}</Note>}
      {up && registration === 'closed' && <Note tone="warn"><p>{t('sign.closed')}</p></Note>}
      {kind === 'up' && registration === 'invite' && <Note><p>{t('sign.invite')}</p></Note>}
      {failure && !passwordError && !emailError && <Note tone="bad" role="alert"><p>{sentenceOf(failure)}</p></Note>}
      <form ref={form} className="grid gap-5" noValidate onSubmit={(event) => void submit(event)}>
        {up && <TextField label={t('sign.name')} autoComplete="name" maxLength={255} value={name} onText={setName} />}
        <TextField label={t('sign.email')} type="email" inputMode="email" autoComplete="username" required maxLength={255} value={email} error={emailError} onText={setEmail} />
        <PasswordField label={t('sign.password')} autoComplete={up ? 'new-password' : 'current-password'} required maxLength={1024} value={password} onText={setPassword} error={passwordError} {...(up && { hint: t('sign.passwordHint', kLeastPassword), minLength: kLeastPassword })} />
        <Button type="submit" look="primary" busy={busy} className="min-h-11">{t(up ? 'sign.up.go' : 'sign.in.go')}</Button>
      </form>
      {(up || registration !== 'closed') && <p className="text-soft">
        {t(up ? 'sign.have' : 'sign.none')}{' '}
        <Link prefetch={false} className="font-semibold text-link underline underline-offset-2" href={up ? other('sign-in') : other('sign-up')}>{t(up ? 'sign.in.go' : 'sign.up.go')}</Link>
      </p>}
    </div>
  );
}
