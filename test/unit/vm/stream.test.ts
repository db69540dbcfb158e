// SPDX-License-Identifier: GPL-2.0-only
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { Agent } from '../../../src/vm/agent.js';
import { INPUT_PIECE, INPUT_WINDOW, OUTPUT_WINDOW } from '../../../src/vm/frames.js';
import { RealAgent, running } from './real-agent.js';

describe('the agent passes on', () => {
  let real: RealAgent;
  beforeEach(async () => {
    real = await RealAgent.start();
  });
  afterEach(() => real.stop());

  const never = new AbortController().signal;

  /** A job with all that it printed so far; what it prints is taken at once, if not said otherwise. */
  const start = (script: string, { taking = true, signal = never, timeoutMs = 60_000 } = {}) => {
    const said = { out: [] as Buffer[], err: [] as Buffer[], took: 0 };
    const take = (stream: 'out' | 'err', bytes: Buffer): void => {
      said[stream].push(bytes);
      if (taking) job.more(stream, 1);
    };
    const took = (): void => void (said.took += 1);
    const job = real.agent.stream(script, { take, took }, timeoutMs, signal);
    const text = (stream: 'out' | 'err' = 'out'): string =>
      Buffer.concat(said[stream]).toString('latin1');
    return { ...job, said, text };
  };

  it('what a script prints while it runs, and keeps its streams apart', async () => {
    await real.agent.hello();
    const job = start('echo one; echo two >&2; read -r line; printf "%s\\0three" "$line"; exit 7');
    await expect.poll(() => job.text()).toBe('one\n');
    await expect.poll(() => job.text('err')).toBe('two\n');
    job.give(Buffer.from('line\n'));
    expect(await job.ended).toEqual({ exitCode: 7, timedOut: false });
    expect(job.text()).toBe('one\nline\0three');
    expect(job.said.took).toBe(1);
  });

  it('input byte for byte, with its end', async () => {
    await real.agent.hello();
    const job = start('cat; echo after');
    const bytes = Buffer.from(Array.from({ length: INPUT_PIECE }, (_, index) => index % 256));
    for (const piece of [bytes, bytes.subarray(0, 1), bytes.subarray(5, 300)]) job.give(piece);
    job.give(Buffer.alloc(0));
    expect((await job.ended).exitCode).toBe(0);
    const all = Buffer.concat([bytes, bytes.subarray(0, 1), bytes.subarray(5, 300)]);
    expect(job.text()).toBe(`${all.toString('latin1')}after\n`);
  });

  it('input that nobody reads, for which its end is not waited', async () => {
    await real.agent.hello();
    const job = start('exec <&-; sleep 0.5; echo done');
    for (let piece = 0; piece < INPUT_WINDOW; piece += 1) job.give(Buffer.alloc(INPUT_PIECE));
    expect((await job.ended).exitCode).toBe(0);
    expect(job.text()).toBe('done\n');
  });

  it('no more of what is printed without end than there is room for', async () => {
    await real.agent.hello();
    const stop = new AbortController();
    const job = start('yes', { taking: false, signal: stop.signal });
    await expect.poll(() => job.said.out.length).toBe(OUTPUT_WINDOW);
    await real.agent.run('sleep 0.5');
    expect(job.said.out).toHaveLength(OUTPUT_WINDOW);
    job.more('out', 2);
    await expect.poll(() => job.said.out.length).toBe(OUTPUT_WINDOW + 2);
    // Others are not held up by it.
    expect((await real.agent.run('echo here')).stdout).toBe('here\n');
    stop.abort();
    expect(await job.ended).toEqual({ exitCode: 137, timedOut: true });
    expect(await running('yes')).toBe(false);
  });

  it('all of what is printed, also by two at once', async () => {
    await real.agent.hello();
    const jobs = ['seq 1 9000', 'seq 20001 29000'].map((script) => start(script));
    await Promise.all(jobs.map(({ ended }) => ended));
    const numbers = (from: number): string =>
      Array.from({ length: 9000 }, (_, index) => `${String(from + index)}\n`).join('');
    expect(jobs.map(({ text }) => text())).toEqual([numbers(1), numbers(20_001)]);
  });

  it('the end of a script whose output is held by what has left it', async () => {
    await real.agent.hello();
    const job = start('setsid sleep 987651 & sleep 0.3; echo done');
    expect((await job.ended).exitCode).toBe(0);
    expect(job.text()).toBe('done\n');
    expect(await running('sleep 987651')).toBe(true);
    execFile('pkill', ['-fx', 'sleep 987651']);
  });

  it('and ends a script with all that it started, and with all that belongs to it', async () => {
    await real.agent.hello();
    const job = start('sleep 987650 & echo begun; sleep 987650', { timeoutMs: 2000 });
    expect(await job.ended).toEqual({ exitCode: 137, timedOut: true });
    expect(job.text()).toBe('begun\n');
    expect(await running('sleep 987650')).toBe(false);
    await expect.poll(() => readdir(join(real.folder, 'jobs'))).toEqual([]);
    expect(await running(`.*/guest/stream ${real.folder}.*`)).toBe(false);
    const stopped = start('sleep 987650', { signal: AbortSignal.abort() });
    expect((await stopped.ended).timedOut).toBe(true);
    expect(await running('sleep 987650')).toBe(false);
  });

  it('no input that arrived damaged', async () => {
    await real.agent.hello();
    const job = start('cat');
    await expect.poll(() => running('cat')).toBe(true);
    await real.port.send(`>${real.nonce} in 1 9 AAAA\n`);
    await expect(job.ended).rejects.toMatchObject({ failure: { reason: 'check-failed' } });
    // Nor does the job wait for what else may come.
    await expect.poll(() => running(`.*/guest/stream ${real.folder}.*`)).toBe(false);
  });

  it('to a host that comes back nothing of the one before', async () => {
    await real.agent.hello();
    start('echo up; sleep 987649').ended.catch(() => undefined);
    await expect.poll(() => running('sleep 987649')).toBe(true);
    const first = real.agent;
    real.agent = new Agent((text) => real.port.send(text));
    await real.agent.hello();
    expect(await running('sleep 987649')).toBe(false);
    expect(await running(`.*/guest/stream ${real.folder}.*`)).toBe(false);
    expect(await readdir(join(real.folder, 'jobs'))).toEqual([]);
    first.fail(new Failed({ reason: 'interrupted', message: 'gone' }));
  });
});
