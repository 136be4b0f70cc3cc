'use client';
import dynamic from 'next/dynamic';
import { useMemo, useState } from 'react';
import { Check, Empty, Failed, Figure, LinkButton, PageTitle, Segments, Skeleton, TextField, cx } from '@/components/ui';
import type { Analytics } from '@/lib/api-sqlserver';
import { day, dayAndTime, duration, number, percent, shortDay } from '@/lib/format';
import { useText } from '@/lib/language';
import { useAnalytics } from '@/lib/queries';
import type { Period, Range } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useAddress, workspaceHref } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

const Chart = dynamic(() => import('@/components/chart').then((one) => one.Chart), { ssr: false, loading: () => <Skeleton className="h-72" /> });
const kPeriods: readonly Period[] = ['24h', '7d', '30d', '3m', '6m', '1y'];
type Choice = Period | 'custom';

function isoDay(date: Date) {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

export default function AnalyticsPage() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const { get, set } = useAddress();
  const choice: Choice = get('period') === 'custom' ? 'custom' : (kPeriods.find((one) => one === get('period')) ?? '30d');
  const from = get('from');
  const to = get('to');
  const compare = get('compare') !== '0';
  const reversed = choice === 'custom' && from !== '' && to !== '' && from > to;
  const range = useMemo((): Range => {
    if (choice !== 'custom' || !from || !to || from > to) return { period: choice === 'custom' ? '30d' : choice };
    const end = new Date(`${to}T00:00:00`);
    end.setDate(end.getDate() + 1);
    return { from: new Date(`${from}T00:00:00`).toISOString(), to: new Date(Math.min(end.getTime(), Date.now())).toISOString() };
  }, [choice, from, to]);
  const now = useAnalytics(id, range);
  // The period of the same length just before.
  const earlier = useMemo((): Range | undefined => {
    if (!now.data) return undefined;
    const start = new Date(now.data.from).getTime();
    return { from: new Date(2 * start - new Date(now.data.to).getTime()).toISOString(), to: now.data.from };
  }, [now.data]);
  const before = useAnalytics(id, earlier ?? { period: '30d' }, compare && earlier !== undefined);
  useTitle(t('nav.analytics'), workspace.name);
  const pick = (next: Choice) => {
    const today = new Date();
    const month = new Date(today);
    month.setDate(month.getDate() - 29);
    set(next === 'custom' ? { period: next, from: from || isoDay(month), to: to || isoDay(today) } : { period: next, from: undefined, to: undefined }, true);
  };
  const data = now.data;
  return (
    <>
      <PageTitle title={t('nav.analytics')} actions={<LinkButton icon="download" href={workspaceHref(id, 'conversations')}>{t('analytics.export')}</LinkButton>}>{data ? t('analytics.range', day(data.from), day(data.to), data.time_zone) : t('analytics.text')}</PageTitle>
      <div className="mb-7 flex flex-wrap items-end gap-x-6 gap-y-4">
        <Segments label={t('range')} value={choice} options={[...kPeriods, 'custom' as const].map((value) => ({ value, label: t(`period.${value}`) }))} onPick={pick} />
        {choice === 'custom' && (
          <div className="flex flex-wrap gap-3">
            <TextField label={t('conversations.from')} type="date" value={from} max={to || undefined} onText={(value) => set({ from: value }, true)} />
            <TextField label={t('conversations.to')} type="date" value={to} min={from || undefined} max={isoDay(new Date())} error={reversed ? t('analytics.reversed') : undefined} onText={(value) => set({ to: value }, true)} />
          </div>
        )}
        <Check label={t('analytics.compare')} checked={compare} onCheck={(on) => set({ compare: on ? undefined : '0' }, true)} />
      </div>
      {now.error && !data ? <Failed error={now.error} again={() => void now.refetch()} /> : <Report now={data} before={compare ? before.data : undefined} stale={now.isPlaceholderData} />}
    </>
  );
}

function Change({ now, before, lowerIsBetter = false }: { now: number | null | undefined; before: number | null | undefined; lowerIsBetter?: boolean }) {
  const t = useText();
  if (now == null || before == null) return null;
  if (before === 0) return now === 0 ? <>{t('analytics.same')}</> : <>{t('analytics.fromZero')}</>;
  const change = (now - before) / before;
  if (Math.abs(change) < 0.005) return <>{t('analytics.same')}</>;
  const better = lowerIsBetter ? change < 0 : change > 0;
  return <span className={better ? 'text-good' : 'text-bad'}>{t('analytics.change', `${change > 0 ? '+' : '−'}${percent(Math.abs(change) * 100)}`)}</span>;
}

