// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { listRecipes, loadLinuxRecipe, loadProvider } from '../../../src/recipe/index.js';
import { LINUX, edited, failureOf, place, project } from './project.js';

const SOURCE = `source:
  http:
    urls: [https://example.org/l7.tar.gz]
    sha256: ${'a'.repeat(64)}
`;
const PROVIDER = `name: theirs-1
summary: a match of others
${SOURCE}
linux:
  patch: kernel.patch
  fixes: [patches/fix.patch]
iptables:
  from: extension
  files: [libxt_layer7.c]
  to: extensions
`;
const FILES = {
  'recipes/layer7/theirs-1.yaml': PROVIDER,
  'patches/fix.patch': 'Needed-with: gcc 5\n\n--- a/x\n+++ b/x\nNeeded-with: perl 9\n',
};

describe('the recipe of a match that others publish', () => {
  it('is a series of their patch and ours, and their extension', async () => {
    const root = await project(FILES);
    const provider = await loadProvider(root, 'theirs-1');
    expect(provider.linux).toMatchObject([
      { name: 'theirs-1', patches: [{ source: 'layer7', path: 'kernel.patch' }] },
      {
        name: 'theirs-1-fixes',
        patches: [{ path: 'patches/fix.patch', neededWith: { tool: 'gcc', from: '5' } }],
      },
    ]);
    expect(provider.iptables).toMatchObject([
      {
        overlays: [
          {
            from: 'extension',
            to: 'extensions',
            files: [{ source: 'layer7', path: 'extension/libxt_layer7.c' }],
          },
        ],
      },
    ]);
  });

  it('is found through the kernel’s recipe', async () => {
    const kernel = await edited(LINUX, ['config:', 'layer7: theirs-1\n\nconfig:']);
    const recipe = await loadLinuxRecipe(await project({ ...FILES, [LINUX]: kernel }), '6.1');
    expect(recipe.layer7?.name).toBe('theirs-1');
  });

  it('has to exist', async () => {
    const kernel = await edited(LINUX, ['config:', 'layer7: theirs-2\n\nconfig:']);
    const root = await project({ ...FILES, [LINUX]: kernel });
    const { diagnostics = [] } = await failureOf(loadLinuxRecipe(root, '6.1'));
    expect(diagnostics).toMatchObject([
      { message: 'there is no recipe for layer7 theirs-2', hint: 'did you mean theirs-1?' },
    ]);
  });

  it.each(['Needed-with: gcc', 'Needed-with: clang 5', 'Needed-with: gcc five'])(
    'with a patch that says %s is refused at the patch',
    async (line) => {
      const root = await project({ ...FILES, 'patches/fix.patch': `${line}\n--- a/x\n` });
      const { diagnostics = [] } = await failureOf(loadProvider(root, 'theirs-1'));
      expect(diagnostics.map(({ message }) => message)).toEqual([
        `the header of patches/fix.patch says ${JSON.stringify(line)}`,
      ]);
      expect(diagnostics.map(place)).toEqual(['10:11']);
    },
  );
});

describe('a release beside the one that a recipe’s version stands for', () => {
  const releases = `releases:
  '6.1.9':
    summary: The ninth
    unverified: nobody had time
    source:
      http: { urls: [https://example.org/linux-6.1.9.tar.gz], sha256: ${'b'.repeat(64)} }
  '6.1.10':
    summary: The tenth
  '6.1.11':
    summary: The eleventh
    source:
      by-hand: [https://example.org/linux-6.1.11.tar.gz]
`;
  const withReleases = async () =>
    project({ [LINUX]: await edited(LINUX, ['series:', `${releases}\nseries:`]) });

  it('is made like it, from a source of its own', async () => {
    const root = await withReleases();
    const [main, release] = [
      await loadLinuxRecipe(root, '6.1'),
      await loadLinuxRecipe(root, '6.1.9'),
    ];
    expect(release).toMatchObject({
      version: '6.1.9',
      summary: 'The ninth',
      unverified: 'nobody had time',
      linux: { source: { kind: 'http' }, unpack: {} },
    });
    expect(release.series).toEqual(main.series);
    expect(main.unverified).toBeUndefined();
  });

  it('has the recipe’s source if it names none', async () => {
    const root = await withReleases();
    const main = await loadLinuxRecipe(root, '6.1');
    const release = await loadLinuxRecipe(root, '6.1.10');
    expect(release).toMatchObject({ version: '6.1.10', summary: 'The tenth' });
    expect(release.linux).toEqual(main.linux);
  });

  it('may have a source that only the user can bring', async () => {
    const release = await loadLinuxRecipe(await withReleases(), '6.1.11');
    expect(release.linux).toEqual({
      source: { kind: 'by-hand', urls: ['https://example.org/linux-6.1.11.tar.gz'] },
      unpack: {},
    });
  });

  it('is listed', async () => {
    const versions = (await listRecipes(await withReleases())).map(({ version }) => version);
    expect(versions).toEqual(['6.1', '6.1.9', '6.1.10', '6.1.11', '1.8.9', '1.35.0']);
  });

  it('has to be one of the recipe’s', async () => {
    expect(await failureOf(loadLinuxRecipe(await withReleases(), '6.1.8'))).toMatchObject({
      reason: 'unknown-recipe',
      message: 'there is no recipe for linux 6.1.8',
    });
  });
});
