// What a person does in the console, in French unless said otherwise.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessibilityProblems } from './browser.mjs';

export const kPassword = 'cerise-bocal-vélo-12';

export async function signUp(page, url, email, name = 'Claire Martin') {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Nom (facultatif)').fill(name);
  await page.getByLabel('Adresse e-mail').fill(email);
  await page.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
  await page.getByRole('button', { name: 'Créer un compte' }).click();
  await page.getByRole('heading', { name: 'Espaces de travail', level: 1 }).waitFor();
}

export async function signIn(page, url, email, password = kPassword, path = '/sign-in') {
  await page.goto(`${url}${path}`);
  await page.getByLabel('Adresse e-mail').fill(email);
  await page.getByLabel('Mot de passe', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
}

/** The three steps; replies the new workspace's id. */
export async function createWorkspace(page, url, name, { domain } = {}) {
  await page.goto(`${url}/workspaces/new`);
  await page.getByLabel('Nom de l’espace').fill(name);
  await page.getByRole('button', { name: 'Continuer' }).click();
  await page.getByLabel('Message d’accueil').fill('Bonjour !');
  await page.getByRole('button', { name: 'Continuer' }).click();
  if (domain) {
    await page.getByLabel('Nom de domaine').fill(domain);
    await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
  }
  await page.getByRole('button', { name: 'Créer l’espace' }).click();
  await page.waitForURL('**/workspace/documents?id=*');
  return new URL(page.url()).searchParams.get('id');
}

export const pageOf = (url, page, id, more = '') => `${url}/workspace${page && `/${page}`}?id=${id}${more}`;

export async function addFiles(page, files) {
  await page.locator('input[data-upload]').setInputFiles(files);
}

export const saved = (page) => page.getByText('Enregistré.').first().waitFor();

/** Waits for what is being loaded, then asks axe and looks for what sticks out. */
export async function check(page, what) {
  await page.locator('.skeleton').first().waitFor({ state: 'detached' }).catch(() => undefined);
  assert.deepEqual(await accessibilityProblems(page), [], what);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: something sticks out sideways`);
}

/** Addresses of the console's pages: directories of src/app that hold one; `(names)` are not in the address. */
export function pagesOfApp(directory = fileURLToPath(new URL('../../../console/src/app', import.meta.url)), address = '') {
  return readdirSync(directory, { withFileTypes: true }).flatMap((one) => {
    if (one.isDirectory()) return pagesOfApp(join(directory, one.name), one.name.startsWith('(') ? address : `${address}/${one.name}`);
    return one.name === 'page.tsx' ? [address || '/'] : [];
  });
}

/** Both themes, both languages, both sizes: each theme is on each size. */
export const kLooks = [
  ['light, French, wide', {}],
  ['dark, English, wide', { colorScheme: 'dark', locale: 'en-GB' }],
  ['light, English, phone', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: 'en-GB' }],
  ['dark, French, phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
];

/** Signs in whatever the page's language. */
export async function signInAnyhow(page, url, email, password = kPassword) {
  await page.goto(`${url}/sign-in`);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('form button[type=submit]').click();
  await page.waitForURL('**/workspaces');
}
