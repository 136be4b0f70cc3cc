// Chromium with a fresh profile, names of sites that lead to this machine, and pages that report what they
// should not do.
import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kFlags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--ignore-certificate-errors',
  '--host-resolver-rules=MAP *.example.test 127.0.0.1',
];
const results = fileURLToPath(new URL('../results', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: kFlags });
}

/** A context as a visitor has it. `problems` collects script errors and dialogs: injected code shows there. */
export async function newVisitor(browser, options = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(Number(process.env.BROWSER_TIMEOUT_MS ?? 20_000));
  context.problems = [];
  context.warnings = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => context.problems.push(String(error)));
    page.on('dialog', (dialog) => {
      context.problems.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'warning') context.warnings.push(message.text());
      if (/Content Security Policy|Trusted/.test(message.text())) context.problems.push(message.text());
    });
  });
  return context;
}

export async function screenshot(page, name) {
  mkdirSync(results, { recursive: true });
  await page.screenshot({ path: join(results, `${name}.png`), animations: 'disabled' });
}

/** What axe finds wrong in the whole page, shadow trees included; [] when nothing. */
export async function accessibilityProblems(page) {
  // evaluate() runs outside the page's Content-Security-Policy.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.flat().join(' ')}: ${failureSummary}`));
}
