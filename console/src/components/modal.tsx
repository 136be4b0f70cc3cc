'use client';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useText } from '@/lib/language';
import { Button, TextField, cx } from './ui';
import { Icon } from './icons';

export function Modal({ title, description, onClose, children, wide }: { title: ReactNode; description?: ReactNode; onClose: () => void; children: ReactNode; wide?: boolean }) {
  const t = useText();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(9_15_14/0.55)]" />
        <Dialog.Content {...(description ? {} : { 'aria-describedby': undefined })} className={cx('enter fixed top-1/2 left-1/2 z-40 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-auto rounded-lg border border-rule bg-sheet p-6 shadow-lift', wide ? 'max-w-3xl' : 'max-w-lg')}>
          <div className="mb-4 flex items-start justify-between gap-4">
            <div className="grid gap-1.5">
              <Dialog.Title className="text-xl">{title}</Dialog.Title>
              {description && <Dialog.Description className="text-soft">{description}</Dialog.Description>}
            </div>
            <Dialog.Close className="-mt-2 -mr-2 grid size-10 shrink-0 place-items-center rounded-md text-soft hover:bg-sunken" aria-label={t('close')}><Icon name="close" /></Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export function ModalActions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap justify-end gap-2">{children}</div>;
}

/** Asks before something that cannot be taken back; with `name`, only who types it goes on. */
export function Confirm({ title, children, action, name, busy, onConfirm, onClose }: { title: ReactNode; children: ReactNode; action: string; name?: string; busy?: boolean | undefined; onConfirm: () => void; onClose: () => void }) {
  const t = useText();
  const [typed, setTyped] = useState('');
  const ready = name === undefined || typed.trim() === name.trim();
  return (
    <Modal title={title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (ready && !busy) onConfirm(); }}>
        <div className="grid gap-4">
          <div className="grid gap-2 text-soft">{children}</div>
          {name !== undefined && <TextField label={t('confirm.type', name)} value={typed} autoComplete="off" spellCheck={false} onText={setTyped} />}
        </div>
        <ModalActions>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="danger" busy={busy} disabled={!ready}>{action}</Button>
        </ModalActions>
      </form>
    </Modal>
  );
}
