// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import type { Exercise, ExerciseStep, Observation } from '../model/exercise.js';
import { BACKENDS, type Backend } from '../model/scenario.js';
import type { RunResult } from '../vm/agent.js';
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
/** Where the programs of the chosen back end stand under iptables' own names. */
const TABLES = '/run/tables';

/** What stays in a guest of an exercise is undone before the next, with the words of iptables-restore(8). */
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Makes a host as it was: no rules of any back end; and `iptables` is the one of this back end. */
export function freshScript(backend: Backend): string {
  const rules = Object.entries(EMPTY).flatMap(([table, chains]) => [
    `*${table}`,
    ...chains.map((chain) => `:${chain} ACCEPT [0:0]`),
    'COMMIT',
  ]);
  return [
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
    '',
  ].join('\n');
}

/** The script of a step. */
function scriptOf({ command }: ExerciseStep): string {
  return `export PATH=${TABLES}:$PATH\ncd /run\n${command}\n`;
}

/** Waits, for some seconds, until something listens at a port of TCP. */
function listening(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return [
    'tries=0',
    `until grep -q ":${hex} 0*:0000 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null; do`,
    '  tries=$((tries + 1))',
    '  [ $tries -lt 100 ] || exit',
    '  usleep 50000',
    'done',
  ].join('\n');
}

interface Seen {
  readonly expected: string;
  readonly observed: string;
  readonly met: boolean;
}

/**
 * Does what an exercise says, on hosts that are made fresh before.
 *
 * @returns passed if all was observed as it has to be; else what was not
 * @throws Failed `guest-*`
 */
export async function runTrial(
  trial: Trial,
  hosts: Hosts,
  names: readonly string[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const { exercise, backend } = trial;
  const started = performance.now();
  const end = new AbortController();
  const background: Promise<unknown>[] = [];
  const within = AbortSignal.any([signal, end.signal]);
  const seen: Seen[] = [];
  try {
    const fresh = freshScript(backend);
    const made = await Promise.all(
      names.map((name) => hosts.run(name, fresh, STEP_MS, signal).then((ran) => ({ name, ran }))),
    );
    seen.push(...made.flatMap(({ name, ran }) => troubleOf(`${name} made fresh`, ran)));
    for (const step of exercise.steps) {
      if (seen.some(({ met }) => !met)) break;
      if (step.kind === 'rule' && trial.withoutRules) continue;
      if (step.kind === 'start') {
        const running = hosts.run(step.host, scriptOf(step), STARTED_MS, within);
        background.push(running.catch(() => undefined));
        if (step.port === undefined) continue;
        const ran = await hosts.run(step.host, listening(step.port), STEP_MS, signal);
        seen.push(...troubleOf(`${step.host}: ${step.command} listens`, ran));
      } else {
        const ran = await hosts.run(step.host, scriptOf(step), STEP_MS, signal);
        seen.push(...judged(step, ran));
      }
    }
  } finally {
    end.abort();
    await Promise.all(background);
  }
  return resultOf(trial, seen, Math.round(performance.now() - started));
}

/** What a step's output comes to. */
function judged(step: ExerciseStep, ran: RunResult): Seen[] {
  if (step.observe.length === 0 || ran.timedOut) {
    return troubleOf(`${step.host}: ${step.command}`, ran);
  }
  return step.observe.map((observation) => observed(observation, ran));
}

function observed(observation: Observation, { stdout, stderr }: RunResult): Seen {
  const found = numberIn(stdout, observation);
  const said = stderr.trim().split('\n').slice(-2).join(' / ');
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
function troubleOf(what: string, { exitCode, stderr, timedOut }: RunResult): Seen[] {
  if (exitCode === 0 && !timedOut) return [];
  const how = timedOut ? 'was not done in time' : `ended with exit code ${String(exitCode)}`;
  const said = stderr.trim().split('\n').slice(-3).join(' / ');
  return [{ expected: what, observed: `${what}: ${how}: ${said}`, met: false }];
}

/** Of an exercise that failed, only what it failed by is worth reading. */
function resultOf({ exercise, backend }: Trial, seen: readonly Seen[], ms: number): CheckResult {
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
