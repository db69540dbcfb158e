// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failed, type Failure } from '../../../src/model/failure.js';
import {
  BUILDERS,
  type BuildCommand,
  type Builder,
  type BuilderName,
  type Runtime,
} from '../../../src/model/runtime.js';
import { openBuilder } from '../../../src/runtimes/index.js';
import { STORE, workshopFor } from './workshop.js';

/** The builders to try: those that `L7BUILD_TEST_BUILDERS` names, with commas between, or all. */
const wanted: readonly string[] = process.env['L7BUILD_TEST_BUILDERS']?.split(',') ?? BUILDERS;

/** A builder to try, or why it is not tried. */
export type Candidate = { readonly name: BuilderName } & (
  { readonly builder: Builder } | { readonly lacking: Failure }
);

/** Every builder that there is a name for, found by trying as a run does. */
export async function candidates(): Promise<Candidate[]> {
  await mkdir(STORE, { recursive: true });
  const names = BUILDERS.filter((name) => wanted.includes(name));
  return Promise.all(
    names.map(async (name) => {
      try {
        return { name, builder: await openBuilder(name, { cache: STORE }) };
      } catch (error) {
        if (error instanceof Failed) return { name, lacking: error.failure };
        throw error;
      }
    }),
  );
}

/** A builder at work on a folder of its own. */
export class Bench {
  private constructor(
    readonly builder: Builder,
    readonly runtime: Runtime,
    /** Outside of what commands may write. */
    readonly root: string,
    /** Where commands write. */
    readonly work: string,
  ) {}

  static async open(builder: Builder): Promise<Bench> {
    const runtime = await builder.open(await workshopFor(builder));
    const root = await mkdtemp(join(tmpdir(), 'l7build-runtime-'));
    const work = join(root, 'work');
    await mkdir(work);
    return new Bench(builder, runtime, root, work);
  }

  close(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  get log(): string {
    return join(this.root, 'log');
  }

  /** A shell script as a command in the work folder. */
  command(script: string, change: Partial<BuildCommand> = {}): BuildCommand {
    return {
      argv: ['sh', '-c', script],
      cwd: this.work,
      env: {},
      writable: [this.work],
      log: this.log,
      signal: new AbortController().signal,
      ...change,
    };
  }

  run(script: string, change: Partial<BuildCommand> = {}): Promise<void> {
    return this.runtime.run(this.command(script, change));
  }

  /** The failure that a script ends in; an error if it does not. */
  async failure(script: string, change: Partial<BuildCommand> = {}): Promise<Failure> {
    const error: unknown = await this.run(script, change).catch((e: unknown) => e);
    if (error instanceof Failed) return error.failure;
    throw new Error(`no failure but ${String(error)}`);
  }
}
