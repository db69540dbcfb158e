// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { LabRecord } from '../../src/lab/messages.js';
import { LabProject, leavesNothing, PAIR } from './lab-project.js';
import { processesAt, type Ended, type Running } from './program.js';

// The life of a lab, from the first command to the last: a dozen starts of the program each, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const labs = await LabProject.make();
const { project } = labs;
leavesNothing(labs);

const start = (words: readonly string[], odd?: Record<string, string>): Running =>
  labs.start(words, odd);
const lab = (...words: string[]): Promise<Ended> => labs.lab(...words);
const up = (...words: string[]): Promise<Ended> => labs.up(...words);
const left = (): string[] => labs.left();
const recordOf = (name: string): LabRecord => labs.recordOf(name);

/** What a host's console has. */
function wordsOf(host: string): string {
  return readFileSync(join(project.cache, 'labs/pair', host, 'console.log'), 'utf8');
}

describe('a lab', () => {
  it('comes up, is used, and goes down without a trace', async () => {
    const first = await up('--fresh');
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^boot {2}gate in [\d.]+ s$/m);
    expect(first.stdout).toMatch(/^up {4}gate in [\d.]+ s$/m);
    expect(first.stdout).toContain('The lab pair is up.');
    const { stdout, code } = await lab('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lab pair of topology pair, since /);
    expect(stdout).toMatch(
      /^ {2}leaf {2}up {2}10\.0\.0\.2 on lan {2}9\.9-stand-in {2}resumed in /m,
    );
    expect(await lab('exec', 'leaf', '--', 'echo', 'hello', 'there')).toMatchObject({
      code: 0,
      stdout: 'hello there\n',
    });
    expect(await lab('exec', 'gate', '--', 'fail')).toMatchObject({ code: 7, stderr: 'failed\n' });
    const kernel = await lab('console', 'gate', '--no-follow');
    expect(kernel.stdout).toBe('Linux version 9.9-stand-in\n');
    const file = join(project.root, 'lan.pcap');
    const captured = await lab('pcap', 'lan', file, '--seconds', '1');
    expect(captured).toMatchObject({ code: 0, stdout: `${file}\n` });
    expect(readFileSync(file, 'utf8')).toBe('frames of lan\n');
    expect(await lab('down')).toMatchObject({ code: 0, stdout: 'The lab pair is down.\n' });
    expect(left()).toEqual([]);
    expect(await lab('status')).toMatchObject({ code: 0, stdout: 'No lab is up.\n' });
    expect(await lab('down')).toMatchObject({ code: 0, stdout: 'No lab is up.\n' });
  });

  it('can be one of several, which are told apart by name', async () => {
    expect((await up()).code).toBe(0);
    const twin = await up();
    expect(twin.code).toBe(2);
    expect(twin.stderr).toContain('the lab pair is up already');
    expect((await up('--name', 'other')).code).toBe(0);
    const unnamed = await lab('exec', 'gate', '--', 'echo', 'x');
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain('say which: --name other, pair');
    expect((await lab('exec', '--name', 'other', 'gate', '--', 'echo', 'x')).stdout).toBe('x\n');
    expect((await lab('down', '--name', 'pair')).code).toBe(0);
    expect((await lab('exec', 'gate', '--', 'echo', 'x')).stdout).toBe('x\n');
  });

  it('names what there is in place of what there is not', async () => {
    expect((await up()).code).toBe(0);
    for (const words of [
      ['exec', 'node9', '--', 'true'],
      ['console', 'node9'],
    ]) {
      const { code, stderr } = await lab(...words);
      expect(code).toBe(2);
      expect(stderr).toContain('its hosts: gate, leaf');
    }
    const link = await lab('pcap', 'wan', join(project.root, 'x'));
    expect(link.code).toBe(2);
    expect(link.stderr).toContain('its links: lan');
    expect((await lab('exec', '--name', 'no', 'gate', '--', 'true')).stderr).toContain(
      'there is: pair',
    );
  });
});

