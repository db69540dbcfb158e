// SPDX-License-Identifier: GPL-2.0-only
import { shownUrl } from '../host/http.js';
import { formatBytes } from '../host/space.js';
import type { Failure } from '../model/failure.js';
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

/** The ways to bring a file by hand. */
export function byHand({ source, name }: Pick<SoughtFile, 'source' | 'name'>): string[] {
  return [
    `put ${name} into a folder and add --mirror FOLDER; it is taken if its checksum is right`,
    `or use a tree or archive of your own: --source ${source}=PATH`,
  ];
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
