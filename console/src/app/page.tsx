'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { AnswerSpecimen } from '@/components/answer-specimen';
import { Mark } from '@/components/icons';
import { LanguageSwitch } from '@/components/shell';
import { LinkButton } from '@/components/ui';
import { useAuth } from '@/lib/auth-context';
import { useText } from '@/lib/language';
import { useTitle } from '@/lib/title';

export default function Landing() {
  const t = useText();
  const router = useRouter();
  const { state } = useAuth();
  useTitle();
  useEffect(() => {
    if (state === 'in') router.replace('/workspaces');
  }, [state, router]);
  return (
    <div className="mx-auto flex min-h-dvh max-w-[80rem] flex-col px-5 sm:px-10">
      <header className="flex items-center justify-between gap-2 py-5">
        <span className="flex items-center gap-2.5 font-display text-xl font-bold tracking-tight"><Mark />MONITORA</span>
        <nav aria-label={t('landing.account')} className="flex items-center gap-1">
          <LanguageSwitch />
          <LinkButton href="/sign-in">{t('sign.in.go')}</LinkButton>
        </nav>
      </header>
      <main className="my-auto grid items-center gap-12 py-10 lg:grid-cols-[1.1fr_1fr] lg:gap-20">
        <div className="grid justify-items-start gap-6">
          <h1 className="text-[2.6rem] leading-[1.04] font-bold sm:text-6xl">{t('landing.a')} <span className="stroke">{t('landing.b')}</span></h1>
          <p className="max-w-[52ch] text-lg text-soft">{t('landing.text')}</p>
          <div className="flex flex-wrap gap-3">
            <LinkButton look="primary" href="/sign-up">{t('sign.up.go')}</LinkButton>
            <LinkButton href="/sign-in">{t('sign.in.go')}</LinkButton>
          </div>
        </div>
        <div className="rounded-lg border border-rule bg-sheet p-6 shadow-lift sm:p-9"><AnswerSpecimen /></div>
      </main>
      <footer className="border-t border-rule py-5 text-sm text-faint">{t('landing.foot')}</footer>
    </div>
  );
}
