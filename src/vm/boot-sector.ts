// SPDX-License-Identifier: GPL-2.0-only

/** What the boot sector writes to isa-debug-exit, and QEMU's exit code that follows from it. */
const EXIT_BYTE = 0x10;
export const BOOT_SECTOR_EXIT = (EXIT_BYTE << 1) | 1;

/** Little-endian bytes of a 32-bit operand. */
function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

/**
 * A boot sector that works for a while and ends QEMU. It does in turn what makes accelerators
 * differ: instructions that leave the guest (CPUID, OUT), and plain ones.
 *
 * @param exits rounds with a CPUID and an OUT each
 * @param loops rounds of the counted loop after them
 * @returns 512 bytes, 16-bit code at 0x7c00
 */
export function bootSector(exits: number, loops: number): Uint8Array {
  const code = [
    ...[0x31, 0xc0], //                           xor  %ax, %ax
    ...[0x8e, 0xd8], //                           mov  %ax, %ds
    ...[0x66, 0xb9, ...dword(exits)], //          mov  $exits, %ecx
    ...[0x66, 0x51], //                        1: push %ecx
    ...[0x66, 0x31, 0xc0], //                     xor  %eax, %eax
    ...[0x0f, 0xa2], //                           cpuid
    ...[0xba, 0x80, 0x00], //                     mov  $0x80, %dx
    ...[0xee], //                                 out  %al, %dx
    ...[0x66, 0x59], //                           pop  %ecx
    ...[0x66, 0x49], //                           dec  %ecx
    ...[0x75, 0xef], //                           jnz  1b
    ...[0x66, 0xb9, ...dword(loops)], //          mov  $loops, %ecx
    ...[0x66, 0x49], //                        2: dec  %ecx
    ...[0x75, 0xfc], //                           jnz  2b
    ...[0xba, 0xf4, 0x00], //                     mov  $0xf4, %dx
    ...[0xb0, EXIT_BYTE], //                      mov  $EXIT_BYTE, %al
    ...[0xee], //                                 out  %al, %dx
    ...[0xf4], //                                 hlt
  ];
  const sector = new Uint8Array(512);
  sector.set(code);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
