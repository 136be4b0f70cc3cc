'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, got } from '@/lib/api-sqlserver';
import type { Conversation, Message } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { ApiError, sentenceOf } from '@/lib/failures';
import { dayAndTime, duration, hour } from '@/lib/format';
import { useText } from '@/lib/language';
import { keys, useConversation, useMessages } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Icon } from './icons';
import { RichText } from './rich-text';
import { Score } from './score';
import { Sources } from './sources';
import { removeWithUndo, toastFailure } from './toasts';
import { Badge, Button, Empty, Failed, Note, SkeletonRows, TextArea } from './ui';

export function ConversationDetail({ id, onClose, onHide, onDeleted }: { id: string; onClose: () => void; onHide: (id: string, hidden: boolean) => void; onDeleted: () => void }) {
  const t = useText();
  const { workspace, mayEdit } = useCurrent();
  const conversation = useConversation(id);
  const messages = useMessages(id);
  const back = <Button look="quiet" icon="back" className="mb-2 -ml-3 xl:hidden" onClick={onClose}>{t('conversations.all')}</Button>;
  const failure = conversation.error ?? messages.error;
  if (failure && !messages.data) {
    if (failure instanceof ApiError && failure.status === 404) return <>{back}<Empty title={t('conversations.gone')}><p>{t('conversations.goneText')}</p></Empty></>;
    return <>{back}<Failed error={failure} again={() => { void conversation.refetch(); void messages.refetch(); }} /></>;
  }
  const one = conversation.data;
  if (!one || !messages.data || one.workspace_id !== workspace.id) return <>{back}<SkeletonRows rows={5} className="h-24" /></>;
  const remove = () => {
    onHide(id, true);
    onClose();
    removeWithUndo(
      t('conversations.deleted'),
      async () => {
        await got(api.DELETE('/api/conversations/{id}', { params: { path: { id } } }));
        onDeleted();
      },
      () => onHide(id, false),
    );
  };
  return (
    <article aria-labelledby="conversation" className="xl:sticky xl:top-6 xl:max-h-[calc(100dvh-3rem)] xl:overflow-y-auto" tabIndex={0}>
      {back}
      <header className="mb-5 grid gap-2 border-b border-rule pb-4">
        <div className="flex items-start justify-between gap-3">
          <h2 id="conversation" className="text-xl" dir="auto">{one.title || t('conversations.untitled')}</h2>
          {mayEdit && <Button look="icon" icon="trash" aria-label={t('conversations.delete')} onClick={remove} />}
        </div>
        <p className="flex flex-wrap items-center gap-2 text-sm text-faint">
          <Badge>{t(`channel.${one.channel}`)}</Badge>
          {dayAndTime(one.started_at)}
          {one.visitor_id && <span className="font-mono" title={one.visitor_id}>{t('conversations.visitor', one.visitor_id.slice(0, 12))}</span>}
        </p>
      </header>
      <ol className="grid gap-6 pb-6">{messages.data.map((message) => <Turn key={message.id} message={message} />)}</ol>
      {one.channel === 'widget' && <Handover conversation={one} mayEdit={mayEdit} />}
    </article>
  );
}

