// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from '../../engine/store.js';
import { removeTree } from '../../host/files.js';
import { runTrial, type Trial } from '../../lab/exercise.js';
import { Lab } from '../../lab/lab.js';
import type { LabOrder } from '../../lab/messages.js';
import type { CheckResult } from '../../model/check.js';
import type { Exercise } from '../../model/exercise.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import type { Backend } from '../../model/scenario.js';
import { exerciseNames, loadExercise, loadTopology } from '../../recipe/index.js';
import { duration } from '../../ui/words.js';
import { PROJECT } from '../paths.js';
import { writeLine } from '../screen.js';
import { partsFor, type PartOptions } from './parts.js';
import { upLine } from './status-text.js';

export interface RunOptions extends PartOptions {
  readonly backend?: Backend;
  /** False for --no-rules. */
  readonly rules: boolean;
  readonly dryRun: boolean;
}

/**
 * Tries exercises on labs of their own, which are gone afterwards.
 *
 * @returns 4 if one failed; or, without rules, if one passed
 */
export async function runExercises(
  asked: readonly string[],
  options: RunOptions,
  cache: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const names = asked.includes('all') ? await exerciseNames(PROJECT) : asked;
  const exercises = await Promise.all(names.map((name) => loadExercise(PROJECT, name)));
  if (options.dryRun) {
    for (const exercise of exercises) for (const line of stepLines(exercise)) writeLine(line);
    return EXIT.verified;
  }
  const results: CheckResult[] = [];
  const started = performance.now();
  for (const topology of new Set(exercises.map((one) => one.topology))) {
    const here = exercises.filter((one) => one.topology === topology);
    results.push(...(await onLab(topology, here, options, cache, signal)));
  }
  const wrong = results.filter((result) => !isRight(result, options)).length;
  if (options.json) writeLine(JSON.stringify(results, null, 2));
  else {
    const right = `${String(results.length - wrong)} of ${String(results.length)}`;
    const words = options.rules ? 'passed' : 'failed without their rules, as they have to';
    writeLine(`${right} ${words}, in ${duration(performance.now() - started)}.`);
  }
  return wrong === 0 ? EXIT.verified : EXIT.checkFailed;
}

/** An exercise passes, but without what it is about it has to fail. */
function isRight({ outcome }: CheckResult, { rules }: Pick<RunOptions, 'rules'>): boolean {
  return (outcome === 'passed') === rules;
}

/** What is done, ready to be typed. */
function stepLines({ name, summary, teaches, steps }: Exercise): string[] {
  return [
    `${name}: ${summary}`,
    `  ${teaches}`,
    ...steps.map(
      ({ host, kind, command }) => `  ${host}# ${command}${kind === 'start' ? ' &' : ''}`,
    ),
  ];
}

async function onLab(
  name: string,
  exercises: readonly Exercise[],
  options: RunOptions,
  cache: string,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const topology = await loadTopology(PROJECT, name);
  const say = (line: string): void => {
    if (!options.json) writeLine(line);
  };
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'l7build-lab-')));
  try {
    return await new Store(cache).reading(
      async () => {
        const { machine, backends } = await partsFor(topology, options, { cache, signal, say });
        const chosen = options.backend === undefined ? backends : [options.backend];
        const trials = exercises.flatMap((exercise) =>
          chosen.map((backend) => ({ exercise, backend, withoutRules: !options.rules })),
        );
        const tell = (result: CheckResult): void => {
          say(`${isRight(result, options) ? 'right' : 'WRONG'} ${resultText(result)}`);
        };
        const order = { name, store: cache, topology, ...machine };
        const lab = new Lab(order, folder);
        return onHosts(lab, order, trials, { say, tell, signal });
      },
      { signal },
    );
  } finally {
    await removeTree(folder);
  }
}

interface Told {
  readonly say: (line: string) => void;
  readonly tell: (result: CheckResult) => void;
  readonly signal: AbortSignal;
}

async function onHosts(
  lab: Lab,
  { topology }: Pick<LabOrder, 'topology'>,
  trials: readonly Trial[],
  { say, tell, signal }: Told,
): Promise<CheckResult[]> {
  const hosts = topology.hosts.map((host) => host.name);
  const results: CheckResult[] = [];
  try {
    await lab.start((news) => {
      if (news.news === 'host') say(upLine(news.host, news.ms));
    }, signal);
    for (const trial of trials) {
      const result = await runTrial(trial, lab, hosts, signal);
      results.push(result);
      tell(result);
    }
    return results;
  } finally {
    await lab.kill();
  }
}

function resultText({ id, variant, outcome, expected, observed, ms }: CheckResult): string {
  const head = `${id} [${variant}] ${outcome} in ${duration(ms)}`;
  return outcome === 'passed'
    ? `${head}: ${observed}`
    : `${head}: expected ${expected}; observed ${observed}`;
}
