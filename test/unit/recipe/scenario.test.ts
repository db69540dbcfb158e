// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRecipes } from '../../../src/recipe/list.js';
import { scenarioFile } from '../../../src/recipe/scenario.js';
import { loadScenario } from '../../../src/scenario/load.js';

const PROJECT = join(import.meta.dirname, '../../..');

it.each([
  ['layer7-nft', ['eight-in-a-rule', 'six-hundred', 'monitor', 'user-namespace']],
  [
    'layer7-traffic',
    ['numbers', 'num-packets', 'segments', 'out-of-order', 'echoes', 'redirect', 'ftp-data'],
  ],
])('finds the scenario %s of the project by its name', async (name, ids) => {
  const { path } = await scenarioFile(PROJECT, name);
  const { checks } = await loadScenario(PROJECT, path);
  expect(checks.map(({ id }) => id)).toEqual(ids);
});

it("asks l7-filter's match for nothing that only ours tells", async () => {
  const recipes = (await listRecipes(PROJECT)).flatMap((recipe) =>
    recipe.kind === 'linux' && recipe.layer7 !== undefined ? [recipe] : [],
  );
  expect(recipes.map(({ version }) => version)).toContain('2.6.32');
  for (const name of new Set(recipes.flatMap(({ scenarios }) => scenarios))) {
    const { path } = await scenarioFile(PROJECT, name);
    const { checks } = await loadScenario(PROJECT, path);
    const kinds = checks.flatMap((check) => check.expect.map(({ kind }) => kind));
    expect(kinds.filter((kind) => kind === 'number' || kind === 'verdict')).toEqual([]);
  }
});

it.each(['layer7-nfs', '../linux/6.1', ''])('refuses the name "%s"', async (name) => {
  await expect(scenarioFile(PROJECT, name)).rejects.toMatchObject({
    failure: { reason: 'unknown-recipe' },
  });
});
