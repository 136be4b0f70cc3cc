// What a person does in the console, in French unless said otherwise.
import assert from 'node:assert/strict';
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
