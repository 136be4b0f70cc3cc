'use client';
// The frame of the signed-in pages: the mark, the workspace's pages in the margin, the account.
import Link from 'next/link';
import dynamic from 'next/dynamic';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Workspace } from '@/lib/api-sqlserver';
import { signOut } from '@/lib/auth';
import { useUser } from '@/lib/auth-context';
import { forgetDrafts } from '@/lib/drafts';
import { currentLanguage, setLanguage, useLanguage, useText } from '@/lib/language';
import type { Key } from '@/lib/language';
import { workspaceHref } from '@/lib/url';
import { Icon, Mark } from './icons';
import type { IconName } from './icons';
import { Badge, cx } from './ui';

const Drawer = dynamic(() => import('./drawer').then((one) => one.Drawer));

interface Entry {
  page: string;
  text: Key;
  icon: IconName;
  adminOnly?: boolean;
}
const kEntries: Entry[][] = [
  [
    { page: '', text: 'nav.overview', icon: 'overview' },
    { page: 'documents', text: 'nav.documents', icon: 'documents' },
    { page: 'answers', text: 'nav.answers', icon: 'answers' },
    { page: 'playground', text: 'nav.playground', icon: 'playground' },
  ],
  [
    { page: 'conversations', text: 'nav.conversations', icon: 'conversations' },
    { page: 'insights', text: 'nav.insights', icon: 'insights' },
    { page: 'analytics', text: 'nav.analytics', icon: 'analytics' },
  ],
  [
    { page: 'widget', text: 'nav.widget', icon: 'widget' },
    { page: 'database', text: 'nav.database', icon: 'database', adminOnly: true },
    { page: 'keys', text: 'nav.keys', icon: 'keys', adminOnly: true },
    { page: 'members', text: 'nav.members', icon: 'members', adminOnly: true },
    { page: 'settings', text: 'nav.settings', icon: 'settings' },
  ],
];

/** A link whose page is fetched when the pointer or the keyboard comes near, not all at once. */
export function NearLink({ href, className, children, current, onClick }: { href: string; className?: string; children: ReactNode; current?: boolean; onClick?: () => void }) {
  const router = useRouter();
  const near = () => router.prefetch(href);
  return <Link href={href} prefetch={false} className={className} aria-current={current ? 'page' : undefined} onPointerEnter={near} onFocus={near} {...(onClick && { onClick })}>{children}</Link>;
}

export function WorkspaceNav({ workspace, onGo }: { workspace: Workspace; onGo?: () => void }) {
  const t = useText();
  const path = usePathname().replace(/\/$/, '');
  return (
    <nav aria-label={t('nav.workspace')} className="grid gap-4">
      {kEntries.map((group, i) => (
        <ul key={i} className="grid gap-0.5">
          {group
            .filter((one) => !one.adminOnly || workspace.role === 'admin')
            .map((one) => {
              const current = path === `/workspace${one.page && `/${one.page}`}`;
              return (
                <li key={one.page}>
                  <NearLink href={workspaceHref(workspace.id, one.page)} current={current} {...(onGo && { onClick: onGo })} className={cx('flex min-h-10 items-center gap-3 rounded-md px-3 text-[0.9375rem] lg:min-h-9', current ? 'font-bold text-ink' : 'text-soft hover:bg-sunken hover:text-ink')}>
                    <Icon name={one.icon} />
                    <span className={current ? 'stroke' : undefined}>{t(one.text)}</span>
                  </NearLink>
                </li>
              );
            })}
        </ul>
      ))}
    </nav>
  );
}

export function LanguageSwitch() {
  const t = useText();
  const language = useLanguage();
  const other = language === 'fr' ? 'en' : 'fr';
  return (
    <button type="button" lang={other} className="min-h-10 shrink-0 rounded-md px-2.5 text-sm font-semibold whitespace-nowrap text-soft hover:bg-sunken hover:text-ink" onClick={() => void setLanguage(currentLanguage() === 'fr' ? 'en' : 'fr')}>
      {t('language.other')}
    </button>
  );
}

