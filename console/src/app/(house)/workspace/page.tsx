'use client';
import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import { NearLink } from '@/components/shell';
import { Badge, Failed, Figure, LinkButton, PageTitle, Skeleton, SkeletonRows } from '@/components/ui';
import { Icon } from '@/components/icons';
import { ago, number, percent, duration } from '@/lib/format';
import { useText } from '@/lib/language';
import { kMonth, kNoFilter, kRecent, useAnalytics, useConversations, useDocuments, useInsights } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { workspaceHref } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

const Chart = dynamic(() => import('@/components/chart').then((one) => one.Chart), { ssr: false, loading: () => <Skeleton className="h-44" /> });

export default function Overview() {
  const t = useText();
  const { workspace, id } = useCurrent();
  useTitle(t('nav.overview'), workspace.name);
  const analytics = useAnalytics(id, kMonth);
  const figures = analytics.data;
  const series = useMemo(() => (figures ? [{ label: t('analytics.messages'), values: figures.history.map((one) => one.messages), color: 1 as const, kind: 'area' as const }] : []), [figures, t]);
  const times = useMemo(() => figures?.history.map((one) => one.date) ?? [], [figures]);
  const wait = <Skeleton className="h-8 w-16" />;
  return (
    <>
      <PageTitle title={<span dir="auto">{workspace.name}</span>} actions={<LinkButton icon="playground" href={workspaceHref(id, 'playground')}>{t('overview.try')}</LinkButton>}>{workspace.description || t('overview.text')}</PageTitle>
      <FirstSteps />
      <section aria-labelledby="month" className="mt-8">
        <h2 id="month" className="mb-4 text-lg">{t('overview.month')}</h2>
        {analytics.error && !figures ? <Failed error={analytics.error} again={() => void analytics.refetch()} /> : (
          <>
            <dl className="grid grid-cols-2 gap-x-6 gap-y-7 lg:grid-cols-4">
              <Figure label={t('analytics.conversations')} value={figures ? number(figures.total_conversations) : wait} note={figures && t('overview.visitors', figures.unique_visitors)} href={workspaceHref(id, 'conversations')} />
              <Figure label={t('analytics.messages')} value={figures ? number(figures.total_messages) : wait} note={figures && (figures.cache_hit_rate == null ? undefined : t('overview.cached', percent(figures.cache_hit_rate)))} href={workspaceHref(id, 'analytics')} />
              <Figure label={t('analytics.satisfaction')} value={figures ? percent(figures.satisfaction_rate) : wait} note={figures?.satisfaction_rate == null ? t('overview.noVotes') : t('overview.votes')} href={workspaceHref(id, 'insights')} />
              <Figure label={t('analytics.response')} value={figures ? duration(figures.avg_response_time_ms) : wait} note={t('overview.average')} href={workspaceHref(id, 'analytics')} />
            </dl>
            {(!figures || figures.total_messages > 0) && <div className="mt-6 min-h-44">{figures && <Chart times={times} series={series} height={176} />}</div>}
          </>
        )}
      </section>
      <div className="mt-8 grid grid-cols-1 gap-x-10 gap-y-8 lg:grid-cols-2">
        <RecentConversations />
        <ToImprove />
      </div>
    </>
  );
}

