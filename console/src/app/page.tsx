'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { AnswerSpecimen } from '@/components/answer-specimen';
import { Icon, Mark } from '@/components/icons';
import type { IconName } from '@/components/icons';
import { LanguageSwitch } from '@/components/shell';
import { LinkButton } from '@/components/ui';
import { useAuth } from '@/lib/auth-context';
import { useText } from '@/lib/language';
import type { Key } from '@/lib/language';
import { useSite } from '@/lib/queries';
import { useTitle } from '@/lib/title';

const kSteps = ['one', 'two', 'three'] as const;
const kWork: { icon: IconName; title: Key; text: Key }[] = [
  { icon: 'documents', title: 'landing.cites', text: 'landing.citesText' },
  { icon: 'alert', title: 'landing.honest', text: 'landing.honestText' },
  { icon: 'database', title: 'landing.living', text: 'landing.livingText' },
  { icon: 'user', title: 'landing.person', text: 'landing.personText' },
  { icon: 'insights', title: 'landing.learns', text: 'landing.learnsText' },
  { icon: 'keys', title: 'landing.programs', text: 'landing.programsText' },
];

export default function Landing() {
  const t = useText();
  const router = useRouter();
  const { state } = useAuth();
  const closed = useSite().data?.registration === 'closed';
  useTitle();
  useEffect(() => {
    if (state === 'in') router.replace('/workspaces');
  }, [state, router]);
  const begin = (
    <div className="flex flex-wrap gap-3">
      {!closed && <LinkButton look="primary" href="/sign-up" className="min-h-12 px-5">{t('sign.up.go')}</LinkButton>}
      <LinkButton look={closed ? 'primary' : 'plain'} href="/sign-in" className="min-h-12 px-5">{t('sign.in.go')}</LinkButton>
    </div>
  );
  return (
    <div className="mx-auto max-w-[80rem] px-5 sm:px-10">
      <header className="flex items-center justify-between gap-2 py-5">
        <span className="flex items-center gap-2 font-display text-lg font-bold tracking-tight whitespace-nowrap sm:gap-2.5 sm:text-xl"><Mark />MONITORA</span>
        <nav aria-label={t('landing.account')} className="flex items-center sm:gap-1">
          <LanguageSwitch />
          <LinkButton href="/sign-in" className="max-sm:px-2.5 max-sm:text-sm">{t('sign.in.go')}</LinkButton>
        </nav>
      </header>
      <main>
        <section className="grid items-center gap-12 pt-10 pb-16 lg:min-h-[calc(100dvh-9rem)] lg:grid-cols-[1.1fr_1fr] lg:gap-20">
          <div className="grid justify-items-start gap-6">
            <h1 className="text-[2.6rem] leading-[1.04] font-bold sm:text-6xl">{t('landing.a')} <span className="stroke">{t('landing.b')}</span></h1>
            <p className="max-w-[52ch] text-lg text-soft">{t('landing.text')}</p>
            {begin}
          </div>
          <div className="rounded-lg border border-rule bg-sheet p-6 shadow-lift sm:p-9"><AnswerSpecimen /></div>
        </section>

        <Chapter title={t('landing.steps')}>
          <ol className="grid gap-10 md:grid-cols-3 md:gap-8">
            {kSteps.map((one, i) => (
              <li key={one} className="grid content-start gap-2 border-t-2 border-ink pt-4">
                <span aria-hidden className="font-mono font-bold text-faint">[{i + 1}]</span>
                <h3 className="text-xl">{t(`landing.step.${one}`)}</h3>
                <p className="text-soft">{t(`landing.step.${one}Text`)}</p>
              </li>
            ))}
          </ol>
          <pre aria-label={t('landing.snippet')} tabIndex={0} className="mt-8 overflow-x-auto rounded-md border border-rule bg-sheet p-4 font-mono text-sm">{'<script src="https://…/widget/embed.js" data-workspace-id="…" async></script>'}</pre>
        </Chapter>

        <Chapter title={t('landing.work')}>
          <ul className="grid gap-x-12 gap-y-9 sm:grid-cols-2">
            {kWork.map((one) => (
              <li key={one.title} className="grid grid-cols-[2.25rem_minmax(0,1fr)] content-start gap-y-1.5">
                <Icon name={one.icon} className="mt-0.5 size-6" />
                <h3 className="text-lg">{t(one.title)}</h3>
                <p className="col-start-2 text-soft">{t(one.text)}</p>
              </li>
            ))}
          </ul>
        </Chapter>

        <Chapter title={t('landing.home')}>
          <dl className="divide-y divide-rule border-y border-rule">
            {(['where', 'database', 'model', 'people', 'access'] as const).map((one) => (
              <div key={one} className="grid gap-x-8 gap-y-1 py-4 sm:grid-cols-[13rem_minmax(0,1fr)]">
                <dt className="font-semibold">{t(`landing.${one}`)}</dt>
                <dd className="text-soft">{t(`landing.${one}Text`)}</dd>
              </div>
            ))}
          </dl>
        </Chapter>

        <section className="grid justify-items-start gap-6 border-t border-rule py-16">
          <h2 className="max-w-[24ch] text-3xl sm:text-[2.6rem]">{t('landing.last')} <span className="stroke">{t('landing.lastStroke')}</span></h2>
          {begin}
        </section>
      </main>
      <footer className="border-t border-rule py-6 text-sm text-faint">{t('landing.foot')}</footer>
    </div>
  );
}

/** A part of the page: its name in the margin, as in the console itself. */
function Chapter({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-14 gap-y-8 border-t border-rule py-14 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <h2 className="text-2xl lg:sticky lg:top-8 lg:self-start">{title}</h2>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
