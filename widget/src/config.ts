// What the page says about the widget: window.MONITORA_CONFIG before the script, or data-… attributes on
// the script tag (the tag wins). Pure: reads only what it is given, so that it is tested without a browser.

export type Language = 'fr' | 'en';
export type Position = 'bottom-right' | 'bottom-left';

/** Looks and texts. The server's configuration and the page's own both have this shape; the page wins. */
export interface Appearance {
  name?: string;
  primaryColor?: string;
  position?: Position;
  width?: number;
  height?: number;
  welcomeMessage?: string;
  placeholder?: string;
  brandingText?: string;
  suggestedQuestions?: string[];
  language?: Language;
  streaming?: boolean;
  /** Visitors may ask for a person. The server's to say. */
  handover?: boolean;
}

export interface PageConfig {
  workspaceId: string;
  /** Where the server is, without a final slash; its routes start with /api/widget/. */
  apiUrl: string;
  userToken?: string;
  appearance: Appearance;
}

export interface ScriptTag {
  src: string;
  dataset: Readonly<Record<string, string | undefined>>;
}

/** Every spelling that a page or an older server may use, first the one of today. */
const kNames = {
  workspaceId: ['workspaceId', 'workspace_id', 'workspace', 'chatbotId'],
  apiUrl: ['apiUrl', 'api_url', 'apiURL', 'baseUrl'],
  userToken: ['userToken', 'user_token'],
  name: ['chatbotName', 'chatbot_name', 'botName', 'name', 'title'],
  primaryColor: ['primaryColor', 'primary_color', 'colorAccent', 'color_accent', 'color'],
  position: ['position'],
  width: ['width', 'widgetWidth', 'widget_width'],
  height: ['height', 'widgetHeight', 'widget_height'],
  welcomeMessage: ['welcomeMessage', 'welcome_message'],
  placeholder: ['placeholder'],
  brandingText: ['brandingText', 'branding_text'],
  suggestedQuestions: ['suggestedQuestions', 'suggested_questions'],
  language: ['language', 'lang', 'locale'],
  streaming: ['streaming_enabled', 'streamingEnabled', 'streaming', 'stream'],
} as const;

type Source = Readonly<Record<string, unknown>>;

function lookup(source: Source, names: readonly string[]): unknown {
  for (const name of names) {
    const value = source[name];
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

function text(source: Source, names: readonly string[], longest = 2000): string | undefined {
  const value = lookup(source, names);
  return typeof value === 'string' ? value.slice(0, longest) : undefined;
}

function number(source: Source, names: readonly string[], low: number, high: number): number | undefined {
  const value = lookup(source, names);
  const parsed = typeof value === 'string' ? parseFloat(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) return undefined;
  return Math.min(high, Math.max(low, Math.round(parsed)));
}

function colour(value: string | undefined): string | undefined {
  const short = value && /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value.trim());
  if (short) return `#${short[1]}${short[1]}${short[2]}${short[2]}${short[3]}${short[3]}`.toLowerCase();
  return value && /^#[0-9a-f]{6}$/i.test(value.trim()) ? value.trim().toLowerCase() : undefined;
}

export function language(value: string | undefined): Language | undefined {
  const primary = value?.trim().toLowerCase().split(/[-_]/)[0];
  return primary === 'fr' || primary === 'en' ? primary : undefined;
}

function questions(value: unknown): string[] | undefined {
  let list = value;
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value);
    } catch {
      list = value.split('|');
    }
  }
  if (!Array.isArray(list)) return undefined;
  const texts = list.filter((one): one is string => typeof one === 'string').map((one) => one.trim());
  return texts.filter((one) => one !== '' && one.length <= 200).slice(0, 6);
}

/** Keeps the values that make sense and drops the rest; `undefined` members are left out. */
export function readAppearance(raw: unknown): Appearance {
  if (typeof raw !== 'object' || raw === null) return {};
  const outer = raw as Source;
  // Older installations nested the looks under `settings` or `widget_config`.
  const inner = lookup(outer, ['settings', 'widget_config', 'widgetConfig', 'config']);
  const source: Source = typeof inner === 'object' && inner !== null ? { ...(inner as Source), ...outer } : outer;
  const position = text(source, kNames.position)?.replace('_', '-');
  const streaming = lookup(source, kNames.streaming);
  const found = {
    name: text(source, kNames.name, 120),
    primaryColor: colour(text(source, kNames.primaryColor)),
    position: position === 'bottom-left' || position === 'bottom-right' ? position : undefined,
    width: number(source, kNames.width, 280, 600),
    height: number(source, kNames.height, 360, 900),
    welcomeMessage: text(source, kNames.welcomeMessage),
    placeholder: text(source, kNames.placeholder, 200),
    brandingText: text(source, kNames.brandingText, 120),
    suggestedQuestions: questions(lookup(source, kNames.suggestedQuestions)),
    language: language(text(source, kNames.language)),
    handover: source['handover_enabled'] === true ? true : undefined,
    streaming: typeof streaming === 'boolean' ? streaming : streaming === 'false' ? false : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Appearance;
}

/** The server's address: what the page says, else where the script itself came from. */
function serverAddress(said: string | undefined, scriptSrc: string, pageUrl: string): string | undefined {
  try {
    const url = said ? new URL(said, pageUrl) : new URL(scriptSrc, pageUrl);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
    let path = url.pathname;
    if (!said) path = path.replace(/\/(widget\/)?[^/]*$/, '');
    return url.origin + path.replace(/\/+$/, '').replace(/\/api$/, '');
  } catch {
    return undefined;
  }
}

/** The page's configuration, or a sentence for the site's developer that says what is missing. */
export function readPageConfig(
  global: unknown,
  script: ScriptTag | undefined,
  pageUrl: string,
): PageConfig | { problem: string } {
  const fromGlobal = typeof global === 'object' && global !== null ? (global as Source) : {};
  const merged: Source = { ...fromGlobal, ...definedOnly(script?.dataset ?? {}) };
  const id = text(merged, kNames.workspaceId)?.trim().toLowerCase();
  if (!id || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    return {
      problem:
        'MONITORA: no valid workspace id. Set window.MONITORA_CONFIG = { workspaceId: "…" } before the script, ' +
        'or data-workspace-id="…" on the script tag.',
    };
  }
  const apiUrl = serverAddress(text(merged, kNames.apiUrl), script?.src ?? '', pageUrl);
  if (!apiUrl) return { problem: 'MONITORA: apiUrl is not an http or https address.' };
  const userToken = text(merged, kNames.userToken, 8000);
  const config: PageConfig = { workspaceId: id, apiUrl, appearance: readAppearance(merged) };
  if (userToken) config.userToken = userToken;
  return config;
}

function definedOnly(dataset: ScriptTag['dataset']): Source {
  return Object.fromEntries(Object.entries(dataset).filter(([, value]) => value));
}

/** The first known language: chosen by the page or the server, the page's own, the browser's. */
export function chooseLanguage(...candidates: (string | undefined)[]): Language {
  for (const candidate of candidates) {
    const known = language(candidate);
    if (known) return known;
  }
  return 'en';
}
