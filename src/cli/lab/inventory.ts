// SPDX-License-Identifier: GPL-2.0-only
import { quoted } from '../../host/shell-words.js';
import { runOn, statusOf } from '../../lab/client.js';
import type { HostStatus } from '../../lab/messages.js';
import { prepareSsh } from '../../lab/ssh.js';
import { EXIT, type ExitCode } from '../../model/failure.js';
import { writeLine } from '../screen.js';
import { inventoryText } from './inventory-text.js';
import { reachOf } from './ssh.js';
import { whichLab, type Which } from './which.js';

/** Where Ansible looks for Python, and finds it in Debian. */
const PYTHON = '/usr/bin/python3';

/** Prints an inventory of Ansible's of a lab that is up. */
export async function inventory(
  store: string,
  which: Which,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name } = await whichLab(store, which);
  const { hosts } = await statusOf(store, name, signal);
  const up = hosts.filter(({ state }) => state === 'up');
  const reach = reachOf(store, name, up);
  const config = await prepareSsh(store, name, reach, reach.hosts, signal);
  const python = async ({ name: host }: HostStatus): Promise<boolean> => {
    const script = `[ -x ${PYTHON} ]`;
    return (await runOn(store, name, { host, script }, signal)).exitCode === 0;
  };
  const rows = await Promise.all(
    hosts.map(async (host) => {
      const reached = reach.hosts.includes(host.name);
      return { ...host, reached, ...(reached && (await python(host)) ? { python: PYTHON } : {}) };
    }),
  );
  writeLine(inventoryText(name, `-F ${quoted(config)}`, rows));
  return EXIT.verified;
}
