// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { Failed } from '../model/failure.js';
import type { FetchPolicy } from '../model/step.js';
import type { Plan } from '../model/task.js';
import { canonical } from '../plan/fingerprint.js';
import { aptName } from '../sources/index.js';
import { faultIn, issueText, sourceEntries, type SourceEntry } from './entry.js';

/** Raised when a lock is laid out in another way; what has another number is refused. */
const LOCK_FORMAT = 1;

/** Every input of one build, as it was when the lock was written. */
export interface Lock {
  readonly format: typeof LOCK_FORMAT;
  readonly kernel: string;
  readonly mode: Plan['mode'];
  /** Versions of the host's tools that shape what is compiled; none with a builder that has a root. */
  readonly tools: Readonly<Record<string, string>>;
  readonly sources: readonly SourceEntry[];
}

const lock = z.strictObject({
  format: z.literal(LOCK_FORMAT),
  kernel: z.string(),
  mode: z.enum(['full', 'module']),
  tools: z.record(z.string(), z.string()),
  sources: sourceEntries,
});

/** A plan's inputs as a lock. @param sources what was fetched for it */
export function lockOf(plan: Plan, sources: readonly SourceEntry[]): Lock {
  return { format: LOCK_FORMAT, kernel: plan.name, mode: plan.mode, tools: toolsOf(plan), sources };
}

/** The tools that compile, and their versions, as a plan has them. */
function toolsOf({ tasks }: Plan): Record<string, string> {
  const compiles = tasks.filter(({ verb }) => verb === 'compile');
  return Object.assign({}, ...compiles.map(({ host }) => host)) as Record<string, string>;
}

/**
 * Reads a lock.
 *
 * @param file for messages
 * @throws Failed `usage`
 */
export function readLock(text: string, file: string): Lock {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw refused(file, ['it is no JSON']);
  }
  const checked = lock.safeParse(data, { jitless: true });
  if (!checked.success) throw refused(file, [issueText(checked.error)]);
  const fault = faultIn(checked.data.sources);
  if (fault !== undefined) throw refused(file, [fault]);
  return checked.data;
}

/**
 * Holds a plan to a lock.
 *
 * @param file the lock's, for messages
 * @returns what apt sources have to stand for
 * @throws Failed `usage` naming each source and tool that is not the lock's
 */
export function holdTo(
  plan: Plan,
  { kernel, mode, tools, sources }: Lock,
  file: string,
): Required<Pick<FetchPolicy, 'locked'>> {
  if (kernel !== plan.name || mode !== plan.mode) {
    throw refused(file, [
      `it is of ${kernel} in ${mode} mode, not of ${plan.name} in ${plan.mode} mode`,
    ]);
  }
  const known = new Map(sources.map((each) => [each.name, each]));
  const faults = plan.tasks.flatMap((task) => {
    if (task.verb !== 'fetch') return [];
    const { name, source } = task.params;
    const locked = known.get(name);
    if (locked === undefined) return [`${name} is not in it`];
    return canonical(locked.source) === canonical(source)
      ? []
      : [`${name} is another source than it has`];
  });
  for (const [tool, version] of Object.entries(toolsOf(plan))) {
    if (tools[tool] !== version)
      faults.push(`${tool} is ${version}; it has ${tools[tool] ?? 'none'}`);
  }
  if (faults.length > 0) throw refused(file, faults);
  return {
    locked: Object.fromEntries(
      sources.flatMap(({ source, resolution }) =>
        source.kind === 'apt' && resolution !== undefined ? [[aptName(source), resolution]] : [],
      ),
    ),
  };
}

function refused(file: string, faults: readonly string[]): Failed {
  return new Failed({
    reason: 'usage',
    message: `${file} does not fit this build`,
    details: faults,
    hints: ['write it anew, with the same options: l7build lock', 'or build without --locked'],
  });
}
