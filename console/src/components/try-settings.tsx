'use client';
// Settings tried with the next questions of the playground, before they are saved for everybody.
import { useMutation } from '@tanstack/react-query';
import { api, got } from '@/lib/api-sqlserver';
import type { TriedSettings } from '@/lib/api-sqlserver';
import { ApiError, sentenceOf } from '@/lib/failures';
import { number } from '@/lib/format';
import { say, useText } from '@/lib/language';
import { useRemember } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { toast } from './toasts';
import { Badge, Button, Note, RangeField, Segments, TextArea, TextField } from './ui';
import { Icon } from './icons';

const kNames = { system_prompt: 'settings.prompt', top_k: 'settings.topK', similarity_threshold: 'settings.threshold', temperature: 'settings.temperature', max_tokens: 'settings.maxTokens', language: 'settings.language', llm_model: 'settings.model', fallback_message: 'settings.fallback', top_p: 'settings.temperature' } as const;
const names = (tried: TriedSettings) => Object.keys(tried) as (keyof TriedSettings)[];

export const settingsInWords = (tried: TriedSettings) =>
  names(tried).map((name) => {
    const value = tried[name];
    return typeof value === 'number' ? `${say(kNames[name])} ${number(value, 2)}` : say(kNames[name]);
  }).join(', ');

/** `onChange(null)`: back to what is saved. */
export function TrySettings({ tried, onChange }: { tried: TriedSettings; onChange: (next: TriedSettings | null) => void }) {
  const t = useText();
  const { workspace, id } = useCurrent();
  const remember = useRemember();
  const saved = workspace.rag_config;
  const form = { ...saved, ...tried };
  const count = names(tried).length;
  const change = (part: TriedSettings) => {
    const next = { ...tried, ...part };
    // What is as saved is not tried.
    for (const name of names(part)) if (next[name] === saved[name]) delete next[name];
    onChange(names(next).length ? next : null);
  };
  const save = useMutation({
    mutationFn: () => got(api.PATCH('/api/workspaces/{wid}/rag-config', { params: { path: { wid: id } }, body: tried })),
    onSuccess: (rag_config) => {
      remember({ ...workspace, rag_config });
      onChange(null);
      toast(t('saved'));
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  return (
    <details className="group mb-6 rounded-lg border border-rule">
      <summary className="flex cursor-pointer items-center gap-2 px-4 py-3 font-semibold">
        <Icon name="settings" className="text-soft" />
        <span className="min-w-0 flex-1">{t('tried.title')}</span>
        {count > 0 && <Badge tone="warn">{t('tried.count', count)}</Badge>}
        <Icon name="chevron" className="size-4 text-soft transition-transform group-open:rotate-90" />
      </summary>
      <div className="grid gap-5 border-t border-rule p-4">
        <p className="text-sm text-faint">{t('tried.text')}</p>
        <RangeField label={t('settings.topK')} min={1} max={20} value={form.top_k} shown={number(form.top_k)} onValue={(top_k) => change({ top_k })} />
        <RangeField label={t('settings.threshold')} min={0} max={1} step={0.01} value={form.similarity_threshold} shown={number(form.similarity_threshold, 2)} onValue={(similarity_threshold) => change({ similarity_threshold })} />
        <RangeField label={t('settings.temperature')} min={0} max={2} step={0.05} value={form.temperature} shown={number(form.temperature, 2)} onValue={(temperature) => change({ temperature })} />
        <RangeField label={t('settings.maxTokens')} min={64} max={8192} step={64} value={form.max_tokens} shown={number(form.max_tokens)} onValue={(max_tokens) => change({ max_tokens })} />
        <TextArea label={t('settings.prompt')} dir="auto" rows={4} maxLength={20_000} value={form.system_prompt} error={field('system_prompt')} onText={(system_prompt) => change({ system_prompt })} />
        <div className="grid gap-1.5"><span className="text-[0.9375rem] font-semibold">{t('settings.language')}</span><Segments label={t('settings.language')} value={form.language} options={(['auto', 'fr', 'en'] as const).map((value) => ({ value, label: t(`settings.language.${value}`) }))} onPick={(language) => change({ language })} /></div>
        <TextField label={t('settings.model')} maxLength={200} value={form.llm_model} error={field('llm_model')} onText={(llm_model) => change({ llm_model })} />
        {save.error && <Note tone="bad" role="alert"><p>{sentenceOf(save.error)}</p></Note>}
        {count > 0 && (
          <div className="flex flex-wrap gap-2">
            <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>{t('tried.save')}</Button>
            <Button onClick={() => onChange(null)}>{t('tried.reset')}</Button>
          </div>
        )}
      </div>
    </details>
  );
}
