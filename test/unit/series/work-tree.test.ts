// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext } from '../../../src/model/step.js';
import { applyOverlay, withWorkTree } from '../../../src/series/work-tree.js';
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
  // Whatever a build makes is newer than a tree that was unpacked long ago.
  for (const path of [LENGTH, HEADER, 'net/netfilter/x_tables.c']) {
    utimesSync(join(shop.tree, path), 1e9, 1e9);
  }
});
afterEach(() => {
  shop.remove();
});

/** A patch step's output with these files. */
function entry(files: Readonly<Record<string, string>>, removed: readonly string[] = []): string {
  const out = shop.scratch();
  mkdirSync(join(out, 'overlay'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(out, 'overlay', path)), { recursive: true });
    writeFileSync(join(out, 'overlay', path), text);
  }
  writeFileSync(join(out, 'removed.json'), JSON.stringify(removed));
  return out;
}

const apply = (made: string): Promise<void> => applyOverlay(shop.tree, made, work, build);
const read = (path: string): string => readFileSync(join(work, path), 'utf8');
const inode = (path: string): number => statSync(path).ino;

/** Objects that make(1) builds in the O= directory just now. */
function make(): string[] {
  mkdirSync(build, { recursive: true });
  const said = execFileSync('make', ['-s', '-C', work, `O=${build}`], { encoding: 'utf8' });
  return said.split('\n').flatMap((line) => /CC +(\S+)/.exec(line)?.[1] ?? []);
}

function pristine(): string {
  return execFileSync('find', ['.', '-type', 'f', '-printf', '%p %i %T@ %m %s\n'], {
    cwd: shop.tree,
    encoding: 'utf8',
  });
}

describe('a work tree', () => {
  it('is hard links, but for what is patched', async () => {
    await apply(entry({ [LENGTH]: 'patched\n', 'net/new/xt.c': 'new\n' }, [HEADER]));
    expect(read(LENGTH)).toBe('patched\n');
    expect(read('net/new/xt.c')).toBe('new\n');
    expect(existsSync(join(work, HEADER))).toBe(false);
    expect(inode(join(work, 'Kconfig'))).toBe(inode(join(shop.tree, 'Kconfig')));
    expect(inode(join(work, LENGTH))).not.toBe(inode(join(shop.tree, LENGTH)));
  });

  it('never writes through to the pristine tree', async () => {
    const before = pristine();
    await apply(entry({ [LENGTH]: 'one\n' }));
    await apply(entry({ [LENGTH]: 'two\n' }, [HEADER]));
    await apply(entry({}));
    await apply(entry({ [LENGTH]: 'three\n', [HEADER]: 'x\n' }));
    // The links' count is no part of the listing; names, inodes, dates, modes and sizes are.
    expect(pristine()).toBe(before);
    expect(shop.readTree(LENGTH)).toContain('int length_mt');
  });

  it('goes back to the pristine content, and loses what only the overlay brought', async () => {
    await apply(entry({ [LENGTH]: 'patched\n', 'net/new/deep/xt.c': 'new\n' }, [HEADER]));
    await apply(entry({}));
    expect(execFileSync('diff', ['-r', shop.tree, work], { encoding: 'utf8' })).toBe('');
  });

  it('follows executable bits', async () => {
    const made = entry({ 'scripts/rules': shop.readTree('scripts/rules') });
    execFileSync('chmod', ['755', join(made, 'overlay/scripts/rules')]);
    await apply(made);
    expect(statSync(join(work, 'scripts/rules')).mode & 0o100).toBe(0o100);
    expect(statSync(join(shop.tree, 'scripts/rules')).mode & 0o100).toBe(0);
  });

  it('is made anew, and what was built with it, for another pristine tree', async () => {
    await apply(entry({}));
    make();
    const other = join(shop.root, 'other');
    execFileSync('cp', ['-a', shop.tree, other]);
    writeFileSync(join(other, 'Kconfig'), 'another\n');
    await applyOverlay(other, entry({}), work, build);
    expect(read('Kconfig')).toBe('another\n');
    expect(existsSync(build)).toBe(false);
  });
});

