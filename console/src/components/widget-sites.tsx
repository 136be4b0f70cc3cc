'use client';
// Where the widget was loaded: whether the line that was pasted works. Anybody can tell the server any site, so a
// site that is not allowed is a hint, and is allowed by hand only.
import { ago, dayAndTime } from '@/lib/format';
import { useText } from '@/lib/language';
import { useWidgetSites } from '@/lib/queries';
import type { WidgetSite } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { domainOf, useSaveDomains } from './domains-field';
import { Icon } from './icons';
import { Badge, Button, Failed, Note, SkeletonRows } from './ui';

export function WidgetSites() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const sites = useWidgetSites(id);
  const isSeen = sites.data?.some((one) => one.is_allowed);
  return (
    <div className="grid gap-3">
      <h3 className="text-base">{t('sites.title')}</h3>
      {workspace.allowed_domains.length === 0 && <Note tone="warn"><p>{t('install.noDomain')}</p></Note>}
      {sites.error && !sites.data ? <Failed error={sites.error} again={() => void sites.refetch()} /> : !sites.data ? <SkeletonRows rows={1} /> : null}
      <div aria-live="polite" className="grid gap-3">
        {sites.data && !isSeen && workspace.allowed_domains.length > 0 && <Note><p>{t('sites.none')}</p></Note>}
        {sites.data && sites.data.length > 0 && <ul className="border-t border-rule">{sites.data.map((one) => <Site key={one.origin} site={one} />)}</ul>}
      </div>
    </div>
  );
}

function Site({ site }: { site: WidgetSite }) {
  const t = useText();
  const { workspace, mayEdit } = useCurrent();
  const save = useSaveDomains();
  // A site without TLS is not let in by any domain.
  const mayBeAllowed = site.origin.startsWith('https:') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(site.origin);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-rule py-3">
      <Icon name={site.is_allowed ? 'check' : 'alert'} className={site.is_allowed ? 'text-good' : 'text-warn'} />
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2"><span dir="ltr" className="font-mono text-sm font-semibold break-all">{site.origin}</span>{!site.is_allowed && <Badge tone="warn">{t('sites.refused')}</Badge>}</p>
        <p className="text-sm text-faint" title={dayAndTime(site.last_seen_at)}>{t(site.is_allowed ? 'sites.seen' : 'sites.tried', ago(site.last_seen_at), dayAndTime(site.first_seen_at))}</p>
        {!site.is_allowed && <p className="mt-1 max-w-[62ch] text-sm text-soft">{t(mayBeAllowed ? 'sites.refusedHint' : 'sites.insecure')}</p>}
      </div>
      {mayEdit && !site.is_allowed && mayBeAllowed && <Button icon="plus" busy={save.isPending} onClick={() => save.mutate([...workspace.allowed_domains, domainOf(site.origin)])}>{t('sites.allow')}</Button>}
    </li>
  );
}
