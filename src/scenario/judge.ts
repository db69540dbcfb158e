// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import type { Check, Expectation, Variant } from '../model/scenario.js';
import { countersOf, rulesOf, type Counter } from './saved-rules.js';

/** What a check's script came to in the guest. */
export interface Observed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Lines of a script's output that are not ours, by the marker before them. */
interface Seen {
  readonly ended: ReadonlySet<string>;
  readonly sections: ReadonlyMap<string, readonly string[]>;
}

interface Verdict {
  readonly met: boolean;
  readonly expected: string;
  readonly observed: string;
}

/** Compares what a check expects with what its script saw. @param ms how long it took */
export function judge(check: Check, variant: Variant, observed: Observed, ms: number): CheckResult {
  const base = {
    id: check.id,
    title: check.title,
    variant: `${variant.backend}, ${variant.family}`,
    ms,
  };
  const trouble = troubleOf(observed);
  const verdicts = check.expect.map((expected) => verdict(expected, check, parse(observed.stdout)));
  const expected = verdicts.map((one) => one.expected).join('; ');
  if (trouble !== undefined) return { ...base, outcome: 'failed', expected, observed: trouble };
  const unmet = verdicts.filter(({ met }) => !met);
  // Of a check that failed, only what it failed by is worth reading.
  const shown = unmet.length > 0 ? unmet : verdicts;
  return {
    ...base,
    outcome: unmet.length > 0 ? 'failed' : 'passed',
    expected: shown.map((one) => one.expected).join('; '),
    observed: shown.map((one) => one.observed).join('; '),
  };
}

/** Why a script could not try its check, if so. */
function troubleOf({ exitCode, stdout, stderr, timedOut }: Observed): string | undefined {
  const said = stderr.trim().split('\n').slice(-5).join(' / ');
  if (timedOut) return `the check did not end in time (${said || 'nothing on standard error'})`;
  if (stdout.includes('@refused\n')) return `the rules were refused: ${said}`;
  if (exitCode !== 0) return `the check's script ended with exit code ${String(exitCode)}: ${said}`;
  return undefined;
}

function parse(stdout: string): Seen {
  const ended = new Set<string>();
  const sections = new Map<string, string[]>();
  let section: string[] | undefined;
  for (const line of stdout.split('\n')) {
    const [marker, name = ''] = line.split(' ');
    if (marker === '@ended') {
      ended.add(name);
    } else if (marker?.startsWith('@') === true) {
      section = [];
      sections.set(marker.slice(1), section);
    } else {
      section?.push(line);
    }
  }
  return { ended, sections };
}

function verdict(expected: Expectation, check: Check, seen: Seen): Verdict {
  switch (expected.kind) {
    case 'exchange':
      return exchangeVerdict(expected, seen);
    case 'count':
      return countVerdict(expected, check, seen);
    case 'restored':
      return restoredVerdict(check, seen);
    case 'definitions':
      return definitionsVerdict(seen);
    case 'drained':
      return drainedVerdict(seen);
    case 'reloaded':
      return reloadedVerdict(expected.module, seen);
  }
}

function exchangeVerdict(
  { exchange, outcome }: Extract<Expectation, { kind: 'exchange' }>,
  { ended }: Seen,
): Verdict {
  const observed = ended.has(exchange) ? 'completed' : 'stalled';
  return {
    met: observed === outcome,
    expected: `${exchange} ${outcome}`,
    observed: `${exchange} ${observed}`,
  };
}

function countVerdict(
  { rule, packets }: Extract<Expectation, { kind: 'count' }>,
  check: Check,
  { sections }: Seen,
): Verdict {
  const counter = counterOf(rule, check, countersOf(sections.get('counters') ?? []));
  const found = counter?.packets;
  return {
    met: found !== undefined && (packets === 'some' ? found > 0 : found === 0),
    expected: packets === 'some' ? `packets on rule ${rule}` : `no packets on rule ${rule}`,
    observed: found === undefined ? `rule ${rule} is gone` : `${rule}: ${String(found)} packets`,
  };
}

/** Rules are told by their place in their chain: comments are not every kernel's to keep. */
function counterOf(name: string, check: Check, counters: readonly Counter[]): Counter | undefined {
  const rule = check.rules.find((one) => one.name === name);
  if (rule === undefined) return undefined;
  const place = check.rules.filter(({ chain }) => chain === rule.chain).indexOf(rule);
  return counters.filter(({ chain }) => chain === rule.chain)[place];
}

function restoredVerdict(check: Check, { sections }: Seen): Verdict {
  const saved = rulesOf(sections.get('saved') ?? []);
  const restored = rulesOf(sections.get('restored') ?? []);
  const expected = `the same ${String(check.rules.length)} rules before and after`;
  const appended = saved.filter((line) => line.startsWith('-A ')).length;
  if (appended !== check.rules.length) {
    return { met: false, expected, observed: `iptables-save wrote ${String(appended)} rules` };
  }
  const place = saved.findIndex((line, index) => restored[index] !== line);
  if (place < 0 && saved.length === restored.length) {
    return { met: true, expected, observed: `${String(appended)} rules, the same in every byte` };
  }
  const at = place < 0 ? saved.length : place;
  const was = saved[at] ?? '(nothing)';
  return { met: false, expected, observed: `"${was}" became "${restored[at] ?? '(nothing)'}"` };
}

function definitionsVerdict({ sections }: Seen): Verdict {
  const [count = '0', ...refused] = (sections.get('definitions') ?? []).filter(Boolean);
  return {
    met: Number(count) > 0 && refused.length === 0,
    expected: 'every definition is taken by a rule',
    observed:
      refused.length === 0
        ? `${count} definitions, all taken`
        : `of ${count} definitions these were refused: ${refused.join(', ')}`,
  };
}

function drainedVerdict({ sections }: Seen): Verdict {
  const [made = '0', most = '0', left = '?'] = sections.get('drained') ?? [];
  return {
    met: Number(most) > 0 && left === '0',
    expected: 'no connection is left in the end',
    observed: `${made} connections, ${most} in the list at a time, ${left} left`,
  };
}

function reloadedVerdict(module: string, { sections }: Seen): Verdict {
  const kept = sections.get('kept');
  const met = sections.has('reloaded');
  const why = kept === undefined ? 'it did not load again' : kept.join(' ').trim();
  return {
    met,
    expected: `${module} unloads and loads again`,
    observed: met ? `${module} unloaded and loaded again` : `${module}: ${why}`,
  };
}