/** What is left to do before visitors get answers; nothing once all is done. */
function FirstSteps() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const ready = useDocuments(id, 'indexed', 1).data;
  const count = (data: ReturnType<typeof useDocuments>['data']) => data?.pages[0]?.items.length ?? 0;
  const waiting = count(useDocuments(id, 'pending').data) + count(useDocuments(id, 'processing').data);
  const errors = count(useDocuments(id, 'error').data);
  if (!ready) return workspace.conversations_count > 0 ? null : <Skeleton className="h-24" />;
  const indexed = count(ready) > 0;
  const steps = [
    { done: indexed, text: t('first.documents'), hint: t('first.documentsHint'), page: 'documents' },
    { done: indexed && workspace.allowed_domains.length > 0, text: t('first.domain'), hint: t('first.domainHint'), page: 'widget' },
    { done: workspace.conversations_count > 0, text: t('first.install'), hint: t('first.installHint'), page: 'widget' },
  ];
  const rest = steps.filter((one) => !one.done);
  return (
    <div className="grid gap-4">
      {(waiting > 0 || errors > 0) && (
        <p className="flex flex-wrap items-center gap-2">
          {waiting > 0 && <Badge tone="warn">{t('overview.waiting', waiting)}</Badge>}
          {errors > 0 && <NearLink href={workspaceHref(id, 'documents', { status: 'error' })} className="underline-offset-2 hover:underline"><Badge tone="bad">{t('overview.failed', errors)}</Badge></NearLink>}
        </p>
      )}
      {mayEdit && rest.length > 0 && (
        <section aria-labelledby="first" className="rounded-lg border border-rule bg-sheet p-5">
          <h2 id="first" className="mb-3 text-lg">{t('first.title')}</h2>
          <ol className="grid gap-3 md:grid-cols-3">
            {steps.map((one, i) => (
              <li key={one.text} className="flex gap-3">
                <span className={one.done ? 'text-good' : 'font-mono font-bold whitespace-nowrap'}>{one.done ? <Icon name="check" className="mt-0.5" /> : `[${i + 1}]`}</span>
                <div>
                  {one.done ? <p className="text-soft"><span className="sr-only">{t('first.done')} </span>{one.text}</p> : <NearLink href={workspaceHref(id, one.page)} className="font-semibold text-link underline underline-offset-2">{one.text}</NearLink>}
                  {!one.done && <p className="text-sm text-faint">{one.hint}</p>}
                </div>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function RecentConversations() {
  const t = useText();
  const { id } = useCurrent();
  const { data, error, refetch } = useConversations(id, kNoFilter, kRecent);
  const items = data?.pages[0]?.items;
  return (
    <section aria-labelledby="recent">
      <h2 id="recent" className="mb-3 text-lg">{t('overview.recent')}</h2>
      {error && !data ? <Failed error={error} again={() => void refetch()} /> : !items ? <SkeletonRows rows={4} className="h-12" /> : items.length === 0 ? <p className="text-soft">{t('overview.noConversations')}</p> : (
        <ul className="divide-y divide-rule border-y border-rule">
          {items.map((one) => (
            <li key={one.id}>
              <NearLink href={workspaceHref(id, 'conversations', { conversation: one.id })} className="flex min-h-12 items-center justify-between gap-4 py-2 hover:text-link">
                <span className="min-w-0 truncate" dir="auto">{one.title || t('conversations.untitled')}</span>
                <span className="shrink-0 text-sm text-faint">{ago(one.last_message_at ?? one.started_at)}</span>
              </NearLink>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ToImprove() {
  const t = useText();
  const { id } = useCurrent();
  const { data, error, refetch } = useInsights(id, 30);
  const groups = data?.low_confidence_groups.slice(0, 5);
  return (
    <section aria-labelledby="improve">
      <h2 id="improve" className="mb-3 text-lg">{t('overview.improve')}</h2>
      {error && !data ? <Failed error={error} again={() => void refetch()} /> : !groups ? <SkeletonRows rows={4} className="h-12" /> : groups.length === 0 ? <p className="text-soft">{t('overview.nothingWeak')}</p> : (
        <ul className="divide-y divide-rule border-y border-rule">
          {groups.map((one) => (
            <li key={one.group_id}>
              <NearLink href={workspaceHref(id, 'insights', { group: one.group_id })} className="flex min-h-12 items-center justify-between gap-4 py-2 hover:text-link">
                <span className="min-w-0 truncate" dir="auto">{one.question}</span>
                <Badge tone="marker">{t('insights.times', one.questions_count)}</Badge>
              </NearLink>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
