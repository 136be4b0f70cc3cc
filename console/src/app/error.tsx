'use client';
import { Button, Note } from '@/components/ui';
import { useText } from '@/lib/language';

/** A fault of the console itself: what was typed is in its draft, and the page can be opened again. */
export default function PageError({ reset }: { reset: () => void }) {
  const t = useText();
  return (
    <main className="mx-auto max-w-xl p-8">
      <Note tone="bad" role="alert">
        <p>{t('error.page')}</p>
        <div><Button icon="refresh" onClick={reset}>{t('again')}</Button></div>
      </Note>
    </main>
  );
}
