'use client';
import { NearLink, Shell } from '@/components/shell';
import { Badge, Empty, Failed, LinkButton, PageTitle, SkeletonRows } from '@/components/ui';
import type { Workspace } from '@/lib/api-sqlserver';
import { useUser } from '@/lib/auth-context';
import { ago, number } from '@/lib/format';
import { useText } from '@/lib/language';
import { useWorkspaces } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { workspaceHref } from '@/lib/url';

export default function Workspaces() {
  const t = useText();
  const user = useUser();
  const { data, error, isPending, refetch } = useWorkspaces();
  useTitle(t('workspaces.title'));
  const mayCreate = user.role === 'admin';
  const create = <LinkButton look="primary" icon="plus" href="/workspaces/new">{t('workspaces.new')}</LinkButton>;
  return (
    <Shell>
      <PageTitle title={t('workspaces.title')} actions={mayCreate && !!data?.length && create}>{t('workspaces.text')}</PageTitle>
      {isPending ? <SkeletonRows rows={3} className="h-36" /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : data?.length === 0 ? (
        <Empty title={t('workspaces.empty')} action={mayCreate && create}>
          <p>{t(mayCreate ? 'workspaces.emptyText' : 'workspaces.emptyReader')}</p>
          {mayCreate && <ol className="list-decimal pl-5">{(['workspaces.step1', 'workspaces.step2', 'workspaces.step3'] as const).map((key) => <li key={key}>{t(key)}</li>)}</ol>}
        </Empty>
      ) : (
        <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">{data?.map((one) => <Card key={one.id} workspace={one} />)}</ul>
      )}
    </Shell>
  );
}

function Card({ workspace }: { workspace: Workspace }) {
  const t = useText();
  const figures = [
    [workspace.documents_count, t('workspaces.documents', workspace.documents_count)],
    [workspace.conversations_count, t('workspaces.conversations', workspace.conversations_count)],
    [workspace.messages_count, t('workspaces.messages', workspace.messages_count)],
  ] as const;
  return (
    <li className="group relative grid content-between gap-5 rounded-lg border border-rule bg-sheet p-5 shadow-lift focus-within:border-edge hover:border-edge">
      <div className="grid gap-1.5">
        <h2 className="text-xl line-clamp-2" dir="auto">
          <NearLink href={workspaceHref(workspace.id)} className="after:absolute after:inset-0 after:rounded-lg group-hover:text-link">{workspace.name}</NearLink>
        </h2>
        {workspace.description && <p className="line-clamp-2 text-soft" dir="auto">{workspace.description}</p>}
        <div className="flex flex-wrap gap-1.5 empty:hidden">
          {!workspace.is_active && <Badge tone="warn">{t('workspace.paused')}</Badge>}
          {workspace.role === 'lecteur' && <Badge>{t('role.lecteur')}</Badge>}
        </div>
      </div>
      <div className="grid gap-3">
        <dl className="flex flex-wrap gap-x-6 gap-y-2 border-t border-rule pt-3">
          {figures.map(([count, label]) => (
            <div key={label} className="flex flex-col-reverse">
              <dt className="text-sm text-faint">{label}</dt>
              <dd className="font-display text-xl font-semibold tabular-nums">{number(count)}</dd>
            </div>
          ))}
        </dl>
        <p className="text-sm text-faint">{t('workspaces.changed', ago(workspace.updated_at))}</p>
      </div>
    </li>
  );
}
