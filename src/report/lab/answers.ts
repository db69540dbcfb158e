// SPDX-License-Identifier: GPL-2.0-only
import { html, type Markup } from './html.js';

const WIDTH = 560;
const HEIGHT = 110;
/** Fewer requests than that draw no curve. */
const FEW = 20;

/** Which of a ping's requests were answered, in the order in which they went out. */
export interface Answers {
  readonly sent: number;
  /** Numbers of the requests, from 0. */
  readonly answered: readonly number[];
}

/** The answers in the output of ping(8) or busybox's, where there are enough to see a rate; else undefined. */
export function answersIn(output: string): Answers | undefined {
  const sent = Number(/^(\d{1,7}) packets transmitted/m.exec(output)?.[1] ?? 0);
  const answered = [...output.matchAll(/seq=(\d{1,7}) /g)]
    .map(([, seq]) => Number(seq))
    .filter((seq) => seq <= sent);
  return sent < FEW || answered.length === 0 ? undefined : { sent, answered };
}

/**
 * A staircase: a step to the right for each request, one up for each answer.
 *
 * @param whose what the curve is of, for people
 */
export function answersCurve(whose: string, { sent, answered }: Answers): Markup {
  const x = (request: number): string => ((request / sent) * WIDTH).toFixed(1);
  const y = (answers: number): string => (HEIGHT - (answers / answered.length) * HEIGHT).toFixed(1);
  const stairs = answered.map((seq, index) => `H${x(seq)}V${y(index + 1)}`).join('');
  return html`<figure class="curve">
    <svg viewBox="-40 -12 ${WIDTH + 56} ${HEIGHT + 36}" role="img" aria-label="Answers to requests">
      <path class="axis" d="M0 0V${HEIGHT}H${WIDTH}" />
      <path class="stairs" d="M0 ${HEIGHT}${stairs}H${WIDTH}" />
      <text class="end" x="-8" y="5">${answered.length}</text>
      <text class="end" x="-8" y="${HEIGHT + 4}">0</text>
      <text class="end" x="${WIDTH}" y="${HEIGHT + 18}">${sent} requests</text>
    </svg>
    <figcaption>
      ${whose}: answers, as the requests went out. The steeper, the higher the rate.
    </figcaption>
  </figure>`;
}
