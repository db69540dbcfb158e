// SPDX-License-Identifier: GPL-2.0-only
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect } from 'vitest';
import type { LabRecord } from '../../src/lab/messages.js';
import { MAIN, processesAt, type Ended, type Running } from './program.js';
import { FakeProject } from './project.js';

const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));

/** Where programs keep what is of no use after them. */
const TEMPORARY = 'temporary';

/** Two hosts on a link. */
export const PAIR = `name: pair
summary: Two hosts on a link
kernel: '9.9'
links: { lan: 10.0.0.0/24 }
hosts:
  gate: { on: { lan: 10.0.0.1 } }
  leaf: { on: { lan: 10.0.0.2 } }
`;

/**
 * A project with the topology `pair`, built, and labs of it with what stands in for QEMU (stand-in/): real are the
 * supervisor, its locks, sockets and pipes. What machines do is in test/guest.
 */
export class LabProject {
  private constructor(readonly project: FakeProject) {}

  static async make(): Promise<LabProject> {
    const project = await FakeProject.make();
    mkdirSync(join(project.root, TEMPORARY));
    project.put('recipes/topologies/pair.yaml', PAIR);
    const { code, stderr } = await project.build();
    if (code !== 0) throw new Error(stderr);
    return new LabProject(project);
  }

  /** @param odd what is not as it should be, by the stand-in's names for that */
  start(words: readonly string[], odd: Readonly<Record<string, string>> = {}): Running {
    return this.project.start(['lab', ...words], { ...this.#env, ...odd });
  }

  get #env(): Record<string, string> {
    const path = `${STAND_IN}:${process.env['PATH'] ?? ''}`;
    return { PATH: path, TMPDIR: join(this.project.root, TEMPORARY) };
  }

  /** A command with pipes that are the test's. */
  spawn(words: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [MAIN, 'lab', ...words], {
      env: { ...this.project.env, ...this.#env },
    });
  }

  lab(...words: string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  up(...words: string[]): Promise<Ended> {
    return this.lab('up', '--topology', 'pair', ...words);
  }

  /** Path in the store. */
  at(...names: string[]): string {
    return join(this.project.cache, ...names);
  }

  /** Processes and files of labs; a lock file without a holder is none, nor is a snapshot that is whole. */
  left(): string[] {
    const folders = ['labs', 'staging'].map((name) => this.at(name));
    const files = folders.flatMap((folder) => (existsSync(folder) ? filesIn(folder) : []));
    const temporary = readdirSync(join(this.project.root, TEMPORARY));
    return [...processesAt(this.project.root), ...files, ...temporary];
  }

  recordOf(name: string): LabRecord {
    return JSON.parse(readFileSync(this.at('labs', name, 'lab.json'), 'utf8')) as LabRecord;
  }

  /** Folders of the snapshots that the store has. */
  snapshots(): string[] {
    return readdirSync(this.at('entries'))
      .map((key) => this.at('entries', key, 'files'))
      .filter((folder) => existsSync(join(folder, 'leaf.memory')));
  }
}

/** After each test all its labs go down, and nothing of them may be left; in the end the project goes. */
export function leavesNothing(labs: LabProject): void {
  afterAll(() => labs.project.remove());
  afterEach(async () => {
    expect((await labs.lab('down', '--all')).code).toBe(0);
    expect(labs.left()).toEqual([]);
  });
}

/** Paths below a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String);
}
