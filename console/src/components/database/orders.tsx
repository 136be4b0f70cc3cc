'use client';
// Where the database has its orders, so that a visitor whom the site has signed in can ask for their own.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Confirm } from '@/components/modal';
import { toast, toastFailure } from '@/components/toasts';
import { Button, Check, Empty, Failed, Note, Section, Segments, Select, SkeletonRows, TextField } from '@/components/ui';
import { api, got } from '@/lib/api-sqlserver';
import type { Schemas } from '@/lib/api-sqlserver';
import { useDraft } from '@/lib/drafts';
import { nameOf, readableTables, useSchema } from '@/lib/external';
import type { ExternalTable } from '@/lib/external';
import { ApiError, sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { keys } from '@/lib/queries';
import type { ExternalDatabase } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { TryOrders } from './try-orders';

export type Mapping = Schemas['NewOrderTracking'];
type Saved = Schemas['OrderTracking'];
type Status = NonNullable<Mapping['statuses']>[number];

export function Orders({ saved, onTables }: { saved: ExternalDatabase; onTables: () => void }) {
  const t = useText();
  const { id } = useCurrent();
  const schema = useSchema(id);
  const orders = useQuery({ queryKey: [...keys.database(id), 'orders'], queryFn: () => got(api.GET('/api/workspaces/{wid}/database/orders', { params: { path: { wid: id } } })) });
  if (!saved.allowed_tables.length) return <Empty title={t('database.chooseFirst')} action={<Button onClick={onTables}>{t('database.chooseTables')}</Button>}><p>{t('orders.chooseFirst')}</p></Empty>;
  const error = schema.error ?? orders.error;
  if (error) return <Failed error={error} again={() => { void schema.refetch(); void orders.refetch(); }} />;
  if (!schema.data || !orders.data) return <SkeletonRows rows={5} />;
  const tables = readableTables(saved, schema.data);
  return (
    <>
      <OrderForm key={String(orders.data.configured)} saved={orders.data} tables={tables} />
      {orders.data.configured && <TryOrders claim={orders.data.owner_claim ?? 'email'} />}
      {orders.data.configured && <StopTracking />}
    </>
  );
}

const kNone: Mapping = { table: '', number_column: '', date_column: '', status_column: '', owner_column: '', owner_claim: 'email', is_enabled: true, statuses: [], slightly_late_days: 2 };

/** A first proposal, from what things are called. */
function guess(tables: ExternalTable[]): Mapping {
  const table = tables.find((one) => /^(orders?|commandes?|ventes|sales)/i.test(one.name)) ?? tables.find((one) => /order|commande/i.test(one.name) && !/item|line|ligne|detail/i.test(one.name));
  if (!table) return kNone;
  const find = (pattern: RegExp) => table.columns.find((one) => pattern.test(one.name))?.name ?? '';
  const key = table.columns.find((one) => one.is_key)?.name ?? '';
  return {
    ...kNone,
    table: nameOf(table),
    number_column: find(/num|reference|^ref/i) || key,
    date_column: find(/^(created|ordered|date|order_date|placed|commande_le)/i) || find(/date|_at$/i),
    status_column: find(/statu|etat|state/i),
    promised_column: find(/promis|expected|prevu|due/i) || null,
    delivered_column: find(/deliver|livr/i) || null,
    total_column: find(/total|amount|montant/i) || null,
    tracking_column: find(/track|suivi|colis/i) || null,
    owner_column: find(/mail/i),
  };
}

function OrderForm({ saved, tables }: { saved: Saved; tables: ExternalTable[] }) {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const { configured, ...kept } = saved;
  const first: Mapping = configured ? { ...kNone, ...kept } : guess(tables);
  const draft = useDraft<Mapping>(`orders:${id}`, first);
  const form = draft.value;
  const change = (part: Partial<Mapping>) => draft.set({ ...form, ...part });
  const save = useMutation({
    mutationFn: () => got(api.PUT('/api/workspaces/{wid}/database/orders', { params: { path: { wid: id } }, body: form })),
    onSuccess: (next) => {
      client.setQueryData([...keys.database(id), 'orders'], next);
      draft.clear();
      toast(t('saved'));
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const columnsOf = (name: string | undefined) => tables.find((one) => nameOf(one) === name || one.name === name)?.columns ?? [];
  const column = (label: string, of: string | undefined, value: string | null | undefined, name: string, pick: (next: string) => void, optional = false) => (
    <Select label={label} value={value ?? ''} error={field(name)} options={[{ value: '', label: optional ? t('orders.none') : t('orders.choose') }, ...columnsOf(of).map((one) => ({ value: one.name, label: one.name })), ...(value && !columnsOf(of).some((one) => one.name === value) ? [{ value, label: value }] : [])]} onPick={pick} />
  );
  const table = (label: string, value: string, name: string, pick: (next: string) => void) => (
    <Select label={label} value={value} error={field(name)} options={[{ value: '', label: t('orders.choose') }, ...tables.map((one) => ({ value: nameOf(one), label: nameOf(one) })), ...(value && !tables.some((one) => nameOf(one) === value) ? [{ value, label: value }] : [])]} onPick={pick} />
  );
  const { customers, items } = form;
  const ready = form.table && form.number_column && form.date_column && form.status_column && form.owner_column && (!customers || (customers.table && customers.key_column && customers.order_column)) && (!items || (items.table && items.order_column && items.key_column && items.name_column));
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); if (ready && !save.isPending) save.mutate(); }}>
      <Section title={t('orders.title')} hint={t('orders.hint')}>
        <div className="grid max-w-2xl gap-5">
          {!configured && form.table && <Note><p>{t('orders.guessed')}</p></Note>}
          {table(t('orders.table'), form.table, 'table', (next) => change({ table: next }))}
          <Pair>
            {column(t('orders.number'), form.table, form.number_column, 'number_column', (number_column) => change({ number_column }))}
            {column(t('orders.date'), form.table, form.date_column, 'date_column', (date_column) => change({ date_column }))}
            {column(t('orders.promised'), form.table, form.promised_column, 'promised_column', (promised_column) => change({ promised_column: promised_column || null }), true)}
            {column(t('orders.delivered'), form.table, form.delivered_column, 'delivered_column', (delivered_column) => change({ delivered_column: delivered_column || null }), true)}
            {column(t('orders.total'), form.table, form.total_column, 'total_column', (total_column) => change({ total_column: total_column || null }), true)}
            <TextField label={t('orders.currency')} maxLength={10} value={form.currency ?? ''} error={field('currency')} onText={(currency) => change({ currency: currency || null })} />
            {column(t('orders.tracking'), form.table, form.tracking_column, 'tracking_column', (tracking_column) => change({ tracking_column: tracking_column || null }), true)}
          </Pair>
        </div>
      </Section>
      <Section title={t('orders.owner')} hint={t('orders.ownerHint')}>
        <div className="grid max-w-2xl gap-5">
          <div className="grid gap-1.5"><span className="text-[0.9375rem] font-semibold">{t('orders.claim')}</span><Segments label={t('orders.claim')} value={form.owner_claim ?? 'email'} options={[{ value: 'email', label: t('orders.claimEmail') }, { value: 'sub', label: t('orders.claimSub') }]} onPick={(owner_claim) => change({ owner_claim })} /></div>
          <Check label={t('orders.elsewhere')} hint={t('orders.elsewhereHint')} checked={!!customers} onCheck={(on) => change({ customers: on ? { table: '', key_column: '', order_column: '' } : null, owner_column: '' })} />
          {customers && (
            <Pair>
              {table(t('orders.customers'), customers.table, 'customers', (next) => change({ customers: { ...customers, table: next } }))}
              {column(t('orders.customersKey'), customers.table, customers.key_column, 'customers.key_column', (key_column) => change({ customers: { ...customers, key_column } }))}
              {column(t('orders.customersOrder'), form.table, customers.order_column, 'customers.order_column', (order_column) => change({ customers: { ...customers, order_column } }))}
            </Pair>
          )}
          {column(t('orders.ownerColumn'), customers ? customers.table : form.table, form.owner_column, 'owner_column', (owner_column) => change({ owner_column }))}
        </div>
      </Section>
      <Section title={t('orders.items')} hint={t('orders.itemsHint')}>
        <div className="grid max-w-2xl gap-5">
          <Check label={t('orders.hasItems')} checked={!!items} onCheck={(on) => change({ items: on ? { table: '', order_column: '', key_column: form.number_column, name_column: '' } : null })} />
          {items && (
            <Pair>
              {table(t('orders.itemsTable'), items.table, 'items', (next) => change({ items: { ...items, table: next } }))}
              {column(t('orders.itemsOrder'), items.table, items.order_column, 'items.order_column', (order_column) => change({ items: { ...items, order_column } }))}
              {column(t('orders.itemsKey'), form.table, items.key_column, 'items.key_column', (key_column) => change({ items: { ...items, key_column } }))}
              {column(t('orders.itemsName'), items.table, items.name_column, 'items.name_column', (name_column) => change({ items: { ...items, name_column } }))}
              {column(t('orders.itemsQuantity'), items.table, items.quantity_column, 'items.quantity_column', (quantity_column) => change({ items: { ...items, quantity_column: quantity_column || null } }), true)}
            </Pair>
          )}
        </div>
      </Section>
      <Section title={t('orders.statuses')} hint={t('orders.statusesHint')}>
        <div className="grid max-w-3xl gap-5">
          <div className="max-w-md">{column(t('orders.status'), form.table, form.status_column, 'status_column', (status_column) => change({ status_column }))}</div>
          <Statuses form={form} error={field('statuses')} onChange={(statuses) => change({ statuses })} />
          <Pair>
            <TextField label={t('orders.days')} hint={t('orders.daysHint')} inputMode="numeric" maxLength={3} value={form.delivery_days == null ? '' : String(form.delivery_days)} error={field('delivery_days')} onText={(text) => change({ delivery_days: /^\d+$/.test(text) ? Number(text) : null })} />
            <TextField label={t('orders.slightly')} hint={t('orders.slightlyHint')} inputMode="numeric" maxLength={3} value={String(form.slightly_late_days ?? '')} error={field('slightly_late_days')} onText={(text) => change({ slightly_late_days: /^\d+$/.test(text) ? Number(text) : 0 })} />
          </Pair>
          <Check label={t('orders.enabled')} hint={t('orders.enabledHint')} checked={form.is_enabled ?? true} onCheck={(is_enabled) => change({ is_enabled })} />
          {save.error && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" busy={save.isPending} disabled={!ready || (configured && !draft.changed)}>{t('save')}</Button>
            {draft.changed && <Button onClick={() => { draft.clear(); save.reset(); }}>{t('discard')}</Button>}
          </div>
        </div>
      </Section>
    </form>
  );
}

const Pair = ({ children }: { children: ReactNode }) => <div className="grid items-start gap-5 sm:grid-cols-2">{children}</div>;

/** What visitors are told of each value that the status column has. */
function Statuses({ form, error, onChange }: { form: Mapping; error: string | undefined; onChange: (next: Status[]) => void }) {
  const t = useText();
  const { id } = useCurrent();
  const statuses = form.statuses ?? [];
  const set = (i: number, part: Partial<Status>) => onChange(statuses.map((one, j) => (i === j ? { ...one, ...part } : one)));
  const find = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/database/query', { params: { path: { wid: id } }, body: { sql: `SELECT DISTINCT ${form.status_column} FROM ${form.table} ORDER BY ${form.status_column}` } })),
    onSuccess: ({ rows }) => {
      const values = rows.map(([value]) => String(value ?? '')).filter((value) => value && !statuses.some((one) => one.value === value)).slice(0, 100 - statuses.length);
      onChange([...statuses, ...values.map((value): Status => ({ value, fr: value, en: value, state: /deliver|livr/i.test(value) ? 'delivered' : /cancel|annul/i.test(value) ? 'cancelled' : 'open' }))]);
      if (!values.length) toast(t('orders.nothingFound'));
    },
    onError: toastFailure,
  });
  return (
    <div className="grid gap-3">
      {error && <p className="text-sm text-bad">{error}</p>}
      {statuses.length > 0 && (
        <ul className="divide-y divide-rule border-y border-rule">
          {statuses.map((one, i) => (
            <li key={i} className="grid items-end gap-3 py-3 sm:grid-cols-[1fr_1fr_1fr_9rem_auto]">
              <TextField label={t('orders.value')} maxLength={100} value={one.value} onText={(value) => set(i, { value })} />
              <TextField label={t('orders.french')} maxLength={100} value={one.fr} onText={(fr) => set(i, { fr })} />
              <TextField label={t('orders.english')} maxLength={100} value={one.en} onText={(en) => set(i, { en })} />
              <Select label={t('orders.state')} value={one.state ?? 'open'} options={(['open', 'delivered', 'cancelled'] as const).map((value) => ({ value, label: t(`orders.state.${value}`) }))} onPick={(state) => set(i, { state: state as 'open' | 'delivered' | 'cancelled' })} />
              <Button look="icon" icon="trash" aria-label={t('orders.removeStatus', one.value)} onClick={() => onChange(statuses.filter((_, j) => j !== i))} />
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button icon="search" busy={find.isPending} disabled={!form.table || !form.status_column} onClick={() => find.mutate()}>{t('orders.findStatuses')}</Button>
        <Button icon="plus" onClick={() => onChange([...statuses, { value: '', fr: '', en: '', state: 'open' }])}>{t('orders.addStatus')}</Button>
      </div>
    </div>
  );
}

function StopTracking() {
  const t = useText();
  const { id } = useCurrent();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => got(api.DELETE('/api/workspaces/{wid}/database/orders', { params: { path: { wid: id } } })),
    onSuccess: () => {
      setAsking(false);
      toast(t('orders.removed'));
      void client.invalidateQueries({ queryKey: [...keys.database(id), 'orders'] });
    },
    onError: toastFailure,
  });
  return (
    <Section title={t('orders.remove')} hint={t('orders.removeHint')}>
      <Button look="danger" icon="trash" onClick={() => setAsking(true)}>{t('orders.removeGo')}</Button>
      {asking && <Confirm title={t('orders.removeGo')} action={t('orders.removeGo')} busy={remove.isPending} onConfirm={() => remove.mutate()} onClose={() => setAsking(false)}><p>{t('orders.removeHint')}</p></Confirm>}
    </Section>
  );
}
