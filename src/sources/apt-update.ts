// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { writeAtomically } from '../host/files.js';
import { noSpace } from '../host/space.js';
import { Failed } from '../model/failure.js';
import type { AptSource } from '../model/source.js';
import { BY_BUNDLE } from './explain.js';
import { configure, mirrorsOf, pocketsOf, type PrivateApt } from './apt-config.js';

/** apt's words for a suite that the mirror does not have. */
const NO_SUITE = /^E: The repository '\S+ (\S+) (?:In)?Release' does not have a Release file/gm;

/**
 * Downloads the indexes of a suite, its updates and its security archive, and has apt check their
 * signatures. A pocket that the mirror lacks is left out; the suite itself may not lack.
 *
 * @throws Failed `host-lacks` (no Debian mirror configured, no keys), `network-failed`,
 *   `source-missing` (no such suite), `no-space`, `interrupted`
 */
export async function update(
  source: AptSource,
  apt: PrivateApt,
  signal: AbortSignal,
): Promise<void> {
  let pockets = pocketsOf(source.suite, await mirrorsOf(signal));
  for (;;) {
    await configure(apt, source.type, pockets, signal);
    const { exitCode, stdout, stderr } = await exec(['apt-get', '-q', 'update'], {
      env: apt.env,
      signal,
      accept: [0, 100],
    });
    const complaints = stderr.split('\n').filter((line) => /^[EW]: /.test(line));
    if (exitCode === 0 && !complaints.some((line) => line.includes('Failed to fetch'))) break;
    const missing = new Set([...stderr.matchAll(NO_SUITE)].map(([, suite]) => suite));
    const left = pockets.filter(([, suite]) => suite === source.suite || !missing.has(suite));
    if (left.length === pockets.length || missing.has(source.suite)) {
      throw explained(source, apt, complaints, stdout);
    }
    pockets = left;
  }
  await writeAtomically(join(apt.dir, 'updated'), '');
}

function explained(
  source: AptSource,
  { dir }: PrivateApt,
  complaints: readonly string[],
  output: string,
): Failed {
  const said = complaints.join('\n');
  if (said.includes('No space left on device')) return noSpace(dir, complaints);
  const hosts = [
    ...new Set([...output.matchAll(/^Err:\d+ \S+?:\/\/([^/\s]+)/gm)].map(([, h]) => h)),
  ];
  if (/NO_PUBKEY|EXPKEYSIG|is not signed|BADSIG|is expired|not valid yet/.test(said)) {
    return new Failed({
      reason: 'network-failed',
      message: `the mirror's lists of Debian ${source.suite} are not trusted`,
      details: complaints,
      hints: [
        'update the package debian-archive-keyring and check the machine’s date',
        'a mirror that has stopped is told by lists that expired: use another in /etc/apt',
      ],
    });
  }
  if (
    said.includes('does not have a Release file') &&
    !/Could not|Temporary failure/.test(said + output)
  ) {
    return new Failed({
      reason: 'source-missing',
      message: `the Debian mirror of this machine does not serve the suite ${source.suite}`,
      details: complaints,
      hints: ['older suites move to Debian’s archive: add a mirror of it to /etc/apt'],
    });
  }
  return new Failed({
    reason: 'network-failed',
    message: `the package ${source.package}: the lists of Debian ${source.suite} could not be downloaded from ${hosts.join(', ') || 'the mirror'}`,
    details: complaints,
    hints: [
      'check the network, and that `apt-get update` works on this machine',
      'or use a tree or archive of your own: --source NAME=PATH',
      BY_BUNDLE,
    ],
  });
}
