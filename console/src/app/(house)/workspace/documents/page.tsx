'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { DocumentStatus } from '@/components/document-status';
import { Icon } from '@/components/icons';
import { Menu } from '@/components/menu';
import { removeWithUndo, toast, toastFailure } from '@/components/toasts';
import { Button, Empty, Failed, PageTitle, Segments, SkeletonRows, cx } from '@/components/ui';
import { VirtualList } from '@/components/virtual-list';
import { api, got } from '@/lib/api-sqlserver';
import type { Document, Schemas } from '@/lib/api-sqlserver';
import { ago, number, size } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useDocuments } from '@/lib/queries';
import type { DocumentStatus as Status } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { uploading, useUploads } from '@/lib/uploads';
import { useAddress } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';

const DocumentDetail = dynamic(() => import('@/components/document-detail').then((one) => one.DocumentDetail), { loading: () => <SkeletonRows rows={6} /> });
type Page = Schemas['DocumentPage'];

export default function Documents() {
  const { get, set } = useAddress();
  const document = get('document');
  if (document) return <DocumentDetail key={document} id={document} passage={get('passage')} excerpt={get('excerpt')} onClose={() => set({ document: undefined, passage: undefined, excerpt: undefined })} />;
  return <List />;
}

function List() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const { get, set } = useAddress();
  const client = useQueryClient();
  const status = get('status') as Status | '';
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useDocuments(id, status || undefined);
  const [find, setFind] = useState('');
  const wanted = useDeferredValue(find.trim().toLocaleLowerCase());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  useTitle(t('nav.documents'), workspace.name);

  const items = useMemo(() => {
    const every = data?.pages.flatMap((page) => page.items) ?? [];
    return every.filter((one) => !hidden.has(one.id) && (!wanted || one.filename.toLocaleLowerCase().includes(wanted)));
  }, [data, hidden, wanted]);
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  // A name is looked for in all documents, not only in those that were scrolled to.
  useEffect(() => {
    if (wanted && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [wanted, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(
    () =>
      uploading.onArrival((where) => {
        if (where !== id) return;
        void client.invalidateQueries({ queryKey: keys.documents(id) });
        void client.invalidateQueries({ queryKey: keys.workspace(id) });
      }),
    [client, id],
  );

  const remove = useCallback(
    (one: Document) => {
      setHidden((before) => new Set(before).add(one.id));
      removeWithUndo(
        t('documents.deleted', one.filename),
        async () => {
          await got(api.DELETE('/api/documents/{id}', { params: { path: { id: one.id } } }));
          client.setQueriesData<InfiniteData<Page>>({ queryKey: keys.documents(id) }, (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.filter((other) => other.id !== one.id) })) });
          void client.invalidateQueries({ queryKey: keys.workspace(id), exact: true });
        },
        () => setHidden((before) => new Set([...before].filter((other) => other !== one.id))),
      );
    },
    [client, id, t],
  );
  const reindex = useCallback(
    async (one: Document) => {
      try {
        const next = await got(api.POST('/api/documents/{id}/reindex', { params: { path: { id: one.id } } }));
        client.setQueriesData<InfiniteData<Page>>({ queryKey: keys.documents(id) }, (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: page.items.map((other) => (other.id === one.id ? next : other)) })) });
        toast(t('documents.reindexing', one.filename));
      } catch (failure) {
        toastFailure(failure);
      }
    },
    [client, id, t],
  );
  const reindexAll = async () => {
    try {
      const { documents } = await got(api.POST('/api/documents/workspace/{wid}/reindex-all', { params: { path: { wid: id } } }));
      toast(t('documents.reindexingAll', documents));
      void refetch();
    } catch (failure) {
      toastFailure(failure);
    }
  };

  const actions = useMemo((): Actions => ({ open: (one) => set({ document: one.id }), remove, reindex: (one) => void reindex(one) }), [set, remove, reindex]);
  const render = useCallback((one: Document) => <Row document={one} mayEdit={mayEdit} actions={actions} />, [mayEdit, actions]);
  const empty = !isPending && !error && !status && !wanted && items.length === 0 && !hasNextPage;
  return (
    <DropArea enabled={mayEdit} workspace={id}>
      {(pick) => (
        <>
          <PageTitle
            title={t('nav.documents')}
            actions={mayEdit && (
              <>
                {!empty && <Button icon="refresh" onClick={() => void reindexAll()}>{t('documents.reindexAll')}</Button>}
                <Button look="primary" icon="upload" onClick={pick}>{t('documents.add')}</Button>
              </>
            )}
          >
            {t(mayEdit ? 'documents.text' : 'documents.textReader')}
          </PageTitle>
          <Uploads workspace={id} />
          {empty ? (
            <Empty title={t('documents.empty')} action={mayEdit && <Button look="primary" icon="upload" onClick={pick}>{t('documents.add')}</Button>}>
              <p>{t(mayEdit ? 'documents.emptyText' : 'documents.emptyReader')}</p>
              {mayEdit && <p className="text-sm text-faint">{t('documents.types')}</p>}
            </Empty>
          ) : (
            <>
              <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
                <Segments label={t('documents.filter')} value={status || 'all'} options={(['all', 'indexed', 'processing', 'pending', 'error'] as const).map((value) => ({ value, label: t(`documents.${value}`) }))} onPick={(value) => set({ status: value === 'all' ? undefined : value }, true)} />
                <label className="relative min-w-56 flex-1 sm:max-w-80">
                  <span className="sr-only">{t('documents.find')}</span>
                  <Icon name="search" className="pointer-events-none absolute top-2.5 left-3 text-faint" />
                  <input type="search" value={find} placeholder={t('documents.find')} className="min-h-10 w-full rounded-md border border-edge bg-sheet pr-3 pl-10" onChange={(event) => setFind(event.target.value)} />
                </label>
              </div>
              <p role="status" className="mb-1 text-sm text-faint">{isPending ? '' : wanted || status ? t('documents.found', items.length) : t('documents.count', Math.max(workspace.documents_count, items.length))}</p>
              {isPending ? <SkeletonRows rows={8} /> : error && !data ? <Failed error={error} again={() => void refetch()} /> : items.length === 0 ? (
                isFetchingNextPage || hasNextPage ? <SkeletonRows rows={2} /> : <p className="py-8 text-soft">{t('documents.noneFound')}</p>
              ) : (
                <div className={cx('border-t border-rule', isPlaceholderData && 'opacity-60')}>
                  <VirtualList items={items} label={t('nav.documents')} rowHeight={65} keyOf={idOf} hasMore={hasNextPage} isLoadingMore={isFetchingNextPage} loadMore={more} render={render} />
                </div>
              )}
            </>
          )}
        </>
      )}
    </DropArea>
  );
}

