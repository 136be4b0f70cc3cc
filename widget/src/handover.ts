// Talking to a person instead of the assistant: the bar above the input, and what the person writes,
// as it is written.

import type { Api, LiveMessage } from './api';
import { el } from './dom';
import type { Session } from './session';
import type { Texts } from './texts';

/** Who answers: the assistant, nobody yet, a person (http.md, handover). */
export type HandoverState = 'bot' | 'requested' | 'person';

export interface HandoverEvents {
  message(message: LiveMessage): void;
  announce(sentence: string): void;
  focusInput(): void;
  /** The bar is about to change its height: `draw` does so, and the end of the conversation stays in sight. */
  resized(draw: () => void): void;
}

/** After a line that broke: soon, then less and less often. */
const kFirstWaitMs = 1_000;
const kLongestWaitMs = 30_000;

export class Handover {
  readonly bar = el('div', { class: 'handover', attrs: { hidden: true } });
  private state: HandoverState = 'bot';
  private asking = false;
  private listening: AbortController | undefined;
  private last = '';
  /** How many events were heard live. */
  heard = 0;

  constructor(
    private readonly api: Api,
    private readonly offered: boolean,
    private readonly session: () => Session | undefined,
    private readonly texts: Texts,
    private readonly events: HandoverEvents,
  ) {}

  /** What a turn that began when `heard` events had come says at its end: nothing new if more have come since. */
  answered(messageId: string, state: HandoverState, heard: number): void {
    if (heard !== this.heard) return;
    this.seen(messageId);
    this.setState(state);
  }

  /** What the server says of the conversation. */
  setState(state: HandoverState): void {
    const changed = state !== this.state;
    this.state = state;
    this.asking = this.asking && state === 'bot';
    this.draw();
    if (changed) this.events.announce(this.sentence());
    if (state === 'bot') this.stop();
    else this.listen();
  }

  /** The latest message that is on the screen: what comes later is asked for. */
  seen(messageId: string): void {
    if (messageId) this.last = messageId;
  }

  /** Another conversation begins. */
  reset(): void {
    this.stop();
    this.state = 'bot';
    this.asking = false;
    this.last = '';
    this.draw();
  }

  destroy(): void {
    this.stop();
  }

  private sentence(): string {
    if (this.state === 'person') return this.texts.personAnswers;
    return this.state === 'requested' ? this.texts.personRequested : this.texts.assistantAnswers;
  }

  private draw(): void {
    this.events.resized(() => this.drawNow());
  }

  private drawNow(): void {
    const button = (text: string, look: string, click: () => void, type = 'button'): HTMLElement =>
      el('button', { class: look, text, attrs: { type }, on: type === 'button' ? { click } : {} });
    this.bar.className = `handover ${this.state}`;
    this.bar.hidden = this.state === 'bot' && !(this.offered && this.session());
    if (this.bar.hidden) return;
    if (this.state !== 'bot') {
      this.bar.replaceChildren(
        el('p', { class: 'note' }, el('span', { text: this.sentence() })),
        button(this.texts.backToAssistant, 'link', () => void this.change('bot')),
      );
    } else if (!this.asking) {
      this.bar.replaceChildren(button(this.texts.askPerson, 'retry', () => this.ask()));
    } else {
      const contact = el('input', {
        attrs: { type: 'email', maxlength: 255, autocomplete: 'email', 'aria-label': this.texts.contact, placeholder: this.texts.contact },
      });
      const form = el(
        'form',
        { class: 'person', attrs: { novalidate: true } },
        el('p', { class: 'note' }, el('span', { text: this.texts.askPersonExplained })),
        contact,
        button(this.texts.askPerson, 'retry go', () => undefined, 'submit'),
        button(this.texts.cancel, 'link', () => {
          this.asking = false;
          this.draw();
          this.events.focusInput();
        }),
      );
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.change('requested', contact.value.trim());
      });
      this.bar.replaceChildren(form);
      contact.focus();
    }
  }

  private ask(): void {
    this.asking = true;
    this.draw();
  }

  private async change(state: 'bot' | 'requested', contact = ''): Promise<void> {
    const session = this.session();
    if (!session) return;
    try {
      this.setState(await this.api.handover(session, state, contact));
      this.events.focusInput();
    } catch {
      this.events.announce(this.texts.server);
      this.bar.append(el('p', { class: 'note problem', text: this.texts.server }));
    }
  }

  private listen(): void {
    const session = this.session();
    if (this.listening || !session) return;
    const listening = (this.listening = new AbortController());
    void this.follow(session, listening.signal);
  }

  private stop(): void {
    this.listening?.abort();
    this.listening = undefined;
  }

  /** Until it is stopped: what was missed while the line was down is asked for again. */
  private async follow(session: Session, signal: AbortSignal): Promise<void> {
    let wait = kFirstWaitMs;
    while (!signal.aborted) {
      try {
        await this.api.live(session, this.last, {
          opened: () => (wait = kFirstWaitMs),
          message: (message) => {
            this.heard++;
            this.last = message.id;
            this.events.message(message);
          },
          handover: (state) => {
            this.heard++;
            this.setState(state);
          },
        }, signal);
      } catch {
        // Tried again below; the visitor can go on writing meanwhile.
      }
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, kLongestWaitMs);
    }
  }
}
