// SPDX-License-Identifier: GPL-2.0-only
import { escaped, quoted } from '../host/shell-words.js';
import {
  TABLES,
  type Check,
  type Exchange,
  type Expectation,
  type Hostile,
  type Rule,
  type Turn,
  type Variant,
} from '../model/scenario.js';
import { playing } from './peers.js';

type Talk = Extract<Exchange, { kind: 'talk' }>;

/** Chains that tables have from the start. */
const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);
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
  const drained = check.expect.find((expected) => expected.kind === 'drained');
  const reload = check.expect.find((expected) => expected.kind === 'reloaded');
  return [
    `[ "$1" ] || exec unshare ${check.userNamespace === true ? '-Ur ' : ''}-n sh "$0" inside`,
    `backend=${variant.backend} family=${variant.family}`,
    '. /lib/traffic',
    ...Object.entries(check.sysctls).map(
      ([path, value]) => `echo ${String(value)} >/proc/sys/${path}`,
    ),
    ...(check.mtu === undefined ? [] : [`ip link set lo mtu ${String(check.mtu)}`]),
    ...(check.numPackets === undefined
      ? []
      : [`echo ${String(check.numPackets)} >/proc/net/layer7_numpackets`]),
    ...Object.entries(check.patterns ?? {}).map(
      ([name, text]) => `define ${check.id} ${name} ${quoted(text)}`,
    ),
    ...(expects(check, 'monitored') ? ['watch'] : []),
    // Servers first: while the rules are loaded, they come up.
    ...check.traffic.filter(isTalk).flatMap(sideFiles),
    ...loading(check.rules),
    ...(expects(check, 'definitions') ? ['definitions'] : []),
    ...(check.allDefinitions === true ? ['bulk $(ls /etc/l7-protocols/*.pat | wc -l)'] : []),
    ...(check.bulk === undefined ? [] : [`bulk ${String(check.bulk)}`]),
    ...(check.hostile === undefined ? [] : [offering(check.hostile)]),
    ...(check.samples === undefined ? [] : [playing(check.samples, check)]),
    ...traffic(check, patienceMs),
    ...(expects(check, 'count') ? ['counters'] : []),
    ...(expects(check, 'number') ? ['numbers'] : []),
    ...(expects(check, 'verdict') || expects(check, 'told') ? ['verdicts'] : []),
    ...(expects(check, 'monitored') ? ['watched'] : []),
    ...(drained === undefined
      ? []
      : [`drain ${String(drained.connections)} ${String(drained.reads)}`]),
    ...(expects(check, 'restored') ? ['restore'] : []),
    ...(reload?.kind === 'reloaded' ? [`reload ${reload.module}`, ...loading(check.rules)] : []),
    '',
  ].join('\n');
}

/** True for a check that needs all other rules of the guest to be gone, or all of its time or memory. */
export function runsAlone(check: Check): boolean {
  return (['reloaded', 'drained', 'contained'] as const).some((kind) => expects(check, kind));
}

function expects(check: Check, kind: Expectation['kind']): boolean {
  return check.expect.some((expected) => expected.kind === kind);
}

/** Starts the exchanges, those that come after another when all before are through, and waits. */
function traffic({ traffic: all, expect }: Check, patienceMs: number): string[] {
  const stalling = new Set(
    expect.flatMap((one) =>
      one.kind === 'exchange' && one.outcome === 'stalled' ? [one.exchange] : [],
    ),
  );
  const lines: string[] = [];
  let waiting = 0;
  const wait = (): void => {
    if (waiting > 0) lines.push(`await ${String(waiting)} ${String(LIMIT_S)}`);
    waiting = 0;
  };
  for (const exchange of all) {
    if (exchange.kind !== 'ping' && exchange.after !== undefined) wait();
    lines.push(start(exchange));
    if (!stalling.has(exchange.name)) waiting += 1;
  }
  wait();
  const patience = (patienceMs / 1000).toFixed(3);
  return stalling.size === 0 ? lines : [...lines, `await ${String(stalling.size)} ${patience}`];
}

function start(exchange: Exchange): string {
  if (exchange.kind === 'ping') {
    return `echoes ${exchange.name} ${String(exchange.size)} ${exchange.fill}`;
  }
  const { kind, name, port, via } = exchange;
  return [kind, name, port, ...(via === undefined ? [] : [via])].join(' ');
}

function loading(rules: readonly Rule[]): string[] {
  if (rules.length === 0) return [];
  const tables = TABLES.map((table) => rules.filter((rule) => (rule.table ?? 'filter') === table));
  return [
    `load <<'rules'`,
    ...tables.flatMap((some, index) => inTable(TABLES[index] ?? 'filter', some)),
    'rules',
  ];
}

function offering({ offered, patterns }: Hostile): string {
  return ['hostile', String(offered), ...patterns.map(quoted)].join(' ');
}

function inTable(table: string, rules: readonly Rule[]): string[] {
  if (rules.length === 0) return [];
  const own = new Set(rules.map(({ chain }) => chain).filter((chain) => !BUILT_IN.has(chain)));
  return [
    `*${table}`,
    ...[...own].map((chain) => `:${chain} - [0:0]`),
    ...rules.map(({ chain, text }) => `-A ${chain} ${text}`.trim()),
    'COMMIT',
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
function turnLine({ from, bytes, cuts = [] }: Turn, side: Turn['from']): string {
  if (from === side) {
    const pieces = [0, ...cuts].map((cut, index) => bytes.slice(cut, cuts[index]));
    return pieces.map((piece) => `say ${escaped(piece)}`).join('\n');
  }
  const isLine = bytes.indexOf('\n') === bytes.length - 1 && /^\p{ASCII}+$/u.test(bytes);
  return isLine && !bytes.includes('\0')
    ? `line ${quoted(bytes.slice(0, -1))}`
    : `bytes ${String(bytes.length)}`;
}
