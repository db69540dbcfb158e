// SPDX-License-Identifier: GPL-2.0-only
import type { Definition } from './parse.js';

const LICENCE = 'SPDX-License-Identifier:';

/** What a definition says it is: the first line of its comment, licence aside. */
export function summaryOf({ comment }: Definition): string {
  return comment.find((line) => line !== '' && !line.startsWith(LICENCE)) ?? '';
}
