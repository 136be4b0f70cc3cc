// Keys of texts that the pages use: t('key'), or a key as a plain string of the shape group.name.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function files(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

export function usedKeys(source) {
  const used = new Set();
  for (const path of files(source)) {
    if (/texts\/|api-types/.test(path)) continue;
    for (const [, key] of readFileSync(path, 'utf8').matchAll(/['"`]([a-z][A-Za-z]*(?:\.[a-zA-Z0-9]+)*)['"`]/g)) used.add(key);
  }
  return used;
}
