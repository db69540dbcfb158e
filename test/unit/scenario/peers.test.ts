// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check, Sample } from '../../../src/model/scenario.js';
import { playbook, playing, portOf } from '../../../src/scenario/peers.js';
import { freePort } from '../../cli/ports.js';

const PEERS = join(import.meta.dirname, '../../../guest/peers');

const SAMPLE: Sample = {
  file: 'mysql',
  name: 'greeting',
  protocol: 'mysql',
  transport: 'tcp',
  packets: [
    { from: 'server', bytes: '\x4a\0\n\xff' },
    { from: 'client', bytes: '\r' },
  ],
  overlaps: [],
};

describe('a playbook', () => {
  it('has each sample with a port of its own, and its bytes', () => {
    const other: Sample = { ...SAMPLE, name: 'other', transport: 'udp' };
    expect(playbook({ folder: 'f', all: [SAMPLE, other] }).split('\n')).toEqual([
      ...['= mysql/greeting tcp 10001', '< 4a000aff', '> 0d', ''],
      ...['= mysql/other udp 10002', '< 4a000aff', '> 0d', ''],
    ]);
    expect(portOf(1)).toBe(10_002);
  });

  it('is played until the match gives up', () => {
    const samples = { folder: 'recipes/a b', all: [SAMPLE] };
    expect(playing(samples, { numPackets: 3 } as Check)).toContain("'/recipes/a b' $family 3 ||");
    expect(playing(samples, {} as Check)).toContain(' $family 10 ||');
  });
});

/** Containers may have no IPv6, not even on the loopback device. */
const FAMILIES = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal }) => internal)
  .map(({ family }) => family.toLowerCase());

/** The script as the guest has it, over this machine's loopback device. */
describe('guest/peers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  let port: number;
  beforeAll(async () => {
    port = await freePort();
  });

  function played(lines: readonly string[], family = 'ipv4'): { out: string[]; err: string } {
    const book = join(folder, 'book');
    writeFileSync(book, lines.join('\n'));
    // What it may not have there is found here: a guest has no modules.
    const argv = ['-w', '-Mstrict', PEERS, book, family, '4'];
    const { stdout, stderr } = spawnSync('/usr/bin/perl', argv, { encoding: 'utf8' });
    return { out: stdout.split('\n').slice(0, -1), err: stderr };
  }

  it.each(FAMILIES)('hands every packet over, by TCP and UDP, over %s', (family) => {
    const every = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
    const talk = [`> ${every.join('')}`, '> 0a0d00', '< ', `< ${'41'.repeat(5000)}`, '> 00'];
    const lines = ['tcp', 'udp'].flatMap((way) => [
      `= a/${way} ${way} ${String(port)}`,
      ...talk,
      '',
    ]);
    expect(played(lines, family)).toEqual({ out: ['@ended a/tcp', '@ended a/udp'], err: '' });
  });

  it('tells which could not be played, and why, and goes on', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    try {
      const lines = [
        `= a/busy tcp ${String(port)}`,
        '> 41',
        `= a/next udp ${String(port)}`,
        '< 41',
      ];
      expect(played(lines)).toEqual({
        out: ['@stalled a/busy', '@ended a/next'],
        err: `a/busy: bind to port ${String(port)}: Address already in use\n`,
      });
    } finally {
      server.close();
    }
  });

  it('ends with an error where there is nothing to play', () => {
    const { status, stderr } = spawnSync(
      '/usr/bin/perl',
      ['-w', PEERS, join(folder, 'none'), 'ipv4', '4'],
      {
        encoding: 'utf8',
      },
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain('none: No such file');
  });
});
