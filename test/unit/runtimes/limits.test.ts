// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { totalmem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failed, type Failure } from '../../../src/model/failure.js';
import { findJail } from '../../../src/runtimes/confine.js';
import { toolsOfHost } from '../../../src/runtimes/jail-root.js';
import { findCell, runConfined, type Cell } from '../../../src/runtimes/jail-run.js';
import { cgroupLimiter } from '../../../src/runtimes/limit-cgroup.js';
import { hierarchies, placesOf, type Hierarchy } from '../../../src/runtimes/limit-hierarchy.js';
import { rlimitLimiter } from '../../../src/runtimes/limit-rlimits.js';
import { allowance, type Limiter } from '../../../src/runtimes/limits.js';
import { ownedName } from '../../../src/runtimes/owner.js';

const MIB = 1024 ** 2;
const SMALL = { memory: 200 * MIB, processes: 40 };
/** Starts children that stay, 300 at most, and gives up when it cannot. */
const BOMB = 'for (1 .. 300) { my $p = fork // die "fork: $!\\n"; if (!$p) { sleep 20; exit } }';
/** The same, but never gives up. */
const STUBBORN =
  'my $n = 0; while ($n < 300) { my $p = fork; if (!defined $p) { select undef, undef, undef, .01; next } ' +
  'if (!$p) { sleep 20; exit } $n++ } sleep 20';
/** Fills 600 MiB. */
const HOG = 'my $x = "a" x 600_000_000; print length $x';

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'l7build-limits-'));
});
afterEach(() => rm(work, { recursive: true }));

/** The control groups that this process can make here, if any. */
async function place(): Promise<Hierarchy | undefined> {
  for (const candidate of await hierarchies()) {
    const works = await cgroupLimiter(candidate, SMALL).catch(() => undefined);
    if (works !== undefined) return candidate;
  }
  return undefined;
}
const here = await place();

