'use client';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { Icon } from './icons';
import type { IconName } from './icons';
import { Button, cx } from './ui';

export interface Choice {
  text: string;
  icon: IconName;
  danger?: boolean;
  onPick: () => void;
}

/** `text`: a button with words and an icon; without, three dots named by `label`. */
export function Menu({ label, choices, text, icon }: { label: string; choices: Choice[]; text?: string; icon?: IconName }) {
  // A long list has many of these: until one is opened, it is a button and no more.
  const [open, setOpen] = useState<boolean | null>(null);
  const dots = 'grid size-10 shrink-0 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink';
  const begin = {
    'aria-haspopup': 'menu' as const,
    'aria-expanded': false,
    onClick: () => setOpen(true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown') return;
      event.preventDefault();
      setOpen(true);
    },
  };
  if (open === null) return text ? <Button {...(icon && { icon })} {...begin}>{text}</Button> : <button type="button" aria-label={label} className={dots} {...begin}><Icon name="more" /></button>;
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
      {text ? (
        <DropdownMenu.Trigger asChild><Button {...(icon && { icon })}>{text}</Button></DropdownMenu.Trigger>
      ) : (
        <DropdownMenu.Trigger aria-label={label} className={dots}><Icon name="more" /></DropdownMenu.Trigger>
      )}
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="enter z-40 min-w-52 rounded-md border border-rule bg-sheet p-1 shadow-lift">
          {choices.map((one) => (
            <DropdownMenu.Item key={one.text} onSelect={one.onPick} className={cx('flex min-h-10 cursor-pointer items-center gap-3 rounded-sm px-3 outline-none data-highlighted:bg-sunken', one.danger && 'text-bad')}>
              <Icon name={one.icon} />
              {one.text}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
