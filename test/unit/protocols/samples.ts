// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Overlap } from '../../../src/model/scenario.js';
import { loadSamples } from '../../../src/scenario/samples.js';
import { PROJECT, type Packet } from './l7try.js';

export const DEFINITIONS = join(PROJECT, 'recipes/protocols');

/** The window that a connection is matched in: the module's defaults. */
const WINDOW_BYTES = 2048;
export const WINDOW_PACKETS = 10;

export interface Sample {
  /** Name of the file without .yaml. */
  readonly file: string;
  /** None for what must match nothing. */
  readonly protocol: string | undefined;
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  readonly packets: readonly Packet[];
  readonly overlaps: readonly Overlap[];
}

/** Every sample of the project, its files checked for their shape. */
export async function readSamples(): Promise<Sample[]> {
  const all = await loadSamples(PROJECT, 'recipes/protocols/samples');
  return all.map(({ protocol, packets, ...sample }) => ({
    ...sample,
    protocol,
    packets: packets.map(({ from, bytes }) => ({
      dir: from === 'client' ? '>' : '<',
      bytes: Buffer.from(bytes, 'latin1'),
    })),
  }));
}

/** What of a flow reaches the patterns: NULs are dropped, and after the window nothing is looked at. */
export function windowed(packets: readonly Packet[]): Packet[] {
  let left = WINDOW_BYTES;
  return packets.map(({ dir, bytes }) => {
    const seen = bytes.filter((byte) => byte !== 0).subarray(0, left);
    left -= seen.length;
    return { dir, bytes: seen };
  });
}
