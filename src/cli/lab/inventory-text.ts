// SPDX-License-Identifier: GPL-2.0-only
import type { HostStatus } from '../../lab/messages.js';

/** A host as the inventory tells it. */
export interface InventoryHost extends Pick<
  HostStatus,
  'name' | 'addresses' | 'userland' | 'state'
> {
  /** By ssh. */
  readonly reached: boolean;
  /** Path of its interpreter; missing where it has none. */
  readonly python?: string;
}

/**
 * An inventory of Ansible's in YAML (ansible.builtin.yaml), of hosts that ssh reaches; the others are in comments.
 *
 * @param args for ssh, as a shell's words
 */
export function inventoryText(lab: string, args: string, hosts: readonly InventoryHost[]): string {
  const reached = hosts.filter((host) => host.reached);
  const links = [...new Set(reached.flatMap(addresses).map(({ link }) => link))];
  return [
    `# The lab ${lab}, as long as it is up. Made by: l7build lab inventory --name ${lab}`,
    ...hosts.filter((host) => !host.reached).flatMap(leftOut),
    'all:',
    '  vars:',
    '    ansible_connection: ssh',
    '    ansible_user: root',
    // YAML takes what JSON writes.
    `    ansible_ssh_common_args: ${JSON.stringify(args)}`,
    ...section('  ', 'hosts', reached, (host) => [`    ${host.name}:`, ...facts(host)]),
    ...section('  ', 'children', links, (link) => [
      `    link_${link.replaceAll('-', '_')}:`,
      '      hosts:',
      ...reached.filter((host) => isOn(host, link)).map(({ name }) => `        ${name}:`),
    ]),
  ].join('\n');
}

function section<T>(
  indent: string,
  name: string,
  items: readonly T[],
  lines: (item: T) => string[],
): string[] {
  if (items.length === 0) return [`${indent}${name}: {}`];
  return [`${indent}${name}:`, ...items.flatMap(lines)];
}

function facts(host: InventoryHost): string[] {
  return [
    host.python === undefined
      ? '      # No python3 there: ansible.builtin.raw works, and no other module.'
      : `      ansible_python_interpreter: ${host.python}`,
    '      lab_addresses:',
    ...addresses(host).map(({ address, link }) => `        ${link}: ${address}`),
  ];
}

function leftOut({ name, state, userland }: InventoryHost): string[] {
  return state === 'up' && userland === undefined
    ? [
        `# ${name} has a guest's small programs only, and no server of ssh. What reaches it:`,
        `#   l7build lab exec ${name} -- COMMAND`,
      ]
    : [`# ${name} is not up.`];
}

function isOn(host: InventoryHost, link: string): boolean {
  return addresses(host).some((one) => one.link === link);
}

function addresses({ addresses: all }: InventoryHost): { address: string; link: string }[] {
  return all.map((text) => {
    const [address = '', link = ''] = text.split(' on ');
    return { address, link };
  });
}
