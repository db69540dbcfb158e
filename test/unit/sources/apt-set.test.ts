// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { resolveSet } from '../../../src/sources/apt-set.js';
import { failureOf, fetchContext } from './fixture.js';

describe('a set of packages (needs a Debian mirror)', { timeout: 120_000 }, () => {
  it('has what is essential and all that the packages depend on, and not apt', async () => {
    const { debs, snapshot } = await resolveSet('bookworm', ['libssl-dev'], fetchContext());
    const names = debs.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['bash', 'dpkg', 'libc6', 'libssl3']));
    expect(names).not.toContain('apt');
    expect(names).toEqual([...names].sort());
    expect(snapshot).toMatch(/^\d{8}T\d{6}Z$/);
    for (const { path, archive } of debs) {
      expect(path).toMatch(archive === 'main' ? /^pool\/main\// : /^pool\/(updates\/)?main\//);
      expect(path).not.toContain('%');
    }
  });

  it('that the suite lacks is named', async () => {
    const failure = await failureOf(resolveSet('bookworm', ['no-such-package-1'], fetchContext()));
    expect(failure.reason).toBe('source-missing');
    expect(failure.details?.join()).toContain('no-such-package-1');
  });

  it('is not guessed at without the network', async () => {
    const failure = await failureOf(
      resolveSet('bookworm', ['make'], fetchContext({ offline: true })),
    );
    expect(failure.message).toContain('--offline');
  });
});
