'use client';
// The widget as a visitor will see it, drawn from the settings being typed.
import { useEffect, useRef } from 'react';
import { useText } from '@/lib/language';
import { cx } from './ui';
import { Icon } from './icons';

export interface Appearance {
  name: string;
  color: string;
  position: 'bottom-right' | 'bottom-left';
  welcome: string;
  placeholder: string;
  branding: string;
  suggestions: string[];
  width: number;
  height: number;
}

/** Black or white, whichever reads better on `color`. */
export function inkOn(color: string): string {
  const channel = (at: number) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? '#ffffff' : '#111111';
}

export function WidgetPreview({ look, device }: { look: Appearance; device: 'desktop' | 'phone' }) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const color = /^#[0-9a-f]{6}$/i.test(look.color) ? look.color : '#0c4f49';
  // Colours chosen by the customer, set by script: the page's policy takes no style from markup.
  useEffect(() => {
    frame.current?.style.setProperty('--brand', color);
    frame.current?.style.setProperty('--on-brand', inkOn(color));
    frame.current?.style.setProperty('--w', `${Math.round((look.width / 600) * 100)}%`);
    frame.current?.style.setProperty('--h', `${Math.round((look.height / 900) * 100)}%`);
  }, [color, look.width, look.height, device]);
  const left = look.position === 'bottom-left';
  const phone = device === 'phone';
  return (
    <div ref={frame} role="img" aria-label={t('preview.label', look.name || t('preview.name'))} className={cx('relative overflow-hidden border border-edge bg-white text-[#1b2321]', phone ? 'mx-auto h-[34rem] w-[17.5rem] rounded-[1.75rem] border-4' : 'h-[34rem] rounded-lg')}>
      <div aria-hidden className="grid gap-3 p-6 opacity-60">
        <div className="h-6 w-1/3 rounded-sm bg-[#e3e7e2]" />
        {Array.from({ length: 9 }, (_, i) => <div key={i} className={cx('h-3 rounded-sm bg-[#edf0ec]', i % 3 === 2 ? 'w-2/3' : 'w-full')} />)}
      </div>
      <div aria-hidden className={cx('absolute flex flex-col overflow-hidden bg-white text-[0.875rem] shadow-[0_10px_40px_rgb(0_0_0/0.25)]', phone ? 'inset-0' : cx('bottom-[4.75rem] h-[min(calc(100%-6rem),var(--h))] min-h-80 w-[min(calc(100%-2rem),var(--w))] min-w-60 rounded-lg', left ? 'left-4' : 'right-4'))}>
        <div className="flex items-center justify-between bg-[var(--brand)] px-4 py-3 font-bold text-[var(--on-brand)]"><span className="truncate" dir="auto">{look.name || t('preview.name')}</span><Icon name="close" className="size-4" /></div>
        <div className="grid flex-1 content-start gap-3 overflow-hidden p-4">
          {look.welcome && <p className="max-w-[85%] justify-self-start rounded-lg rounded-bl-none bg-[#eef1ed] px-3 py-2" dir="auto">{look.welcome}</p>}
          <p className="max-w-[85%] justify-self-end rounded-lg rounded-br-none bg-[var(--brand)] px-3 py-2 text-[var(--on-brand)]">{look.suggestions[0] || t('specimen.question')}</p>
          <p className="max-w-[85%] justify-self-start rounded-lg rounded-bl-none bg-[#eef1ed] px-3 py-2">{t('specimen.a')} {t('specimen.b')} <b>[1]</b>.</p>
          <div className="flex flex-wrap gap-1.5">{look.suggestions.slice(1, 4).map((one, i) => <span key={i} className="rounded-full border border-[#8b958f] px-2.5 py-1 text-[0.8rem]">{one}</span>)}</div>
        </div>
        <div className="mx-3 mb-2 flex items-center justify-between rounded-md border border-[#8b958f] px-3 py-2 text-[#5a655f]"><span className="truncate" dir="auto">{look.placeholder || t('preview.placeholder')}</span><Icon name="send" className="size-4 text-[#1b2321]" /></div>
        {look.branding && <p className="pb-2 text-center text-[0.7rem] text-[#5a655f]" dir="auto">{look.branding}</p>}
      </div>
      {!phone && <div aria-hidden className={cx('absolute bottom-4 grid size-12 place-items-center rounded-full bg-[var(--brand)] text-[var(--on-brand)] shadow-[0_4px_16px_rgb(0_0_0/0.25)]', left ? 'left-4' : 'right-4')}><Icon name="playground" /></div>}
    </div>
  );
}
