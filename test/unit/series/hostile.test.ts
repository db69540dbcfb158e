// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOOK, LAYER7_LINE, Workshop } from './workshop.js';

const MAKEFILE = 'net/netfilter/Makefile';

let shop: Workshop;
beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => {
  shop.remove();
});

/** A listing of the pristine tree with digests and inodes, to show that nothing touched it. */
function listing(): string {
  return execFileSync('find', ['.', '-type', 'f', '-printf', '%p %i %T@ %m\n'], {
    cwd: shop.tree,
    encoding: 'utf8',
  });
}

describe('trees and projects that are hostile', () => {
  it('follows no link of the tree, neither to a file nor through a directory', async () => {
    const outside = join(shop.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'Makefile'), shop.readTree(MAKEFILE));
    rmSync(join(shop.tree, 'net/netfilter'), { recursive: true });
    symlinkSync(outside, join(shop.tree, 'net/netfilter'));
    await expect(shop.applyPatch(HOOK)).rejects.toThrow(
      `${MAKEFILE} cannot be patched: net/netfilter is a symbolic link`,
    );
    rmSync(join(shop.tree, 'net/netfilter'));
    mkdirSync(join(shop.tree, 'net/netfilter'));
    symlinkSync(join(outside, 'Makefile'), join(shop.tree, MAKEFILE));
    await expect(shop.applyPatch(HOOK)).rejects.toThrow(`${MAKEFILE} is a symbolic link`);
    rmSync(join(shop.tree, MAKEFILE));
    mkdirSync(join(shop.tree, MAKEFILE));
    await expect(shop.applyPatch(HOOK)).rejects.toThrow('no regular file');
    expect(readFileSync(join(outside, 'Makefile'), 'utf8')).not.toContain(LAYER7_LINE);
  });

  it('writes nothing when a later patch is refused', async () => {
    const evil = HOOK.replaceAll('net/netfilter/Makefile', '../../victim');
    const series = shop.series([shop.file('1.patch', HOOK), shop.file('2.patch', evil)]);
    const before = listing();
    await expect(shop.apply(series)).rejects.toThrow(
      'patch 2.patch, line 3: a/../../victim leads out of the tree',
    );
    expect(listing()).toBe(before);
  });

  it('notices a patch that was changed since the recipe was read, or is gone', async () => {
    const file = shop.file('a.patch', HOOK);
    shop.file('a.patch', `${HOOK}\n`);
    await expect(shop.apply(shop.series([file]))).rejects.toThrow(
      'a.patch was changed while the run went on',
    );
    rmSync(join(shop.project, 'a.patch'));
    await expect(shop.apply(shop.series([file]))).rejects.toThrow('a.patch cannot be read');
  });

  it('runs no ed script that a patch hides behind its header', async () => {
    const victim = join(shop.root, 'victim');
    const patch = `--- a/${MAKEFILE}\n+++ b/${MAKEFILE}\n@@ -1,1 +1,1 @@\n-x\n+y\n--- /dev/null\n1a\n!touch ${victim}\n.\n`;
    expect((await shop.applyPatch(patch)).outcome).toBe('rejected');
    expect(() => readFileSync(victim)).toThrow('ENOENT');
  });
});
