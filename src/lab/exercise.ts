// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import type { Exercise, ExerciseStep, Observation } from '../model/exercise.js';
import type { Counters, DoneStep, Observed, Tried } from '../model/lab-report.js';
import { BACKENDS, type Backend } from '../model/scenario.js';
import { faultOf, lastLines, type RunResult } from '../model/run-result.js';
import { savedCounters } from './counters.js';
import { isMet, numberIn, wanted } from './observe.js';

/** Where commands are run: a lab. */
export interface Hosts {
  run(host: string, script: string, timeoutMs: number, signal: AbortSignal): Promise<RunResult>;
}

export interface Trial {
  readonly exercise: Exercise;
  readonly backend: Backend;
  /** Leaves out what the exercise is about: then it has to fail. */
  readonly withoutRules: boolean;
}

/** Milliseconds for a step; what takes longest is rates that a limit of some a minute allows. */
const STEP_MS = 90_000;
/** Milliseconds that what was started runs at most. */
const STARTED_MS = 600_000;
/** Characters of a command's output that are kept. */
const KEPT = 4000;
/** Where the programs of the chosen back end stand under iptables' own names. */
const TABLES = '/run/tables';

/** First line of a script that is about the guest itself, whatever userland its host has. */
const IN_GUEST = '[ -e /init ] || exec chroot /proc/1/root /bin/sh "$0"';

/** What stays in a guest of an exercise is undone before the next, with the words of iptables-restore(8). */
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  // Its INPUT is emptied with the table too, and cannot be named: before 2.6.36 there was none.
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Makes a host as it was: no rules, no change to its userland; and `iptables` is the one of this back end. */
export function freshScript(backend: Backend): string {
  const rules = Object.entries(EMPTY).flatMap(([table, chains]) => [
    `*${table}`,
    ...chains.map((chain) => `:${chain} ACCEPT [0:0]`),
    'COMMIT',
  ]);
  return [
    IN_GUEST,
    `rm -rf ${TABLES} && mkdir ${TABLES} || exit`,
    'for rest in "" -save -restore; do',
    // Before 1.8 there was one back end, and no word for it in the programs' names.
    `  program=$(command -v iptables-${backend}$rest || command -v iptables$rest) || exit`,
    `  ln -s "$(readlink -f "$program")" ${TABLES}/iptables$rest`,
    'done',
    `cat >${TABLES}/empty <<'rules'`,
    ...rules,
    'rules',
    `${TABLES}/iptables-restore <${TABLES}/empty || exit`,
    // The rules of another back end hold as well.
    ...BACKENDS.filter((other) => other !== backend).flatMap((other) => [
      `other=$(command -v iptables-${other}-restore)`,
      `[ -z "$other" ] || "$other" <${TABLES}/empty || exit`,
    ]),
    'echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_all',
    // A connection that a rule has stopped would go on for minutes.
    'echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries',
    'dmesg -c >/dev/null',
    '[ ! -d /userland ] || userland',
    '',
  ].join('\n');
}

/** The script of a step. */
function scriptOf({ command }: Pick<ExerciseStep, 'command'>): string {
  return `export PATH=${TABLES}:$PATH\ncd /run\n${command}\n`;
}

/** Waits, half a minute at most, until something listens at a port of TCP: some servers are slow to start. */
function listening(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return [
    IN_GUEST,
    'tries=0',
    `until grep -q ":${hex} 0*:0000 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null; do`,
    '  tries=$((tries + 1))',
    '  [ $tries -lt 600 ] || exit',
    '  usleep 50000',
    'done',
  ].join('\n');
}

/**
 * Does what an exercise says, on hosts that are made fresh before.
 *
 * @param onStep told of each step before it is done, by its index
 * @returns passed if all was observed as it has to be; else what was not; and all that was done on the way
 * @throws Failed `guest-*`
 */
