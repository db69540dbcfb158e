// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenarioFile } from '../../../src/recipe/scenario.js';
import { loadScenario } from '../../../src/scenario/load.js';

const PROJECT = join(import.meta.dirname, '../../..');

it.each([
  ['layer7-nft', ['eight-in-a-rule', 'six-hundred', 'monitor', 'user-namespace']],
  ['layer7-traffic', ['numbers', 'num-packets', 'segments', 'echoes', 'redirect', 'ftp-data']],
])('finds the scenario %s of the project by its name', async (name, ids) => {
  const { path } = await scenarioFile(PROJECT, name);
  const { checks } = await loadScenario(PROJECT, path);
  expect(checks.map(({ id }) => id)).toEqual(ids);
});

it.each(['layer7-nfs', '../linux/6.1', ''])('refuses the name "%s"', async (name) => {
  await expect(scenarioFile(PROJECT, name)).rejects.toMatchObject({
    failure: { reason: 'unknown-recipe' },
  });
});
