// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { BOOT_SECTOR_EXIT, bootSector } from '../../../src/vm/boot-sector.js';

describe('bootSector', () => {
  it('is a boot sector whose loops end', () => {
    const sector = bootSector(2000, 20_000_000);
    expect(sector).toHaveLength(512);
    expect([...sector.slice(510)]).toEqual([0x55, 0xaa]);
    const hex = Buffer.from(sector).toString('hex');
    // Both counters, and backward jumps that land on the instructions after them.
    expect(hex).toContain(
      '66b9d0070000' + '6651' + '6631c0' + '0fa2' + 'ba8000' + 'ee' + '6659' + '6649' + '75ef',
    );
    expect(hex).toContain('66b9002d3101' + '6649' + '75fc');
    expect(BOOT_SECTOR_EXIT).toBe(33);
  });
});