describe('a command on a host', () => {
  const MAIN_ARGS = ['exec', 'gate', '--'];

  it('is given standard input byte for byte, with its end', async () => {
    expect((await up()).code).toBe(0);
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 7) % 256));
    const child = labs.spawn([...MAIN_ARGS, 'cat']);
    child.stdin.end(bytes);
    expect(Buffer.concat(await child.stdout.toArray()).equals(bytes)).toBe(true);
    await expect.poll(() => child.exitCode).toBe(0);
  });

  it('shows what it prints while it runs', async () => {
    expect((await up()).code).toBe(0);
    const child = labs.spawn([...MAIN_ARGS, 'cat']);
    for (const text of ['one', 'two']) {
      child.stdin.write(text);
      expect(String((await once(child.stdout, 'data'))[0])).toBe(text);
    }
    child.stdin.end();
    await expect.poll(() => child.exitCode).toBe(0);
  });

  it('is held up by who does not read what it prints, and then goes on', async () => {
    expect((await up()).code).toBe(0);
    const child = labs.spawn([...MAIN_ARGS, 'flood']);
    const stalled = (): number => Number(/stalled at (\d+)\n$/.exec(wordsOf('gate'))?.[1]);
    // What pipes, and who reads none of it yet, have room for.
    let before = 0;
    await expect
      .poll(() => before !== (before = stalled()), { interval: 1500, timeout: 60_000 })
      .toBe(false);
    expect(before).toBeGreaterThan(4);
    expect(before).toBeLessThan(60);
    let read = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (read > 3 * 1024 * 1024) break;
    }
    // Nobody reads any more, which ends it as it ends any filter.
    await expect.poll(() => child.exitCode, { timeout: 20_000 }).toBe(0);
    expect((await lab('exec', 'gate', '--', 'echo', 'on')).stdout).toBe('on\n');
  });

  it('that takes no input holds up who gives it, and is ended all the same', async () => {
    expect((await up()).code).toBe(0);
    const child = labs.spawn([...MAIN_ARGS, 'ignore']);
    child.stdin.on('error', () => undefined);
    child.stdin.write(Buffer.alloc(1024 * 1024));
    await once(child.stdout, 'data');
    await delay(500);
    expect(child.stdin.writableLength).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await expect.poll(() => wordsOf('gate'), { timeout: 20_000 }).toContain('killed');
  });

  it('of somebody who sends more than there is room for is refused, and so is what is no input', async () => {
    expect((await up()).code).toBe(0);
    const request = JSON.stringify({ do: 'exec', host: 'gate', script: 'ignore' });
    const piece = JSON.stringify({ give: 'AAAA' });
    for (const more of [
      Array(5).fill(piece),
      ['{'],
      ['{"give":"*"}'],
      ['{"more":"all"}'],
      ['{"more":"err"}'],
      ['7'],
    ]) {
      const socket = connect(join(project.cache, 'labs/pair/control'));
      socket.write([request, ...(more as string[]), ''].join('\n'));
      const said = Buffer.concat(await socket.toArray()).toString();
      expect(said).toContain('"message":"that is no input"');
    }
    expect((await lab('exec', 'gate', '--', 'echo', 'on')).stdout).toBe('on\n');
  });
});

describe('when something ends before its time:', () => {
  it('a machine, it is told with its last words, and the others go on', async () => {
    expect((await up()).code).toBe(0);
    const { code, stderr } = await lab('exec', 'gate', '--', 'crash');
    expect(code).toBe(4);
    expect(stderr).toContain('Kernel panic - not syncing: asked for');
    const seen = await lab('status');
    expect(seen.code).toBe(4);
    expect(seen.stdout).toMatch(/^ {2}gate {2}failed /m);
    expect(seen.stdout).toContain('| Kernel panic - not syncing: asked for');
    expect(seen.stdout).toMatch(/^ {2}leaf {2}up /m);
    expect((await lab('exec', 'leaf', '--', 'echo', 'here')).stdout).toBe('here\n');
  });

  it('the supervisor, all machines end; the lab is told dead, and goes down or comes up again', async () => {
    expect((await up()).code).toBe(0);
    const { supervisor } = recordOf('pair');
    expect(processesAt(project.cache).length).toBeGreaterThan(3);
    process.kill(supervisor.pid, 'SIGKILL');
    await expect.poll(() => processesAt(project.cache), { timeout: 10_000 }).toEqual([]);
    const seen = await lab('status');
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain('take it down: l7build lab down --name pair');
    expect((await lab('exec', 'gate', '--', 'true')).code).toBe(4);
    expect((await lab('console', 'gate')).stdout).toBe('Linux version 9.9-stand-in\n');
    expect((await up()).code).toBe(0);
    process.kill(recordOf('pair').supervisor.pid, 'SIGKILL');
    expect((await lab('down')).code).toBe(0);
    expect(left()).toEqual([]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'the command that brings it up (%s), nothing of it stays',
    async (signal) => {
      const running = start(['up', '--topology', 'pair', '--fresh'], { STAND_IN_DEAF: 'leaf' });
      await running.says('boot  gate');
      expect(left()).not.toEqual([]);
      running.signal(signal);
      expect((await running.ended).code).toBe(signal === 'SIGINT' ? 130 : undefined);
      await expect.poll(left, { timeout: 15_000 }).toEqual([]);
    },
  );

  it('the one who waits for a command, the command is killed and the lab goes on', async () => {
    expect((await up()).code).toBe(0);
    const { code, stderr } = await lab('exec', '--timeout', '1', 'gate', '--', 'sleep', '99');
    expect(code).toBe(4);
    expect(stderr).toContain('sleep 99 on gate was not done after 1 s');
    const waiting = start(['exec', 'gate', '--', 'sleep', '99']);
    await expect.poll(() => wordsOf('gate'), { timeout: 60_000 }).toMatch(/sleeps\n[^]*sleeps\n/);
    waiting.signal('SIGINT');
    expect((await waiting.ended).code).toBe(130);
    expect((await lab('exec', 'gate', '--', 'echo', 'on')).stdout).toBe('on\n');
  });
});

it('refuses a topology that makes no sense before anything is built or started', async () => {
  project.put(
    'recipes/topologies/odd.yaml',
    PAIR.replace('pair', 'odd').replace('10.0.0.2', '10.1.0.2'),
  );
  const { code, stderr } = await lab('up', '--topology', 'odd');
  expect(code).toBe(2);
  expect(stderr).toContain('recipes/topologies/odd.yaml:7:22');
});
