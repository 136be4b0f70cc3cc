'use client';
import { DropdownMenu } from 'radix-ui';
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
  return (
    <DropdownMenu.Root modal={false}>
      {text ? (
        <DropdownMenu.Trigger asChild><Button {...(icon && { icon })}>{text}</Button></DropdownMenu.Trigger>
      ) : (
        <DropdownMenu.Trigger aria-label={label} className="grid size-10 shrink-0 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink"><Icon name="more" /></DropdownMenu.Trigger>
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
