'use client';
import type { Document } from '@/lib/api-sqlserver';
import { number } from '@/lib/format';
import { useText } from '@/lib/language';
import { Badge, Spinner } from './ui';

export function DocumentStatus({ document }: { document: Document }) {
  const t = useText();
  switch (document.status) {
    case 'indexed':
      return <Badge tone="good">{t('documents.indexed')}<span className="font-normal">{t('documents.passages', document.chunk_count, number(document.chunk_count))}</span></Badge>;
    case 'error':
      return <Badge tone="bad">{t('documents.error')}</Badge>;
    case 'processing':
      return <Badge tone="warn"><Spinner />{t('documents.processing')}</Badge>;
    case 'pending':
      return <Badge>{t('documents.pending')}</Badge>;
  }
}
