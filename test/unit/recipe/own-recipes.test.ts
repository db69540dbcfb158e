// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import { listRecipes } from '../../../src/recipe/index.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe("the project's own recipes", () => {
  it('are sound, and each kernel loads the match last and asks for it', async () => {
    const recipes = await listRecipes(ROOT);
    const kernels = recipes.filter((recipe) => recipe.kind === 'linux');
    expect(kernels.map(({ version }) => version)).toEqual(
      expect.arrayContaining(['5.10', '6.1', '6.12', '7.2']),
    );
    expect(recipes.map(({ kind, version }) => `${kind} ${version}`)).toEqual(
      expect.arrayContaining([
        'iptables 1.8.9',
        'iptables 1.8.11',
        'iptables 1.8.13',
        'busybox 1.35.0',
      ]),
    );
    for (const { guestModules, config } of kernels) {
      expect(guestModules.at(-1)).toBe('xt_layer7');
      expect(config.requests).toContainEqual(
        expect.objectContaining({ symbol: 'NETFILTER_XT_MATCH_LAYER7', value: 'm' }),
      );
    }
  });

  it('ask for no CONFIG symbol without a reason', async () => {
    const recipes = await listRecipes(ROOT);
    const fragments = recipes.flatMap((recipe) =>
      recipe.kind === 'iptables' ? [] : recipe.config.fragments,
    );
    expect(fragments).not.toEqual([]);
    for (const { path } of fragments) {
      const text = await readFile(`${ROOT}/${path}`, 'utf8');
      expect(parseFragment(text, path).diagnostics).toEqual([]);
    }
  });
});
