// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Failed } from '../../src/model/failure.js';
import type { BuildCommand, Builder, Runtime, Workshop } from '../../src/model/runtime.js';
import { openBuilder } from '../../src/runtimes/index.js';
import { processesAt } from '../cli/program.js';
import { STORE, workshopFor } from '../contract/runtimes/workshop.js';

const PROJECT = join(import.meta.dirname, '../..');
/** As built: it has to run in a process of its own to be killed. */
const BUILT = pathToFileURL(join(PROJECT, 'dist/runtimes/index.js')).href;

/** Milliseconds: a busy host takes its time to boot a machine. */
const BUSY = { timeout: 300_000, interval: 200 };

/** The saved machine that was used last. */
async function lastUsed(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.state'));
  const used = names.map(async (name) => {
    const path = join(folder, name);
    return { path, at: (await stat(path)).mtimeMs };
  });
  const [last] = (await Promise.all(used)).sort((a, b) => b.at - a.at);
  if (last === undefined) throw new Error('no machine was saved');
  return last.path;
}

/** What the builder qemu promises beside the contract of all builders (test/contract/runtimes). */
describe('the builder qemu', () => {
  let root: string;
  let work: string;
  let workshop: Workshop;
  let builder: Builder;
  let runtime: Runtime;

  beforeAll(async () => {
    builder = await openBuilder('qemu', { cache: STORE, jobs: 1 });
    const made = await workshopFor(builder);
    if (made === undefined) throw new Error('the plan has no toolchain');
    workshop = made;
    runtime = await builder.open(workshop);
    root = await mkdtemp(join(tmpdir(), 'l7build-qemu-'));
    work = join(root, 'work');
    await mkdir(work);
  });
  afterAll(() => rm(root, { recursive: true }));

  const command = (script: string, change: Partial<BuildCommand> = {}): BuildCommand => ({
    argv: ['sh', '-c', script],
    cwd: work,
    env: {},
    writable: [work],
    log: join(root, 'log'),
    signal: new AbortController().signal,
    ...change,
  });
  const made = (name: string): Promise<string> => readFile(join(work, name), 'utf8');

  it('gives lines while the command runs, and all of a long output', async () => {
    const heard: { line: string; ms: number }[] = [];
    const onLine = (line: string): void => {
      heard.push({ line, ms: performance.now() });
    };
    await runtime.run(command('echo first; sleep 3; seq 20000', { onLine }));
    expect(heard.map(({ line }) => line)).toEqual([
      'first',
      ...Array.from({ length: 20_000 }, (_, nth) => String(nth + 1)),
    ]);
    expect((heard[1]?.ms ?? 0) - (heard[0]?.ms ?? 0)).toBeGreaterThan(2000);
  });

  it("gives files the host's time, which make takes for what it is", async () => {
    await writeFile(join(work, 'Makefile'), 'a: b\n\tcp b a\n');
    await writeFile(join(work, 'b'), 'source');
    const hour = 3600;
    await utimes(join(work, 'b'), Date.now() / 1000 - hour, Date.now() / 1000 - hour);
    const before = Date.now();
    await runtime.run(command('make > first 2>&1; make > second 2>&1'));
    expect(await made('first')).toBe('cp b a\n');
    expect(await made('second')).toBe("make: 'a' is up to date.\n");
    const { mtimeMs } = await stat(join(work, 'a'));
    expect(mtimeMs).toBeGreaterThanOrEqual(before);
    expect(mtimeMs).toBeLessThanOrEqual(Date.now());
    await utimes(join(work, 'b'), new Date(), new Date());
    await runtime.run(command('make > third 2>&1'));
    expect(await made('third')).toBe('cp b a\n');
  });

  it('brings what a program changed in mapped memory to the host', async () => {
    const source = [
      '#include <fcntl.h>\n#include <sys/mman.h>\n#include <string.h>\n#include <unistd.h>',
      'int main(void) { int fd = open("mapped", O_RDWR | O_CREAT, 0644); ftruncate(fd, 4096);',
      'char *at = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);',
      'strcpy(at, "through memory"); return 0; }',
    ].join('\n');
    await writeFile(join(work, 'map.c'), source);
    await runtime.run(command('gcc -w -o map map.c && ./map'));
    expect((await made('mapped')).replace(/\0+$/, '')).toBe('through memory');
  });

  it('boots a machine of a kind once, and again when nothing goes on from what was saved', async () => {
    await runtime.run(command('true'));
    // A kind's use is noted; others of the store are not ours.
    const saved = await lastUsed(join(STORE, 'vm'));
    const machine = join(saved, 'machine');
    const { ino } = await stat(machine);
    await runtime.run(command('echo again > again'));
    expect(await made('again')).toBe('again\n');
    expect((await stat(machine)).ino).toBe(ino);

    await truncate(machine, 100_000);
    const log = join(root, 'resume.log');
    await runtime.run(command('echo booted > booted', { log }));
    expect(await made('booted')).toBe('booted\n');
    expect(await readFile(log, 'utf8')).toContain('l7build: no machine goes on from a saved one: ');
    await expect(stat(saved)).rejects.toThrow('ENOENT');
    // A step's later commands do not try again; later steps do, also two at once, and where a half of it is gone.
    await runtime.run(command('true'));
    await expect(stat(saved)).rejects.toThrow('ENOENT');
    const later = (): Promise<void> =>
      builder.open(workshop).then((one) => one.run(command('true')));
    await Promise.all([later(), later()]);
    await rm(join(saved, 'console'));
    await later();
    expect(await readdir(saved)).toEqual(['console', 'machine']);
  });

  it('tells a machine that died under a command', async () => {
    const running = runtime
      .run(command('echo > started; sleep 600'))
      .catch((error: unknown) => (error as Failed).failure);
    await vi.waitFor(() => made('started'), BUSY);
    const qemu = processesAt(work).find((line) => /^\d+ qemu-system-x86_64 /.test(line));
    process.kill(Number(qemu?.split(' ')[0]), 'SIGKILL');
    expect(await running).toMatchObject({ reason: 'guest-died', log: join(root, 'log') });
  });

  it('dies with the program that started it', async () => {
    const script = `
      const { openBuilder } = await import(${JSON.stringify(BUILT)});
      const builder = await openBuilder('qemu', { cache: ${JSON.stringify(STORE)}, jobs: 1 });
      const runtime = await builder.open(${JSON.stringify(workshop)});
      await runtime.run({ ...${JSON.stringify(command('echo > alive; sleep 600'))},
        signal: new AbortController().signal });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await vi.waitFor(() => made('alive'), BUSY);
    expect(processesAt(work)).not.toEqual([]);
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(processesAt(work)).toEqual([]);
    }, BUSY);
  });
});