describe('a work tree on another file system', () => {
  const SHM = '/dev/shm';
  const elsewhere = existsSync(SHM) && statSync(SHM).dev !== statSync(tmpdir()).dev;

  it.runIf(elsewhere)('is a copy, links of the tree included', async () => {
    symlinkSync('Kconfig', join(shop.tree, 'link'));
    const far = mkdtempSync(join(SHM, 'l7build-work-'));
    try {
      await applyOverlay(shop.tree, entry({ [LENGTH]: 'patched\n' }), join(far, 'src'));
      expect(readFileSync(join(far, 'src', LENGTH), 'utf8')).toBe('patched\n');
      expect(readlinkSync(join(far, 'src/link'))).toBe('Kconfig');
      expect(statSync(join(far, 'src', HEADER)).mtimeMs).toBe(1e12);
    } finally {
      rmSync(far, { recursive: true });
    }
  });
});

describe('an incremental build', () => {
  it('sees what changed, back and forth, and nothing else', async () => {
    const changed = entry({ [LENGTH]: shop.changed(LENGTH, 'min', 'low') });
    await apply(entry({}));
    expect(make()).toEqual(['x_tables.o', 'xt_length.o']);
    await apply(entry({}));
    expect(make()).toEqual([]);
    await apply(changed);
    expect(make()).toEqual(['xt_length.o']);
    await apply(changed);
    expect(make()).toEqual([]);
    await apply(entry({}));
    expect(make()).toEqual(['xt_length.o']);
    expect(readFileSync(join(build, 'xt_length.o'), 'utf8')).toContain('length < min');
    await apply(entry({ [HEADER]: shop.changed(HEADER, 'NF_DROP', 'NF_GONE') }));
    expect(make()).toEqual(['x_tables.o', 'xt_length.o']);
  });
});

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
    await apply(entry(FIRST));
    expect(existsSync(`${work}.partial`)).toBe(false);
    expect(existsSync(join(work, 'junk'))).toBe(false);
    expect(existsSync(join(build, 'stale.o'))).toBe(false);
    expect(read(LENGTH)).toBe('first\n');
  });

  it('with a state file that is not whole: the tree is made again', async () => {
    await apply(entry(FIRST));
    writeFileSync(`${work}.json`, '{"pristine":');
    await apply(entry(SECOND));
    expect(read(LENGTH)).toBe(shop.readTree(LENGTH));
    expect(existsSync(join(work, 'net/new/a.c'))).toBe(false);
    expect(read(HEADER)).toBe('second\n');
  });

  it('between any two of its writes: the next run ends right', async () => {
    const first = entry(FIRST);
    const second = entry(SECOND);
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
    const first = entry(FIRST);
    const second = entry(SECOND, [LENGTH]);
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

describe('lending the work tree of a step', () => {
  function context(made: string, key = 'k1'): StepContext {
    const needs = {
      tree: { dir: shop.tree, manifest: { key } },
      patch: { dir: made, manifest: { key: 'p' } },
    };
    const part = {
      needs,
      taskId: 'configure:linux',
      cache: join(shop.root, 'cache'),
      signal: new AbortController().signal,
      warn: (): void => undefined,
    };
    return part as unknown as StepContext;
  }

  it('is by the key of the pristine tree, below the cache', async () => {
    const lent = await withWorkTree(
      context(entry({ [LENGTH]: 'x\n' })),
      ({ src, build: objects }) => {
        expect(readFileSync(join(src, LENGTH), 'utf8')).toBe('x\n');
        expect(statSync(objects).isDirectory()).toBe(true);
        return Promise.resolve(src);
      },
    );
    expect(lent).toBe(join(shop.root, 'cache/work/k1/src'));
  });

  it('goes to one run at a time', async () => {
    const seen: string[] = [];
    const use = (name: string) => async (): Promise<void> => {
      seen.push(`${name} in`);
      await new Promise((done) => setTimeout(done, 100));
      seen.push(`${name} out`);
    };
    await Promise.all([
      withWorkTree(context(entry({ [LENGTH]: 'a\n' })), use('a')),
      withWorkTree(context(entry({ [LENGTH]: 'b\n' })), use('b')),
    ]);
    expect(seen[0]?.slice(0, 1)).toBe(seen[1]?.slice(0, 1));
    expect(seen[2]?.slice(0, 1)).toBe(seen[3]?.slice(0, 1));
  });

  it('is a bug of the plan without a tree', async () => {
    const ctx = { ...context(entry({})), needs: {} };
    await expect(withWorkTree(ctx, () => Promise.resolve())).rejects.toThrow('was planned without');
  });
});
