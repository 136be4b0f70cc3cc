// What people wait for in the console, measured in Chromium with the program itself. See run.sh.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { newVisitor, startBrowser } from '../../tests/browser/lib/browser.mjs';
import { kPassword, pageOf, signIn, signUp } from '../../tests/browser/lib/console.mjs';
import { Account, startMonitora } from '../../tests/browser/lib/monitora.mjs';

const [rounds = 7, documents = 10_000, conversations = 100_000] = process.argv.slice(2).map(Number);
const kSlowDown = 4;
const kEmail = 'claire@exemple.fr';

const browser = await startBrowser();
const server = await startMonitora({ RATE_LIMIT_LOGIN: '1000' });
const sql = (statements) => execFileSync('sqlite3', [join(server.data, 'monitora.db'), `PRAGMA busy_timeout = 60000; ${statements}`], { stdio: ['ignore', 'ignore', 'inherit'] });
const uuid = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";
const numbers = (n) => `WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < ${n})`;

function fill(workspace) {
  sql(`
    INSERT INTO documents (id, workspace_id, filename, file_size, mime_type, status, chunk_count, created_at, indexed_at)
      ${numbers(documents)} SELECT ${uuid}, '${workspace}', 'procédure-' || n || '.pdf', 1000 + n, 'application/pdf', 'indexed', n % 40, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || n || ' minutes'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM d;
    CREATE TEMP TABLE made AS ${numbers(conversations)} SELECT n, ${uuid} AS id FROM d;
    INSERT INTO conversations (id, workspace_id, visitor_id, title, channel, started_at, last_message_at)
      SELECT id, '${workspace}', 'visiteur-' || (n % 900), 'Question numéro ' || n || ' sur la livraison', 'widget', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n * 5) || ' minutes'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n * 5) || ' minutes') FROM made;
    INSERT INTO messages (id, conversation_id, role, content, sources, rag_score, feedback, response_time_ms, ttfb_ms, cached, created_at)
      SELECT ${uuid}, made.id, 'user', 'Question numéro ' || (n % 300), '[]', NULL, NULL, NULL, NULL, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n * 5) || ' minutes') FROM made;
    INSERT INTO messages (id, conversation_id, role, content, sources, rag_score, feedback, response_time_ms, ttfb_ms, cached, created_at)
      SELECT ${uuid}, made.id, 'assistant', 'Réponse numéro ' || n, '[]', 0.7, CASE n % 9 WHEN 0 THEN 1 WHEN 1 THEN -1 END, 900, 120, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n * 5) || ' minutes') FROM made;`);
}

const shown = (values, digits = 0) => {
  const sorted = values.toSorted((a, b) => a - b);
  return `least ${sorted[0].toFixed(digits)}, middle ${sorted[Math.floor(sorted.length / 2)].toFixed(digits)}, most ${sorted.at(-1).toFixed(digits)}`;
};

async function slowPage(context) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: kSlowDown });
  await page.addInitScript(() => {
    globalThis.seen = { paint: 0, element: '', tasks: [] };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.seen = { ...globalThis.seen, paint: entry.startTime, element: `${entry.element?.tagName} ${entry.element?.textContent.slice(0, 40)}` };
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => globalThis.seen.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  });
  return page;
}

/** The overview, cold (a browser that was never here but for its session) and warm. */
async function paints(workspace) {
  const signed = await newVisitor(browser);
  const page = await signed.newPage();
  await signIn(page, server.url, kEmail);
  await page.waitForURL('**/workspaces');
  const cold = [];
  const warm = [];
  let what = '';
  for (let round = 0; round < rounds; ++round) {
    const fresh = await newVisitor(browser, { storageState: await signed.storageState() });
    for (const times of [cold, warm]) {
      const slow = await slowPage(fresh);
      await slow.goto(pageOf(server.url, '', workspace));
      await slow.locator('h1').first().waitFor();
      await slow.locator('.skeleton').first().waitFor({ state: 'detached' });
      await slow.waitForLoadState('networkidle');
      const seen = await slow.evaluate(() => globalThis.seen);
      times.push(seen.paint);
      what = seen.element;
      await slow.close();
    }
    // The session goes on in the next round: its cookie has changed.
    const { cookies } = await fresh.storageState();
    await signed.clearCookies();
    await signed.addCookies(cookies);
    await fresh.close();
  }
  await signed.close();
  console.log(`largest paint of the overview, ${kSlowDown} times slower, ms of ${rounds} rounds: cold ${shown(cold)}; warm ${shown(warm)} (${what.trim()})`);
}

async function scrolls(workspace, name) {
  const context = await newVisitor(browser);
  const first = await context.newPage();
  await signIn(first, server.url, kEmail);
  await first.waitForURL('**/workspaces');
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  await page.goto(pageOf(server.url, name, workspace));
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => void (globalThis.tasks.length = 0));
  await page.mouse.move(700, 600);
  for (let step = 0; step < 120; ++step) await page.mouse.wheel(0, 700);
  await page.waitForLoadState('networkidle');
  const tasks = await page.evaluate(() => globalThis.tasks);
  console.log(`${name} scrolled: tasks over 50 ms ${tasks.length}, the longest ${tasks.length ? Math.max(...tasks).toFixed(0) : '–'} ms`);
  await context.close();
}

try {
  const first = await newVisitor(browser);
  await signUp(await first.newPage(), server.url, kEmail);
  await first.close();
  const account = await Account.open(server.url, 'login', kEmail, kPassword);
  const { id: workspace } = await account.call('POST', '/api/workspaces', { name: 'Vélobise' });
  fill(workspace);
  await account.call('POST', `/api/insights/${workspace}/recalculate`).catch((error) => console.error(String(error)));
  await paints(workspace);
  await scrolls(workspace, 'documents');
  await scrolls(workspace, 'conversations');
} finally {
  await browser.close();
  await server.stop();
}
