// SPDX-License-Identifier: GPL-2.0-only
import { shownUrl } from '../host/http.js';
import { formatBytes } from '../host/space.js';
import type { Failure, FailureReason } from '../model/failure.js';
import type { ByHandSource } from '../model/source.js';
import type { SoughtFile } from './context.js';

/** A digest that vouches for a file, or for one of the files in it. */
export interface Pin {
  /** What it is the digest of: the file's name, or a path in it. */
  readonly of: string;
  readonly sha256: string;
}

/** How a place failed to bring a file. */
export interface Attempt {
  readonly from: string;
  readonly ok: false;
  readonly kind: 'missing' | 'network' | 'mismatch';
  readonly why: string;
  /** Of a file that is not the right one: its faults, the size in bytes, and where it was put. */
  readonly found?: readonly string[];
  readonly size?: number;
  readonly kept?: string;
}

/** The way to bring everything at once. */
export const BY_BUNDLE =
  'or bring all from a host with a network: l7build bundle create there, l7build bundle use here';

/** The ways to bring a file by hand. */
export function byHand({ source }: Pick<SoughtFile, 'source'>): string[] {
  return [
    'put the file, under its name, into a folder and add --mirror FOLDER; it is taken if its checksum is right',
    `or use a tree or archive of your own: --source ${source}=PATH`,
    BY_BUNDLE,
  ];
}

/** Words the failure of a file that only the user can bring. */
export function notFetched(source: string, { urls }: ByHandSource): Failure {
  return {
    reason: 'source-missing',
    message: `${source} is not fetched: no checksum of it is known, so nobody could tell whether it is the right one`,
    details: urls.map((url) => `address: ${url}`),
    hints: [
      `bring it yourself, compare it with what its publisher signs, and add --source ${source}=PATH`,
    ],
  };
}

/** The reasons for which a source could not be brought, the one that says most about several first. */
const UNBROUGHT: readonly FailureReason[] = [
  'checksum-mismatch',
  'signature-refused',
  'network-failed',
  'source-missing',
];

/** True for a failure beside which it is worth to know what other sources lack. */
export function isUnbrought({ reason }: Failure): boolean {
  return UNBROUGHT.includes(reason);
}

/**
 * The failures of several sources as one: every file with its addresses and digests, every remedy once.
 *
 * Each is one that `isUnbrought` is true for; a single one stays as it is.
 */
export function joined(first: Failure, ...others: readonly Failure[]): Failure {
  if (others.length === 0) return first;
  const failures = [first, ...others];
  const remedies = new Set(failures.flatMap(({ hints = [] }) => hints));
  const last = remedies.delete(BY_BUNDLE) ? [BY_BUNDLE] : [];
  return {
    reason:
      UNBROUGHT.find((each) => failures.some(({ reason }) => reason === each)) ?? first.reason,
    message: `${String(failures.length)} sources could not be brought`,
    details: failures.flatMap(({ message, details = [] }) => [
      message,
      ...details.map((line) => `  ${line}`),
    ]),
    hints: [...remedies, ...last],
  };
}

/** Words the failure of all places. */
export function failureOf(
  file: SoughtFile,
  pins: readonly Pin[],
  attempts: readonly Attempt[],
  offline: boolean,
): Failure {
  const wrong = attempts.filter(({ kind }) => kind === 'mismatch');
  if (wrong.length > 0) return mismatch(file, pins, wrong);
  const tried = attempts.map(({ from, why }) => `${from}: ${why}`);
  const wanted = pins.map(({ of, sha256 }) => `SHA-256 of ${of}: ${sha256}`);
  if (offline) {
    return {
      reason: 'source-missing',
      message: `${file.name} is not here, and the network is off (--offline)`,
      details: [...tried, ...file.urls.map((url) => `address: ${shownUrl(url)}`), ...wanted],
      hints: byHand(file),
    };
  }
  const unreached = attempts.filter(({ kind }) => kind === 'network');
  if (unreached.length === 0) {
    return {
      reason: 'source-missing',
      message: `${file.name} is at none of its addresses any more`,
      details: [...tried, ...wanted],
      hints: byHand(file),
    };
  }
  return {
    reason: 'network-failed',
    message: `${file.name} could not be downloaded from ${hostsOf(unreached)}`,
    details: [...tried, ...wanted],
    hints: ['check the network and its proxy, and run the same again', ...byHand(file)],
  };
}

function hostsOf(attempts: readonly Attempt[]): string {
  const hosts = attempts.map(({ from }) => (URL.canParse(from) ? new URL(from).host : from));
  return [...new Set(hosts)].join(', ');
}

function mismatch(file: SoughtFile, pins: readonly Pin[], wrong: readonly Attempt[]): Failure {
  // The file's own name goes without saying.
  const what = ({ of }: Pin): string => (of === file.name ? '' : ` ${of}`);
  const short = wrong.find(({ size = 0 }) => file.size !== undefined && size < file.size);
  const causes =
    short === undefined
      ? [
          'likely causes: the file was replaced upstream, a proxy changed it, or somebody tampers with it',
          'compare with the checksum that the publisher signs before you change the recipe',
        ]
      : [
          `the file is short (${formatBytes(short.size ?? 0)} of ${formatBytes(file.size ?? 0)}): the download was cut off`,
        ];
  return {
    reason: 'checksum-mismatch',
    message: pins.some(({ of }) => of !== file.name)
      ? `${file.name} does not hold the files that the recipe pins, and is not used`
      : `${file.name} has a wrong checksum and is not used`,
    details: [
      ...pins.map((pin) => `expected ${pin.sha256}${what(pin)}`),
      ...wrong.flatMap(({ from, found = [], kept = '' }) => [
        ...found.map((fault) => `found    ${fault} at ${from}`),
        `kept as  ${kept}`,
      ]),
    ],
    hints: [...causes, 'run the same again, or add --mirror FOLDER with a good copy'],
  };
}
