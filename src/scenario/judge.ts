// SPDX-License-Identifier: GPL-2.0-only
import type { CheckResult } from '../model/check.js';
import { faultOf, lastLines, type RunResult } from '../model/run-result.js';
import type { Amount, Check, Expectation, Rule, Variant } from '../model/scenario.js';
import { countersOf, rulesOf, type Counter } from './saved-rules.js';
import { sectionsOf } from './sections.js';
import { rowResults, tellings, type Heard } from './told.js';

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
export function judge(
  check: Check,
  variant: Variant,
  observed: RunResult,
  ms: number,
): CheckResult {
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

/** The same as judge, and behind its result one for each protocol that the check's samples speak. */
export function judgeAll(
  check: Check,
  variant: Variant,
  observed: RunResult,
  ms: number,
): readonly [CheckResult, ...CheckResult[]] {
  const whole = judge(check, variant, observed, ms);
  if (check.samples === undefined || troubleOf(observed) !== undefined) return [whole];
  return [whole, ...rowResults(check, whole, tellings(check, heard(parse(observed.stdout))))];
}

/** Why a script could not try its check, if so. */
function troubleOf(ran: RunResult): string | undefined {
  if (!ran.timedOut && ran.stdout.includes('@refused\n')) {
    return `the rules were refused: ${lastLines(ran.stderr, 5)}`;
  }
  const fault = faultOf(ran);
  return fault === undefined ? undefined : `the check's script ${fault}`;
}

function parse(stdout: string): Seen {
  const ended = stdout.split('\n').flatMap((line) => /^@ended (.*)$/.exec(line)?.slice(1) ?? []);
  return { ended: new Set(ended), sections: sectionsOf(stdout) };
}

function verdict(expected: Expectation, check: Check, seen: Seen): Verdict {
  switch (expected.kind) {
    case 'exchange':
      return exchangeVerdict(expected, seen);
    case 'count':
      return countVerdict(expected, check, seen);
    case 'number':
      return numberVerdict(expected, seen);
    case 'verdict':
      return protocolVerdict(expected, check, seen);
    case 'told':
      return toldVerdict(check, seen);
    case 'monitored':
      return monitoredVerdict(check, seen);
    case 'restored':
      return restoredVerdict(check, seen);
    case 'definitions':
      return definitionsVerdict(seen);
    case 'drained':
      return drainedVerdict(seen);
    case 'contained':
      return containedVerdict(expected, seen);
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
    met: found !== undefined && amounts(found, packets),
    expected: `${wordOf(packets)}packets on rule ${rule}`,
    observed: found === undefined ? `rule ${rule} is gone` : `${rule}: ${String(found)} packets`,
  };
}

function amounts(found: number, expected: Amount): boolean {
  if (expected === 'some') return found > 0;
  return found === (expected === 'none' ? 0 : expected);
}

function wordOf(amount: Amount): string {
  if (amount === 'some') return '';
  return amount === 'none' ? 'no ' : `${String(amount)} `;
}

function numberVerdict(
  { name, value }: Extract<Expectation, { kind: 'number' }>,
  { sections }: Seen,
): Verdict {
  const line = sections.get('numbers')?.find((one) => one.startsWith(`${name} `));
  const found = line?.slice(name.length + 1);
  return {
    met: found !== undefined && amounts(Number(found), value),
    expected: `${name} ${String(value)}`,
    observed: `${name} ${found ?? 'is not told'}`,
  };
}

/** Connections are told by their port, and echoes by being of ICMP. */
function protocolVerdict(
  { exchange, protocol }: Extract<Expectation, { kind: 'verdict' }>,
  check: Check,
  { sections }: Seen,
): Verdict {
  const one = check.traffic.find(({ name }) => name === exchange);
  const mark = one?.kind === 'ping' ? ' id=' : ` dport=${String(one?.via ?? one?.port)} `;
  const lines = (sections.get('verdicts') ?? []).filter((line) => line.includes(mark));
  const found = lines.map((line) => line.replace(/^.* l7proto=/, ''));
  return {
    met: found.length > 0 && found.every((each) => each === protocol),
    expected: `${exchange} is listed as ${protocol}`,
    observed: `${exchange} is ${found.length === 0 ? 'not listed' : `listed as ${found.join(', ')}`}`,
  };
}

function heard({ ended, sections }: Seen): Heard {
  return { ended, verdicts: sections.get('verdicts') ?? [] };
}

function toldVerdict(check: Check, seen: Seen): Verdict {
  const all = tellings(check, heard(seen));
  const right = all.filter(({ expected, told }) => expected === told).length;
  return {
    met: right === all.length,
    expected: `${String(all.length)} exchanges told as stated`,
    observed: `${String(right)} of them`,
  };
}

function monitoredVerdict(check: Check, { sections }: Seen): Verdict {
  const lines = sections.get('monitored');
  const told = lines?.filter((line) => / -A .* --l7proto /.test(line)).length ?? 0;
  const made = check.rules.filter(({ text }) => text.includes('--l7proto')).length;
  const all = made + (check.bulk ?? 0);
  return {
    met: lines !== undefined && told === all,
    expected: `xtables-monitor lives and tells of ${String(all)} rules`,
    observed:
      lines === undefined ? 'xtables-monitor ended' : `it lives and told of ${String(told)}`,
  };
}

function filterRules({ rules }: Check): Rule[] {
  return rules.filter(({ table = 'filter' }) => table === 'filter');
}

/** Rules are told by their place in their chain: comments are not every kernel's to keep. */
function counterOf(name: string, check: Check, counters: readonly Counter[]): Counter | undefined {
  const rule = check.rules.find((one) => one.name === name);
  if (rule === undefined) return undefined;
  const place = filterRules(check)
    .filter(({ chain }) => chain === rule.chain)
    .indexOf(rule);
  return counters.filter(({ chain }) => chain === rule.chain)[place];
}

function restoredVerdict(check: Check, { sections }: Seen): Verdict {
  const saved = rulesOf(sections.get('saved') ?? []);
  const restored = rulesOf(sections.get('restored') ?? []);
  const all = filterRules(check).length + (check.bulk ?? 0);
  const expected = `the same ${String(all)} rules before and after`;
  const appended = saved.filter((line) => line.startsWith('-A ')).length;
  if (appended !== all) {
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

/** Some have to be refused: else nothing was contained. */
function containedVerdict(
  { patternBytes, memoryBytes, seconds }: Extract<Expectation, { kind: 'contained' }>,
  { sections }: Seen,
): Verdict {
  const [taken = 0, refused = 0, longest = NaN, bytes = NaN, memory = NaN] = (
    sections.get('hostile') ?? []
  ).map(Number);
  return {
    met: refused > 0 && bytes <= patternBytes && memory <= memoryBytes && longest <= seconds * 1000,
    expected: `at most ${String(patternBytes)} bytes of tables, ${String(memoryBytes)} of memory, ${String(seconds)} s for ten rules`,
    observed: `${String(taken)} rules taken, ${String(refused)} refused; ${String(bytes)} bytes of tables, ${String(memory)} of memory, ${String(longest)} ms for the longest ten`,
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
