// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Makes src/host and src/model runnable by a plain `node` of its own, for tests that kill it.
 *
 * @param dir where to put them
 * @returns directory to import `host/….js` from
 */
export function transpiled(dir: string): string {
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  for (const part of ['host', 'model']) {
    mkdirSync(join(dir, part));
    for (const name of readdirSync(join(ROOT, 'src', part))) {
      const { outputText } = ts.transpileModule(
        readFileSync(join(ROOT, 'src', part, name), 'utf8'),
        {
          compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
        },
      );
      writeFileSync(join(dir, part, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
  return dir;
}
