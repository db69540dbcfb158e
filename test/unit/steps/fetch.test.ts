// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import type { StepContext } from '../../../src/model/step.js';
import { fetch } from '../../../src/steps/fetch.js';
import { fetchContext, temporaryDirectory } from '../sources/fixture.js';

describe('fetch', () => {
  it('hands on what was brought, and warns of what nobody vouches for', async () => {
    const path = join(temporaryDirectory(), 'mine.tar');
    writeFileSync(path, 'mine');
    const ctx = fetchContext();
    const source = { kind: 'local', path } as const;
    const result = await fetch({ name: 'linux', source }, ctx as unknown as StepContext);
    expect(result).toEqual({
      facts: {
        files: [{ name: 'mine.tar', sha256: sha256('mine'), size: 4, from: path }],
        pinned: false,
      },
    });
    expect(ctx.warnings).toHaveLength(1);
    expect(ctx.warnings[0]).toContain('linux');
    const pinned = fetchContext({ mirrors: [join(path, '..')] });
    const url = 'http://no-such-host.invalid/mine.tar';
    const http = { kind: 'http', urls: [url], sha256: sha256('mine') } as const;
    await fetch({ name: 'linux', source: http }, pinned as unknown as StepContext);
    expect(pinned.warnings).toEqual([]);
  });
});
