// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRecipes } from '../../../src/recipe/index.js';
import { IPTABLES, LINUX, edited, failureOf, place, project } from './project.js';

describe('the list of recipes', () => {
  it('has kernels first, then iptables, then busybox, each from the oldest version on', async () => {
    const linux = await edited(LINUX);
    const root = await project({
      'recipes/linux/6.12.yaml': linux.replace("version: '6.1'", "version: '6.12'"),
      'recipes/linux/6.2.yaml': linux.replace("version: '6.1'", "version: '6.2'"),
      'recipes/linux/notes.txt': 'not a recipe',
    });
    const recipes = await listRecipes(root);
    expect(recipes.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
      'linux 6.1',
      'linux 6.2',
      'linux 6.12',
      'iptables 1.8.9',
      'busybox 1.35.0',
    ]);
  });

  it('tells the faults of all recipes at once', async () => {
    const root = await project({
      [LINUX]: await edited(LINUX, ['arch: x86_64', 'arch: mips']),
      [IPTABLES]: await edited(IPTABLES, ['[legacy, nft]', '[]']),
    });
    const { message, diagnostics = [] } = await failureOf(listRecipes(root));
    expect(message).toBe(`${IPTABLES}, ${LINUX}: 2 faults`);
    expect(diagnostics.map((fault) => `${fault.file}:${place(fault)}`)).toEqual([
      `${IPTABLES}:14:11`,
      `${LINUX}:4:7`,
    ]);
  });

  it('refuses files that are named like an option', async () => {
    const root = await project();
    await writeFile(join(root, 'recipes/linux/-o.yaml'), '');
    const { reason, diagnostics = [] } = await failureOf(listRecipes(root));
    expect(reason).toBe('recipe-invalid');
    expect(diagnostics).toMatchObject([
      { file: 'recipes/linux/-o.yaml', line: 1, message: 'the name of the file is not a version' },
    ]);
  });
});
