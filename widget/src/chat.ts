// The conversation: what happens between the window, the server and what is kept.

import { ApiError, type Api, type LiveMessage, type StoredMessage } from './api';
import type { Appearance, Language } from './config';
import { el } from './dom';
import { Handover } from './handover';
import { AnswerView, note, questionRow } from './message';
import { Panel } from './panel';
import type { Memory } from './session';
import type { Texts } from './texts';

export class Chat {
  readonly panel: Panel;
  private readonly handover: Handover;
  private running: AbortController | undefined;
  private answers: AnswerView[] = [];
  private shown: 'nothing' | 'loading' | 'conversation' = 'nothing';

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly look: Appearance,
    language: Language,
    private readonly texts: Texts,
    private userToken: string | undefined,
    private readonly forbidden: () => void,
  ) {
    this.panel = new Panel(look, language, texts, {
      send: (message) => this.send(message),
      stop: () => this.running?.abort(),
      renew: () => this.renew(),
      opened: () => {
        this.memory.open = true;
        void this.show();
      },
      closed: () => (this.memory.open = false),
      drafted: (text) => (this.memory.draft = text),
    });
    this.panel.setRenewable(false);
    this.panel.draft = this.memory.draft;
    this.handover = new Handover(this.api, look.handover === true, () => this.memory.session, texts, {
      message: (message) => this.personWrote(message),
      announce: (sentence) => this.panel.announce(sentence),
      focusInput: () => this.panel.focusInput(),
      resized: (draw) => {
        const follows = this.panel.atEnd;
        draw();
        if (follows) this.panel.scrollToEnd();
      },
    });
    this.panel.log.after(this.handover.bar);
  }

  setUserToken(token: string | undefined): void {
    this.userToken = token;
  }

  destroy(): void {
    this.running?.abort();
    this.handover.destroy();
    for (const answer of this.answers) answer.remove();
    this.panel.destroy();
  }

  /** The first opening: the conversation that went on, or the greeting. */
  private async show(): Promise<void> {
    if (this.shown !== 'nothing') return;
    const session = this.memory.session;
    if (!session) {
      this.shown = 'conversation';
      this.greet();
      return;
    }
    this.shown = 'loading';
    const loading = note(this.texts.loading);
    this.panel.log.replaceChildren(loading);
    try {
      const { messages, handover } = await this.api.history(session);
      loading.remove();
      if (this.shown !== 'loading') return;
      this.shown = 'conversation';
      if (messages.length === 0) this.greet();
      else this.restore(messages);
      this.handover.setState(handover);
    } catch (error) {
      if (this.shown !== 'loading') return;
      loading.remove();
      this.historyFailed(error);
    }
  }

  private historyFailed(error: unknown): void {
    this.shown = 'conversation';
    const failure = error instanceof ApiError ? error.failure : 'server';
    if (failure === 'domain') {
      this.forbidden();
    } else if (failure === 'session' || failure === 'refused') {
      this.memory.session = undefined;
      this.greet();
    } else {
      // The session is kept: the visitor can go on, or look at it later.
      const view = this.addAnswer();
      view.fail(this.texts.history, 0, () => {
        view.remove();
        this.shown = 'nothing';
        void this.show();
      });
    }
  }

  private greet(): void {
    const hello = this.addAnswer();
    hello.append(this.look.welcomeMessage ?? this.texts.welcome, () => undefined);
    hello.draw();
    const questions = this.look.suggestedQuestions ?? [];
    if (questions.length === 0) return;
    const list = el('ul', { class: 'suggestions', attrs: { 'aria-label': this.texts.suggestions } });
    for (const question of questions) {
      const ask = (): void => {
        this.panel.focusInput();
        this.send(question);
      };
      list.append(el('li', {}, el('button', { text: question, attrs: { type: 'button' }, on: { click: ask } })));
    }
    this.panel.log.append(list);
  }

  private restore(messages: StoredMessage[]): void {
    for (const message of messages) {
      this.handover.seen(message.id);
      if (message.author !== undefined) {
        this.addPerson(message.author, message.content);
        continue;
      }
      if (message.role === 'user') {
        this.panel.log.append(questionRow(message.content, this.texts));
        continue;
      }
      const view = this.addAnswer();
      view.setSources(message.sources);
      view.append(message.content, () => undefined);
      view.complete(message.confidence);
      if (!message.complete) view.addNote(this.texts.interrupted);
      else this.offerFeedback(view, message.id, message.feedback);
    }
    this.panel.setRenewable(true);
    this.panel.scrollToEnd();
  }

  private addAnswer(): AnswerView {
    const view = new AnswerView(this.texts);
    this.answers.push(view);
    this.panel.log.append(view.element);
    return view;
  }

  private addPerson(author: string, content: string): AnswerView {
    const view = this.addAnswer();
    view.setAuthor(author || this.texts.person);
    view.append(content, () => undefined);
    return view;
  }

  private personWrote(message: LiveMessage): void {
    const follows = this.panel.atEnd;
    const said = this.addPerson(message.author, message.content).complete();
    if (follows) this.panel.scrollToEnd();
    this.panel.announce(said);
    this.panel.markUnread();
  }

  private send(message: string): void {
    if (this.running) return;
    this.shown = 'conversation';
    this.panel.log.querySelector('.suggestions')?.remove();
    this.panel.log.append(questionRow(message, this.texts));
    this.panel.setRenewable(true);
    void this.ask(message);
  }

  private async ask(message: string): Promise<void> {
    const running = (this.running = new AbortController());
    const view = this.addAnswer();
    view.showTyping();
    this.panel.setAnswering(true);
    this.panel.announce(this.texts.typing);
    this.panel.scrollToEnd();
    // Should the page be left before the server has the message, it waits in the field on the next one.
    this.memory.draft = message;
    const follow = (): void => {
      if (follows) this.panel.scrollToEnd();
    };
    let follows = true;
    const heard = this.handover.heard;
    const listener = {
      onSources: (sources: Parameters<AnswerView['setSources']>[0]) => view.setSources(sources),
      onText: (piece: string) => {
        follows = this.panel.atEnd;
        view.append(piece, follow);
      },
    };
    try {
      const finished = await this.askPatiently(message, listener, running.signal);
      if (running.signal.aborted) throw new ApiError('stopped');
      if (finished.sessionId && finished.sessionToken) {
        this.memory.session = { id: finished.sessionId, token: finished.sessionToken };
      }
      this.memory.draft = this.panel.draft;
      this.handover.answered(finished.messageId, finished.handover, heard);
      if (finished.handover !== 'bot' && view.isEmpty) {
        view.remove(); // passed on to a person, who answers in their own time
        return;
      }
      follows = this.panel.atEnd;
      const said = view.complete(finished.confidence);
      if (finished.messageId) this.offerFeedback(view, finished.messageId, undefined);
      follow();
      this.panel.announce(said);
      this.panel.markUnread();
    } catch (error) {
      this.askFailed(message, view, error instanceof ApiError ? error : new ApiError('server'));
    } finally {
      if (this.running === running) {
        this.running = undefined;
        this.panel.setAnswering(false);
      }
    }
  }

  /**
   * Asks, and where the server no longer knows the session or no longer accepts the user token, asks once
   * more without it: the visitor wants an answer and can do nothing about either.
   */
  private async askPatiently(
    message: string,
    listener: Parameters<Api['ask']>[1],
    signal: AbortSignal,
  ): ReturnType<Api['ask']> {
    for (;;) {
      const { session, visitorId } = this.memory;
      const userToken = this.userToken;
      try {
        const stream = this.look.streaming !== false;
        return await this.api.ask({ message, stream, visitorId, session, userToken }, listener, signal);
      } catch (error) {
        const failure = error instanceof ApiError ? error.failure : undefined;
        if (failure === 'session' && session) this.memory.session = undefined;
        else if (failure === 'identity' && userToken) this.forgetUser();
        else throw error;
      }
    }
  }

  private forgetUser(): void {
    this.userToken = undefined;
    console.warn('MONITORA: the user token is expired or not valid; call Monitora.setUserToken with a new one.');
  }

  private askFailed(message: string, view: AnswerView, error: ApiError): void {
    if (error.failure === 'domain') {
      this.forbidden();
      return;
    }
    // A refusal may look like a line that is down (Api.config): find out which it is.
    if (error.failure === 'network') void this.api.config().catch((now) => now.failure === 'domain' && this.forbidden());
    const follows = this.panel.atEnd;
    if (error.failure === 'stopped') {
      this.memory.draft = this.panel.draft;
      view.draw();
      view.addNote(this.texts.stopped);
      this.panel.announce(this.texts.stopped);
      return;
    }
    const sentence = this.sentence(error);
    view.fail(sentence, error.retryAfterSeconds, () => {
      if (this.running) return;
      view.remove();
      this.panel.focusInput();
      void this.ask(message);
    });
    this.panel.announce(sentence);
    this.panel.markUnread();
    if (follows) this.panel.scrollToEnd();
  }

  private sentence(error: ApiError): string {
    const sentences: Record<Exclude<ApiError['failure'], 'domain' | 'stopped'>, string> = {
      session: error.detail || this.texts.refused,
      identity: error.detail || this.texts.refused,
      limited: this.texts.rateLimited,
      busy: this.texts.busy,
      server: this.texts.server,
      refused: error.detail || this.texts.refused,
      offline: this.texts.offline,
      network: this.texts.network,
      interrupted: error.detail || this.texts.interrupted,
    };
    return sentences[error.failure as keyof typeof sentences];
  }

  private offerFeedback(view: AnswerView, messageId: string, current: 1 | -1 | undefined): void {
    view.addFeedback(current, async (value) => {
      try {
        await this.api.feedback(messageId, this.memory.session?.token ?? '', value);
        this.panel.announce(this.texts.thanks);
        return true;
      } catch {
        this.panel.announce(this.texts.feedbackFailed);
        return false;
      }
    });
  }

  private renew(): void {
    this.running?.abort();
    this.running = undefined;
    this.memory.session = undefined;
    this.memory.draft = '';
    this.handover.reset();
    for (const answer of this.answers) answer.remove();
    this.answers = [];
    this.panel.log.replaceChildren();
    this.panel.draft = '';
    this.panel.setAnswering(false);
    this.panel.setRenewable(false);
    this.shown = 'conversation';
    this.greet();
    this.panel.focusInput();
    this.panel.announce(this.texts.newConversationStarted);
  }
}
