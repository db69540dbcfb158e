// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepContext } from '../../../src/model/step.js';
import { applyOverlay, withWorkTree } from '../../../src/series/work-tree.js';
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
    await apply(shop.entry({ [LENGTH]: 'patched\n', 'net/new/xt.c': 'new\n' }, [HEADER]));
    expect(read(LENGTH)).toBe('patched\n');
    expect(read('net/new/xt.c')).toBe('new\n');
    expect(existsSync(join(work, HEADER))).toBe(false);
    expect(inode(join(work, 'Kconfig'))).toBe(inode(join(shop.tree, 'Kconfig')));
    expect(inode(join(work, LENGTH))).not.toBe(inode(join(shop.tree, LENGTH)));
  });

  it('never writes through to the pristine tree', async () => {
    const before = pristine();
    await apply(shop.entry({ [LENGTH]: 'one\n' }));
    await apply(shop.entry({ [LENGTH]: 'two\n' }, [HEADER]));
    await apply(shop.entry({}));
    await apply(shop.entry({ [LENGTH]: 'three\n', [HEADER]: 'x\n' }));
    // The links' count is no part of the listing; names, inodes, dates, modes and sizes are.
    expect(pristine()).toBe(before);
    expect(shop.readTree(LENGTH)).toContain('int length_mt');
  });

  it('goes back to the pristine content, and loses what only the overlay brought', async () => {
    await apply(shop.entry({ [LENGTH]: 'patched\n', 'net/new/deep/xt.c': 'new\n' }, [HEADER]));
    await apply(shop.entry({}));
    expect(execFileSync('diff', ['-r', shop.tree, work], { encoding: 'utf8' })).toBe('');
  });

  it('follows executable bits', async () => {
    const made = shop.entry({ 'scripts/rules': shop.readTree('scripts/rules') });
    execFileSync('chmod', ['755', join(made, 'overlay/scripts/rules')]);
    await apply(made);
    expect(statSync(join(work, 'scripts/rules')).mode & 0o100).toBe(0o100);
    expect(statSync(join(shop.tree, 'scripts/rules')).mode & 0o100).toBe(0);
  });

  it('is made anew, and what was built with it, for another pristine tree', async () => {
    await apply(shop.entry({}));
    make();
    const other = join(shop.root, 'other');
    execFileSync('cp', ['-a', shop.tree, other]);
    writeFileSync(join(other, 'Kconfig'), 'another\n');
    await applyOverlay(other, shop.entry({}), work, build);
    expect(read('Kconfig')).toBe('another\n');
    expect(existsSync(build)).toBe(false);
  });
});

describe('a work tree whose pristine tree was damaged and made again', () => {
  it('is made anew, since it has the files of the old one', async () => {
    await apply(shop.entry({}));
    make();
    writeFileSync(join(shop.tree, 'Kconfig'), 'damaged\n');
    expect(read('Kconfig')).toBe('damaged\n');
    const quarantine = join(shop.root, 'quarantine');
    renameSync(shop.tree, quarantine);
    execFileSync('cp', ['-a', quarantine, shop.tree]);
    rmSync(join(shop.tree, 'Kconfig'));
    writeFileSync(join(shop.tree, 'Kconfig'), 'made again\n');
    await apply(shop.entry({}));
    expect(read('Kconfig')).toBe('made again\n');
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
      await applyOverlay(shop.tree, shop.entry({ [LENGTH]: 'patched\n' }), join(far, 'src'));
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
    const changed = shop.entry({ [LENGTH]: shop.changed(LENGTH, 'min', 'low') });
    await apply(shop.entry({}));
    expect(make()).toEqual(['x_tables.o', 'xt_length.o']);
    await apply(shop.entry({}));
    expect(make()).toEqual([]);
    await apply(changed);
    expect(make()).toEqual(['xt_length.o']);
    await apply(changed);
    expect(make()).toEqual([]);
    await apply(shop.entry({}));
    expect(make()).toEqual(['xt_length.o']);
    expect(readFileSync(join(build, 'xt_length.o'), 'utf8')).toContain('length < min');
    await apply(shop.entry({ [HEADER]: shop.changed(HEADER, 'NF_DROP', 'NF_GONE') }));
    expect(make()).toEqual(['x_tables.o', 'xt_length.o']);
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
      context(shop.entry({ [LENGTH]: 'x\n' })),
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
      withWorkTree(context(shop.entry({ [LENGTH]: 'a\n' })), use('a')),
      withWorkTree(context(shop.entry({ [LENGTH]: 'b\n' })), use('b')),
    ]);
    expect(seen[0]?.slice(0, 1)).toBe(seen[1]?.slice(0, 1));
    expect(seen[2]?.slice(0, 1)).toBe(seen[3]?.slice(0, 1));
  });

  it('is a bug of the plan without a tree', async () => {
    const ctx = { ...context(shop.entry({})), needs: {} };
    await expect(withWorkTree(ctx, () => Promise.resolve())).rejects.toThrow('was planned without');
  });
});
