// Numbers, dates and sizes in the language's own form.
import { currentLanguage, say } from './language';

const locale = () => (currentLanguage() === 'fr' ? 'fr-FR' : 'en-GB');
const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();
const spans = new Map<string, Intl.RelativeTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions) {
  const key = locale() + JSON.stringify(options);
  let made = numbers.get(key);
  if (!made) numbers.set(key, (made = new Intl.NumberFormat(locale(), options)));
  return made;
}
function dateFormat(options: Intl.DateTimeFormatOptions) {
  const key = locale() + JSON.stringify(options);
  let made = dates.get(key);
  if (!made) dates.set(key, (made = new Intl.DateTimeFormat(locale(), options)));
  return made;
}
function spanFormat() {
  let made = spans.get(locale());
  if (!made) spans.set(locale(), (made = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })));
  return made;
}

export const number = (value: number, digits = 0) => numberFormat({ maximumFractionDigits: digits }).format(value);
/** 0.873 → "87 %". */
export const share = (value: number | null | undefined) => (value == null ? '–' : numberFormat({ style: 'percent', maximumFractionDigits: 0 }).format(value));
/** 87.3 → "87 %": rates come in percent. */
export const percent = (value: number | null | undefined) => share(value == null ? value : value / 100);

export function size(bytes: number): string {
  const units = currentLanguage() === 'fr' ? ['o', 'Ko', 'Mo', 'Go'] : ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    ++unit;
  }
  return `${number(bytes, unit > 1 ? 1 : 0)}\u00a0${units[unit]}`;
}

export function duration(ms: number | null | undefined): string {
  if (ms == null) return '–';
  return ms < 1000 ? `${number(ms)}\u00a0ms` : `${number(ms / 1000, 1)}\u00a0s`;
}

export const day = (time: string | Date) => dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(time));
export const shortDay = (time: string | Date) => dateFormat({ day: 'numeric', month: 'short' }).format(new Date(time));
export const dayAndTime = (time: string | Date) => dateFormat({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(new Date(time));
export const hour = (time: string | Date) => dateFormat({ hour: '2-digit', minute: '2-digit' }).format(new Date(time));

/** "à l’instant", "il y a 3 minutes", "hier"; past a month "le 3 mars 2026". */
export function ago(time: string | null | undefined): string {
  if (!time) return '–';
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  const format = spanFormat();
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [[60, 'second'], [3600, 'minute'], [86_400, 'hour'], [2_592_000, 'day']];
  let unit = 1;
  for (const [limit, name] of steps) {
    if (Math.abs(seconds) < limit) return name === 'second' ? say('moment') : format.format(Math.trunc(seconds / unit), name);
    unit = limit;
  }
  return `${currentLanguage() === 'fr' ? 'le' : 'on'} ${day(time)}`;
}
