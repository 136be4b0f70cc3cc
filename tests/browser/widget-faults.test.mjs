// The widget in Chromium, on another origin's page, against a server that misbehaves on demand.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import { accessibilityProblems, newVisitor, screenshot, startBrowser } from './lib/browser.mjs';
import { startFakeServer } from './lib/fake-server.mjs';
import { shopPage, startSite } from './lib/site.mjs';
import { widgetOn } from './lib/widget.mjs';

const kWorkspace = randomUUID();
let browser, site, fake, context, page, widget;

const tag = (more = '') => `<script src="${fake.url}/widget/embed.js" data-workspace-id="${kWorkspace}" ${more} async></script>`;

before(async () => {
  browser = await startBrowser();
  site = await startSite({});
});
after(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  fake = await startFakeServer({ origins: [site.origin('shop')] });
  site.pages['/'] = shopPage(tag());
  site.pages['/autre'] = shopPage(tag());
  await visit();
});
afterEach(async () => {
  const problems = context.problems;
  await context.close();
  await fake.close();
  assert.deepEqual(problems, [], 'no script error, dialog or policy violation on the page');
});

async function visit(options = {}, path = '/') {
  await context?.close();
  context = await newVisitor(browser, options);
  page = await context.newPage();
  widget = widgetOn(page);
  await page.goto(site.origin('shop') + path);
}

const kPlain = 'Vous avez 30 jours pour nous renvoyer un article 😀, étiquette comprise 1.';

test('a streamed answer with its sources, feedback, and the right request', async () => {
  await widget.open();
  await screenshot(page, 'widget-welcome-fr');
  const text = await widget.answerTo('Combien de temps pour renvoyer un article ?');
  assert.ok(text.replace(/\s+/g, ' ').startsWith(kPlain.replace(' 1.', '')), text);
  assert.ok(text.includes('en Espagne'));
  const [chat] = fake.chats().filter((one) => one.method === 'POST');
  assert.equal(chat.body.message, 'Combien de temps pour renvoyer un article ?');
  assert.equal(chat.body.stream, true);
  assert.match(chat.body.visitor_id, /^[0-9a-f]{32}$/);
  assert.equal(chat.headers.origin, site.origin('shop'));
  assert.match(chat.headers['accept-language'], /^fr/);
  assert.equal(chat.headers.cookie, undefined);

  // Two of the three sources are cited; the third one is offered.
  const sources = page.getByRole('list', { name: 'Sources' }).getByRole('button');
  assert.equal(await sources.count(), 3);
  await page.getByRole('button', { name: 'Source 2 : retours.docx' }).click();
  await page.getByText('Le remboursement est effectué sous quatorze jours.').waitFor();
  await screenshot(page, 'widget-answer-fr');
  await page.getByRole('button', { name: 'Voir 1 autre source' }).click();
  await page.getByText('livraison.md').waitFor();
  const link = page.getByRole('link', { name: /notre équipe/ });
  assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('rel'), await link.getAttribute('target')], ['mailto:aide@boutique.example', 'noopener noreferrer', '_blank']);

  await widget.thumbUp.click();
  await page.getByText('Merci pour votre avis.').waitFor({ state: 'attached' });
  assert.equal(await widget.thumbUp.getAttribute('aria-pressed'), 'true');
  assert.equal([...fake.conversations.values()][0].messages[1].feedback, 1);
});

test('a screen reader hears the whole answer once, and not its pieces', async () => {
  await widget.open();
  assert.equal(await widget.log.getAttribute('aria-live'), 'off');
  fake.next('stall');
  await widget.ask('Retours ?');
  await widget.last.getByText('Vous av').waitFor();
  await widget.status.getByText('L’assistant écrit…').waitFor({ state: 'attached' });
  assert.ok(!(await widget.status.textContent()).includes('Vous av'));
  fake.release();
  await widget.status.getByText('Vous avez 30 jours').waitFor({ state: 'attached' });
  assert.ok(!(await widget.status.textContent()).includes('*'));
});

test('every byte in a packet of its own', async () => {
  await widget.open();
  fake.next('split');
  const text = await widget.answerTo('Retours ?');
  assert.ok(text.includes('😀, étiquette comprise') && text.includes('— et en Espagne'), text);
});

