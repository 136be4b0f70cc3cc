// From nothing to a cited answer on a customer's page, with the program itself: the way that a person goes.
// The steps of the first part build on each other and run in this order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessibilityProblems, newVisitor, screenshot, startBrowser } from './lib/browser.mjs';
import { addFiles, createWorkspace, kPassword, pageOf, saved, signUp } from './lib/console.mjs';
import { startFakeModel } from './lib/fake-model.mjs';
import { Account, startMonitora } from './lib/monitora.mjs';
import { shopPage, startSite } from './lib/site.mjs';
import { widgetOn } from './lib/widget.mjs';

const kEmail = 'claire@exemple.fr';
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const corpus = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isFile() && !/^(README.*|questions\.json)$/.test(entry.name))
  .map((entry) => entry.name);
const questions = JSON.parse(readFileSync(join(examples, 'questions.json'), 'utf8'));

let browser, site;
before(async () => {
  browser = await startBrowser();
  site = await startSite({});
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const tag = (server, workspace) => `<script src="${server.url}/widget/embed.js" data-workspace-id="${workspace}" async></script>`;

/** Opens a page of the customer's site and gives `work` its widget; nothing may go wrong on that page. */
async function visiting(options, work, name = 'shop', path = '/') {
  const context = await newVisitor(browser, options);
  const page = await context.newPage();
  try {
    await page.goto(site.origin(name) + path);
    await work(widgetOn(page), page, context);
    assert.deepEqual(context.problems, [], 'no script error, dialog or policy violation on the page');
  } finally {
    await context.close();
  }
}

/** The next reply to `url` is made (`made`) but does not arrive before `release()`. */
async function holdReply(page, url) {
  let made, release;
  const held = new Promise((resolve) => (release = resolve));
  const ready = new Promise((resolve) => (made = resolve));
  await page.route(url, async (route) => {
    const response = await route.fetch();
    made();
    await held;
    await route.fulfill({ response });
  }, { times: 1 });
  return { made: ready, release };
}

describe('a shop, without a language model', () => {
  let server, account, workspace, context, page;

  before(async () => {
    server = await startMonitora();
    context = await newVisitor(browser);
    page = await context.newPage();
  });
  after(async () => {
    await context?.close();
    await server?.stop();
  });

  test('sign up and create a workspace in the console', async () => {
    await signUp(page, server.url, kEmail);
    workspace = await createWorkspace(page, server.url, 'Vélobise');
    account = await Account.open(server.url, 'login', kEmail, kPassword);
    site.pages['/'] = site.pages['/autre'] = shopPage(tag(server, workspace));
  });

  test('every example document is uploaded and indexed', async () => {
    await addFiles(page, corpus.map((name) => join(examples, name)));
    const documents = await account.indexed(workspace, corpus.length);
    assert.deepEqual(documents.filter((one) => one.status !== 'indexed'), []);
    assert.deepEqual(documents.map((one) => one.filename).sort(), [...corpus].sort());
    await page.getByText(`${corpus.length} documents`).waitFor();
    await screenshot(page, 'journey-documents');
  });

  test('the demo page works while the server’s own origin is allowed', async () => {
    const demo = await context.newPage();
    await demo.goto(`${server.url}/demo/${workspace}`);
    const widget = widgetOn(demo);
    await widget.open();
    assert.match(await widget.answerTo('Combien de jours ai-je pour renvoyer un article ?'), /30 jours/);
    await screenshot(demo, 'journey-demo');
    await demo.close();
  });

  test('a site that is not listed sees nothing', async () => {
    await visiting({}, async (widget, other, visitor) => {
      await other.waitForFunction(() => globalThis.Monitora !== undefined);
      if (!visitor.warnings.some((one) => one.startsWith('MONITORA'))) {
        await other.waitForEvent('console', (message) => message.text().startsWith('MONITORA'));
      }
      assert.equal(await widget.host.count(), 0);
    });
  });

  test('listed on the page, the site shows the widget', async () => {
    const name = new URL(site.origin('shop')).hostname;
    await page.goto(pageOf(server.url, 'widget', workspace));
    await page.getByLabel('Nom de domaine').fill(name);
    await page.getByLabel('Nom de domaine').press('Enter');
    await saved(page);
    await visiting({}, async (widget) => widget.open());
  });

  test('another site still sees nothing, and is told nothing', async () => {
    await visiting({}, async (widget, other, visitor) => {
      await other.waitForFunction(() => globalThis.Monitora !== undefined);
      if (!visitor.warnings.some((one) => one.startsWith('MONITORA'))) {
        await other.waitForEvent('console', (message) => message.text().startsWith('MONITORA'));
      }
      assert.equal(await widget.host.count(), 0);
    }, 'other');
    const refused = [site.origin('other'), 'null', `http://${new URL(site.origin('shop')).host}`, site.origin('shop').replace('shop.', 'evilshop.'), undefined];
    for (const origin of refused) {
      for (const [method, route] of [['GET', 'config'], ['POST', 'chat'], ['GET', 'history?session_id=x'], ['POST', 'feedback']]) {
        const response = await fetch(`${server.url}/api/widget/${workspace}/${route}`, {
          method,
          headers: { ...(origin && { Origin: origin }), 'Content-Type': 'application/json' },
          body: method === 'POST' ? '{"message":"Bonjour"}' : undefined,
        });
        const text = await response.text();
        assert.equal(response.status, 403, `${origin} ${route}: ${text}`);
        assert.equal(JSON.parse(text).code, 'domain_not_allowed');
        assert.ok(!text.includes('shop.example.test'), 'the list is not disclosed');
        assert.equal(response.headers.get('access-control-allow-origin'), null);
      }
    }
  });

  // How often the right passage is found is measured elsewhere; here it is about what a visitor sees of it.
  for (const { question, expected, sources } of questions.filter((one) => [1, 3, 6].includes(one.id))) {
    test(`answered in French with its source: ${question}`, async () => {
      await visiting({}, async (widget, shop) => {
        await widget.open();
        const answer = await widget.answerTo(question);
        for (const one of expected) assert.ok(one.some((text) => answer.includes(text)), `${answer} ∌ ${one}`);
        const more = shop.getByRole('button', { name: /^Voir \d+ autres? sources?$/ });
        if (await more.count()) await more.click();
        const named = await shop.getByRole('list', { name: 'Sources' }).locator('.file').allInnerTexts();
        assert.ok(sources.some((source) => named.includes(source)), `${named} ∌ ${sources}`);
        await shop.getByRole('list', { name: 'Sources' }).getByRole('button').first().click();
        assert.notEqual(await shop.locator('monitora-widget .excerpt').first().innerText(), '');
        await screenshot(shop, 'journey-answer');
      });
    });
  }

  test('an answer comes in pieces', async () => {
    const response = await fetch(`${server.url}/api/widget/${workspace}/chat`, {
      method: 'POST',
      headers: { Origin: site.origin('shop'), 'Content-Type': 'application/json', 'Accept-Language': 'fr' },
      body: JSON.stringify({ message: 'Quelle est la durée de la garantie ?' }),
    });
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    assert.equal(response.headers.get('access-control-allow-origin'), site.origin('shop'));
    const events = (await response.text()).split('\n\n').filter((block) => block.startsWith('data:')).map((block) => JSON.parse(block.slice(5)));
    assert.equal(events[0].type, 'sources');
    assert.ok(events.filter((one) => one.type === 'token').length > 1);
    const done = events.at(-1);
    assert.equal(done.type, 'done');
    assert.deepEqual(Object.keys(done).sort(), ['cached', 'confidence', 'message_id', 'session_id', 'session_token', 'type']);
    assert.ok(!JSON.stringify(events).includes('score'), 'a visitor never receives raw scores');
  });

  test('conversation and feedback are kept over a reload and a page change; a follow-up goes on', async () => {
    await visiting({}, async (widget, shop) => {
      await widget.open();
      await widget.answerTo('Quel est le délai de livraison en Belgique ?');
      await widget.thumbUp.click();
      await shop.getByText('Merci pour votre avis.').waitFor({ state: 'attached' });
      await shop.reload();
      await widget.log.getByText('Quel est le délai de livraison en Belgique ?').waitFor();
      assert.equal(await widget.thumbUp.getAttribute('aria-pressed'), 'true');
      await shop.goto(`${site.origin('shop')}/autre`);
      await widget.thumbUp.waitFor();
      await widget.answerTo('Et pour l’Espagne ?');
      assert.equal(await widget.questions.count(), 2);
      await shop.reload();
      await widget.questions.nth(1).waitFor();
    });
  });

  test('offline and back', async () => {
    await visiting({}, async (widget, shop, visitor) => {
      await widget.open();
      await visitor.setOffline(true);
      await widget.ask('Réparez-vous les sacoches ?');
      await widget.log.getByText('Vous êtes hors ligne. Votre message est conservé.').waitFor();
      await visitor.setOffline(false);
      await widget.retry.click();
      await widget.thumbUp.waitFor();
      assert.equal(await widget.questions.count(), 1);
    });
  });

  test('with the keyboard alone, and axe finds nothing', async () => {
    await visiting({}, async (widget, shop) => {
      await widget.launcher.waitFor();
      await shop.locator('#search').focus();
      await shop.keyboard.press('Tab');
      await shop.keyboard.press('Enter');
      await widget.input.waitFor();
      await shop.keyboard.type('Puis-je annuler ma commande ?');
      await shop.keyboard.press('Enter');
      await widget.thumbUp.waitFor();
      await shop.keyboard.press('Shift+Tab');
      await shop.keyboard.press('Shift+Tab');
      await shop.keyboard.press('Enter');
      await shop.getByText('Merci pour votre avis.').waitFor({ state: 'attached' });
      assert.deepEqual((await accessibilityProblems(shop)).filter((one) => one.includes('monitora-widget')), []);
      await shop.keyboard.press('Escape');
      assert.ok(!(await widget.dialog.isVisible()));
    });
  });

  test('a phone: full screen', async () => {
    await visiting({ viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, async (widget, shop) => {
      await widget.launcher.tap();
      await widget.input.waitFor();
      assert.deepEqual(await widget.dialog.boundingBox(), { x: 0, y: 0, width: 390, height: 780 });
      await widget.answerTo('Avez-vous des cartes cadeaux ?');
      await screenshot(shop, 'journey-phone');
    });
  });

  test('in English for an English visitor', async () => {
    site.pages['/en'] = shopPage(tag(server, workspace), { lang: 'en' });
    await visiting({ locale: 'en-GB' }, async (widget, shop) => {
      await widget.open();
      await widget.answerTo('How long is the warranty?');
      await shop.getByRole('button', { name: 'Helpful answer', exact: true }).waitFor();
      await screenshot(shop, 'journey-english');
    }, 'shop', '/en');
  });

  test('hostile text in a document and its name is shown, never run', async () => {
    const attack = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script> [clic](javascript:globalThis.hacked=1)';
    const name = '<img src=x onerror=globalThis.hacked=1>.txt';
    await account.upload(workspace, name, `La pompe Zéphyr mystérieuse pèse 333 grammes. ${attack} La pompe Zéphyr mystérieuse est garantie 7 ans.`);
    await account.indexed(workspace, corpus.length + 1);
    const harmless = async (where) => {
      assert.equal(await where.evaluate(() => globalThis.hacked), undefined);
    };
    await visiting({}, async (widget, shop) => {
      await widget.open();
      await widget.answerTo('Combien pèse la pompe Zéphyr mystérieuse ?');
      for (const button of await shop.getByRole('list', { name: 'Sources' }).getByRole('button').all()) await button.click();
      assert.match(await widget.last.innerText(), /333|Zéphyr/);
      const root = shop.locator('monitora-widget');
      assert.equal(await root.locator('img, script, a[href^="javascript"]').count(), 0);
      await harmless(shop);
      await screenshot(shop, 'journey-hostile');
    });
    for (const where of ['documents', 'conversations']) {
      await page.goto(pageOf(server.url, where, workspace));
      await page.getByText(where === 'documents' ? 'onerror=globalThis.hacked=1' : 'Combien pèse la pompe').first().waitFor();
      await harmless(page);
    }
    await page.getByText('Combien pèse la pompe').first().click();
    await page.getByRole('article').getByText(/onerror=/).first().waitFor();
    await harmless(page);
  });

  test('nothing went wrong on the console’s pages', () => {
    assert.deepEqual(context.problems, []);
  });

  test('a visitor asks for a person, who answers in the window as it stands, and hands back', async () => {
    await account.call('PATCH', `/api/workspaces/${workspace}/widget-config`, { handover_enabled: true });
    await visiting({}, async (widget, visitorPage) => {
      await widget.open();
      const button = (name) => visitorPage.getByRole('dialog').getByRole('button', { name, exact: true });
      assert.equal(await button('Parler à une personne').count(), 0, 'only once there is something to hand over');
      await widget.answerTo('Combien de temps pour renvoyer un article ?');
      await button('Parler à une personne').click();
      await screenshot(visitorPage, 'widget-handover-form-fr');
      assert.deepEqual(await accessibilityProblems(visitorPage), []);
      await visitorPage.getByRole('textbox', { name: 'Votre e-mail' }).fill('zoe@exemple.fr');
      await button('Parler à une personne').click();
      await visitorPage.getByText('Une personne va vous répondre ici.').first().waitFor();
      const answers = await widget.answers.count();
      // The server's reply to this question is on its way until the person has answered: it is old news then.
      const reply = await holdReply(visitorPage, '**/api/widget/*/chat');
      await widget.ask('Il y a quelqu’un ?');
      await reply.made;

      const waiting = await account.call('GET', `/api/workspaces/${workspace}/conversations?handover=requested`);
      const conversation = waiting.items[0];
      assert.equal(conversation.handover_contact, 'zoe@exemple.fr');
      await account.call('POST', `/api/conversations/${conversation.id}/messages`, { content: 'Oui, **Claire** à votre service.' });
      await widget.last.getByText('à votre service.').waitFor();
      const person = visitorPage.getByText('Une personne de notre équipe vous répond.').first();
      await person.waitFor();
      await reply.release();
      await visitorPage.getByRole('dialog').getByRole('button', { name: 'Envoyer', exact: true }).waitFor();
      assert.equal(await widget.answers.count(), answers + 1, 'the assistant was silent, the person spoke once');
      assert.ok(await person.isVisible(), 'a reply that comes late does not undo what was heard since');
      await screenshot(visitorPage, 'widget-handover-person-fr');

      // Another page of the site: what was said is there, and what is said next arrives there too.
      await visitorPage.goto(site.origin('shop') + '/autre');
      await widget.open();
      await widget.last.getByText('à votre service.').waitFor();
      await account.call('POST', `/api/conversations/${conversation.id}/messages`, { content: 'Vous êtes toujours là ?' });
      await widget.last.getByText('Vous êtes toujours là ?').waitFor();
      await account.call('POST', `/api/conversations/${conversation.id}/handover`, { state: 'bot' });
      await button('Parler à une personne').waitFor();
      assert.match(await widget.answerTo('Combien de temps pour renvoyer un article ?'), /jours/);
    });
  });
});

describe('a shop, with a language model', () => {
  let server, model, workspace;

  before(async () => {
    model = await startFakeModel();
    server = await startMonitora({ LLM_BASE_URL: model.url, LLM_MODEL: 'scripted' });
    const account = await Account.open(server.url, 'register', kEmail, kPassword);
    const made = await account.call('POST', '/api/workspaces', { name: 'Vélobise', allowed_domains: ['shop.example.test'] });
    workspace = made.id;
    await account.upload(workspace, 'garantie.txt', 'Nos sacoches sont garanties cinq ans. Les réparations sont faites à Nantes.');
    await account.indexed(workspace, 1);
    site.pages['/'] = shopPage(tag(server, workspace));
  });
  after(async () => {
    await server?.stop();
    await model?.close();
  });

  test('Markdown and citations of its answer', async () => {
    model.say = 'Elles sont garanties **cinq ans** [1] 😀.\n\n- réparées à *Nantes*';
    await visiting({}, async (widget, shop) => {
      await widget.open();
      await widget.answerTo('Quelle est la garantie ?');
      assert.equal(await widget.last.locator('strong').innerText(), 'cinq ans');
      assert.equal(await widget.last.locator('li em').innerText(), 'Nantes');
      await shop.getByRole('button', { name: 'Source 1 : garantie.txt' }).click();
      await shop.locator('monitora-widget .excerpt').getByText('garanties cinq ans').waitFor();
      assert.ok(model.asked.length > 0);
    });
  });

  test('hostile text in its answer is shown, never run', async () => {
    const attack = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
    model.say = `${attack} [clic](javascript:globalThis.hacked=1) [data](data:text/html,x) [1]`;
    await visiting({}, async (widget, shop) => {
      await widget.open();
      const answer = await widget.answerTo('Qui répare les sacoches ?');
      assert.ok(answer.includes('onerror='), answer);
      await shop.reload();
      await widget.thumbUp.waitFor();
      assert.equal(await shop.locator('monitora-widget').locator('img, script, a[href]').count(), 0);
      assert.equal(await shop.evaluate(() => globalThis.hacked), undefined);
    });
  });

  test('stopping the answer stops the model, and what was written is kept', async () => {
    model.say = 'Un début de réponse assez long';
    model.hold = true;
    await visiting({}, async (widget, shop) => {
      await widget.open();
      await widget.ask('Dans quelle ville les réparations sont-elles faites ?');
      await widget.last.getByText('Un début').waitFor();
      await shop.getByRole('button', { name: 'Arrêter la réponse' }).click();
      await widget.log.getByText('Réponse arrêtée.').waitFor();
      await model.disconnected;
    });
  });
});
