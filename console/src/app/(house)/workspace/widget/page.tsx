'use client';
import { Tabs } from 'radix-ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ColourField, kHex } from '@/components/colour-field';
import { DomainsField, useSaveDomains } from '@/components/domains-field';
import { NotSaved } from '@/components/not-saved';
import { toast, toastFailure } from '@/components/toasts';
import { Button, Check, CopyButton, LinkButton, PageTitle, RangeField, Section, Segments, TextArea, TextField, cx } from '@/components/ui';
import { WidgetPreview } from '@/components/widget-preview';
import { WidgetSites } from '@/components/widget-sites';
import { api, got } from '@/lib/api-sqlserver';
import type { WidgetConfig } from '@/lib/api-sqlserver';
import { useEdits } from '@/lib/edits';
import { ApiError, sentenceOf } from '@/lib/failures';
import { useText } from '@/lib/language';
import { keys, useRemember } from '@/lib/queries';
import { kSiteNames, kSites, snippet } from '@/lib/snippets';
import type { Site } from '@/lib/snippets';
import { useTitle } from '@/lib/title';
import { useCurrent } from '@/lib/workspace-context';

export default function WidgetPage() {
  const t = useText();
  const { workspace } = useCurrent();
  useTitle(t('nav.widget'), workspace.name);
  return (
    <>
      <PageTitle title={t('nav.widget')} actions={<LinkButton icon="eye" href={`/demo/${workspace.id}`} target="_blank" rel="noopener">{t('widget.demo')}</LinkButton>}>{t('widget.text')}</PageTitle>
      <Appearance />
      <Domains />
      <Handover />
      <Install />
    </>
  );
}

function Appearance() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const client = useQueryClient();
  const remember = useRemember();
  const { form, changed, change, ...edits } = useEdits<WidgetConfig>(`widget:${id}`, workspace.widget_config);
  const path = { params: { path: { wid: id } } };
  const [device, setDevice] = useState<'desktop' | 'phone'>('desktop');
  const save = useMutation({
    mutationFn: async () => {
      edits.compare(await got(api.GET('/api/workspaces/{wid}/widget-config', path)));
      return got(api.PATCH('/api/workspaces/{wid}/widget-config', { ...path, body: Object.fromEntries(changed.map((name) => [name, form[name]])) }));
    },
    onSuccess: (widget_config) => {
      remember({ ...workspace, widget_config });
      void client.invalidateQueries({ queryKey: keys.workspace(id), exact: true });
      edits.clear();
      toast(t('saved'));
    },
  });
  const field = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  const isChanged = changed.length > 0;
  const labels = { chatbot_name: t('widget.name'), primary_color: t('widget.color'), welcome_message: t('widget.welcome'), placeholder: t('widget.placeholder'), branding_text: t('widget.branding'), suggested_questions: t('widget.suggestions'), position: t('widget.position'), width: t('widget.width'), height: t('widget.height') };
  return (
    <div className="grid grid-cols-1 gap-10 border-t border-rule py-7 xl:grid-cols-[minmax(0,1fr)_27rem]">
      <form className="grid content-start gap-5" noValidate onSubmit={(event) => { event.preventDefault(); if (!save.isPending && isChanged) save.mutate(); }}>
        <h2 className="text-lg">{t('widget.appearance')}</h2>
        <NotSaved save={save} edits={edits} labels={labels} />
        <fieldset disabled={!mayEdit} className="grid gap-5">
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField label={t('widget.name')} hint={t('widget.nameHint')} maxLength={100} value={form.chatbot_name} error={field('chatbot_name')} onText={(chatbot_name) => change({ chatbot_name })} />
            <ColourField value={form.primary_color} disabled={!mayEdit} error={field('primary_color')} onValue={(primary_color) => change({ primary_color })} />
          </div>
          <TextArea label={t('widget.welcome')} rows={3} maxLength={1000} value={form.welcome_message} error={field('welcome_message')} onText={(welcome_message) => change({ welcome_message })} />
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField label={t('widget.placeholder')} maxLength={200} value={form.placeholder} error={field('placeholder')} onText={(placeholder) => change({ placeholder })} />
            <TextField label={t('widget.branding')} maxLength={200} value={form.branding_text} error={field('branding_text')} onText={(branding_text) => change({ branding_text })} />
          </div>
          <TextArea label={t('widget.suggestions')} hint={t('widget.suggestionsHint')} rows={3} value={form.suggested_questions.join('\n')} error={field('suggested_questions')} onText={(text) => change({ suggested_questions: text === '' ? [] : text.split('\n') })} onBlur={() => { const clean = form.suggested_questions.map((one) => one.trim()).filter(Boolean); if (clean.length !== form.suggested_questions.length) change({ suggested_questions: clean }); }} />
          <div className="grid gap-1.5"><span className="font-semibold text-[0.9375rem]">{t('widget.position')}</span><Segments label={t('widget.position')} value={form.position} options={[{ value: 'bottom-left', label: t('widget.left') }, { value: 'bottom-right', label: t('widget.right') }]} onPick={(position) => mayEdit && change({ position })} /></div>
          <div className="grid gap-5 sm:grid-cols-2">
            <RangeField label={t('widget.width')} min={280} max={600} step={10} value={form.width} shown={`${form.width} px`} onValue={(width) => change({ width })} />
            <RangeField label={t('widget.height')} min={360} max={900} step={10} value={form.height} shown={`${form.height} px`} onValue={(height) => change({ height })} />
          </div>
        </fieldset>
        {mayEdit && (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" busy={save.isPending} disabled={!isChanged || !kHex.test(form.primary_color)}>{t('save')}</Button>
            {isChanged && <Button onClick={() => { save.reset(); edits.clear(); }}>{t('discard')}</Button>}
          </div>
        )}
      </form>
      <aside aria-label={t('preview.title')} className="xl:sticky xl:top-6 xl:self-start">
        <div className="mb-3 flex items-center justify-between gap-3"><h2 className="text-lg">{t('preview.title')}</h2><Segments label={t('preview.device')} value={device} options={[{ value: 'desktop', label: t('preview.desktop') }, { value: 'phone', label: t('preview.phone') }]} onPick={setDevice} /></div>
        <WidgetPreview device={device} look={{ name: form.chatbot_name || workspace.name, color: form.primary_color, position: form.position, welcome: form.welcome_message, placeholder: form.placeholder, branding: form.branding_text, suggestions: form.suggested_questions, width: form.width, height: form.height }} />
      </aside>
    </div>
  );
}

