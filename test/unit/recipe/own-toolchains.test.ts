// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadToolchain, toolchainNames } from '../../../src/recipe/index.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const names = await toolchainNames(ROOT);

describe.each(names)("the project's toolchain %s", (name) => {
  it('pins its compiler and libc, of a suite whose kernel its virtual machine boots', async () => {
    const { compiler, lock, suite, vm } = await loadToolchain(ROOT, name);
    const locked = lock.debs.map((deb) => deb.name);
    expect(locked).toEqual(expect.arrayContaining([compiler, 'libc6', 'dpkg', 'make']));
    expect(locked).not.toContain('apt');
    expect(locked).toEqual([...locked].sort());
    expect(vm.source).toMatchObject({ kind: 'apt', suite });
  });

  it('has a Containerfile that says the same as the recipe', async () => {
    const { base, compiler, containerfile, suite } = await loadToolchain(ROOT, name);
    const text = await readFile(join(ROOT, containerfile.path), 'utf8');
    expect(text).toContain(`ARG BASE=${base}\nFROM \${BASE}\n`);
    expect(text).toContain(`/install.sh ${suite} ${compiler}\n`);
    expect(text).toContain(`LABEL l7build.name=${name} `);
  });
});

it('there are toolchains for every compiler that a recipe names', () => {
  expect(names).toEqual(
    expect.arrayContaining(['bookworm-gcc-12', 'trixie-gcc-14', 'bullseye-gcc-10', 'legacy-2.6']),
  );
});
