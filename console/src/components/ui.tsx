'use client';
// The small parts that every page is made of.
import Link from 'next/link';
import { useId, useRef, useState } from 'react';
import type { ButtonHTMLAttributes, ComponentProps, InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { Icon } from './icons';
import type { IconName } from './icons';

export const cx = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ');

const kButton = 'inline-flex items-center justify-center gap-2 rounded-md text-[0.9375rem] leading-5 font-semibold whitespace-nowrap transition-colors select-none disabled:opacity-55 aria-disabled:opacity-55';
const kLooks = {
  primary: 'bg-primary text-on-primary hover:bg-primary-over px-4 min-h-10',
  plain: 'border border-edge bg-sheet text-ink hover:bg-sunken px-4 min-h-10',
  quiet: 'text-ink hover:bg-sunken px-3 min-h-10',
  danger: 'border border-bad text-bad bg-sheet hover:bg-bad-soft px-4 min-h-10',
  icon: 'text-soft hover:bg-sunken hover:text-ink size-10 shrink-0',
};
export type ButtonLook = keyof typeof kLooks;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  icon?: IconName;
  busy?: boolean | undefined;
}
export function Button({ look = 'plain', icon, busy, className, children, type = 'button', onClick, ...rest }: ButtonProps) {
  return (
    <button type={type} className={cx(kButton, kLooks[look], className)} aria-disabled={busy || undefined} aria-busy={busy || undefined} {...rest} onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}>
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton({ look = 'plain', icon, className, children, ...rest }: ComponentProps<typeof Link> & { look?: ButtonLook; icon?: IconName }) {
  return (
    <Link prefetch={false} className={cx(kButton, kLooks[look], className)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export function Spinner() {
  return <span aria-hidden className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent" />;
}

const kInput = 'w-full rounded-md border border-edge bg-sheet px-3 text-ink placeholder:text-faint min-h-10 disabled:bg-sunken disabled:text-soft aria-invalid:border-bad aria-invalid:outline-bad';

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  children: (props: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined }) => ReactNode;
  className?: string;
}
export function Field({ label, hint, error, children, className }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div className={cx('grid content-start gap-1.5', className)}>
      <label htmlFor={id} className="font-semibold text-[0.9375rem]">{label}</label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
      {hint && <p id={`${id}-hint`} className="text-sm text-faint">{hint}</p>}
      {error && <p id={`${id}-error`} className="text-sm text-bad flex gap-1.5"><Icon name="alert" className="mt-0.5 size-4" /><span>{error}</span></p>}
    </div>
  );
}

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & { label: ReactNode; hint?: ReactNode; error?: string | undefined; onText: (value: string) => void };
export function TextField({ label, hint, error, onText, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className && { className })}>
      {(props) => <input {...props} {...rest} className={kInput} onChange={(event) => onText(event.target.value)} />}
    </Field>
  );
}

export function PasswordField({ ...props }: TextFieldProps) {
  const t = useText();
  const [shown, setShown] = useState(false);
  const { label, hint, error, onText, className, ...rest } = props;
  return (
    <Field label={label} hint={hint} error={error} {...(className && { className })}>
      {(aria) => (
        <div className="relative">
          <input {...aria} {...rest} type={shown ? 'text' : 'password'} className={cx(kInput, 'pr-12')} onChange={(event) => onText(event.target.value)} />
          <button type="button" aria-label={t(shown ? 'password.hide' : 'password.show')} aria-pressed={shown} className="absolute inset-y-0 right-0 grid w-11 place-items-center text-soft hover:text-ink" onClick={() => setShown(!shown)}>
            <Icon name={shown ? 'eyeOff' : 'eye'} />
          </button>
        </div>
      )}
    </Field>
  );
}

type TextAreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> & { label: ReactNode; hint?: ReactNode; error?: string | undefined; onText: (value: string) => void };
export function TextArea({ label, hint, error, onText, className, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className && { className })}>
      {(props) => <textarea rows={4} {...props} {...rest} className={cx(kInput, 'py-2')} onChange={(event) => onText(event.target.value)} />}
    </Field>
  );
}

