// embed.mjs OUT DIRECTORY: writes DIRECTORY/console_files.cc, which compiles the export OUT into the program,
// each file with its gzip and Brotli forms (http/static_files.h). The bytes are copied beside it: OUT may be made anew.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [out, target] = process.argv.slice(2).map((one) => resolve(one));
const copies = join(target, 'files');
rmSync(copies, { recursive: true, force: true });
mkdirSync(copies, { recursive: true });

const walk = (directory, prefix = '') =>
  readdirSync(directory).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const path = join(directory, name);
    return statSync(path).isDirectory() ? walk(path, `${prefix}${name}/`) : [prefix + name];
  });

/** Fonts and images are compressed already. */
const kCompressed = /\.(woff2|png|jpg|webp|ico)$/;
let code = '#include <span>\n#include "http/static_files.h"\n';
let entries = '';
walk(out).sort().forEach((path, index) => {
  const bytes = readFileSync(join(out, path));
  const none = Buffer.alloc(0);
  const forms = kCompressed.test(path)
    ? { plain: bytes, gzip: none, brotli: none }
    : { plain: bytes, gzip: gzipSync(bytes, { level: 9 }), brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }) };
  const views = Object.entries(forms).map(([form, content]) => {
    const file = join(copies, `${index}.${form}`);
    writeFileSync(file, content);
    const symbol = `embedded_console_${index}_${form}`;
    code +=
      `__asm__(".section .rodata\\n.balign 16\\n.globl ${symbol}\\n.hidden ${symbol}\\n${symbol}:\\n"\n` +
      `        ".incbin \\"${file}\\"\\n.globl ${symbol}_end\\n.hidden ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n");\n` +
      `extern "C" __attribute__((visibility("hidden"))) const char ${symbol}[], ${symbol}_end[];\n`;
    return `{${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}`;
  });
  entries += `      {${JSON.stringify(path)}, ${views.join(', ')}},\n`;
});
code +=
  'namespace monitora::http {\nstd::span<const EmbeddedFile> console_files();\nstd::span<const EmbeddedFile> console_files() {\n' +
  `  static const EmbeddedFile kFiles[] = {\n${entries}  };\n  return kFiles;\n}\n}  // namespace monitora::http\n`;
writeFileSync(join(target, 'console_files.cc'), code);
