// The console, as people use it, with the program itself: one journey each. Tests of one part build on each
// other and run in this order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newVisitor, screenshot, startBrowser } from './lib/browser.mjs';
import { addFiles, check, createWorkspace, kLooks, kPassword, pageOf, pagesOfApp, saved, signIn, signInAnyhow, signUp } from './lib/console.mjs';
import { Account, startMonitora } from './lib/monitora.mjs';
import { shopPage, startSite } from './lib/site.mjs';

const kEmail = 'claire@exemple.fr';
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const example = (name) => join(examples, name);

let browser, server, context, page, account, workspace;

before(async () => {
  browser = await startBrowser();
  // Every sign-in of these journeys comes from one address.
  server = await startMonitora({ RATE_LIMIT_LOGIN: '1000', ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
  context = await newVisitor(browser);
  page = await context.newPage();
});
after(async () => {
  await context?.close();
  await browser?.close();
  await server?.stop();
});

/** A browser of its own for `work`; nothing may go wrong on its pages. */
async function another(options, work) {
  const other = await newVisitor(browser, options);
  try {
    await work(await other.newPage(), other);
    assert.deepEqual(other.problems, [], 'no script error, dialog or policy violation');
  } finally {
    await other.close();
  }
}

/** A visitor's question, as the widget on this server's own pages asks it. */
async function visitorAsks(message, more = {}) {
  const response = await fetch(`${server.url}/api/widget/${workspace}/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify({ message, stream: false, ...more }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

describe('accounts', () => {
  test('the landing page leads to signing up; the server’s sentence is shown at its field', async () => {
    await page.goto(server.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await check(page, 'landing page');
    await page.getByRole('link', { name: 'Créer un compte' }).first().click();
    await page.getByLabel('Adresse e-mail').fill(kEmail);
    await page.getByLabel('Mot de passe', { exact: true }).fill('court');
    await page.getByRole('button', { name: 'Créer un compte' }).click();
    await page.getByText(/10 caractères/).nth(1).waitFor();
    await check(page, 'sign-up page with an error');
    await signUp(page, server.url, kEmail);
    await page.getByRole('heading', { name: 'Votre premier chatbot commence ici' }).waitFor();
    account = await Account.open(server.url, 'login', kEmail, kPassword);
  });

  test('the session goes on over a reload, and no script finds its tokens', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Espaces de travail', level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => document.cookie), '');
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(!/ey[A-Za-z0-9]|refresh|access/.test(kept), kept);
  });

  test('signed out, a page leads to signing in, and from there back to itself', async () => {
    await another({}, async (fresh) => {
      await fresh.goto(`${server.url}/account`);
      await fresh.waitForURL('**/sign-in?next=%2Faccount');
      await fresh.getByLabel('Adresse e-mail').fill(kEmail);
      await fresh.getByLabel('Mot de passe', { exact: true }).fill('faux-mot-de-passe');
      await fresh.getByRole('button', { name: 'Se connecter' }).click();
      await fresh.getByRole('alert').getByText(/incorrect/i).waitFor();
      await fresh.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
      await fresh.getByRole('button', { name: 'Se connecter' }).click();
      await fresh.getByRole('heading', { name: 'Votre compte' }).waitFor();
      await fresh.getByRole('button', { name: 'Se déconnecter' }).click();
      await fresh.waitForURL('**/sign-in');
      await fresh.goto(`${server.url}/workspaces`);
      await fresh.waitForURL('**/sign-in?next=*');
    });
  });

  test('a sign-in page sends nobody to another site', async () => {
    await another({}, async (fresh) => {
      for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
        await fresh.context().clearCookies();
        await signIn(fresh, server.url, kEmail, kPassword, `/sign-in?next=${encodeURIComponent(next)}`);
        await fresh.waitForURL(`${server.url}/workspaces`);
      }
    });
  });

  test('name, theme, language, password and sessions are changed on the account’s page', async () => {
    await another({}, async (fresh) => {
      await signIn(fresh, server.url, kEmail);
      await fresh.waitForURL('**/workspaces');
      await fresh.goto(`${server.url}/account`);
      await fresh.getByLabel('Nom (facultatif)').fill('Claire M.');
      await fresh.getByRole('button', { name: 'Enregistrer' }).click();
      await fresh.getByRole('link', { name: 'Claire M.' }).first().waitFor();
      await fresh.getByRole('button', { name: 'Sombre' }).click();
      assert.equal(await fresh.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await fresh.reload();
      assert.equal(await fresh.evaluate(() => document.documentElement.dataset.theme), 'dark');
      await fresh.getByRole('group', { name: 'Langue' }).getByRole('button', { name: 'English' }).click();
      await fresh.getByRole('heading', { name: 'Your account' }).waitFor();
      assert.equal(await fresh.evaluate(() => document.documentElement.lang), 'en');
      await fresh.reload();
      await fresh.getByRole('heading', { name: 'Your account' }).waitFor();
      await fresh.getByText('this one').waitFor();
      await fresh.getByRole('button', { name: /^End the session/ }).first().click();
      await fresh.getByText('Session ended.').waitFor();
      await fresh.getByLabel('Current password').fill('not the password');
      await fresh.getByLabel('New password').fill(`${kPassword}-neuf`);
      await fresh.getByRole('button', { name: 'Change the password' }).click();
      await fresh.locator('form', { hasText: 'Current password' }).getByText(/password/i).nth(1).waitFor();
      await check(fresh, 'account page, English, dark');
    });
    await context.clearCookies();
    await signIn(page, server.url, kEmail);
    await page.waitForURL('**/workspaces');
    account = await Account.open(server.url, 'login', kEmail, kPassword);
  });
});

describe('a workspace', () => {
  test('is created in three steps, with a live preview, and nothing typed is lost on the way', async () => {
    await page.goto(`${server.url}/workspaces/new`);
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByText('Donnez un nom à l’espace.').waitFor();
    await page.getByLabel('Nom de l’espace').fill('Vélobise');
    await page.reload();
    assert.equal(await page.getByLabel('Nom de l’espace').inputValue(), 'Vélobise');
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByLabel('Message d’accueil').fill('Bienvenue chez Vélobise');
    await page.getByRole('img', { name: 'Aperçu du widget « Vélobise »' }).getByText('Bienvenue chez Vélobise').waitFor();
    await check(page, 'creation, step 2');
    await page.getByRole('button', { name: 'Continuer' }).click();
    await page.getByRole('button', { name: 'Créer l’espace' }).click();
    await page.waitForURL('**/workspace/documents?id=*');
    workspace = new URL(page.url()).searchParams.get('id');
    await page.getByRole('heading', { name: 'Aucun document pour l’instant' }).waitFor();
    const made = await account.call('GET', `/api/workspaces/${workspace}`);
    assert.equal(made.widget_config.welcome_message, 'Bienvenue chez Vélobise');
  });

  test('names of emoji, right-to-left text and markup are shown as they are', async () => {
    for (const name of ['😀'.repeat(100), 'مساحة العمل', '<script>globalThis.hacked=1</script>']) {
      const made = await account.call('POST', '/api/workspaces', { name });
      await page.goto(pageOf(server.url, '', made.id));
      await page.getByRole('heading', { level: 1, name }).waitFor();
      assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
      await account.call('DELETE', `/api/workspaces/${made.id}`);
    }
  });

  test('a name of 255 emoji is shortened as it is typed, or refused at its field; nothing typed is lost', async () => {
    const made = await account.call('POST', '/api/workspaces', { name: 'Longue' });
    await page.goto(pageOf(server.url, 'settings', made.id));
    const field = page.getByLabel('Nom de l’espace');
    await field.fill('');
    await field.pressSequentially('😀'.repeat(255));
    const typed = await field.inputValue();
    assert.match(typed, /^😀{100,255}$/u);
    await page.getByRole('button', { name: 'Enregistrer' }).first().click();
    await saved(page);
    await page.getByRole('link', { name: 'Vue d’ensemble' }).click();
    await page.getByRole('heading', { level: 1, name: typed }).waitFor();
    await check(page, 'a long name');
    await page.goto(pageOf(server.url, 'settings', made.id));
    await page.route(`**/api/workspaces/${made.id}`, (route) => (route.request().method() === 'PATCH' ? route.continue({ postData: JSON.stringify({ name: '😀'.repeat(255) }) }) : route.continue()));
    await field.fill('Un autre nom');
    await page.getByRole('button', { name: 'Enregistrer' }).first().click();
    await page.getByText(/255/).first().waitFor();
    assert.equal(await field.inputValue(), 'Un autre nom');
    await page.unroute(`**/api/workspaces/${made.id}`);
    await account.call('DELETE', `/api/workspaces/${made.id}`);
  });

  test('is renamed, paused and resumed with an undo', async () => {
    await page.goto(pageOf(server.url, 'settings', workspace));
    await page.getByLabel('Nom de l’espace').fill('Vélobise Nantes');
    await page.getByRole('button', { name: 'Enregistrer' }).first().click();
    await saved(page);
    await page.getByLabel('Répond aux visiteurs').click();
    await page.getByRole('button', { name: 'Annuler' }).click();
    await page.getByText('L’espace répond à nouveau.').waitFor();
    const now = await account.call('GET', `/api/workspaces/${workspace}`);
    assert.equal(now.name, 'Vélobise Nantes');
    assert.equal(now.is_active, true);
  });

  test('two people who edit the same settings keep each other’s changes', async () => {
    await page.goto(pageOf(server.url, 'settings', workspace));
    await page.getByLabel('Consignes').fill('Vouvoyez toujours.');
    await account.call('PATCH', `/api/workspaces/${workspace}/rag-config`, { fallback_message: 'Écrivez-nous.' });
    await page.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
    await saved(page);
    const { system_prompt, fallback_message } = await account.call('GET', `/api/workspaces/${workspace}/rag-config`);
    assert.deepEqual({ system_prompt, fallback_message }, { system_prompt: 'Vouvoyez toujours.', fallback_message: 'Écrivez-nous.' });
  });

  test('… after a look at the other’s, too', async () => {
    await page.getByLabel('Consignes').fill('Tutoyez toujours.');
    await account.call('PATCH', `/api/workspaces/${workspace}/rag-config`, { fallback_message: 'Appelez-nous.' });
    await account.call('PATCH', `/api/workspaces/${workspace}`, { description: 'Écrite par une collègue' });
    await page.reload();
    await page.getByLabel(/De quoi répond-il/).waitFor();
    assert.equal(await page.getByLabel(/De quoi répond-il/).inputValue(), 'Écrite par une collègue');
    assert.equal(await page.getByLabel('Consignes').inputValue(), 'Tutoyez toujours.');
    await page.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
    await saved(page);
    const { system_prompt, fallback_message } = await account.call('GET', `/api/workspaces/${workspace}/rag-config`);
    assert.deepEqual({ system_prompt, fallback_message }, { system_prompt: 'Tutoyez toujours.', fallback_message: 'Appelez-nous.' });
  });

  test('two people who edit the same field are told, and neither text is lost', async () => {
    await page.goto(pageOf(server.url, 'settings', workspace));
    const colleague = (system_prompt) => account.call('PATCH', `/api/workspaces/${workspace}/rag-config`, { system_prompt });
    const field = page.getByLabel('Consignes');
    const save = page.getByRole('button', { name: 'Enregistrer' }).nth(1);
    const told = page.getByRole('alert').filter({ hasText: 'Quelqu’un d’autre' });
    const stored = async () => (await account.call('GET', `/api/workspaces/${workspace}/rag-config`)).system_prompt;
    await field.fill('Ma version.');
    await colleague('Sa version.');
    await save.click();
    await told.getByText('Sa version.').waitFor();
    await check(page, 'settings that a colleague has changed');
    assert.equal(await field.inputValue(), 'Ma version.');
    assert.equal(await stored(), 'Sa version.');
    await told.getByRole('button', { name: 'Garder la mienne' }).click();
    await save.click();
    await saved(page);
    assert.equal(await stored(), 'Ma version.');
    await field.fill('Ma deuxième version.');
    await colleague('Sa deuxième version.');
    await save.click();
    await told.getByRole('button', { name: 'Prendre la sienne' }).click();
    await page.getByText('Sa deuxième version.').waitFor();
    assert.equal(await field.inputValue(), 'Sa deuxième version.');
    assert.equal(await stored(), 'Sa deuxième version.');
  });

  test('what was typed is there again after going back and forward', async () => {
    await page.goto(pageOf(server.url, 'settings', workspace));
    await page.getByLabel('Consignes').fill('À moitié écrit');
    await page.getByRole('link', { name: 'Documents', exact: true }).click();
    await page.getByRole('heading', { name: 'Documents', level: 1 }).waitFor();
    await page.goBack();
    assert.equal(await page.getByLabel('Consignes').inputValue(), 'À moitié écrit');
    await page.goForward();
    await page.goBack();
    await page.getByRole('heading', { name: 'Réglages', level: 1 }).waitFor();
    assert.equal(await page.getByLabel('Consignes').inputValue(), 'À moitié écrit');
    await page.getByRole('button', { name: 'Abandonner les changements' }).click();
  });

  test('that is deleted under one’s feet says so, and what was typed stays', async () => {
    const gone = await account.call('POST', '/api/workspaces', { name: 'Sous les pieds' });
    await page.goto(pageOf(server.url, 'settings', gone.id));
    await page.getByLabel('Consignes').fill('Un texte qui compte.');
    await account.call('DELETE', `/api/workspaces/${gone.id}`);
    await page.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
    await page.getByRole('main').getByRole('alert').first().waitFor();
    assert.equal(await page.getByLabel('Consignes').inputValue(), 'Un texte qui compte.');
  });

  test('that is gone has a page of its own', async () => {
    const made = await account.call('POST', '/api/workspaces', { name: 'Éphémère' });
    await page.goto(pageOf(server.url, 'documents', made.id));
    await page.getByRole('heading', { name: 'Documents', level: 1 }).waitFor();
    await account.call('DELETE', `/api/workspaces/${made.id}`);
    await page.getByRole('link', { name: 'Vue d’ensemble' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Cet espace n’est plus là' }).waitFor();
    await check(page, 'a workspace that is gone');
  });

  test('is deleted by typing its name', async () => {
    const made = await account.call('POST', '/api/workspaces', { name: 'À supprimer' });
    await page.goto(pageOf(server.url, 'settings', made.id));
    await page.getByRole('button', { name: 'Supprimer l’espace' }).click();
    const dialog = page.getByRole('dialog');
    assert.ok(await dialog.getByRole('button', { name: 'Supprimer l’espace' }).isDisabled());
    await dialog.getByRole('textbox').fill('À supprimer');
    await check(page, 'deletion dialog');
    await dialog.getByRole('button', { name: 'Supprimer l’espace' }).click();
    await page.waitForURL('**/workspaces');
    await page.getByText('« À supprimer » est supprimé.').waitFor();
    await assert.rejects(account.call('GET', `/api/workspaces/${made.id}`), /404/);
  });
});

describe('documents', () => {
  const names = ['retours-et-echanges.docx', 'garantie-et-reparations.pdf', 'faq.md', 'tarifs-livraison.xlsx'];

  test('are added, several at once, and followed until they are ready; a broken one says why', async () => {
    await page.goto(pageOf(server.url, 'documents', workspace));
    await addFiles(page, [...names.map(example)]);
    await addFiles(page, [{ name: 'cassé.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 rien de plus') }, { name: 'programme.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\0\0\0\0') }]);
    await account.indexed(workspace, names.length);
    for (const name of names) await page.getByRole('listitem').filter({ hasText: name }).getByText('Prêt').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'programme.exe' }).getByRole('alert').waitFor();
    await screenshot(page, 'console-documents');
    await check(page, 'documents');
    await page.getByRole('button', { name: 'Abandonner programme.exe' }).click();
  });

  test('can be dropped anywhere on the page', async () => {
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['Nous ouvrons à neuf heures, du lundi au samedi.'], 'horaires-déposés.md'));
      return transfer;
    });
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    await page.getByRole('button', { name: 'horaires-déposés.md', exact: true }).waitFor();
  });

  test('show their passages beside the original', async () => {
    await account.indexed(workspace, names.length + 1);
    await page.getByRole('button', { name: 'faq.md', exact: true }).click();
    await page.getByRole('heading', { name: 'Passages' }).waitFor();
    await page.locator('pre').getByText(/\w/).first().waitFor();
    await check(page, 'a document');
    await page.goBack();
    await page.getByRole('button', { name: 'faq.md', exact: true }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'faq.md' }).waitFor();
    await page.getByRole('button', { name: 'Tous les documents' }).click();
  });

  test('a PDF is shown beside its passages, at the page of a passage, under the strict policy', async () => {
    await page.getByRole('button', { name: 'garantie-et-reparations.pdf', exact: true }).click();
    await page.getByRole('button', { name: /^page 1/ }).first().click();
    const frame = page.getByTitle('garantie-et-reparations.pdf', { exact: true });
    assert.match(await frame.getAttribute('src'), /^blob:.*#page=1$/);
    // The browser's own viewer is in the frame: nothing of it was refused.
    for (let viewer; !viewer; ) viewer = page.frames().find((one) => one.url().startsWith('chrome-extension:')) ?? (await page.waitForTimeout(50));
    assert.deepEqual(context.problems, []);
    await screenshot(page, 'console-pdf');
    await page.getByRole('button', { name: 'Tous les documents' }).click();
  });

  test('are found by their name, deleted, and brought back', async () => {
    await page.getByRole('searchbox').fill('horaires');
    await page.getByText('1 document trouvé').waitFor();
    await page.getByRole('button', { name: 'Actions sur horaires-déposés.md' }).click();
    await page.getByRole('menuitem', { name: 'Supprimer' }).click();
    await page.getByText('Aucun document ne correspond').waitFor();
    await page.getByRole('button', { name: 'Annuler' }).click();
    await page.getByRole('button', { name: 'horaires-déposés.md', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions sur horaires-déposés.md' }).click();
    await page.getByRole('menuitem', { name: 'Supprimer' }).click();
    await page.getByText('Aucun document ne correspond').waitFor();
    // Who leaves does not wait for the undo to run out: the request goes with them.
    await page.goto(`${server.url}/workspaces`);
    for (;;) {
      const { items } = await account.call('GET', `/api/documents/workspace/${workspace}`);
      if (!items.some((one) => one.filename === 'horaires-déposés.md')) break;
    }
  });
});

describe('trying it', () => {
  test('an answer is streamed with its score, and its source opens at the passage', async () => {
    await page.goto(pageOf(server.url, 'playground', workspace));
    await page.getByLabel('Votre question').fill('Combien de jours ai-je pour renvoyer un article ?');
    await page.getByLabel('Votre question').press('Enter');
    await page.getByText(/Pertinence \d+/).waitFor();
    assert.match(await page.getByRole('list', { name: 'Conversation d’essai' }).innerText(), /30 jours/);
    await page.getByRole('button', { name: /^Source \d$/ }).first().click();
    await screenshot(page, 'console-playground');
    await check(page, 'playground');
    await page.getByRole('complementary', { name: 'Passages retrouvés' }).getByRole('link').first().click();
    await page.locator('li mark').first().waitFor();
  });

  test('a kept answer says so, and can be asked for afresh', async () => {
    await page.goto(pageOf(server.url, 'playground', workspace));
    await page.getByLabel('Votre question').fill('Combien de jours ai-je pour renvoyer un article ?');
    await page.getByRole('button', { name: 'Demander' }).click();
    await page.getByText(/^Déjà demandé/).waitFor();
    await check(page, 'a kept answer');
    await page.getByRole('button', { name: 'Répondre à neuf' }).click();
    await page.getByText(/Pertinence \d+/).nth(1).waitFor();
    assert.equal(await page.getByText(/^Déjà demandé/).count(), 1, 'the second answer was made anew');
  });

  test('the question that nobody answers goes back to where it was typed', async () => {
    await page.goto(pageOf(server.url, 'playground', workspace));
    await page.route('**/api/chat', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '7' }, json: { detail: 'x', code: 'saturated', request_id: '00000000-0000-4000-8000-000000000000' } }));
    await page.getByLabel('Votre question').fill('Êtes-vous là ?');
    await page.getByRole('button', { name: 'Demander' }).click();
    await page.getByRole('alert').getByText('Le serveur est très occupé. Réessayez dans 7 secondes.').waitFor();
    assert.equal(await page.getByLabel('Votre question').inputValue(), 'Êtes-vous là ?');
    await page.unroute('**/api/chat');
  });
});

describe('settings tried before they are saved', () => {
  test('hold for the next question only, and can then be saved for everybody', async () => {
    await page.goto(pageOf(server.url, 'playground', workspace));
    const ask = async () => {
      const before = await page.getByText(/Pertinence \d+/).count();
      await page.getByLabel('Votre question').fill('Combien de jours ai-je pour renvoyer un article ?');
      await page.getByRole('button', { name: 'Demander' }).click();
      await page.getByText(/Pertinence \d+/).nth(before).waitFor();
      return page.getByRole('complementary', { name: 'Passages retrouvés' }).getByRole('list').getByRole('listitem').count();
    };
    assert.ok((await ask()) > 1);
    await page.getByText('Essayer d’autres réglages').click();
    await page.getByLabel('Passages lus').fill('1');
    await page.getByLabel('Consignes').fill('Sois bref.');
    await page.getByText('2 essayés').waitFor();
    await check(page, 'settings being tried');
    assert.equal(await ask(), 1);
    await page.getByText(/^Essai\s: Passages lus 1, Consignes$/).waitFor();
    const saved_ = () => account.call('GET', `/api/workspaces/${workspace}/rag-config`);
    assert.notEqual((await saved_()).top_k, 1);
    await screenshot(page, 'console-tried');
    await page.getByRole('button', { name: 'Revenir aux réglages enregistrés' }).click();
    await page.getByRole('button', { name: 'Reposer la question' }).last().click();
    await page.getByText(/Pertinence \d+/).nth(2).waitFor();
    await page.getByLabel('Passages lus').fill('5');
    await page.getByRole('button', { name: 'Enregistrer pour tous' }).click();
    await saved(page);
    assert.equal((await saved_()).top_k, 5);
  });
});

describe('what visitors wrote', () => {
  before(async () => {
    const good = await visitorAsks('Quel est le délai pour un retour ?');
    await visitorAsks('Et pour un remboursement ?', { session_id: good.session_id, session_token: good.session_token });
    await fetch(`${server.url}/api/widget/${workspace}/feedback`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body: JSON.stringify({ message_id: good.message_id, session_token: good.session_token, feedback: 1 }) });
    await visitorAsks('Vendez-vous des trottinettes volantes à hydrogène ?');
    await visitorAsks('Avez-vous des trottinettes volantes à hydrogène en stock ?');
  });

  test('conversations are searched, filtered, read, exported and deleted', async () => {
    await page.goto(pageOf(server.url, 'conversations', workspace));
    await page.getByRole('searchbox').fill('trottinettes');
    await page.waitForURL('**search=trottinettes**');
    await page.getByRole('button', { name: /trottinettes/ }).first().click();
    await page.getByRole('article').getByText(/trottinettes volantes/).first().waitFor();
    await check(page, 'conversations');
    await screenshot(page, 'console-conversations');
    await page.getByRole('button', { name: 'Effacer' }).click();
    await page.getByLabel('Réponses').selectOption('1');
    await page.getByRole('button', { name: /délai pour un retour/ }).click();
    await page.getByText('utile', { exact: true }).waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exporter' }).click();
    await page.getByRole('menuitem', { name: /CSV/ }).click();
    assert.match(readFileSync(await (await file).path(), 'utf8'), /délai pour un retour/);
    await page.getByLabel('Réponses').selectOption('');
    await page.getByRole('button', { name: 'Supprimer la conversation' }).click();
    await page.getByRole('button', { name: 'Annuler' }).click();
    await page.getByRole('button', { name: /délai pour un retour/ }).waitFor();
  });

  test('on a phone the other filters open on demand, and say how many are set', async () => {
    await another({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, async (one) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      await one.goto(pageOf(server.url, 'conversations', workspace));
      await one.getByRole('button', { name: /délai pour un retour/ }).waitFor();
      assert.equal(await one.getByLabel('Réponses').isVisible(), false);
      await one.getByRole('button', { name: 'Plus de filtres' }).click();
      await check(one, 'filters on a phone');
      await screenshot(one, 'console-phone-filters');
      await one.getByLabel('Réponses').selectOption('1');
      await one.getByRole('button', { name: 'Plus de filtres (1)', expanded: true }).click();
      assert.equal(await one.getByLabel('Réponses').isVisible(), false);
      await one.getByRole('button', { name: /trottinettes/ }).first().waitFor({ state: 'detached' });
      await one.getByRole('button', { name: 'Effacer' }).click();
      await one.getByRole('button', { name: /trottinettes/ }).first().waitFor();
    });
  });

  test('a poorly answered question gets an answer, is checked, and is dealt with', async () => {
    await page.goto(pageOf(server.url, 'insights', workspace));
    await page.getByRole('button', { name: /trottinettes/ }).first().click();
    await page.getByLabel('Votre réponse').fill('Nous ne vendons pas de trottinettes volantes à hydrogène : nos trottinettes roulent à l’électricité.');
    await check(page, 'insights');
    await screenshot(page, 'console-insights');
    await page.getByRole('button', { name: 'Ajouter la réponse' }).click();
    await page.getByText(/La réponse est dans/).first().waitFor();
    await page.getByRole('button', { name: 'Vérifier' }).click();
    await page.getByText('Ces questions trouvent maintenant leur réponse.').waitFor();
    const before = await page.getByRole('button', { name: /trottinettes/ }).count();
    await page.getByRole('button', { name: 'Marquer comme traitée' }).click();
    await page.getByText(/traitées?\./).waitFor();
    await page.waitForFunction((count) => [...document.querySelectorAll('button[aria-expanded]')].filter((one) => one.textContent.includes('trottinettes')).length < count, before);
  });

  test('statistics count visitors’ questions, by range, with a comparison and a table', async () => {
    await page.goto(pageOf(server.url, 'analytics', workspace));
    await page.getByText('rien à la période précédente').first().waitFor();
    await page.locator('canvas').waitFor();
    await page.getByText('Les chiffres en tableau').click();
    await page.getByRole('columnheader', { name: 'Visiteurs' }).waitFor();
    await check(page, 'analytics');
    await page.getByRole('button', { name: 'Choisir…' }).click();
    await page.getByLabel('Du', { exact: true }).fill('2030-01-02');
    await page.getByLabel('Au', { exact: true }).fill('2030-01-01');
    await page.getByText('La fin est avant le début.').waitFor();
    await page.getByRole('button', { name: '24 h' }).click();
    await page.getByRole('definition').filter({ hasText: /^3$/ }).first().waitFor();
  });
});

describe('people who answer', () => {
  test('a written answer is given word for word, and can be taken away', async () => {
    await page.goto(pageOf(server.url, 'answers', workspace));
    await page.getByRole('button', { name: 'Écrire une réponse' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('La question').fill('Peut-on payer en bons cadeaux ?');
    await dialog.getByLabel('La réponse').fill('Oui, au comptoir **et** en ligne.');
    await check(page, 'a written answer being typed');
    await dialog.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByRole('heading', { name: 'Peut-on payer en bons cadeaux ?' }).waitFor();
    assert.equal((await visitorAsks('peut on payer en BONS CADEAUX')).response, 'Oui, au comptoir **et** en ligne.');
    await check(page, 'written answers');
    await page.getByRole('button', { name: /^Actions sur Peut-on payer/ }).click();
    await page.getByRole('menuitem', { name: 'Supprimer' }).click();
    await page.getByRole('button', { name: 'Annuler' }).click();
    await page.getByRole('heading', { name: 'Peut-on payer en bons cadeaux ?' }).waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exporter' }).click();
    const csv = readFileSync(await (await file).path(), 'utf8');
    assert.match(csv, /bons cadeaux/);
    await page.locator('input[type=file]').setInputFiles({ name: 'answers.csv', mimeType: 'text/csv', buffer: Buffer.from(`${csv}\r\nOù êtes-vous ?`) });
    await page.getByText(/^Importées\s: 0 nouvelles, 0 modifiées, 1 inchangées/).waitFor();
    await page.getByText(/^Ligne \d+/).waitFor();
  });

  test('a visitor who wants a person is seen at once, answered, and given back to the chatbot', async () => {
    await account.call('PATCH', `/api/workspaces/${workspace}/widget-config`, { handover_enabled: true });
    await page.goto(pageOf(server.url, 'conversations', workspace));
    const talk = await visitorAsks('Bonjour, un souci avec ma selle');
    await page.getByRole('button', { name: /un souci avec ma selle/ }).click();
    const wants = await fetch(`${server.url}/api/widget/${workspace}/handover`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body: JSON.stringify({ state: 'requested', session_token: talk.session_token, contact: 'jean@exemple.fr' }) });
    assert.equal(wants.status, 200, await wants.clone().text());
    await page.getByText('À recontacter : jean@exemple.fr').waitFor();
    await page.getByLabel('Votre message au visiteur').fill('Bonjour Jean, apportez-la à l’atelier.');
    await check(page, 'a conversation with a person');
    await page.getByRole('button', { name: 'Envoyer', exact: true }).click();
    await page.getByText('Une personne répond à la place du chatbot.').waitFor();
    const history = await (await fetch(`${server.url}/api/widget/${workspace}/history?session_id=${talk.session_id}`, { headers: { Origin: server.url, 'X-Session-Token': talk.session_token } })).json();
    assert.ok(history.items.some((one) => one.content === 'Bonjour Jean, apportez-la à l’atelier.'));
    await page.getByRole('button', { name: 'Rendre au chatbot' }).click();
    await page.getByRole('button', { name: 'Prendre la conversation' }).waitFor();
  });
});

describe('widget, keys, members', () => {
  test('the appearance is previewed while typed, saved, and reaches the widget', async () => {
    await page.goto(pageOf(server.url, 'widget', workspace));
    await page.getByLabel('Nom affiché').fill('Conseil Vélobise');
    await page.getByRole('img', { name: 'Aperçu du widget « Conseil Vélobise »' }).waitFor();
    await page.getByRole('button', { name: 'Téléphone' }).click();
    await page.getByRole('button', { name: 'Enregistrer' }).first().click();
    await saved(page);
    const config = await (await fetch(`${server.url}/api/widget/${workspace}/config`, { headers: { Origin: server.url } })).json();
    assert.equal(config.name, 'Conseil Vélobise');
    await check(page, 'widget');
  });

  test('a site is allowed from a pasted address; each kind of site has its snippet', async () => {
    await page.getByLabel('Nom de domaine').fill('https://Boutique.example/accueil?x=1');
    await page.getByLabel('Nom de domaine').press('Enter');
    await page.getByRole('button', { name: 'Retirer boutique.example' }).waitFor();
    await saved(page);
    await page.getByText(/Pas encore vu sur vos sites/).waitFor();
    for (const site of ['HTML', 'React', 'Next.js', 'Vue', 'WordPress', 'ASP.NET']) {
      await page.getByRole('tab', { name: site, exact: true }).click();
      const code = await page.getByLabel(`Code pour ${site}`, { exact: true }).innerText();
      assert.ok(code.includes(`${server.url}/widget/embed.js`) && code.includes(workspace), code);
    }
    await page.getByRole('button', { name: 'Copier' }).click();
    await page.getByRole('button', { name: 'Copié' }).waitFor();
  });

  test('a site that loads the widget is seen; one that is not allowed can be', async () => {
    const site = await startSite({ '/': shopPage(`<script src="${server.url}/widget/embed.js" data-workspace-id="${workspace}" async></script>`) });
    const loads = (status) =>
      another({}, async (visitor) => {
        const config = visitor.waitForResponse((one) => one.url().endsWith('/config') && one.status() === status);
        await visitor.goto(site.origin('atelier'));
        await config;
      });
    try {
      const seen = page.getByRole('listitem').filter({ hasText: site.origin('atelier') });
      await loads(403);
      await seen.getByText('non autorisé').waitFor();
      await check(page, 'a site that is not allowed');
      await seen.getByRole('button', { name: 'Autoriser ce site' }).click();
      await saved(page);
      await page.getByRole('button', { name: `Retirer ${new URL(site.origin('atelier')).host}` }).waitFor();
      await seen.getByText(/^vu /).waitFor();
      await loads(200);
      await check(page, 'a site that loads the widget');
    } finally {
      await site.close();
    }
  });

  test('a key is shown once, used, and revoked', async () => {
    await page.goto(pageOf(server.url, 'keys', workspace));
    await page.getByLabel('Nom', { exact: true }).fill('Site marchand');
    await page.getByRole('button', { name: 'Créer la clé' }).click();
    const key = await page.getByRole('dialog').locator('code').innerText();
    assert.match(key, /^mk_/);
    await check(page, 'a new key');
    await page.getByRole('button', { name: 'Je l’ai gardée' }).click();
    const ask = () => fetch(`${server.url}/api/chat`, { method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ workspace_id: workspace, message: 'Retours ?', stream: false }) });
    assert.equal((await ask()).status, 200);
    assert.ok(!(await page.content()).includes(key), 'the key is shown once');
    await page.getByRole('button', { name: 'Révoquer Site marchand' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click();
    await page.getByText('Clé révoquée.').waitFor();
    assert.equal((await ask()).status, 401);
  });

  test('a webhook shows its secret once, is tried, and goes', async () => {
    const told = [];
    const listener = createServer((request, response) => {
      told.push(request.headers);
      response.writeHead(204).end();
    });
    await new Promise((done) => listener.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${listener.address().port}/monitora`;
    try {
      await page.getByLabel('Adresse à prévenir').fill(address);
      await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
      const secret = await page.getByRole('dialog').locator('code').innerText();
      await page.getByRole('button', { name: 'Je l’ai gardée' }).click();
      await page.getByText(address).waitFor();
      assert.ok(!(await page.content()).includes(secret), 'the secret is shown once');
      const act = async (name) => {
        await page.getByRole('button', { name: `Actions sur ${address}` }).click();
        await page.getByRole('menuitem', { name }).click();
      };
      await act('Envoyer un essai');
      await page.getByText('L’adresse a répondu 204.').waitFor();
      assert.equal(told.length, 1);
      await act('Derniers envois');
      await page.getByRole('dialog').getByText('webhook.test').waitFor();
      await check(page, 'deliveries of a webhook');
      await page.getByRole('dialog').getByRole('button', { name: 'Fermer' }).click();
      await act('Supprimer');
      await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click();
      await page.getByText('Webhook supprimé.').waitFor();
    } finally {
      listener.close();
    }
  });

  test('an invited reader signs up, sees everything, and has no control to change it', async () => {
    await page.goto(pageOf(server.url, 'members', workspace));
    await page.getByLabel('Adresse e-mail').fill('lecteur@exemple.fr');
    await page.getByRole('button', { name: 'Inviter' }).click();
    const link = await page.getByText(/\/invitation\?/).innerText();
    await check(page, 'members');
    await another({}, async (reader) => {
      await reader.goto(link);
      await reader.getByRole('heading', { name: 'Vous êtes invité' }).waitFor();
      assert.equal(await reader.getByLabel('Adresse e-mail').inputValue(), 'lecteur@exemple.fr');
      await reader.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
      await reader.getByRole('button', { name: 'Créer un compte' }).click();
      await reader.getByRole('link', { name: 'Vélobise Nantes' }).click();
      await reader.getByRole('heading', { name: 'Vélobise Nantes', level: 1 }).waitFor();
      const changing = /^(Ajouter|Supprimer|Tout relire|Relire|Enregistrer|Inviter|Révoquer|Créer la clé|Marquer|Recalculer|Nouveau secret|Actions sur|Retirer|Écrire|Importer|Prendre|Envoyer)/;
      for (const name of ['', 'documents', 'answers', 'playground', 'conversations', 'insights', 'analytics', 'widget', 'settings']) {
        await reader.goto(pageOf(server.url, name, workspace));
        await reader.getByRole('heading', { level: 1 }).first().waitFor();
        await check(reader, `${name || 'overview'}, reader`);
        const buttons = await reader.getByRole('button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.textContent));
        assert.deepEqual(buttons.filter((one) => changing.test(one)), [], name);
        assert.equal(await reader.locator('main input:not([type=search]):not([type=date]):enabled:not([data-keep])').evaluateAll((all) => all.filter((one) => !one.closest('fieldset:disabled') && !/Comparer/.test(one.labels?.[0]?.textContent ?? '')).length), 0, `${name}: an input that a reader may not use`);
      }
      for (const name of ['members', 'keys', 'database']) {
        await reader.goto(pageOf(server.url, name, workspace));
        await reader.getByRole('heading', { name: 'Réservé aux administrateurs' }).waitFor();
        assert.equal(await reader.getByRole('link', { name: 'Membres' }).count(), 0);
      }
    });
  });
});

describe('sessions', () => {
  test('two tabs share a session, and sign out together', async () => {
    await another({}, async (one, visitor) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      const two = await visitor.newPage();
      await two.goto(pageOf(server.url, 'documents', workspace));
      await two.getByRole('heading', { name: 'Documents', level: 1 }).waitFor();
      await Promise.all([one.reload(), two.reload()]);
      await Promise.all([one.getByRole('heading', { name: 'Espaces de travail', level: 1 }).waitFor(), two.getByRole('heading', { name: 'Documents', level: 1 }).waitFor()]);
      await two.getByRole('button', { name: 'Se déconnecter' }).click();
      await one.waitForURL('**/sign-in?*');
    });
  });

  test('an access token that ran out is renewed without a word', async () => {
    await another({}, async (one) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      let refused = 0;
      await one.route('**/api/workspaces/*', (route) => (refused++ === 0 ? route.fulfill({ status: 401, json: { detail: 'Connectez-vous.', code: 'not_signed_in', request_id: '00000000-0000-4000-8000-000000000000' } }) : route.continue()));
      await one.getByRole('link', { name: 'Vélobise Nantes' }).click();
      await one.getByRole('heading', { name: 'Vélobise Nantes', level: 1 }).waitFor();
      assert.ok(refused > 1);
    });
  });

  test('what the overview reads is asked for once, before its scripts are there', async () => {
    await another({}, async (one, visitor) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      // Events make pages read again.
      await one.route('**/hubs/**', (route) => route.abort());
      const asked = [];
      visitor.on('request', (request) => new URL(request.url()).pathname.startsWith('/api/') && asked.push(request.url().replace(server.url, '')));
      await one.goto(pageOf(server.url, '', workspace));
      await one.getByRole('heading', { name: 'Vélobise Nantes', level: 1 }).waitFor();
      await one.locator('.skeleton').first().waitFor({ state: 'detached' });
      assert.deepEqual(asked.filter((each, i) => asked.indexOf(each) !== i), [], 'asked for twice');
      assert.deepEqual(await one.evaluate(() => Object.keys(globalThis.monitoraAhead.replies)), [], 'asked for and not used');
      assert.equal(await one.evaluate(() => globalThis.monitoraAhead.session), undefined, 'the token stays nowhere');
    });
  });

  test('a session that ended leads back to the page where one was, with what was typed', async () => {
    await another({}, async (one, visitor) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      await one.goto(pageOf(server.url, 'settings', workspace));
      await one.getByLabel('Consignes').fill('Un texte long et précieux.');
      const mine = await Account.open(server.url, 'login', kEmail, kPassword);
      const { items } = await mine.call('GET', '/api/auth/sessions?limit=200');
      for (const session of items) if (!session.current) await mine.call('DELETE', `/api/auth/sessions/${session.id}`);
      await one.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
      await one.waitForURL('**/sign-in?next=*');
      await visitor.clearCookies();
      await one.getByLabel('Adresse e-mail').fill(kEmail);
      await one.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
      await one.getByRole('button', { name: 'Se connecter' }).click();
      await one.waitForURL(`**/workspace/settings?id=${workspace}`);
      assert.equal(await one.getByLabel('Consignes').inputValue(), 'Un texte long et précieux.');
    });
  });
});

