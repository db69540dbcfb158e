// SPDX-License-Identifier: GPL-2.0-only

/** Enough of a bzImage to be unpacked (Documentation/x86/boot.rst). */
export function bzImage(payload: Buffer, version = 0x20f): Buffer {
  const setup = Buffer.alloc(2 * 512);
  setup.writeUInt8(1, 0x1f1);
  setup.write('HdrS', 0x202);
  setup.writeUInt16LE(version, 0x206);
  const gap = Buffer.alloc(100);
  setup.writeUInt32LE(gap.length, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, gap, payload]);
}

/** Enough of an unpacked kernel with CONFIG_PVH. @param size of the entry's address, in bytes */
export function pvhKernel(size: 4 | 8): Buffer {
  const note = Buffer.alloc(16 + size);
  [4, size, 18].forEach((word, nth) => note.writeUInt32LE(word, nth * 4));
  note.write('Xen\0', 12, 'latin1');
  return Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60), note]);
}
