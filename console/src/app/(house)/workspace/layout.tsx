'use client';
import { useQueryClient } from '@tanstack/react-query';
import { usePathname } from 'next/navigation';
import { Suspense, useEffect } from 'react';
import type { ReactNode } from 'react';
import { Shell } from '@/components/shell';
import { ShellSkeleton } from '@/components/shell-skeleton';
import { Empty, Failed, LinkButton, Note } from '@/components/ui';
import { ApiError } from '@/lib/failures';
import { useText } from '@/lib/language';
import { useLiveWorkspace } from '@/lib/live';
import { readFirst, useWorkspace } from '@/lib/queries';
import { useAddress } from '@/lib/url';
import { WorkspaceContext } from '@/lib/workspace-context';

function Frame({ children }: { children: ReactNode }) {
  const t = useText();
  const id = useAddress().get('id');
  const { data, error, refetch } = useWorkspace(id);
  const client = useQueryClient();
  const path = usePathname().replace(/\/$/, '');
  // The first page's figures are on their way while the workspace itself is.
  useEffect(() => {
    if (!data) readFirst(client, path, id);
  }, [client, path, id, data]);
  useLiveWorkspace(data ? id : '');
  const gone = !id || (error instanceof ApiError && [400, 404, 422].includes(error.status));
  if (gone && !data) {
    return (
      <Shell>
        <Empty whole title={t('workspace.gone')} action={<LinkButton look="primary" href="/workspaces">{t('nav.workspaces')}</LinkButton>}><p>{t('workspace.goneText')}</p></Empty>
      </Shell>
    );
  }
  if (!data) return error ? <Shell><Failed error={error} again={() => void refetch()} /></Shell> : <ShellSkeleton />;
  return (
    <WorkspaceContext value={data}>
      {/* The key: nothing typed for one workspace stays for another. */}
      <Shell workspace={data} key={id}>
        {gone && <div className="mb-6"><Note tone="bad" role="alert"><p>{t('workspace.goneUnder')}</p></Note></div>}
        {children}
      </Shell>
    </WorkspaceContext>
  );
}

export default function WorkspaceLayout({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<ShellSkeleton />}>
      <Frame>{children}</Frame>
    </Suspense>
  );
}
