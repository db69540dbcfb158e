// SPDX-License-Identifier: GPL-2.0-only
import { readFile, stat } from 'node:fs/promises';
import { authorizedKeys } from '../../formats/authorized-keys.js';
import type { Seed } from '../../formats/seed.js';
import { INSECURE_KEYS } from '../../formats/vagrant.js';
import { Failed } from '../../model/failure.js';
import type { DiskParams } from '../../model/task.js';
import { COUNTED, UNNAMED, type DiskOptions } from './options.js';

/** Bytes of a file of rules: some ten thousand of them. */
const MOST_RULES = 1024 ** 2;
/** What stands on a disk whose name and keys come from elsewhere. */
const NOBODY: Seed = { hostname: UNNAMED, authorizedKeys: '' };
/** Bytes of a file of keys: some hundred of them. */
const MOST_KEYS = 64 * 1024;

/**
 * What a disk is made of beside what is built.
 *
 * @throws Failed `usage` for a file that is not what it should be
 */
export async function diskParams(options: DiskOptions): Promise<Omit<DiskParams, 'guest'>> {
  const { format, rules, rules6, password, userland, seed } = options;
  const ipv6 = rules6 ?? (rules === COUNTED ? COUNTED : undefined);
  const own = await identityOf(options);
  const { hostname, authorizedKeys: keys } = seed ? NOBODY : own;
  return {
    ...{ format, hostname, password },
    rules: {
      iptables: await rulesOf('--rules', rules),
      ip6tables: ipv6 === undefined ? '' : await rulesOf('--rules6', ipv6),
    },
    ...(userland === undefined ? {} : { userland: { authorizedKeys: keys } }),
  };
}

/** What a machine is called and who may enter it, by the options. @throws Failed `usage` as `diskParams` */
export async function identityOf(options: DiskOptions): Promise<Seed> {
  const { hostname, vagrant } = options;
  const keys = (await keysOf(options)) ?? (vagrant ? INSECURE_KEYS : '');
  return { hostname, authorizedKeys: keys };
}

async function rulesOf(option: string, file: string): Promise<string> {
  const text = await textOf(file, MOST_RULES);
  // Every table ends with it; a file without one sets nothing, and nobody would notice.
  if (text !== undefined && /^COMMIT$/m.test(text)) return text;
  const why = text === undefined ? 'there is no such file' : 'it is not what iptables-save prints';
  throw new Failed({
    reason: 'usage',
    message: `${option} ${file}: ${why}`,
    hints: ['write it where the rules are set: iptables-save >firewall.rules'],
  });
}

async function keysOf({
  authorizedKeys: file,
  userland,
  seed,
}: DiskOptions): Promise<string | undefined> {
  if (userland === undefined && (seed || file !== undefined)) {
    throw new Failed({
      reason: 'usage',
      message: `${seed ? '--seed' : '--authorized-keys'} is for a disk with a server of ssh, which the small programs have not`,
      hints: ['add --userland debian'],
    });
  }
  if (file === undefined) return undefined;
  const text = await textOf(file, MOST_KEYS);
  const keys = text === undefined ? 'there is no such file' : authorizedKeys(text);
  if (typeof keys !== 'string') return keys.text;
  throw new Failed({
    reason: 'usage',
    message: `--authorized-keys ${file}: ${keys}`,
    hints: ['give what ssh-keygen wrote into a file that ends in .pub, or several of those'],
  });
}

/** A file's text, nothing of what is no file or too large for anybody; undefined if it is not there. */
async function textOf(file: string, most: number): Promise<string | undefined> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined) return undefined;
  return there.isFile() && there.size <= most ? readFile(file, 'utf8') : '';
}
