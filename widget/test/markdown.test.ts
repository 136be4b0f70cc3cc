import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inline, parse, safeLink, spoken, type Block, type Inline } from '../src/markdown';

function links(blocks: Block[]): string[] {
  const found: string[] = [];
  const visit = (children: Inline[]): void => {
    for (const one of children) {
      if (one.kind === 'link') found.push(one.href);
      if ('children' in one) visit(one.children);
    }
  };
  for (const block of blocks) {
    if (block.kind === 'list') block.items.forEach(visit);
    else if (block.kind !== 'code') visit(block.children);
  }
  return found;
}

const t = (text: string): Inline => ({ kind: 'text', text });

test('paragraphs, headings, lists, quotes and code', () => {
  assert.deepEqual(parse('Un\ndeux\n\n## Titre ##\n- a\n- **b**\n  suite\n\n3. x\n4) y\n> q\n> r\n```js\n<b>\n```'), [
    { kind: 'paragraph', children: [t('Un'), { kind: 'break' }, t('deux')] },
    { kind: 'heading', children: [t('Titre')] },
    { kind: 'list', ordered: false, start: 1, items: [[t('a')], [{ kind: 'strong', children: [t('b')] }, t(' suite')]] },
    { kind: 'list', ordered: true, start: 3, items: [[t('x')], [t('y')]] },
    { kind: 'quote', children: [t('q'), { kind: 'break' }, t('r')] },
    { kind: 'code', text: '<b>' },
  ]);
});

test('marks inside a line', () => {
  const cases: [string, Inline[]][] = [
    ['**gras** et *penché*', [{ kind: 'strong', children: [t('gras')] }, t(' et '), { kind: 'em', children: [t('penché')] }]],
    ['__gras__ _penché_', [{ kind: 'strong', children: [t('gras')] }, t(' '), { kind: 'em', children: [t('penché')] }]],
    ['**a *b* c**', [{ kind: 'strong', children: [t('a '), { kind: 'em', children: [t('b')] }, t(' c')] }]],
    ['snake_case_name et 2 * 3 * 4', [t('snake_case_name et 2 * 3 * 4')]],
    ['`a*b*` ``x`y``', [{ kind: 'code', text: 'a*b*' }, t(' '), { kind: 'code', text: 'x`y' }]],
    ['\\*a\\* \\[1\\]', [t('*a* [1]')]],
    ['**pas fini', [t('**pas fini')]],
    ['30 jours [1][2, 3].', [t('30 jours '), { kind: 'cite', index: 1 }, { kind: 'cite', index: 2 }, { kind: 'cite', index: 3 }, t('.')]],
    ['[2024] et [x]', [t('[2024] et [x]')]],
    ['[1](https://a.fr)', [{ kind: 'link', href: 'https://a.fr/', children: [t('1')] }]],
    ['[s](https://a.fr/x_(y)) fin', [{ kind: 'link', href: 'https://a.fr/x_(y)', children: [t('s')] }, t(' fin')]],
    ['voir https://a.fr/b_c_d?e=1.', [t('voir '), { kind: 'link', href: 'https://a.fr/b_c_d?e=1', children: [t('https://a.fr/b_c_d?e=1')] }, t('.')]],
    ['[mail](mailto:a@b.fr)', [{ kind: 'link', href: 'mailto:a@b.fr', children: [t('mail')] }]],
  ];
  for (const [text, nodes] of cases) assert.deepEqual(inline(text), nodes, text);
});

test('no address but http, https and mailto becomes a link', () => {
  const hostile = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    'java\u0000script:alert(1)',
    '\u0001javascript:alert(1)',
    '&#106;avascript:alert(1)',
    'javascript&colon;alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD4=',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://a.fr/x',
    'about:blank',
    'view-source:https://a.fr',
    '//a.fr/x',
    '/relative',
    '#ici',
    'https:a.fr',
    'https:///a.fr',
    'http://',
    'https://a.fr/\u2028x',
    'mailto://x',
    'ftp://a.fr',
  ];
  for (const address of hostile) {
    assert.equal(safeLink(address), undefined, JSON.stringify(address));
    for (const text of [`[clic](${address})`, `[clic](<${address}>)`, `[clic](${address} "titre")`, `<${address}>`, `![x](${address})`]) {
      for (const href of links(parse(text))) assert.match(href, /^https?:\/\/[^/]/, text);
    }
  }
});

test('HTML in an answer stays text, whatever surrounds it', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg/onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<iframe srcdoc="<script>1</script>"></iframe>',
    '</textarea><script>alert(1)</script>',
    '<!--<script>-->',
    '<style>*{display:none}</style>',
  ];
  const kinds = new Set(['text', 'break', 'strong', 'em', 'code', 'cite', 'link']);
  for (const html of hostile) {
    for (const text of [html, `**${html}**`, `- ${html}`, `> ${html}`, `# ${html}`, `[${html}](https://a.fr)`]) {
      for (const block of parse(text)) {
        const flat = JSON.stringify(block);
        assert.ok(flat.includes(JSON.stringify(html).slice(1, 6)), `${text} is shown`);
        if (block.kind === 'code') continue;
        const inlines = block.kind === 'list' ? block.items.flat() : block.children;
        for (const one of inlines) assert.ok(kinds.has(one.kind));
      }
      for (const href of links(parse(text))) assert.equal(href, 'https://a.fr/');
    }
  }
});

test('a quoted address cannot carry a second attribute', () => {
  const [link] = links(parse('[a](https://a.fr/"onmouseover="alert(1))'));
  assert.ok(link === undefined || !link.includes('"'));
});

test('hostile length and nesting end soon and keep the text', () => {
  const texts = ['*'.repeat(20000), '['.repeat(20000), '`'.repeat(19999), '> '.repeat(9000), '**a'.repeat(6000), `[x](${'a('.repeat(9000)}`, `# ${' '.repeat(20000)}x`, '_*'.repeat(9000), '` `` '.repeat(4000)];
  for (const text of texts) assert.ok(parse(text).length >= 1, text.slice(0, 20));
});

test('what a screen reader hears has no marks and no citations', () => {
  assert.equal(spoken(parse('**Oui**, sous 30 jours [1].\n\n- a\n- b\n\n[lien](https://a.fr)')), 'Oui, sous 30 jours. a. b. lien');
});
