// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { HOOK, LAYER7_LINE, makefileHook, Workshop } from './workshop.js';

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

describe('how a patch goes on', () => {
  it('clean: the draft has the change, the pristine tree has not', async () => {
    const before = listing();
    const { ledger, draft } = await shop.apply(shop.series([shop.file('p/hook.patch', HOOK)]));
    expect(ledger).toMatchObject([
      {
        series: 'layer7',
        patch: 'p/hook.patch',
        kind: 'patch',
        outcome: 'clean',
        offset: 0,
        fuzz: 0,
        files: [MAKEFILE],
        rejects: [],
      },
    ]);
    expect(await draft.read(MAKEFILE)).toContain(LAYER7_LINE);
    expect(shop.readTree(MAKEFILE)).not.toContain(LAYER7_LINE);
    expect(listing()).toBe(before);
  });

  it('offset: the largest shift', async () => {
    shop.treeFile(MAKEFILE, `# one\n# two\n${shop.readTree(MAKEFILE)}`);
    expect(await shop.applyPatch(HOOK)).toMatchObject({ outcome: 'offset', offset: 2, fuzz: 0 });
  });

  it('fuzz: rejected at 0 with the remedy, taken at 1', async () => {
    shop.treeFile(MAKEFILE, shop.changed(MAKEFILE, '# matches', '# the matches'));
    const strict = await shop.applyPatch(HOOK);
    expect(strict).toMatchObject({ outcome: 'rejected', fuzz: 0 });
    expect(strict.rejects.at(-1)).toContain('with --fuzz 1 it would go on');
    expect(await shop.applyPatch(HOOK, 1)).toMatchObject({ outcome: 'fuzz', fuzz: 1 });
  });

  it('rejected: file, hunk, and the lines expected beside those found', async () => {
    shop.treeFile(MAKEFILE, shop.changed(MAKEFILE, 'xt_length.o', 'xt_len.o'));
    const { outcome, rejects } = await shop.applyPatch(HOOK);
    expect(outcome).toBe('rejected');
    expect(rejects).toEqual([
      `${MAKEFILE}: hunk 1 of 1 (line 5 of the patch) does not fit at line 4:`,
      '  line 7: the patch expects "obj-$(CONFIG_NETFILTER_XT_MATCH_LENGTH) += xt_length.o"',
      '          the tree has     "obj-$(CONFIG_NETFILTER_XT_MATCH_LENGTH) += xt_len.o"',
    ]);
  });

  it('rejected: says when nothing like the hunk is in the file', async () => {
    shop.treeFile(MAKEFILE, 'obj-y := nothing.o\n');
    const { rejects } = await shop.applyPatch(HOOK);
    expect(rejects[0]).toContain('nothing like it is in the file, which has 1 lines');
    expect(rejects[1]).toBe('  the patch expects "# matches"');
  });

  it('already there: forward fails, backward fits', async () => {
    shop.treeFile(
      MAKEFILE,
      shop.changed(MAKEFILE, '_HL) += xt_hl.o\n', `_HL) += xt_hl.o\n${LAYER7_LINE}\n`),
    );
    const { ledger, draft } = await shop.apply(shop.series([shop.file('a.patch', HOOK)]));
    expect(ledger).toMatchObject([{ outcome: 'already-there', rejects: [] }]);
    expect(draft.changed).toEqual([]);
  });

  it('rejects a patch whole: a file that fits stays as it was', async () => {
    const both = `${HOOK}--- a/Kconfig\n+++ b/Kconfig\n@@ -1,2 +1,2 @@\n not there\n-nor this\n+new\n`;
    const { ledger, draft } = await shop.apply(shop.series([shop.file('a.patch', both)]));
    expect(ledger).toMatchObject([{ outcome: 'rejected', files: ['Kconfig', MAKEFILE] }]);
    expect(draft.changed).toEqual([]);
  });

  it('keeps the order: a patch goes on what the one before it left, past a rejected one', async () => {
    const second = HOOK.replace(`+${LAYER7_LINE}`, `-${LAYER7_LINE}\n+obj-m += late.o`).replace(
      '-4,6 +4,7',
      '-4,7 +4,7',
    );
    const bad = makefileHook('x').replace(' # matches', ' # never was');
    const { ledger, draft } = await shop.apply(
      shop.series([
        shop.file('1.patch', HOOK),
        shop.file('2.patch', bad),
        shop.file('3.patch', second),
      ]),
    );
    expect(ledger.map(({ outcome }) => outcome)).toEqual(['clean', 'rejected', 'clean']);
    expect(await draft.read(MAKEFILE)).toContain('obj-m += late.o');
    expect(await draft.read(MAKEFILE)).not.toContain(LAYER7_LINE);
  });

  it('takes a file twice in one patch, as a mailbox of commits has it', async () => {
    const again = makefileHook('obj-y += again.o')
      .replace(' # matches\n', '')
      .replace('xt_hl.o\n+', `xt_hl.o\n ${LAYER7_LINE}\n+`)
      .replace('-4,6 +4,7', '-5,6 +5,7');
    const both = HOOK + again;
    expect(await shop.applyPatch(both)).toMatchObject({ outcome: 'clean', files: [MAKEFILE] });
  });
});

