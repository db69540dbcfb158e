// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src/model/store.js';
import { Running, type Ended } from '../cli/program.js';
import { FakeProject } from '../cli/project.js';
import { artifactsIn } from '../cli/report.js';
import { treeLines } from '../cli/tree-digest.js';
import type { Store } from './campaign.js';

/** Where the cases of a kind are tried: a project, and all that a run of it that nobody disturbs yields. */
export class Ground {
  #places = 0;

  private constructor(
    readonly project: FakeProject,
    /** Digests of the artifacts, by name. */
    readonly artifacts: Readonly<Record<string, string>>,
    /** What each task's entry holds. */
    readonly contents: ReadonlyMap<string, string>,
    /** Milliseconds that the run took. */
    readonly ms: number,
  ) {}

  static async lay(): Promise<Ground> {
    const project = await FakeProject.make();
    const { code, stderr, ms } = await project.build();
    if (code !== 0) throw new Error(stderr);
    const contents = storedIn(project.cache).map(({ task, files }) => [task, contentOf(files)]);
    return new Ground(
      project,
      artifactsIn(project.out),
      new Map(contents as [string, string][]),
      ms,
    );
  }

  /** A new place in it. @param store whether its store is empty or has all that a run needs */
  place(store: Store): Place {
    this.#places += 1;
    const place = new Place(this, join(this.project.root, `place-${String(this.#places)}`));
    if (store === 'whole') execFileSync('cp', ['-a', this.project.cache, place.cache]);
    place.began();
    return place;
  }

  async clear(): Promise<void> {
    await this.project.remove();
  }
}

/** An entry of a store as it lies there. */
export interface Lying {
  readonly task: string;
  readonly key: string;
  readonly created: string;
  readonly home: string;
  readonly files: string;
  readonly manifest: Manifest;
}

/** The entries of a store whose manifests can be read, by task. */
export function storedIn(cache: string): Lying[] {
  const entries = join(cache, 'entries');
  if (!existsSync(entries)) return [];
  return readdirSync(entries)
    .sort()
    .flatMap((key) => {
      const home = join(entries, key);
      try {
        const text = readFileSync(join(home, 'manifest.json'), 'utf8');
        const manifest = JSON.parse(text) as Manifest;
        const { task, created } = manifest;
        const files = join(home, 'files');
        return manifest.key === key ? [{ task, key, created, home, files, manifest }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => (a.task < b.task ? -1 : 1));
}

/** A tree's paths, modes and contents; times may differ. */
export function contentOf(folder: string): string {
  const line = /^(.*? [0-7]+) -?\d+( ->.*| [0-9a-f]{64})?$/;
  const lines = existsSync(folder) ? treeLines(folder) : ['(nothing)'];
  return lines.map((text) => text.replace(line, '$1$2')).join('\n');
}

export type Outcome = Ended & { readonly out: string };

/** A store and output folders of one case's own. */
export class Place {
  readonly cache: string;
  readonly out: string;
  /** What the store had before the fault. */
  before: readonly Lying[] = [];
  /** The project of its runs: the ground's, or a changed copy. */
  project: string;

  constructor(
    readonly ground: Ground,
    readonly root: string,
  ) {
    this.project = ground.project.dir;
    this.cache = join(root, 'cache');
    this.out = join(root, 'out');
    mkdirSync(join(root, 'home'), { recursive: true });
  }

  /** Notes what is there. */
  began(): void {
    this.before = storedIn(this.cache);
  }

  /** Gives the place a project of its own, to be changed. */
  ownProject(): string {
    this.project = join(this.root, 'project');
    cpSync(this.ground.project.dir, this.project, { recursive: true });
    return this.project;
  }

  /** Starts the program with these words. */
  starting(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return new Running(words, {
      cwd: this.root,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: join(this.root, 'home'),
        L7BUILD_PROJECT: this.project,
        L7BUILD_CACHE: this.cache,
        ...env,
      },
    });
  }

  job(out = this.out): string[] {
    return ['--kernel', '9.9', '--no-verify', '--out', out];
  }

  /** A whole run, without a guest. */
  async run(
    env: Readonly<Record<string, string>> = {},
    { out = this.out, words = [] }: { out?: string; words?: readonly string[] } = {},
  ): Promise<Outcome> {
    return { ...(await this.starting([...this.job(out), ...words], env).ended), out };
  }

  /** The entry of a task. */
  entry(task: string): Lying {
    const found = storedIn(this.cache).find((entry) => entry.task === task);
    if (found === undefined) throw new Error(`no entry of ${task}`);
    return found;
  }

  /** Removes the entries of the tasks that read a task's output: so the next run has to read it. */
  forgetReaders(task: string): string[] {
    const { digest } = this.entry(task).manifest;
    const readers = storedIn(this.cache).filter(({ manifest }) =>
      Object.values(manifest.inputs?.needs ?? {}).includes(digest),
    );
    for (const { home } of readers) rmSync(home, { recursive: true });
    return readers.map((entry) => entry.task);
  }

  /** Lets what was left half-written in the output folder be as old as it would be tomorrow. */
  age(): void {
    const yesterday = Date.now() / 1000 - 86_400;
    for (const name of existsSync(this.out) ? readdirSync(this.out) : []) {
      if (name.startsWith('.')) utimesSync(join(this.out, name), yesterday, yesterday);
    }
  }

  /** Removes the entries of other projects, which the ground knows nothing of. */
  forgetOthers(): void {
    const known = new Set(storedIn(this.ground.project.cache).map(({ key }) => key));
    for (const { key, home } of storedIn(this.cache)) {
      if (!known.has(key)) rmSync(home, { recursive: true });
    }
  }

  /** File systems that are mounted below it. */
  mounts(): string[] {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${this.root}/`));
  }

  clear(): void {
    for (const path of this.mounts().reverse()) execFileSync('umount', ['--lazy', path]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
