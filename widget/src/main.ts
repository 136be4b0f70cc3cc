// The script's start: read the page's configuration, ask the server whether and how to appear, show the
// launcher, and offer window.Monitora to the page.

import { Api, ApiError } from './api';
import { Chat } from './chat';
import { chooseLanguage, readAppearance, readPageConfig, type PageConfig } from './config';
import { Memory, browserStorage, randomId } from './session';
import { textsFor } from './texts';

/** What the page can do with the widget. Calls made before it is ready are carried out when it is. */
export interface MonitoraApi {
  open(): void;
  close(): void;
  toggle(): void;
  /** A JWT signed by the page's own server, for personal data; null forgets it. */
  setUserToken(token: string | null): void;
  /** Takes the widget away; the script can then be loaded again. */
  destroy(): void;
}

declare global {
  interface Window {
    MONITORA_CONFIG?: unknown;
    Monitora?: MonitoraApi | undefined;
  }
}

/** Waits between attempts when the server does not answer at the start. */
const kRetryMs = [2_000, 10_000, 30_000];

/** The tag that loaded us; modules and some loaders leave document.currentScript empty. */
function ownScript(): HTMLScriptElement | undefined {
  const current = document.currentScript;
  if (current instanceof HTMLScriptElement) return current;
  const tags = document.querySelectorAll<HTMLScriptElement>('script[data-workspace-id],script[src*="/embed.js"]');
  return tags[tags.length - 1];
}

class Widget implements MonitoraApi {
  private chat: Chat | undefined;
  private wanted: boolean | undefined;
  private userToken: string | undefined;
  private gone = false;

  constructor(private readonly page: PageConfig) {
    this.userToken = page.userToken;
  }

  open(): void {
    this.wanted = true;
    this.chat?.panel.open();
  }

  close(): void {
    this.wanted = false;
    this.chat?.panel.close();
  }

  toggle(): void {
    if (this.chat ? this.chat.panel.isOpen : this.wanted) this.close();
    else this.open();
  }

  setUserToken(token: string | null): void {
    this.userToken = token ?? undefined;
    this.chat?.setUserToken(this.userToken);
  }

  destroy(): void {
    this.gone = true;
    this.chat?.destroy();
    this.chat = undefined;
  }

  async start(): Promise<void> {
    const page = this.page;
    let language = chooseLanguage(page.appearance.language, document.documentElement.lang, navigator.language);
    const api = new Api(page.apiUrl, page.workspaceId, () => language);
    const raw = await this.configuration(api);
    if (raw === undefined || this.gone) return;
    const look = { ...readAppearance(raw), ...page.appearance };
    language = chooseLanguage(look.language, language);
    const memory = new Memory(page.workspaceId, browserStorage(), randomId);
    this.chat = new Chat(api, memory, look, language, textsFor(language), this.userToken, () => this.hide());
    if (this.wanted) this.chat.panel.open();
    // On a phone the window would cover the page that the visitor has just gone to.
    else if (this.wanted === undefined && memory.open && innerWidth > 480 && innerHeight > 480) this.chat.panel.open(true);
  }

  /** The server's configuration, or undefined when the widget must stay away. */
  private async configuration(api: Api): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await api.config();
      } catch (error) {
        const failure = error instanceof ApiError ? error.failure : 'server';
        if (failure === 'domain') {
          this.hide();
          return undefined;
        }
        const pause = kRetryMs[attempt];
        if (failure === 'session' || failure === 'refused' || pause === undefined) {
          console.warn(`MONITORA: the chat could not be loaded from ${this.page.apiUrl} (${failure}).`);
          return undefined;
        }
        await online(pause);
        if (this.gone) return undefined;
      }
    }
  }

  private hide(): void {
    console.warn('MONITORA: this site is not among the allowed domains of the workspace, or the workspace is switched off.');
    this.destroy();
  }
}

/** After `ms`, or as soon as the browser is back online. */
function online(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    window.addEventListener('online', go);
  });
}

function begin(): void {
  // Included twice, the page still gets one widget.
  if (window.Monitora) return;
  const script = ownScript();
  const page = readPageConfig(window.MONITORA_CONFIG, script && { src: script.src, dataset: script.dataset }, location.href);
  if ('problem' in page) {
    console.error(page.problem);
    return;
  }
  const widget = new Widget(page);
  window.Monitora = {
    open: () => widget.open(),
    close: () => widget.close(),
    toggle: () => widget.toggle(),
    setUserToken: (token) => widget.setUserToken(token),
    destroy: () => {
      widget.destroy();
      window.Monitora = undefined;
    },
  };
  if (document.body) void widget.start();
  else document.addEventListener('DOMContentLoaded', () => void widget.start());
}

begin();
