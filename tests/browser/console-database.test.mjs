// A customer's own database in the console, from its address to its rows: one journey each for a real PostgreSQL
// and a real MariaDB.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newVisitor, screenshot, startBrowser } from './lib/browser.mjs';
import { check, kLooks, kPassword as kOwnPassword, pageOf, saved, signInAnyhow, signUp } from './lib/console.mjs';
import { kPassword, startMariadbShop, startPostgresShop } from './lib/databases.mjs';
import { Account, startMonitora } from './lib/monitora.mjs';

const kEmail = 'claire@exemple.fr';
let browser, server, context, page, account;

before(async () => {
  browser = await startBrowser();
  server = await startMonitora({ RATE_LIMIT_LOGIN: '1000', ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
  context = await newVisitor(browser);
  page = await context.newPage();
  await signUp(page, server.url, kEmail);
  account = await Account.open(server.url, 'login', kEmail, kOwnPassword);
});
after(async () => {
  await context?.close();
  await browser?.close();
  await server?.stop();
});

for (const [kind, start] of [['PostgreSQL', startPostgresShop], ['MariaDB', startMariadbShop]]) {
  describe(`a customer’s ${kind}`, () => {
    let shop, workspace;
    const part = (name) => page.getByRole('group', { name: 'Parties de la page' }).getByRole('button', { name, exact: true }).click();
    before(async () => {
      shop = start();
      workspace = (await account.call('POST', '/api/workspaces', { name: `Boutique ${kind}` })).id;
    });
    after(() => shop?.stop());

    test('is connected; what is wrong is said at its field, and nothing typed is lost', async () => {
      await page.goto(pageOf(server.url, 'database', workspace));
      await page.getByRole('heading', { name: 'D’abord, un compte qui ne peut que lire' }).waitFor();
      await page.getByRole('button', { name: shop.engine }).click();
      await page.getByLabel('SQL à exécuter').getByText('GRANT SELECT').waitFor();
      await page.getByLabel('Serveur', { exact: true }).fill(shop.host);
      await page.getByLabel('Port').fill('80');
      await page.getByLabel('Nom de la base').fill(shop.name);
      await page.getByLabel('Utilisateur').fill(shop.writer);
      assert.ok(await page.getByRole('button', { name: 'Enregistrer et tester' }).isDisabled(), 'without a password');
      await page.getByLabel('Mot de passe', { exact: true }).fill('pas-le-bon');
      await check(page, `${kind}, the form`);
      await page.getByRole('button', { name: 'Enregistrer et tester' }).click();
      await page.getByText(/Le port doit être celui d'une base/).waitFor();
      assert.equal(await page.getByLabel('Serveur', { exact: true }).inputValue(), shop.host);
      await page.reload();
      assert.equal(await page.getByLabel('Nom de la base').inputValue(), shop.name);
      assert.equal(await page.getByLabel('Mot de passe', { exact: true }).inputValue(), '', 'a password is not kept');
      await page.getByLabel('Port').fill(shop.port);
      await page.getByLabel('Mot de passe', { exact: true }).fill('pas-le-bon');
      await page.getByRole('button', { name: 'Enregistrer et tester' }).click();
      // PostgreSQL's test server lets everybody in: there only MariaDB can refuse.
      if (kind === 'MariaDB') await page.getByText(/refus|mot de passe/i).filter({ hasText: /refus/i }).first().waitFor();
      else await page.getByText('La connexion fonctionne').waitFor();
    });

    test('the test warns of a login that can write, and likes one that cannot', async () => {
      await page.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
      await page.getByRole('button', { name: 'Enregistrer et tester' }).click();
      await page.getByText(/ce compte peut aussi écrire/).waitFor();
      await page.getByRole('status').getByText(shop.version).first().waitFor();
      await check(page, `${kind}, a warning`);
      await page.getByLabel('Utilisateur').fill(shop.reader);
      await page.getByLabel('Mot de passe', { exact: true }).fill(kPassword);
      await page.getByRole('button', { name: 'Enregistrer et tester' }).click();
      await page.getByText('ce compte ne peut que lire').waitFor();
      const stored = await account.call('GET', `/api/workspaces/${workspace}/database`);
      assert.equal(stored.db_user, shop.reader);
      assert.equal(stored.last_test_status, 'success');
      assert.ok(!(await page.content()).includes(kPassword), 'the password is not shown');
      await page.reload();
      await page.getByText(/Dernier test .*\s: la connexion fonctionnait\./).waitFor();
      await page.getByRole('button', { name: 'Tester la connexion' }).click();
      await page.getByText('ce compte ne peut que lire').waitFor();
    });

    test('tables are picked from what the login sees, and some columns left out', async () => {
      await page.getByRole('button', { name: 'Choisir les tables' }).click();
      const table = (name) => page.getByRole('listitem').filter({ has: page.getByLabel(`${shop.schema}.${name}`, { exact: true }) });
      await table('orders').getByText('Les commandes').waitFor();
      await page.getByLabel(`${shop.schema}.orders`, { exact: true }).check();
      await table('customers').getByText('4 colonnes').click();
      for (const column of ['id', 'name', 'city']) await table('customers').getByLabel(column, { exact: true }).check();
      await page.getByText('3 colonnes sur 4').waitFor();
      await page.getByLabel('Ce que contient orders').fill('Les commandes des clients, une par ligne');
      await check(page, `${kind}, tables`);
      if (kind === 'PostgreSQL') await screenshot(page, 'console-database-tables');
      await page.getByRole('button', { name: 'Autoriser 2 tables' }).click();
      await saved(page);
      const { allowed_tables, descriptions, sample_rows } = await account.call('GET', `/api/workspaces/${workspace}/database`);
      assert.equal(descriptions[`${shop.schema}.orders`], 'Les commandes des clients, une par ligne');
      assert.equal(sample_rows, false);
      assert.deepEqual(allowed_tables.sort(), [`${shop.schema}.customers (id, name, city)`, `${shop.schema}.orders`]);
      await page.reload();
      assert.ok(await page.getByLabel(`${shop.schema}.orders`, { exact: true }).isChecked());
      assert.ok(!(await page.getByLabel(`${shop.schema}.secrets`, { exact: true }).isChecked()));
    });

    test('a statement is tried: its rows, what was run, and what is refused', async () => {
      await part('Essayer');
      await page.getByRole('button', { name: 'En SQL' }).click();
      const field = page.getByLabel('Requête SQL');
      await page.getByRole('button', { name: `${shop.schema}.orders` }).click();
      assert.match(await field.inputValue(), /SELECT \* FROM .*orders LIMIT 20/);
      await page.getByRole('button', { name: 'Exécuter' }).click();
      await page.getByRole('cell', { name: 'expédiée' }).waitFor();
      await page.getByText(/^Lignes\s: 3, en/).waitFor();
      await check(page, `${kind}, rows`);
      if (kind === 'PostgreSQL') await screenshot(page, 'console-database-rows');
      await field.fill('SELECT name, city FROM customers WHERE id = 2');
      await field.press('Control+Enter');
      await page.getByRole('cell', { name: 'Ferhat 😀' }).waitFor();
      for (const [refused, why] of [['DELETE FROM orders', /SELECT|permis|lecture/i], ['SELECT email FROM customers', /email/], ['SELECT token FROM secrets', /secrets/], ['SELECT (', /ne se lit pas/]]) {
        await field.fill(refused);
        await page.getByRole('button', { name: 'Exécuter' }).click();
        await page.getByRole('main').getByRole('alert').filter({ hasText: why }).waitFor();
        assert.equal(await field.inputValue(), refused, 'what was typed stays');
        assert.ok(!(await page.content()).includes('jamais-montré'));
      }
      await check(page, `${kind}, a refused statement`);
    });

    test('a question is prepared, tried, found by its words, and taken away', async () => {
      await part('Questions préparées');
      await page.getByRole('button', { name: 'Préparer une question' }).click();
      await page.getByLabel('Ce à quoi elle répond').fill('Le nombre de commandes dans un état');
      await page.getByLabel('Comment on la pose').fill('Combien de commandes sont en cours ?\nCombien de commandes expédiées ?');
      const sql = page.getByLabel('Requête SQL');
      await sql.fill('DELETE FROM orders');
      await page.getByRole('button', { name: 'Enregistrer' }).click();
      await page.getByText(/permis/).first().waitFor();
      assert.equal(await sql.inputValue(), 'DELETE FROM orders');
      await sql.fill('SELECT count(*) AS nombre FROM orders WHERE status = :etat');
      await page.getByText(':etat', { exact: true }).waitFor();
      await page.getByLabel('Genre').selectOption('choice');
      await page.getByLabel(/Choix possibles/).fill('en cours\nexpédiée\nlivrée');
      await page.getByLabel(/Comment le lui demander/).fill('État de la commande');
      await check(page, `${kind}, a question being written`);
      await page.getByRole('button', { name: 'Enregistrer' }).click();
      await saved(page);
      await page.getByLabel('Essayer avec une phrase').fill('Combien de commandes sont en cours ?');
      await page.getByRole('button', { name: 'Essayer', exact: true }).last().click();
      await page.getByText('etat = en cours').waitFor();
      await page.getByRole('cell', { name: '1', exact: true }).waitFor();
      await check(page, `${kind}, a prepared question`);
      if (kind === 'PostgreSQL') await screenshot(page, 'console-database-question');
      await part('Essayer');
      await page.getByLabel('Votre question').fill('Combien de commandes sont en cours ?');
      await page.getByRole('button', { name: 'Demander' }).click();
      await page.getByText('Requête d’une question préparée').waitFor();
      await check(page, `${kind}, a question in words`);
      await part('Questions préparées');
      await page.getByRole('button', { name: /Le nombre de commandes dans un état/ }).click();
      await page.getByRole('button', { name: 'Supprimer' }).click();
      await page.getByRole('heading', { name: 'Aucune question préparée' }).waitFor();
      await page.getByRole('button', { name: 'Annuler' }).click();
      await page.getByRole('button', { name: /Le nombre de commandes dans un état/ }).waitFor();
    });

    test('orders are mapped, and each customer is told of their own only', async () => {
      await account.call('PUT', `/api/workspaces/${workspace}/database`, { allowed_tables: [`${shop.schema}.orders`, `${shop.schema}.customers (id, email)`] });
      await page.goto(pageOf(server.url, 'database', workspace, '&part=orders'));
      assert.equal(await page.getByLabel('Table des commandes').inputValue(), `${shop.schema}.orders`, 'proposed');
      await page.getByLabel('Numéro de commande').selectOption('id');
      await page.getByLabel('Date de commande').selectOption('created_on');
      await page.getByLabel('État de la commande').selectOption('status');
      await page.getByLabel('L’acheteur est dans une autre table').check();
      await page.getByLabel('Table des clients').selectOption(`${shop.schema}.customers`);
      await page.getByLabel('Sa clé').selectOption('id');
      await page.getByLabel('La même, dans les commandes').selectOption('customer_id');
      await page.getByLabel('Colonne comparée au jeton').selectOption('email');
      await page.getByRole('button', { name: 'Lire les états dans la base' }).click();
      await page.getByRole('button', { name: 'Retirer l’état livrée' }).waitFor();
      await check(page, `${kind}, a mapping of orders`);
      await page.getByRole('button', { name: 'Enregistrer' }).click();
      await saved(page);
      const ask = async (email) => {
        await page.getByLabel(/^Au nom de/).fill(email);
        await Promise.all([page.waitForResponse('**/orders/try'), page.getByRole('button', { name: 'Voir la réponse' }).click()]);
      };
      await ask('chloe@exemple.fr');
      await page.getByText('101', { exact: true }).waitFor();
      assert.equal(await page.getByText('103', { exact: true }).count(), 0);
      await check(page, `${kind}, orders tried`);
      if (kind === 'PostgreSQL') await screenshot(page, 'console-database-orders');
      await ask('');
      await page.getByText('101', { exact: true }).waitFor({ state: 'detached' });
    });

    if (kind === 'PostgreSQL') {
      for (const [name, options] of kLooks) {
        test(`every part, ${name}`, async () => {
          const visitor = await newVisitor(browser, options);
          try {
            const fresh = await visitor.newPage();
            await signInAnyhow(fresh, server.url, kEmail, kOwnPassword);
            for (const each of ['connection', 'tables', 'questions', 'orders', 'try']) {
              await fresh.goto(pageOf(server.url, 'database', workspace, `&part=${each}`));
              await fresh.locator('main section h2').first().waitFor();
              await check(fresh, `${each}, ${name}`);
            }
            assert.deepEqual(visitor.problems, []);
          } finally {
            await visitor.close();
          }
        });
      }
    }

    test('following orders is stopped', async () => {
      await page.getByRole('button', { name: 'Arrêter le suivi' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Arrêter le suivi' }).click();
      await page.getByText('Suivi arrêté.').waitFor();
    });

    test('is switched off, moved only with its password, and removed', async () => {
      await part('Connexion');
      await page.getByLabel('Se servir de cette base').uncheck();
      await page.getByRole('button', { name: 'Enregistrer et tester' }).click();
      await page.getByText('ce compte ne peut que lire').waitFor();
      await part('Essayer');
      await page.getByRole('button', { name: 'En SQL' }).click();
      await page.getByLabel('Requête SQL').fill('SELECT id FROM orders');
      await page.getByRole('button', { name: 'Exécuter' }).click();
      await page.getByRole('main').getByRole('alert').getByText(/désactivée/).waitFor();
      await part('Connexion');
      await page.getByLabel('Serveur', { exact: true }).fill('localhost');
      await page.getByText(/Le serveur change\s: donnez-le à nouveau/).waitFor();
      assert.ok(await page.getByRole('button', { name: 'Enregistrer et tester' }).isDisabled());
      await page.getByRole('button', { name: 'Abandonner les changements' }).click();
      await page.getByRole('button', { name: 'Déconnecter la base' }).click();
      await check(page, `${kind}, removal`);
      await page.getByRole('dialog').getByRole('button', { name: 'Déconnecter la base' }).click();
      await page.getByText('Base déconnectée.').waitFor();
      await page.getByRole('heading', { name: 'D’abord, un compte qui ne peut que lire' }).waitFor();
      assert.equal((await account.call('GET', `/api/workspaces/${workspace}/database`)).configured, false);
    });
  });
}

test('nothing went wrong on the pages of these journeys', () => {
  assert.deepEqual(context.problems, []);
});