describe('a network and a server that misbehave', () => {
  before(async () => {
    await context.clearCookies();
    await signIn(page, server.url, kEmail);
    await page.waitForURL('**/workspaces');
    account = await Account.open(server.url, 'login', kEmail, kPassword);
  });
  const fails = (status, headers = {}) => (route) => route.fulfill({ status, headers, json: { detail: 'Le serveur a rencontré une erreur.', code: 'internal', request_id: '00000000-0000-4000-8000-000000000000' } });

  test('an error of the server is a sentence with another try', async () => {
    await page.route('**/api/workspaces/*/api-keys**', fails(500));
    await page.goto(pageOf(server.url, 'keys', workspace));
    const alert = page.getByRole('alert').filter({ hasText: 'erreur' });
    await alert.waitFor();
    await page.unroute('**/api/workspaces/*/api-keys**');
    await alert.getByRole('button', { name: 'Réessayer' }).click();
    await page.getByRole('heading', { name: 'Aucune clé' }).waitFor();
  });

  test('too many requests says how long to wait, and keeps what was typed', async () => {
    await page.route('**/api/workspaces/*/members', fails(429, { 'Retry-After': '12' }));
    await page.goto(pageOf(server.url, 'members', workspace));
    await page.getByLabel('Adresse e-mail').fill('anna@exemple.fr');
    await page.getByRole('button', { name: 'Inviter' }).click();
    await page.getByText('Réessayez dans 12 secondes.').waitFor();
    assert.equal(await page.getByLabel('Adresse e-mail').inputValue(), 'anna@exemple.fr');
    await page.unroute('**/api/workspaces/*/members');
  });

  test('a server that says nothing is said to, and asked again', async () => {
    await page.route('**/api/workspaces/*/answers**', (route) => route.abort('connectionrefused'));
    await page.goto(pageOf(server.url, 'answers', workspace));
    const alert = page.getByRole('main').getByRole('alert');
    await alert.getByText('Le serveur ne répond pas.').waitFor();
    await page.unroute('**/api/workspaces/*/answers**');
    await alert.getByRole('button', { name: 'Réessayer' }).click();
    await page.getByRole('heading', { name: 'Peut-on payer en bons cadeaux ?' }).waitFor();
  });

  test('a server that never answers is given up after a minute, and asked again by hand', async () => {
    await another({}, async (one) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      // A hub that comes back would ask again.
      await one.route('**/hubs/**', (route) => route.abort());
      const held = [];
      let told;
      const asked = () => new Promise((done) => (told = done));
      await one.route('**/api/workspaces/*/answers**', (route) => (held.push(route), told()));
      await one.clock.install();
      const first = asked();
      await one.goto(pageOf(server.url, 'answers', workspace));
      await first;
      const alert = one.getByRole('main').getByRole('alert');
      await one.clock.fastForward(20_000);
      assert.equal(await alert.count(), 0);
      await one.clock.fastForward(45_000);
      await alert.getByText('Le serveur ne répond pas.').waitFor();
      assert.equal(held.length, 1, 'asked again by hand only');
      const second = asked();
      await alert.getByRole('button', { name: 'Réessayer' }).click();
      await second;
      await held[1].continue();
      await one.getByRole('heading', { name: 'Peut-on payer en bons cadeaux ?' }).waitFor();
    });
  });

  test('a change that is never answered may have been made: it is said, and what was typed stays', async () => {
    await another({}, async (one) => {
      await signIn(one, server.url, kEmail);
      await one.waitForURL('**/workspaces');
      let told;
      const sent = new Promise((done) => (told = done));
      await one.route('**/api/workspaces/*/members', (route) => (route.request().method() === 'POST' ? told() : route.continue()));
      await one.clock.install();
      await one.goto(pageOf(server.url, 'members', workspace));
      await one.getByLabel('Adresse e-mail').fill('anna@exemple.fr');
      await one.getByRole('button', { name: 'Inviter' }).click();
      await sent;
      await one.clock.fastForward(125_000);
      await one.getByText(/Le serveur n’a pas répondu/).waitFor();
      assert.equal(await one.getByLabel('Adresse e-mail').inputValue(), 'anna@exemple.fr');
    });
  });

  test('names of files and words of visitors are text, whatever they hold', async () => {
    const markup = '<img src=x onerror="globalThis.hacked=1"> مرحبا <script>globalThis.hacked=1</script>';
    await account.upload(workspace, `${'😀'.repeat(20)}<img src=x onerror=hacked=1>.md`, `# ${markup}\n\n${markup} javascript:alert(1)`);
    await account.call('PATCH', `/api/workspaces/${workspace}`, { allowed_domains: [] });
    await visitorAsks(markup);
    await account.indexed(workspace, 1);
    for (const path of ['documents', 'conversations']) {
      await page.goto(pageOf(server.url, path, workspace));
      await page.getByText(/img src=x onerror/).first().waitFor();
      await check(page, `${path} with markup`);
    }
    await page.goto(pageOf(server.url, 'documents', workspace));
    await page.getByRole('button', { name: /img src=x onerror/ }).first().click();
    await page.getByText(/javascript:alert/).first().waitFor();
    await check(page, 'a document with markup');
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  });

  test('offline is said; what was typed is still there', async () => {
    await page.goto(pageOf(server.url, 'settings', workspace));
    await page.getByLabel('Consignes').fill('Écrit dans un tunnel.');
    await context.setOffline(true);
    await page.getByText(/Hors connexion/).waitFor();
    await page.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
    await page.getByText(/Vous êtes hors connexion/).waitFor();
    await check(page, 'offline');
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Enregistrer' }).nth(1).click();
    await saved(page);
  });

  test('an upload that is cut says so and can be tried again', async () => {
    await page.goto(pageOf(server.url, 'documents', workspace));
    let cut = true;
    await page.route('**/upload', (route) => (cut ? route.abort('connectionreset') : route.continue()));
    await addFiles(page, [example('faq-en.html')]);
    await page.getByRole('listitem').filter({ hasText: 'faq-en.html' }).getByRole('alert').waitFor();
    cut = false;
    await page.getByRole('button', { name: 'Réessayer' }).click();
    await page.getByRole('button', { name: 'faq-en.html', exact: true }).waitFor();
    await page.unroute('**/upload');
  });

  test('an upload that is cut at half is not in the list; it goes through afterwards', async () => {
    let cut = true;
    const proxy = createTcpServer((client) => {
      const upstream = connect(new URL(server.url).port, '127.0.0.1');
      const end = () => (client.destroy(), upstream.destroy());
      let seen = 0;
      client.on('data', (part) => {
        seen += part.length;
        if (cut && seen > 500_000) end();
        else upstream.write(part);
      });
      upstream.on('data', (part) => client.write(part));
      for (const side of [client, upstream]) side.on('close', end).on('error', end);
    });
    await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${proxy.address().port}`;
    try {
      await another({}, async (one) => {
        await signIn(one, url, kEmail);
        await one.waitForURL('**/workspaces');
        await one.goto(pageOf(url, 'documents', workspace));
        await addFiles(one, [{ name: 'longue-notice.txt', mimeType: 'text/plain', buffer: Buffer.from('La selle se règle à la main. '.repeat(40_000)) }]);
        await one.getByRole('listitem').filter({ hasText: 'longue-notice.txt' }).getByRole('alert').waitFor();
        const { items } = await account.call('GET', `/api/documents/workspace/${workspace}?limit=200`);
        assert.ok(!items.some((each) => each.filename === 'longue-notice.txt'), 'half a file is no document');
        cut = false;
        await one.getByRole('button', { name: 'Réessayer' }).click();
        await one.getByRole('button', { name: 'longue-notice.txt', exact: true }).waitFor();
      });
    } finally {
      proxy.close();
    }
  });

  test('an address that does not exist has a page, and the API’s stays JSON', async () => {
    const response = await page.goto(`${server.url}/nulle-part`);
    assert.equal(response.status(), 404);
    await page.getByRole('heading', { name: 'Cette page n’existe pas' }).waitFor();
    const api = await fetch(`${server.url}/api/nulle-part`, { headers: { Accept: 'text/html' } });
    assert.equal(api.status, 404);
    assert.match(api.headers.get('content-type'), /json/);
  });

  test('nothing went wrong on the pages of these journeys', () => {
    assert.deepEqual(context.problems, []);
  });
});

describe('a server that takes no sign-ups and has no landing page', () => {
  test('leads to signing in, and says so', async () => {
    const other = await startMonitora({ LANDING: 'sign-in', REGISTRATION: 'closed' });
    try {
      await another({}, async (fresh) => {
        await fresh.goto(other.url);
        await fresh.waitForURL(`${other.url}/sign-in`);
        await fresh.getByRole('heading', { name: 'Connexion' }).waitFor();
        await fresh.getByRole('link', { name: 'Créer un compte' }).waitFor({ state: 'detached' });
        await fresh.getByRole('link', { name: 'MONITORA' }).click();
        await fresh.waitForURL(`${other.url}/sign-in`);
        await fresh.goto(`${other.url}/sign-up`);
        await fresh.getByText('Les inscriptions sont fermées sur ce serveur.').waitFor();
        await check(fresh, 'closed sign-up');
      });
    } finally {
      await other.stop();
    }
  });

  test('the console comes in the form that the browser takes', async () => {
    for (const [accepted, coding] of [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['identity', null]]) {
      const response = await fetch(`${server.url}/sign-in`, { headers: { 'Accept-Encoding': accepted } });
      assert.equal(response.headers.get('content-encoding'), coding);
      assert.match(await response.text(), /<html/);
    }
  });
});

describe('every page, in both themes, languages and sizes', () => {
  let talk, document_, group;
  before(async () => {
    talk = await visitorAsks('Puis-je voir quelqu’un ?');
    const wants = await fetch(`${server.url}/api/widget/${workspace}/handover`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body: JSON.stringify({ state: 'requested', session_token: talk.session_token, contact: 'zoe@exemple.fr' }) });
    assert.equal(wants.status, 200, await wants.clone().text());
    await account.call('POST', `/api/workspaces/${workspace}/webhooks`, { url: 'http://127.0.0.1:9/monitora', events: ['feedback.negative'] });
    await account.call('POST', `/api/workspaces/${workspace}/api-keys`, { name: 'Site marchand' });
    await account.call('POST', `/api/insights/${workspace}/recalculate`);
    group = (await account.call('GET', `/api/insights/${workspace}`)).low_confidence_groups[0];
    document_ = (await account.call('GET', `/api/documents/workspace/${workspace}`)).items.find((one) => one.status === 'indexed');
  });

  for (const [name, options] of kLooks) {
    test(name, async () => {
      await another(options, async (fresh) => {
        const visited = new Set();
        const look = async (what) => {
          visited.add(new URL(fresh.url()).pathname);
          await check(fresh, `${what}, ${name}`);
        };
        const visit = async (address) => {
          await fresh.goto(server.url + address);
          await fresh.locator('h1:visible').first().waitFor();
          await look(address);
        };
        for (const path of ['/', '/sign-in', '/sign-up', '/invitation?email=a@exemple.fr&workspace=Vélobise', '/nulle-part']) await visit(path);
        await signInAnyhow(fresh, server.url, kEmail);
        for (const path of ['/workspaces', '/workspaces/new', '/account']) await visit(path);
        for (const [page_, more] of [
          [''], ['documents'], ['documents', `&document=${document_.id}`], ['answers'], ['conversations'], ['conversations', `&conversation=${talk.session_id}`], ['insights'], ['insights', `&group=${group.group_id}`],
          ['analytics'], ['widget'], ['database'], ['keys'], ['members'],
        ]) {
          await visit(pageOf('', page_, workspace, more));
        }
        await visit(pageOf('', 'playground', workspace));
        await fresh.locator('#question').fill('Combien de jours ai-je pour renvoyer un article ?');
        await fresh.locator('#question').press('Enter');
        await fresh.locator('ol').getByText(/Pertinence|Relevance/).first().waitFor();
        await fresh.locator('aside summary').click();
        await fresh.locator('aside input[type=range]').first().fill('1');
        await look('an answer, and settings being tried');
        await visit(pageOf('', 'settings', workspace));
        await fresh.locator('main details summary').first().click();
        await fresh.getByRole('button', { name: /^(Supprimer l’espace|Delete the workspace)$/ }).click();
        await fresh.getByRole('dialog').waitFor();
        await look('deletion');
        if (options.isMobile) {
          await visit(pageOf('', 'documents', workspace));
          await fresh.locator('header button[aria-expanded]').tap();
          await fresh.getByRole('dialog').getByRole('navigation').waitFor();
          await look('menu');
        }
        assert.deepEqual(pagesOfApp().filter((one) => !visited.has(one)), [], 'pages that nobody looked at');
      });
    });
  }
});
