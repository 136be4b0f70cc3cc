'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Icon } from '@/components/icons';
import { Score } from '@/components/score';
import { NearLink } from '@/components/shell';
import { toast, toastFailure } from '@/components/toasts';
import { Badge, Button, Empty, Failed, Figure, Note, PageTitle, Segments, Skeleton, SkeletonRows, TextArea, cx } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { Insights, Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { sentenceOf } from '@/lib/failures';
import { ago, number, percent, share } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useInsights } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useAddress, workspaceHref } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

type Group = Insights['low_confidence_groups'][number];
const kRanges = ['7', '30', '90', '365'] as const;

export default function InsightsPage() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const { get, set } = useAddress();
  const client = useQueryClient();
  const range = kRanges.find((one) => one === get('days')) ?? '30';
  const { data, error, isPending, isPlaceholderData, refetch } = useInsights(id, Number(range));
  useTitle(t('nav.insights'), workspace.name);
  const recalculate = useMutation({
    mutationFn: () => got(api.POST('/api/insights/{wid}/recalculate', { params: { path: { wid: id } } })),
    onSuccess: () => {
      toast(t('insights.recalculated'));
      void client.invalidateQueries({ queryKey: keys.insights(id) });
    },
    onError: toastFailure,
  });
  const metrics = data?.metrics;
  const wait = <Skeleton className="h-8 w-16" />;
  return (
    <>
      <PageTitle
        title={t('nav.insights')}
        actions={(
          <>
            <Segments label={t('range')} value={range} options={kRanges.map((value) => ({ value, label: t('insights.days', Number(value)) }))} onPick={(days) => set({ days }, true)} />
            {mayEdit && <Button icon="refresh" busy={recalculate.isPending} onClick={() => recalculate.mutate()}>{t('insights.recalculate')}</Button>}
          </>
        )}
      >
        {t('insights.text')}
      </PageTitle>
      {error && !data ? <Failed error={error} again={() => void refetch()} /> : (
        <div className={cx(isPlaceholderData && 'opacity-60')}>
          <dl className="grid grid-cols-2 gap-x-6 gap-y-7 lg:grid-cols-4">
            <Figure label={t('analytics.satisfaction')} value={metrics ? percent(metrics.satisfaction_rate) : wait} note={metrics?.satisfaction_rate == null ? t('overview.noVotes') : t('overview.votes')} />
            <Figure label={t('insights.score')} value={metrics ? share(metrics.avg_rag_score) : wait} note={t('insights.scoreHint')} />
            <Figure label={t('insights.weak')} value={metrics ? number(metrics.low_confidence_count) : wait} note={t('insights.weakHint')} />
            <Figure label={t('insights.length')} value={metrics ? number(metrics.avg_messages_per_conversation, 1) : wait} note={metrics && t('insights.calculated', ago(metrics.calculated_at))} />
          </dl>
          <div className="mt-10 grid grid-cols-1 gap-x-12 gap-y-10 xl:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
            <section aria-labelledby="weak">
              <h2 id="weak" className="mb-1 text-xl">{t('insights.groups')}</h2>
              <p className="mb-4 text-soft">{t(mayEdit ? 'insights.groupsText' : 'insights.groupsReader')}</p>
              {isPending ? <SkeletonRows rows={5} className="h-16" /> : data && data.low_confidence_groups.length === 0 ? (
                <Empty title={t('insights.noWeak')}><p>{t(metrics?.total_messages ? 'insights.noWeakText' : 'insights.noMessages')}</p></Empty>
              ) : (
                <ul className="divide-y divide-rule border-y border-rule">{data?.low_confidence_groups.map((one) => <Weak key={one.group_id} group={one} questions={data.low_confidence_questions} days={Number(range)} />)}</ul>
              )}
            </section>
            <section aria-labelledby="topics">
              <h2 id="topics" className="mb-1 text-xl">{t('insights.topics')}</h2>
              <p className="mb-4 text-soft">{t('insights.topicsText')}</p>
              {isPending ? <SkeletonRows rows={5} className="h-10" /> : data && data.topics.length === 0 ? <p className="text-soft">{t('insights.noTopics')}</p> : <Topics topics={data?.topics ?? []} />}
            </section>
          </div>
        </div>
      )}
    </>
  );
}

