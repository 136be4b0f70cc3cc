// Trying the chatbot: POST /api/chat, streamed, with sources and the score that visitors never see.
import { events, request } from './app-api.js';
import { byId, el } from './app-dom.js';
import { t } from './app-texts.js';

export class Chat {
  constructor(workspace) {
    this.workspace = workspace;
    this.left = new AbortController();
    const form = byId('chat-form');
    const field = form.elements.message;
    const on = (element, type, listener) => element.addEventListener(type, listener, { signal: this.left.signal });
    on(form, 'submit', (event) => {
      event.preventDefault();
      if (this.running) return this.running.abort();
      const message = field.value.trim();
      if (message === '') return;
      field.value = '';
      this.ask(message);
    });
    on(field, 'keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || this.running) return;
      event.preventDefault();
      form.requestSubmit();
    });
    on(byId('chat-new'), 'click', () => {
      this.renew();
      field.focus();
    });
    this.renew();
  }

  leave() {
    this.left.abort();
    this.running?.abort();
  }

  renew() {
    this.running?.abort();
    this.running = undefined;
    this.conversation = undefined;
    byId('chat-new').hidden = true;
    byId('chat-log').replaceChildren(el('p', { className: 'hint', textContent: t('tryHint'), attrs: { 'data-t': 'tryHint' } }));
    this.showButton();
  }

  showButton() {
    const button = byId('chat-go');
    button.dataset.t = this.running ? 'stop' : 'ask';
    button.textContent = t(button.dataset.t);
  }

  async ask(message) {
    const running = (this.running = new AbortController());
    const log = byId('chat-log');
    const answer = el('div', { className: 'answer waiting' }, el('div', { className: 'text', textContent: t('typing') }));
    log.querySelector('.hint')?.remove();
    log.append(el('div', { className: 'asked', textContent: message }), answer);
    log.scrollTop = log.scrollHeight;
    byId('chat-new').hidden = false;
    byId('chat-status').textContent = t('typing');
    this.showButton();
    try {
      await this.read(message, answer, running.signal);
      byId('chat-status').textContent = answer.querySelector('.text').textContent;
    } catch (failure) {
      const sentence = failure.name === 'AbortError' ? t('stopped') : failure.message;
      if (answer.classList.contains('waiting')) answer.replaceChildren();
      answer.append(el('p', { className: 'error', textContent: sentence }));
      byId('chat-status').textContent = sentence;
    } finally {
      answer.classList.remove('waiting');
      log.scrollTop = log.scrollHeight;
      if (this.running === running) {
        this.running = undefined;
        this.showButton();
      }
    }
  }

  async read(message, answer, signal) {
    const body = { workspace_id: this.workspace.id, message, stream: true };
    if (this.conversation) body.conversation_id = this.conversation;
    const response = await request('POST', '/api/chat', body, { signal });
    const text = answer.querySelector('.text');
    const log = byId('chat-log');
    let written = '';
    let sources = [];
    for await (const event of events(response)) {
      if (event.type === 'sources') sources = event.sources;
      if (event.type === 'error') throw new Error(event.content || t('interrupted'));
      if (event.type === 'token') {
        const follow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
        answer.classList.remove('waiting');
        written += event.content;
        text.replaceChildren(...rich(written));
        if (follow) log.scrollTop = log.scrollHeight;
      }
      if (event.type === 'done') {
        this.conversation = event.conversation_id;
        answer.append(...aftermath(event, sources));
        return;
      }
    }
    throw new Error(t('interrupted'));
  }
}

/** Bold, italics, web links and citations; everything else as it is. */
function rich(text) {
  const marks = /\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|\[([^\]\n]+)\]\(((?:https?:\/\/|mailto:)[^\s()]+)\)|(\[\d{1,2}\])/g;
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(marks)) {
    const [whole, bold, italic, label, href, cited] = found;
    nodes.push(text.slice(at, found.index));
    if (bold) nodes.push(el('strong', { textContent: bold }));
    else if (italic) nodes.push(el('em', { textContent: italic }));
    else if (href) nodes.push(el('a', { href, textContent: label, target: '_blank', rel: 'noopener noreferrer' }));
    else nodes.push(el('sup', { textContent: cited }));
    at = found.index + whole.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

function aftermath({ rag_score: score, cached }, sources) {
  const facts = [];
  if (typeof score === 'number') facts.push(t('score', Math.round(score * 100)));
  if (cached) facts.push(t('cached'));
  const list = sources.map((source) =>
    el(
      'details',
      {},
      el('summary', {}, el('b', { textContent: `[${source.index}]` }), ` ${source.filename}`, source.page !== undefined && el('span', { className: 'details', textContent: ` ${t('page', source.page)}` })),
      el('blockquote', { textContent: source.excerpt }),
    ),
  );
  return [el('p', { className: 'details', textContent: facts.join(' · ') }), ...list];
}