test('garbage between the events is passed over', async () => {
  await widget.open();
  fake.next('garbage-events');
  assert.ok((await widget.answerTo('Retours ?')).includes('en Espagne'));
});

test('an answer that comes whole', async () => {
  fake.config.streaming_enabled = false;
  await page.reload();
  await widget.open();
  assert.ok((await widget.answerTo('Retours ?')).includes('en Espagne'));
  assert.equal(fake.chats().at(-1).body.stream, false);
});

for (const [fault, sentence, partial] of [
  ['drop', 'La réponse a été interrompue.', true],
  ['cut', 'La réponse a été interrompue.', true],
  ['error-event', 'Le modèle ne répond pas.', true],
  ['hang-up', 'La connexion au service a échoué. Votre message est conservé.', false],
  ['broken', 'Le service rencontre un problème. Réessayez dans un instant.', false],
  ['garbage', 'Le service rencontre un problème. Réessayez dans un instant.', false],
  ['refused', 'Ce message ne convient pas.', false],
]) {
  test(`${fault}: a sentence, what was written stays, and trying again works`, async () => {
    await widget.open();
    // A browser may repeat a POST by itself when a kept-alive connection closes under it.
    fake.next(fault, ...(fault === 'hang-up' ? ['hang-up'] : []));
    await widget.ask('Retours ?');
    if (fault === 'drop') {
      // A browser throws away what it has not handed over when the line breaks.
      await widget.last.getByText('Vous av').waitFor();
      fake.release();
    }
    await widget.log.getByText(sentence).waitFor();
    assert.equal(await widget.last.locator('.bubble').isVisible(), partial);
    if (fault === 'drop') await screenshot(page, 'widget-interrupted-fr');
    fake.faults.length = 0;
    await widget.retry.click();
    await widget.thumbUp.waitFor();
    assert.equal(await widget.questions.count(), 1, 'the question is there once');
    assert.equal(await widget.retry.count(), 0);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  });
}

test('too many messages: the wait is counted down, then trying again works', async () => {
  await widget.open();
  fake.next('limited');
  await page.clock.install();
  await widget.ask('Retours ?');
  await widget.log.getByText('Trop de messages en peu de temps.').waitFor();
  await page.getByRole('button', { name: 'Réessayer dans 2 s' }).waitFor();
  assert.ok(await widget.retry.isDisabled());
  await screenshot(page, 'widget-limited-fr');
  await page.clock.runFor(1000);
  await page.getByRole('button', { name: 'Réessayer dans 1 s' }).waitFor();
  await page.clock.runFor(1000);
  await page.getByRole('button', { name: 'Réessayer', exact: true }).click();
  await widget.thumbUp.waitFor();
});

test('a saturated server: 503 with its wait', async () => {
  await widget.open();
  fake.next('busy');
  await widget.ask('Retours ?');
  await widget.log.getByText('Le service est très demandé').waitFor();
  await page.getByRole('button', { name: 'Réessayer', exact: true }).click();
  await widget.thumbUp.waitFor();
});

test('a silent line is given up after 45 seconds', async () => {
  await widget.open();
  fake.next('stall');
  await page.clock.install();
  await widget.ask('Retours ?');
  await widget.last.getByText('Vous av').waitFor();
  await page.clock.runFor(44_000);
  assert.equal(await widget.retry.count(), 0);
  await page.clock.runFor(2_000);
  await widget.log.getByText('La réponse a été interrompue.').waitFor();
  assert.ok(fake.disconnected, 'the server sees its client go');
});

test('stop: what was written stays and the server sees its client go', async () => {
  await widget.open();
  fake.next('stall');
  await widget.ask('Retours ?');
  await widget.last.getByText('Vous av').waitFor();
  await screenshot(page, 'widget-streaming-fr');
  await page.getByRole('button', { name: 'Arrêter la réponse' }).click();
  await widget.log.getByText('Réponse arrêtée.').waitFor();
  assert.ok((await widget.last.innerText()).includes('Vous av'));
  await page.getByRole('button', { name: 'Envoyer', exact: true }).waitFor();
});

