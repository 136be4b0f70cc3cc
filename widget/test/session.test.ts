import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Memory, type KeyValues } from '../src/session';

class FakeStorage implements KeyValues {
  readonly values = new Map<string, string>();
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.values.set(key, value);
}

let ids = 0;
const newId = (): string => `visitor-${++ids}`;

test('the same visitor and conversation on the next page, another for another workspace', () => {
  const storage = new FakeStorage();
  const first = new Memory('w1', storage, newId);
  first.session = { id: 's', token: 't' };
  first.draft = 'bonjour';
  const next = new Memory('w1', storage, newId);
  assert.equal(next.visitorId, first.visitorId);
  assert.deepEqual(next.session, { id: 's', token: 't' });
  assert.equal(next.draft, 'bonjour');
  const other = new Memory('w2', storage, newId);
  assert.notEqual(other.visitorId, first.visitorId);
  assert.equal(other.session, undefined);
  next.session = undefined;
  assert.equal(new Memory('w1', storage, newId).session, undefined);
});

test('a change keeps what another tab wrote meanwhile', () => {
  const storage = new FakeStorage();
  const here = new Memory('w', storage, newId);
  const there = new Memory('w', storage, newId);
  there.session = { id: 's', token: 't' };
  here.open = true;
  assert.deepEqual(new Memory('w', storage, newId).session, { id: 's', token: 't' });
});

test('without a usable storage the page goes on from memory', () => {
  const broken: KeyValues = {
    getItem: () => {
      throw new Error('SecurityError');
    },
    setItem: () => {
      throw new Error('QuotaExceededError');
    },
  };
  for (const storage of [undefined, broken]) {
    const memory = new Memory('w', storage, newId);
    memory.session = { id: 's', token: 't' };
    assert.deepEqual(memory.session, { id: 's', token: 't' });
    assert.match(memory.visitorId, /^visitor-/);
  }
});

test('a damaged entry is replaced, not trusted', () => {
  for (const damaged of ['', '{', 'null', '[]', '5', '{"visitorId":5}', '{"visitorId":"<script>"}']) {
    const storage = new FakeStorage();
    storage.setItem('monitora:w', damaged);
    assert.match(new Memory('w', storage, newId).visitorId, /^visitor-/, damaged);
  }
  const storage = new FakeStorage();
  storage.setItem('monitora:w', '{"visitorId":"abcdefgh","session":{"id":1},"open":"x","draft":{}}');
  const memory = new Memory('w', storage, newId);
  assert.deepEqual([memory.visitorId, memory.session, memory.open, memory.draft], ['abcdefgh', undefined, false, '']);
});