async function run(limiter: Limiter, script: string): Promise<Failure | undefined> {
  const jail = await findJail();
  const cell: Cell = { jail, limiter, filtered: false, confinement: jail.confinement };
  const argv = ['perl', '-e', script] as const;
  const log = join(work, 'log');
  const { signal } = new AbortController();
  const command = { argv, cwd: work, env: {}, writable: [work], log, signal };
  try {
    const root = await toolsOfHost();
    await runConfined(cell, command, { root, home: '/', readable: [] });
    return undefined;
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

const groupsOf = (where: Hierarchy): string[] =>
  [where.memory, where.pids]
    .flatMap((dir) => readdirSync(dir))
    .filter((name) => name.includes(`-${String(process.pid)}-`));

describe.skipIf(here === undefined)('control groups', () => {
  const where: Hierarchy = here ?? { version: 2, memory: '', pids: '' };

  test('a fork bomb meets the limit of processes, and is told so', async () => {
    const failure = await run(await cgroupLimiter(where, SMALL), BOMB);
    expect(failure?.reason).toBe('command-failed');
    expect(failure?.message).toMatch(/^perl .*: stopped by the limit of 40 processes/);
    expect(failure?.hints?.join()).toContain('--jobs');
    expect(groupsOf(where)).toEqual([]);
  });

  test('one that never gives up is ended', async () => {
    const started = performance.now();
    const failure = await run(await cgroupLimiter(where, SMALL), STUBBORN);
    expect(failure?.message).toContain('stopped by the limit of 40 processes');
    expect(performance.now() - started).toBeLessThan(18_000);
    expect(groupsOf(where)).toEqual([]);
  });

  test('a command that takes all memory meets the limit, and is told so', async () => {
    const failure = await run(await cgroupLimiter(where, SMALL), HOG);
    expect(failure?.message).toContain('stopped by the limit of 0.2 GiB of memory');
    expect(groupsOf(where)).toEqual([]);
  });

  test('what fails for another reason is told as that', async () => {
    const failure = await run(await cgroupLimiter(where, SMALL), 'die "kernel/fork.c: error"');
    expect(failure?.message).not.toContain('limit');
    expect(failure?.details?.join()).toContain('kernel/fork.c: error');
  });

  test('what is within the limits is not disturbed, and leaves nothing', async () => {
    const limiter = await cgroupLimiter(where, SMALL);
    expect(await run(limiter, 'for (1 .. 20) { if (!fork) { sleep 1; exit } }')).toBeUndefined();
    expect(groupsOf(where)).toEqual([]);
  });

  test('a command is in its group before it starts', async () => {
    const held = await (await cgroupLimiter(where, SMALL)).hold();
    const [program, ...args] = held.around(['cat', '/proc/self/cgroup']);
    const { stdout } = spawnSync(program, args);
    await held.release();
    expect(stdout.toString()).toContain(`-${String(process.pid)}-`);
  });

  test('groups of a killed run are swept, those of a living one stay', async () => {
    const { pid } = spawnSync('true');
    const own = await ownedName();
    const words = own.split('-');
    const orphan = words.with(1, String(pid)).join('-');
    const dead = [where.memory, where.pids].map((dir) => join(dir, orphan));
    const alive = join(where.pids, own);
    const other = join(where.pids, words.with(1, String(pid)).with(3, '1').join('-'));
    for (const dir of [...dead, alive, other]) mkdirSync(dir, { recursive: true });
    await cgroupLimiter(where, SMALL);
    expect(dead.filter(existsSync)).toEqual([]);
    expect([alive, other].every(existsSync)).toBe(true);
    for (const dir of [alive, other]) spawnSync('rmdir', [dir]);
  });
});

describe('prlimit', () => {
  test('a command that takes all memory fails by itself, and is told so', async () => {
    const failure = await run(await rlimitLimiter(SMALL, true), HOG);
    expect(failure?.message).toContain('stopped by the limit of 0.2 GiB of memory');
  });

  test.runIf(process.getuid?.() === 0)('promises no limit of processes to root', async () => {
    const { limits } = await rlimitLimiter(SMALL, true);
    expect(limits.processes).toBeUndefined();
    expect(limits.how).toContain('not limited');
  });

  test('an error that only speaks of forks is no limit', async () => {
    const held = await (await rlimitLimiter(SMALL, true)).hold();
    expect(await held.reached(['kernel/fork.c:3: error: out of line'])).toBeUndefined();
    expect(await held.reached(['cc1: out of memory allocating 65536 bytes'])).toBe('memory');
  });
});

describe('places of control groups', () => {
  const V1 = [
    '29 22 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '30 22 0:27 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids',
  ].join('\n');
  const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';

  test('version 2: below the own group, then beside it', () => {
    const [own, beside, ...more] = placesOf('0::/user.slice/a.scope\n', V2);
    expect(own).toMatchObject({ version: 2, memory: '/sys/fs/cgroup/user.slice/a.scope' });
    expect(beside).toMatchObject({ version: 2, pids: '/sys/fs/cgroup/user.slice' });
    expect(more).toEqual([]);
  });

  test('version 1: each controller in its own tree', () => {
    expect(placesOf('8:pids:/\n4:memory:/x/y\n0::/\n', V1)).toEqual([
      { version: 1, memory: '/sys/fs/cgroup/memory/x/y', pids: '/sys/fs/cgroup/pids' },
    ]);
  });

  test('in a container, whose mount starts below the top', () => {
    const mount = '30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw';
    expect(placesOf('0::/docker/abc\n', mount)).toEqual([
      { version: 2, memory: '/sys/fs/cgroup', pids: '/sys/fs/cgroup' },
    ]);
    expect(placesOf('0::/elsewhere\n', mount)).toEqual([]);
  });

  test('nowhere, and from texts that make no sense', () => {
    expect(placesOf('', '')).toEqual([]);
    expect(placesOf('0::/\nx\n::::', 'a b\n - \n')).toEqual([]);
  });
});

test('the numbers leave room for the machine and grow with the jobs', () => {
  expect(allowance({ jobs: 2 })).toMatchObject({ processes: 192 });
  expect(allowance({ jobs: 16 }).processes).toBe(1088);
  expect(allowance({}).memory).toBeLessThan(totalmem());
  expect(allowance({ memory: 5000 }).memory).toBe(4096);
});

test('what holds here is said', async () => {
  const { confinement, limiter } = await findCell({ jobs: 2 });
  expect(confinement.limits).toEqual(limiter.limits);
  expect(confinement.how).toContain(limiter.limits.how);
  if (here !== undefined) expect(confinement.limits?.processes).toBe(192);
});
