// The documents of a workspace: sending, following their indexing, deleting.
import { Failure, all, json, upload } from './app-api.js';
import { byId, confirmed, el, say } from './app-dom.js';
import { t } from './app-texts.js';

/** How often the state of unfinished documents is asked for. */
const kPollMs = 1500;
/** Rows at first sight. */
const kShownRows = 50;

export class Documents {
  constructor(workspace) {
    this.workspace = workspace;
    this.mayWrite = workspace.role === 'admin';
    this.items = [];
    this.shown = kShownRows;
    this.left = new AbortController();
    this.queue = [];
    const on = (element, type, listener) => element.addEventListener(type, listener, { signal: this.left.signal });
    const drop = byId('drop');
    const files = byId('files');
    drop.hidden = !this.mayWrite;
    byId('uploads').replaceChildren();
    on(files, 'change', () => {
      this.add(files.files);
      files.value = '';
    });
    for (const type of ['dragover', 'dragenter']) on(drop, type, (event) => this.dragged(event, true));
    on(drop, 'dragleave', (event) => this.dragged(event, false));
    on(drop, 'drop', (event) => {
      this.dragged(event, false);
      this.add(event.dataTransfer.files);
    });
    // A file let go beside the box must not replace the page.
    for (const type of ['dragover', 'drop']) on(window, type, (event) => event.preventDefault());
    on(byId('more-documents'), 'click', () => {
      this.shown += 200;
      this.render();
    });
    this.render();
    this.refresh();
  }

  leave() {
    this.left.abort();
    clearTimeout(this.timer);
  }

  dragged(event, over) {
    event.preventDefault();
    byId('drop').classList.toggle('over', over);
  }

  async refresh() {
    clearTimeout(this.timer);
    try {
      this.items = await all(`/api/documents/workspace/${this.workspace.id}`);
      this.known = true;
      if (this.left.signal.aborted) return;
      this.render();
      if (!this.items.some((one) => one.status === 'pending' || one.status === 'processing')) return;
    } catch (failure) {
      if (this.left.signal.aborted || failure.status === 401) return;
      say(byId('alert'), failure.message);
    }
    this.timer = setTimeout(() => this.refresh(), kPollMs);
  }

  /** Files go one after the other: their order and progress stay clear, and the server is not flooded. */
  async add(files) {
    if (!this.mayWrite) return;
    for (const file of files) this.queue.push({ file, row: this.uploadRow(file) });
    if (this.sending) return;
    this.sending = true;
    for (let next = this.queue.shift(); next && !this.left.signal.aborted; next = this.queue.shift()) await this.sendOne(next);
    this.sending = false;
  }

  uploadRow(file) {
    const state = el('span', { className: 'state', textContent: t('uploading', 0) });
    const bar = el('progress', { max: 1, value: 0, attrs: { 'aria-label': file.name } });
    const row = el('li', {}, el('span', { className: 'file', textContent: file.name }), state, bar);
    byId('uploads').append(row);
    return { row, state, bar };
  }

  async sendOne({ file, row: { row, state, bar } }) {
    try {
      await upload(`/api/documents/workspace/${this.workspace.id}/upload`, file, (share) => {
        bar.value = share;
        state.textContent = t('uploading', Math.round(share * 100));
      });
      row.remove();
      if (!this.left.signal.aborted) await this.refresh();
    } catch (failure) {
      bar.remove();
      state.className = 'state error';
      state.textContent = t('error');
      const close = el('button', { type: 'button', className: 'quiet', textContent: '×', attrs: { 'aria-label': t('dismiss', file.name) }, on: { click: () => row.remove() } });
      row.append(close, el('p', { className: 'why', textContent: failure instanceof Failure ? failure.message : t('unexpected') }));
    }
  }

  render() {
    byId('documents').replaceChildren(...this.items.slice(0, this.shown).map((one) => this.row(one)));
    byId('no-documents').hidden = !this.known || this.items.length > 0;
    byId('more-documents').hidden = this.items.length <= this.shown;
  }

  row(one) {
    const details = [t('size', one.file_size)];
    if (one.status === 'indexed') details.push(t('passages', one.chunk_count));
    return el(
      'li',
      {},
      el('span', { className: 'file', textContent: one.filename, title: one.filename }),
      el('span', { className: 'details', textContent: details.join(' · ') }),
      el('span', { className: `state ${one.status}`, textContent: t(one.status) }),
      this.mayWrite && el('button', { type: 'button', className: 'quiet', textContent: '×', attrs: { 'aria-label': t('deleteDocument', one.filename) }, on: { click: () => this.remove(one) } }),
      one.status === 'error' && Boolean(one.error_message) && el('p', { className: 'why', textContent: one.error_message }),
    );
  }

  async remove(one) {
    if (!(await confirmed(t('confirmDelete', one.filename)))) return;
    try {
      await json('DELETE', `/api/documents/${one.id}`);
    } catch (failure) {
      if (failure.status !== 404) say(byId('alert'), failure.message);
    }
    await this.refresh();
  }
}