test('a site that is not allowed: nothing shows, one warning, no data', async () => {
  await context.close();
  context = await newVisitor(browser);
  page = await context.newPage();
  widget = widgetOn(page);
  const warned = page.waitForEvent('console', (message) => message.text().startsWith('MONITORA'));
  await page.goto(`${site.origin('other')}/`);
  assert.match((await warned).text(), /allowed domains/);
  assert.equal(await widget.host.count(), 0);
  assert.equal(context.warnings.filter((one) => one.startsWith('MONITORA')).length, 1);
  assert.equal(await page.evaluate(() => Object.keys(localStorage).length), 0);
  await page.evaluate(() => globalThis.Monitora.open());
  assert.equal(await widget.host.count(), 0);
});

test('a site taken off the list while a visitor talks: the widget goes away', async () => {
  await widget.open();
  fake.origins.length = 0;
  await widget.ask('Retours ?');
  await widget.host.waitFor({ state: 'detached' });
  assert.equal(context.warnings.filter((one) => one.startsWith('MONITORA')).length, 1);
});

test('a server that fails at the start is asked again', async () => {
  await widget.launcher.waitFor();
  fake.next('config-broken');
  const broken = page.waitForResponse((response) => response.url().endsWith('/config') && response.status() === 500);
  await page.goto(`${site.origin('shop')}/autre`);
  await broken;
  assert.equal(await widget.host.count(), 0);
  await widget.launcher.waitFor();
});

test('the conversation goes on over reloads and page changes', async () => {
  await widget.open();
  await widget.answerTo('Combien de temps ?');
  await widget.thumbUp.click();
  await page.getByText('Merci pour votre avis.').waitFor({ state: 'attached' });
  await page.reload();
  await widget.log.getByText('Combien de temps ?').waitFor();
  assert.equal(await widget.thumbUp.getAttribute('aria-pressed'), 'true');
  assert.ok(await page.getByRole('button', { name: 'Source 1 : conditions-générales-de-vente.pdf' }).isVisible());
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'a window that reopens by itself takes no focus');
  await page.getByRole('link', { name: 'Une autre page' }).click();
  await widget.log.getByText('Combien de temps ?').waitFor();
  await widget.answerTo('Et pour l’Espagne ?');
  const [first, second] = fake.chats().filter((one) => one.method === 'POST');
  assert.equal(first.body.session_id, undefined);
  assert.equal(second.body.session_id, [...fake.conversations.keys()][0]);
  assert.equal(second.body.session_token, [...fake.conversations.values()][0].token);
  assert.equal(second.body.visitor_id, first.body.visitor_id);
});

test('a conversation that the server has forgotten starts anew without a word', async () => {
  await widget.open();
  await widget.answerTo('Combien de temps ?');
  fake.conversations.clear();
  await widget.answerTo('Et pour l’Espagne ?');
  assert.equal(await widget.retry.count(), 0);
  fake.conversations.clear();
  await page.reload();
  await widget.log.getByText('Bonjour !').waitFor();
  assert.equal(await widget.questions.count(), 0);
});

test('an expired user token costs the identity, not the answer', async () => {
  await widget.open();
  await page.evaluate(() => globalThis.Monitora.setUserToken('old'));
  fake.next('expired-token');
  await widget.answerTo('Où est ma commande ?');
  const sent = fake.chats().filter((one) => one.method === 'POST').map((one) => one.body.user_token);
  assert.deepEqual(sent, ['old', undefined]);
  assert.match(context.warnings.join(), /user token/);
});

test('a new conversation', async () => {
  await widget.open();
  const renew = page.getByRole('button', { name: 'Nouvelle conversation' });
  assert.equal(await renew.count(), 0, 'nothing to renew yet');
  await widget.answerTo('Combien de temps ?');
  await renew.click();
  await widget.log.getByText('Bonjour !').waitFor();
  assert.equal(await widget.questions.count(), 0);
  await widget.answerTo('Autre chose ?');
  assert.equal(fake.chats().at(-1).body.session_id, undefined);
});

