// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerPatchCommand } from '../../../src/cli/patch-command.js';
import { Failed } from '../../../src/model/failure.js';
import type { LinuxRecipe, Series } from '../../../src/model/recipe.js';
import { HOOK, makefileHook, Workshop } from './workshop.js';

let shop: Workshop;
let cached: string | undefined;
beforeEach(() => {
  shop = new Workshop();
  cached = shop.tree;
});
afterEach(() => {
  shop.remove();
});

async function run(
  series: readonly Series[],
  ...argv: string[]
): Promise<{ out: string; code: number }> {
  const written: Uint8Array[] = [];
  let code = -1;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerPatchCommand(program, {
    project: shop.project,
    signal: new AbortController().signal,
    recipe: (version) => Promise.resolve({ version, series } as unknown as LinuxRecipe),
    cachedTree: () => Promise.resolve(cached),
    write: (data) => {
      written.push(Buffer.from(data));
    },
    end: (said) => {
      code = said;
    },
  });
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync(['patch', ...argv], { from: 'user' });
  return { out: Buffer.concat(written).toString('latin1'), code };
}

const overlay = (): Series['overlays'] => [
  {
    from: 'files',
    to: '.',
    files: [shop.file('files/net/netfilter/layer7/Kconfig', 'config X\n')],
  },
];

describe('patch status', () => {
  it("is the ledger on the recipe's tree", async () => {
    const series = shop.series([shop.file('p/hook.patch', HOOK)], overlay());
    shop.treeFile('net/netfilter/Makefile', `# new\n${shop.readTree('net/netfilter/Makefile')}`);
    const { out, code } = await run(series, 'status', '--kernel', '6.1');
    expect(out.split('\n')).toEqual([
      'offset +1  p/hook.patch (1 file)',
      'clean      files/net/netfilter/layer7/Kconfig',
      '1 patch and 1 file: all go on',
      '',
    ]);
    expect(code).toBe(0);
    const json = await run(series, 'status', '--kernel', '6.1', '--json');
    expect(JSON.parse(json.out)).toMatchObject([
      { outcome: 'offset', offset: 1 },
      { outcome: 'clean' },
    ]);
  });

  it('shows rejects, fuzz and what is there already, and ends in 1', async () => {
    const bad = makefileHook('x').replace(' # matches', ' # never was');
    const series = shop.series([shop.file('bad.patch', bad), shop.file('good.patch', HOOK)]);
    const strict = await run(series, 'status', '--kernel', '6.1');
    expect(strict.out).toContain(
      'rejected  bad.patch (1 file)\n            net/netfilter/Makefile: hunk 1 of 1',
    );
    expect(strict.out).toContain('2 patches and 0 files: 1 rejected\n');
    expect(strict.code).toBe(1);
    const loose = await run(
      shop.series([shop.file('bad.patch', bad)]),
      'status',
      '--kernel',
      '6.1',
      '--fuzz',
      '2',
    );
    expect(loose.out).toContain('fuzz 1  bad.patch (1 file)');
    expect(loose.code).toBe(0);
    shop.treeFile('run', 'x\n');
    const there = shop.series(
      [],
      [{ from: 'files', to: '.', files: [shop.file('files/run', 'x\n')] }],
    );
    expect((await run(there, 'status', '--kernel', '6.1')).out).toContain(
      'already there  files/run',
    );
  });

  it('says how to get a tree, and refuses what is none', async () => {
    cached = undefined;
    const status = run(shop.series([]), 'status', '--kernel', '6.1');
    await expect(status).rejects.toThrow('the store has no unpacked tree of linux 6.1 yet');
    const other = run(
      shop.series([]),
      'status',
      '--kernel',
      '6.1',
      '--tree',
      join(shop.tree, 'Kconfig'),
    );
    await expect(other).rejects.toMatchObject({ failure: { reason: 'usage' } });
    await expect(run(shop.series([]), 'status', '--kernel', '6.1', '--fuzz', 'x')).rejects.toThrow(
      'from 0 to 9',
    );
  });
});

describe('patch try', () => {
  it('goes on any tree, and leaves nothing behind', async () => {
    cached = undefined;
    const leftovers = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('l7build-patch-'));
    const before = leftovers();
    const series = shop.series([shop.file('hook.patch', HOOK)]);
    expect(await run(series, 'try', '--kernel', '6.1', '--tree', shop.tree)).toEqual({
      out: 'clean  hook.patch (1 file)\n1 patch and 0 files: all go on\n',
      code: 0,
    });
    expect(leftovers()).toEqual(before);
  });
});

describe('patch export', () => {
  it('writes one plain patch, to standard output or to a file', async () => {
    const series = shop.series([shop.file('hook.patch', HOOK)], overlay());
    const { out, code } = await run(series, 'export', '--kernel', '6.1');
    expect(code).toBe(0);
    const file = join(shop.root, 'whole.patch');
    expect(await run(series, 'export', '--kernel', '6.1', '--output', file)).toEqual({
      out: '',
      code: 0,
    });
    expect(readFileSync(file, 'latin1')).toBe(out);
    const copy = join(shop.scratch(), 'tree');
    cpSync(shop.tree, copy, { recursive: true });
    execFileSync('patch', ['-s', '-p1', '-i', file], { cwd: copy });
    expect(readFileSync(join(copy, 'net/netfilter/layer7/Kconfig'), 'utf8')).toBe('config X\n');
  });

  it('exports nothing of a series that does not fit', async () => {
    const bad = shop.file('bad.patch', makefileHook('x').replace(' # matches', ' # never was'));
    const failed = await run(shop.series([bad]), 'export', '--kernel', '6.1').catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(Failed);
    expect((failed as Failed).failure).toMatchObject({
      reason: 'patch-rejected',
      message: 'bad.patch does not fit the tree',
    });
  });
});
