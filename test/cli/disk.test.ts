// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeProject } from './project.js';

/** Makes a folder a file system of so many KiB, or changes its size. */
function sized(folder: string, kib: number, ...remount: readonly string[]): boolean {
  mkdirSync(folder, { recursive: true });
  const options = [...remount, `size=${String(kib)}k`].join(',');
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}

/** Only root can do that. */
function canSize(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'l7build-mount-'));
  const can = sized(folder, 4);
  if (can) execFileSync('umount', [folder]);
  rmdirSync(folder);
  return can;
}

describe.skipIf(!canSize())('a full disk', () => {
  let project: FakeProject;
  let mounted: string | undefined;
  beforeEach(async () => {
    project = await FakeProject.make();
  });
  afterEach(async () => {
    if (mounted !== undefined) execFileSync('umount', [mounted]);
    mounted = undefined;
    await project.remove();
  });

  // Enough for nothing, for the downloads, for the sources, for half of a build.
  it.each([
    ['cache', 4],
    ['cache', 24],
    ['cache', 200],
    ['cache', 700],
    ['cache', 1000],
    ['cache', 1200],
    ['out', 4],
    ['out', 100],
  ] as const)('under %s (%i KiB) is told, and with room it goes on', async (what, kib) => {
    expect(sized(project[what], kib)).toBe(true);
    mounted = project[what];
    const { code, stderr } = await project.build();
    expect(stderr).toMatch(/no space left for \S+/);
    expect(stderr).toContain(`make room on the file system of ${mounted}`);
    expect(code).toBe(3);
    expect(project.leftovers()).toEqual([]);
    expect(sized(mounted, 65_536, 'remount')).toBe(true);
    expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
  });
});
