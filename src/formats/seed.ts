// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { copyAtomically } from '../host/files.js';
import { sha256 } from '../host/hash.js';
import { fatEnvironment } from './disk.js';

/** Whom a machine is, and who may enter it. */
export interface Seed {
  readonly hostname: string;
  /** Public keys, one a line. */
  readonly authorizedKeys: string;
}

/** Bytes of the volume: what mkfs.fat makes a FAT12 of. */
const SIZE = 2 * 1024 ** 2;
/** Number of the file system; any will do. */
const ID = '6c376276';
const ID_DIGITS = 16;

/**
 * Writes a volume with a seed as cloud-init's data source NoCloud has it
 * (https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html): FAT, labelled CIDATA, with meta-data and
 * user-data. Needs no privilege; the same seed gives the same bytes.
 *
 * @param to the volume, replaced whole
 * @throws Failed `host-lacks` without mkfs.fat or mcopy; `no-space`, `interrupted`; system errors
 */
export async function writeSeed(seed: Seed, to: string, signal: AbortSignal): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'l7build-seed-'));
  const run = (argv: Argv): Promise<unknown> =>
    exec(argv, { cwd: scratch, env: fatEnvironment(), signal });
  try {
    for (const [name, text] of Object.entries(documents(seed))) {
      await writeFile(join(scratch, name), text);
    }
    // Not where it goes to, whose name may mean something to mtools (@@).
    const volume = 'volume';
    await writeFile(join(scratch, volume), '');
    await truncate(join(scratch, volume), SIZE);
    await run(['mkfs.fat', '--invariant', '-F', '12', '-i', ID, '-n', 'CIDATA', volume]);
    await run(['mcopy', '-i', volume, 'meta-data', 'user-data', '::/']);
    await copyAtomically(join(scratch, volume), to);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

function documents({ hostname, authorizedKeys }: Seed): Record<string, string> {
  const keys = authorizedKeys.split('\n').filter((line) => line !== '');
  const user = [
    '#cloud-config',
    ...(keys.length === 0 ? [] : ['ssh_authorized_keys:', ...keys.map(item)]),
  ];
  const text = `${user.join('\n')}\n`;
  // Whoever has seen a seed of that number before need not look at it again.
  const id = sha256(`${hostname}\n${text}`).slice(0, ID_DIGITS);
  return {
    'meta-data': `instance-id: l7build-${id}\nlocal-hostname: ${hostname}\n`,
    'user-data': text,
  };
}

/** An item of a list in YAML, without the key's remark: neither its kind nor base64 has what has to be quoted. */
function item(key: string): string {
  return `  - ${key.split(' ').slice(0, 2).join(' ')}`;
}
