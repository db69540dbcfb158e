// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { loadIptablesRecipe, loadLinuxRecipe } from '../../../src/recipe/index.js';
import { projectFile } from '../../../src/recipe/project-file.js';
import { IPTABLES, LINUX, edited, failureOf, place, project } from './project.js';

describe('a sound recipe', () => {
  it('of a kernel becomes the model, with the digest of every file', async () => {
    const text = await edited(LINUX);
    expect(await loadLinuxRecipe(await project(), '6.1')).toEqual({
      kind: 'linux',
      version: '6.1',
      releases: [],
      summary: 'A kernel for tests',
      file: { path: LINUX, sha256: sha256(text) },
      arch: 'x86_64',
      era: { name: 'modern', panicNow: '-1', userland: 'host' },
      linux: {
        source: { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'linux-source-6.1' },
        unpack: { inner: 'usr/src/linux-source-6.1.tar.xz' },
      },
      series: [
        {
          name: 'layer7',
          patches: [{ path: 'patches/linux/hook/6.1.patch', sha256: sha256('hook\n') }],
          overlays: [
            {
              from: 'patches/linux/files',
              to: '.',
              files: [
                { path: 'patches/linux/files/a.h', sha256: sha256('a\n') },
                { path: 'patches/linux/files/net/Kconfig', sha256: sha256('kconfig\n') },
                { path: 'patches/linux/files/net/b.c', sha256: sha256('b\n') },
              ],
            },
          ],
        },
      ],
      config: {
        base: 'allnoconfig',
        fragments: [
          {
            path: 'recipes/linux/fragments/base.config',
            sha256: sha256(await edited('recipes/linux/fragments/base.config')),
          },
        ],
        requests: ['NET=y', 'INET=y', 'MODVERSIONS=n'].map((request, index) => {
          const [symbol, value] = request.split('=');
          const file = 'recipes/linux/fragments/base.config';
          return { symbol, value, why: 'packets have to come in', file, line: index + 3 };
        }),
      },
      toolchain: 'small-gcc-12',
      iptables: '1.8.9',
      protocols: ['l7build'],
      scenarios: ['layer7'],
      families: ['ipv4', 'ipv6'],
      guestModules: ['nf_conntrack', 'xt_layer7'],
      module: {
        headers: {
          source: {
            kind: 'apt',
            suite: 'bookworm',
            type: 'binary',
            package: 'linux-headers-cloud-amd64',
            closure: ['linux-headers-6\\.1\\.[0-9-]+-common'],
          },
          unpack: {},
        },
        image: {
          source: {
            kind: 'apt',
            suite: 'bookworm',
            type: 'binary',
            package: 'linux-image-cloud-amd64',
          },
          unpack: {},
        },
      },
    });
  });

  it('of an iptables becomes the model', async () => {
    expect(await loadIptablesRecipe(await project(), '1.8.9')).toEqual({
      kind: 'iptables',
      version: '1.8.9',
      summary: 'An iptables for tests',
      file: { path: IPTABLES, sha256: sha256(await edited(IPTABLES)) },
      iptables: {
        source: {
          kind: 'http',
          urls: ['https://example.org/iptables-1.8.9.tar.xz'],
          sha256: 'ef6639a43be8325a4f8ea68123ffac236cb696e8c78501b64e8106afb008c87f',
        },
        unpack: {},
      },
      series: [
        {
          name: 'layer7',
          patches: [],
          overlays: [
            {
              from: 'patches/iptables/files',
              to: '.',
              files: [
                {
                  path: 'patches/iptables/files/extensions/libxt_layer7.c',
                  sha256: sha256('ext\n'),
                },
              ],
            },
          ],
        },
      ],
      configure: ['--disable-static', '--with-xt-lock-name=/run/xtables.lock'],
      libc: 'glibc',
      backends: ['legacy', 'nft'],
    });
  });

  it('may come from a commit and do without module mode', async () => {
    const commit = 'a'.repeat(40);
    const text = await edited(
      LINUX,
      [
        '  apt: linux-source-6.1\n  suite: bookworm',
        `  git:\n    url: https://example.org/linux.git\n    commit: ${commit}`,
      ],
      ['unpack:\n  inner: usr/src/linux-source-6.1.tar.xz\n', ''],
    );
    const root = await project({ [LINUX]: text.slice(0, text.indexOf('module:')) });
    const recipe = await loadLinuxRecipe(root, '6.1');
    expect(recipe.linux).toEqual({
      source: { kind: 'git', url: 'https://example.org/linux.git', commit },
      unpack: {},
    });
    expect(recipe).not.toHaveProperty('module');
  });

  it('is the same through a link to the project', async () => {
    const root = await project();
    await symlink(root, `${root}-link`);
    const through = await loadLinuxRecipe(`${root}-link`, '6.1');
    await rm(`${root}-link`);
    expect(through).toEqual(await loadLinuxRecipe(root, '6.1'));
  });
});

