// SPDX-License-Identifier: GPL-2.0-only
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { payloadOf, startsUnpacked } from '../../../src/vm/bzimage.js';
import { bzImage, pvhKernel } from './fake-kernel.js';

describe('payloadOf', () => {
  it('finds the compressed kernel behind the set-up code', () => {
    const gz = gzipSync('kernel');
    expect(payloadOf(bzImage(gz))).toEqual({ format: 'gzip', data: gz });
  });

  it('leaves out the size that follows formats without one', () => {
    const xz = Buffer.from('fd377a585a00aabbccdd', 'hex');
    expect(payloadOf(bzImage(xz))).toEqual({ format: 'xz', data: xz.subarray(0, -4) });
  });

  it('finds none in other files, and in kernels that do not tell where it is', () => {
    expect(payloadOf(Buffer.from('HdrS'))).toBeUndefined();
    expect(payloadOf(Buffer.alloc(4096))).toBeUndefined();
    expect(payloadOf(bzImage(gzipSync('kernel'), 0x207))).toBeUndefined();
  });

  it('keeps inside of a file that was cut', () => {
    const whole = bzImage(gzipSync('kernel'));
    const cut = payloadOf(whole.subarray(0, whole.length - 10));
    expect(cut?.data.length).toBe(gzipSync('kernel').length - 10);
    expect(payloadOf(whole.subarray(0, 0x300))?.format).toBe('unknown');
  });
});

describe('startsUnpacked', () => {
  it('wants an ELF file with the note that names the entry', () => {
    expect(startsUnpacked(pvhKernel(8))).toBe(true);
    expect(startsUnpacked(pvhKernel(4))).toBe(true);
    expect(startsUnpacked(Buffer.from('\x7fELF without'))).toBe(false);
    expect(startsUnpacked(pvhKernel(8).subarray(4))).toBe(false);
  });
});
