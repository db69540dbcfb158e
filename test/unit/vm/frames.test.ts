// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { command, parseFrame } from '../../../src/vm/frames.js';

describe('parseFrame', () => {
  it.each([
    [
      '<n hello 6.1.0 2.50 1700000000',
      { type: 'hello', release: '6.1.0', uptimeMs: 2500, epochMs: 1.7e12 },
    ],
    ['<n pong 7 3.25', { type: 'pong', id: '7', uptimeMs: 3250 }],
    ['<n out 1 aGkK', { type: 'out', id: '1', bytes: Buffer.from('hi\n') }],
    ['<n err 1 ZXI=', { type: 'err', id: '1', bytes: Buffer.from('er') }],
    ['<n exit 1 137', { type: 'exit', id: '1', code: 137 }],
    ['<n bad 3', { type: 'bad', id: '3' }],
    ['<n got 3', { type: 'got', id: '3' }],
    ['<n took 3', { type: 'took', id: '3' }],
    ['<n bye 0', { type: 'bye', code: 0 }],
  ])('%s', (line, frame) => {
    expect(parseFrame(line, 'n')).toEqual(frame);
  });

  it.each([
    ['another session', '<m exit 1 0'],
    ['an echo of ours', '>n exit 1 0'],
    ['the end of a line', 'xit 1 0'],
    ['the start of a line', '<n exit 1'],
    ['two lines in one', '<n exit 1<n exit 2 0'],
    ['damaged base64', '<n out 1 aG*K'],
    ['a number that is none', '<n pong 1 soon'],
    ['an unknown word', '<n sing 1'],
    ['nothing', ''],
  ])('skips %s', (_, line) => {
    expect(parseFrame(line, 'n')).toBeUndefined();
  });
});

describe('command', () => {
  it('starts a hello on a line of its own, and tells the length of a script', () => {
    expect(command.hello('n')).toBe('\n>n hello\n');
    expect(command.run('n', '4', 'echo hi')).toBe('>n run 4 12 ZWNobyBoaQ==\n');
    expect(command.stream('n', '4', 'echo hi')).toBe('>n stream 4 12 ZWNobyBoaQ==\n');
  });

  it('tells the length of input, which is none at its end, and of what stream more is wanted', () => {
    expect(command.in('n', '4', Buffer.from([0, 255]))).toBe('>n in 4 4 AP8=\n');
    expect(command.in('n', '4', Buffer.alloc(0))).toBe('>n in 4 0 \n');
    expect(command.more('n', '4', 'err', 2)).toBe('>n more 4 err 2\n');
  });
});
