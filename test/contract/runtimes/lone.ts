// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findProgram } from '../../../src/host/tools.js';
import { processesAt } from '../../cli/program.js';
import type { Bench } from './bench.js';
import { until } from './commands.js';
import { STORE, workshopFor } from './workshop.js';

const DRIVER = fileURLToPath(new URL('driver.mjs', import.meta.url));
/** Any user without powers. */
const OTHER = 1000;

/** A command in the builder of a bench, run by a process of its own. */
async function start(bench: Bench, script: string, as: readonly string[] = []): Promise<Lone> {
  const { argv, cwd, env, writable } = bench.command(script);
  const words = {
    builder: bench.builder.name,
    options: { cache: STORE },
    workshop: await workshopFor(bench.builder),
    command: { argv, cwd, env, writable, log: join(bench.work, 'log') },
  };
  const args = [...as, process.execPath, DRIVER, JSON.stringify(words)];
  return new Lone(spawn('env', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
}

class Lone {
  readonly said: Promise<string>;

  constructor(readonly child: ChildProcess) {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    this.said = once(child, 'close').then(() => text);
  }
}

/** Control groups of this program whose maker is that process. */
function groupsOf(pid: number | undefined): string[] {
  const below = (dir: string, depth: number): string[] =>
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => {
        const path = join(dir, name);
        return [path, ...(depth > 1 ? below(path, depth - 1) : [])];
      });
  const top = '/sys/fs/cgroup';
  const all = existsSync(top) ? below(top, 6) : [];
  return all.filter((path) => /\/l7build-\d+-/.test(path) && path.includes(`-${String(pid)}-`));
}

/** What needs the program as a process of its own: sudden death, and another user. */
export function loneTests(bench: () => Bench): void {
  test('a killed run leaves nothing behind, and the next one is sound', async () => {
    const begun = join(bench().work, 'begun');
    const script = 'sleep 71 & (trap "" HUP TERM; sleep 72) & echo > begun; wait';
    const run = await start(bench(), script);
    await until(() => Promise.resolve(existsSync(begun)));
    expect(existsSync(begun)).toBe(true);
    run.child.kill('SIGKILL');
    await run.said;
    await until(() => Promise.resolve(processesAt(bench().root).length === 0));
    expect(processesAt(bench().root)).toEqual([]);
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(bench().root);
    const next = await start(bench(), 'echo sound > next');
    expect(await next.said).toBe('ok');
    expect(await readFile(join(bench().work, 'next'), 'utf8')).toBe('sound\n');
    expect(groupsOf(run.child.pid)).toEqual([]);
    expect(groupsOf(next.child.pid)).toEqual([]);
  }, 120_000);

  test.runIf(process.getuid?.() === 0 && findProgram('setpriv') !== undefined)(
    'works for a user without powers too, and what it writes is that user’s',
    async (context) => {
      const reads = ['--reuid', String(OTHER), '--clear-groups', 'test', '-r', DRIVER];
      if (spawnSync('setpriv', reads).status !== 0) {
        context.skip('another user cannot read this project, which lies in a private folder');
        return;
      }
      await chmod(bench().root, 0o755);
      const home = join(bench().work, 'of-another');
      await mkdir(home);
      await chown(home, OTHER, OTHER);
      await writeFile(join(bench().root, 'secret'), 'mine', { mode: 0o600 });
      const inside =
        'id -u > user; grep ^CapEff /proc/self/status > powers; ' +
        `cat ${join(bench().root, 'secret')} > stolen; true`;
      const id = String(OTHER);
      const as = ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', 'env', `HOME=${home}`];
      const { builder, runtime } = bench();
      const theirs = Object.assign(Object.create(bench()) as Bench, {
        builder,
        runtime,
        work: home,
      });
      const said = await (await start(theirs, inside, as)).said;
      if (said.includes('host-lacks')) {
        context.skip(said);
        return;
      }
      expect(said).toBe('ok');
      const { uid, gid } = await stat(join(home, 'user'));
      expect({ uid, gid }).toEqual({ uid: OTHER, gid: OTHER });
      expect(await readFile(join(home, 'user'), 'utf8')).not.toBe('0\n');
      expect(await readFile(join(home, 'powers'), 'utf8')).toMatch(/^CapEff:\s0{16}$/m);
      expect(await readFile(join(home, 'stolen'), 'utf8')).toBe('');
    },
    120_000,
  );
}
