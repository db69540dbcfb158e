// SPDX-License-Identifier: GPL-2.0-only

/** What a program that talks to the network is told of our environment: how to get there. */
const CARRIED = [
  'PATH',
  'HOME',
  'http_proxy',
  'https_proxy',
  'ftp_proxy',
  'all_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'FTP_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'RES_OPTIONS',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** Our own environment, for a program that the user could have started just as well. */
export function ownEnvironment(): Record<string, string> {
  const pairs = Object.entries(process.env);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/**
 * How glibc asks name servers (resolv.conf(5)), unless the user says otherwise: a lookup cannot be called
 * off, and by default one that nobody answers keeps a process for half a minute.
 */
const RESOLVER = 'timeout:4 attempts:1';

/** Sees to it that lookups of this process end within seconds. To be called before the first one. */
export function hastenLookups(): void {
  process.env['RES_OPTIONS'] ??= RESOLVER;
}

/** The environment for a program that talks to the network, with messages in English. */
export function networkEnvironment(): Record<string, string> {
  const carried = CARRIED.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { RES_OPTIONS: RESOLVER, ...Object.fromEntries(carried), LC_ALL: 'C' };
}
