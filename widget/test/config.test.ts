import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage, readAppearance, readPageConfig } from '../src/config';

const kId = '0b6f1f0e-3f8e-4b7e-9a3c-1d2e3f4a5b6c';
const kPage = 'https://shop.example/accueil';
const script = (src: string, dataset: Record<string, string> = {}) => ({ src, dataset });

function read(global: unknown, tag?: ReturnType<typeof script>, page = kPage) {
  const config = readPageConfig(global, tag, page);
  assert.ok(!('problem' in config), JSON.stringify(config));
  return config;
}

test('both ways of configuring, and the tag wins', () => {
  const src = 'https://chat.example/widget/embed.js';
  assert.deepEqual(read({ workspaceId: kId }, script(src)), { workspaceId: kId, apiUrl: 'https://chat.example', appearance: {} });
  assert.equal(read(undefined, script(src, { workspaceId: kId })).workspaceId, kId);
  const both = read({ workspaceId: 'x', language: 'fr', primaryColor: '#111111' }, script(src, { workspaceId: kId, language: 'en' }));
  assert.equal(both.workspaceId, kId);
  assert.deepEqual(both.appearance, { primaryColor: '#111111', language: 'en' });
});

test('the server is where the script came from unless the page says otherwise', () => {
  const address = (apiUrl: string | undefined, src: string): string => read({ workspaceId: kId, apiUrl }, script(src)).apiUrl;
  assert.equal(address(undefined, 'https://chat.example/widget/embed.js?v=2'), 'https://chat.example');
  assert.equal(address(undefined, 'https://www.example/chat/widget/embed.js'), 'https://www.example/chat');
  assert.equal(address(undefined, 'https://cdn.example/embed.js'), 'https://cdn.example');
  assert.equal(address('https://api.example/', 'https://cdn.example/embed.js'), 'https://api.example');
  assert.equal(address('https://api.example/api/', 'x'), 'https://api.example');
  assert.equal(address('/chat', 'x'), 'https://shop.example/chat');
  assert.equal(address('http://localhost:8001', 'x'), 'http://localhost:8001');
});

test('what cannot work is said in a sentence', () => {
  const cases: [unknown, string][] = [
    [undefined, 'workspace'],
    [{ workspaceId: '' }, 'workspace'],
    [{ workspaceId: 'abc' }, 'workspace'],
    [{ workspaceId: `${kId}/../x` }, 'workspace'],
    [{ workspaceId: 7 }, 'workspace'],
    [{ workspaceId: kId, apiUrl: 'javascript:alert(1)' }, 'apiUrl'],
    [{ workspaceId: kId, apiUrl: 'ftp://x' }, 'apiUrl'],
  ];
  for (const [global, word] of cases) {
    const config = readPageConfig(global, script('https://chat.example/widget/embed.js'), kPage);
    assert.ok('problem' in config && config.problem.includes(word), JSON.stringify(global));
  }
});

test('an id is lower case whatever the page wrote', () => {
  assert.equal(read({ workspace_id: kId.toUpperCase() }, script('https://a.fr/widget/embed.js')).workspaceId, kId);
});

test('older spellings are understood', () => {
  assert.deepEqual(readAppearance({ settings: { color_accent: '#ABC', widgetWidth: '400', widgetHeight: 700, welcomeMessage: 'Salut', brandingText: 'X', position: 'bottom_left' } }), {
    primaryColor: '#aabbcc',
    width: 400,
    height: 700,
    welcomeMessage: 'Salut',
    brandingText: 'X',
    position: 'bottom-left',
  });
});

test("the server's configuration", () => {
  const config = { workspace_id: kId, name: 'Boutique', primary_color: '#0a7d4f', welcome_message: 'Bonjour', placeholder: '…', position: 'bottom-right', width: 380, height: 600, branding_text: 'Par nous', streaming_enabled: false, language: 'auto', suggested_questions: ['a', 5, '', 'b'] };
  assert.deepEqual(readAppearance(config), {
    name: 'Boutique',
    primaryColor: '#0a7d4f',
    welcomeMessage: 'Bonjour',
    placeholder: '…',
    position: 'bottom-right',
    width: 380,
    height: 600,
    brandingText: 'Par nous',
    suggestedQuestions: ['a', 'b'],
    streaming: false,
  });
});

test('nonsense is left out or brought into range', () => {
  const bad = { primary_color: 'red;}*{display:none', position: 'top', width: 9999, height: -5, language: 'tlh', name: 5, suggested_questions: 'x|y' };
  assert.deepEqual(readAppearance(bad), { width: 600, height: 360, suggestedQuestions: ['x', 'y'] });
  for (const nothing of [null, undefined, 5, 'x', []]) assert.deepEqual(readAppearance(nothing), {});
});

test('language: said, then the page, then the browser', () => {
  assert.equal(chooseLanguage(undefined, 'fr-CA', 'en'), 'fr');
  assert.equal(chooseLanguage('EN_us', 'fr'), 'en');
  assert.equal(chooseLanguage(undefined, 'de', 'fr'), 'fr');
  assert.equal(chooseLanguage('', 'de'), 'en');
});
