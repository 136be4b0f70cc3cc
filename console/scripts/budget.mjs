// What a browser loads of JavaScript for the first page after signing in, gzipped; fails past the promise.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const kPages = ['workspaces', 'workspace'];
const kMost = 180_000;
let worst = 0;
for (const page of kPages) {
  const html = readFileSync(`out/${page}.html`, 'utf8');
  const scripts = new Set([...html.matchAll(/<script[^>]+src="(\/_next\/[^"]+)"([^>]*)>/g)].filter(([whole]) => !whole.includes('noModule')).map(([, src]) => src));
  const size = (compress) => [...scripts].reduce((sum, src) => sum + compress(readFileSync(`out${src}`)).length, 0);
  const bytes = size((content) => gzipSync(content, { level: 9 }));
  worst = Math.max(worst, bytes);
  console.log(`/${page}: ${scripts.size} scripts, ${bytes} bytes gzipped (at most ${kMost}), ${size(brotliCompressSync)} in Brotli`);
}
if (worst > kMost) {
  console.error('The first page is too large for its promise: load what it does not need later.');
  process.exit(1);
}
