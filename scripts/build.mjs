// SPDX-License-Identifier: GPL-2.0-only
// Makes dist/ of src/: few files, since a program of a thousand of them takes half a second to start. Types are looked
// at by `npm run types`.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
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