test('offline: the message is kept, even over a reload, and goes out when back', async () => {
  await widget.open();
  await context.setOffline(true);
  await widget.ask('Mon message');
  await widget.log.getByText('Vous êtes hors ligne. Votre message est conservé.').waitFor();
  await screenshot(page, 'widget-offline-fr');
  await context.setOffline(false);
  await widget.retry.click();
  await widget.thumbUp.waitFor();
  await context.setOffline(true);
  await widget.ask('Encore un message');
  await widget.log.getByText('Vous êtes hors ligne.').waitFor();
  await context.setOffline(false);
  await page.reload();
  await widget.log.getByText('Mon message').waitFor();
  assert.equal(await widget.input.inputValue(), 'Encore un message');
  assert.equal(fake.chats().filter((one) => one.method === 'POST').length, 1);
});

test('the suggested questions can be asked with a click', async () => {
  await widget.open();
  await page.getByRole('button', { name: 'Comment renvoyer un article ?' }).click();
  await widget.thumbUp.waitFor();
  assert.equal(fake.chats().at(-1).body.message, 'Comment renvoyer un article ?');
  assert.equal(await page.getByRole('list', { name: 'Questions fréquentes' }).count(), 0);
});

test('4,000 characters, counted as a person counts', async () => {
  await widget.open();
  await widget.input.fill('é'.repeat(3990) + '😀'.repeat(11));
  await page.getByText(/^4\s001 \/ 4\s000 caractères$/).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Envoyer', exact: true }).isDisabled());
  await widget.input.press('Enter');
  assert.equal(await widget.questions.count(), 0);
  await screenshot(page, 'widget-too-long-fr');
  await widget.input.fill('é'.repeat(3990) + '😀'.repeat(10));
  await widget.input.press('Enter');
  await widget.thumbUp.waitFor();
  assert.equal(Array.from(fake.chats().at(-1).body.message).length, 4000);
});

test('Enter sends, Shift+Enter does not, nor does Enter while an input method composes', async () => {
  await widget.open();
  await widget.input.fill('un');
  await widget.input.press('Shift+Enter');
  await page.keyboard.type('deux');
  await widget.input.evaluate((field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(await widget.input.inputValue(), 'un\ndeux');
  await widget.input.press('Enter');
  await widget.thumbUp.waitFor();
  assert.equal(fake.chats().at(-1).body.message, 'un\ndeux');
});

test('with the keyboard alone', async () => {
  await widget.launcher.waitFor();
  await page.locator('#search').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await widget.input.waitFor();
  await page.keyboard.type('Combien de temps ?');
  await page.keyboard.press('Enter');
  await widget.thumbUp.waitFor();
  const active = () => page.evaluate(() => {
    const element = document.querySelector('monitora-widget').shadowRoot.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? document.activeElement.id;
  });
  const seen = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Shift+Tab');
    seen.push(await active());
  }
  assert.deepEqual(seen.slice(0, 2), ['Réponse pas utile', 'Réponse utile']);
  assert.ok(seen.some((name) => name.includes('livraison') || name.includes('retours') || name.includes('Voir 1 autre source')), seen.join(', '));
  await page.keyboard.press('Escape');
  assert.ok(!(await widget.dialog.isVisible()));
  assert.equal(await active(), 'Ouvrir la discussion');
  await page.keyboard.press('Enter');
  await widget.log.getByText('Combien de temps ?').waitFor();
});

test("typing does not set off the page's own shortcuts", async () => {
  await page.evaluate(() => {
    globalThis.shortcuts = 0;
    document.addEventListener('keydown', () => globalThis.shortcuts++);
  });
  await widget.open();
  await widget.input.pressSequentially('sk/?');
  assert.equal(await page.evaluate(() => globalThis.shortcuts), 0);
  assert.equal(await widget.input.inputValue(), 'sk/?');
});

test('a phone: full screen, focus stays inside, nothing reopens by itself', async () => {
  await visit({ viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  await widget.launcher.waitFor();
  await screenshot(page, 'phone-closed-fr');
  await widget.launcher.tap();
  await widget.input.waitFor();
  const box = await widget.dialog.boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 375, height: 667 });
  assert.equal(await widget.dialog.getAttribute('aria-modal'), 'true');
  await widget.answerTo('Combien de temps ?');
  await screenshot(page, 'phone-answer-fr');
  for (let i = 0; i < 15; i++) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.localName), 'monitora-widget');
    assert.ok(await page.evaluate(() => document.querySelector('monitora-widget').shadowRoot.activeElement.closest('.panel') !== null));
  }
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
  await page.reload();
  await widget.launcher.waitFor();
  assert.ok(!(await widget.dialog.isVisible()));
});