function Topics({ topics }: { topics: Insights['topics'] }) {
  const t = useText();
  const most = Math.max(1, ...topics.map((one) => one.message_count));
  return (
    <ul className="grid gap-4">
      {topics.map((one) => (
        <li key={one.id}>
          <details className="group">
            <summary className="grid list-none gap-1.5">
              <span className="flex items-baseline justify-between gap-3"><span className="font-semibold" dir="auto"><Icon name="chevron" className="mr-1.5 inline size-3.5 transition-transform group-open:rotate-90" />{one.topic_name}</span><span className="shrink-0 text-sm text-faint tabular-nums">{t('insights.questions', one.message_count)}</span></span>
              <meter aria-label={one.topic_name} className="topic h-2 w-full" min={0} max={most} value={one.message_count} />
            </summary>
            {one.trend && <Trend trend={one.trend} />}
            <ul className="mt-2 grid gap-1 border-l-2 border-rule pl-3 text-sm text-soft">{one.sample_questions.map((question, i) => <li key={i} dir="auto">{question}</li>)}</ul>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** A topic's latest days, against as many before. */
function Trend({ trend }: { trend: NonNullable<Insights['topics'][number]['trend']> }) {
  const t = useText();
  const most = Math.max(1, ...trend.series.map((one) => one.questions));
  const step = 100 / Math.max(1, trend.series.length);
  const change = trend.questions - trend.questions_before;
  return (
    <div className="mt-2 grid gap-1">
      <svg aria-hidden viewBox="0 0 100 24" preserveAspectRatio="none" className="h-8 w-full fill-[var(--chart-1)]">
        {trend.series.map((one, i) => <rect key={one.date} x={i * step + step * 0.1} width={step * 0.8} y={24 - (24 * one.questions) / most} height={(24 * one.questions) / most} />)}
      </svg>
      <p className="text-sm text-faint">{t('insights.trend', trend.questions, trend.days)} {change !== 0 && <strong className="text-ink">{t(change > 0 ? 'insights.trendUp' : 'insights.trendDown', number(Math.abs(change)))}</strong>}</p>
    </div>
  );
}

function Weak({ group, questions, days }: { group: Group; questions: Insights['low_confidence_questions']; days: number }) {
  const t = useText();
  const { get, set } = useAddress();
  const { id, mayEdit } = useCurrent();
  const open = get('group') === group.group_id;
  const example = questions.find((one) => one.group_id === group.group_id);
  return (
    <li>
      <button type="button" aria-expanded={open} className="flex min-h-16 w-full items-center gap-4 py-3 text-left hover:text-link" onClick={() => set({ group: open ? undefined : group.group_id }, true)}>
        <Icon name="chevron" className={cx('size-4 text-faint transition-transform', open && 'rotate-90')} />
        <span className="grid min-w-0 flex-1 gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
        <span className="min-w-0">
          <span className="block font-semibold" dir="auto">{group.question}</span>
          <span className="text-sm text-faint">{t('insights.lastAsked', ago(group.last_asked_at))}</span>
        </span>
        <span className="flex flex-wrap gap-1.5"><Badge tone="marker">{t('insights.times', group.questions_count)}</Badge><Score value={group.lowest_rag_score} /></span>
        </span>
      </button>
      {open && (
        <div className="grid gap-5 pb-6 pl-8">
          {group.wordings.length > 1 && (
            <div>
              <h3 className="mb-1 text-sm font-semibold text-soft">{t('insights.wordings')}</h3>
              <ul className="grid gap-0.5 text-[0.9375rem]">{group.wordings.map((one) => <li key={one} dir="auto">« {one} »</li>)}</ul>
            </div>
          )}
          {example && (
            <div>
              <h3 className="mb-1 text-sm font-semibold text-soft">{t('insights.answered')}</h3>
              <p dir="auto" className="line-clamp-4 border-l-2 border-rule pl-3 text-soft">{example.answer}</p>
            </div>
          )}
          <NearLink className="w-fit text-link underline underline-offset-2" href={workspaceHref(id, 'conversations', { search: group.question.slice(0, 200) })}>{t('insights.see')}</NearLink>
          {mayEdit && <AddAnswer group={group} days={days} />}
        </div>
      )}
    </li>
  );
}

function AddAnswer({ group, days }: { group: Group; days: number }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const draft = useDraft(`answer:${group.group_id}`, '');
  const [added, setAdded] = useState<{ document: string; filename: string } | null>(null);
  const [check, setCheck] = useState<Schemas['GroupCheck'] | null>(null);
  const path = { wid: id, group_id: group.group_id };
  const add = useMutation({
    mutationFn: () => got(api.POST('/api/insights/{wid}/groups/{group_id}/answer', { params: { path }, body: { answer: draft.value.trim() } })),
    onSuccess: ({ document_id, filename }) => {
      draft.clear();
      setAdded({ document: document_id, filename });
      setCheck(null);
      void client.invalidateQueries({ queryKey: keys.documents(id) });
    },
  });
  const exact = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/answers', { params: { path: { wid: id } }, body: { question: group.question.slice(0, 1000), variants: group.wordings.filter((one) => one !== group.question).slice(0, 20), answer: draft.value.trim().slice(0, 8000) } })),
    onSuccess: () => {
      draft.clear();
      toast(t('insights.exactAdded'));
      void client.invalidateQueries({ queryKey: keys.answers(id) });
    },
    onError: toastFailure,
  });
  const verify = useMutation({
    mutationFn: async () => {
      // An answer is of use once it is indexed; a moment, as a rule.
      for (let i = 0; added && i < 40; ++i) {
        const { status } = await got(api.GET('/api/documents/{id}', { params: { path: { id: added.document } } }));
        if (status === 'indexed' || status === 'error') break;
        await new Promise((done) => setTimeout(done, 750));
      }
      return got(api.GET('/api/insights/{wid}/groups/{group_id}/check', { params: { path } }));
    },
    onSuccess: setCheck,
    onError: toastFailure,
  });
  const resolve = useMutation({
    mutationFn: () => got(api.POST('/api/insights/{wid}/groups/{group_id}/resolve', { params: { path } })),
    onMutate: () => {
      // It leaves the list at once; it comes back should the server refuse.
      const key = [...keys.insights(id), days];
      const before = client.getQueryData<Insights>(key);
      client.setQueryData<Insights>(key, (old) => old && { ...old, low_confidence_groups: old.low_confidence_groups.filter((one) => one.group_id !== group.group_id) });
      return () => client.setQueryData(key, before);
    },
    onSuccess: ({ resolved }) => toast(t('insights.resolved', resolved)),
    onError: (error, _none, undo) => {
      undo?.();
      toastFailure(error);
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.insights(id) }),
  });
  return (
    <div className="grid gap-4 rounded-lg border border-rule bg-sheet p-5">
      <form className="grid gap-3" onSubmit={(event) => { event.preventDefault(); if (draft.value.trim() && !add.isPending) add.mutate(); }}>
        <TextArea label={t('insights.add')} hint={t('insights.addHint')} rows={4} maxLength={20_000} value={draft.value} error={add.error ? sentenceOf(add.error) : undefined} onText={draft.set} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={add.isPending} disabled={!draft.value.trim()}>{t('insights.addGo')}</Button>
          <Button busy={exact.isPending} disabled={!draft.value.trim()} title={t('insights.exactHint')} onClick={() => exact.mutate()}>{t('insights.exact')}</Button>
          <Button icon="refresh" busy={verify.isPending} onClick={() => verify.mutate()}>{t('insights.check')}</Button>
          <Button icon="check" busy={resolve.isPending} onClick={() => resolve.mutate()}>{t('insights.resolve')}</Button>
        </div>
      </form>
      <div role="status" className="grid gap-3 empty:hidden">
        {added && <Note tone="good"><p>{t('insights.added', added.filename)} <NearLink className="font-semibold underline" href={workspaceHref(id, 'documents', { document: added.document })}>{t('documents.open')}</NearLink></p></Note>}
        {check && (
          <Note tone={check.answered_well ? 'good' : 'warn'}>
            <p className="font-semibold">{t(check.answered_well ? 'insights.checkGood' : 'insights.checkWeak')}</p>
            <ul className="grid gap-1 text-sm">{check.questions.map((one) => <li key={one.question} className="flex flex-wrap justify-between gap-2"><span dir="auto">{one.question}</span><span className="tabular-nums">{share(one.rag_score_before)} → <strong>{share(one.rag_score)}</strong></span></li>)}</ul>
          </Note>
        )}
      </div>
    </div>
  );
}
