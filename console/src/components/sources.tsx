'use client';
import { useEffect, useRef } from 'react';
import type { Source } from '@/lib/api-sqlserver';
import { useText } from '@/lib/language';
import { workspaceHref } from '@/lib/url';
import { Icon } from './icons';
import { NearLink } from './shell';
import { cx } from './ui';

/** Where a source is in its document: the passage is found by its own words. */
export const sourceHref = (workspace: string, one: Source) => workspaceHref(workspace, 'documents', { document: one.document_id, excerpt: one.excerpt.slice(0, 160) });

export function Sources({ workspace, sources, cited }: { workspace: string; sources: Source[]; cited?: number | undefined }) {
  const t = useText();
  const target = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (cited !== undefined) target.current?.scrollIntoView({ block: 'nearest' });
  }, [cited]);
  if (sources.length === 0) return <p className="text-soft">{t('source.none')}</p>;
  return (
    <ol className="grid gap-4">
      {sources.map((one) => (
        <li key={one.index} ref={one.index === cited ? target : undefined} className={cx('grid gap-1.5 border-l-4 pl-3', one.index === cited ? 'border-marker' : 'border-rule')}>
          <NearLink href={sourceHref(workspace, one)} className="flex items-baseline gap-2 font-semibold text-link hover:underline">
            <span className="shrink-0 font-mono whitespace-nowrap">[{one.index}]</span>
            <span className="min-w-0" dir="auto">{one.filename}{one.page !== undefined && <span className="font-normal text-faint">, <span className="whitespace-nowrap">{t('source.page', one.page)}</span></span>}</span>
            <Icon name="chevron" className="size-3.5 self-center" />
          </NearLink>
          <p dir="auto" className="line-clamp-6 text-sm text-soft">{one.index === cited ? <mark>{one.excerpt}</mark> : one.excerpt}</p>
        </li>
      ))}
    </ol>
  );
}
