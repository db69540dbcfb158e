// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseBuilder, tryBuilder } from '../../../src/runtimes/choose.js';
import { hostToolchain } from '../../../src/runtimes/toolchain.js';

describe('the builder that is chosen', () => {
  let cache: string;
  let major: string;

  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'l7build-choose-'));
    const { gcc = '' } = await hostToolchain();
    major = /(\d+)\.\d+\.\d+$/.exec(gcc)?.[1] ?? '';
  });
  afterAll(() => rm(cache, { recursive: true }));

  const choose = (compiler: string, exactly = false) =>
    chooseBuilder({ toolchain: { name: 'x', suite: 'bookworm', compiler }, exactly }, { cache });

  it('is the host where its compiler is the one that is wanted', async () => {
    const { name, why } = await choose(`gcc-${major}`);
    expect(name).toBe('host');
    expect(why).toBe(`this machine compiles with gcc ${major}, as the toolchain x`);
  });

  it('has a root where the compiler is another, or the toolchain was asked for', async () => {
    const other = await choose('gcc-1');
    expect(other.name).not.toBe('host');
    expect(other.why).toBe(`this machine compiles with gcc ${major}, not as the toolchain x`);
    const asked = await choose(`gcc-${major}`, true);
    expect(asked.name).not.toBe('host');
    expect(asked.why).toBe('the toolchain x was asked for');
  });

  it('is one that works: the first with a root', async () => {
    const { name } = await choose('gcc-1');
    const chroot = await tryBuilder('chroot', { cache });
    if (typeof chroot !== 'string') expect(name).toBe('chroot');
    else expect(chroot).toContain('bubblewrap');
  });
});
