// SPDX-License-Identifier: GPL-2.0-only
import { quoted } from '../host/shell-words.js';
import type { Card, Host, Topology } from '../model/topology.js';

/**
 * The script that makes a booted machine a host of the topology: its name, its addresses and routes,
 * and the others' names. Run again, it changes nothing.
 */
export function settingsOf(
  { name, cards, routes, forwards, userland }: Host,
  topology: Topology,
): string {
  return [
    'set -e',
    `hostname ${name}`,
    `printf %s ${quoted(names(topology))} >/etc/hosts`,
    // The drivers of a distribution's kernel are modules, and nothing here loads them by itself.
    'modprobe -a virtio_pci virtio_net 2>/dev/null || true',
    ...cards.flatMap(settings),
    ...routes.map(({ to, via }) => `ip route replace ${to} via ${via}`),
    `echo ${forwards ? '1' : '0'} >/proc/sys/net/ipv4/ip_forward`,
    ...(userland === undefined ? [] : ['userland']),
    '',
  ].join('\n');
}

function settings({ device, mac, address, prefix }: Card): string[] {
  const file = `/sys/class/net/${device}/address`;
  return [
    `[ "$(cat ${file} 2>/dev/null)" = ${mac} ] || { echo "there is no card ${device} ${mac}" >&2; exit 1; }`,
    `ip link set ${device} up`,
    `ip address replace ${address}/${String(prefix)} dev ${device}`,
  ];
}

/** A host is called by its first address. */
function names({ hosts }: Topology): string {
  const lines = hosts.map(({ name, cards }) => `${cards[0]?.address ?? ''} ${name}`);
  return ['127.0.0.1 localhost', ...lines, ''].join('\n');
}
