// SPDX-License-Identifier: GPL-2.0-only
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadGuestBusybox } from '../../../src/recipe/index.js';
import { projectFile } from '../../../src/recipe/project-file.js';
import { BUSYBOX, edited, failureOf, project } from './project.js';

describe("the guest's busybox", () => {
  it('becomes the model, with the digest of every file', async () => {
    const root = await project();
    expect(await loadGuestBusybox(root)).toEqual({
      kind: 'busybox',
      version: '1.35.0',
      summary: 'A busybox for tests',
      file: await projectFile(root, BUSYBOX),
      busybox: {
        source: {
          ...{ kind: 'apt', suite: 'bookworm', type: 'source', package: 'busybox' },
          file: 'busybox_*.orig.tar.*',
        },
        unpack: { file: 'busybox_*.orig.tar.*' },
      },
      config: {
        base: 'defconfig',
        fragments: [await projectFile(root, 'recipes/busybox/guest.config')],
        requests: [
          {
            symbol: 'STATIC',
            value: 'y',
            why: 'the guest has no shared libraries',
            file: 'recipes/busybox/guest.config',
            line: 3,
          },
        ],
      },
    });
  });

  it('is the newest of the project', async () => {
    const newer = await edited(BUSYBOX, ["'1.35.0'", "'1.36.1'"]);
    const older = await edited(BUSYBOX, ["'1.35.0'", "'1.4.0'"]);
    const root = await project({
      'recipes/busybox/1.36.1.yaml': newer,
      'recipes/busybox/1.4.0.yaml': older,
    });
    expect((await loadGuestBusybox(root)).version).toBe('1.36.1');
  });

  it('is asked for with its folder where there is none', async () => {
    const root = await project();
    await rm(join(root, 'recipes/busybox'), { recursive: true });
    expect(await failureOf(loadGuestBusybox(root))).toMatchObject({
      reason: 'recipe-invalid',
      diagnostics: [{ file: 'recipes/busybox', message: 'there is no recipe of a busybox' }],
    });
  });

  it('is refused with the places of its faults', async () => {
    const root = await project({
      [BUSYBOX]: await edited(BUSYBOX, ['defconfig', 'tinyconfig'], ['guest.config', 'no.config']),
    });
    const { diagnostics } = await failureOf(loadGuestBusybox(root));
    expect(diagnostics).toMatchObject([
      {
        file: BUSYBOX,
        line: 12,
        message: expect.stringContaining('config.base has to be') as string,
      },
    ]);
  });
});
