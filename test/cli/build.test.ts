// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
let root: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Compiles a program that loads a part when it is told to, and prints what that part says. */
function compile(says: string): void {
  write('src/cli/part.ts', `export const says = '${says}';\n`);
  const { status, stderr } = spawnSync('node', ['scripts/build.mjs'], { cwd: root });
  expect(status, stderr.toString()).toBe(0);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'l7build-build-'));
  cpSync(join(PROJECT, 'scripts/build.mjs'), join(root, 'scripts/build.mjs'));
  cpSync(join(PROJECT, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  write('src/runtimes/index.ts', 'export const none = 0;\n');
  write('src/recipe/json-schema.ts', 'export const none = 0;\n');
  write(
    'src/cli/main.ts',
    `import { once } from 'node:events';
console.log('started');
await once(process.stdin, 'data');
const { says } = await import('./part.js');
console.log(says);
process.exit();
`,
  );
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('leaves a program that runs its parts, until the next build but one', async () => {
  compile('old');
  const program = spawn('node', ['dist/cli/main.js'], { cwd: root });
  await once(program.stdout, 'data');
  compile('new');
  program.stdin.write('go on\n');
  expect(await text(program.stdout)).toBe('old\n');
  const { stdout } = spawnSync('node', ['dist/cli/main.js'], { cwd: root, input: 'go on\n' });
  expect(stdout.toString()).toBe('started\nnew\n');
  const parts = (): number =>
    readdirSync(join(root, 'dist/chunks')).filter(
      (name) => name.startsWith('part-') && name.endsWith('.js'),
    ).length;
  expect(parts()).toBe(2);
  compile('new');
  expect(parts()).toBe(1);
});
