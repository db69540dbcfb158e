// SPDX-License-Identifier: GPL-2.0-only
import { InvalidArgumentError, type Command } from 'commander';
import { inventory } from './lab/inventory.js';
import { connectTo, serveSsh, sshTo } from './lab/ssh.js';
import { withName, type Which } from './lab/which.js';
import { storeRoot } from './paths.js';
import type { Shell } from './shell.js';

const SSH = `
Runs ssh(1) to a host with a distribution's programs, by a key of the lab's own; the user's ~/.ssh is neither read nor changed. The
connection comes through the lab's control socket, and not by its links: no rule of the host stands in its way.

Examples:
  l7build lab ssh node1
  l7build lab ssh node1 -- ss -tlnp     the words are joined for the host's shell, as ssh does
  l7build lab ssh --tty node1 -- top    with a terminal`;

const CONNECT = `
Standard input and output become a connection to a port of the host's, made there by nc(1) from 127.0.0.1: rules that drop
what comes by lo stop it, and no others.

Examples:
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | l7build lab connect node1 80
  socat TCP-LISTEN:8080,fork,reuseaddr EXEC:'l7build lab connect node1 80'`;

const INVENTORY = `
Hosts with a distribution's programs, by group for each link, reached as "lab ssh" does. It holds as long as the lab is up.

Examples:
  l7build lab inventory >lab.yaml
  ansible -i lab.yaml all -m raw -a hostname
  ansible -i lab.yaml link_lan -m ping`;

/** `l7build lab ssh|connect|inventory`: ways from the machine into a host. */
export function addReach(lab: Command, shell: Shell): void {
  withName(lab.command('ssh'))
    .argument('<host>', 'such as node1 of the topology services')
    .argument('[command...]', 'what to run there, after --; without it a shell')
    .description('log in to a host')
    .option('-t, --tty', 'give the command a terminal', false)
    .addHelpText('after', SSH)
    .action(async (host: string, words: string[], options: Which & { readonly tty: boolean }) => {
      shell.end(await sshTo(storeRoot(process.env), host, words, options, shell.signal));
    });
  withName(lab.command('sshd', { hidden: true }))
    .argument('<host>')
    .action(async (host: string, options: Which) => {
      shell.end(await serveSsh(storeRoot(process.env), host, options, shell.signal));
    });
  withName(lab.command('connect'))
    .argument('<host>', 'such as node1')
    .argument('<port>', "a port of TCP's", portOf)
    .description('connect to a server on a host')
    .addHelpText('after', CONNECT)
    .action(async (host: string, port: number, options: Which) => {
      shell.end(await connectTo(storeRoot(process.env), host, port, options, shell.signal));
    });
  withName(lab.command('inventory'))
    .description('the hosts for Ansible, as YAML')
    .addHelpText('after', INVENTORY)
    .action(async (options: Which) => {
      shell.end(await inventory(storeRoot(process.env), options, shell.signal));
    });
}

function portOf(value: string): number {
  if (/^[1-9]\d{0,4}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new InvalidArgumentError('It has to be a number from 1 to 65535.');
}
