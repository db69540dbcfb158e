// SPDX-License-Identifier: GPL-2.0-only
import { formatOf, type Format } from '../host/compression.js';

/** Offsets in a bzImage's header (Documentation/x86/boot.rst). */
const SETUP_SECTORS = 0x1f1;
const MAGIC = 0x202;
const VERSION = 0x206;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const HEADER_END = 0x250;
/** Of the protocol that has the payload's place. */
const WITH_PAYLOAD = 0x208;
const SECTOR = 512;

/** The compressed kernel in a bzImage. */
export interface Payload {
  readonly format: Format;
  readonly data: Buffer;
}

/** What a bzImage unpacks when it starts; undefined for a file that is none, or of before 2.6.24. */
export function payloadOf(image: Buffer): Payload | undefined {
  if (image.length < HEADER_END || image.toString('latin1', MAGIC, MAGIC + 4) !== 'HdrS') {
    return undefined;
  }
  if (image.readUInt16LE(VERSION) < WITH_PAYLOAD) return undefined;
  const protectedMode = ((image[SETUP_SECTORS] ?? 0) + 1) * SECTOR;
  const start = protectedMode + image.readUInt32LE(PAYLOAD_OFFSET);
  const data = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH));
  const format = formatOf(data);
  // The kernel's build puts the unpacked size after the formats that do not end in it (scripts/Makefile.lib).
  return { format, data: format === 'gzip' ? data : data.subarray(0, -4) };
}

/** The ELF note with the entry that needs no boot loader (XEN_ELFNOTE_PHYS32_ENTRY, 8 bytes or 4). */
const ENTRY_NOTES = [8, 4].map((size) =>
  Buffer.from([4, 0, 0, 0, size, 0, 0, 0, 18, 0, 0, 0, ...Buffer.from('Xen\0')]),
);

/** True for an unpacked kernel that QEMU can start as it is (CONFIG_PVH). */
export function startsUnpacked(kernel: Buffer): boolean {
  return (
    kernel.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1')) &&
    ENTRY_NOTES.some((note) => kernel.includes(note))
  );
}
