'use client';
import { Dialog } from 'radix-ui';
import type { Workspace } from '@/lib/api-sqlserver';
import { useText } from '@/lib/language';
import { Icon } from './icons';
import { AccountLinks, NearLink, WorkspaceHead, WorkspaceNav } from './shell';

/** The margin of the page, on a narrow screen. */
export function Drawer({ workspace, onClose }: { workspace: Workspace | undefined; onClose: () => void }) {
  const t = useText();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-30 bg-[rgb(9_15_14/0.55)]" />
        <Dialog.Content aria-describedby={undefined} className="fixed inset-y-0 right-0 z-30 flex w-[min(20rem,calc(100vw-3rem))] flex-col gap-5 overflow-y-auto border-l border-rule bg-paper p-4 shadow-lift">
          <div className="flex items-center justify-between">
            <Dialog.Title className="px-3 text-lg">{t('nav.menu')}</Dialog.Title>
            <Dialog.Close aria-label={t('close')} className="grid size-11 place-items-center rounded-md hover:bg-sunken"><Icon name="close" /></Dialog.Close>
          </div>
          {workspace ? (
            <>
              <WorkspaceHead workspace={workspace} />
              <WorkspaceNav workspace={workspace} onGo={onClose} />
            </>
          ) : (
            <NearLink href="/workspaces" onClick={onClose} className="flex min-h-10 items-center gap-3 rounded-md px-3 hover:bg-sunken"><Icon name="overview" />{t('nav.workspaces')}</NearLink>
          )}
          <div className="mt-auto"><AccountLinks onGo={onClose} /></div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
