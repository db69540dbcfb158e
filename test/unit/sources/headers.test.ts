// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../../src/host/tools.js';
import type { StepContext } from '../../../src/model/step.js';
import { fetchSource } from '../../../src/sources/index.js';
import { relocateHeaders } from '../../../src/sources/relocate.js';
import { unpack } from '../../../src/steps/unpack.js';
import { fetchContext, temporaryDirectory } from './fixture.js';

const TOOLS = ['bwrap', 'gcc-12', 'make', 'apt-get'].every((tool) => findProgram(tool));

describe.skipIf(!TOOLS)('kernel headers of Debian (needs a Debian mirror)', () => {
  it('build a module where they were unpacked, with none installed', async () => {
    const ctx = fetchContext();
    const source = {
      kind: 'apt',
      suite: 'bookworm',
      type: 'binary',
      package: 'linux-headers-cloud-amd64',
      closure: [
        'linux-headers-6\\.1\\.[0-9-]+-cloud-amd64',
        'linux-headers-6\\.1\\.[0-9-]+-common',
        'linux-kbuild-6\\.1',
      ],
    } as const;
    const { files, version } = await fetchSource('headers', source, ctx);
    expect(files.map(({ name }) => name.replace(/_.*/, '').replace(/[\d.]+-\d+/, 'N'))).toEqual([
      'linux-headers-N-cloud-amd64',
      'linux-headers-N-common',
      'linux-headers-cloud-amd64',
      'linux-kbuild-6.1',
    ]);
    const listed = files.map(({ name }) => ({ path: name }));
    const needs = { fetch: { dir: ctx.out, manifest: { files: listed, facts: { version } } } };
    const out = join(ctx.dir, 'tree');
    mkdirSync(out);
    await unpack({ name: 'headers', unpack: {} }, { ...ctx, out, needs } as unknown as StepContext);

    const [release = ''] = readdirSync(join(out, 'lib/modules'));
    const module = join(ctx.dir, 'module');
    mkdirSync(module);
    writeFileSync(join(module, 'Makefile'), 'obj-m := demo.o\n');
    const code =
      '#include <linux/module.h>\nMODULE_LICENSE("GPL");\nint demo;\nEXPORT_SYMBOL(demo);\n';
    writeFileSync(join(module, 'demo.c'), code);
    // An empty /usr/src and /lib/modules hide what this machine may have installed; the tree is read-only.
    const hidden = ['/usr/src', '/lib/modules', '/usr/lib/linux-kbuild-6.1'].flatMap((path) =>
      existsSync(path) ? ['--tmpfs', path] : [],
    );
    const jail = [
      '--ro-bind',
      '/',
      '/',
      ...hidden,
      '--dev',
      '/dev',
      '--bind',
      module,
      module,
      '--setenv',
      'TMPDIR',
      module,
    ];
    const make = ['make', '-C', join(out, 'lib/modules', release, 'build'), `M=${module}`];
    execFileSync('bwrap', [...jail, ...make, 'modules'], { stdio: 'pipe' });
    const info = execFileSync('modinfo', [join(module, 'demo.ko')], { encoding: 'utf8' });
    expect(info).toContain(`vermagic:       ${release} `);
  }, 120_000);
});

describe('a flavour’s Makefile', () => {
  it('finds the common one and its own folder wherever the tree lies', async () => {
    const root = temporaryDirectory();
    const [common, flavour] = ['7.2-common', '7.2-cloud'].map((name) => {
      const dir = join(root, `usr/src/linux-headers-${name}`);
      mkdirSync(dir, { recursive: true });
      return dir;
    }) as [string, string];
    writeFileSync(join(common, 'Makefile'), 'all:\n\t@echo $(realpath $(KBUILD_OUTPUT))\n');
    writeFileSync(
      join(flavour, 'Makefile'),
      'KBUILD_OUTPUT=/usr/src/linux-headers-7.2-cloud\ninclude /usr/src/linux-headers-7.2-common/Makefile\n',
    );
    expect(await relocateHeaders(root)).toEqual(['usr/src/linux-headers-7.2-cloud/Makefile']);
    const told = execFileSync('make', ['--silent', '-C', flavour], { encoding: 'utf8' });
    expect(told).toBe(`${realpathSync(flavour)}\n`);
  });
});
