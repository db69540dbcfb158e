// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failed } from '../../../src/model/failure.js';
import type { StepContext } from '../../../src/model/step.js';
import { patch } from '../../../src/steps/patch.js';
import { HOOK, LAYER7_LINE, makefileHook, Workshop } from '../series/workshop.js';

const MAKEFILE = 'net/netfilter/Makefile';

let shop: Workshop;
let warnings: string[];
let progress: (string | undefined)[];
beforeEach(() => {
  shop = new Workshop();
  warnings = [];
  progress = [];
});
afterEach(() => {
  shop.remove();
});

function context(withTree: boolean): StepContext {
  const out = join(shop.scratch(), 'out');
  mkdirSync(out);
  const part = {
    taskId: 'patch:linux',
    project: shop.project,
    out,
    scratch: shop.scratch(),
    needs: withTree ? { tree: { dir: shop.tree, manifest: { key: 'k' } } } : {},
    signal: new AbortController().signal,
    warn: (message: string): void => {
      warnings.push(message);
    },
    progress: ({ note }: { note?: string }): void => {
      progress.push(note);
    },
  };
  return part as unknown as StepContext;
}

const overlay = () => [
  {
    from: 'files',
    to: '.',
    files: [shop.file('files/net/netfilter/layer7/Kconfig', 'config X\n')],
  },
];

describe('the patch step', () => {
  it('yields overlay, removed files, ledger and one plain patch', async () => {
    const ctx = context(true);
    const series = shop.series([shop.file('p/hook.patch', HOOK)], overlay());
    const { facts } = await patch({ series, fuzz: 0 }, ctx);
    expect(facts?.['ledger']).toMatchObject([
      { outcome: 'clean', patch: 'p/hook.patch' },
      { kind: 'file' },
    ]);
    expect(readFileSync(join(ctx.out, 'overlay', MAKEFILE), 'utf8')).toContain(LAYER7_LINE);
    expect(readFileSync(join(ctx.out, 'overlay/net/netfilter/layer7/Kconfig'), 'utf8')).toBe(
      'config X\n',
    );
    expect(JSON.parse(readFileSync(join(ctx.out, 'removed.json'), 'utf8'))).toEqual([]);
    expect(JSON.parse(readFileSync(join(ctx.out, 'ledger.json'), 'utf8'))).toEqual(
      facts?.['ledger'],
    );
    expect(readFileSync(join(ctx.out, 'layer7.patch'), 'utf8')).toContain(`+${LAYER7_LINE}`);
    expect(progress).toEqual(['p/hook.patch']);
    expect(warnings).toEqual([]);
  });

  it('fails on a reject, with the lines that matter and what to do, and yields nothing', async () => {
    const ctx = context(true);
    const bad = shop.file('bad.patch', makefileHook('x').replace(' # matches', ' # never was'));
    const taken = { from: 'files', to: '.', files: [shop.file('files/Kconfig', 'other\n')] };
    const failed = await patch({ series: shop.series([bad], [taken]), fuzz: 0 }, ctx).catch(
      (error: unknown) => error,
    );
    expect((failed as Failed).failure).toMatchObject({
      reason: 'patch-rejected',
      message: '2 patches or files of the series do not fit the tree, first bad.patch',
      details: [
        'bad.patch:',
        `  ${MAKEFILE}: hunk 1 of 1 (line 5 of the patch) does not fit at line 4:`,
        '    line 4: the patch expects "# never was"',
        '            the tree has     "# matches"',
        '  with --fuzz 1 it would go on: look at the result before you trust it',
        'files/Kconfig:',
        '  Kconfig: the tree has it already, and differs from line 1 on',
      ],
    });
    expect((failed as Failed).failure.hints?.[0]).toContain('l7build patch status');
    expect(existsSync(join(ctx.out, 'overlay'))).toBe(false);
  });

  it('shows the start of a very long reject only', async () => {
    const patches = Array.from({ length: 20 }, (_, index) =>
      shop.file(`${String(index)}.patch`, HOOK.replace(' # matches', ` # was ${String(index)}`)),
    );
    const failed = await patch({ series: shop.series(patches), fuzz: 0 }, context(true)).catch(
      (error: unknown) => error,
    );
    const details = (failed as Failed).failure.details ?? [];
    expect(details).toHaveLength(41);
    expect(details.at(-1)).toBe('… and 60 more lines');
  });

  it('warns of fuzz that was allowed, and of what is in the tree already', async () => {
    shop.treeFile(MAKEFILE, shop.changed(MAKEFILE, '# matches', '# the matches'));
    const there = shop.readTree('init/Kconfig');
    const same = { from: 'files', to: '.', files: [shop.file('files/init/Kconfig', there)] };
    await patch(
      { series: shop.series([shop.file('a.patch', HOOK)], [same]), fuzz: 2 },
      context(true),
    );
    expect(warnings).toEqual([
      'a.patch went on with fuzz 1',
      'files/init/Kconfig is in the tree already',
    ]);
  });

  it('lays out whole files alone where there is no tree', async () => {
    const ctx = context(false);
    const series = shop.series([shop.file('hook.patch', HOOK)], overlay());
    const { facts } = await patch({ series, fuzz: 0 }, ctx);
    expect(facts?.['ledger']).toMatchObject([{ kind: 'file', outcome: 'clean' }]);
    expect(existsSync(join(ctx.out, 'overlay', MAKEFILE))).toBe(false);
    expect(readFileSync(join(ctx.out, 'overlay/net/netfilter/layer7/Kconfig'), 'utf8')).toBe(
      'config X\n',
    );
    expect(readFileSync(join(ctx.out, 'layer7.patch'), 'utf8')).toContain('new file mode 100644');
  });
});
