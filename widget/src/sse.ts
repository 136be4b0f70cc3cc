// Server-sent events, read incrementally (WHATWG HTML, "Parsing an event stream"). Bytes and characters may
// be split anywhere: inside a UTF-8 sequence, between CR and LF, in the middle of a field's name.

/** Longer than any event that the server sends; a stream that never ends a line is not ours. */
const kLongestEvent = 1 << 20;

export class EventTooLong extends Error {}

export class SseParser {
  private line = '';
  private data: string[] = [];
  private size = 0;
  private afterCarriageReturn = false;

  /** Takes the next piece of text and returns the data of each event that it completes. */
  push(piece: string): string[] {
    const events: string[] = [];
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const c = piece.charCodeAt(i);
      if (c === 10 && this.afterCarriageReturn) {
        // The second half of a CRLF: its line has ended already.
        this.afterCarriageReturn = false;
        start = i + 1;
        continue;
      }
      this.afterCarriageReturn = c === 13;
      if (c !== 10 && c !== 13) continue;
      this.endLine(this.line + piece.slice(start, i), events);
      this.line = '';
      start = i + 1;
    }
    this.line += piece.slice(start);
    if (this.line.length + this.size > kLongestEvent) throw new EventTooLong();
    return events;
  }

  private endLine(line: string, events: string[]): void {
    if (line === '') {
      if (this.data.length > 0) events.push(this.data.join('\n'));
      this.data = [];
      this.size = 0;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    // A comment has an empty field name; event, id and retry mean nothing in our stream.
    if (field !== 'data') return;
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    this.data.push(value);
    this.size += value.length;
  }
}

/**
 * Yields the data of every event of a response body, and '' for bytes that completed none (so that the
 * caller knows that the line is alive). An event cut off by the end of the stream is not an event.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = parser.push(decoder.decode(value, { stream: true }));
      if (events.length === 0) yield '';
      yield* events;
    }
  } finally {
    // Leaving early (an error, a stop) must also close the connection.
    reader.cancel().catch(() => undefined);
  }
}