describe('files that come, go, move and change their mode', () => {
  const CREATE = '--- /dev/null\n+++ b/net/netfilter/xt_new.c\n@@ -0,0 +1,2 @@\n+int x;\n+int y;\n';

  it('creates, and finds what it would create already there', async () => {
    const { draft } = await shop.apply(shop.series([shop.file('a.patch', CREATE)]));
    expect(await draft.read('net/netfilter/xt_new.c')).toBe('int x;\nint y;\n');
    shop.treeFile('net/netfilter/xt_new.c', 'int x;\nint y;\n');
    expect(await shop.applyPatch(CREATE)).toMatchObject({ outcome: 'already-there' });
    shop.treeFile('net/netfilter/xt_new.c', 'int other;\n');
    expect(await shop.applyPatch(CREATE)).toMatchObject({
      outcome: 'rejected',
      rejects: ['net/netfilter/xt_new.c: is to be created, but the tree has it already'],
    });
  });

  it('fills a file that exists and is empty', async () => {
    shop.treeFile('net/netfilter/xt_new.c', '');
    expect(await shop.applyPatch(CREATE)).toMatchObject({ outcome: 'clean' });
  });

  it('deletes a file whose whole content the patch knows, and no other', async () => {
    const text = shop.readTree('net/netfilter/x_tables.c');
    const lines = text.split('\n').slice(0, -1);
    const patch = `--- a/net/netfilter/x_tables.c\n+++ /dev/null\n@@ -1,${String(lines.length)} +0,0 @@\n${lines.map((line) => `-${line}\n`).join('')}`;
    const { ledger, draft } = await shop.apply(shop.series([shop.file('a.patch', patch)]));
    expect(ledger).toMatchObject([{ outcome: 'clean' }]);
    expect(await draft.current('net/netfilter/x_tables.c')).toBeUndefined();
    shop.treeFile('net/netfilter/x_tables.c', `${text}int more;\n`);
    expect((await shop.applyPatch(patch)).outcome).toBe('rejected');
    rmSync(join(shop.tree, 'net/netfilter/x_tables.c'));
    expect(await shop.applyPatch(patch)).toMatchObject({ outcome: 'already-there' });
  });

  it('renames with changes, and refuses a name that is taken or a file that is missing', async () => {
    const patch = `diff --git a/net/netfilter/xt_length.c b/net/netfilter/xt_len.c
similarity index 95%
rename from net/netfilter/xt_length.c
rename to net/netfilter/xt_len.c
--- a/net/netfilter/xt_length.c
+++ b/net/netfilter/xt_len.c
@@ -1,4 +1,5 @@
 // SPDX-License-Identifier: GPL-2.0-only
 #include <linux/netfilter.h>
+int renamed;
 
 int length_mt(unsigned int length, unsigned int min, unsigned int max)
`;
    const { ledger, draft } = await shop.apply(shop.series([shop.file('a.patch', patch)]));
    expect(ledger).toMatchObject([
      { outcome: 'clean', files: ['net/netfilter/xt_len.c', 'net/netfilter/xt_length.c'] },
    ]);
    expect(await draft.current('net/netfilter/xt_length.c')).toBeUndefined();
    expect(await draft.read('net/netfilter/xt_len.c')).toContain('int renamed;');
    shop.treeFile('net/netfilter/xt_len.c', 'taken\n');
    expect((await shop.applyPatch(patch)).rejects[0]).toContain('which is taken');
    rmSync(join(shop.tree, 'net/netfilter/xt_length.c'));
    expect((await shop.applyPatch(patch)).rejects[0]).toContain(
      'the tree has no net/netfilter/xt_length.c',
    );
  });

  it('finds a renamed file already there', async () => {
    const patch =
      'diff --git a/init/Kconfig b/init/Konfig\nrename from init/Kconfig\nrename to init/Konfig\n';
    shop.treeFile('init/Konfig', shop.readTree('init/Kconfig'));
    rmSync(join(shop.tree, 'init/Kconfig'));
    expect(await shop.applyPatch(patch)).toMatchObject({ outcome: 'already-there' });
  });

  it('changes modes', async () => {
    const patch = 'diff --git a/scripts/conf b/scripts/conf\nold mode 100644\nnew mode 100755\n';
    chmodSync(join(shop.tree, 'scripts/conf'), 0o644);
    const { ledger, draft } = await shop.apply(shop.series([shop.file('a.patch', patch)]));
    expect(ledger).toMatchObject([{ outcome: 'clean' }]);
    expect((await draft.current('scripts/conf'))?.executable).toBe(true);
    chmodSync(join(shop.tree, 'scripts/conf'), 0o755);
    expect(await shop.applyPatch(patch)).toMatchObject({ outcome: 'already-there' });
  });

  it('creates an empty executable', async () => {
    const patch = 'diff --git a/run b/run\nnew file mode 100755\nindex 0000000..e69de29\n';
    const { draft } = await shop.apply(shop.series([shop.file('a.patch', patch)]));
    expect(await draft.read('run')).toBe('');
    expect((await draft.current('run'))?.executable).toBe(true);
  });

  it('keeps bytes that are no UTF-8', async () => {
    const name = Buffer.from('/* J\xfcrgen */\nint a;\n', 'latin1');
    writeFileSync(join(shop.tree, 'net/name.c'), name);
    const patch = Buffer.from(
      '--- a/net/name.c\n+++ b/net/name.c\n@@ -1,2 +1,2 @@\n /* J\xfcrgen */\n-int a;\n+int \xe4;\n',
      'latin1',
    );
    writeFileSync(join(shop.project, 'a.patch'), patch);
    const { draft } = await shop.apply(shop.series([{ path: 'a.patch', sha256: sha256(patch) }]));
    const result = await draft.current('net/name.c');
    expect(readFileSync(result?.file ?? '', 'latin1')).toBe('/* J\xfcrgen */\nint \xe4;\n');
  });
});
