// SPDX-License-Identifier: GPL-2.0-only
import { appendFile } from 'node:fs/promises';
import { interrupted, type Argv } from '../../host/exec.js';
import { Failed } from '../../model/failure.js';
import type { Runtime } from '../../model/runtime.js';
import type { StepContext } from '../../model/step.js';
import type { MakeOutput } from './make-output.js';
import { sourcesOf, type BuildSite } from './site.js';

/** Milliseconds for making one target again: kbuild looks at much before it comes to it. */
const AGAIN_MS = 60_000;

/** What a failed make leaves to tell. */
export interface FailedMake {
  readonly site: BuildSite;
  readonly output: MakeOutput;
  readonly runtime: Runtime;
  readonly writable: readonly string[];
  /** Told when making the target again took too long and was killed. */
  readonly onKilled: () => void;
}

/**
 * The failure of a make, told by what it stopped at: the compiler's errors, and the command that failed,
 * found by making that target again, alone and verbosely. The log has all of it.
 *
 * @param error what the make's run threw
 * @returns what to throw in its place
 */
export async function failedMake(
  error: unknown,
  make: FailedMake,
  ctx: Pick<StepContext, 'log' | 'signal'>,
): Promise<unknown> {
  if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') return error;
  const { stop, errors } = make.output;
  if (stop === undefined) return error;
  const command = isFile(stop.target) ? await commandOf(make, ctx) : undefined;
  if (ctx.signal.aborted) return interrupted();
  const lines = errors.length > 0 ? errors : (error.failure.details ?? []);
  return new Failed({
    ...error.failure,
    message: `make stopped at ${withoutKnown(stop.target, make.site)}`,
    details: [
      ...lines,
      ...(command === undefined ? [] : [`by: ${shortened(withoutKnown(command, make.site))}`]),
    ],
    log: ctx.log,
    facts: { warnings: [...make.output.warnings] },
  });
}

/** A target that a command makes, and no name for many. */
function isFile(target: string): boolean {
  return /\.\w+$/.test(target);
}

/** The command that makes the target at which make stopped; undefined where make does not tell. */
async function commandOf(
  { site, output, runtime, writable, onKilled }: FailedMake,
  { log, signal }: Pick<StepContext, 'log' | 'signal'>,
): Promise<string | undefined> {
  const { stop } = output;
  if (stop === undefined) return undefined;
  const name = stop.target.replace(/^.*\//, '').replace(/\.\w+$/, '');
  let command: string | undefined;
  const words: Argv = [...site.make, 'V=1', ...site.again(stop)];
  await appendFile(log, `\nThe target that make stopped at, once more: ${words.join(' ')}\n`);
  try {
    await runtime.run({
      argv: words,
      cwd: site.cwd,
      env: site.env,
      ...sourcesOf(site),
      writable,
      log,
      signal: AbortSignal.any([signal, AbortSignal.timeout(AGAIN_MS)]),
      onLine: (line) => {
        if (isCommand(line, name)) command = line.trim();
      },
    });
  } catch (error) {
    // It fails as it did before; that it takes too long this time is no failure of its own.
    if (!(error instanceof Failed)) throw error;
    if (error.failure.reason === 'interrupted') onKilled();
  }
  return command;
}

/** A line in which a compiler or linker is called to make something of that name. */
function isCommand(line: string, name: string): boolean {
  return (
    line.includes(name) && / -[co] /.test(line) && !/^\s*(?:make|#|echo\b|\S+:\d+:)/.test(line)
  );
}

/** Words of a compiler that take the next word with them and tell little about what failed. */
const WITH_VALUE = new Set(['-include', '-isystem', '-imacros', '-idirafter', '-MF', '-MT', '-MQ']);

/** A compiler's command line without the options that every file gets; `…` is where some were. */
export function shortened(command: string): string {
  const [first = ''] = command.split(/\s*;\s/, 1);
  const words = first.split(/\s+/);
  const kept = words.map((word, at) => {
    const dropped =
      (word.startsWith('-') && !/^-(?:[co]$|O)/.test(word)) || WITH_VALUE.has(words[at - 1] ?? '');
    return dropped ? '…' : word;
  });
  return kept.filter((word, at) => word !== '…' || kept[at - 1] !== '…').join(' ');
}

function withoutKnown(text: string, { known }: BuildSite): string {
  return known.reduce((rest, folder) => rest.replaceAll(folder, ''), text);
}