type SelectProps = Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> & { label: ReactNode; hint?: ReactNode; error?: string | undefined; options: { value: string; label: string }[]; onPick: (value: string) => void; hideLabel?: boolean };
export function Select({ label, hint, error, options, onPick, className, hideLabel, ...rest }: SelectProps) {
  const id = useId();
  const control = (props: object) => (
    <select {...props} {...rest} className={cx(kInput, 'pr-8', className)} onChange={(event) => onPick(event.target.value)}>
      {options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
    </select>
  );
  if (hideLabel) return <><label htmlFor={id} className="sr-only">{label}</label>{control({ id })}</>;
  return <Field label={label} hint={hint} error={error}>{control}</Field>;
}

export function RangeField({ label, hint, value, onValue, shown, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, 'value'> & { label: ReactNode; hint?: ReactNode; value: number; onValue: (value: number) => void; shown: string }) {
  return (
    <Field label={<span className="flex justify-between gap-4"><span>{label}</span><output className="font-mono text-sm font-normal tabular-nums">{shown}</output></span>} hint={hint}>
      {(props) => <input type="range" {...props} {...rest} value={value} aria-valuetext={shown} className="h-8 w-full accent-primary" onChange={(event) => onValue(Number(event.target.value))} />}
    </Field>
  );
}

export function Check({ label, hint, checked, onCheck, disabled }: { label: ReactNode; hint?: ReactNode; checked: boolean; onCheck: (value: boolean) => void; disabled?: boolean }) {
  const id = useId();
  return (
    <div className="flex gap-3">
      <input id={id} type="checkbox" className="mt-0.5 size-5 shrink-0 accent-primary" checked={checked} disabled={disabled} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => onCheck(event.target.checked)} />
      <div className="grid gap-0.5">
        <label htmlFor={id} className="font-semibold text-[0.9375rem]">{label}</label>
        {hint && <p id={`${id}-hint`} className="text-sm text-faint">{hint}</p>}
      </div>
    </div>
  );
}

/** A choice among a few, as one row of buttons. */
export function Segments<T extends string>({ label, value, options, onPick }: { label: string; value: T | ''; options: { value: T; label: ReactNode }[]; onPick: (value: T) => void }) {
  return (
    <div role="group" aria-label={label} className="inline-flex w-fit flex-wrap gap-1 rounded-md border border-rule bg-sunken p-1">
      {options.map((one) => (
        <button key={one.value} type="button" aria-pressed={value === one.value} className={cx('min-h-8 rounded-sm px-3 text-sm font-semibold', value === one.value ? 'bg-sheet text-ink shadow-lift ring-1 ring-edge ring-inset' : 'text-soft hover:text-ink')} onClick={() => onPick(one.value)}>
          {one.label}
        </button>
      ))}
    </div>
  );
}

const kTones = { good: 'bg-good-soft text-good', warn: 'bg-warn-soft text-warn', bad: 'bg-bad-soft text-bad', plain: 'bg-sunken text-soft', marker: 'bg-marker-soft text-ink' };
export function Badge({ tone = 'plain', children }: { tone?: keyof typeof kTones; children: ReactNode }) {
  return <span className={cx('inline-flex items-center gap-1.5 rounded-sm px-2 py-0.5 text-[0.8125rem] leading-5 font-semibold whitespace-nowrap', kTones[tone])}>{children}</span>;
}

export function Note({ tone = 'plain', children, role }: { tone?: 'plain' | 'bad' | 'warn' | 'good'; children: ReactNode; role?: 'alert' | 'status' }) {
  return (
    <div role={role} className={cx('flex gap-3 rounded-md border-l-4 px-4 py-3 text-[0.9375rem]', tone === 'bad' ? 'border-bad bg-bad-soft' : tone === 'warn' ? 'border-warn bg-warn-soft' : tone === 'good' ? 'border-good bg-good-soft' : 'border-edge bg-sunken')}>
      <Icon name={tone === 'good' ? 'check' : tone === 'plain' ? 'info' : 'alert'} className={cx('mt-0.5', tone === 'bad' && 'text-bad', tone === 'warn' && 'text-warn', tone === 'good' && 'text-good')} />
      <div className="min-w-0 grid gap-2">{children}</div>
    </div>
  );
}

/** What a page shows when it could not be read: the sentence, and another try. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const t = useText();
  return (
    <Note tone="bad" role="alert">
      <p>{sentenceOf(error)}</p>
      {again && <div><Button icon="refresh" onClick={again}>{t('again')}</Button></div>}
    </Note>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx('skeleton block', className)} />;
}
export function SkeletonRows({ rows = 5, className = 'h-14' }: { rows?: number; className?: string }) {
  const t = useText();
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">{t('loading')}</span>
      {Array.from({ length: rows }, (_, i) => <Skeleton key={i} className={className} />)}
    </div>
  );
}

/** Nothing here yet: what would be, and how to begin. */
export function Empty({ title, children, action, whole }: { title: string; children: ReactNode; action?: ReactNode; whole?: boolean }) {
  // `whole`: it is all that the page has.
  const Title = whole ? 'h1' : 'h2';
  return (
    <div className="grid justify-items-start gap-3 rounded-lg border border-dashed border-edge px-6 py-8">
      <span aria-hidden className="font-display text-3xl font-bold text-edge">[&nbsp;&nbsp;]</span>
      <Title className="text-xl">{title}</Title>
      <div className="max-w-[62ch] text-soft grid gap-2">{children}</div>
      {action}
    </div>
  );
}

export function PageTitle({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0 grid gap-1.5">
        <h1 className="text-[1.75rem] sm:text-[2rem]" tabIndex={-1}>{title}</h1>
        {children && <p className="max-w-[68ch] text-soft">{children}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}

/** A part of a page: its name in the margin, its content beside. */
export function Section({ title, hint, children, id }: { title: ReactNode; hint?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section id={id} className="grid grid-cols-1 gap-x-10 gap-y-4 border-t border-rule py-7 lg:grid-cols-[15rem_minmax(0,1fr)]">
      <div className="grid content-start gap-1.5">
        <h2 className="text-lg">{title}</h2>
        {hint && <p className="text-sm text-faint max-w-[60ch]">{hint}</p>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

/** One figure with what it counts. */
export function Figure({ label, value, note, href }: { label: string; value: ReactNode; note?: ReactNode; href?: string }) {
  return (
    <div className="relative grid content-start gap-2 border-t-2 border-ink pt-3">
      <dt className="text-sm text-soft">{href ? <Link prefetch={false} href={href} className="after:absolute after:inset-0 hover:text-link hover:underline">{label}</Link> : label}</dt>
      <dd className="font-display text-[2rem] leading-none font-semibold tracking-tight tabular-nums">{value}</dd>
      {note && <dd className="text-sm text-faint">{note}</dd>}
    </div>
  );
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    await navigator.clipboard.writeText(text).catch(() => copyBySelection(text));
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 2500);
  };
  return (
    <>
      <Button icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>{copied ? t('copied') : (label ?? t('copy'))}</Button>
      <span role="status" className="sr-only">{copied ? t('copied') : ''}</span>
    </>
  );
}

// Without https there is no clipboard interface.
function copyBySelection(text: string) {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'fixed opacity-0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
