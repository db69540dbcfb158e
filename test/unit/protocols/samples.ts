// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { PROJECT, type Packet } from './l7try.js';

export const DEFINITIONS = join(PROJECT, 'recipes/protocols');
const SAMPLES = join(DEFINITIONS, 'samples');

/** The window that a connection is matched in: the module's defaults. */
const WINDOW_BYTES = 2048;
const WINDOW_PACKETS = 10;

const packet = z.union([
  z.strictObject({ dir: z.enum(['>', '<']), text: z.string() }),
  z.strictObject({ dir: z.enum(['>', '<']), hex: z.string().check(z.regex(/^[0-9a-f ]+$/)) }),
]);

const sampleFile = z.strictObject({
  protocol: z.nullable(z.string()),
  samples: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      transport: z.enum(['tcp', 'udp']),
      port: z.int().check(z.minimum(1), z.maximum(65535)),
      packets: z.array(packet).check(z.minLength(1), z.maxLength(WINDOW_PACKETS)),
      overlaps: z.optional(z.array(z.strictObject({ protocol: z.string(), why: z.string() }))),
    }),
  ),
});

export interface Sample {
  /** Name of the file without .yaml. */
  readonly file: string;
  /** None for what must match nothing. */
  readonly protocol: string | undefined;
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  readonly packets: readonly Packet[];
  /** Other protocols that match as well. */
  readonly overlaps: readonly string[];
}

/** Every sample of the project, its files checked for their shape. */
export function readSamples(): Sample[] {
  return readdirSync(SAMPLES).flatMap((file) => {
    const { protocol, samples } = sampleFile.parse(
      parse(readFileSync(join(SAMPLES, file), 'utf8')),
    );
    return samples.map(({ name, transport, packets, overlaps = [] }) => ({
      file: basename(file, '.yaml'),
      protocol: protocol ?? undefined,
      name,
      transport,
      packets: packets.map((one) => ({
        dir: one.dir,
        bytes:
          'text' in one
            ? Buffer.from(one.text, 'latin1')
            : Buffer.from(one.hex.replaceAll(' ', ''), 'hex'),
      })),
      overlaps: overlaps.map((overlap) => overlap.protocol),
    }));
  });
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
