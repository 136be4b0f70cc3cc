// The program itself: started on a free port with a fresh data directory, and the requests that prepare a
// journey. Its output is shown when it ends unexpectedly.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = process.env.MONITORA_BIN ?? join(root, 'build/release/monitora');
/** Longer than a loaded machine needs; not a measurement. */
const kPatienceMs = 180_000;

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** @param settings environment, e.g. { LLM_BASE_URL } */
export async function startMonitora(settings = {}) {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'monitora-journey-'));
  let output = '';
  const child = spawn(program, ['serve'], {
    cwd: data,
    env: { PATH: process.env.PATH, HOME: data, LANG: 'C.UTF-8', LISTEN: `127.0.0.1:${port}`, DATA_DIR: data, ...settings },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const ended = new Promise((done) => child.once('exit', done));
  child.once('error', (error) => (output += error));
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + kPatienceMs;
  for (;;) {
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || child.pid === undefined || Date.now() > until) throw new Error(`monitora does not start:\n${output}`);
    await pause(50);
  }
  return {
    url,
    data,
    output: () => output,
    /** Ends the server; fails if it had ended by itself, or ends with anything but success. */
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`monitora ended with ${child.signalCode ?? code}:\n${output}`);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A signed-in person, by the API. */
export class Account {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  static async open(url, path, email, password) {
    const response = await fetch(`${url}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new Account(url, (await response.json()).access_token);
  }

  async call(method, path, body) {
    const form = body instanceof FormData;
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body && !form && { 'Content-Type': 'application/json' }) },
      body: form || body === undefined ? body : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  /** Uploads a text under `name`. */
  async upload(workspace, name, text) {
    const form = new FormData();
    form.append('file', new Blob([text]), name);
    return this.call('POST', `/api/documents/workspace/${workspace}/upload`, form);
  }

  /** Waits until no document is waiting; returns them all. */
  async indexed(workspace, count) {
    const until = Date.now() + kPatienceMs;
    for (;;) {
      const { items } = await this.call('GET', `/api/documents/workspace/${workspace}?limit=200`);
      const waiting = items.filter((one) => one.status === 'pending' || one.status === 'processing');
      if (items.length >= count && waiting.length === 0) return items;
      if (Date.now() > until) throw new Error(`still waiting: ${JSON.stringify(waiting)}`);
      await pause(100);
    }
  }
}
