// The page at / and the demo page, against the scripted server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { accessibilityProblems, newVisitor, screenshot, startBrowser } from './lib/browser.mjs';
import { startFakeServer } from './lib/fake-server.mjs';
import { widgetOn } from './lib/widget.mjs';

let browser, fake, context, page;

before(async () => (browser = await startBrowser()));
after(() => browser?.close());
beforeEach(async () => {
  fake = await startFakeServer();
  context = await newVisitor(browser);
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await fake.close();
  assert.deepEqual(context.problems, [], 'no script error, dialog or policy violation on the page');
});

async function visit(options) {
  await context.close();
  context = await newVisitor(browser, options);
  page = await context.newPage();
  await page.goto(fake.url);
}

async function signUp(email = 'claire@exemple.fr') {
  await page.goto(fake.url);
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByLabel('Nom (facultatif)').fill('Claire Martin');
  await page.getByLabel('Adresse e-mail').fill(email);
  await page.getByLabel('Mot de passe').fill('cerise-bocal-12');
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByText(email).waitFor();
}

async function createWorkspace(name = 'Boutique Lumière') {
  await page.getByLabel('Nom du nouvel espace').fill(name);
  await page.getByRole('button', { name: 'Créer', exact: true }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('sign up with the server’s sentences, sign out, sign in, reload', async () => {
  await page.goto(fake.url);
  await screenshot(page, 'page-sign-in-fr');
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByLabel('Adresse e-mail').fill('claire@exemple.fr');
  await page.getByLabel('Mot de passe').fill('court');
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByRole('alert').getByText('Le mot de passe doit avoir au moins 10 caractères.').waitFor();
  await screenshot(page, 'page-sign-up-error-fr');
  await page.getByLabel('Mot de passe').fill('cerise-bocal-12');
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByRole('heading', { name: 'Bienvenue' }).waitFor();
  await page.reload();
  await page.getByText('claire@exemple.fr').waitFor();
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage, cookie: document.cookie })), { cookie: '' }, 'no token where a script finds it');
  await page.getByRole('button', { name: 'Se déconnecter' }).click();
  await page.getByLabel('Adresse e-mail').fill('claire@exemple.fr');
  await page.getByLabel('Mot de passe').fill('faux-mot-de-passe');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByText('Adresse ou mot de passe incorrect.').waitFor();
  await page.getByLabel('Mot de passe').fill('cerise-bocal-12');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByText('claire@exemple.fr').waitFor();
});

test('workspace, documents with their progress and errors, deletion', async () => {
  await signUp();
  await createWorkspace();
  await page.getByText('Aucun document pour l’instant.').waitFor();
  await page.locator('#files').setInputFiles([file('conditions générales.txt', 'x'.repeat(5000)), file('vide.txt', ''), file('virus.exe', 'MZ')]);
  await page.getByText('12 passages').waitFor();
  await page.getByText('Le fichier est vide.').waitFor();
  await page.getByText('Ce type de fichier n’est pas pris en charge.').waitFor();
  await screenshot(page, 'page-documents-fr');
  await page.getByRole('button', { name: 'Fermer le message sur virus.exe' }).click();
  assert.equal(await page.getByText('virus.exe').count(), 0);
  await page.getByRole('button', { name: 'Supprimer vide.txt' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Annuler' }).click();
  assert.equal(await page.locator('#documents').getByText('vide.txt').count(), 1);
  await page.getByRole('button', { name: 'Supprimer vide.txt' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click();
  await page.locator('#documents').getByText('vide.txt').waitFor({ state: 'detached' });
});

test('files can be dropped', async () => {
  await signUp();
  await createWorkspace();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['Bonjour'], 'déposé.md'));
    return transfer;
  });
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
  await page.getByText('déposé.md').waitFor();
  await page.getByText('12 passages').waitFor();
});

test('trying the chat: streamed, with sources and score, as text only', async () => {
  await signUp();
  await createWorkspace();
  fake.answer = 'Vous avez **30 jours** [1]. <img src=x onerror=globalThis.hacked=1>';
  await page.getByLabel('Votre question').fill('Combien de temps ?');
  await page.getByLabel('Votre question').press('Enter');
  await page.getByText('Pertinence des sources : 87 %').waitFor();
  await page.getByText('conditions-générales-de-vente.pdf').click();
  await page.getByText('Le client dispose de trente (30) jours').waitFor();
  assert.equal(await page.locator('#chat-log img').count(), 0);
  assert.ok((await page.locator('#chat-log .text').innerText()).includes('<img'));
  await screenshot(page, 'page-chat-fr');
  await page.getByRole('button', { name: 'Nouvelle conversation' }).click();
  await page.getByText('la réponse ne vient que de vos documents').waitFor();
});

test('allowed sites, the line to paste and the demo page', async () => {
  await signUp();
  await createWorkspace();
  const domain = page.getByLabel('Nom de domaine');
  await domain.fill('https://Boutique.example/accueil');
  await domain.press('Enter');
  await page.getByRole('button', { name: 'Retirer boutique.example' }).waitFor();
  await page.getByText('La page d’essai est sur ce serveur').waitFor();
  await domain.fill('pas un domaine');
  await domain.press('Enter');
  await page.getByText('« pas un domaine » n’est pas un nom de domaine.').waitFor();
  const snippet = await page.locator('#snippet').innerText();
  assert.match(snippet, /^<script src="http:\/\/127\.0\.0\.1:\d+\/widget\/embed\.js" data-workspace-id="[0-9a-f-]{36}" async><\/script>$/);
  const [demo] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Ouvrir la page d’essai' }).click()]);
  const widget = widgetOn(demo);
  await widget.open();
  await widget.answerTo('Retours ?');
  await screenshot(demo, 'demo-fr');
  assert.deepEqual(await accessibilityProblems(demo), []);
});

test('a server that is away is said in a sentence', async () => {
  await signUp();
  await context.setOffline(true);
  await page.getByLabel('Nom du nouvel espace').fill('X');
  await page.getByRole('button', { name: 'Créer', exact: true }).click();
  await page.getByText('Le serveur ne répond pas.').waitFor();
});

for (const [name, options] of [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
]) {
  test(`accessibility and fit, ${name}`, async () => {
    await visit(options);
    const check = async () => {
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
    };
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
    await check();
    await signUp();
    await check();
    await createWorkspace();
    await page.locator('#files').setInputFiles([file('un-nom-de-fichier-vraiment-très-long-pour-une-si-petite-place.txt', 'x'), file('vide.txt', '')]);
    await page.getByText('12 passages').waitFor();
    await page.getByText('Le fichier est vide.').waitFor();
    await page.getByLabel('Votre question').fill('Combien de temps ?');
    await page.getByRole('button', { name: 'Envoyer' }).click();
    await page.getByText('Pertinence des sources').waitFor();
    await check();
    await page.getByRole('button', { name: 'EN', exact: true }).click();
    await page.getByRole('heading', { name: 'On your website' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    await page.evaluate(() => scrollTo(0, 0));
    await screenshot(page, `page-${name}-en`);
    await check();
  });
}
