// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startHub, type Hub } from '../../../src/vm/hub.js';
import { processesAt } from '../../cli/program.js';

/** With a real QEMU, and with sockets in place of the machines at its ports. */
let folder: string;
let hub: Hub;
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  hub = await startHub({ lan: ['a', 'b', 'c'], far: ['a'] }, folder, signal);
});
afterEach(async () => {
  await hub.kill();
  expect(processesAt(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

/** A frame as a stream carries it: behind its length, in four bytes. */
function frame(text: string): Buffer {
  const data = Buffer.from(text.padEnd(60, '.'));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

class Plugged {
  heard = '';
  private constructor(readonly socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.heard += data.toString('latin1');
    });
  }

  static async at(port: string): Promise<Plugged> {
    const socket = connect(join(folder, port));
    await once(socket, 'connect');
    return new Plugged(socket);
  }
}

it('gives a frame to all others on the link, and to nobody else', async () => {
  const [a, b, c, far] = await Promise.all(
    ['lan.a', 'lan.b', 'lan.c', 'far.a'].map((port) => Plugged.at(port)),
  );
  a?.socket.write(frame('from a'));
  await expect.poll(() => b?.heard).toContain('from a');
  await expect.poll(() => c?.heard).toContain('from a');
  expect(a?.heard).toBe('');
  expect(far?.heard).toBe('');
  for (const one of [a, b, c, far]) one?.socket.destroy();
});

it('takes a port up again that was let go', async () => {
  const b = await Plugged.at('lan.b');
  (await Plugged.at('lan.a')).socket.destroy();
  await expect
    .poll(async () => {
      const again = await Plugged.at('lan.a').catch(() => undefined);
      again?.socket.write(frame('again'));
      again?.socket.end();
      return b.heard;
    })
    .toContain('again');
  b.socket.destroy();
});

it('captures a link: every frame once, from whomever to whomever', async () => {
  const [a, b] = await Promise.all([Plugged.at('lan.a'), Plugged.at('lan.b')]);
  const file = join(folder, 'lan.pcap');
  const stop = await hub.capture('lan', file);
  a.socket.write(frame('one'));
  await expect.poll(() => b.heard).toContain('one');
  b.socket.write(frame('two'));
  await expect.poll(() => a.heard).toContain('two');
  // A frame may be with the other before it is in the file.
  await expect.poll(async () => (await stat(file)).size).toBeGreaterThan(24 + 16 + 60);
  await stop();
  a.socket.write(frame('three'));
  await expect.poll(() => b.heard).toContain('three');
  const capture = await readFile(file);
  // libpcap's magic number, a header of 24 bytes, and 16 before each frame (pcap-savefile(5)).
  expect(capture.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(capture).toHaveLength(24 + 2 * (16 + 60));
  expect(capture.toString('latin1')).toMatch(/one\.+.*two\./s);
  a.socket.destroy();
  b.socket.destroy();
});

it('tells a link that there is not, and a file that cannot be made', async () => {
  await expect(hub.capture('wan', join(folder, 'x'))).rejects.toMatchObject({
    failure: {
      reason: 'usage',
      message: 'the lab has no link wan',
      hints: ['its links: lan, far'],
    },
  });
  await expect(hub.capture('lan', join(folder, 'no/where'))).rejects.toMatchObject({
    failure: { reason: 'command-failed', message: /No such file/ },
  });
});

it('tells when it dies', async () => {
  const [qemu] = processesAt(folder).filter((line) => line.includes('qemu-system'));
  process.kill(Number(qemu?.split(' ')[0]), 'SIGKILL');
  expect(await hub.ended).toMatchObject({ failure: { message: /ended by SIGKILL/ } });
});
