'use client';
import { LinkButton } from '@/components/ui';
import { useText } from '@/lib/language';
import { useTitle } from '@/lib/title';

export default function NotFound() {
  const t = useText();
  useTitle(t('missing.title'));
  return (
    <main className="mx-auto grid min-h-dvh max-w-xl content-center justify-items-start gap-4 p-6">
      <span aria-hidden className="font-display text-5xl font-bold text-edge">[&nbsp;?&nbsp;]</span>
      <h1 className="text-3xl">{t('missing.title')}</h1>
      <p className="text-soft">{t('missing.text')}</p>
      <LinkButton look="primary" href="/workspaces">{t('missing.go')}</LinkButton>
    </main>
  );
}
