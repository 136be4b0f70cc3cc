'use client';
import { useQueryClient } from '@tanstack/react-query';
import { memo, useCallback, useEffect, useMemo, useState } from 'react';
import { ConversationDetail } from '@/components/conversation-detail';
import { Icon } from '@/components/icons';
import { Menu } from '@/components/menu';
import { toast, toastFailure } from '@/components/toasts';
import { Badge, Button, Empty, Failed, LinkButton, PageTitle, Select, SkeletonRows, TextField, cx } from '@/components/ui';
import { VirtualList } from '@/components/virtual-list';
import { raw } from '@/lib/api-sqlserver';
import type { Conversation } from '@/lib/api-sqlserver';
import { ago, number } from '@/lib/format';
import { useText } from '@/lib/language';
import { useConversations } from '@/lib/queries';
import type { ConversationFilters } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useAddress, workspaceHref } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

const kTypingMs = 300;

/** The filters of the address, as the API takes them; days are the reader's own. */
function useFilters(): ConversationFilters {
  const { get } = useAddress();
  const search = get('search');
  const from = get('from');
  const to = get('to');
  const channel = get('channel');
  const feedback = get('feedback');
  const weak = get('weak');
  const handover = get('handover');
  return useMemo(() => {
    const dayStart = (day: string, plus: number) => {
      const date = new Date(`${day}T00:00:00`);
      date.setDate(date.getDate() + plus);
      return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
    };
    const start = from && dayStart(from, 0);
    const end = to && dayStart(to, 1);
    return {
      ...(search && { search }),
      ...(start && { from: start }),
      ...(end && { to: end }),
      ...((channel === 'widget' || channel === 'api' || channel === 'test') && { channel }),
      ...((feedback === '1' || feedback === '-1') && { feedback: Number(feedback) as 1 | -1 }),
      ...((handover === 'requested' || handover === 'person') && { handover }),
      ...(weak && { max_confidence: 0.5 }),
    };
  }, [search, from, to, channel, feedback, weak, handover]);
}

