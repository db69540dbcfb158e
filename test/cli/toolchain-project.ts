// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN, Running, type Ended } from './program.js';

const RECIPE = `name: small
summary: make alone
suite: bookworm
compiler: gcc-12
packages:
  - make
  - usr-is-merged
base: docker.io/library/debian@sha256:${'0'.repeat(64)}
vm:
  apt: linux-image-amd64
  suite: bookworm
`;

/** A user who has been lent others (subuid(5)), by name; undefined where this machine has none. */
export function lentUser(): string | undefined {
  let lines: string[];
  try {
    lines = readFileSync('/etc/subuid', 'utf8').split('\n');
  } catch {
    return undefined;
  }
  return lines
    .flatMap((line) => line.split(':', 1))
    .find((name) => /^[a-z]/.test(name) && spawnSync('id', ['-u', name]).status === 0);
}

/** A project with one small toolchain and a store of its own. Its root takes seconds. */
export class ToolchainProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-toolchain-')));
  readonly dir = join(this.root, 'project');
  readonly folder = join(this.dir, 'containers', 'small');
  readonly lock = join(this.folder, 'packages.lock');
  cache = join(this.root, 'cache');

  constructor() {
    mkdirSync(this.folder, { recursive: true });
    chmodSync(this.root, 0o755);
    mkdirSync(join(this.root, 'home'));
    writeFileSync(join(this.folder, 'toolchain.yaml'), RECIPE);
    const own = new URL('../../containers/bookworm-gcc-12/Containerfile', import.meta.url);
    cpSync(own, join(this.folder, 'Containerfile'));
  }

  /** A userland beside it. */
  addUserland(name: string, packages: readonly string[]): void {
    const folder = join(this.dir, 'recipes', 'userlands');
    mkdirSync(folder, { recursive: true });
    const words = { name, summary: 'few programs', suite: 'bookworm', packages };
    writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(words));
  }

  start(...words: readonly string[]): Running {
    return new Running(['containers', ...words], { cwd: this.root, env: this.#env() });
  }

  run(...words: readonly string[]): Promise<Ended> {
    return this.start(...words).ended;
  }

  /** Runs the program as another user, who has a store of their own. setpriv becomes the program. */
  startAs(
    user: string,
    ...words: readonly string[]
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const home = join(this.root, user);
    mkdirSync(home, { recursive: true });
    spawnSync('chown', [user, home]);
    const become = ['--reuid', user, '--regid', user, '--init-groups', '--'];
    const started = performance.now();
    const child = spawn('setpriv', [...become, process.execPath, MAIN, 'containers', ...words], {
      cwd: '/',
      env: { ...this.#env(), HOME: home, L7BUILD_CACHE: join(home, 'cache') },
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
    }
    const ended = once(child, 'close').then(([code]) => ({
      code: (code as number | null) ?? undefined,
      ...output,
      ms: performance.now() - started,
    }));
    return { child, ended };
  }

  #env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.root, 'home'),
      L7BUILD_PROJECT: this.dir,
      L7BUILD_CACHE: this.cache,
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
