// Both languages are complete, and hold nothing that no page says. (That en.ts has every key of fr.ts is also a
// matter of types: the build fails without.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { usedKeys } from './keys.mjs';

const source = fileURLToPath(new URL('../src', import.meta.url));
function entries(language) {
  const text = readFileSync(join(source, `texts/${language}.ts`), 'utf8');
  return new Map([...text.matchAll(/^ {2}'?([\w.]+)'?: (.*),$/gm)].map(([, key, value]) => [key, value]));
}
const fr = entries('fr');
const en = entries('en');

test('the same keys in French and in English', () => {
  assert.ok(fr.size > 300, `only ${fr.size} keys were found`);
  assert.deepEqual([...en.keys()].sort(), [...fr.keys()].sort());
});

test('no text is empty, or was left in the other language', () => {
  /** Words that are the same in both. */
  const same = new Set(["'Webhooks'", "'24 h'", "'Assistant'", "'Type'", "'Question'", "'Documents'", "'Messages'", "'Conversations'", "'Satisfaction'", "'Widget'", "'Menu'", "'API'", "'Passages'", "'Original'", "'Conversation'", "'Date'", "'Port'"]);
  for (const [key, value] of fr) {
    assert.notEqual(value, "''", key);
    if (/^'/.test(value) && !same.has(value)) assert.notEqual(en.get(key), value, `${key} is the same in both languages`);
  }
});

test('every key that a page uses is there, and every text is used', () => {
  const used = usedKeys(source);
  // Keys made of a part that varies: t(`period.${value}`).
  const families = ['orders.', 'questions.type.', 'landing.', 'database.part.', 'handover.', 'webhooks.', 'documents.', 'period.', 'analytics.', 'settings.language.', 'install.', 'channel.'];
  const unknown = [...used].filter((key) => /^[a-z]+\.[a-zA-Z]/.test(key) && families.concat([...fr.keys()].map((one) => one.split('.')[0] + '.')).some((one) => key.startsWith(one)) && !fr.has(key));
  assert.deepEqual(unknown.filter((key) => !/\.(fr|example|pdf|docx|csv)$/.test(key)), []);
  const unused = [...fr.keys()].filter((key) => !used.has(key) && !families.some((one) => key.startsWith(one)));
  assert.deepEqual(unused, []);
});

test('French has its non-breaking spaces', () => {
  const wrong = [...fr].filter(([, value]) => /^'/.test(value) && /[^\s] [?!;»]|« /.test(value));
  assert.deepEqual(wrong, []);
});
