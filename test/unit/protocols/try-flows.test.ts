// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { tryFlows, type Limits, type Tried } from '../../../src/protocols/try-flows.js';
import { tryProgram } from '../../../src/protocols/try-program.js';
import {
  be,
  ethernet,
  ipv4,
  IPV4,
  ipv6,
  IPV6,
  pcap,
  pcapng,
  tcp,
  TCP,
  udp,
  UDP,
} from './captures.js';
import { PROJECT } from './l7try.js';

const dir = mkdtempSync(join(tmpdir(), 'l7build-flows-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const { signal } = new AbortController();
let program: string;
beforeAll(async () => {
  program = await tryProgram(PROJECT, dir, signal);
}, 120_000);

const definitions = ['alpha', 'beta'].map((name) => {
  const path = join(dir, `${name}.pat`);
  writeFileSync(path, `${name}\n${name === 'alpha' ? '^hello' : 'bye$'}\n`);
  return path;
});
const KERNEL: Limits = { numPackets: 10, maxdatalen: 2048 };

let files = 0;
function file(bytes: Buffer): string {
  const path = join(dir, `file-${String(++files)}`);
  writeFileSync(path, bytes);
  return path;
}
function tried(bytes: Buffer, limits = KERNEL): Promise<Tried> {
  return tryFlows(program, { kind: 'capture', files: [file(bytes)], definitions, limits }, signal);
}
const verdicts = async (bytes: Buffer, limits?: Limits): Promise<string[]> =>
  (await tried(bytes, limits)).flows.map(
    ({ verdict, packet, packets }) => `${verdict} ${String(packet ?? '-')}/${String(packets)}`,
  );

const hello = ethernet(ipv4(TCP, tcp(1000, 80, 'Hel\0lo')), IPV4);

test('the program is compiled once', async () => {
  expect(await tryProgram(PROJECT, dir, signal)).toBe(program);
});

describe('a capture is read whatever its form', () => {
  const bare = ipv4(TCP, tcp(1000, 80, 'hello'));
  it.each([
    ['of the other byte order', pcap([hello], { little: false })],
    ['in nanoseconds', pcap([hello], { nanoseconds: true })],
    ['pcapng', pcapng([hello])],
    ['with a VLAN tag', pcap([ethernet(bare, IPV4, 0x8100)])],
    ['with two tags', pcap([ethernet(bare, IPV4, 0x88a8, 0x8100)])],
    ['raw IP', pcap([bare], { link: 101 })],
    ['loopback of BSD', pcap([Buffer.concat([be(2, 4), bare])], { link: 0 })],
    ['cooked', pcap([Buffer.concat([Buffer.alloc(14), be(IPV4, 2), bare])], { link: 113 })],
    [
      'cooked, version 2',
      pcap([Buffer.concat([be(IPV4, 2), Buffer.alloc(18), bare])], { link: 276 }),
    ],
    ['with padding behind the packet', pcap([Buffer.concat([hello, Buffer.alloc(20, 0x41)])])],
  ])('%s', async (_, bytes) => {
    expect(await verdicts(bytes)).toEqual(['alpha 1/1']);
  });

  it('IPv6, behind headers of its own', async () => {
    const options = Buffer.concat([Buffer.from([43, 0]), Buffer.alloc(6)]);
    const routing = Buffer.concat([Buffer.from([UDP, 0]), Buffer.alloc(6)]);
    const packet = ipv6(0, Buffer.concat([options, routing, udp(5, 53, 'hello')]));
    expect((await tried(pcap([ethernet(packet, IPV6)]))).flows).toEqual([
      {
        protocol: 'udp',
        client: { address: 'fd00::1', port: 5 },
        server: { address: 'fd00::2', port: 53 },
        ...{ verdict: 'alpha', packet: 1, packets: 1, bytes: 5 },
      },
    ]);
  });
});

describe('flows are decided as the kernel does', () => {
  const to = (text: string): Buffer => ethernet(ipv4(TCP, tcp(1000, 80, text)), IPV4);
  const back = (text: string): Buffer =>
    ethernet(ipv4(TCP, tcp(80, 1000, text), { back: true }), IPV4);

  it('both directions are one stream, and one flow', async () => {
    expect(await verdicts(pcap([to(''), to('hel'), back('lo'), to('more')]))).toEqual([
      'alpha 3/4',
    ]);
  });

  it('$ is the end of a packet', async () => {
    expect(await verdicts(pcap([to('bye now'), back('good bye'), to('x')]))).toEqual(['beta 2/3']);
  });

  it('the first of two definitions wins', async () => {
    expect(await verdicts(pcap([to('hello, bye')]))).toEqual(['alpha 1/1']);
  });

  it('a flow is undecided, and given up after num_packets, empty ones too', async () => {
    const junk = [to(''), back(''), to('junk'), to('hello')];
    expect(await verdicts(pcap(junk))).toEqual(['unset -/4']);
    expect(await verdicts(pcap(junk), { numPackets: 3, maxdatalen: 0 })).toEqual(['unknown 4/4']);
  });

  it('maxdatalen cuts, less one byte; NULs are not stored', async () => {
    const halves = pcap([to('he\0\0l'), to('lo')]);
    expect(await verdicts(halves, { numPackets: 0, maxdatalen: 6 })).toEqual(['alpha 2/2']);
    expect(await verdicts(halves, { numPackets: 0, maxdatalen: 5 })).toEqual(['unset -/2']);
  });

  it('a SYN after the end of a connection begins another with the same ends', async () => {
    const syn = ethernet(ipv4(TCP, tcp(1000, 80, '', 0x02)), IPV4);
    const fin = ethernet(ipv4(TCP, tcp(1000, 80, '', 0x11)), IPV4);
    const frames = [syn, to('x'), syn, fin, syn, to('hello')];
    expect(await verdicts(pcap(frames))).toEqual(['unset -/4', 'alpha 2/2']);
  });

  it('files with --raw are the packets of one flow', async () => {
    const parts = [Buffer.from('hel'), Buffer.from('lo')].map(file);
    const { flows } = await tryFlows(
      program,
      { kind: 'raw', files: parts, definitions, limits: KERNEL },
      signal,
    );
    expect(flows).toMatchObject([{ verdict: 'alpha', packet: 2, packets: 2, bytes: 5 }]);
  });
});

describe('what a hostile capture holds', () => {
  it('is skipped with its reason, packet by packet', async () => {
    const whole = ipv4(TCP, tcp(1000, 80, 'hello'));
    const short = Buffer.from(whole);
    short[0] = 0x44;
    const doff = ipv4(TCP, Buffer.concat([tcp(1, 2, '').subarray(0, 12), Buffer.alloc(8)]));
    const frames = [
      ethernet(ipv4(TCP, Buffer.from('hello world, part 2'), { offset: 1480 }), IPV4),
      ethernet(short, IPV4),
      ethernet(doff, IPV4),
      ethernet(whole.subarray(0, 30), IPV4),
      ethernet(whole, 0x0806),
      ethernet(ipv4(47, Buffer.alloc(40)), IPV4),
      ethernet(ipv6(0, Buffer.alloc(8 * 20)), IPV6),
      ethernet(ipv6(0, Buffer.from([6, 255, 0, 0])), IPV6),
      Buffer.alloc(5),
      ethernet(Buffer.alloc(0), IPV4, 0x8100),
    ];
    const { flows, skipped } = await tried(pcap(frames));
    expect(flows).toEqual([]);
    expect(new Map(skipped.map(({ why, packets }) => [why, packets]))).toEqual(
      new Map([
        ['a fragment that is not the first', 1],
        ['malformed', 2],
        ['cut off within its headers', 4],
        ['not IP', 1],
        ['neither TCP, UDP nor ICMP', 1],
        ['too many extension headers', 1],
      ]),
    );
  });

  it.each([
    [
      'text',
      Buffer.from('no capture at all, only text that is long enough'),
      /unknown file format/,
    ],
    ['a cut file', pcap([hello]).subarray(0, 60), /truncated/],
    ['another link', pcap([hello], { link: 105 }), /of the kind IEEE802_11/],
    ['nothing', Buffer.alloc(0), /truncated|unknown/],
  ])('as a whole is refused: %s', async (_, bytes, complaint) => {
    const failure = await tried(bytes).catch((error: unknown) =>
      error instanceof Failed ? error.failure : error,
    );
    expect(failure).toMatchObject({ reason: 'usage' });
    const { message } = failure as { readonly message: string };
    expect(message).toMatch(complaint);
    expect(message).toContain(dir);
  });

  it('however it is mangled, the program ends by itself', async () => {
    const good = pcap([hello, ethernet(ipv6(0, Buffer.alloc(64, 1)), IPV6), hello]);
    for (let seed = 0; seed < 60; seed += 1) {
      const bytes = Buffer.from(good);
      for (let k = 0; k < 3; k += 1)
        bytes[(seed * 7919 + k * 104729) % bytes.length] = seed * 37 + k;
      await tried(bytes).catch((error: unknown) => {
        if (!(error instanceof Failed) || error.failure.reason !== 'usage') throw error;
      });
    }
  }, 60_000);
});
