// The launcher and the window around the conversation: opening, focus, keyboard, full screen, looks.
// Knows nothing of the server.

import type { Appearance, Language } from './config';
import { el, icon } from './dom';
import { applyStyles, kCss, themeCss } from './styles';
import type { Texts } from './texts';

/** The server's limit, in characters (code points). */
export const kLongestMessage = 4000;
/** From here on the visitor sees the count. */
const kCountFrom = 3500;

export interface PanelEvents {
  send(message: string): void;
  stop(): void;
  renew(): void;
  opened(): void;
  closed(): void;
  drafted(text: string): void;
}

export class Panel {
  readonly host = document.createElement('monitora-widget');
  readonly log: HTMLElement;
  private readonly root = this.host.attachShadow({ mode: 'open' });
  private readonly wrap = el('div', { class: 'wrap' });
  private readonly launcher: HTMLButtonElement;
  private readonly dot: HTMLElement;
  private readonly dialog: HTMLElement;
  private readonly renewButton: HTMLButtonElement;
  private readonly input: HTMLTextAreaElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly count: HTMLElement;
  private readonly status = el('div', { class: 'hidden', attrs: { role: 'status', 'aria-live': 'polite' } });
  private readonly fullScreen = matchMedia('(max-width: 480px), (max-height: 480px)');
  private readonly darkScheme = matchMedia('(prefers-color-scheme: dark)');
  private readonly setTheme: (css: string) => void;
  private readonly leave = new AbortController();
  private answering = false;

  constructor(
    private readonly look: Appearance,
    language: Language,
    private readonly texts: Texts,
    private readonly events: PanelEvents,
  ) {
    const name = look.name ?? texts.title;
    this.dot = el('span', { class: 'dot', attrs: { hidden: true } });
    this.launcher = el(
      'button',
      {
        class: 'launcher',
        attrs: { type: 'button', 'aria-haspopup': 'dialog', 'aria-controls': 'panel' },
        on: { click: () => (this.isOpen ? this.close() : this.open()) },
      },
      this.dot,
    );
    this.renewButton = this.headerButton('renew', texts.newConversation, () => events.renew());
    this.log = el('div', { class: 'log', attrs: { role: 'log', 'aria-live': 'off', 'aria-label': texts.conversation, tabindex: 0 } });
    this.input = el('textarea', {
      attrs: { rows: 1, 'aria-label': texts.input, placeholder: look.placeholder ?? texts.placeholder, 'aria-describedby': 'count', enterkeyhint: 'send' },
      on: { input: () => this.edited(true), keydown: (event) => this.keyInInput(event) },
    });
    this.sendButton = el('button', { class: 'send', attrs: { type: 'submit' } });
    this.count = el('p', { class: 'count', attrs: { id: 'count', hidden: true } });
    const form = el('form', {}, el('div', { class: 'box' }, this.input, this.sendButton), this.count);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.dialog = el(
      'div',
      { class: 'panel', attrs: { id: 'panel', role: 'dialog', 'aria-labelledby': 'name', tabindex: -1, hidden: true } },
      el(
        'div',
        { class: 'head' },
        el('span', { class: 'avatar' }, icon('chat')),
        el('h2', { text: name, attrs: { id: 'name' } }),
        this.renewButton,
        this.headerButton('close', texts.close, () => this.close()),
      ),
      this.log,
      form,
      el('p', { class: 'brand', text: look.brandingText ?? '' }),
    );
    this.wrap.lang = language;
    this.wrap.append(this.launcher, this.dialog, this.status);
    this.setTheme = applyStyles(this.root, kCss, this.theme());
    this.root.append(this.wrap);
    this.listen();
    this.showLauncher();
    this.setAnswering(false);
    document.body.append(this.host);
  }

  get isOpen(): boolean {
    return !this.dialog.hidden;
  }

  /** `quietly`: without taking the focus, for a window that was open on the page before. */
  open(quietly = false): void {
    if (this.isOpen) return;
    this.dialog.hidden = false;
    this.dot.hidden = true;
    this.showLauncher();
    this.fitScreen();
    this.edited(false); // a hidden field could not be measured
    this.events.opened();
    this.scrollToEnd();
    // On a touch screen the field would bring up the keyboard over half of the conversation.
    if (!quietly) (matchMedia('(pointer: coarse)').matches ? this.dialog : this.input).focus();
  }

  close(): void {
    if (!this.isOpen) return;
    const hadFocus = this.root.activeElement !== null;
    this.dialog.hidden = true;
    this.showLauncher();
    if (hadFocus) this.launcher.focus();
    this.events.closed();
  }

  /** Something arrived while the window is closed. */
  markUnread(): void {
    if (this.isOpen) return;
    this.dot.hidden = false;
    this.launcher.setAttribute('aria-label', `${this.texts.open} (${this.texts.unread})`);
  }

  setAnswering(answering: boolean): void {
    this.answering = answering;
    this.log.setAttribute('aria-busy', String(answering));
    const label = answering ? this.texts.stop : this.texts.send;
    this.sendButton.replaceChildren(icon(answering ? 'stop' : 'send'));
    this.sendButton.setAttribute('aria-label', label);
    this.sendButton.title = label;
    this.edited(false);
  }