function Report({ now, before, stale }: { now: Analytics | undefined; before: Analytics | undefined; stale: boolean }) {
  const t = useText();
  const wait = <Skeleton className="h-8 w-16" />;
  const [shown, setShown] = useState<'messages' | 'conversations' | 'visitors'>('messages');
  const times = useMemo(() => now?.history.map((one) => one.date) ?? [], [now]);
  const hourly = times.length > 1 && new Date(times[1] ?? 0).getTime() - new Date(times[0] ?? 0).getTime() < 7_200_000;
  const series = useMemo(
    () =>
      now
        ? [
            ...(before ? [{ label: t('analytics.before'), values: now.history.map((_, i) => before.history[i]?.[shown] ?? null), color: 3 as const, kind: 'dashes' as const }] : []),
            { label: t(`analytics.${shown}`), values: now.history.map((one) => one[shown]), color: 1 as const, kind: 'area' as const },
          ]
        : [],
    [now, before, shown, t],
  );
  if (now && now.total_messages === 0 && !before?.total_messages) return <Empty title={t('analytics.empty')}><p>{t('analytics.emptyText')}</p></Empty>;
  return (
    <div className={cx('grid gap-10', stale && 'opacity-60')}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-7 lg:grid-cols-4">
        <Figure label={t('analytics.conversations')} value={now ? number(now.total_conversations) : wait} note={<Change now={now?.total_conversations} before={before?.total_conversations} />} />
        <Figure label={t('analytics.messages')} value={now ? number(now.total_messages) : wait} note={<Change now={now?.total_messages} before={before?.total_messages} />} />
        <Figure label={t('analytics.visitors')} value={now ? number(now.unique_visitors) : wait} note={<Change now={now?.unique_visitors} before={before?.unique_visitors} />} />
        <Figure label={t('analytics.satisfaction')} value={now ? percent(now.satisfaction_rate) : wait} note={<Change now={now?.satisfaction_rate} before={before?.satisfaction_rate} />} />
        <Figure label={t('analytics.response')} value={now ? duration(now.avg_response_time_ms) : wait} note={<Change lowerIsBetter now={now?.avg_response_time_ms} before={before?.avg_response_time_ms} />} />
        <Figure label={t('analytics.first')} value={now ? duration(now.avg_ttfb_ms) : wait} note={<Change lowerIsBetter now={now?.avg_ttfb_ms} before={before?.avg_ttfb_ms} />} />
        <Figure label={t('analytics.slowest')} value={now ? duration(now.response_time_p95_ms) : wait} note={t('analytics.slowestHint')} />
        <Figure label={t('analytics.cache')} value={now ? percent(now.cache_hit_rate) : wait} note={<Change now={now?.cache_hit_rate} before={before?.cache_hit_rate} />} />
      </dl>
      <section aria-labelledby="course">
        <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
          <h2 id="course" className="text-xl">{t('analytics.course')}</h2>
          <Segments label={t('analytics.what')} value={shown} options={(['messages', 'conversations', 'visitors'] as const).map((value) => ({ value, label: t(`analytics.${value}`) }))} onPick={setShown} />
        </div>
        <div className="min-h-72">{now && <Chart times={times} series={series} hourly={hourly} height={288} />}</div>
        {before && <p className="mt-2 flex flex-wrap gap-x-5 text-sm text-soft"><span><span aria-hidden className="mr-2 inline-block h-0.5 w-5 bg-[var(--chart-1)] align-middle" />{t(`analytics.${shown}`)}</span><span><span aria-hidden className="mr-2 inline-block w-5 border-t-2 border-dashed border-[var(--chart-3)] align-middle" />{t('analytics.before')}</span></p>}
        {now && (
          <details className="mt-4">
            <summary className="w-fit text-link underline underline-offset-2">{t('analytics.table')}</summary>
            <div className="mt-3 max-h-96 overflow-auto border border-rule" tabIndex={0} role="region" aria-label={t('analytics.table')}>
              <table className="w-full text-left text-sm tabular-nums">
                <thead className="sticky top-0 bg-sunken"><tr>{(['analytics.date', 'analytics.messages', 'analytics.conversations', 'analytics.visitors'] as const).map((key) => <th key={key} scope="col" className="px-3 py-2 font-semibold">{t(key)}</th>)}</tr></thead>
                <tbody className="divide-y divide-rule">
                  {[...now.history].reverse().map((one) => (
                    <tr key={one.date}><th scope="row" className="px-3 py-1.5 font-normal">{hourly ? dayAndTime(one.date) : shortDay(one.date)}</th><td className="px-3">{number(one.messages)}</td><td className="px-3">{number(one.conversations)}</td><td className="px-3">{number(one.visitors)}</td></tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        )}
      </section>
    </div>
  );
}
