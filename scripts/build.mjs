// SPDX-License-Identifier: GPL-2.0-only
// Makes dist/ of src/: few files, since a program of a thousand of them takes half a second to start. Types are looked
// at by `npm run types`.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Names of the files of the last build, in dist/. */
const LIST = '.files';

const { outputFiles } = await build({
  absWorkingDir: root,
  write: false,
  // The program, and what tests and scripts take from it.
  entryPoints: ['src/cli/main.ts', 'src/runtimes/index.ts', 'src/recipe/json-schema.ts'],
  outbase: 'src',
  outdir: 'dist',
  // At the depth of src/*/: what finds the project's folder from its own place finds it from here too.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Apart from the programs, which do not name them: for whoever counts lines of src.
  sourcemap: 'external',
  legalComments: 'linked',
  logLevel: 'warning',
  // CommonJS packages ask for Node's own modules by a require that modules do not have.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});

// A program that runs goes on loading its parts, whose names have their digests in them: the last build's stay beside
// the new ones, and what starts meanwhile finds the old program whole or the new one.
const files = outputFiles.map(({ path, contents }) => ({ name: relative(dist, path), contents }));
const isChunk = ({ name }) => name.startsWith('chunks/');
for (const { name, contents } of [
  ...files.filter(isChunk),
  ...files.filter((file) => !isChunk(file)),
]) {
  const path = join(dist, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, contents);
  await rename(`${path}.new`, path);
}
const built = files.map(({ name }) => name);
const before = await readFile(join(dist, LIST), 'utf8').catch(() => '');
const wanted = new Set([...built, ...before.split('\n')]);
for (const chunk of await readdir(join(dist, 'chunks'))) {
  if (!wanted.has(`chunks/${chunk}`)) await rm(join(dist, 'chunks', chunk));
}
await writeFile(join(dist, LIST), built.join('\n'));
