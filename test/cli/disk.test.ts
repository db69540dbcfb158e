// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canMount, sized, unmount } from './mounts.js';
import { FakeProject } from './project.js';

describe.skipIf(!canMount())('a full disk', () => {
  let project: FakeProject;
  let mounted: string | undefined;
  beforeEach(async () => {
    project = await FakeProject.make();
  });
  afterEach(async () => {
    if (mounted !== undefined) unmount(mounted);
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