export default function Conversations() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const { get, set } = useAddress();
  const client = useQueryClient();
  const filters = useFilters();
  const open = get('conversation');
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useConversations(id, filters);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(() => (data?.pages.flatMap((page) => page.items) ?? []).filter((one) => !hidden.has(one.id)), [data, hidden]);
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const filtered = Object.keys(filters).length > 0;
  useTitle(t('nav.conversations'), workspace.name);

  const hide = useCallback((one: string, away: boolean) => {
    setHidden((before) => {
      const next = new Set(before);
      if (away) next.add(one);
      else next.delete(one);
      return next;
    });
  }, []);
  const exportAs = async (format: 'csv' | 'jsonl') => {
    toast(t('conversations.exporting'));
    try {
      const query = new URLSearchParams({ format, ...Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, String(value)])) });
      const bytes = await (await raw('GET', `/api/workspaces/${id}/conversations/export?${query}`)).blob();
      const link = document.createElement('a');
      link.href = URL.createObjectURL(bytes);
      link.download = `conversations.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (failure) {
      toastFailure(failure);
    }
  };

  const show = useCallback((id: string) => set({ conversation: id }), [set]);
  const render = useCallback((one: Conversation) => <Row conversation={one} current={one.id === open} onOpen={show} />, [open, show]);
  if (!isPending && !error && !filtered && items.length === 0 && !open) {
    return (
      <>
        <PageTitle title={t('nav.conversations')} />
        <Empty title={t('conversations.empty')} action={mayEdit && <LinkButton look="primary" href={workspaceHref(id, 'widget')}>{t('conversations.emptyGo')}</LinkButton>}><p>{t('conversations.emptyText')}</p></Empty>
      </>
    );
  }
  return (
    <>
      {open && <h1 className="sr-only xl:hidden">{t('nav.conversations')}</h1>}
      <div className={cx(open && 'hidden xl:block')}>
        <PageTitle title={t('nav.conversations')} actions={<Menu label={t('conversations.export')} text={t('conversations.export')} icon="download" choices={[{ text: t('conversations.exportCsv'), icon: 'download', onPick: () => void exportAs('csv') }, { text: t('conversations.exportJsonl'), icon: 'download', onPick: () => void exportAs('jsonl') }]} />}>
          {t('conversations.text', number(workspace.conversations_count))}
        </PageTitle>
        <Filters />
      </div>
      <div className="grid grid-cols-1 gap-8 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)]">
        <div className={cx('min-w-0', open && 'hidden xl:block', isPlaceholderData && 'opacity-60')}>
          {isPending ? <SkeletonRows rows={8} className="h-16" /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : items.length === 0 ? <p role="status" className="py-6 text-soft">{t('conversations.noneFound')}</p> : (
            <div className="border-t border-rule">
              <VirtualList items={items} label={t('nav.conversations')} rowHeight={73} keyOf={idOf} hasMore={hasNextPage} isLoadingMore={isFetchingNextPage} loadMore={more} render={render} />
            </div>
          )}
        </div>
        <div className={cx('min-w-0', !open && 'hidden xl:block')}>
          {open ? (
            <ConversationDetail
              key={open}
              id={open}
              onClose={() => set({ conversation: undefined })}
              onHide={hide}
              onDeleted={() => void client.invalidateQueries({ queryKey: ['workspace', id] })}
            />
          ) : (
            <p className="rounded-lg border border-dashed border-edge p-8 text-soft">{t('conversations.pick')}</p>
          )}
        </div>
      </div>
    </>
  );
}

function Filters() {
  const t = useText();
  const { get, set } = useAddress();
  const [search, setSearch] = useState(get('search'));
  useEffect(() => {
    const timer = setTimeout(() => {
      if (search !== (new URLSearchParams(location.search).get('search') ?? '')) set({ search: search.slice(0, 500) }, true);
    }, kTypingMs);
    return () => clearTimeout(timer);
  }, [search, set]);
  const [open, setOpen] = useState(false);
  // The two answers of one menu count once.
  const picked = [get('handover') || get('weak') || get('feedback'), get('channel'), get('from'), get('to')].filter(Boolean).length;
  return (
    <div role="search" aria-label={t('conversations.filters')} className="mb-5 grid gap-3 sm:grid-cols-2 lg:grid-cols-[minmax(12rem,1.6fr)_repeat(4,minmax(0,1fr))_auto] lg:items-end">
      <label className="relative block">
        <span className="mb-1.5 block text-[0.9375rem] font-semibold">{t('conversations.search')}</span>
        <Icon name="search" className="pointer-events-none absolute bottom-2.5 left-3 text-faint" />
        <input type="search" value={search} maxLength={500} className="min-h-10 w-full rounded-md border border-edge bg-sheet pr-3 pl-10" onChange={(event) => setSearch(event.target.value)} />
      </label>
      {/* On a phone the list comes first: the other filters open on demand. */}
      <Button className="sm:hidden" icon="filter" aria-expanded={open} aria-controls="more-filters" onClick={() => setOpen(!open)}>{t('conversations.moreFilters', picked)}</Button>
      <div id="more-filters" className={open ? 'contents' : 'hidden sm:contents'}>
        <Select label={t('conversations.answers')} value={get('handover') || (get('weak') ? 'weak' : get('feedback'))} onPick={(value) => set({ weak: value === 'weak' ? '1' : undefined, feedback: value === '1' || value === '-1' ? value : undefined, handover: value === 'requested' || value === 'person' ? value : undefined }, true)} options={[{ value: '', label: t('conversations.any') }, { value: '1', label: t('conversations.liked') }, { value: '-1', label: t('conversations.disliked') }, { value: 'weak', label: t('conversations.weak') }, { value: 'requested', label: t('handover.requested') }, { value: 'person', label: t('handover.person') }]} />
        <Select label={t('conversations.channel')} value={get('channel')} onPick={(channel) => set({ channel }, true)} options={[{ value: '', label: t('conversations.any') }, { value: 'widget', label: t('channel.widget') }, { value: 'api', label: t('channel.api') }, { value: 'test', label: t('channel.test') }]} />
        <TextField label={t('conversations.from')} type="date" value={get('from')} onText={(from) => set({ from }, true)} />
        <TextField label={t('conversations.to')} type="date" value={get('to')} onText={(to) => set({ to }, true)} />
      </div>
      {(picked > 0 || get('search')) && <Button icon="close" onClick={() => { setSearch(''); set({ search: undefined, from: undefined, to: undefined, channel: undefined, feedback: undefined, weak: undefined, handover: undefined }, true); }}>{t('conversations.clear')}</Button>}
    </div>
  );
}

const idOf = (one: Conversation) => one.id;

const Row = memo(function Row({ conversation, current, onOpen }: { conversation: Conversation; current: boolean; onOpen: (id: string) => void }) {
  const t = useText();
  return (
    <button type="button" aria-current={current || undefined} className={cx('grid min-h-[4.5rem] w-full content-center gap-1 border-l-4 py-2 pr-2 pl-3 text-left hover:bg-sunken', current ? 'border-marker bg-sheet' : 'border-transparent')} onClick={() => onOpen(conversation.id)}>
      <span className="line-clamp-1 font-semibold" dir="auto">{conversation.title || t('conversations.untitled')}</span>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-faint">
        {ago(conversation.last_message_at ?? conversation.started_at)} · {t('conversations.messages', conversation.messages_count)}
        {conversation.handover !== 'bot' && <Badge tone={conversation.handover === 'requested' ? 'warn' : 'marker'}>{t(`handover.${conversation.handover}`)}</Badge>}
        {conversation.channel !== 'widget' && <Badge>{t(`channel.${conversation.channel}`)}</Badge>}
        {conversation.satisfaction !== null && <Badge tone={conversation.satisfaction >= 4 ? 'good' : conversation.satisfaction <= 2 ? 'bad' : 'plain'}>{t('conversations.stars', conversation.satisfaction)}</Badge>}
      </span>
    </button>
  );
});
