// SPDX-License-Identifier: GPL-2.0-only
import { resolve } from 'node:path';
import { Store } from '../../engine/store.js';
import { interrupted } from '../../host/exec.js';
import type { Exercise } from '../../model/exercise.js';
import { EXIT, EXIT_BY_REASON, Failed, type ExitCode, type Failure } from '../../model/failure.js';
import type { LabReport, ReportedExercise } from '../../model/lab-report.js';
import { BACKENDS, type Backend } from '../../model/scenario.js';
import { hostsByKernel, type Topology } from '../../model/topology.js';
import { exerciseNames, loadExercise, loadTopology } from '../../recipe/index.js';
import { shortest } from '../last-words.js';
import { prepareOut } from '../out-folder.js';
import { PROJECT } from '../paths.js';
import { writeLine } from '../screen.js';
import { withHostKernels } from './host-kernels.js';
import { refuseStraySources } from './kernel-sources.js';
import { partsFor, type Parts } from './parts.js';
import { cellsOf, isTried, runLab, type LabJob } from './run-lab.js';
import { labRunCommand, type RunOptions } from './run-options.js';
import { RunRecord, writeLabReport } from './run-record.js';
import { closing, stepLines } from './run-text.js';
import { openView } from './run-view.js';

/**
 * Tries exercises on labs of their own, which are gone afterwards, and leaves a report.
 *
 * @returns 4 if one failed; or, without rules, if one passed; 77 if none was applicable
 * @throws Failed of what is built; of a lab, which is in the report too
 */
export async function runExercises(
  asked: readonly string[],
  options: RunOptions,
  cache: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const names = asked.includes('all') ? await exerciseNames(PROJECT) : [...new Set(asked)];
  const exercises = await Promise.all(names.map((name) => loadExercise(PROJECT, name)));
  if (options.dryRun) {
    for (const exercise of exercises) for (const line of stepLines(exercise)) writeLine(line);
    return EXIT.verified;
  }
  const wanted = await labsFor(exercises, options);
  const out = resolve(options.out ?? defaultOut(options));
  await prepareOut(out);
  const record = new RunRecord({
    mode: options.mode,
    withoutRules: !options.rules,
    exercises: exercises.map(toReported),
    reproduce: labRunCommand(asked, options),
  });
  const view = await openView(options);
  const all = async (): Promise<void> => {
    const jobs = await jobsFor(wanted, options, { cache, out, signal, say: view.say });
    const runs = jobs.map((job) => ({ ...job, cells: cellsOf(job) }));
    const labs = runs.map((lab) => ({ lab, trials: lab.cells.filter(isTried).length }));
    view.open(labs.filter(({ trials }) => trials > 0));
    for (const run of runs) await runLab(run, { view, record }, signal);
  };
  const failure = await failureOf(signal, async () => {
    try {
      // Until the machines have read it, nobody may remove what they boot.
      await new Store(cache).reading(all, { signal });
    } finally {
      await view.end();
    }
  });
  const exitCode = failure === undefined ? exitCodeOf(record) : EXIT_BY_REASON[failure.reason];
  const report = record.report(exitCode, failure);
  // A report of before says more than that nothing could be built.
  if (failure === undefined || report.labs.length > 0) await writeLabReport(report, out);
  if (failure !== undefined) throw new Failed(failure);
  if (options.json) {
    const results = report.trials.map(({ result, kernel }) => ({ ...result, kernel }));
    writeLine(JSON.stringify(results, null, 2));
  } else for (const line of closing(report, shortest(out))) writeLine(line);
  return exitCode;
}

/** What is built before, for all labs, and what is the same for all. */
async function jobsFor(
  wanted: readonly Wanted[],
  options: RunOptions,
  { out, ...means }: Parameters<typeof partsFor>[2] & { readonly out: string },
): Promise<LabJob[]> {
  const labs: (Wanted & Pick<LabJob, 'parts'>)[] = [];
  for (const one of wanted) {
    const how = { ...options, kernel: one.kernel };
    labs.push({ ...one, parts: await orWhyNot(partsFor(one.topology, how, means)) });
  }
  const had = BACKENDS.filter((name) => labs.some(({ parts }) => mayHave(parts, name)));
  return labs.map((lab) => ({
    ...lab,
    cache: means.cache,
    backends: options.backend === undefined ? had : [options.backend],
    withoutRules: !options.rules,
    ...{ out, pcap: options.pcap, fresh: options.fresh },
  }));
}

/** Parts, or why they are not for the chosen kernel, which is no reason not to try the others. */
async function orWhyNot(made: Promise<Parts>): Promise<LabJob['parts']> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof Failed && error.failure.reason === 'not-applicable') return error.message;
    throw error;
  }
}

/** True if a host has it, or nobody knows. */
function mayHave(parts: LabJob['parts'], backend: Backend): boolean {
  if (typeof parts === 'string') return true;
  return Object.values(parts.hosts).some(({ backends }) => backends.includes(backend));
}

async function failureOf(
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    // Ctrl-C ends what a lab's machines are read by, too, and each of them has its own word for it.
    if (signal.aborted) return interrupted().failure;
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

/** A host whose clock is wrong makes all wrong: what was seen there with time in it proves nothing. */
function exitCodeOf({ trials, labs }: Pick<LabReport, 'trials' | 'labs'>): ExitCode {
  if (trials.some(({ right }) => !right)) return EXIT.checkFailed;
  const clocks = labs.flatMap(({ hosts }) => hosts.map(({ clock }) => clock?.verdict));
  if (clocks.includes('wrong')) return EXIT.checkFailed;
  const none = trials.every(({ result }) => result.outcome === 'not-applicable');
  return none ? EXIT.notApplicable : EXIT.verified;
}

/** Hosts that exercises are to be tried on. */
interface Wanted {
  readonly kernel: string;
  readonly topology: Topology;
  readonly exercises: readonly Exercise[];
}

/** A lab for each kernel and topology. */
async function labsFor(
  exercises: readonly Exercise[],
  { kernel, hostKernel, source }: Pick<RunOptions, 'kernel' | 'hostKernel' | 'source'>,
): Promise<Wanted[]> {
  const names = [...new Set(exercises.map(({ topology }) => topology))];
  const loaded = await Promise.all(names.map((name) => loadTopology(PROJECT, name)));
  const topologies = await withHostKernels(loaded, hostKernel);
  const labs = topologies.flatMap((topology) => {
    const here = exercises.filter((one) => one.topology === topology.name);
    const kernels = kernel.length === 0 ? [topology.kernel] : [...new Set(kernel)];
    return kernels.map((name) => ({ kernel: name, topology, exercises: here }));
  });
  const booted = labs.map((lab) => hostsByKernel(lab.topology.hosts, lab.kernel));
  refuseStraySources(
    source,
    booted.flatMap((hosts) => [...hosts.keys()]),
  );
  // Topologies of one kernel next to each other.
  const order = [...new Set(labs.map((lab) => lab.kernel))];
  return labs.toSorted((a, b) => order.indexOf(a.kernel) - order.indexOf(b.kernel));
}

/** Where the report goes when the user names no folder. */
function defaultOut({ rules }: Pick<RunOptions, 'rules'>): string {
  return rules ? 'out/lab' : 'out/lab-no-rules';
}

function toReported({ name, summary, teaches, topology, steps }: Exercise): ReportedExercise {
  return {
    ...{ name, summary, teaches, topology },
    steps: steps.map(({ kind, host, command }) => ({ kind, host, command })),
  };
}
