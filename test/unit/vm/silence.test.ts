// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Silence } from '../../../src/vm/silence.js';

describe('Silence', () => {
  it('grows from look to look while nothing is heard, and ends with the next word', () => {
    const silence = new Silence();
    expect(silence.look(5, 1000)).toBe(0);
    expect(silence.look(5, 1000)).toBe(1000);
    expect(silence.look(5, 1000)).toBe(2000);
    expect(silence.look(2500, 1000)).toBe(0);
    expect(silence.look(2500, 1000)).toBe(1000);
  });

  it('does not count the time in which nobody looked', () => {
    const silence = new Silence();
    silence.look(1000, 1000);
    // Stopped for an hour, as performance.now() would show; only this one look was due.
    expect(silence.look(1000, 1000)).toBe(1000);
    expect(silence.look(3_600_000, 1000)).toBe(0);
  });
});
