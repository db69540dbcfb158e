// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec, hasProgram } from '../../../src/host/exec.js';
import { Failed } from '../../../src/model/failure.js';
import { transpiled } from './transpiled.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-exec-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

async function failureOf(promise: Promise<unknown>): Promise<Failed['failure']> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Failed) return error.failure;
  throw new Error(`expected a Failed, got ${String(error)}`);
}

function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

async function eventually(condition: () => boolean, ms = 5000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    if (condition()) return true;
    await sleep(20);
  }
  return condition();
}

describe('exec', () => {
  it('gives both streams and the exit code', async () => {
    const result = await exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { accept: [3] });
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gives the child an empty standard input, or the input', async () => {
    expect((await exec(['cat'])).stdout).toBe('');
    expect((await exec(['cat'], { input: 'text' })).stdout).toBe('text');
    await exec(['true'], { input: 'x'.repeat(1 << 20) });
  });

  it('replaces the environment and the working directory', async () => {
    const env = { PATH: process.env['PATH'] ?? '', ONLY: '1' };
    const { stdout } = await exec(['sh', '-c', 'echo $ONLY-$HOME; pwd'], { env, cwd: dir });
    expect(stdout).toBe(`1-\n${dir}\n`);
  });

  it('follows both streams line by line and logs even the unfinished last line', async () => {
    const log = join(dir, 'log');
    writeFileSync(log, 'before\n');
    const lines: string[] = [];
    const script =
      'echo one; sleep 0.1; echo two >&2; sleep 0.1; printf "thr"; sleep 0.1; printf ee';
    const onLine = (line: string): void => void lines.push(line);
    const result = await exec(['sh', '-c', script], { log, onLine, capture: false });
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(readFileSync(log, 'utf8')).toBe('before\none\ntwo\nthree\n');
    expect(result.stdout).toBe('');
  });

  it('loses nothing of a long output, wherever the chunks end', async () => {
    const log = join(dir, 'log');
    let count = 0;
    const argv = ['seq', '-f', 'zeile-ü-%.0f', '1', '200000'] as const;
    const { stdout } = await exec([...argv], { log, onLine: () => (count += 1) });
    expect(count).toBe(200000);
    expect(stdout.split('\n')).toHaveLength(200001);
    expect(readFileSync(log, 'utf8')).toBe(stdout);
  });

  it('cuts a line without end into pieces', async () => {
    const lengths: number[] = [];
    const argv = ['head', '-c', '200000', '/dev/zero'] as const;
    await exec([...argv], { onLine: (line) => lengths.push(line.length), capture: false });
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(200000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65536);
  });

  it('words a failure with the command, the end and the last lines of both streams', async () => {
    const log = join(dir, 'log');
    const script = 'seq 1 30; sleep 0.1; echo bad >&2; exit 2';
    const failure = await failureOf(exec(['sh', '-c', script], { log }));
    expect(failure.reason).toBe('command-failed');
    expect(failure.message).toBe(`sh -c ${script}: exit code 2`);
    expect(failure.details).toHaveLength(20);
    expect(failure.details?.at(-1)).toBe('bad');
    expect(failure.log).toBe(log);
    const killed = await failureOf(exec(['sh', '-c', 'kill -SEGV $$']));
    expect(killed.message).toContain('ended by SIGSEGV');
  });

  it('tells a full disk from other failures', async () => {
    const failure = await failureOf(
      exec(['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1'], { cwd: dir }),
    );
    expect(failure.reason).toBe('no-space');
    expect(failure.message).toContain(dir);
    const log = await failureOf(exec(['echo', 'x'], { log: '/dev/full' }));
    expect(log.reason).toBe('no-space');
  });

  it('names the package of a program that is not installed', async () => {
    const env = { PATH: dir };
    const failure = await failureOf(exec(['qemu-system-x86_64'], { env }));
    expect(failure.reason).toBe('host-lacks');
    expect(failure.hints?.[0]).toContain('qemu-system-x86,');
    expect((await failureOf(exec(['./nothing'], { cwd: dir }))).reason).toBe('host-lacks');
    expect(await hasProgram('sh')).toBe(true);
    expect(await hasProgram('no-such-program')).toBe(false);
  });

  it('says so when a working directory is missing', async () => {
    const failure = await failureOf(exec(['true'], { cwd: join(dir, 'gone') }));
    expect(failure.reason).toBe('command-failed');
    expect(failure.message).toContain('could not be started');
  });

  it('ends a command that takes too long', async () => {
    const failure = await failureOf(exec(['sleep', '60'], { timeoutMs: 100 }));
    expect(failure.message).toBe('sleep 60: not done after 0.1 s');
  });

  it('ends the child and its descendants when the signal fires', async () => {
    const abort = new AbortController();
    const pids = join(dir, 'pids');
    const script = `(sh -c 'echo $$ >> ${pids}; sleep 60; true'; true) & echo $$ >> ${pids}; wait`;
    const promise = failureOf(exec(['sh', '-c', script], { signal: abort.signal }));
    const read = (): number[] =>
      existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : [];
    expect(await eventually(() => read().length === 2)).toBe(true);
    const started = Date.now();
    abort.abort();
    expect((await promise).reason).toBe('interrupted');
    expect(Date.now() - started).toBeLessThan(2000);
    expect(await eventually(() => !read().some(alive))).toBe(true);
  });

  it('kills a child that does not listen, and does not wait for one that escaped', async () => {
    const abort = new AbortController();
    const script = 'trap "" TERM; (trap "" TERM; sleep 4 & echo up; wait) ; sleep 60';
    const onLine = (): void => {
      abort.abort();
    };
    const started = Date.now();
    const failure = await failureOf(exec(['sh', '-c', script], { signal: abort.signal, onLine }));
    expect(failure.reason).toBe('interrupted');
    expect(Date.now() - started).toBeGreaterThan(2500);
    expect(Date.now() - started).toBeLessThan(6000);
  }, 10_000);

  it('tells Ctrl-C from a failure, although the child may end first', async () => {
    for (let count = 0; count < 5; count += 1) {
      const abort = new AbortController();
      const onSignal = (): void => {
        abort.abort();
      };
      process.once('SIGUSR2', onSignal);
      const script = `kill -USR2 ${String(process.pid)}; exit 2`;
      const failure = await failureOf(exec(['sh', '-c', script], { signal: abort.signal }));
      process.removeListener('SIGUSR2', onSignal);
      expect(failure.reason).toBe('interrupted');
    }
  });

  it('finds its own tools whatever PATH the child gets', async () => {
    symlinkSync('/bin/sh', join(dir, 'only'));
    const { stdout } = await exec(['only', '-c', 'echo $PATH'], { env: { PATH: dir } });
    expect(stdout).toBe(`${dir}\n`);
  });

  it('starts nothing when the signal has fired already', async () => {
    const file = join(dir, 'made');
    const failure = await failureOf(exec(['touch', file], { signal: AbortSignal.abort() }));
    expect(failure.reason).toBe('interrupted');
    expect(existsSync(file)).toBe(false);
  });

  it('ends the child and passes on what onLine throws', async () => {
    const onLine = (): void => {
      throw new RangeError('not this');
    };
    await expect(exec(['sh', '-c', 'echo a; sleep 60'], { onLine })).rejects.toThrow(RangeError);
  });

  it('refuses to keep more than the limit', async () => {
    const endless = exec(['cat', '/dev/zero'], { timeoutMs: 20_000 });
    await expect(endless).rejects.toThrow(RangeError);
    await exec(['head', '-c', '100000000', '/dev/zero'], { capture: false });
  }, 30_000);

  it('lets no child outlive a parent that is killed', async () => {
    const pid = join(dir, 'pid');
    const code = `
      import { exec } from '${transpiled(dir)}/host/exec.js';
      await exec(['sh', '-c', 'echo $$ > ${pid}; exec sleep 60']);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: 'inherit',
    });
    const read = (): string => (existsSync(pid) ? readFileSync(pid, 'utf8').trim() : '');
    expect(await eventually(() => read() !== '', 15_000)).toBe(true);
    expect(alive(Number(read()))).toBe(true);
    parent.kill('SIGKILL');
    expect(await eventually(() => !alive(Number(read())))).toBe(true);
  }, 20_000);
});
