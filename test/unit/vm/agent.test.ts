// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { Agent } from '../../../src/vm/agent.js';
import { RealAgent, running } from './real-agent.js';

describe('the agent, over pipes', () => {
  let real: RealAgent;
  beforeEach(async () => {
    real = await RealAgent.start();
  });
  afterEach(() => real.stop());

  it('says hello with the release and both clocks', async () => {
    const uptimes: number[] = [];
    real.agent.onUptime = (ms) => uptimes.push(ms);
    const hello = await real.agent.hello();
    expect(hello.release).toMatch(/^\d+\.\d+/);
    expect(Math.abs(hello.epochMs - Date.now())).toBeLessThan(5000);
    expect(uptimes[0]).toBeGreaterThan(0);
  });

  it('keeps output, errors and exit code apart, whatever bytes they are', async () => {
    await real.agent.hello();
    const script = 'printf "a\\0b\\n"; echo "<x exit 1 0"; echo err >&2; exit 7';
    expect(await real.agent.run(script)).toEqual({
      exitCode: 7,
      stdout: 'a\0b\n<x exit 1 0\n',
      stderr: 'err\n',
      timedOut: false,
    });
  });

  it('kills a script, with what it has started, that nobody waits for any more', async () => {
    await real.agent.hello();
    const stop = new AbortController();
    const running = real.agent.run(
      'echo before; sleep 600 & sleep 600; echo after',
      60_000,
      stop.signal,
    );
    await real.agent.run('sleep 0.2');
    stop.abort();
    expect(await running).toMatchObject({ stdout: 'before\n', timedOut: true });
  });

  it('carries long scripts and long output', async () => {
    await real.agent.hello();
    const text = 'x'.repeat(10_000);
    const { stdout } = await real.agent.run(`echo ${text}; seq 20000`);
    expect(stdout.startsWith(`${text}\n1\n`)).toBe(true);
    expect(stdout.endsWith('\n20000\n')).toBe(true);
  });

  it('runs many at once without mixing them up', async () => {
    await real.agent.hello();
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const results = await Promise.all(
      numbers.map((number) =>
        real.agent.run(`echo ${String(number)}; true | true; exit ${String(number)}`),
      ),
    );
    expect(results.map(({ exitCode }) => exitCode)).toEqual(numbers);
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(numbers);
  });

  it('kills a script with all that it started when its time is over', async () => {
    await real.agent.hello();
    const result = await real.agent.run('echo begun; sleep 987654 & sleep 987654; echo never', 300);
    expect(result).toMatchObject({ timedOut: true, exitCode: 137, stdout: 'begun\n' });
    expect(await running('sleep 987654')).toBe(false);
  });

  it('ends what a script leaves behind when it ends', async () => {
    await real.agent.hello();
    expect((await real.agent.run('sleep 987653 & exit 0')).exitCode).toBe(0);
    expect(await running('sleep 987653')).toBe(false);
  });

  it('finds its way through a half-written line and lines of others', async () => {
    await real.port.send('>0123 run 1 4');
    await real.port.send('garbage\n>dead run 1 4 AAAA\n>dead kill 1');
    await real.agent.hello();
    expect((await real.agent.run('echo here')).stdout).toBe('here\n');
  });

  it('runs no command that arrived damaged', async () => {
    await real.agent.hello();
    const { nonce } = real;
    const second = real.agent.run('sleep 1');
    await real.port.send(`>${nonce} run 1 99 ZWNobyBoaQ==\n`);
    await expect(second).rejects.toMatchObject({
      failure: { reason: 'check-failed', message: 'a command to the guest arrived damaged' },
    });
  });

  it('starts anew for a host that comes back, and ends the jobs of the one before', async () => {
    await real.agent.hello();
    void real.agent.run('sleep 987652').catch(() => undefined);
    const first = real.agent;
    real.agent = new Agent((text) => real.port.send(text));
    while (!(await running('sleep 987652'))) await first.ping();
    await real.agent.hello();
    expect((await real.agent.run('echo new')).stdout).toBe('new\n');
    expect(await running('sleep 987652')).toBe(false);
    first.fail(new Failed({ reason: 'interrupted', message: 'gone' }));
  });

  it('answers pings while a script runs, and says good-bye with the code that it ends with', async () => {
    await real.agent.hello();
    const job = real.agent.run('sleep 1; echo done');
    const before = real.agent.lastHeard;
    await real.agent.ping();
    await expect.poll(() => real.agent.lastHeard).toBeGreaterThan(before);
    expect((await job).stdout).toBe('done\n');
    await real.agent.halt(5);
    await expect.poll(() => real.agent.farewell).toBe(5);
    await expect.poll(() => real.exitCode).toBe(5);
  });
});

describe('Agent', () => {
  const mute = (): Promise<void> => Promise.resolve();
  const failure = new Failed({ reason: 'guest-panic', message: 'it panicked' });

  it('ends all that waits, and all that comes, when the guest fails', async () => {
    const agent = new Agent(mute);
    const job = agent.run('true');
    const hello = agent.hello();
    agent.fail(failure);
    await expect(job).rejects.toBe(failure);
    await expect(hello).rejects.toBe(failure);
    await expect(agent.run('true')).rejects.toBe(failure);
    await expect(agent.hello()).rejects.toBe(failure);
  });

  it('refuses a script that no line can carry, and passes on a broken pipe', async () => {
    await expect(new Agent(mute).run('x'.repeat(30_000))).rejects.toThrow(RangeError);
    const broken = new Agent(() => Promise.reject(new Error('EPIPE')));
    await expect(broken.run('true')).rejects.toThrow('EPIPE');
  });

  it('gives up a script that prints without end', async () => {
    let nonce = '';
    const agent = new Agent((text) => {
      nonce = /^>(\w+) run/.exec(text)?.[1] ?? nonce;
      return Promise.resolve();
    });
    const job = agent.run('yes');
    const chunk = Buffer.alloc(3 * 1024 * 1024).toString('base64');
    agent.receive(`<${nonce} out 1 ${chunk}`);
    agent.receive(`<${nonce} out 1 ${chunk}`);
    await expect(job).rejects.toMatchObject({ failure: { message: /more than 4 MiB/ } });
    // What still comes of it is nobody's.
    agent.receive(`<${nonce} out 1 ${chunk}`);
    agent.receive(`<${nonce} exit 1 0`);
  });
});
