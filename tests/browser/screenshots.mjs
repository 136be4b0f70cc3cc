// screenshots.mjs DIRECTORY: see console/screenshots.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newVisitor, startBrowser } from './lib/browser.mjs';
import { addFiles, createWorkspace, kPassword, pageOf, signUp } from './lib/console.mjs';
import { kPassword as kShopPassword, startPostgresShop } from './lib/databases.mjs';
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
/** Pictures of the whole page, however long. */
const kWhole = new Set(['landing', 'account', 'answers', 'analytics', 'widget', 'keys', 'settings', 'document', 'database', 'database-tables', 'database-questions', 'database-orders', 'database-try', 'new-overview', 'create-2']);

const server = await startMonitora({ RATE_LIMIT_LOGIN: '1000', RATE_LIMIT_ADDRESS: '1000', ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
const browser = await startBrowser();
const shop = startPostgresShop();
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
  const { id: fresh } = await account.call('POST', '/api/workspaces', { name: 'Service client interne', description: 'Procédures et modèles de réponse.' });
  await account.indexed(workspace, corpus.length);
  const visitor = async (path, body) => {
    const answer = await fetch(`${server.url}/api/widget/${workspace}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body: JSON.stringify(body) });
    return answer.status === 204 ? undefined : answer.json();
  };
  let conversation;
  for (const [i, message] of kQuestions.entries()) {
    const answer = await visitor('chat', { message, stream: false, visitor_id: `visiteur-${i % 4}` });
    if (i % 3 !== 1) await visitor('feedback', { message_id: answer.message_id, session_token: answer.session_token, feedback: i === 5 ? -1 : 1 });
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
  const pdf = documents.find((one) => one.mime_type === 'application/pdf');
  await account.call('POST', `/api/workspaces/${workspace}/webhooks`, { url: 'http://127.0.0.1:9/monitora', events: ['handover.requested', 'feedback.negative'] });
  // A visitor who waits for a person, and what a customer's own database holds.
  await account.call('PATCH', `/api/workspaces/${workspace}/widget-config`, { handover_enabled: true });
  const asked = await visitor('chat', { message: 'Puis-je parler à quelqu’un ?', stream: false, visitor_id: 'visiteur-9' });
  await visitor('handover', { state: 'requested', session_token: asked.session_token, contact: 'jeanne@exemple.fr' });
  await account.call('PATCH', `/api/workspaces/${workspace}`, { allowed_domains: ['chantier-morvan.example'] });
  const base = `/api/workspaces/${workspace}/database`;
  await account.call('PUT', base, { db_type: 'postgres', db_host: shop.host, db_port: Number(shop.port), db_name: shop.name, db_user: shop.reader, db_password: kShopPassword });
  await account.call('POST', `${base}/test`);
  await account.call('PUT', base, { allowed_tables: ['public.orders', 'public.customers'], descriptions: { 'public.orders': 'Les commandes des clients, une par ligne' } });
  await account.call('POST', `${base}/questions`, { description: 'Le nombre de commandes dans un état', examples: ['Combien de commandes sont en cours ?'], sql: 'SELECT count(*) AS nombre FROM orders WHERE status = :etat', parameters: [{ name: 'etat', type: 'choice', label: 'État de la commande', values: ['en cours', 'expédiée', 'livrée'] }] });
  await account.call('PUT', `${base}/orders`, { table: 'public.orders', number_column: 'id', date_column: 'created_on', status_column: 'status', total_column: 'total', currency: '€', owner_column: 'email', customers: { table: 'public.customers', key_column: 'id', order_column: 'customer_id' }, statuses: [{ value: 'en cours', fr: 'En préparation', en: 'Being prepared', state: 'open' }, { value: 'livrée', fr: 'Livrée', en: 'Delivered', state: 'delivered' }] });
  await first.close();

  for (const [name, options] of [
    ['wide-light-fr', { viewport: { width: 1360, height: 900 } }],
    ['wide-dark-en', { viewport: { width: 1360, height: 900 }, colorScheme: 'dark', locale: 'en-GB' }],
    ['narrow-light-en', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, locale: 'en-GB' }],
    ['narrow-dark-fr', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: 'dark' }],
  ]) {
    const context = await newVisitor(browser, options);
    const shown = await context.newPage();
    const take = async (of) => {
      // Nothing is under the pointer.
      if (!options.isMobile) await shown.mouse.move(0, 0);
      await shown.screenshot({ path: join(directory, `${of}-${name}.png`), animations: 'disabled', fullPage: kWhole.has(of) });
    };
    const picture = async (of, address) => {
      await shown.goto(address);
      await shown.locator('h1:visible').first().waitFor();
      await shown.locator('.skeleton').first().waitFor({ state: 'detached' });
      await shown.evaluate(() => document.fonts.ready);
      await take(of);
    };
    await picture('landing', server.url);
    await picture('sign-up', `${server.url}/sign-up`);
    await picture('invitation', `${server.url}/invitation?email=yann@exemple.fr&workspace=Chantier+naval`);
    await picture('missing', `${server.url}/nulle-part`);
    await picture('sign-in', `${server.url}/sign-in`);
    await shown.locator('input[type=email]').fill(kEmail);
    await shown.locator('input[type=password]').fill(kPassword);
    await shown.locator('form button[type=submit]').click();
    await shown.waitForURL('**/workspaces');
    await picture('workspaces', `${server.url}/workspaces`);
    await picture('create', `${server.url}/workspaces/new`);
    await shown.locator('main form input').first().fill('Atelier Morvan');
    await shown.locator('main form button[type=submit]').click();
    await shown.locator('main textarea').waitFor();
    await take('create-2');
    await picture('account', `${server.url}/account`);
    for (const [of, path, more] of [
      ['overview', ''], ['documents', 'documents'], ['answers', 'answers'], ['document', 'documents', `&document=${faq.id}`], ['document-pdf', 'documents', `&document=${pdf.id}`], ['conversations', 'conversations', `&conversation=${conversation}`], ['conversations-list', 'conversations'],
      ['handover', 'conversations', `&conversation=${asked.session_id}`], ['insights', 'insights', groups[0] && `&group=${groups[0].group_id}`], ['analytics', 'analytics', '&period=30d'], ['widget', 'widget'], ['keys', 'keys'], ['members', 'members'], ['settings', 'settings'],
      ['database', 'database'], ['database-tables', 'database', '&part=tables'], ['database-questions', 'database', '&part=questions'], ['database-orders', 'database', '&part=orders'], ['database-try', 'database', '&part=try'],
    ]) {
      await picture(of, pageOf(server.url, path, workspace, more ?? ''));
    }
    for (const path of ['', 'documents', 'answers', 'playground', 'conversations', 'insights', 'analytics', 'keys', 'database']) await picture(`new-${path || 'overview'}`, pageOf(server.url, path, fresh));
    if (options.isMobile) {
      await shown.goto(pageOf(server.url, 'documents', workspace));
      await shown.locator('header button[aria-expanded]').tap();
      await shown.getByRole('dialog').getByRole('navigation').waitFor();
      await take('menu');
    }
    await shown.goto(pageOf(server.url, 'settings', fresh));
    await shown.getByRole('button', { name: /^(Supprimer l’espace|Delete the workspace)/ }).click();
    await shown.getByRole('dialog').waitFor();
    await take('delete');
    await shown.goto(pageOf(server.url, 'playground', workspace));
    const ask = async (count) => {
      await shown.locator('#question').fill('Sous combien de jours suis-je remboursé ?');
      await shown.locator('#question').press('Enter');
      await shown.locator('ol').getByText(/Pertinence|Relevance/).nth(count).waitFor();
    };
    await ask(0);
    await shown.getByRole('button', { name: /^Source \d$/ }).first().click();
    await take('playground');
    await shown.locator('aside summary').click();
    await shown.locator('aside input[type=range]').first().fill('2');
    await ask(1);
    await take('playground-tried');
    await context.close();
  }
  console.log(`pictures are in ${directory}`);
} finally {
  await browser.close();
  await server.stop();
  shop.stop();
}
