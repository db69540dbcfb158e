// SPDX-License-Identifier: GPL-2.0-only

/** Bytes in network order. */
export function be(value: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntBE(value, 0, size);
  return buffer;
}

/** A capture file of the libpcap format: https://www.tcpdump.org/manpages/pcap-savefile.5.html */
export function pcap(
  frames: readonly Buffer[],
  { link = 1, little = true, nanoseconds = false } = {},
): Buffer {
  const u32 = (value: number): Buffer => (little ? be(value, 4).reverse() : be(value, 4));
  const u16 = (value: number): Buffer => (little ? be(value, 2).reverse() : be(value, 2));
  const magic = nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  return Buffer.concat([
    ...[u32(magic), u16(2), u16(4), u32(0), u32(0), u32(262144), u32(link)],
    ...frames.flatMap((frame, at) => [
      ...[u32(1700000000 + at), u32(0), u32(frame.length), u32(frame.length)],
      frame,
    ]),
  ]);
}

/** The same as pcapng: a section, an interface, a block for each packet (draft-ietf-opsawg-pcapng). */
export function pcapng(frames: readonly Buffer[], link = 1): Buffer {
  const u32 = (value: number): Buffer => be(value, 4).reverse();
  const u16 = (value: number): Buffer => be(value, 2).reverse();
  const block = (type: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const size = u32(12 + body.length);
    return Buffer.concat([u32(type), size, body, size]);
  };
  const padded = (frame: Buffer): Buffer => Buffer.concat([frame, Buffer.alloc(-frame.length & 3)]);
  return Buffer.concat([
    block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff)),
    block(1, u16(link), u16(0), u32(262144)),
    ...frames.map((frame) =>
      block(6, u32(0), u32(0), u32(0), u32(frame.length), u32(frame.length), padded(frame)),
    ),
  ]);
}

/** Behind the addresses of Ethernet: tags, the type, and what it carries. */
export function ethernet(payload: Buffer, type: number, ...tags: readonly number[]): Buffer {
  const tag = (kind: number): Buffer => Buffer.concat([be(kind, 2), be(7, 2)]);
  return Buffer.concat([Buffer.alloc(12), ...tags.map(tag), be(type, 2), payload]);
}

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
export const TCP = 6;
export const UDP = 17;

/** From 10.0.0.1 to 10.0.0.2, or back. `offset`: of a fragment, in bytes. */
export function ipv4(proto: number, payload: Buffer, { back = false, offset = 0 } = {}): Buffer {
  const ends = [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])];
  return Buffer.concat([
    ...[Buffer.from([0x45, 0]), be(20 + payload.length, 2), be(1, 2), be(offset / 8, 2)],
    ...[Buffer.from([64, proto, 0, 0]), ...(back ? ends.reverse() : ends)],
    payload,
  ]);
}

/** From fd00::1 to fd00::2. `next` is the first header of the payload. */
export function ipv6(next: number, payload: Buffer): Buffer {
  const end = (last: number): Buffer =>
    Buffer.concat([Buffer.from([0xfd]), Buffer.alloc(14), Buffer.from([last])]);
  return Buffer.concat([
    ...[be(0x60000000, 4), be(payload.length, 2), Buffer.from([next, 64]), end(1), end(2)],
    payload,
  ]);
}

/** With `flags` as in the header's 14th byte. */
export function tcp(from: number, to: number, payload: string | Buffer, flags = 0x18): Buffer {
  return Buffer.concat([
    ...[be(from, 2), be(to, 2), Buffer.alloc(8), Buffer.from([0x50, flags]), Buffer.alloc(6)],
    Buffer.from(payload),
  ]);
}

export function udp(from: number, to: number, payload: string | Buffer): Buffer {
  const data = Buffer.from(payload);
  return Buffer.concat([be(from, 2), be(to, 2), be(8 + data.length, 2), be(0, 2), data]);
}
