'use client';
// One document: its passages as the chatbot reads them, beside the original.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, got, raw } from '@/lib/api-sqlserver';
import type { Document, Schemas } from '@/lib/api-sqlserver';
import { ApiError } from '@/lib/failures';
import { dayAndTime, number, size } from '@/lib/format';
import { useText } from '@/lib/language';
import { all, keys } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { useAddress } from '@/lib/url';
import { useCurrent } from '@/lib/workspace-context';
import { DocumentStatus } from './document-status';
import { Confirm } from './modal';
import { toast, toastFailure } from './toasts';
import { Button, Empty, Failed, Note, PageTitle, Segments, SkeletonRows, cx } from './ui';

type Chunk = Schemas['Chunk'];
const kMostShown = 400;

export function DocumentDetail({ id, passage: chosen, excerpt, onClose }: { id: string; passage: string; excerpt: string; onClose: () => void }) {
  const t = useText();
  const { workspace, mayEdit } = useCurrent();
  const client = useQueryClient();
  const { set } = useAddress();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [view, setView] = useState<'both' | 'passages' | 'original'>('both');
  const [page, setPage] = useState<number | undefined>();
  const document = useQuery({
    queryKey: keys.document(id),
    queryFn: () => got(api.GET('/api/documents/{id}', { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data && ['pending', 'processing'].includes(query.state.data.status) ? 1500 : false),
  });
  const one = document.data;
  const chunks = useQuery({
    queryKey: [...keys.document(id), 'chunks', one?.indexed_at],
    queryFn: () => all((cursor) => got(api.GET('/api/documents/{id}/chunks', { params: { path: { id }, query: { limit: 200, ...(cursor && { cursor }) } } }))),
    enabled: !!one,
  });
  const passage = chosen || passageOf(chunks.data, excerpt);
  useTitle(one?.filename, workspace.name);
  const back = <Button look="quiet" icon="back" className="-ml-3" onClick={onClose}>{t('documents.back')}</Button>;
  if (document.error && !one) {
    const gone = document.error instanceof ApiError && document.error.status === 404;
    return <>{back}{gone ? <Empty whole title={t('documents.gone')}><p>{t('documents.goneText')}</p></Empty> : <Failed error={document.error} again={() => void document.refetch()} />}</>;
  }
  if (!one || one.workspace_id !== workspace.id) return <>{back}<SkeletonRows rows={6} /></>;

  const act = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await work();
      toast(done);
      void client.invalidateQueries({ queryKey: keys.documents(workspace.id) });
      void document.refetch();
    } catch (error) {
      toastFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {back}
      <PageTitle
        title={<span dir="auto">{one.filename}</span>}
        actions={(
          <>
            <Button icon="download" onClick={() => void download(one).catch(toastFailure)}>{t('download')}</Button>
            {mayEdit && <Button icon="refresh" busy={busy} onClick={() => void act(() => got(api.POST('/api/documents/{id}/reindex', { params: { path: { id } } })), t('documents.reindexing', one.filename))}>{t('documents.reindex')}</Button>}
            {mayEdit && <Button look="danger" icon="trash" onClick={() => setAsking(true)}>{t('documents.delete')}</Button>}
          </>
        )}
      >
        {[size(one.file_size), t('documents.addedOn', dayAndTime(one.created_at))].join(' · ')}
      </PageTitle>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <DocumentStatus document={one} />
        <Segments label={t('documents.view')} value={view} options={[{ value: 'both', label: t('documents.viewBoth') }, { value: 'passages', label: t('documents.viewPassages') }, { value: 'original', label: t('documents.viewOriginal') }]} onPick={setView} />
      </div>
      {one.status === 'error' && (
        <Note tone="bad">
          <p className="font-semibold">{one.error_message ?? t('documents.error')}</p>
          <p className="text-soft">{t('documents.errorHelp')}</p>
        </Note>
      )}
      <div className={cx('grid grid-cols-1 gap-8', view === 'both' && 'lg:grid-cols-2')}>
        {view !== 'original' && (
          <section aria-labelledby="passages">
            <h2 id="passages" className="mb-3 text-lg">{t('documents.viewPassages')}</h2>
            {chunks.isPending ? <SkeletonRows rows={5} className="h-28" /> : chunks.error ? <Failed error={chunks.error} again={() => void chunks.refetch()} /> : chunks.data.length === 0 ? <p className="text-soft">{t('documents.noPassages')}</p> : (
              <Passages chunks={chunks.data} wanted={passage} onPage={(next, chunk) => { setPage(next); set({ passage: String(chunk), excerpt: undefined }, true); }} />
            )}
          </section>
        )}
        {view !== 'passages' && (
          <section aria-labelledby="original" className="min-w-0">
            <h2 id="original" className="mb-3 text-lg">{t('documents.viewOriginal')}</h2>
            <div className="lg:sticky lg:top-4"><Original document={one} page={page ?? pageOf(chunks.data, passage)} /></div>
          </section>
        )}
      </div>
      {asking && (
        <Confirm title={t('documents.deleteTitle')} action={t('documents.delete')} busy={busy} onClose={() => setAsking(false)} onConfirm={() => void act(() => got(api.DELETE('/api/documents/{id}', { params: { path: { id } } })), t('documents.deleted', one.filename)).then(onClose)}>
          <p>{t('documents.deleteText', one.filename)}</p>
        </Confirm>
      )}
    </>
  );
}

/** The passage that holds a source's words; white space differs between the two. */
function passageOf(chunks: Chunk[] | undefined, excerpt: string): string {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  const words = plain(excerpt).replace(/^[….]+|[….]+$/g, '').slice(0, 100);
  if (!words || !chunks) return '';
  const found = chunks.find((one) => plain(one.content).includes(words)) ?? chunks.find((one) => plain(one.content).includes(words.slice(0, 40)));
  return found ? String(found.chunk_index) : '';
}

const pageOf = (chunks: Chunk[] | undefined, passage: string) => chunks?.find((one) => String(one.chunk_index) === passage)?.metadata.page;

function place(t: ReturnType<typeof useText>, { page, sheet, row, heading }: Chunk['metadata']) {
  return [page !== undefined && t('source.page', page), sheet, row !== undefined && t('source.row', row), heading].filter(Boolean).join(' · ');
}

function Passages({ chunks, wanted, onPage }: { chunks: Chunk[]; wanted: string; onPage: (page: number | undefined, chunk: number) => void }) {
  const t = useText();
  const target = useRef<HTMLLIElement>(null);
  const [shown, setShown] = useState(() => Math.max(kMostShown, Number(wanted) + 20 || 0));
  useEffect(() => target.current?.scrollIntoView({ block: 'center' }), []);
  return (
    <>
      <ol className="grid gap-3">
        {chunks.slice(0, shown).map((one) => {
          const is = String(one.chunk_index) === wanted;
          return (
            <li key={one.id} ref={is ? target : undefined} className={cx('rounded-md border bg-sheet p-4', is ? 'border-primary' : 'border-rule')}>
              <div className="mb-1.5 flex items-baseline justify-between gap-3 text-sm">
                <span className="shrink-0 font-mono font-bold whitespace-nowrap text-soft">[{number(one.chunk_index + 1)}]</span>
                {one.metadata.page === undefined ? <span className="text-right text-pretty text-faint">{place(t, one.metadata)}</span> : <button type="button" className="text-right text-pretty text-link underline underline-offset-2" onClick={() => onPage(one.metadata.page, one.chunk_index)}>{place(t, one.metadata)}</button>}
              </div>
              <p dir="auto" className="text-[0.9375rem] whitespace-pre-wrap">{is ? <mark>{one.content}</mark> : one.content}</p>
            </li>
          );
        })}
      </ol>
      {chunks.length > shown && <Button className="mt-4" onClick={() => setShown(shown + kMostShown)}>{t('more', number(chunks.length - shown))}</Button>}
    </>
  );
}

const kMostText = 400_000;
function Original({ document, page }: { document: Document; page: number | undefined }) {
  const t = useText();
  const isPdf = document.mime_type === 'application/pdf';
  const isText = /^(text\/(plain|markdown|csv|html)|application\/json)/.test(document.mime_type);
  const content = useQuery({
    queryKey: [...keys.document(document.id), 'content'],
    queryFn: async () => {
      const response = await raw('GET', `/api/documents/${document.id}/content`);
      // A type of ours: what somebody uploaded never becomes a page of this site.
      if (isPdf) return { url: URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: 'application/pdf' })), text: '' };
      return { url: '', text: (await response.text()).slice(0, kMostText) };
    },
    enabled: (isPdf && navigator.pdfViewerEnabled !== false) || isText,
    staleTime: Infinity,
  });
  // Phones have no viewer inside a page (and say so): an empty frame would tell nothing.
  if ((!isPdf || navigator.pdfViewerEnabled === false) && !isText) return <Note><p>{t('documents.noPreview')}</p><div><Button icon="download" onClick={() => void download(document).catch(toastFailure)}>{t('download')}</Button></div></Note>;
  if (content.isPending) return <SkeletonRows rows={1} className="h-96" />;
  if (content.error) return <Failed error={content.error} again={() => void content.refetch()} />;
  if (isPdf) return <iframe key={page} title={document.filename} src={`${content.data.url}#page=${page ?? 1}`} className="h-[80dvh] w-full rounded-md border border-rule bg-sheet" />;
  return <pre tabIndex={0} dir="auto" aria-label={document.filename} className="max-h-[80dvh] overflow-auto rounded-md border border-rule bg-sheet p-4 font-mono text-sm whitespace-pre-wrap">{content.data.text}</pre>;
}

async function download(one: Document) {
  const bytes = await (await raw('GET', `/api/documents/${one.id}/content`)).blob();
  const link = globalThis.document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = one.filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