describe('a fragment', () => {
  const FRAGMENT = 'recipes/linux/fragments/base.config';

  it('is complained of at its own line, together with the faults of the recipe', async () => {
    const root = await project({
      [LINUX]: await edited(LINUX, ["version: '6.1'", "version: '6.2'"]),
      [FRAGMENT]: '# why\nCONFIG_NET = y\u001b[31m\nCONFIG_INET=y\n\n# why not\nCONFIG_INET=n\n',
    });
    const { reason, diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(reason).toBe('recipe-invalid');
    expect(diagnostics.map((fault) => `${fault.file}:${place(fault)} ${fault.message}`)).toEqual([
      `${LINUX}:2:10 the version is 6.2, but the recipe is recipes/linux/6.1.yaml`,
      `${FRAGMENT}:2:11 blanks before the =`,
      `${FRAGMENT}:6:1 CONFIG_INET=n contradicts ${FRAGMENT}:3, which asks for y`,
    ]);
    expect(diagnostics[1]?.quote).toBe('CONFIG_NET = y\\u{1b}[31m');
  });

  it('has to be text of a sane size', async () => {
    const binary = await project({ [FRAGMENT]: Buffer.from('# a\nCONFIG_NET=\xff\n', 'latin1') });
    expect((await failureOf(loadLinuxRecipe(binary, '6.1'))).diagnostics).toMatchObject([
      { file: FRAGMENT, line: 2, column: 12, message: 'a byte that is not UTF-8 text' },
    ]);
    const large = await project({ [FRAGMENT]: Buffer.alloc(300_000, '#') });
    expect((await failureOf(loadLinuxRecipe(large, '6.1'))).diagnostics).toMatchObject([
      { file: LINUX, line: 21, column: 7, message: 'larger than 256 KiB' },
    ]);
  });
});

describe('an unknown version', () => {
  it.each([
    [
      '6.11',
      ['did you mean 6.1 or 6.12?', 'there is: 5.10, 6.1, 6.12; to add it, see docs/extending.md'],
    ],
    ['6.5', ['did you mean 6.1 or 6.12?', expect.any(String)]],
    ['2.6.32', ['did you mean 5.10?', expect.any(String)]],
    ['banana', [expect.stringContaining('there is: 5.10, 6.1, 6.12')]],
    ['-6.1', ['did you mean 6.1?', expect.any(String)]],
    ['../linux/6.1', [expect.any(String)]],
    ['6.1/../6.1', [expect.any(String), expect.any(String)]],
    ['', [expect.any(String)]],
  ])('%j', async (version, hints) => {
    const root = await project({
      'recipes/linux/5.10.yaml': '',
      'recipes/linux/6.12.yaml': '',
    });
    const failure = await failureOf(loadLinuxRecipe(root, version));
    expect(failure).toMatchObject({
      reason: 'unknown-recipe',
      message: `there is no recipe for linux ${version}`,
    });
    expect(failure.hints).toEqual(hints);
  });

  it('of iptables, where none has a recipe', async () => {
    const root = await project();
    await rm(join(root, 'recipes/iptables'), { recursive: true });
    expect(await failureOf(loadIptablesRecipe(root, '1.8.9'))).toMatchObject({
      reason: 'unknown-recipe',
      hints: ['recipes/iptables is empty; to add it, see docs/extending.md'],
    });
  });
});

describe('what lies out of the project', () => {
  it.each([
    [
      'patches/linux/hook/6.1.patch',
      '14:9',
      'patches/linux/hook/6.1.patch leads out of the project',
    ],
    ['patches/linux/hook', '14:9', 'patches/linux/hook/6.1.patch leads out of the project'],
    ['patches/linux/files', '16:15', 'patches/linux/files leads out of the project'],
    ['patches/linux/files/a.h', '16:15', 'patches/linux/files/a.h is neither a file nor a folder'],
  ])('is not reached through the link %s', async (link, at, says) => {
    const root = await project();
    const outside = await project({ '6.1.patch': 'secret\n' });
    await rm(join(root, link), { recursive: true });
    const target = link.endsWith('6.1.patch') ? join(outside, '6.1.patch') : outside;
    await symlink(target, join(root, link));
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics.map(place)).toEqual([at]);
    expect(diagnostics[0]?.message).toBe(says);
  });

  it('is no recipe either', async () => {
    const root = await project();
    const outside = await project();
    await rm(join(root, LINUX));
    await symlink(join(outside, LINUX), join(root, LINUX));
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics).toMatchObject([{ line: 1, message: `${LINUX} leads out of the project` }]);
  });

  it('nor a link in a ring', async () => {
    const root = await project();
    await rm(join(root, LINUX));
    await symlink('6.1.yaml', join(root, LINUX));
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics).toMatchObject([{ message: `${LINUX} is a link to itself` }]);
  });

  it('nor a folder in the place of a recipe', async () => {
    const root = await project();
    await mkdir(join(root, 'recipes/linux/7.0.yaml'));
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '7.0'));
    expect(diagnostics).toMatchObject([{ message: 'recipes/linux/7.0.yaml is not a file' }]);
  });
});

describe('a single file of the project', () => {
  it('comes with its digest', async () => {
    expect(await projectFile(await project(), 'patches/linux/files/a.h')).toEqual({
      path: 'patches/linux/files/a.h',
      sha256: sha256('a\n'),
    });
  });

  it('has to be there', async () => {
    expect(await failureOf(projectFile(await project(), 'nowhere'))).toEqual({
      reason: 'recipe-invalid',
      message: 'there is no file nowhere',
      hints: ["paths start at the project's folder"],
    });
  });
});
