// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { filesIn, LabProject, leavesNothing } from './lab-project.js';
import { processesAt } from './program.js';

/** What is kept of a lab's hosts, and what becomes of it, with what stands in for QEMU. */
// A dozen starts of the program each, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const labs = await LabProject.make();
leavesNothing(labs);

describe('a snapshot', () => {
  it('is made by the first boot, and what the hosts go on from each time after that', async () => {
    await labs.up('--fresh');
    await labs.lab('exec', 'gate', '--', 'forbid');
    expect((await labs.lab('exec', 'gate', '--', 'count')).stdout).toBe('1 forbidden\n');
    await labs.lab('down');
    const again = await labs.up();
    expect(again.stderr).toBe('');
    expect(again.stdout).not.toMatch(/^(boot|note)/m);
    expect(again.stdout).toMatch(/^ {2}gate {2}up .* resumed in /m);
    expect((await labs.lab('exec', 'gate', '--', 'count')).stdout).toBe('0 forbidden\n');
    expect((await labs.lab('console', 'gate', '--no-follow')).stdout).toBe(
      'Linux version 9.9-stand-in\n',
    );
    expect(labs.snapshots()).toHaveLength(1);
    const { stdout } = await labs.project.run('store', 'show');
    expect(stdout).toMatch(/ snapshot:pair +entries\//);
  });

  it.each([
    ['whose devices are not as they were', 'leaf.devices', (path: string) => '{}' + path],
    ['a part of whose memory is gone', 'gate.memory', () => 'all'],
  ] as const)('%s is dropped, and the hosts boot', async (_, name, text) => {
    await labs.up();
    await labs.lab('down');
    const [folder = ''] = labs.snapshots();
    writeFileSync(join(folder, name), text(name));
    const { code, stdout } = await labs.up();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^note {2}the snapshot of these hosts is not as it was made/m);
    expect(stdout).toMatch(/^boot {2}leaf/m);
    expect(stdout).toMatch(/^ {2}leaf {2}up .* resumed in /m);
    await labs.lab('down');
    expect((await labs.up()).stdout).not.toMatch(/^(boot|note)/m);
  });

  it('that QEMU makes nothing of is dropped, told with its words, and there is none; the hosts boot', async () => {
    await labs.up();
    await labs.lab('down');
    const refusing = labs.start(['up', '--topology', 'pair'], { STAND_IN_REFUSES: 'leaf' });
    const { code, stdout } = await refusing.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^note {2}the snapshot .* is of no use.*: leaf died.* load of migration/m,
    );
    expect(stdout).toMatch(/^ {2}leaf {2}up .* booted in /m);
    expect((await labs.lab('exec', 'leaf', '--', 'echo', 'here')).stdout).toBe('here\n');
    expect(labs.snapshots()).toEqual([]);
  });

  it.each(['the command', 'the supervisor', 'a machine'] as const)(
    'that is being made when %s is killed leaves nothing, and the next lab comes up',
    async (what) => {
      const running = labs.start(['up', '--topology', 'pair', '--fresh'], {
        STAND_IN_SLOW: 'leaf',
      });
      await running.says('boot  leaf');
      const saved = labs.at('staging');
      const files = (): string[] => filesIn(saved);
      await expect
        .poll(files, { timeout: 20_000 })
        .toContainEqual(expect.stringMatching(/gate.console/));
      const machine = processesAt(labs.project.cache).find((line) =>
        /stand-in.*\/leaf\//.test(line),
      );
      if (what === 'the command') running.signal('SIGKILL');
      if (what === 'the supervisor') process.kill(labs.recordOf('pair').supervisor.pid, 'SIGKILL');
      if (what === 'a machine') process.kill(Number(machine?.split(' ')[0]), 'SIGKILL');
      const { code, stdout } = await running.ended;
      if (what === 'a machine') {
        expect(stdout).toMatch(/^note {2}there will be no snapshot of these hosts: .*SIGKILL/m);
        expect(code).toBe(0);
      } else {
        expect(code).toBe(what === 'the command' ? undefined : 1);
        await expect.poll(() => processesAt(labs.project.cache), { timeout: 15_000 }).toEqual([]);
        expect((await labs.up()).code).toBe(0);
      }
      expect((await labs.lab('exec', 'leaf', '--', 'echo', 'here')).stdout).toBe('here\n');
    },
  );

  it('is all that is left of five labs one after another, and the store can do without it', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect((await labs.up()).code).toBe(0);
      expect((await labs.lab('down')).code).toBe(0);
      expect(labs.left()).toEqual([]);
    }
    expect(labs.snapshots()).toHaveLength(1);
  });
});
