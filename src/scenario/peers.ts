// SPDX-License-Identifier: GPL-2.0-only
import { quoted } from '../host/shell-words.js';
import type { Check, Sample, Samples } from '../model/scenario.js';

/** The first sample's port, beyond those of services and below those that Linux gives to clients (ip(7)). */
const FIRST_PORT = 10_001;

/** Packets of a connection that are looked at, where a check does not say: the module's default. */
const NUM_PACKETS = 10;

/** The port of the sample at a place of its folder. */
export function portOf(index: number): number {
  return FIRST_PORT + index;
}

/** What a sample is called in what the guest says. */
export function titleOf({ file, name }: Sample): string {
  return `${file}/${name}`;
}

/** The samples in the words of guest/peers. */
export function playbook({ all }: Samples): string {
  return all
    .flatMap((sample, index) => [
      `= ${titleOf(sample)} ${sample.transport} ${String(portOf(index))}`,
      ...sample.packets.map(
        ({ from, bytes }) =>
          `${from === 'client' ? '>' : '<'} ${Buffer.from(bytes, 'latin1').toString('hex')}`,
      ),
      '',
    ])
    .join('\n');
}

/**
 * The line of a script that plays a check's samples until the match has decided on each. One program plays them all: with
 * two shells and two nc for each it would take minutes, and busybox's nc may not speak UDP. What it takes is brought into
 * the guest with the scenario, as a system of its own below /peers.
 */
export function playing({ folder }: Samples, { numPackets = NUM_PACKETS }: Check): string {
  const packets = String(numPackets);
  return `chroot /peers /usr/bin/perl -w /bin/peers ${quoted(`/${folder}`)} $family ${packets} || exit`;
}
