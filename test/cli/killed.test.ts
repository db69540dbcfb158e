// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processesAt } from './program.js';
import { FakeProject } from './project.js';
import { artifactsIn, endedIn, eventsOf, reportIn } from './report.js';

/** Seconds that the kernel's compiler takes for an object: long enough to be met at work. */
const SLOW = 0.3;

let project: FakeProject;
/** Digests of what a run that nobody disturbs delivers. */
let undisturbed: Record<string, string>;
beforeAll(async () => {
  project = await FakeProject.make(SLOW);
  expect((await project.build()).code).toBe(0);
  undisturbed = artifactsIn(project.out);
});
beforeEach(() => {
  rmSync(project.out, { recursive: true });
  rmSync(project.cache, { recursive: true });
});
afterAll(() => project.remove());

/** Waits until nothing works for the project any more; gives what still does after some seconds. */
async function survivors(): Promise<string[]> {
  let left = processesAt(project.root);
  for (let tries = 0; left.length > 0 && tries < 50; tries += 1) {
    await sleep(100);
    left = processesAt(project.root);
  }
  return left;
}

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s to the whole group ends the children with exit code 130, and the next run goes on',
    async (name) => {
      const running = project.start(project.job());
      await running.says('start compile linux');
      const working = (): string => processesAt(project.root).join('\n');
      await expect.poll(working, { timeout: 10_000 }).toMatch(/\bmake /);
      running.signalGroup(name);
      const { code, stderr, stdout } = await running.ended;
      expect({ code, stderr }).toEqual({ code: 130, stderr: 'l7build: interrupted\n' });
      expect(processesAt(project.root)).toEqual([]);
      expect(stdout).toMatch(/^stop {2}compile linux 9\.9$/m);
      expect(project.leftovers()).toEqual([]);
      expect(project.stored()).not.toContain('compile:linux');
      expect(reportIn(project.out)).toMatchObject({ exitCode: 130 });
      const again = await project.build('--json');
      expect(again.code).toBe(0);
      const events = eventsOf(again.stdout);
      expect(endedIn(events, 'hit')).toEqual(
        expect.arrayContaining(['unpack:linux', 'patch:linux', 'configure:linux']),
      );
      expect(endedIn(events, 'done')).toContain('compile:linux');
      expect(artifactsIn(project.out)).toEqual(undisturbed);
    },
  );

  it('reaches the children when only the program gets the signal', async () => {
    const running = project.start(project.job());
    await running.says('start compile linux');
    running.signal('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stderr: 'l7build: interrupted\n' });
    expect(processesAt(project.root)).toEqual([]);
  });

  it('in the middle of a download', async () => {
    project.origin.stalls = true;
    const running = project.start(project.job());
    await running.says('start fetch linux');
    await sleep(300);
    running.signalGroup('SIGINT');
    const { code, ms } = await running.ended;
    expect(code).toBe(130);
    expect(ms).toBeLessThan(10_000);
    expect(project.leftovers()).toEqual([]);
    project.origin.stalls = false;
    expect((await project.build()).code).toBe(0);
  });
});

/** Lets what a killed run left half-written in the output folder be as old as it would be tomorrow. */
function aged(): void {
  const yesterday = Date.now() / 1000 - 86_400;
  for (const name of existsSync(project.out) ? readdirSync(project.out) : []) {
    if (name.startsWith('.')) utimesSync(join(project.out, name), yesterday, yesterday);
  }
}

describe('SIGKILL to the whole group', () => {
  it('at any moment: started again, it ends with the artifacts of an undisturbed run', async () => {
    const early = ['start fetch', 'start patch', 'start configure'];
    for (const moment of [...early, 'start compile linux', 'start image']) {
      rmSync(project.cache, { recursive: true, force: true });
      const running = project.start(project.job());
      await running.says(moment);
      // A little into the step, and another time each.
      await sleep(20 + 37 * moment.length);
      running.signalGroup('SIGKILL');
      expect((await running.ended).code).not.toBe(130);
      expect(await survivors()).toEqual([]);
      aged();
      expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
      expect(project.leftovers('killed')).toEqual([]);
      expect([moment, artifactsIn(project.out)]).toEqual([moment, undisturbed]);
    }
  }, 180_000);

  it('again and again in one store, while it compiles', async () => {
    for (const after of [50, 300, 550]) {
      const running = project.start(project.job());
      await running.says('start compile linux').catch(() => undefined);
      await sleep(after);
      running.signalGroup('SIGKILL');
      await running.ended;
      expect(await survivors()).toEqual([]);
    }
    aged();
    expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
    expect(artifactsIn(project.out)).toEqual(undisturbed);
    expect(project.leftovers('killed')).toEqual([]);
  }, 120_000);
});