/** A person answers instead of the chatbot, and gives the conversation back. */
function Handover({ conversation, mayEdit }: { conversation: Conversation; mayEdit: boolean }) {
  const t = useText();
  const { id, handover } = conversation;
  const client = useQueryClient();
  const draft = useDraft(`reply:${id}`, '');
  const again = () => {
    void client.invalidateQueries({ queryKey: ['conversation', id] });
    void client.invalidateQueries({ queryKey: keys.conversations(conversation.workspace_id) });
  };
  const change = useMutation({
    mutationFn: (state: 'person' | 'bot') => got(api.POST('/api/conversations/{id}/handover', { params: { path: { id } }, body: { state } })),
    onSuccess: (next) => client.setQueryData(['conversation', id], next),
    onError: toastFailure,
    onSettled: again,
  });
  const send = useMutation({
    mutationFn: () => got(api.POST('/api/conversations/{id}/messages', { params: { path: { id } }, body: { content: draft.value.trim() } })),
    onSuccess: (message) => {
      client.setQueryData<Message[]>(['conversation', id, 'messages'], (old) => old && [...old, message]);
      draft.clear();
    },
    onSettled: again,
  });
  if (!mayEdit) return handover === 'bot' ? null : <Note tone="warn"><p>{t(handover === 'requested' ? 'handover.waits' : 'handover.taken')}</p></Note>;
  if (handover === 'bot') return <div className="border-t border-rule pt-4"><Button icon="user" busy={change.isPending} onClick={() => change.mutate('person')}>{t('handover.take')}</Button></div>;
  return (
    <form className="grid gap-3 border-t border-rule pt-4" onSubmit={(event) => { event.preventDefault(); if (draft.value.trim() && !send.isPending) send.mutate(); }}>
      <Note tone={handover === 'requested' ? 'warn' : 'good'}>
        <p>{t(handover === 'requested' ? 'handover.waits' : 'handover.taken')}</p>
        {conversation.handover_contact && <p className="text-sm">{t('handover.contact', conversation.handover_contact)}</p>}
      </Note>
      <TextArea label={t('handover.reply')} dir="auto" rows={3} maxLength={4000} value={draft.value} error={send.error ? sentenceOf(send.error) : undefined} onText={draft.set} onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit(); }} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" icon="send" busy={send.isPending} disabled={!draft.value.trim()}>{t('handover.send')}</Button>
        <Button busy={change.isPending} onClick={() => change.mutate('bot')}>{t('handover.giveBack')}</Button>
      </div>
    </form>
  );
}

function Turn({ message }: { message: Message }) {
  const t = useText();
  const { workspace } = useCurrent();
  const [open, setOpen] = useState(false);
  const [cited, setCited] = useState<number | undefined>();
  if (message.role === 'user') {
    return (
      <li className="grid justify-items-end gap-1">
        <p dir="auto" className="max-w-[85%] rounded-lg rounded-br-none bg-primary px-4 py-2.5 whitespace-pre-wrap text-on-primary"><span className="sr-only">{t('conversations.asked')} </span>{message.content}</p>
        <time dateTime={message.created_at} className="text-sm text-faint">{hour(message.created_at)}</time>
      </li>
    );
  }
  return (
    <li className="grid gap-2.5 border-l-2 border-ink pl-4">
      {message.author && <p className="text-sm font-semibold text-soft"><Icon name="user" className="mr-1.5 inline size-4" />{message.author.name}</p>}
      <RichText text={message.content} cited={open ? cited : undefined} {...(message.sources.length > 0 && { onCite: (index: number) => { setCited(index); setOpen(true); } })} />
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm text-faint">
        <Score value={message.rag_score} />
        {message.feedback !== null && <Badge tone={message.feedback === 1 ? 'good' : 'bad'}><Icon name={message.feedback === 1 ? 'up' : 'down'} className="size-4" />{t(message.feedback === 1 ? 'conversations.thumbUp' : 'conversations.thumbDown')}</Badge>}
        {message.cached && <Badge tone="marker">{t('cached')}</Badge>}
        {!message.is_complete && <Badge tone="warn">{t('conversations.incomplete')}</Badge>}
        {message.is_resolved && <Badge tone="good">{t('conversations.resolved')}</Badge>}
        {message.response_time_ms !== null && <span>{duration(message.response_time_ms)}</span>}
        {message.sources.length > 0 && <button type="button" aria-expanded={open} className="text-link underline underline-offset-2" onClick={() => setOpen(!open)}>{t('playground.showSources', message.sources.length)}</button>}
      </p>
      {open && <div className="rounded-md border border-rule bg-sheet p-4"><Sources workspace={workspace.id} sources={message.sources} cited={cited} /></div>}
    </li>
  );
}
