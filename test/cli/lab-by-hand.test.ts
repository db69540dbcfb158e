// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { LabProject, leavesNothing } from './lab-project.js';
import { processesAt, type Ended } from './program.js';

/** Snapshots that somebody asks for, with what stands in for QEMU. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const labs = await LabProject.make();
leavesNothing(labs);

const lab = (...words: string[]): Promise<Ended> => labs.lab(...words);
const snapshot = (...words: string[]): Promise<Ended> => lab('snapshot', ...words);
const on = (host: string, ...words: string[]): Promise<Ended> => lab('exec', host, '--', ...words);

/** Where the lab keeps them. */
const kept = (...names: string[]): string => labs.at('labs/pair/snapshots.d', ...names);

describe('a snapshot by hand', () => {
  it('is what the hosts go back to, as often as that is asked for; the lab goes on meanwhile', async () => {
    await labs.up();
    await on('gate', 'forbid');
    const saved = await snapshot('save', 'before');
    expect(saved.stderr).toBe('');
    expect(saved.stdout).toMatch(
      /^Saved before \([\d.]+ KiB\) in .*: l7build lab snapshot restore before$/m,
    );
    await on('gate', 'forbid');
    expect((await on('gate', 'count')).stdout).toBe('2 forbidden\n');
    await snapshot('save', 'after');
    for (const [label, count] of [
      ['before', '1'],
      ['after', '2'],
      ['before', '1'],
    ] as const) {
      const { code, stdout } = await snapshot('restore', label);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ {2}leaf {2}up .* resumed in /m);
      expect(stdout).toMatch(new RegExp(`^The lab pair is back at ${label}, in `, 'm'));
      expect((await on('gate', 'count')).stdout).toBe(`${count} forbidden\n`);
      expect((await on('leaf', 'count')).stdout).toBe('0 forbidden\n');
    }
    expect((await lab('console', 'gate', '--no-follow')).stdout).toBe(
      'Linux version 9.9-stand-in\n',
    );
    const list = await snapshot('list');
    expect(list.stdout).toMatch(
      /^before +[\d.]+ KiB {2}\d{4}-\S+Z\nafter +[\d.]+ KiB {2}\d{4}-\S+Z\n$/,
    );
    await snapshot('remove', 'before');
    const [only, ...more] = JSON.parse((await snapshot('list', '--json')).stdout) as unknown[];
    expect(only).toMatchObject({ label: 'after', bytes: expect.any(Number) as number });
    expect(more).toEqual([]);
  });

  it('can be made of hosts that have booted, too, where there was no other snapshot', async () => {
    const running = labs.start(['up', '--topology', 'pair', '--fresh'], {
      STAND_IN_REFUSES: 'leaf',
    });
    expect((await running.ended).stdout).toMatch(/^ {2}leaf {2}up .* booted in /m);
    await on('gate', 'forbid');
    expect((await snapshot('save', 'before')).code).toBe(0);
    expect((await on('gate', 'count')).stdout).toBe('1 forbidden\n');
  });

  it('leaves no clock wrong, though the hosts stood still', async () => {
    const slow = labs.start(['up', '--topology', 'pair'], { STAND_IN_SLOW_BY_HAND: 'leaf' });
    await slow.ended;
    const saving = labs.start(['snapshot', 'save', 'before']);
    await expect.poll(() => existsSync(kept('.part/gate.state')), { timeout: 60_000 }).toBe(true);
    await delay(3000);
    const leaf = processesAt(labs.project.cache).find((line) => /stand-in.*\/leaf\//.test(line));
    process.kill(Number(leaf?.split(' ')[0]), 'SIGKILL');
    expect((await saving.ended).code).toBe(4);
    let told = '';
    const look = async (): Promise<string> => (told = (await lab('status')).stdout);
    await expect.poll(look, { timeout: 60_000 }).toMatch(/^ {2}gate {2}up .* clock at /m);
    expect(told).not.toContain('the clock of gate');
  });

  it('is refused by name where there is none, or one already, and in a lab that is not up', async () => {
    expect((await snapshot('save', 'x')).stderr).toContain('bring one up: l7build lab up');
    await labs.up();
    expect((await snapshot()).stdout).toBe('Nobody has saved the lab pair.\n');
    const none = await snapshot('restore', 'before');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('save one: l7build lab snapshot save');
    await snapshot('save', 'before');
    const twice = await snapshot('save', 'before');
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('remove it first: l7build lab snapshot remove before');
    const other = await snapshot('remove', 'after');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('there is: before');
    const odd = await snapshot('save', '../before');
    expect(odd.code).toBe(2);
    expect(odd.stderr).toContain('small letters');
  });

  it('ends what runs on the hosts when they go back to it', async () => {
    await labs.up();
    await snapshot('save', 'before');
    const waiting = labs.start(['exec', 'leaf', '--', 'sleep', '99']);
    await expect
      .poll(async () => (await lab('console', 'leaf', '--no-follow')).stdout, { timeout: 60_000 })
      .toMatch(/sleeps\n$/);
    await snapshot('restore', 'before');
    const { code, stderr } = await waiting.ended;
    expect(code).toBe(4);
    expect(stderr).toContain('leaf went back to the snapshot before');
  });

  it('that QEMU makes nothing of leaves hosts that say so, and another brings them back', async () => {
    await labs.up();
    await snapshot('save', 'before');
    await snapshot('save', 'torn');
    writeFileSync(kept('torn/leaf.state'), 'no state');
    const { code, stderr } = await snapshot('restore', 'torn');
    expect(code).toBe(4);
    expect(stderr).toMatch(/leaf died.*[^]*load of migration failed/);
    const { code: exit, stderr: said } = await on('gate', 'count');
    expect(exit).toBe(4);
    expect(said).toContain('gate is gone: leaf died');
    expect((await lab('status')).code).toBe(4);
    // As a QEMU leaves it that is killed in the middle.
    writeFileSync(labs.at('labs/pair/net/gate.state.socket'), '');
    const back = await snapshot('restore', 'before');
    expect({ code: back.code, stderr: back.stderr }).toEqual({ code: 0, stderr: '' });
    expect((await on('gate', 'count')).stdout).toBe('0 forbidden\n');
  });

  it.each(['the command', 'a machine', 'the supervisor'] as const)(
    'of which %s is killed while it is made is whole, or is not there',
    async (what) => {
      const up = labs.start(['up', '--topology', 'pair'], { STAND_IN_SLOW_BY_HAND: 'leaf' });
      await up.ended;
      const saving = labs.start(['snapshot', 'save', 'before']);
      await expect.poll(() => existsSync(kept('.part/gate.state')), { timeout: 60_000 }).toBe(true);
      const machine = processesAt(labs.project.cache).find((line) =>
        /stand-in.*\/leaf\//.test(line),
      );
      if (what === 'the command') saving.signal('SIGKILL');
      if (what === 'a machine') process.kill(Number(machine?.split(' ')[0]), 'SIGKILL');
      if (what === 'the supervisor') process.kill(labs.recordOf('pair').supervisor.pid, 'SIGKILL');
      const { code } = await saving.ended;
      if (what === 'the command') return;
      expect(code).toBe(4);
      expect(readdirSync(kept()).filter((name) => name !== '.part')).toEqual([]);
      if (what === 'the supervisor') return;
      expect((await snapshot('list')).stdout).toBe('Nobody has saved the lab pair.\n');
      expect(readdirSync(kept())).toEqual([]);
      // The other host goes on.
      expect((await on('gate', 'echo', 'on')).stdout).toBe('on\n');
    },
  );
});

it('goes with its lab', async () => {
  await labs.up();
  await snapshot('save', 'before');
  expect(existsSync(kept('before'))).toBe(true);
  await lab('down');
  expect(existsSync(join(kept()))).toBe(false);
});
