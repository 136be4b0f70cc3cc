'use client';
import { share } from '@/lib/format';
import { useText } from '@/lib/language';
import { Badge } from './ui';

/** Below this an answer counts as weak, here as in the statistics. */
export const kWeak = 0.5;

export function Score({ value }: { value: number | null }) {
  const t = useText();
  if (value === null) return null;
  const tone = value < kWeak ? 'bad' : value < 0.7 ? 'warn' : 'good';
  return <Badge tone={tone}>{t('score', share(value))}</Badge>;
}
