// screenshots.mjs DIRECTORY: see console/screenshots.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newVisitor, startBrowser } from './lib/browser.mjs';
import { addFiles, createWorkspace, kPassword, pageOf, signUp } from './lib/console.mjs';
import { Account, startMonitora } from './lib/monitora.mjs';

const directory = resolve(process.argv[2]);
mkdirSync(directory, { recursive: true });
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const corpus = readdirSync(examples, { withFileTypes: true }).filter((one) => one.isFile() && !/^(README.*|questions\.json)$/.test(one.name)).map((one) => join(examples, one.name));
const kEmail = 'claire@exemple.fr';
const kQuestions = [
  'Combien de jours ai-je pour renvoyer un article ?', 'Quels sont les frais de port pour la Belgique ?', 'Comment entretenir le pont ?', 'Quelle est la garantie de la coque ?',
  'Peut-on payer en plusieurs fois ?', 'Avez-vous un magasin à Lyon ?', 'Puis-je payer en trois fois ?', 'How long is the warranty?', 'Do you deliver to Spain?', 'Où trouver des pièces détachées ?',
];

const server = await startMonitora({ RATE_LIMIT_LOGIN: '1000', RATE_LIMIT_ADDRESS: '1000' });
const browser = await startBrowser();
try {
  const first = await newVisitor(browser);
  const page = await first.newPage();
  await signUp(page, server.url, kEmail);
  const workspace = await createWorkspace(page, server.url, 'Chantier naval Morvan');
  await addFiles(page, corpus);
  const account = await Account.open(server.url, 'login', kEmail, kPassword);
  await account.call('PATCH', `/api/workspaces/${workspace}`, { description: 'Voiliers de croisière, pièces et entretien.' });
  await account.call('PATCH', `/api/workspaces/${workspace}/widget-config`, { suggested_questions: kQuestions.slice(0, 3), chatbot_name: 'Équipage Morvan' });
  await account.call('POST', `/api/workspaces/${workspace}/members`, { email: 'yann@exemple.fr', role: 'lecteur' });
  await account.call('POST', `/api/workspaces/${workspace}/api-keys`, { name: 'Site marchand' });
  await account.call('POST', '/api/workspaces', { name: 'Service client interne', description: 'Procédures et modèles de réponse.' });
  await account.indexed(workspace, corpus.length);
  let conversation;
  for (const [i, message] of kQuestions.entries()) {
    const call = (path, body) => fetch(`${server.url}/api/widget/${workspace}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body: JSON.stringify(body) });
    const answer = await (await call('chat', { message, stream: false, visitor_id: `visiteur-${i % 4}` })).json();
    if (i % 3 !== 1) await call('feedback', { message_id: answer.message_id, session_token: answer.session_token, feedback: i === 5 ? -1 : 1 });
    conversation ??= answer.session_id;
  }
  // The same conversations on the days before, more and more of them: curves need a past.
  execFileSync('sqlite3', [join(server.data, 'monitora.db'), `
    PRAGMA busy_timeout = 10000;
    CREATE TEMP TABLE days AS WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < 45) SELECT n FROM d;
    CREATE TEMP TABLE made AS SELECT c.id AS was, days.n AS n,
      lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))) AS id
      FROM conversations c CROSS JOIN days WHERE c.channel = 'widget' AND abs(random()) % 60 > days.n + (days.n % 7) * 3;
    INSERT INTO conversations (id, workspace_id, visitor_id, title, channel, started_at, last_message_at)
      SELECT made.id, workspace_id, visitor_id || '-' || (made.n % 9), title, channel, strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-' || made.n || ' days'), strftime('%Y-%m-%dT%H:%M:%fZ', last_message_at, '-' || made.n || ' days')
      FROM made JOIN conversations c ON c.id = made.was;
    INSERT INTO messages (id, conversation_id, role, content, sources, rag_score, feedback, response_time_ms, ttfb_ms, cached, created_at)
      SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), made.id, role, content, sources, rag_score, feedback, response_time_ms, ttfb_ms, made.n % 4 = 0, strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '-' || made.n || ' days')
      FROM made JOIN messages m ON m.conversation_id = made.was;`]);
  await account.call('POST', `/api/insights/${workspace}/recalculate`);
  await account.call('POST', `/api/workspaces/${workspace}/answers`, { question: 'Quels sont vos horaires ?', variants: ['Vous ouvrez à quelle heure ?'], answer: 'Du lundi au samedi, de **9 h à 18 h**.' });
  const { low_confidence_groups: groups } = await account.call('GET', `/api/insights/${workspace}`);
  const { items: documents } = await account.call('GET', `/api/documents/workspace/${workspace}?limit=200`);
  const faq = documents.find((one) => one.filename === 'faq.md');
  await account.call('PATCH', `/api/workspaces/${workspace}`, { allowed_domains: ['chantier-morvan.example'] });
  await first.close();

  for (const [name, options] of [
    ['wide-light-fr', { viewport: { width: 1360, height: 900 } }],
    ['wide-dark-en', { viewport: { width: 1360, height: 900 }, colorScheme: 'dark', locale: 'en-GB' }],
    ['narrow-light-en', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, locale: 'en-GB' }],
    ['narrow-dark-fr', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: 'dark' }],
  ]) {
    const context = await newVisitor(browser, options);
    const shown = await context.newPage();
    const picture = async (of, address) => {
      await shown.goto(address);
      await shown.locator('h1:visible').first().waitFor();
      await shown.locator('.skeleton').first().waitFor({ state: 'detached' });
      await shown.evaluate(() => document.fonts.ready);
      await shown.screenshot({ path: join(directory, `${of}-${name}.png`), animations: 'disabled' });
    };
    await picture('landing', server.url);
    await picture('sign-in', `${server.url}/sign-in`);
    await shown.locator('input[type=email]').fill(kEmail);
    await shown.locator('input[type=password]').fill(kPassword);
    await shown.locator('form button[type=submit]').click();
    await shown.waitForURL('**/workspaces');
    await picture('workspaces', `${server.url}/workspaces`);
    await picture('create', `${server.url}/workspaces/new`);
    await picture('account', `${server.url}/account`);
    for (const [of, path, more] of [
      ['overview', ''], ['documents', 'documents'], ['answers', 'answers'], ['document', 'documents', `&document=${faq.id}`], ['conversations', 'conversations', `&conversation=${conversation}`], ['conversations-list', 'conversations'],
      ['insights', 'insights', groups[0] && `&group=${groups[0].group_id}`], ['analytics', 'analytics', '&period=30d'], ['widget', 'widget'], ['keys', 'keys'], ['members', 'members'], ['settings', 'settings'], ['database', 'database'],
    ]) {
      await picture(of, pageOf(server.url, path, workspace, more ?? ''));
    }
    await shown.goto(pageOf(server.url, 'playground', workspace));
    await shown.locator('#question').fill(kQuestions[0]);
    await shown.locator('#question').press('Enter');
    await shown.locator('ol').getByText(/Pertinence|Relevance/).first().waitFor();
    await shown.getByRole('button', { name: /^Source \d$/ }).first().click();
    await shown.screenshot({ path: join(directory, `playground-${name}.png`), animations: 'disabled' });
    await context.close();
  }
  console.log(`pictures are in ${directory}`);
} finally {
  await browser.close();
  await server.stop();
}
