// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { refuseStraySources, sourcesFor } from '../../../../src/cli/lab/kernel-sources.js';

const SOURCES = { linux: '/6', iptables: '/ipt', '2.6.32/linux': '/26', '2.6.32/layer7': '/l7' };

it('gives a kernel what is for all, and what is for it in place of that', () => {
  expect(sourcesFor('6.1', SOURCES)).toEqual({ linux: '/6', iptables: '/ipt' });
  expect(sourcesFor('2.6.32', SOURCES)).toEqual({ linux: '/26', iptables: '/ipt', layer7: '/l7' });
  expect(sourcesFor('2.6.3', SOURCES)).toEqual({ linux: '/6', iptables: '/ipt' });
});

it('refuses what is for a kernel that no host boots, and names those that are', () => {
  expect(() => {
    refuseStraySources(SOURCES, ['6.1', '2.6.32']);
  }).not.toThrow();
  expect(() => {
    refuseStraySources(SOURCES, ['6.1', '5.10']);
  }).toThrow('--source 2.6.32/linux: no host boots 2.6.32');
});
