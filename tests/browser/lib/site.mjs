// A customer's site: another origin than the server, over https with a certificate made for the occasion.
import { createServer } from 'node:https';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Serves `pages` (path → HTML, or {html, headers}); any name under example.test leads here. */
export async function startSite(pages) {
  const folder = mkdtempSync(join(tmpdir(), 'monitora-site-'));
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=example.test', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const page = pages[request.url.split('?')[0]];
    if (!page) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
    response.end(page.html ?? page);
  });
  rmSync(folder, { recursive: true });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return {
    pages,
    port,
    origin: (name) => `https://${name}.example.test:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** A plain page of a shop, with `head` and `body` put in. */
export function shopPage(body, { head = '', lang = 'fr' } = {}) {
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Boutique</title>${head}
<style>body{font:17px/1.6 Georgia,serif;margin:0}header{padding:28px 40px;background:#f3ede3}main{max-width:760px;padding:20px 40px}</style></head>
<body><header><h1>Boutique Lumière</h1></header><main><h2>Lampes en verre soufflé</h2><p>Chaque pièce est unique, fabriquée à la main dans notre atelier.</p>
<p><a href="/autre">Une autre page</a></p><label>Rechercher <input id="search"></label></main>${body}</body></html>`;
}
