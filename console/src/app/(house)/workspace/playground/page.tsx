'use client';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { RichText } from '@/components/rich-text';
import { Score } from '@/components/score';
import { Sources } from '@/components/sources';
import { TrySettings, settingsInWords } from '@/components/try-settings';
import { Badge, Button, Note, PageTitle, cx } from '@/components/ui';
import { chat } from '@/lib/api-sqlserver';
import type { ChatDone, Source, TriedSettings } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { sentenceOf } from '@/lib/failures';
import { duration } from '@/lib/format';
import { useText } from '@/lib/language';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

interface Turn {
  id: number;
  question: string;
  answer: string;
  sources: Source[];
  state: 'waiting' | 'writing' | 'done' | 'failed' | 'stopped';
  done?: ChatDone;
  failure?: string;
  firstMs?: number;
  wholeMs?: number;
  /** Settings that were tried with it, in words. */
  tried?: string;
}
/** Conversations of this visit, by workspace: another page and back, and they are still there. */
const kept = new Map<string, { turns: Turn[]; conversation: string | undefined }>();

export default function Playground() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const [turns, setTurns] = useState<Turn[]>(() => kept.get(id)?.turns ?? []);
  const [picked, setPicked] = useState<{ turn: number; source?: number } | null>(null);
  const conversation = useRef(kept.get(id)?.conversation);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  const [spoken, setSpoken] = useState('');
  const draft = useDraft(`ask:${id}`, '');
  const tried = useDraft<TriedSettings>(`tried:${id}`, {});
  const foot = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useTitle(t('nav.playground'), workspace.name);
  useEffect(() => () => running.current?.abort(), []);
  useEffect(() => {
    kept.set(id, { turns: turns.map((one) => (one.state === 'waiting' || one.state === 'writing' ? { ...one, state: 'stopped' } : one)), conversation: conversation.current });
  }, [id, turns]);

  const ask = async (question: string, fresh = false) => {
    if (!question.trim() || running.current) return;
    const stop = new AbortController();
    running.current = stop;
    setBusy(true);
    draft.clear();
    setSpoken(t('playground.writing'));
    const turn = Date.now();
    const settings = mayEdit && Object.keys(tried.value).length > 0 ? tried.value : undefined;
    let now: Turn = { id: turn, question: question.trim(), answer: '', sources: [], state: 'waiting', ...(settings && { tried: settingsInWords(settings) }) };
    const begun = performance.now();
    let frame = 0;
    // The page is drawn once a frame, however fast the words come.
    const show = (part: Partial<Turn>) => {
      now = { ...now, ...part };
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setTurns((all) => all.map((one) => (one.id === turn ? now : one)));
        foot.current?.scrollIntoView({ block: 'end' });
      });
    };
    setTurns((all) => [...all, now]);
    setPicked({ turn });
    try {
      for await (const event of chat(id, now.question, { conversation: conversation.current, settings, fresh }, stop.signal)) {
        if (event.type === 'sources') show({ sources: event.sources });
        if (event.type === 'token') show({ state: 'writing', answer: now.answer + event.content, firstMs: now.firstMs ?? performance.now() - begun });
        if (event.type === 'error') show({ state: 'failed', failure: event.content });
        if (event.type === 'done') {
          conversation.current = event.conversation_id;
          show({ state: 'done', done: event, wholeMs: performance.now() - begun });
        }
      }
      if (now.state === 'writing' || now.state === 'waiting') show({ state: 'failed', failure: t('playground.cut') });
    } catch (error) {
      if (stop.signal.aborted) show({ state: 'stopped' });
      else {
        show({ state: 'failed', failure: sentenceOf(error) });
        // Nothing was answered: the question goes back to where it was typed.
        if (!now.answer) draft.set(now.question);
      }
    } finally {
      running.current = null;
      setBusy(false);
      setSpoken(now.answer || now.failure || '');
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) running.current?.abort();
    else void ask(draft.value);
  };
  const renew = () => {
    running.current?.abort();
    conversation.current = undefined;
    setTurns([]);
    setPicked(null);
    field.current?.focus();
  };
  // As its own conversation, and past the answers that are kept: what was answered before would answer for the settings.
  const askAnew = (question: string) => {
    conversation.current = undefined;
    void ask(question, true);
  };
  const shown = turns.find((one) => one.id === picked?.turn) ?? turns.at(-1);
  const suggestions = workspace.widget_config.suggested_questions;

  return (
    <>
      <PageTitle title={t('nav.playground')} actions={turns.length > 0 && <Button icon="plus" onClick={renew}>{t('playground.new')}</Button>}>{t('playground.text')}</PageTitle>
      <div className="grid grid-cols-1 gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-h-[60dvh] flex-col">
          <div className="flex-1">
            {turns.length === 0 && (
              <div className="grid gap-4 rounded-lg border border-dashed border-edge p-6">
                <h2 className="text-xl">{t('playground.empty')}</h2>
                <p className="max-w-[60ch] text-soft">{workspace.documents_count === 0 ? t('playground.noDocuments') : t('playground.emptyText')}</p>
                {suggestions.length > 0 && <div className="flex flex-wrap gap-2">{suggestions.map((one) => <Button key={one} className="h-auto py-2 text-left whitespace-normal" onClick={() => void ask(one)}>{one}</Button>)}</div>}
              </div>
            )}
            <ol aria-label={t('playground.log')} className="grid gap-8">
              {turns.map((one) => (
                <li key={one.id} className="grid gap-4">
                  <p dir="auto" className="max-w-[80%] justify-self-end rounded-lg rounded-br-none bg-primary px-4 py-2.5 whitespace-pre-wrap text-on-primary">{one.question}</p>
                  <div className={cx('grid gap-3 border-l-2 pl-4 text-[1.0625rem]', shown?.id === one.id ? 'border-ink' : 'border-rule')}>
                    {one.state === 'waiting' && <p className="text-faint">{t('playground.searching')}</p>}
                    {one.answer && <RichText text={one.answer} cited={picked?.turn === one.id ? picked.source : undefined} onCite={(source) => setPicked({ turn: one.id, source })} />}
                    {one.state === 'stopped' && <p className="text-sm text-faint">{t('playground.stopped')}</p>}
                    {one.state === 'failed' && <Note tone="bad" role="alert"><p>{one.failure}</p><div><Button icon="refresh" onClick={() => void ask(one.question)}>{t('again')}</Button></div></Note>}
                    {one.done && (
                      <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-sm text-faint">
                        <Score value={one.done.rag_score} />
                        {one.done.cached && <Badge tone="marker">{t('cached')}</Badge>}
                        {one.tried && <Badge tone="warn"><span className="whitespace-normal">{t('tried.badge', one.tried)}</span></Badge>}
                        <span>{t('playground.times', duration(one.firstMs ?? null), duration(one.wholeMs ?? null))}</span>
                        {shown?.id !== one.id && <button type="button" className="text-link underline underline-offset-2" onClick={() => setPicked({ turn: one.id })}>{t('playground.showSources', one.sources.length)}</button>}
                        {!busy && !one.done.cached && <button type="button" className="text-link underline underline-offset-2" onClick={() => askAnew(one.question)}>{t('tried.again')}</button>}
                      </p>
                    )}
                    {one.done?.cached && <Note><p>{t('playground.kept')}</p>{!busy && <div><Button icon="refresh" onClick={() => askAnew(one.question)}>{t('playground.fresh')}</Button></div>}</Note>}
                  </div>
                </li>
              ))}
            </ol>
            <div ref={foot} className="h-24 xl:h-8" />
          </div>
          <form className="sticky bottom-0 border-t border-rule bg-paper py-4" onSubmit={submit}>
            <label className="sr-only" htmlFor="question">{t('playground.question')}</label>
            <div className="flex gap-2">
              <textarea id="question" ref={field} rows={2} maxLength={4000} dir="auto" className="max-h-48 min-h-14 flex-1 resize-none rounded-md border border-edge bg-sheet px-3 py-2 placeholder:text-faint" placeholder={t('playground.question')} value={draft.value} onChange={(event) => draft.set(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event); }} />
              <Button type="submit" look="primary" icon={busy ? 'stop' : 'send'} className="min-h-14" disabled={!busy && !draft.value.trim()}>{t(busy ? 'playground.stop' : 'playground.ask')}</Button>
            </div>
          </form>
          <p role="status" className="sr-only">{spoken}</p>
        </div>
        <aside aria-labelledby="found" className="xl:sticky xl:top-9 xl:max-h-[calc(100dvh-4.5rem)] xl:self-start xl:overflow-y-auto" tabIndex={shown ? 0 : undefined}>
          {mayEdit && <TrySettings tried={tried.value} onChange={(next) => (next ? tried.set(next) : tried.clear())} />}
          <h2 id="found" className="mb-1 text-lg">{t('playground.found')}</h2>
          <p className="mb-4 text-sm text-faint">{shown ? t('playground.foundFor', shown.question.slice(0, 120)) : t('playground.foundHint')}</p>
          {shown && shown.state !== 'waiting' && <Sources workspace={id} sources={shown.sources} cited={picked?.turn === shown.id ? picked.source : undefined} />}
        </aside>
      </div>
    </>
  );
}