export function AccountLinks({ onGo }: { onGo?: () => void }) {
  const t = useText();
  const user = useUser();
  const router = useRouter();
  const leave = async () => {
    forgetDrafts();
    await signOut().catch(() => undefined);
    router.replace('/sign-in');
  };
  return (
    <div className="grid gap-0.5 border-t border-rule pt-3">
      <NearLink href="/account" {...(onGo && { onClick: onGo })} className="flex min-h-11 items-center gap-3 rounded-md px-3 text-[0.9375rem] hover:bg-sunken">
        <Icon name="user" className="text-soft" />
        <span className="min-w-0 leading-tight">
          <span className="block truncate font-semibold">{user.full_name || user.email}</span>
          {user.full_name && <span className="block truncate text-sm text-faint">{user.email}</span>}
        </span>
      </NearLink>
      <div className="flex items-center justify-between">
        <button type="button" className="flex min-h-10 items-center gap-2 rounded-md pr-1 pl-3 text-[0.875rem] whitespace-nowrap text-soft hover:bg-sunken hover:text-ink" onClick={() => void leave()}><Icon name="out" />{t('signOut')}</button>
        <LanguageSwitch />
      </div>
    </div>
  );
}

export function WorkspaceHead({ workspace }: { workspace: Workspace }) {
  const t = useText();
  return (
    <div className="grid gap-1.5 px-3">
      <Link href="/workspaces" prefetch={false} className="inline-flex items-center gap-1.5 text-sm text-soft hover:text-ink"><Icon name="back" className="size-4" />{t('nav.workspaces')}</Link>
      <p className="font-display text-lg leading-tight font-semibold line-clamp-2" dir="auto">{workspace.name}</p>
      <div className="flex flex-wrap gap-1.5">
        {!workspace.is_active && <Badge tone="warn">{t('workspace.paused')}</Badge>}
        {workspace.role === 'lecteur' && <Badge>{t('role.lecteur')}</Badge>}
      </div>
    </div>
  );
}

export function Shell({ children, workspace }: { children: ReactNode; workspace?: Workspace | undefined }) {
  const t = useText();
  const path = usePathname();
  const [open, setOpen] = useState(false);
  const [online, setOnline] = useState(true);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    const follow = () => setOnline(navigator.onLine);
    follow();
    addEventListener('online', follow);
    addEventListener('offline', follow);
    return () => {
      removeEventListener('online', follow);
      removeEventListener('offline', follow);
    };
  }, []);
  const home = <Link href="/workspaces" prefetch={false} aria-label={t('nav.home')} className="flex items-center gap-2.5 font-display text-lg font-bold tracking-tight"><Mark />MONITORA</Link>;
  return (
    <>
      <a href="#main" className="sr-only">{t('skip')}</a>
      <div className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)]">
        <header className="sticky top-0 z-20 flex h-14 items-center justify-between gap-3 border-b border-rule bg-paper px-4 lg:hidden">
          {home}
          <button type="button" aria-label={t('nav.open')} aria-expanded={open} className="grid size-11 place-items-center rounded-md hover:bg-sunken" onClick={() => setOpen(true)}><Icon name="menu" className="size-6" /></button>
        </header>
        {open && <Drawer workspace={workspace} onClose={() => setOpen(false)} />}
        <aside className="sticky top-0 hidden h-dvh flex-col gap-6 overflow-y-auto border-r border-rule px-3 py-5 lg:flex">
          <div className="px-3">{home}</div>
          {workspace && <WorkspaceHead workspace={workspace} />}
          {workspace && <WorkspaceNav workspace={workspace} />}
          <div className="mt-auto"><AccountLinks /></div>
        </aside>
        <div className="min-w-0">
          {!online && <p role="status" className="bg-warn-soft px-4 py-2 text-center text-sm font-semibold text-warn sm:px-8">{t('offline.bar')}</p>}
          <main id="main" className="mx-auto max-w-[76rem] px-4 py-6 sm:px-8 sm:py-9">{children}</main>
        </div>
      </div>
    </>
  );
}
