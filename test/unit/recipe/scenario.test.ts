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
  ['layer7-matrix', ['matrix', 'by-name']],
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
    expect(kinds.filter((kind) => ['number', 'verdict', 'told'].includes(kind))).toEqual([]);
  }
});

it.each(['layer7-nfs', '../linux/6.1', ''])('refuses the name "%s"', async (name) => {
  await expect(scenarioFile(PROJECT, name)).rejects.toMatchObject({
    failure: { reason: 'unknown-recipe' },
  });
});

it('plays every sample of the project against rules that name what the samples overlap with', async () => {
  const { path } = await scenarioFile(PROJECT, 'layer7-matrix');
  const { checks } = await loadScenario(PROJECT, path);
  const [ordered, byName] = checks;
  const rules = ordered?.rules.map(({ name }) => name) ?? [];
  for (const { protocol, overlaps } of ordered?.samples?.all ?? []) {
    expect(protocol === undefined || overlaps.length === 0 || rules.includes(protocol)).toBe(true);
  }
  const protocols = new Set(ordered?.samples?.all.map(({ protocol }) => protocol));
  expect(protocols.size).toBeGreaterThan(30);
  expect(byName?.samples).toEqual(ordered?.samples);
});
