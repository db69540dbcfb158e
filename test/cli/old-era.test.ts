// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import { FakeProject } from './project.js';
import { reportIn } from './report.js';

/*
 * A kernel as those of the 2.6 era are: sources that only an older C compiles, and a
 * match, an extension and definitions that others publish.
 */

const EXTENSION = '/* SPDX-License-Identifier: GPL-2.0-only */\nint layer7_of_others;\n';
const THEIRS = `The match of others

--- /dev/null
+++ b/net/netfilter/xt_layer7.c
@@ -0,0 +1 @@
+int match_of_others;
`;
const FIX = `Needed-with: gcc 5
What the match of others gets wrong

--- a/net/netfilter/xt_layer7.c
+++ b/net/netfilter/xt_layer7.c
@@ -1 +1 @@
-int match_of_others;
+int match_of_others = 1;
`;
const NEWER = `Needed-with: gcc 999
What no gcc complains of yet

--- a/net/netfilter/xt_layer7.c
+++ b/net/netfilter/xt_layer7.c
@@ -1 +1 @@
-nowhere
+int x;
`;

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
  project.put(
    'init/main.c',
    '#if __STDC_VERSION__ >= 199901L\n#error "too new a C"\n#endif\nint start_kernel(void)\n{\n\treturn 0;\n}\n',
    'linux',
  );
  project.offer('linux', project.packed('linux'));
  project.origin.files.set(
    'theirs-1.tar.gz',
    packed('theirs-1', { 'kernel.patch': THEIRS, 'ext/libxt_others.c': EXTENSION, README: 'no' }),
  );
  project.put(
    'recipes/eras/old.yaml',
    "name: old\nsummary: as it was\npanic: '1'\nuserland: host\n" +
      'compiler:\n  oldest: 4\n  newest: 99\n  flags: [-std=gnu89]\n',
  );
  project.put(
    'recipes/layer7/theirs-1.yaml',
    `name: theirs-1
summary: a match of others
source:
  http:
    urls: [${project.url}/theirs-1.tar.gz]
    members:
      kernel.patch: ${sha256(THEIRS)}
      ext/libxt_others.c: ${sha256(EXTENSION)}
linux:
  patch: kernel.patch
  fixes: [patches/linux/fix.patch, patches/linux/newer.patch]
iptables: { from: ext, files: [libxt_others.c], to: extensions }
`,
  );
  project.put('patches/linux/fix.patch', FIX);
  project.put('patches/linux/newer.patch', NEWER);
  project.put(
    'recipes/definitions/set-1.yaml',
    `name: set-1\nsummary: definitions of others\nsource:\n  http:\n    urls: [${project.url}/set-1.tar.gz]\n` +
      `    sha256: ${'a'.repeat(64)}\n`,
  );
  project.change('recipes/linux/9.9.yaml', 'era: modern', 'era: old\nlayer7: theirs-1');
  project.change('recipes/linux/9.9.yaml', '  - l7build', '  - set-1');
  project.change('recipes/iptables/1.0.yaml', 'series:', 'layer7: theirs-1\nseries:');
});
afterAll(() => project.remove());

/** A tar archive with one top folder. */
function packed(name: string, files: Readonly<Record<string, string>>): Buffer {
  folder(name, files);
  return execFileSync('tar', ['-cz', '-C', project.root, name]);
}

/** A folder beside the project. */
function folder(name: string, files: Readonly<Record<string, string>>): string {
  const top = join(project.root, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}

const definitions = () => folder('set', { 'protocols/odd.pat': 'odd\n^odd\n' });
const inTar = (name: string) =>
  execFileSync('tar', ['--zstd', '-tf', join(project.out, name)], { encoding: 'utf8' });

it('is built in its own ways, and the ledger tells whose patches went on', async () => {
  const { code, stdout, stderr } = await project.build('--source', `protocols=${definitions()}`);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.not.stringContaining('l7build:') as string,
  });
  expect(stdout).toContain('done  fetch theirs-1');
  const report = reportIn(project.out);
  expect(report.patches).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ patch: 'layer7:kernel.patch', outcome: 'clean' }),
      expect.objectContaining({ patch: 'patches/linux/fix.patch', outcome: 'clean' }),
      expect.objectContaining({ patch: 'patches/linux/newer.patch', outcome: 'not-needed' }),
      expect.objectContaining({ patch: 'layer7:ext/libxt_others.c', kind: 'file' }),
    ]),
  );
  // A line for each file that was taken of the archive.
  const theirs = ['layer7', 'layer7'].map((name) => [name, true]);
  expect(report.inputs.map(({ source, pinned }) => [source, pinned]).sort()).toEqual([
    ['iptables', true],
    ...theirs,
    ['linux', true],
    ['protocols', false],
  ]);
  expect(readFileSync(join(project.out, 'layer7.patch'), 'utf8')).toContain(
    '+int match_of_others = 1;',
  );
  expect(inTar('l7-protocols.tar.zst')).toContain('etc/l7-protocols/odd.pat');
});

it('without their definitions nothing is built', async () => {
  const { code, stderr } = await project.build();
  expect(code).toBe(3);
  expect(stderr).toContain('fetch set-1: set-1.tar.gz is at none of its addresses any more');
});

it('with another tree of the match says which file that lacks, and what it has', async () => {
  const other = folder('other', { 'kernel-2.patch': THEIRS });
  const { code, stderr } = await project.build(
    ...['--source', `protocols=${definitions()}`, '--source', `layer7=${other}`],
  );
  expect(code).toBe(3);
  // Kernel and iptables are patched at the same time.
  expect(stderr).toMatch(/the source layer7 has no (?:kernel\.patch|ext\/libxt_others\.c)/);
  expect(stderr).toContain('it has: kernel-2.patch');
});

it('is not tried with a compiler that such trees do not build with', async () => {
  const restore = project.change('recipes/eras/old.yaml', 'newest: 99', 'newest: 4');
  const { code, stderr } = await project.build('--source', `protocols=${definitions()}`);
  restore();
  expect(code).toBe(77);
  expect(stderr).toMatch(/linux 9\.9 does not build with gcc [\d.]+: gcc 4 to 4 do/);
  expect(stderr).toContain('--builder chroot --toolchain');
});

it('patch status tries their patch too', async () => {
  const { stdout } = await project.run(
    ...['patch', 'status', '--kernel', '9.9', '--tree', project.tree('linux')],
    ...['--layer7', folder('theirs-1', {})],
  );
  expect(stdout).toContain('layer7:kernel.patch (1 file)');
});
