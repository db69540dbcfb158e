// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InputQueue } from '../../../src/vm/input-queue.js';

it('has a piece on the line at a time, in order', () => {
  const queue = new InputQueue();
  const sent: number[] = [];
  const push = (number: number): void => {
    queue.push(() => sent.push(number) > 0);
  };
  [1, 2, 3].forEach(push);
  expect(sent).toEqual([1]);
  queue.got();
  expect(sent).toEqual([1, 2]);
  queue.got();
  queue.got();
  expect(sent).toEqual([1, 2, 3]);
  [4, 5].forEach(push);
  expect(sent).toEqual([1, 2, 3, 4]);
});

it("goes on past pieces that are nobody's any more", () => {
  const queue = new InputQueue();
  const sent: number[] = [];
  queue.push(() => sent.push(1) > 0);
  for (let number = 0; number < 20_000; number += 1) queue.push(() => false);
  queue.push(() => sent.push(2) > 0);
  expect(sent).toEqual([1]);
  queue.got();
  expect(sent).toEqual([1, 2]);
});