test("hostile styles of the page reach nothing, and the page's policy is respected", async () => {
  site.pages['/'] = {
    html: shopPage(tag(), { head: '<style>*,div,button,monitora-widget{display:none!important;color:red!important;font-size:80px!important;position:static!important;transform:rotate(9deg)} html{font-size:40px} head,style{display:none!important} html,body{display:block!important;transform:none!important}</style>' }),
    headers: { 'Content-Security-Policy': `default-src 'none'; script-src ${fake.url}; connect-src ${fake.url}; style-src 'nonce-none'; require-trusted-types-for 'script'` },
  };
  await page.goto(`${site.origin('shop')}/`);
  await page.evaluate(() => (document.body.style.display = ''));
  context.problems.length = 0; // the page's own inline style is refused by its policy
  await widget.open();
  const box = await widget.dialog.boundingBox();
  assert.equal(box.width, 384);
  assert.equal(await widget.input.evaluate((field) => getComputedStyle(field).fontSize), '16px');
  await widget.answerTo('Retours ?');
});

test('hostile styles without a policy', async () => {
  site.pages['/'] = shopPage(tag(), { head: '<style>div,button,monitora-widget{display:none!important;color:red!important;font-size:80px!important;position:static!important;opacity:.1!important;pointer-events:none!important}</style>' });
  await page.goto(`${site.origin('shop')}/`);
  await widget.open();
  assert.equal(await widget.launcher.evaluate((button) => button.offsetWidth), 58);
  assert.equal(await widget.host.evaluate((host) => getComputedStyle(host).opacity), '1');
  await widget.answerTo('Retours ?');
});

test('hostile text in an answer, a file name, an excerpt and the configuration stays text', async () => {
  const attack = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
  fake.answer = `${attack} [clic](javascript:globalThis.hacked=1) **${attack}** [1]\n\n\`\`\`html\n${attack}\n\`\`\``;
  fake.sources = [{ index: 1, document_id: 'x', filename: attack, page: attack, excerpt: attack }];
  Object.assign(fake.config, { name: attack, welcome_message: attack, placeholder: attack, branding_text: attack, suggested_questions: [attack], primary_color: 'red;}</style><script>globalThis.hacked=1</script>' });
  await page.goto(`${site.origin('shop')}/`);
  await widget.open();
  await widget.answerTo(attack);
  await page.getByRole('button', { name: /^Source 1/ }).click();
  await page.locator('monitora-widget .excerpt').getByText(attack).waitFor();
  await page.reload();
  await widget.thumbUp.waitFor();
  const found = await page.evaluate(() => {
    const root = document.querySelector('monitora-widget').shadowRoot;
    return { hacked: globalThis.hacked, elements: root.querySelectorAll('img,script,iframe,object').length, links: [...root.querySelectorAll('a')].map((one) => one.href) };
  });
  assert.deepEqual(found, { hacked: undefined, elements: 0, links: [] });
  await screenshot(page, 'widget-hostile-text');
});

test('included twice: one widget; destroyed and included again: one widget', async () => {
  site.pages['/'] = shopPage(tag() + tag());
  await page.goto(`${site.origin('shop')}/`);
  await widget.open();
  assert.equal(await widget.host.count(), 1);
  assert.equal(fake.requests.filter((one) => one.path.endsWith('/config') && one.method === 'GET').length, 2, 'one a visit');
  await page.evaluate(() => globalThis.Monitora.destroy());
  assert.equal(await widget.host.count(), 0);
  assert.equal(await page.evaluate(() => globalThis.Monitora), undefined);
});

