// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';

/** What the machine's distribution says of itself, where that is letters alone, as Debian's is. */
export interface OsRelease {
  /** Such as `debian`. */
  readonly id: string | undefined;
  /** Such as `bookworm`, which is the name of the suite, too. */
  readonly codename: string | undefined;
}

/** Reads os-release(5); a system without that file has neither name. */
export async function osRelease(): Promise<OsRelease> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([a-z]+)"?$`, 'm').exec(text)?.[1];
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}
