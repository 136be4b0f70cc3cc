'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, got } from '@/lib/api-sqlserver';
import { ApiError } from '@/lib/failures';
import { useText } from '@/lib/language';
import { keys, useRemember } from '@/lib/queries';
import { useCurrent } from '@/lib/workspace-context';
import { Icon } from './icons';
import { toast, toastFailure } from './toasts';
import { Button, TextField } from './ui';

/** What a person pastes (an address, with path and all) as a domain: "https://Shop.example/a" → "shop.example". */
export function domainOf(text: string): string {
  const trimmed = text.trim().toLowerCase();
  try {
    const url = new URL(/^[a-z]+:\/\//.test(trimmed) ? trimmed : `https://${trimmed}`);
    return url.host;
  } catch {
    return trimmed;
  }
}

/** Seen at once, and back to what it was should the server refuse. */
export function useSaveDomains() {
  const t = useText();
  const { workspace, id } = useCurrent();
  const remember = useRemember();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (allowed_domains: string[]) => got(api.PATCH('/api/workspaces/{wid}', { params: { path: { wid: id } }, body: { allowed_domains } })),
    onMutate: (allowed_domains) => {
      remember({ ...workspace, allowed_domains });
      return workspace;
    },
    onSuccess: (next) => {
      remember(next);
      void client.invalidateQueries({ queryKey: keys.sites(id) });
      toast(t('saved'), { undo: () => save.mutate(workspace.allowed_domains) });
    },
    onError: (error, _domains, before) => {
      if (before) remember(before);
      if (!(error instanceof ApiError && error.status === 422)) toastFailure(error);
    },
  });
  return save;
}

export function DomainsField({ value, onValue, readOnly, error }: { value: string[]; onValue: (value: string[]) => void; readOnly?: boolean; error?: string | undefined }) {
  const t = useText();
  const [typed, setTyped] = useState('');
  const add = () => {
    const domain = domainOf(typed);
    if (domain && !value.includes(domain)) onValue([...value, domain]);
    setTyped('');
  };
  return (
    <div className="grid gap-3">
      {value.length > 0 && (
        <ul aria-label={t('domains.label')} className="flex flex-wrap gap-2">
          {value.map((one) => (
            <li key={one} className="flex items-center gap-1 rounded-md border border-rule bg-sheet pl-3 font-mono text-sm">
              {one}
              {readOnly ? <span className="w-2 py-4" /> : <button type="button" aria-label={t('domains.remove', one)} className="grid size-9 place-items-center text-soft hover:text-bad" onClick={() => onValue(value.filter((other) => other !== one))}><Icon name="close" className="size-4" /></button>}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && (
        <div className="flex flex-wrap items-end gap-2">
          <TextField className="min-w-56 flex-1" label={t('domains.add')} placeholder="exemple.fr" value={typed} error={error} inputMode="url" autoCapitalize="none" spellCheck={false} onText={setTyped} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); add(); } }} />
          <Button icon="plus" disabled={!typed.trim()} onClick={add}>{t('add')}</Button>
        </div>
      )}
      {value.length === 0 && <p className="text-sm text-faint">{t('domains.none')}</p>}
    </div>
  );
}
