// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import * as z from 'zod/mini';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ProjectFile } from '../model/recipe.js';
import type { Sample, Scenario, Turn } from '../model/scenario.js';
import { MAX_BYTES } from '../recipe/bounds.js';
import { realRoot } from '../recipe/directory.js';
import { explain } from '../recipe/explain.js';
import { projectBytes, projectFile } from '../recipe/project-file.js';
import { filesBelow } from '../recipe/project-folder.js';
import { refused, wholeFile } from '../recipe/refuse.js';
import { listOf, name, word } from '../recipe/schema/words.js';
import { decodeUtf8 } from '../recipe/utf8.js';
import { parseYaml, type YamlFile } from '../recipe/yaml.js';

/** Bytes of a packet: what a datagram can carry over IPv6, less its headers. */
const PACKET_MOST = 65_000;
/** Samples of a folder; each has a port of its own. */
const MOST = 2000;

const dir = z.enum(['>', '<']);
const packet = z.strictObject({
  dir,
  text: z.optional(z.string()),
  hex: z.optional(
    z
      .string()
      .check(
        z.regex(/^([0-9a-f]{2} ?)+$/, 'has to be bytes in hex, such as 13426974 5467'),
        z.maxLength(3 * PACKET_MOST, 'is longer than a packet can be'),
      ),
  ),
});

const sample = z.strictObject({
  name: name('What this exchange shows.'),
  source: word(/^\S.*\S$/, 'one line of text', 'The specification that it follows.'),
  transport: z.enum(['tcp', 'udp']),
  port: z.int().check(z.gte(1, 'has to be at least 1'), z.lte(65_535, 'has to be at most 65535')),
  packets: listOf(packet, 'Who sends what, in order: > is the client.'),
  overlaps: z.optional(
    listOf(
      z.strictObject({
        protocol: name('A protocol whose definition knows it as well.'),
        later: z.optional(z.literal(true)),
        why: word(/^\S.*\S$/, 'one line of text', 'Why that is right.'),
      }),
      'What else knows it.',
    ),
  ),
});

/** A file of samples. */
const sampleFile = z.strictObject({
  protocol: z.nullable(name('What is spoken; null for what no definition may know.')),
  samples: listOf(sample, 'Recorded exchanges.'),
});

/**
 * Reads and checks all samples of a folder.
 *
 * @param projectRoot the project's folder
 * @param folder below it, with files `PROTOCOL.yaml`
 * @throws Failed `recipe-invalid` with the faults of the first file that has some, or Unusable for the folder
 */
export async function loadSamples(projectRoot: string, folder: string): Promise<Sample[]> {
  const root = await realRoot(projectRoot);
  const all: Sample[] = [];
  for (const { path } of await filesBelow(root, folder)) {
    const { bytes } = await projectBytes(root, path, MAX_BYTES);
    all.push(...readSamples(parseYaml(decodeUtf8(path, bytes)), basename(path, '.yaml')));
    if (all.length > MOST) {
      const hint = 'each has a port of its own: name a folder with less';
      throw refused([wholeFile(path, `with this, more than ${String(MOST)} samples`, hint)]);
    }
  }
  return all;
}

/**
 * The files of the project that scenarios bring into a guest: their samples, and what plays them. None where no check has
 * samples.
 */
export async function broughtBy(
  projectRoot: string,
  scenarios: readonly Scenario[],
): Promise<ProjectFile[]> {
  const root = await realRoot(projectRoot);
  const checks = scenarios.flatMap((scenario) => scenario.checks);
  const folders = new Set(checks.flatMap(({ samples }) => samples?.folder ?? []));
  if (folders.size === 0) return [];
  const files = await Promise.all([...folders].map((folder) => filesBelow(root, folder)));
  return [await projectFile(root, 'guest/peers'), ...files.flat()];
}

/** The samples in a YAML file. @throws Failed `recipe-invalid` */
export function readSamples(yaml: YamlFile, file: string): Sample[] {
  const checked = sampleFile.safeParse(yaml.data, { jitless: true });
  if (!checked.success) throw refused(explain(checked.error.issues, sampleFile, yaml));
  const faults: Diagnostic[] = [];
  const { protocol, samples } = checked.data;
  const read = samples.map(({ name: called, transport, packets, overlaps = [] }, index) => {
    const at = ['samples', index];
    if (samples.findIndex((one) => one.name === called) < index) {
      faults.push(yaml.atValue([...at, 'name'], `${called} is there twice`));
    }
    return {
      file,
      name: called,
      ...(protocol === null ? {} : { protocol }),
      transport,
      packets: packets.map((words, place) => {
        const fault = faultOf(words);
        if (fault !== undefined) faults.push(yaml.atValue([...at, 'packets', place], fault));
        return toTurn(words);
      }),
      overlaps: overlaps.map((overlap) => ({
        protocol: overlap.protocol,
        later: overlap.later === true,
      })),
    };
  });
  if (faults.length > 0) throw refused(faults);
  return read;
}

type PacketWords = z.infer<typeof packet>;

function faultOf({ text, hex }: PacketWords): string | undefined {
  if ((text === undefined) === (hex === undefined)) return 'a packet has text or hex';
  if (text !== undefined && /[^\0-\xff]/.test(text)) return 'a character beyond U+00FF is no byte';
  if ((text ?? '').length > PACKET_MOST) return 'longer than a packet can be';
  return undefined;
}

function toTurn({ dir: way, text, hex = '' }: PacketWords): Turn {
  const bytes = text ?? Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('latin1');
  return { from: way === '>' ? 'client' : 'server', bytes };
}
