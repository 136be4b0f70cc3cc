// One question, one answer: their elements and what a visitor can do with them.

import type { Confidence, Source } from './api';
import { blockNodes, el, icon } from './dom';
import { parse, spoken, type Block, type Inline } from './markdown';
import type { Texts } from './texts';

export function questionRow(text: string, texts: Texts): HTMLElement {
  return el(
    'div',
    { class: 'row you' },
    el('div', { class: 'bubble' }, el('span', { class: 'hidden', text: `${texts.you} : ` }), text),
  );
}

/** Sources at first sight when the answer cites none. */
const kShownUncited = 3;

let nextId = 0;

export class AnswerView {
  readonly element = el('div', { class: 'row' });
  private readonly speaker: HTMLElement;
  private readonly bubble = el('div', { class: 'bubble' });
  private readonly extras = el('div', { class: 'row extras' });
  private text = '';
  private sources: Source[] = [];
  private openers = new Map<number, () => void>();
  private frame = 0;
  private removed = false;

  constructor(private readonly texts: Texts) {
    this.speaker = el('span', { class: 'hidden', text: `${texts.assistant} : ` });
    this.element.append(this.speaker, this.bubble, this.extras);
  }

  /** A person writes this, and not the assistant. */
  setAuthor(name: string): void {
    this.speaker.textContent = name;
    this.speaker.className = 'author';
  }

  get isEmpty(): boolean {
    return this.text.trim() === '';
  }

  showTyping(): void {
    const dots = el('div', { class: 'typing' }, el('i'), el('i'), el('i'));
    this.bubble.replaceChildren(el('span', { class: 'hidden', text: this.texts.typing }), dots);
  }

  setSources(sources: Source[]): void {
    this.sources = sources;
  }

  append(piece: string, drawn: () => void): void {
    this.text += piece;
    if (this.frame !== 0 || this.text.trim() === '') return;
    // Many tokens a frame become one drawing.
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      drawn();
    });
  }

  /** The whole answer is here: its sources are listed. Returns what a screen reader should say. */
  complete(confidence?: Confidence): string {
    const blocks = this.draw();
    const cited = citedIn(blocks);
    const found = this.sources.filter((source) => source.filename !== '' || source.excerpt !== '');
    const first = found.filter((source, at) => (cited.size > 0 ? cited.has(source.index) : at < kShownUncited));
    if (found.length > 0) this.extras.append(this.sourceList(first, found.filter((source) => !first.includes(source))));
    if (confidence === 'low' && cited.size > 0) this.extras.append(note(this.texts.lowConfidence));
    return spoken(blocks);
  }

  /** Draws what is there so far; with nothing there the bubble is hidden. */
  draw(): Block[] {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const blocks = parse(this.text);
    const look = {
      label: (index: number) => {
        const source = this.sources.find((one) => one.index === index);
        return source && this.texts.source(index, source.filename);
      },
      open: (index: number) => this.openers.get(index)?.(),
      newTab: this.texts.newTab,
    };
    this.bubble.replaceChildren(...blockNodes(blocks, look));
    this.bubble.hidden = blocks.length === 0;
    return blocks;
  }

  addFeedback(current: 1 | -1 | undefined, send: (value: 1 | -1) => Promise<boolean>): void {
    const buttons = ([1, -1] as const).map((value) => {
      const label = value === 1 ? this.texts.helpful : this.texts.notHelpful;
      const button = el(
        'button',
        { attrs: { type: 'button', 'aria-label': label, title: label, 'aria-pressed': String(current === value) } },
        icon(value === 1 ? 'up' : 'thumbsDown'),
      );
      button.addEventListener('click', () => void press(value));
      return button;
    });
    const show = (value: 1 | -1 | undefined): void => {
      buttons[0]?.setAttribute('aria-pressed', String(value === 1));
      buttons[1]?.setAttribute('aria-pressed', String(value === -1));
    };
    const press = async (value: 1 | -1): Promise<void> => {
      const before = current;
      if (value === before) return;
      current = value;
      show(value);
      if (!(await send(value)) && current === value) show((current = before));
    };
    this.extras.append(el('div', { class: 'actions' }, ...buttons));
  }

  addNote(sentence: string): void {
    this.extras.append(note(sentence));
  }

  /** Says what went wrong and offers to try again, after `waitSeconds` when that is not 0. */
  fail(sentence: string, waitSeconds: number, retry: () => void): void {
    this.draw();
    const button = el('button', { class: 'retry', text: this.texts.retry, attrs: { type: 'button' }, on: { click: retry } });
    const count = (left: number): void => {
      button.disabled = left > 0;
      button.textContent = left > 0 ? this.texts.retryIn(left) : this.texts.retry;
      if (left > 0 && !this.removed) setTimeout(() => count(left - 1), 1000);
    };
    count(waitSeconds);
    const problem = note(sentence);
    problem.classList.add('problem');
    problem.prepend(icon('alert'));
    this.extras.append(problem, button);
  }

  remove(): void {
    this.removed = true;
    cancelAnimationFrame(this.frame);
    this.element.remove();
  }
  private sourceList(first: Source[], others: Source[]): HTMLElement {
    const list = el('ul', { class: 'sources', attrs: { 'aria-label': this.texts.sources } });
    const rest = others.map((source) => this.sourceItem(source));
    list.append(...first.map((source) => this.sourceItem(source)));
    if (rest.length > 0) {
      const more = el('button', { class: 'more', text: this.texts.moreSources(rest.length), attrs: { type: 'button' } });
      const item = el('li', {}, more);
      more.addEventListener('click', () => {
        item.replaceWith(...rest);
        rest[0]?.querySelector('button')?.focus();
      });
      list.append(item);
    }
    return list;
  }

  private sourceItem(source: Source): HTMLElement {
    const id = `source-${++nextId}`;
    const excerpt = el('div', { class: 'excerpt', text: source.excerpt, attrs: { id, tabindex: 0, hidden: true } });
    const button = el(
      'button',
      { attrs: { type: 'button', 'aria-expanded': 'false', 'aria-controls': id } },
      el('span', { class: 'index', text: String(source.index) }),
      el('span', { class: 'file', text: source.filename }),
      source.page !== undefined && el('span', { class: 'page', text: this.texts.page(source.page) }),
      icon('down'),
    );
    const expand = (open: boolean): void => {
      excerpt.hidden = !open;
      button.setAttribute('aria-expanded', String(open));
    };
    button.addEventListener('click', () => expand(excerpt.hidden === true));
    this.openers.set(source.index, () => {
      expand(true);
      button.focus();
      excerpt.scrollIntoView({ block: 'nearest' });
    });
    return el('li', {}, button, excerpt);
  }
}

export function note(sentence: string): HTMLElement {
  return el('p', { class: 'note' }, el('span', { text: sentence }));
}

function citedIn(blocks: Block[]): Set<number> {
  const cited = new Set<number>();
  const visit = (children: Inline[]): void => {
    for (const one of children) {
      if (one.kind === 'cite') cited.add(one.index);
      else if ('children' in one) visit(one.children);
    }
  };
  for (const block of blocks) {
    if (block.kind === 'list') block.items.forEach(visit);
    else if (block.kind !== 'code') visit(block.children);
  }
  return cited;
}
