// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../src/host/hash.js';
import type { Manifest } from '../../src/model/store.js';
import { Origin } from './origin.js';
import { Running, type Ended } from './program.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const RECIPE = { linux: 'recipes/linux/9.9.yaml', iptables: 'recipes/iptables/1.0.yaml' } as const;
/** What the recipes download. */
export const ARCHIVE = { linux: 'linux-9.9.tar.gz', iptables: 'iptables-1.0.tar.gz' } as const;
export type SourceName = keyof typeof RECIPE;

/**
 * A project in small with all that a real one has, its sources on a web server, and a store and an
 * output folder of its own: a whole run takes seconds.
 */
export class FakeProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-cli-')));
  readonly dir = join(this.root, 'project');
  readonly out = join(this.root, 'out');
  readonly origin = new Origin();
  cache = join(this.root, 'cache');
  #url = '';

  /** @param slow seconds that the kernel's compiler takes for an object, beside its own time */
  static async make(slow?: number): Promise<FakeProject> {
    const project = new FakeProject();
    cpSync(here('trees/project'), project.dir, { recursive: true });
    cpSync(here('../../guest'), join(project.dir, 'guest'), { recursive: true });
    cpSync(here('../fixtures/fake-linux'), project.tree('linux'), { recursive: true });
    cpSync(here('trees/linux'), project.tree('linux'), { recursive: true });
    cpSync(here('trees/iptables'), project.tree('iptables'), { recursive: true });
    mkdirSync(join(project.root, 'home'));
    if (slow !== undefined) project.put('slow.mk', `SLOW := ${String(slow)}\n`, 'linux');
    project.#url = await project.origin.start();
    for (const name of ['linux', 'iptables'] as const) {
      project.offer(name, project.packed(name));
    }
    return project;
  }

  /** The folder that a source's archive is packed from. */
  tree(name: SourceName): string {
    return join(this.root, 'trees', name);
  }

  /** A source's tree as the archive that its publisher would offer. */
  packed(name: SourceName): Buffer {
    const words = ['--sort=name', '--mtime=@1700000000', '--owner=0', '--group=0'];
    return execFileSync('tar', [
      '-c',
      '-I',
      'gzip -n',
      ...words,
      '-C',
      join(this.root, 'trees'),
      name,
    ]);
  }

  /** Address of the web server. */
  get url(): string {
    return this.#url;
  }

  /** Puts an archive on the server and its checksum into the recipe. */
  offer(name: SourceName, archive: Buffer): void {
    this.origin.files.set(ARCHIVE[name], archive);
    const recipe = this.read(RECIPE[name])
      .replace('ORIGIN', this.#url)
      .replace(/sha256: .*/, `sha256: ${sha256(archive)}`);
    this.put(RECIPE[name], recipe);
  }

  /** Writes a file of the project, or of a source's tree. */
  put(path: string, text: string, tree?: SourceName): void {
    const file = join(tree === undefined ? this.dir : this.tree(tree), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  /** Replaces text in a file of the project. Returns what puts it back. */
  change(path: string, from: string, to: string): () => void {
    const text = this.read(path);
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    this.put(path, text.replace(from, to));
    return () => {
      this.put(path, text);
    };
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return new Running(args, { cwd: this.root, env: { ...this.env, ...env } });
  }

  /** The environment of a run. */
  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.root, 'home'),
      L7BUILD_PROJECT: this.dir,
      L7BUILD_CACHE: this.cache,
    };
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** The words of the main job, without a guest. */
  job(...args: string[]): string[] {
    return ['--kernel', '9.9', '--no-verify', '--out', this.out, ...args];
  }

  build(...args: string[]): Promise<Ended> {
    return this.run(...this.job(...args));
  }

  /**
   * Everything that a run should not leave: tasks half done, torn files.
   *
   * @param killed a run was killed: then the empty staging folder of a task whose entry is whole may be
   *   there, from between its publishing and its tidying up
   */
  leftovers(killed?: 'killed'): string[] {
    const staging = join(this.cache, 'staging');
    const staged = (existsSync(staging) ? readdirSync(staging) : []).filter(
      (key) => killed === undefined || !existsSync(join(this.cache, 'entries', key)),
    );
    const out = existsSync(this.out) ? readdirSync(this.out) : [];
    return [...staged, ...out.filter((name) => /\.(?:part|tmp)$|^\./.test(name))];
  }

  /** Ids of the tasks that the store has entries of, sorted. */
  stored(): string[] {
    const entries = join(this.cache, 'entries');
    if (!existsSync(entries)) return [];
    return readdirSync(entries)
      .map((key) => readFileSync(join(entries, key, 'manifest.json'), 'utf8'))
      .map((text) => (JSON.parse(text) as Manifest).task)
      .sort();
  }

  /** Stops the server and removes everything. */
  async remove(): Promise<void> {
    await this.origin.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
