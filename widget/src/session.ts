// What is kept over page changes: who the visitor is to this workspace, and which conversation goes on.

export interface Session {
  id: string;
  token: string;
}

/** The part of the browser's Storage that is used. */
export interface KeyValues {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

interface Kept {
  visitorId: string;
  session?: Session;
  /** A message that was written and has not reached the server. */
  draft?: string;
  open?: boolean;
}

/**
 * Reads and writes one entry per workspace. With no usable storage (blocked by the browser, full, or in a
 * sandboxed frame) the same values live in memory until the page is left.
 */
export class Memory {
  private kept: Kept;
  private readonly key: string;

  constructor(
    workspaceId: string,
    private readonly storage: KeyValues | undefined,
    newId: () => string,
  ) {
    this.key = `monitora:${workspaceId}`;
    this.kept = this.read() ?? { visitorId: newId() };
    this.write();
  }

  get visitorId(): string {
    return this.kept.visitorId;
  }

  get session(): Session | undefined {
    return this.kept.session;
  }

  set session(session: Session | undefined) {
    this.change({ session });
  }

  get draft(): string {
    return this.kept.draft ?? '';
  }

  set draft(draft: string) {
    this.change({ draft: draft || undefined });
  }

  get open(): boolean {
    return this.kept.open === true;
  }

  set open(open: boolean) {
    this.change({ open: open || undefined });
  }

  private change(part: { [Name in keyof Kept]?: Kept[Name] | undefined }): void {
    // Another tab may have written meanwhile: change only this part of what it left.
    this.kept = { ...(this.read() ?? this.kept), ...part } as Kept;
    this.write();
  }

  private read(): Kept | undefined {
    try {
      const value: unknown = JSON.parse(this.storage?.getItem(this.key) ?? 'null');
      if (typeof value !== 'object' || value === null) return undefined;
      const { visitorId, session, draft, open } = value as Record<string, unknown>;
      if (typeof visitorId !== 'string' || !/^[\w-]{8,64}$/.test(visitorId)) return undefined;
      const kept: Kept = { visitorId };
      const { id, token } = (typeof session === 'object' && session ? session : {}) as Record<string, unknown>;
      if (typeof id === 'string' && typeof token === 'string') kept.session = { id, token };
      if (typeof draft === 'string') kept.draft = draft;
      if (open === true) kept.open = true;
      return kept;
    } catch {
      return undefined;
    }
  }

  private write(): void {
    try {
      this.storage?.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // Full or forbidden: this page goes on from memory.
    }
  }
}

/** localStorage if it can be touched at all: the mere access throws where cookies are blocked. */
export function browserStorage(): KeyValues | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** A random id; crypto.randomUUID exists on secure origins only. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