export async function runTrial(
  trial: Trial,
  hosts: Hosts,
  names: readonly string[],
  signal: AbortSignal,
  onStep: (step: number) => void = () => undefined,
): Promise<Tried> {
  const { exercise, backend } = trial;
  const started = performance.now();
  const end = new AbortController();
  const background: Promise<unknown>[] = [];
  const within = AbortSignal.any([signal, end.signal]);
  const fresh: Observed[] = [];
  const steps: DoneStep[] = [];
  const counters: Counters[] = [];
  const allMet = (): boolean =>
    [...fresh, ...steps.flatMap(({ observations }) => observations)].every(({ met }) => met);
  const run = (host: string, script: string): Promise<RunResult> =>
    hosts.run(host, script, STEP_MS, signal);
  const start = async (step: ExerciseStep): Promise<Omit<DoneStep, 'step' | 'ms'>> => {
    const running = hosts.run(step.host, scriptOf(step), STARTED_MS, within);
    background.push(running.catch(() => undefined));
    if (step.port === undefined) return { output: '', observations: [] };
    const ran = await run(step.host, listening(step.port));
    const observations = troubleOf(`${step.host}: ${step.command} listens`, ran);
    return { output: '', observations };
  };
  try {
    const freshly = freshScript(backend);
    const made = await Promise.all(names.map(async (name) => run(name, freshly)));
    fresh.push(...made.flatMap((ran, at) => troubleOf(`${names[at] ?? ''} made fresh`, ran)));
    if (allMet()) counters.push(...(await counted(exercise, run)));
    for (const [index, step] of exercise.steps.entries()) {
      if (!allMet()) break;
      if (step.essential && trial.withoutRules) continue;
      onStep(index);
      const before = performance.now();
      const done =
        step.kind === 'start'
          ? await start(step)
          : judged(step, await run(step.host, scriptOf(step)));
      steps.push({ step: index, ms: Math.round(performance.now() - before), ...done });
      if (step.kind === 'run') {
        const now = await counted(exercise, run);
        const moved = now.filter((one) => hasMoved(one, counters));
        counters.push(...moved.map((one) => ({ ...one, after: index })));
      }
    }
  } finally {
    end.abort();
    await Promise.all(background);
  }
  const seen = [...fresh, ...steps.flatMap(({ observations }) => observations)];
  return {
    result: resultOf(trial, seen, Math.round(performance.now() - started)),
    steps,
    counters,
  };
}

/** What the tables of the hosts count that carry the exercise's rules. */
async function counted(
  { steps }: Exercise,
  run: (host: string, script: string) => Promise<RunResult>,
): Promise<Counters[]> {
  const hosts = new Set(steps.flatMap(({ kind, host }) => (kind === 'rule' ? [host] : [])));
  const command = 'iptables-save -c';
  return Promise.all(
    [...hosts].map(async (host) => {
      const { stdout } = await run(host, scriptOf({ command }));
      return { host, chains: savedCounters(stdout) };
    }),
  );
}

/** True if they are others than when they were last seen. */
function hasMoved({ host, chains }: Counters, earlier: readonly Counters[]): boolean {
  const last = earlier.findLast((one) => one.host === host);
  return JSON.stringify(last?.chains) !== JSON.stringify(chains);
}

/** What a step's output comes to. */
function judged(step: ExerciseStep, ran: RunResult): Omit<DoneStep, 'step' | 'ms'> {
  const { exitCode, stdout, stderr } = ran;
  const output = `${stdout}${stderr}`;
  const observations =
    step.observe.length === 0 || ran.timedOut
      ? troubleOf(`${step.host}: ${step.command}`, ran)
      : step.observe.map((observation) => observed(observation, ran));
  return {
    exitCode,
    output: output.length > KEPT ? `${output.slice(0, KEPT)}…` : output,
    observations,
  };
}

function observed(observation: Observation, { stdout, stderr }: RunResult): Observed {
  const found = numberIn(stdout, observation);
  const said = lastLines(stderr, 2);
  return {
    expected: wanted(observation),
    observed:
      found === undefined
        ? `${observation.what}: not told${said === '' ? '' : ` (${said})`}`
        : `${observation.what}: ${String(found)}`,
    met: isMet(observation, found),
  };
}

/** The fault of a command that had to succeed, if it did not. */
function troubleOf(what: string, ran: RunResult): Observed[] {
  const fault = faultOf(ran);
  if (fault === undefined) return [];
  return [{ expected: what, observed: `${what}: ${fault}`, met: false }];
}

/** Of an exercise that failed, only what it failed by is worth reading. */
function resultOf(
  { exercise, backend }: Trial,
  seen: readonly Observed[],
  ms: number,
): CheckResult {
  const unmet = seen.filter(({ met }) => !met);
  const shown = unmet.length > 0 ? unmet : seen;
  return {
    id: exercise.name,
    title: exercise.summary,
    variant: backend,
    ms,
    outcome: unmet.length > 0 ? 'failed' : 'passed',
    expected: shown.map(({ expected }) => expected).join('; '),
    observed: shown.map(({ observed: text }) => text).join('; '),
  };
}
