// SPDX-License-Identifier: GPL-2.0-only
import type { Change, Why } from '../engine/why.js';

/** Why a step would run, as lines for people: what is behind what comes after it. */
export function whyText(found: Why): string[] {
  const { id } = found.task;
  switch (found.kind) {
    case 'kept':
      return [
        `${id}: nothing has changed; what it yielded on ${moment(found.created)} is used again`,
      ];
    case 'new':
      return [`${id}: the store has nothing of it yet`];
    case 'changed':
      return [
        `${id}: since ${moment(found.created)} there changed`,
        ...found.changes.map((change) => `  ${changeText(change)}`),
      ];
    case 'behind':
      return [
        `${id}: what it needs is made again first, and it runs again if that comes out different`,
        ...found.causes.flatMap(whyText),
      ];
  }
}

function changeText({ input, was, is }: Change): string {
  if (was === undefined) return `${input}: ${short(is ?? '')}, which was not there`;
  if (is === undefined) return `${input}: ${short(was)} is gone`;
  return `${input}: ${short(was)} became ${short(is)}`;
}

/** A digest is told by its start. */
function short(value: string): string {
  return /^[0-9a-f]{40,}$/.test(value) ? `${value.slice(0, 12)}…` : value;
}

function moment(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
