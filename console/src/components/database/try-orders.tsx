'use client';
// What a visitor of some identity would be told of their orders.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge, Button, Note, Section, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { sentenceOf } from '@/lib/failures';
import { shortDay } from '@/lib/format';
import { useText } from '@/lib/language';
import { useCurrent } from '@/lib/workspace-context';
import { Statement } from './rows';

const kTones = { on_time: 'good', slightly_late: 'warn', late: 'bad', unknown: 'plain' } as const;

export function TryOrders({ claim }: { claim: 'email' | 'sub' }) {
  const t = useText();
  const { id } = useCurrent();
  const draft = useDraft(`orders-ask:${id}`, t('orders.tryMessage'));
  // Whose orders they are is personal: it is not kept.
  const [who, setWho] = useState('');
  const ask = useMutation({ mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/orders/try', { params: { path: { wid: id } }, body: { message: draft.value.trim(), identity: who.trim() ? { [claim]: who.trim() } : null } })) });
  return (
    <Section title={t('orders.try')} hint={t('orders.tryHint')}>
      <div className="grid max-w-3xl gap-4">
        <form className="grid gap-4" noValidate onSubmit={(event) => { event.preventDefault(); if (draft.value.trim() && !ask.isPending) ask.mutate(); }}>
          <TextField label={t('orders.message')} dir="auto" maxLength={4000} value={draft.value} onText={draft.set} />
          <TextField label={t(claim === 'email' ? 'orders.asEmail' : 'orders.asSub')} hint={t('orders.asHint')} autoComplete="off" spellCheck={false} maxLength={320} value={who} onText={setWho} />
          <div><Button type="submit" look="primary" busy={ask.isPending} disabled={!draft.value.trim()}>{t('orders.tryGo')}</Button></div>
        </form>
        {ask.error && <Note tone="bad" role="alert"><p>{sentenceOf(ask.error)}</p></Note>}
        {ask.data && (
          <div role="status" className="grid gap-4">
            <p dir="auto" className="rounded-lg rounded-bl-none border border-rule bg-sheet px-4 py-3 whitespace-pre-wrap">{ask.data.response}</p>
            {ask.data.orders.length > 0 && (
              <ul className="divide-y divide-rule border-y border-rule">
                {ask.data.orders.map((one) => (
                  <li key={one.number} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
                    <span><span className="font-mono font-semibold">{one.number}</span> <span className="text-soft">{[one.label ?? one.status, one.ordered && shortDay(one.ordered), one.total].filter(Boolean).join(' · ')}</span></span>
                    <Badge tone={kTones[one.timing]}>{one.days_late > 0 ? t('orders.daysLate', one.days_late) : t(`orders.timing.${one.timing}`)}</Badge>
                  </li>
                ))}
              </ul>
            )}
            {ask.data.sql && <Statement sql={ask.data.sql} label={t('database.ran')} />}
          </div>
        )}
      </div>
    </Section>
  );
}
