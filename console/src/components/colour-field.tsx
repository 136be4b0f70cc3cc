'use client';
import { useText } from '@/lib/language';
import { Field } from './ui';

export const kHex = /^#[0-9a-fA-F]{6}$/;

export function ColourField({ value, onValue, disabled, error }: { value: string; onValue: (value: string) => void; disabled?: boolean; error?: string | undefined }) {
  const t = useText();
  return (
    <Field label={t('widget.color')} hint={t('widget.colorHint')} error={error ?? (kHex.test(value) ? undefined : t('widget.colorWrong'))}>
      {(aria) => (
        <div className="flex gap-2">
          <input type="color" aria-label={t('widget.colorPick')} disabled={disabled} className="size-10 shrink-0 rounded-md border border-edge bg-sheet p-1" value={kHex.test(value) ? value : '#0c4f49'} onChange={(event) => onValue(event.target.value)} />
          <input {...aria} disabled={disabled} spellCheck={false} maxLength={7} className="min-h-10 w-32 rounded-md border border-edge bg-sheet px-3 font-mono" value={value} onChange={(event) => onValue(event.target.value)} />
        </div>
      )}
    </Field>
  );
}
