'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent } from 'react';
import { ColourField, kHex } from '@/components/colour-field';
import { DomainsField } from '@/components/domains-field';
import { Shell } from '@/components/shell';
import { Button, Failed, LinkButton, Note, PageTitle, TextArea, TextField, cx } from '@/components/ui';
import { WidgetPreview } from '@/components/widget-preview';
import { api, got } from '@/lib/api-sqlserver';
import { useUser } from '@/lib/auth-context';
import { useDraft } from '@/lib/drafts';
import { ApiError } from '@/lib/failures';
import { useText } from '@/lib/language';
import { keys } from '@/lib/queries';
import { useTitle } from '@/lib/title';
import { workspaceHref } from '@/lib/url';

const kEmpty = { name: '', description: '', chatbot: '', welcome: '', color: '#0c4f49', domains: [] as string[] };
const kSteps = ['create.step1', 'create.step2', 'create.step3'] as const;

export default function CreateWorkspace() {
  const t = useText();
  const router = useRouter();
  const client = useQueryClient();
  const user = useUser();
  const draft = useDraft('new-workspace', kEmpty);
  const [step, setStep] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [nameMissing, setNameMissing] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = useRef(false);
  const form = draft.value;
  const change = (part: Partial<typeof kEmpty>) => draft.set({ ...form, ...part });
  useTitle(t('create.title'));
  useEffect(() => {
    if (moved.current) heading.current?.focus();
  }, [step]);
  const go = (to: number) => {
    moved.current = true;
    setStep(to);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!form.name.trim()) {
      setNameMissing(true);
      go(0);
      return;
    }
    if (step < 2) return go(step + 1);
    setBusy(true);
    setFailure(null);
    try {
      const made = await got(api.POST('/api/workspaces', {
        body: {
          name: form.name.trim(),
          ...(form.description.trim() && { description: form.description.trim() }),
          ...(form.domains.length && { allowed_domains: form.domains, domain: form.domains[0] }),
          ...(form.welcome.trim() && { welcome_message: form.welcome.trim() }),
        },
      }));
      await got(api.PATCH('/api/workspaces/{wid}/widget-config', {
        params: { path: { wid: made.id } },
        body: { ...(kHex.test(form.color) && { primary_color: form.color }), chatbot_name: (form.chatbot.trim() || form.name.trim()).slice(0, 100) },
      })).catch(() => undefined); // The workspace exists: its appearance can be set on its own page.
      draft.clear();
      void client.invalidateQueries({ queryKey: keys.workspaces });
      router.replace(workspaceHref(made.id, 'documents'));
    } catch (error) {
      setFailure(error);
      setBusy(false);
      if (error instanceof ApiError && error.field('name')) go(0);
    }
  };

  if (user.role !== 'admin') {
    return <Shell><PageTitle title={t('create.title')} /><Note><p>{t('create.notAllowed')}</p><div><LinkButton href="/workspaces">{t('nav.workspaces')}</LinkButton></div></Note></Shell>;
  }
  const fieldError = (name: string) => (failure instanceof ApiError ? failure.field(name) : undefined);
  return (
    <Shell>
      <PageTitle title={t('create.title')}>{t('create.text')}</PageTitle>
      <div className="grid grid-cols-1 gap-10 xl:grid-cols-[minmax(0,1fr)_25rem]">
        <form noValidate className="grid content-start gap-7" onSubmit={(event) => void submit(event)}>
          <ol className="grid grid-cols-3 gap-3">
            {kSteps.map((key, i) => (
              <li key={key}>
                <button type="button" aria-current={i === step ? 'step' : undefined} disabled={i > step && !form.name.trim()} onClick={() => go(i)} className={cx('grid w-full gap-1 border-t-4 pt-2 text-left text-sm', i <= step ? 'border-primary' : 'border-rule', i === step ? 'font-bold' : 'text-soft')}>
                  <span className="font-mono">[{i + 1}]</span>{t(key)}
                </button>
              </li>
            ))}
          </ol>
          <h2 ref={heading} tabIndex={-1} className="text-xl">{t(kSteps[step] ?? 'create.step1')}</h2>
          {failure !== null && <Failed error={failure} />}
          {step === 0 && (
            <>
              <TextField label={t('create.name')} hint={t('create.nameHint')} required maxLength={255} value={form.name} error={nameMissing && !form.name.trim() ? t('create.nameMissing') : fieldError('name')} onText={(name) => change({ name })} autoFocus />
              <TextArea label={t('create.description')} maxLength={4000} value={form.description} error={fieldError('description')} onText={(description) => change({ description })} />
            </>
          )}
          {step === 1 && (
            <>
              <TextField label={t('widget.name')} hint={t('widget.nameHint')} maxLength={100} value={form.chatbot} placeholder={form.name} onText={(chatbot) => change({ chatbot })} />
              <TextArea label={t('widget.welcome')} rows={3} maxLength={1000} value={form.welcome} placeholder={t('create.welcomeExample')} error={fieldError('welcome_message')} onText={(welcome) => change({ welcome })} />
              <ColourField value={form.color} onValue={(color) => change({ color })} />
            </>
          )}
          {step === 2 && (
            <>
              <p className="text-soft">{t('create.domainsText')}</p>
              <DomainsField value={form.domains} error={fieldError('allowed_domains')} onValue={(domains) => change({ domains })} />
            </>
          )}
          <div className="flex flex-wrap justify-between gap-2 border-t border-rule pt-5">
            {step > 0 ? <Button icon="back" onClick={() => go(step - 1)}>{t('back')}</Button> : <LinkButton href="/workspaces">{t('cancel')}</LinkButton>}
            <Button type="submit" look="primary" busy={busy}>{t(step < 2 ? 'next' : 'create.go')}</Button>
          </div>
        </form>
        <aside aria-label={t('preview.title')} className="hidden md:block">
          <p className="mb-2 text-sm font-semibold text-soft">{t('preview.title')}</p>
          <WidgetPreview device="desktop" look={{ name: form.chatbot || form.name, color: form.color, position: 'bottom-right', welcome: form.welcome || t('create.welcomeExample'), placeholder: '', branding: '', suggestions: [], width: 384, height: 620 }} />
        </aside>
      </div>
    </Shell>
  );
}
