'use client';
import { usePathname } from 'next/navigation';
import { Suspense } from 'react';
import type { ReactNode } from 'react';
import { Shell } from '@/components/shell';
import { ShellSkeleton } from '@/components/shell-skeleton';
import { Empty, Failed, LinkButton } from '@/components/ui';
import { ApiError } from '@/lib/failures';
import { useText } from '@/lib/language';
import { useLiveWorkspace } from '@/lib/live';
import { useOverview, useWorkspace } from '@/lib/queries';
import { useAddress } from '@/lib/url';
import { WorkspaceContext } from '@/lib/workspace-context';

function Frame({ children }: { children: ReactNode }) {
  const t = useText();
  const id = useAddress().get('id');
  const overview = usePathname().replace(/\/$/, '') === '/workspace';
  const { data, error, refetch } = useWorkspace(id);
  useLiveWorkspace(data ? id : '');
  const gone = !id || (error instanceof ApiError && [400, 404, 422].includes(error.status));
  if (gone) {
    return (
      <Shell>
        <Empty whole title={t('workspace.gone')} action={<LinkButton look="primary" href="/workspaces">{t('nav.workspaces')}</LinkButton>}><p>{t('workspace.goneText')}</p></Empty>
      </Shell>
    );
  }
  if (!data) return error ? <Shell><Failed error={error} again={() => void refetch()} /></Shell> : <>{overview && <OverviewAhead id={id} />}<ShellSkeleton /></>;
  return (
    <WorkspaceContext value={data}>
      {/* The key: nothing typed for one workspace stays for another. */}
      <Shell workspace={data} key={id}>{children}</Shell>
    </WorkspaceContext>
  );
}

/** The first page's figures are on their way while the workspace itself is. */
function OverviewAhead({ id }: { id: string }) {
  useOverview(id);
  return null;
}

export default function WorkspaceLayout({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<ShellSkeleton />}>
      <Frame>{children}</Frame>
    </Suspense>
  );
}