function Domains() {
  const t = useText();
  const { workspace, mayEdit } = useCurrent();
  const save = useSaveDomains();
  return (
    <Section title={t('domains.label')} hint={t('domains.hint')}>
      <DomainsField value={workspace.allowed_domains} readOnly={!mayEdit} error={save.error instanceof ApiError && save.error.status === 422 ? sentenceOf(save.error) : undefined} onValue={(next) => save.mutate(next)} />
    </Section>
  );
}

/** When visitors may ask for a person. */
function Handover() {
  const t = useText();
  const { workspace, id, mayEdit } = useCurrent();
  const remember = useRemember();
  const saved = { handover_enabled: workspace.widget_config.handover_enabled, handover_email: workspace.widget_config.handover_email, handover_after_low: workspace.widget_config.handover_after_low };
  const { form, changed: names, change, ...edits } = useEdits(`handover:${id}`, saved);
  const path = { params: { path: { wid: id } } };
  const save = useMutation({
    mutationFn: async () => {
      const { handover_enabled, handover_email, handover_after_low } = await got(api.GET('/api/workspaces/{wid}/widget-config', path));
      edits.compare({ handover_enabled, handover_email, handover_after_low });
      return got(api.PATCH('/api/workspaces/{wid}/widget-config', { ...path, body: Object.fromEntries(names.map((name) => [name, form[name]])) }));
    },
    onSuccess: (widget_config) => {
      remember({ ...workspace, widget_config });
      edits.clear();
      toast(t('saved'));
    },
  });
  const mail = useMutation({
    mutationFn: () => got(api.POST('/api/workspaces/{wid}/handover/try-mail', { params: { path: { wid: id } } })),
    onSuccess: () => toast(t('handover.mailSent', saved.handover_email)),
    onError: toastFailure,
  });
  const changed = names.length > 0;
  const wrongEmail = save.error instanceof ApiError ? save.error.field('handover_email') : undefined;
  return (
    <Section title={t('handover.title')} hint={t('handover.hint')}>
      <form className="grid max-w-2xl gap-5" noValidate onSubmit={(event) => { event.preventDefault(); if (changed && !save.isPending) save.mutate(); }}>
        <NotSaved save={save} edits={edits} labels={{ handover_enabled: t('handover.enabled'), handover_email: t('handover.email'), handover_after_low: t('handover.after') }} hidden={!!wrongEmail} />
        <fieldset disabled={!mayEdit} className="grid gap-5">
          <Check label={t('handover.enabled')} hint={t('handover.enabledHint')} checked={form.handover_enabled} onCheck={(handover_enabled) => change({ handover_enabled })} />
          <TextField label={t('handover.email')} hint={t('handover.emailHint')} type="email" maxLength={254} value={form.handover_email} error={wrongEmail} onText={(handover_email) => change({ handover_email })} />
          <RangeField label={t('handover.after')} hint={t('handover.afterHint')} min={0} max={5} value={form.handover_after_low} shown={form.handover_after_low === 0 ? t('handover.never') : String(form.handover_after_low)} onValue={(handover_after_low) => change({ handover_after_low })} />
        </fieldset>
        {mayEdit && (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" busy={save.isPending} disabled={!changed}>{t('save')}</Button>
            {changed ? <Button onClick={() => { save.reset(); edits.clear(); }}>{t('discard')}</Button> : saved.handover_email && <Button icon="send" busy={mail.isPending} onClick={() => mail.mutate()}>{t('handover.tryMail')}</Button>}
          </div>
        )}
      </form>
    </Section>
  );
}

function Install() {
  const t = useText();
  const { workspace } = useCurrent();
  const [site, setSite] = useState<Site>('html');
  const server = location.origin;
  return (
    <Section title={t('install.title')} hint={t('install.hint')}>
      <div className="grid gap-5">
        <Tabs.Root value={site} onValueChange={(value) => setSite(value as Site)}>
          <Tabs.List aria-label={t('install.title')} className="flex flex-wrap gap-x-1 border-b border-rule">
            {kSites.map((one) => <Tabs.Trigger key={one} value={one} className={cx('-mb-px min-h-10 border-b-[3px] px-3 text-[0.9375rem]', site === one ? 'border-primary font-bold' : 'border-transparent text-soft hover:text-ink')}>{kSiteNames[one]}</Tabs.Trigger>)}
          </Tabs.List>
          {kSites.map((one) => {
            const code = snippet(one, server, workspace.id);
            return (
              <Tabs.Content key={one} value={one} className="grid gap-3 pt-4">
                <p className="text-soft">{t(`install.${one}`)}</p>
                <pre tabIndex={0} aria-label={t('install.code', kSiteNames[one])} className="overflow-x-auto rounded-md border border-rule bg-sheet p-4 font-mono text-sm">{code}</pre>
                <div><CopyButton text={code} /></div>
              </Tabs.Content>
            );
          })}
        </Tabs.Root>
        <WidgetSites />
      </div>
    </Section>
  );
}
