// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyOverlay } from '../../../src/series/work-tree.js';
import { transpiled } from '../host/transpiled.js';
import { Workshop } from './workshop.js';

const LENGTH = 'net/netfilter/xt_length.c';
const HEADER = 'include/linux/netfilter.h';

let shop: Workshop;
let work: string;
let build: string;
beforeEach(() => {
  shop = new Workshop();
  work = join(shop.root, 'work/src');
  build = join(shop.root, 'work/build');
});
afterEach(() => {
  shop.remove();
});

const apply = (made: string): Promise<void> => applyOverlay(shop.tree, made, work, build);
const read = (path: string): string => readFileSync(join(work, path), 'utf8');

/** The product's code as a program that can be killed. */
function runnable(dir: string): string {
  mkdirSync(join(dir, 'series'), { recursive: true });
  const src = join(import.meta.dirname, '../../../src/series');
  for (const name of readdirSync(src)) {
    const { outputText } = ts.transpileModule(readFileSync(join(src, name), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(dir, 'series', name.replace(/\.ts$/, '.js')), outputText);
  }
  return transpiled(dir);
}

describe('a run that was killed', () => {
  const FIRST = { [LENGTH]: 'first\n', 'net/new/a.c': 'a\n' };
  const SECOND = { [HEADER]: 'second\n', 'net/new/b.c': 'b\n' };

  it('half-way through copying: the tree is made again', async () => {
    mkdirSync(join(`${work}.partial`, 'junk'), { recursive: true });
    mkdirSync(build, { recursive: true });
    writeFileSync(join(build, 'stale.o'), '');
    await apply(shop.entry(FIRST));
    expect(existsSync(`${work}.partial`)).toBe(false);
    expect(existsSync(join(work, 'junk'))).toBe(false);
    expect(existsSync(join(build, 'stale.o'))).toBe(false);
    expect(read(LENGTH)).toBe('first\n');
  });

  it('with a state file that is not whole: the tree is made again', async () => {
    await apply(shop.entry(FIRST));
    writeFileSync(`${work}.json`, '{"pristine":');
    await apply(shop.entry(SECOND));
    expect(read(LENGTH)).toBe(shop.readTree(LENGTH));
    expect(existsSync(join(work, 'net/new/a.c'))).toBe(false);
    expect(read(HEADER)).toBe('second\n');
  });

  it('between any two of its writes: the next run ends right', async () => {
    const first = shop.entry(FIRST);
    const second = shop.entry(SECOND);
    // Files of either state in every combination, as any order of writes can leave them.
    const paths = [LENGTH, HEADER, 'net/new/a.c', 'net/new/b.c'];
    for (let mask = 0; mask < 16; mask += 1) {
      await apply(first);
      // What a run to `second` writes down before it changes anything.
      writeFileSync(`${work}.json`, JSON.stringify({ pristine: shop.tree, touched: paths }));
      for (const [bit, path] of paths.entries()) {
        if ((mask & (1 << bit)) === 0) continue;
        const text = (SECOND as Record<string, string>)[path];
        rmSync(join(work, path), { force: true });
        if (text !== undefined) writeFileSync(join(work, path), text);
        else if (existsSync(join(shop.tree, path)))
          writeFileSync(join(work, path), shop.readTree(path));
      }
      writeFileSync(`${work}.new`, 'left over');
      const goal = mask % 2 === 0 ? second : first;
      await apply(goal);
      for (const path of paths) {
        const wanted = join(goal, 'overlay', path);
        const source = existsSync(wanted) ? wanted : join(shop.tree, path);
        expect(existsSync(join(work, path))).toBe(existsSync(source));
        if (existsSync(source)) expect(read(path)).toBe(readFileSync(source, 'utf8'));
      }
    }
  });

  it('by SIGKILL at any moment: the next run ends right', async () => {
    const program = runnable(join(shop.root, 'program'));
    const first = shop.entry(FIRST);
    const second = shop.entry(SECOND, [LENGTH]);
    const script = join(program, 'loop.js');
    const args = JSON.stringify([shop.tree, first, second, work, build]);
    writeFileSync(
      script,
      `import { rm } from 'node:fs/promises';
import { applyOverlay } from './series/work-tree.js';
const [tree, first, second, work, build] = ${args};
console.log('started');
for (let turn = 0; ; turn += 1) {
  if (turn % 5 === 4) await rm(\`\${work}.json\`, { force: true });
  await applyOverlay(tree, turn % 2 === 0 ? first : second, work, build);
}
`,
    );
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((done) => setTimeout(done, 5 + Math.random() * 120));
      child.kill('SIGKILL');
      await once(child, 'close');
      await apply(second);
      const expected = join(shop.scratch(), 'tree');
      cpSync(shop.tree, expected, { recursive: true });
      cpSync(join(second, 'overlay'), expected, { recursive: true });
      rmSync(join(expected, LENGTH));
      expect(execFileSync('diff', ['-r', expected, work], { encoding: 'utf8' })).toBe('');
    }
  });
});
