'use client';
import type { ReactNode } from 'react';
import { AnswerSpecimen } from '@/components/answer-specimen';
import { Mark } from '@/components/icons';
import { LanguageSwitch } from '@/components/shell';
import { useText } from '@/lib/language';

export default function WelcomeLayout({ children }: { children: ReactNode }) {
  const t = useText();
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
      <div className="flex flex-col px-5 py-5 sm:px-10 sm:py-8">
        <header className="flex items-center justify-between">
          {/* The server decides what is there (LANDING). */}
          <a href="/" className="flex items-center gap-2.5 font-display text-xl font-bold tracking-tight"><Mark />MONITORA</a>
          <LanguageSwitch />
        </header>
        <main className="m-auto w-full max-w-md py-10">{children}</main>
      </div>
      <aside aria-label={t('specimen.label')} className="hidden items-center border-l border-rule bg-sheet px-12 lg:flex xl:px-20"><AnswerSpecimen /></aside>
    </div>
  );
}
