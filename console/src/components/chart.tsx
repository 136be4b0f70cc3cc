'use client';
// A time series, drawn by uPlot; the same figures are in the page as a table for who does not see it.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { number, shortDay, hour } from '@/lib/format';
import { useLanguage } from '@/lib/language';
import { useShownTheme } from '@/lib/theme';

export interface Series {
  label: string;
  values: (number | null)[];
  color: 1 | 2 | 3;
  kind: 'area' | 'line' | 'bars' | 'dashes';
}

export function Chart({ times, series, hourly = false, height = 240, compact = false }: { times: string[]; series: Series[]; hourly?: boolean; height?: number; compact?: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const theme = useShownTheme();
  const language = useLanguage();
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const when = (value: number) => (hourly ? hour(new Date(value * 1000)) : shortDay(new Date(value * 1000)));
    const axis = { stroke: color('--ink-faint'), font, grid: { stroke: color('--rule'), width: 1 }, ticks: { show: false } };
    const tip = document.createElement('div');
    tip.className = 'pointer-events-none absolute z-10 hidden rounded-md bg-ink px-3 py-2 text-sm text-paper shadow-lift';
    const plot = new uPlot(
      {
        width: element.clientWidth || 300,
        height,
        padding: [8, 8, 0, compact ? 8 : 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 7 } },
        scales: { y: { range: (_self, _low, high) => [0, Math.max(high * 1.1, 4)] } },
        axes: compact
          ? [{ show: false }, { show: false }]
          : [
              { ...axis, grid: { show: false }, values: (_self, values) => values.map(when), space: 72 },
              { ...axis, size: 48, values: (_self, values) => values.map((value) => (Number.isInteger(value) ? number(value) : '')) },
            ],
        series: [
          {},
          ...series.map((one) => {
            const stroke = color(`--chart-${one.color}`);
            const base = { label: one.label, stroke, width: 2, points: { show: times.length < 2 } };
            if (one.kind === 'bars') return { ...base, width: 0, fill: stroke, paths: uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.15 }) };
            if (one.kind === 'dashes') return { ...base, width: 1.5, dash: [4, 4] };
            return one.kind === 'area' ? { ...base, fill: `${stroke}22` } : base;
          }),
        ],
        hooks: {
          setCursor: [
            (self) => {
              const { idx, left } = self.cursor;
              const shown = idx != null && left != null && left >= 0;
              tip.classList.toggle('hidden', !shown);
              if (!shown) return;
              const time = times[idx];
              tip.replaceChildren(
                ...[time ? (hourly ? `${shortDay(time)}, ${hour(time)}` : shortDay(time)) : '', ...series.map((one) => `${one.label} : ${one.values[idx] == null ? '–' : number(one.values[idx], 1)}`)].map((text, i) => {
                  const line = document.createElement('div');
                  line.textContent = text;
                  if (i === 0) line.className = 'font-bold';
                  return line;
                }),
              );
              const half = self.over.clientWidth / 2;
              tip.style.left = left > half ? '' : `${left + self.over.offsetLeft + 12}px`;
              tip.style.right = left > half ? `${self.over.clientWidth - left + 20}px` : '';
              tip.style.top = '8px';
            },
          ],
        },
      },
      [times.map((time) => new Date(time).getTime() / 1000), ...series.map((one) => one.values)] as uPlot.AlignedData,
      element,
    );
    element.append(tip);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      tip.remove();
    };
  }, [times, series, hourly, height, compact, theme, language]);
  return <div ref={host} aria-hidden className="relative w-full" />;
}