const idOf = (one: Document) => one.id;
interface Actions {
  open: (one: Document) => void;
  remove: (one: Document) => void;
  reindex: (one: Document) => void;
}

// Drawn again when its document changes, not whenever the list is scrolled.
const Row = memo(function Row({ document, mayEdit, actions }: { document: Document; mayEdit: boolean; actions: Actions }) {
  const t = useText();
  return (
    <div className="flex min-h-16 items-center gap-x-4 gap-y-1 py-2">
      <Icon name="documents" className="hidden text-faint sm:block" />
      <div className="grid min-w-0 flex-1 gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
        <div className="min-w-0">
          <button type="button" dir="auto" className="block max-w-full truncate text-left font-semibold hover:text-link hover:underline" onClick={() => actions.open(document)}>{document.filename}</button>
          {document.status === 'error' && document.error_message ? <p className="line-clamp-2 text-sm text-bad">{document.error_message}</p> : <p className="text-sm text-faint">{size(document.file_size)} · {t('documents.added', ago(document.created_at))}</p>}
        </div>
        <div><DocumentStatus document={document} /></div>
      </div>
      {mayEdit && (
        <Menu
          label={t('documents.actions', document.filename)}
          choices={[
            { text: t('documents.open'), icon: 'eye', onPick: () => actions.open(document) },
            { text: t('documents.reindex'), icon: 'refresh', onPick: () => actions.reindex(document) },
            { text: t('documents.delete'), icon: 'trash', danger: true, onPick: () => actions.remove(document) },
          ]}
        />
      )}
    </div>
  );
});

function Uploads({ workspace }: { workspace: string }) {
  const t = useText();
  const uploads = useUploads(workspace);
  if (uploads.length === 0) return null;
  const kShown = 6;
  const first = [...uploads].sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed') || Number(b.state === 'sending') - Number(a.state === 'sending')).slice(0, kShown);
  return (
    <section aria-label={t('uploads.label')} className="mb-6 rounded-lg border border-rule bg-sheet p-4">
      <ul className="grid gap-3">
        {first.map((one) => (
          <li key={one.id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1">
            <p className="flex items-baseline gap-2">
              <span className="truncate font-semibold" dir="auto">{one.file.name}</span>
              <span className="shrink-0 text-sm text-faint">{one.state === 'waiting' ? t('uploads.waiting') : one.state === 'sending' ? t('uploads.sending', Math.round(one.share * 100)) : ''}</span>
            </p>
            <div className="flex gap-1">
              {one.state === 'failed' && <Button look="quiet" icon="refresh" onClick={() => uploading.again(one.id)}>{t('again')}</Button>}
              <Button look="icon" icon="close" aria-label={t('uploads.cancel', one.file.name)} onClick={() => uploading.cancel(one.id)} />
            </div>
            {one.state === 'failed' ? <p role="alert" className="col-span-2 text-sm text-bad">{one.reason}</p> : <progress aria-label={one.file.name} max={1} value={one.state === 'sending' ? one.share : 0} className="col-span-2 h-1.5 w-full accent-primary" />}
          </li>
        ))}
      </ul>
      {uploads.length > kShown && <p className="mt-3 text-sm text-faint">{t('uploads.more', number(uploads.length - kShown))}</p>}
    </section>
  );
}

/** The whole page takes files; a click opens the system's own picker. */
function DropArea({ enabled, workspace, children }: { enabled: boolean; workspace: string; children: (pick: () => void) => ReactNode }) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => !!event.dataTransfer?.types.includes('Files');
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      ++depth;
      setOver(enabled);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const dragOver = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      // A file let go on the page must never replace it.
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (enabled && event.dataTransfer?.files.length) uploading.add(workspace, event.dataTransfer.files);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', dragOver);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', dragOver);
      removeEventListener('drop', drop);
    };
  }, [enabled, workspace]);
  return (
    <div>
      {enabled && (
        <input ref={input} type="file" multiple hidden aria-label={t('documents.add')} data-upload onChange={(event) => {
          if (event.target.files) uploading.add(workspace, event.target.files);
          event.target.value = '';
        }} />
      )}
      {over && (
        <div className="pointer-events-none fixed inset-4 z-50 grid place-items-center rounded-lg border-4 border-dashed border-primary bg-marker-soft">
          <p className="font-display text-3xl font-bold">{t('documents.drop')}</p>
        </div>
      )}
      {children(() => input.current?.click())}
    </div>
  );
}
