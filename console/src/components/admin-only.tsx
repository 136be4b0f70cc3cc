'use client';
import type { ReactNode } from 'react';
import { useText } from '@/lib/language';
import { workspaceHref } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';
import { Empty, LinkButton } from './ui';

/** For an address that a reader was sent: the menu does not lead there. */
export function AdminOnly({ children }: { children: ReactNode }) {
  const t = useText();
  const { id, mayEdit } = useCurrent();
  if (mayEdit) return children;
  return <Empty whole title={t('adminOnly.title')} action={<LinkButton href={workspaceHref(id)}>{t('nav.overview')}</LinkButton>}><p>{t('adminOnly.text')}</p></Empty>;
}
