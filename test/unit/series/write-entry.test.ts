// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeEntry } from '../../../src/series/write-entry.js';
import { HOOK, LAYER7_LINE, Workshop } from './workshop.js';

let shop: Workshop;
beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => {
  shop.remove();
});

const DELETE =
  '--- a/arch/x86/defconfig\n+++ /dev/null\n@@ -1,4 +0,0 @@\n-CONFIG_NET=y\n-CONFIG_INET=y\n-CONFIG_NETFILTER=y\n-CONFIG_MODULES=y\n';
const MODE = 'diff --git a/scripts/rules b/scripts/rules\nold mode 100644\nnew mode 100755\n';
const RENAME =
  'diff --git a/init/Kconfig b/init/Konfig\nrename from init/Kconfig\nrename to init/Konfig\n';
const SCRIPT =
  'diff --git a/scripts/new.sh b/scripts/new.sh\nnew file mode 100755\n--- /dev/null\n+++ b/scripts/new.sh\n@@ -0,0 +1 @@\n+#!/bin/sh\n\\ No newline at end of file\n';

async function entry(): Promise<string> {
  const patches = [HOOK, DELETE, MODE, RENAME, SCRIPT].map((text, index) =>
    shop.file(`${String(index)}.patch`, text),
  );
  const { ledger, draft } = await shop.apply(
    shop.series(patches, [
      {
        from: 'files',
        to: '.',
        files: [shop.file('files/net/netfilter/layer7/Kconfig', 'config X\n')],
      },
    ]),
  );
  const out = shop.scratch();
  await writeEntry(draft, ledger, out);
  return out;
}

describe("a patch step's output", () => {
  it('has every file that differs, whole, and the list of those removed', async () => {
    const out = await entry();
    const files = execFileSync('find', ['.', '-type', 'f'], {
      cwd: join(out, 'overlay'),
      encoding: 'utf8',
    });
    expect(files.trim().split('\n').sort()).toEqual([
      './init/Konfig',
      './net/netfilter/Makefile',
      './net/netfilter/layer7/Kconfig',
      './scripts/new.sh',
      './scripts/rules',
    ]);
    expect(readFileSync(join(out, 'overlay/net/netfilter/Makefile'), 'utf8')).toContain(
      LAYER7_LINE,
    );
    expect(statSync(join(out, 'overlay/scripts/rules')).mode & 0o777).toBe(0o755);
    expect(statSync(join(out, 'overlay/net/netfilter/Makefile')).mode & 0o777).toBe(0o644);
    expect(JSON.parse(readFileSync(join(out, 'removed.json'), 'utf8'))).toEqual([
      'arch/x86/defconfig',
      'init/Kconfig',
    ]);
    expect(JSON.parse(readFileSync(join(out, 'ledger.json'), 'utf8'))).toMatchObject([
      { outcome: 'clean', patch: '0.patch' },
      {},
      {},
      {},
      {},
      { kind: 'file' },
    ]);
  });

  it('leaves out a file that ends as it began', async () => {
    const back = HOOK.replace(`+${LAYER7_LINE}`, `-${LAYER7_LINE}`).replace(
      '-4,6 +4,7',
      '-4,7 +4,6',
    );
    const { ledger, draft } = await shop.apply(
      shop.series([shop.file('1.patch', HOOK), shop.file('2.patch', back)]),
    );
    const out = shop.scratch();
    await writeEntry(draft, ledger, out);
    expect(existsSync(join(out, 'overlay/net'))).toBe(false);
    expect(readFileSync(join(out, 'layer7.patch'), 'utf8')).toBe('');
  });

  it('has one plain patch that makes the same tree of the pristine one, with patch and with git', async () => {
    const out = await entry();
    for (const argv of [
      ['patch', '-s', '-p1', '--no-backup-if-mismatch', '-i', join(out, 'layer7.patch')],
      ['git', 'apply', join(out, 'layer7.patch')],
    ]) {
      const copy = join(shop.scratch(), 'tree');
      cpSync(shop.tree, copy, { recursive: true });
      execFileSync(argv[0] ?? '', argv.slice(1), { cwd: copy });
      const expected = join(shop.scratch(), 'tree');
      cpSync(shop.tree, expected, { recursive: true });
      cpSync(join(out, 'overlay'), expected, { recursive: true });
      for (const path of ['arch/x86/defconfig', 'init/Kconfig']) rmSync(join(expected, path));
      expect(execFileSync('diff', ['-r', copy, expected], { encoding: 'utf8' })).toBe('');
      expect(statSync(join(copy, 'scripts/rules')).mode & 0o100).toBe(0o100);
      expect(statSync(join(copy, 'scripts/new.sh')).mode & 0o100).toBe(0o100);
    }
  });

  it('gives the same patch every time, whatever the dates', async () => {
    const first = readFileSync(join(await entry(), 'layer7.patch'), 'utf8');
    execFileSync('touch', ['-d', '2001-01-01', join(shop.tree, 'net/netfilter/Makefile')]);
    chmodSync(shop.tree, 0o700);
    expect(readFileSync(join(await entry(), 'layer7.patch'), 'utf8')).toBe(first);
    expect(first).not.toMatch(/20\d\d-\d\d-\d\d/);
  });
});
