// SPDX-License-Identifier: GPL-2.0-only
import type { Argv } from '../../host/exec.js';
import { Failed } from '../../model/failure.js';
import type { StepContext } from '../../model/step.js';
import type { Facts } from '../../model/store.js';
import type { Ccache } from './ccache.js';
import { failedMake } from './failed-make.js';
import { MakeOutput } from './make-output.js';
import { sourcesOf, type BuildSite } from './site.js';

/** A step's commands, with progress, warnings and failures read from what they print. */
export interface Maker {
  /** Runs make with these words beside the site's own. @throws Failed that names what it stopped at */
  make(...words: string[]): Promise<void>;
  /** Runs another command of the build. */
  run(...argv: Argv): Promise<void>;
  /** Whether make came to its end by itself, of what `make` threw: nothing killed it or told it to stop. */
  readonly endedItself: (error: unknown) => boolean;
  /** Objects compiled so far. */
  objects(): number;
  /** For the step's result: every warning of the compiler. */
  facts(): Facts;
}

/**
 * Gets ready to run a step's commands at a site.
 *
 * @param writable directories that the commands may write
 * @param total objects that a whole compile has, where this one is whole and the number known
 * @param ccache around the compiler; the commands that look at a failure again go without
 */
export async function makerAt(
  site: BuildSite,
  ctx: StepContext,
  {
    writable,
    total,
    ccache,
  }: {
    readonly writable: readonly string[];
    readonly total?: number | undefined;
    readonly ccache?: Ccache | undefined;
  },
): Promise<Maker> {
  const runtime = await ctx.runtime();
  const output = new MakeOutput(site.known);
  let killed = false;
  const onKilled = (): void => {
    killed = true;
  };
  const { env = {}, writable: kept = [], programs } = ccache?.command ?? {};
  const facts = (): Facts => ({ warnings: [...output.warnings] });
  const onLine = (line: string): void => {
    const note = output.take(line);
    if (note === undefined) return;
    const done = output.objects;
    ctx.progress({
      done,
      ...(total === undefined ? {} : { total: Math.max(total, done) }),
      unit: 'objects',
      note,
    });
  };
  const run = (...argv: Argv): Promise<void> =>
    runtime.run({
      argv,
      cwd: site.cwd,
      env: { ...site.env, ...env },
      ...sourcesOf(site),
      writable: [...writable, ...kept],
      ...(programs === undefined ? {} : { programs }),
      log: ctx.log,
      signal: ctx.signal,
      onLine,
    });
  return {
    run,
    async make(...words) {
      try {
        await run(...site.make, ...words);
      } catch (error) {
        throw await failedMake(error, { site, output, runtime, writable, onKilled }, ctx);
      }
    },
    endedItself: (error) =>
      !killed &&
      error instanceof Failed &&
      error.failure.reason === 'command-failed' &&
      output.stop !== undefined,
    objects: () => output.objects,
    facts,
  };
}