  setRenewable(renewable: boolean): void {
    this.renewButton.hidden = !renewable;
  }

  get draft(): string {
    return this.input.value;
  }

  set draft(text: string) {
    this.input.value = text;
    this.edited(false);
  }

  focusInput(): void {
    this.input.focus();
  }

  /** Says `sentence` to a screen reader. */
  announce(sentence: string): void {
    // The same sentence twice is only heard when the text changes in between.
    this.status.textContent = '';
    setTimeout(() => (this.status.textContent = sentence), 50);
  }

  /** True while the end of the conversation is in sight; then new text keeps it there. */
  get atEnd(): boolean {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
  }

  scrollToEnd(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  destroy(): void {
    this.leave.abort();
    this.host.remove();
  }

  private headerButton(name: 'renew' | 'close', label: string, click: () => void): HTMLButtonElement {
    return el('button', { attrs: { type: 'button', 'aria-label': label, title: label }, on: { click } }, icon(name));
  }

  private listen(): void {
    const options = { signal: this.leave.signal };
    // Typing here must not set off the page's own shortcuts: outside the shadow tree the page cannot see
    // that the focus is in a text field.
    for (const type of ['keydown', 'keyup', 'keypress'] as const) {
      this.root.addEventListener(type, (event) => event.stopPropagation());
    }
    this.dialog.addEventListener('keydown', (event) => this.keyInPanel(event));
    const rebuild = (): void => this.setTheme(this.theme());
    this.darkScheme.addEventListener('change', rebuild, options);
    this.fullScreen.addEventListener('change', () => this.fitScreen(), options);
    visualViewport?.addEventListener('resize', () => this.fitScreen(), options);
    visualViewport?.addEventListener('scroll', () => this.fitScreen(), options);
  }

  /** Dark only where the page itself says that it can be dark. */
  private theme(): string {
    const scheme = getComputedStyle(document.documentElement).colorScheme;
    const follows = scheme.includes('dark') && (this.darkScheme.matches || !scheme.includes('light'));
    return themeCss(this.look, follows);
  }

  private showLauncher(): void {
    this.launcher.replaceChildren(icon(this.isOpen ? 'down' : 'chat'), this.dot);
    const label = this.isOpen ? this.texts.close : this.texts.open;
    this.launcher.setAttribute('aria-label', label);
    this.launcher.setAttribute('aria-expanded', String(this.isOpen));
    this.wrap.classList.toggle('open', this.isOpen);
  }

  /** In full screen, the part of it that an on-screen keyboard leaves; and nothing behind is reachable. */
  private fitScreen(): void {
    const full = this.fullScreen.matches;
    if (full) this.dialog.setAttribute('aria-modal', 'true');
    else this.dialog.removeAttribute('aria-modal');
    const view = window.visualViewport;
    if (full && view && view.scale === 1) {
      this.dialog.style.setProperty('--vh', `${view.height}px`);
      this.dialog.style.setProperty('--vt', `${view.offsetTop}px`);
    } else {
      this.dialog.style.removeProperty('--vh');
      this.dialog.style.removeProperty('--vt');
    }
  }

  private keyInPanel(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.isComposing) {
      event.preventDefault();
      this.close();
    } else if (event.key === 'Tab' && this.fullScreen.matches) {
      const stops = Array.from(this.dialog.querySelectorAll<HTMLElement>('button,input,textarea,a[href],[tabindex="0"]')).filter(
        (stop) => stop.offsetParent !== null && !(stop as HTMLButtonElement).disabled,
      );
      const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
      const active = this.root.activeElement;
      if (active === edge || active === this.dialog) {
        event.preventDefault();
        (event.shiftKey ? stops[stops.length - 1] : stops[0])?.focus();
      }
    }
  }

  private keyInInput(event: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word; 229 is what older Safari says then.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.answering) this.submit();
  }

  private submit(): void {
    if (this.answering) {
      this.events.stop();
      return;
    }
    const message = this.input.value.trim();
    if (message === '' || this.tooLong()) return;
    this.draft = '';
    this.events.send(message);
  }

  private tooLong(): boolean {
    return Array.from(this.input.value.trim()).length > kLongestMessage;
  }

  private edited(byHand: boolean): void {
    const length = Array.from(this.input.value.trim()).length;
    const over = length > kLongestMessage;
    this.count.hidden = length < kCountFrom;
    this.count.classList.toggle('problem', over);
    const language = this.wrap.lang;
    this.count.textContent = this.texts.tooLong(length.toLocaleString(language), kLongestMessage.toLocaleString(language));
    if (over && this.input.getAttribute('aria-invalid') !== 'true') this.announce(this.texts.tooLongSpoken);
    this.input.setAttribute('aria-invalid', String(over));
    this.sendButton.disabled = !this.answering && (length === 0 || over);
    this.input.style.height = '24px';
    if (this.input.scrollHeight > 24) this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    if (byHand) this.events.drafted(this.input.value);
  }
}
