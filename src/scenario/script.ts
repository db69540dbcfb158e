// SPDX-License-Identifier: GPL-2.0-only
import { escaped, quoted } from '../host/shell-words.js';
import type { Check, Exchange, Expectation, Rule, Turn, Variant } from '../model/scenario.js';

type Talk = Extract<Exchange, { kind: 'talk' }>;

/** Chains that the filter table has from the start. */
const BUILT_IN = new Set(['INPUT', 'FORWARD', 'OUTPUT']);
/** Seconds in which exchanges that have to come to their end must do so; a busy host is slow. */
const LIMIT_S = 15;

export interface Patience {
  /** Milliseconds beyond the others that an exchange gets before it counts as stalled. */
  readonly patienceMs: number;
}

/**
 * The script that tries a check in the guest, in a network namespace of its own: without rules or
 * connections of other checks. It stands on the functions of guest/traffic; judge.ts reads what it
 * prints.
 */
export function checkScript(check: Check, variant: Variant, { patienceMs }: Patience): string {
  const stalled = check.expect.filter(
    (expected) => expected.kind === 'exchange' && expected.outcome === 'stalled',
  ).length;
  const last = check.traffic.length - stalled;
  const drained = check.expect.find((expected) => expected.kind === 'drained');
  const reload = check.expect.find((expected) => expected.kind === 'reloaded');
  return [
    `[ "$1" ] || exec unshare -n sh "$0" inside`,
    `backend=${variant.backend} family=${variant.family}`,
    '. /lib/traffic',
    ...Object.entries(check.sysctls).map(
      ([path, value]) => `echo ${String(value)} >/proc/sys/${path}`,
    ),
    // Servers first: while the rules are loaded, they come up.
    ...check.traffic.filter(isTalk).flatMap(sideFiles),
    ...loading(check.rules),
    ...(expects(check, 'definitions') ? ['definitions'] : []),
    ...check.traffic.map(({ kind, name, port }) => `${kind} ${name} ${String(port)}`),
    ...(last > 0 ? [`await ${String(last)} ${String(LIMIT_S)}`] : []),
    ...(stalled > 0 ? [`await ${String(stalled)} ${(patienceMs / 1000).toFixed(3)}`] : []),
    ...(expects(check, 'count') ? ['counters'] : []),
    ...(drained === undefined
      ? []
      : [`drain ${String(drained.connections)} ${String(drained.reads)}`]),
    ...(expects(check, 'restored') ? ['restore'] : []),
    ...(reload?.kind === 'reloaded' ? [`reload ${reload.module}`, ...loading(check.rules)] : []),
    '',
  ].join('\n');
}

/** True for a check that needs all other rules of the guest to be gone, or all of its time. */
export function runsAlone(check: Check): boolean {
  return expects(check, 'reloaded') || expects(check, 'drained');
}

function expects(check: Check, kind: Expectation['kind']): boolean {
  return check.expect.some((expected) => expected.kind === kind);
}

function loading(rules: readonly Rule[]): string[] {
  if (rules.length === 0) return [];
  const own = new Set(rules.map(({ chain }) => chain).filter((chain) => !BUILT_IN.has(chain)));
  return [
    `load <<'rules'`,
    '*filter',
    ...[...own].map((chain) => `:${chain} - [0:0]`),
    ...rules.map(({ chain, text }) => `-A ${chain} ${text}`.trim()),
    'COMMIT',
    'rules',
  ];
}

function isTalk(exchange: Exchange): exchange is Talk {
  return exchange.kind === 'talk';
}

/** The two sides of a talk, each a script whose input and output is the connection. */
function sideFiles(talk: Talk): string[] {
  return (['server', 'client'] as const).map((side) => {
    const lines = talk.turns.map((turn) => turnLine(turn, side));
    // Whoever hears the last turn knows that all went through.
    if (talk.turns.at(-1)?.from !== side) lines.push(`tell ${talk.name}`);
    return `printf '%s\\n' "$sides" ${quoted(lines.join('\n'))} >${talk.name}.${side}`;
  });
}

/** What a side does in a turn. The shell's own `read` is quicker than a program, but loses NULs. */
function turnLine({ from, bytes }: Turn, side: Turn['from']): string {
  if (from === side) return `say ${escaped(bytes)}`;
  const isLine = bytes.indexOf('\n') === bytes.length - 1 && /^\p{ASCII}+$/u.test(bytes);
  return isLine && !bytes.includes('\0')
    ? `line ${quoted(bytes.slice(0, -1))}`
    : `bytes ${String(bytes.length)}`;
}
