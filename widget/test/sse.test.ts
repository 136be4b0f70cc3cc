import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventTooLong, SseParser, readEvents } from '../src/sse';

/** Everything that a reader must survive, with the events in it. */
const kStreams: [name: string, stream: string, events: string[]][] = [
  ['one event', 'data: {"a":1}\n\n', ['{"a":1}']],
  ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
  ['CR alone', 'data: a\r\rdata: b\r\r', ['a', 'b']],
  ['mixed ends', 'data: a\r\n\ndata: b\n\r\n', ['a', 'b']],
  ['comments', ': ping\n\ndata: a\n: ping\n\n: ping\n\n', ['a']],
  ['several data lines', 'data: a\ndata:b\ndata\n\n', ['a\nb\n']],
  ['one space only is dropped', 'data:  a\n\n', [' a']],
  ['other fields', 'event: x\nid: 7\nretry: 1\ndata: a\n\n', ['a']],
  ['event without data', 'event: x\n\n', []],
  ['colons in data', 'data: a:b: c\n\n', ['a:b: c']],
  ['a prefix of a field is another field', 'dat: a\ndatax: b\n\n', []],
  ['unfinished last event', 'data: a\n\ndata: b\n', ['a']],
  ['many blank lines', '\n\n\ndata: a\n\n\n\n', ['a']],
  ['every width of UTF-8', 'data: é€😀\u0301 ﷽ 中文\n\ndata: ça\n\n', ['é€😀\u0301 ﷽ 中文', 'ça']],
];

function body(parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function eventsOf(parts: Uint8Array[]): Promise<string[]> {
  const events: string[] = [];
  for await (const event of readEvents(body(parts))) if (event !== '') events.push(event);
  return events;
}

for (const [name, stream, events] of kStreams) {
  test(`events: ${name}, whole and cut at every byte`, async () => {
    const bytes = new TextEncoder().encode(stream);
    assert.deepEqual(await eventsOf([bytes]), events);
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepEqual(await eventsOf([bytes.slice(0, cut), bytes.slice(cut)]), events, `cut at ${cut}`);
    }
    assert.deepEqual(await eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte))), events, 'byte by byte');
  });
}

test('a byte order mark before the first event is not part of it', async () => {
  assert.deepEqual(await eventsOf([Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), new TextEncoder().encode('data: a\n\n')]), ['a']);
});

test('broken UTF-8 becomes replacement characters and loses no event', async () => {
  const bytes = [...new TextEncoder().encode('data: a'), 0xff, 0xe2, 0x82, ...new TextEncoder().encode('\n\ndata: b\n\n')];
  assert.deepEqual(await eventsOf([Uint8Array.from(bytes)]), ['a\ufffd\ufffd', 'b']);
});

test('a line that never ends is refused instead of filling the memory', () => {
  const parser = new SseParser();
  assert.throws(() => {
    for (let i = 0; i < 3000; i++) parser.push('x'.repeat(1000));
  }, EventTooLong);
  const lines = new SseParser();
  assert.throws(() => {
    for (let i = 0; i < 3000; i++) lines.push(`data: ${'x'.repeat(1000)}\n`);
  }, EventTooLong);
});

test('leaving the loop closes the connection', async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
    cancel: () => void (cancelled = true),
  });
  for await (const event of readEvents(stream)) {
    assert.equal(event, 'a');
    break;
  }
  assert.ok(cancelled);
});
