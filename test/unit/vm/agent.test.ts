// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { Agent } from '../../../src/vm/agent.js';
import { SerialPort } from '../../../src/vm/serial.js';

const AGENT = join(import.meta.dirname, '../../../guest/agent');

/** The guest's own agent, run here by busybox, at the other end of the pipes that QEMU would hold. */
describe('the agent, over pipes', () => {
  let folder: string;
  let port: SerialPort;
  let process: ChildProcess;
  let agent: Agent;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'agent-'));
    const path = join(folder, 'agent');
    port = await SerialPort.open(path, {
      onLine: (line) => {
        lines.push(line);
        agent.receive(line);
      },
    });
    agent = new Agent((text) => port.send(text));
    // As QEMU does, the shell opens both pipes for reading and writing.
    const script = 'exec busybox sh "$1" "$2/jobs" <>"$2/agent.in" 1<>"$2/agent.out"';
    process = spawn('sh', ['-c', script, 'sh', AGENT, folder], { stdio: 'ignore' });
  });
  afterEach(async () => {
    process.kill('SIGKILL');
    await port.close();
    await rm(folder, { recursive: true });
  });

  it('says hello with the release and both clocks', async () => {
    const uptimes: number[] = [];
    agent.onUptime = (ms) => uptimes.push(ms);
    const hello = await agent.hello();
    expect(hello.release).toMatch(/^\d+\.\d+/);
    expect(Math.abs(hello.epochMs - Date.now())).toBeLessThan(5000);
    expect(uptimes[0]).toBeGreaterThan(0);
  });

  it('keeps output, errors and exit code apart, whatever bytes they are', async () => {
    await agent.hello();
    const script = 'printf "a\\0b\\n"; echo "<x exit 1 0"; echo err >&2; exit 7';
    expect(await agent.run(script)).toEqual({
      exitCode: 7,
      stdout: 'a\0b\n<x exit 1 0\n',
      stderr: 'err\n',
      timedOut: false,
    });
  });

  it('kills a script, with what it has started, that nobody waits for any more', async () => {
    await agent.hello();
    const stop = new AbortController();
    const running = agent.run(
      'echo before; sleep 600 & sleep 600; echo after',
      60_000,
      stop.signal,
    );
    await agent.run('sleep 0.2');
    stop.abort();
    expect(await running).toMatchObject({ stdout: 'before\n', timedOut: true });
  });

  it('carries long scripts and long output', async () => {
    await agent.hello();
    const text = 'x'.repeat(10_000);
    const { stdout } = await agent.run(`echo ${text}; seq 20000`);
    expect(stdout.startsWith(`${text}\n1\n`)).toBe(true);
    expect(stdout.endsWith('\n20000\n')).toBe(true);
  });

  it('runs many at once without mixing them up', async () => {
    await agent.hello();
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const results = await Promise.all(
      numbers.map((number) =>
        agent.run(`echo ${String(number)}; true | true; exit ${String(number)}`),
      ),
    );
    expect(results.map(({ exitCode }) => exitCode)).toEqual(numbers);
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(numbers);
  });

  it('kills a script with all that it started when its time is over', async () => {
    await agent.hello();
    const result = await agent.run('echo begun; sleep 987654 & sleep 987654; echo never', 300);
    expect(result).toMatchObject({ timedOut: true, exitCode: 137, stdout: 'begun\n' });
    expect(await running('sleep 987654')).toBe(false);
  });

  it('ends what a script leaves behind when it ends', async () => {
    await agent.hello();
    expect((await agent.run('sleep 987653 & exit 0')).exitCode).toBe(0);
    expect(await running('sleep 987653')).toBe(false);
  });

  it('finds its way through a half-written line and lines of others', async () => {
    await port.send('>0123 run 1 4');
    await port.send('garbage\n>dead run 1 4 AAAA\n>dead kill 1');
    await agent.hello();
    expect((await agent.run('echo here')).stdout).toBe('here\n');
  });

  it('runs no command that arrived damaged', async () => {
    await agent.hello();
    const nonce = lines.map((line) => /^<(\w+) hello/.exec(line)?.[1]).find(Boolean) ?? '';
    const second = agent.run('sleep 1');
    await port.send(`>${nonce} run 1 99 ZWNobyBoaQ==\n`);
    await expect(second).rejects.toMatchObject({
      failure: { reason: 'check-failed', message: 'a command to the guest arrived damaged' },
    });
  });

  it('starts anew for a host that comes back, and ends the jobs of the one before', async () => {
    await agent.hello();
    void agent.run('sleep 987652').catch(() => undefined);
    const first = agent;
    agent = new Agent((text) => port.send(text));
    while (!(await running('sleep 987652'))) await first.ping();
    await agent.hello();
    expect((await agent.run('echo new')).stdout).toBe('new\n');
    expect(await running('sleep 987652')).toBe(false);
    first.fail(new Failed({ reason: 'interrupted', message: 'gone' }));
  });

  it('answers pings while a script runs, and says good-bye with the code that it ends with', async () => {
    await agent.hello();
    const job = agent.run('sleep 1; echo done');
    const before = agent.lastHeard;
    await agent.ping();
    await expect.poll(() => agent.lastHeard).toBeGreaterThan(before);
    expect((await job).stdout).toBe('done\n');
    await agent.halt(5);
    await expect.poll(() => agent.farewell).toBe(5);
    await expect.poll(() => process.exitCode).toBe(5);
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

/** True if a process with this command line is there. */
function running(command: string): Promise<boolean> {
  return new Promise((done) => {
    execFile('pgrep', ['-fx', command], (error) => {
      done(error === null);
    });
  });
}