test("the page's script: configuration before, open, close, toggle, user token", async () => {
  site.pages['/'] = shopPage(
    `<script>window.MONITORA_CONFIG = { workspaceId: '${kWorkspace.toUpperCase()}', apiUrl: '${fake.url}/', primaryColor: '#ffd400', position: 'bottom-left', language: 'en', suggestedQuestions: [] }</script>` +
      `<script type="module" src="${fake.url}/widget/embed.js"></script>`,
  );
  // A module is fetched with CORS: the server must allow it, as it does in the real world.
  await page.route('**/widget/embed.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'Access-Control-Allow-Origin': '*' } });
  });
  await page.goto(`${site.origin('shop')}/`);
  await page.waitForFunction(() => globalThis.Monitora !== undefined);
  await page.evaluate(() => globalThis.Monitora.setUserToken('a.b.c'));
  await page.evaluate(() => globalThis.Monitora.open());
  await widget.input.waitFor();
  assert.ok((await widget.dialog.boundingBox()).x < 100);
  await widget.answerTo('Returns?');
  assert.equal(fake.chats().at(-1).body.user_token, 'a.b.c');
  assert.match(fake.chats().at(-1).headers['accept-language'], /^en/);
  await screenshot(page, 'widget-answer-en-left-yellow');
  await page.evaluate(() => globalThis.Monitora.toggle());
  assert.ok(!(await widget.dialog.isVisible()));
  await page.evaluate(() => globalThis.Monitora.toggle());
  await page.evaluate(() => globalThis.Monitora.close());
  assert.ok(!(await widget.dialog.isVisible()));
});

test('no workspace id: a sentence for the developer, no widget, no request', async () => {
  await widget.launcher.waitFor(); // of the page before
  fake.requests.length = 0;
  site.pages['/'] = shopPage(`<script src="${fake.url}/widget/embed.js"></script>`);
  const said = page.waitForEvent('console', (message) => message.text().startsWith('MONITORA'));
  await page.goto(`${site.origin('shop')}/`);
  assert.match((await said).text(), /workspaceId/);
  assert.equal(await widget.host.count(), 0);
  assert.ok(!fake.requests.some((one) => one.path.startsWith('/api')));
});

test('no storage: the conversation lives as long as the page', async () => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'localStorage', { get: () => { throw new DOMException('blocked', 'SecurityError'); } });
  });
  await page.reload();
  await widget.open();
  await widget.answerTo('Un ?');
  await widget.answerTo('Deux ?');
  assert.equal(fake.chats().at(-1).body.session_id, [...fake.conversations.keys()][0]);
});

test('an answer that arrives while the window is closed is marked', async () => {
  await widget.open();
  fake.next('stall');
  await widget.ask('Retours ?');
  await widget.last.getByText('Vous av').waitFor();
  await page.keyboard.press('Escape');
  fake.release();
  await page.getByRole('button', { name: 'Ouvrir la discussion (Nouveau message)' }).click();
  await widget.log.getByText('en Espagne').waitFor();
});

for (const [name, options, config] of [
  ['fr', {}, {}],
  ['dark-en', { colorScheme: 'dark', locale: 'en-GB' }, { language: 'en', primary_color: '#1f2a6b' }],
  ['pale', {}, { primary_color: '#ffe9a8' }],
  ['phone', { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }, {}],
]) {
  test(`accessibility, ${name}: axe finds nothing with the widget closed, open, answered and failed`, async () => {
    Object.assign(fake.config, config);
    site.pages['/'] = shopPage(tag(), { head: '<style>:root{color-scheme:light dark}</style>' });
    await visit(options);
    await widget.launcher.waitFor();
    const own = async () => (await accessibilityProblems(page)).filter((one) => one.includes('monitora-widget'));
    assert.deepEqual(await own(), []);
    await widget.open();
    assert.deepEqual(await own(), []);
    await widget.answerTo('Retours ?');
    await page.getByRole('list', { name: 'Sources' }).getByRole('button').first().click();
    assert.deepEqual(await own(), []);
    fake.next('cut');
    await widget.ask('Encore ?');
    await widget.retry.waitFor();
    assert.deepEqual(await own(), []);
    await screenshot(page, `widget-${name}`);
  });
}
