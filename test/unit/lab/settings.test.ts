// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { settingsOf } from '../../../src/lab/settings.js';
import type { Host, Topology } from '../../../src/model/topology.js';

const GATE: Host = {
  name: 'gate',
  memoryMiB: 256,
  forwards: true,
  cards: [
    { device: 'eth0', link: 'lan', mac: '02:00:0a:00:00:01', address: '10.0.0.1', prefix: 24 },
    { device: 'eth1', link: 'far', mac: '02:00:0a:00:01:01', address: '10.0.1.1', prefix: 30 },
  ],
  routes: [{ to: 'default', via: '10.0.0.9' }],
};
const LEAF: Host = {
  ...GATE,
  name: 'leaf',
  forwards: false,
  cards: GATE.cards.slice(1),
  routes: [],
};
const TOPOLOGY = { hosts: [GATE, LEAF] } as unknown as Topology;

it('gives each card its address, but only if it is that card', () => {
  const lines = settingsOf(GATE, TOPOLOGY).split('\n');
  const first = lines.findIndex((line) => line.includes('/sys/class/net/eth0/address'));
  expect(lines[first]).toContain('= 02:00:0a:00:00:01 ]');
  expect(lines.slice(first + 1, first + 3)).toEqual([
    'ip link set eth0 up',
    'ip address replace 10.0.0.1/24 dev eth0',
  ]);
  expect(lines).toContain('ip address replace 10.0.1.1/30 dev eth1');
  expect(lines).toContain('ip route replace default via 10.0.0.9');
});

it('lets a host forward only if it is to', () => {
  const forward = (host: Host): string | undefined =>
    settingsOf(host, TOPOLOGY)
      .split('\n')
      .find((line) => line.includes('ip_forward'));
  expect(forward(GATE)).toBe('echo 1 >/proc/sys/net/ipv4/ip_forward');
  expect(forward(LEAF)).toBe('echo 0 >/proc/sys/net/ipv4/ip_forward');
});

it('enters a userland only where the host has one, and when all else is set', () => {
  expect(settingsOf(LEAF, TOPOLOGY).split('\n')).not.toContain('userland');
  const lines = settingsOf({ ...LEAF, userland: 'debian' }, TOPOLOGY).split('\n');
  expect(lines.slice(-2)).toEqual(['userland', '']);
});

it('names all hosts by their first address', () => {
  expect(settingsOf(LEAF, TOPOLOGY)).toContain(
    '127.0.0.1 localhost\n10.0.0.1 gate\n10.0.1.1 leaf\n',
  );
});

it("stops with a word at a machine that lacks a card, in the guest's own shell", () => {
  // Without the lines before the cards, which would change this machine.
  const script = settingsOf(GATE, TOPOLOGY);
  const cards = script.slice(script.indexOf('[ "$(cat')).replaceAll('/sys/class', '/nowhere');
  const { status, stderr } = spawnSync('busybox', ['sh', '-e', '-c', cards], { encoding: 'utf8' });
  expect(stderr).toBe('there is no card eth0 02:00:0a:00:00:01\n');
  expect(status).toBe(1);
});
