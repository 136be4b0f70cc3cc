// The little Markdown that models write: paragraphs, headings, lists, bold, italics, code, links, and our
// own citations [1]. The parser makes a tree of plain values, and dom.ts makes elements of it: no HTML text
// exists anywhere, so nothing in an answer can become markup.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'break' }
  | { kind: 'cite'; index: number }
  | { kind: 'strong' | 'em'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] };

export type Block =
  | { kind: 'paragraph' | 'heading' | 'quote'; children: Inline[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] }
  | { kind: 'code'; text: string };

/** Deeper nesting than any answer needs; beyond it marks are plain text. */
const kDeepest = 6;

/** The address if it is one that a visitor may be sent to, else undefined. */
export function safeLink(address: string): string | undefined {
  // Browsers drop control characters and white space inside a scheme, so none may be in the address.
  if (/[\u0000-\u0020\u007f-\u00a0\u2028\u2029]/.test(address)) return undefined;
  if (!/^(https?:\/\/[^/?#]|mailto:[^/])/i.test(address)) return undefined;
  try {
    return new URL(address).href;
  } catch {
    return undefined;
  }
}

export function parse(markdown: string): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', children: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const fence = /^\s*(```+|~~~+)/.exec(line);
    if (fence) {
      endParagraph();
      const code: string[] = [];
      // An unfinished fence is normal while the answer is still being written.
      while (++i < lines.length && !(lines[i] as string).trim().startsWith(fence[1] as string)) code.push(lines[i] as string);
      blocks.push({ kind: 'code', text: code.join('\n') });
      continue;
    }
    if (line.trim() === '') {
      endParagraph();
      continue;
    }
    const heading = /^\s{0,3}#{1,6}\s(.*)$/.exec(line);
    const quote = /^\s{0,3}>\s?(.*)$/.exec(line);
    const item = /^\s*(?:([-*+•])|(\d{1,4})[.)])\s+(.*)$/.exec(line);
    if (heading) {
      endParagraph();
      blocks.push({ kind: 'heading', children: inline((heading[1] as string).trim().replace(/\s#+$/, '')) });
    } else if (quote) {
      endParagraph();
      const previous = blocks[blocks.length - 1];
      const children = inline(quote[1] as string);
      if (previous?.kind === 'quote' && /^\s{0,3}>/.test(lines[i - 1] ?? '')) {
        previous.children.push({ kind: 'break' }, ...children);
      } else {
        blocks.push({ kind: 'quote', children });
      }
    } else if (item) {
      endParagraph();
      const ordered = item[2] !== undefined;
      const previous = blocks[blocks.length - 1];
      const children = inline(item[3] as string);
      if (previous?.kind === 'list' && previous.ordered === ordered) {
        previous.items.push(children);
      } else {
        blocks.push({ kind: 'list', ordered, start: ordered ? Number(item[2]) : 1, items: [children] });
      }
    } else {
      const previous = blocks[blocks.length - 1];
      const last = previous?.kind === 'list' ? previous.items[previous.items.length - 1] : undefined;
      if (last && paragraph.length === 0 && /^\s{2,}/.test(line) && (lines[i - 1] ?? '').trim() !== '') {
        last.push(...inline(` ${line.trim()}`));
      } else {
        paragraph.push(line.trim());
      }
    }
  }
  endParagraph();
  return blocks;
}

/** One token of a line: an escape, code, a citation, a link, an address, or an emphasis mark. */
const kToken =
  /\\([\\`*_[\]()#>~-])|(`+)([^`]|[^`][\s\S]{0,2000}?[^`])\2(?!`)|\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\](?!\()|\[([^\]\n]{1,300})\]\(\s*<?([^\s<>()]{1,2000}(?:\([^\s<>()]{0,500}\)[^\s<>()]{0,500})?)>?(?:\s+"[^"\n]*")?\s*\)|(https?:\/\/[^\s<>"'`*\])]{1,2000})|(\*\*|__|\*|_)|\n/g;

export function inline(text: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  const add = (plain: string): void => {
    const last = out[out.length - 1];
    if (plain === '') return;
    if (last?.kind === 'text') last.text += plain;
    else out.push({ kind: 'text', text: plain });
  };
  const token = new RegExp(kToken);
  let at = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    add(text.slice(at, found.index));
    at = token.lastIndex;
    const [whole, escaped, , code, cited, label, target, address, mark] = found;
    if (escaped !== undefined) {
      add(escaped);
    } else if (code !== undefined) {
      out.push({ kind: 'code', text: code.trim() || code });
    } else if (cited !== undefined) {
      for (const one of cited.split(',')) out.push({ kind: 'cite', index: Number(one) });
    } else if (label !== undefined && target !== undefined) {
      const href = safeLink(target);
      // A refused address is not hidden: the reader sees what was written.
      if (href) out.push({ kind: 'link', href, children: plainChildren(label, depth) });
      else add(whole);
    } else if (address !== undefined) {
      const trimmed = address.replace(/[.,;:!?]+$/, '');
      const href = safeLink(trimmed);
      if (href) out.push({ kind: 'link', href, children: [{ kind: 'text', text: trimmed }] });
      else add(trimmed);
      at = token.lastIndex = found.index + trimmed.length;
    } else if (mark !== undefined) {
      const end = depth < kDeepest ? closing(text, at, mark, found.index) : -1;
      if (end < 0) {
        add(mark);
        continue;
      }
      const children = inline(text.slice(at, end), depth + 1);
      out.push({ kind: mark.length === 2 ? 'strong' : 'em', children });
      at = token.lastIndex = end + mark.length;
    } else {
      out.push({ kind: 'break' });
    }
  }
  add(text.slice(at));
  return out;
}

/** A link's label: emphasis is kept, links and citations inside it are not. */
function plainChildren(label: string, depth: number): Inline[] {
  if (depth >= kDeepest) return [{ kind: 'text', text: label }];
  return inline(label, depth + 1).map((one) => (one.kind === 'link' || one.kind === 'cite' ? { kind: 'text', text: label } : one));
}

/** Where the emphasis opened by `mark` at `opened` ends, or −1 when the mark is just a character. */
function closing(text: string, from: number, mark: string, opened: number): number {
  const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}]/u.test(c);
  if (/^\s?$/.test(text.charAt(from))) return -1;
  // snake_case is no emphasis.
  if (mark.includes('_') && isWord(text[opened - 1])) return -1;
  const limit = Math.min(text.length, from + 2000);
  for (let end = text.indexOf(mark, from + 1); end >= 0 && end < limit; end = text.indexOf(mark, end + 1)) {
    const single = mark.length === 1;
    if (/\s/.test(text.charAt(end - 1)) || text.charAt(end - 1) === '\\') continue;
    if (single && (text[end + 1] === mark || text[end - 1] === mark)) continue;
    if (mark.includes('_') && isWord(text[end + mark.length])) continue;
    return end;
  }
  return -1;
}

/** The answer as it is read aloud: no marks, no citations. */
export function spoken(blocks: Block[]): string {
  const flat = (children: Inline[]): string =>
    children
      .map((one) => {
        if (one.kind === 'text' || one.kind === 'code') return one.text;
        if (one.kind === 'break') return ' ';
        return one.kind === 'cite' ? '' : flat(one.children);
      })
      .join('');
  return blocks
    .map((block) => (block.kind === 'code' ? block.text : block.kind === 'list' ? block.items.map(flat).join('. ') : flat(block.children)))
    .join('. ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,])/g, '$1')
    .replace(/([.!?:])\.(?= |$)/g, '$1')
    .trim();
}
