// Builds dist/embed.js, or with --tests the test programs into dist/test/. Fails when embed.js outgrows the
// 25 KB (gzipped) that a customer's page is promised.
import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const kLargestGzipped = 25_000;

if (process.argv.includes('--tests')) {
  const out = join(here, 'dist/test');
  rmSync(out, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(join(here, 'test')).map((name) => join(here, 'test', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: 'inline',
  });
} else {
  const file = join(here, 'dist/embed.js');
  mkdirSync(dirname(file), { recursive: true });
  await build({
    entryPoints: [join(here, 'src/main.ts')],
    outfile: file,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    banner: { js: '/* MONITORA widget. Apache-2.0 */' },
  });
  const bytes = readFileSync(file);
  const gzipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`dist/embed.js: ${bytes.length} bytes, ${gzipped} gzipped (at most ${kLargestGzipped})`);
  if (gzipped > kLargestGzipped) {
    console.error('embed.js is too large for its promise: make it smaller.');
    process.exit(1);
  }
}
