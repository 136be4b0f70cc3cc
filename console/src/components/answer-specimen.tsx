'use client';
// What the product does, in one picture made of text: a question, an answer, and the passages it stands on.
import { useText } from '@/lib/language';

export function AnswerSpecimen() {
  const t = useText();
  const cite = (n: number) => <sup className="ml-0.5 rounded-sm bg-marker px-1 font-mono text-[0.7em] font-bold text-on-marker">{n}</sup>;
  return (
    <figure className="grid gap-6 text-ink">
      <p className="justify-self-end rounded-lg rounded-br-none bg-primary px-4 py-2.5 text-on-primary">{t('specimen.question')}</p>
      <blockquote className="max-w-[34ch] font-display text-2xl leading-snug font-medium sm:text-[1.7rem]">
        {t('specimen.a')} <span className="stroke whitespace-nowrap">{t('specimen.b')}</span>{cite(1)} {t('specimen.c')}{cite(2)}.
      </blockquote>
      <figcaption className="grid gap-3 border-l-2 border-ink pl-4 text-sm">
        {([['1', 'specimen.file1', 'specimen.passage1'], ['2', 'specimen.file2', 'specimen.passage2']] as const).map(([n, file, passage]) => (
          <p key={n} className="grid grid-cols-[1.5rem_1fr] gap-x-1">
            <span className="font-mono font-bold">{n}</span>
            <span><strong>{t(file)}</strong><br /><span className="text-soft">{t(passage)}</span></span>
          </p>
        ))}
      </figcaption>
    </figure>
  );
}
