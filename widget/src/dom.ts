// Elements without HTML text: every string that reaches the page goes through textContent or an attribute
// that this program names.

import type { Block, Inline } from './markdown';

type Child = Node | string | undefined | false;

interface Props {
  class?: string;
  text?: string;
  attrs?: Record<string, string | number | boolean | undefined>;
  on?: { [Type in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Type]) => void };
}

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (props.class) element.className = props.class;
  if (props.text !== undefined) element.textContent = props.text;
  for (const [name, value] of Object.entries(props.attrs ?? {})) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const [type, listener] of Object.entries(props.on ?? {})) {
    element.addEventListener(type, listener as EventListener);
  }
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

/** Outlines on a 24 × 24 grid. */
const kIcons = {
  chat: 'M21 11.5a8.4 8.4 0 0 1-8.5 8.3 8.7 8.7 0 0 1-3.7-.8L3.5 20.5l1.5-4.7a8.1 8.1 0 0 1-1-4.3 8.4 8.4 0 0 1 8.5-8.2 8.4 8.4 0 0 1 8.5 8.2Z',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'm6 9 6 6 6-6',
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  stop: 'M7 7h10v10H7z',
  renew: 'M12 5v14M5 12h14',
  up: 'M7 10.5v9H4v-9h3Zm0 0 4-7c1.3 0 2.2 1 2.2 2.3v3.4h5a2 2 0 0 1 2 2.4l-1.3 6.3a2 2 0 0 1-2 1.6H7',
  file: 'M14 3H7a1.5 1.5 0 0 0-1.5 1.5v15A1.5 1.5 0 0 0 7 21h10a1.5 1.5 0 0 0 1.5-1.5v-12L14 3Zm0 0v4.5h4.5',
  alert: 'M12 8v5m0 3.2v.1M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18Z',
} as const;

export type IconName = keyof typeof kIcons | 'thumbsDown';

export function icon(name: IconName): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', name === 'thumbsDown' ? 'icon flipped' : 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', kIcons[name === 'thumbsDown' ? 'up' : name]);
  svg.append(path);
  return svg;
}

export interface CitationLook {
  /** The name read aloud, or undefined when no such source exists (then it stays plain text). */
  label(index: number): string | undefined;
  open(index: number): void;
  newTab: string;
}

function inlineNodes(children: Inline[], look: CitationLook): (Node | string)[] {
  return children.map((one) => {
    switch (one.kind) {
      case 'text':
        return one.text;
      case 'code':
        return el('code', { text: one.text });
      case 'break':
        return el('br');
      case 'strong':
      case 'em':
        return el(one.kind, {}, ...inlineNodes(one.children, look));
      case 'link':
        return el(
          'a',
          { attrs: { href: one.href, target: '_blank', rel: 'noopener noreferrer' } },
          ...inlineNodes(one.children, look),
          el('span', { class: 'hidden', text: ` ${look.newTab}` }),
        );
      case 'cite': {
        const label = look.label(one.index);
        if (label === undefined) return `[${one.index}]`;
        return el('button', {
          class: 'cite',
          text: String(one.index),
          attrs: { type: 'button', 'aria-label': label, title: label },
          on: { click: () => look.open(one.index) },
        });
      }
    }
  });
}

export function blockNodes(blocks: Block[], look: CitationLook): Node[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'code':
        return el('pre', { attrs: { tabindex: 0 } }, el('code', { text: block.text }));
      case 'list':
        return el(
          block.ordered ? 'ol' : 'ul',
          { attrs: { start: block.ordered && block.start !== 1 ? block.start : undefined } },
          ...block.items.map((item) => el('li', {}, ...inlineNodes(item, look))),
        );
      case 'heading':
        // A heading of an answer is no heading of the page.
        return el('p', { class: 'heading' }, ...inlineNodes(block.children, look));
      case 'quote':
        return el('blockquote', {}, ...inlineNodes(block.children, look));
      case 'paragraph':
        return el('p', {}, ...inlineNodes(block.children, look));
    }
  });
}
