// SPDX-License-Identifier: GPL-2.0-only

/** Lines of context around a change. */
const CONTEXT = 3;
/** Differences up to which the shortest script is looked for; beyond, the whole middle is replaced. */
const LARGEST_SCRIPT = 400;

/** One line of an edit script: kept, taken out of the old text, or put into the new one. */
interface Edit {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * Hunks of a unified diff, made here so that every host gives the same bytes whatever its diff(1) is.
 *
 * @param old the old text; '' for none
 * @param now the new text
 * @returns the hunks with their `@@` lines, '' if the texts are equal
 */
export function unifiedHunks(old: string, now: string): string {
  const edits = script(splitLines(old), splitLines(now));
  const changes = [...edits.keys()].filter((index) => edits[index]?.mark !== ' ');
  let hunks = '';
  for (let at = 0; at < changes.length;) {
    let last = at;
    // Changes whose contexts touch or overlap share a hunk.
    while ((changes[last + 1] ?? Infinity) - (changes[last] ?? 0) <= 2 * CONTEXT + 1) last += 1;
    const from = Math.max(0, (changes[at] ?? 0) - CONTEXT);
    const to = Math.min(edits.length, (changes[last] ?? 0) + CONTEXT + 1);
    hunks += hunk(edits, from, to);
    at = last + 1;
  }
  return hunks;
}

/** Lines with their ends; only the last one can be without. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function hunk(edits: readonly Edit[], from: number, to: number): string {
  const range = (without: string): string => {
    const before = edits.slice(0, from).filter(({ mark }) => mark !== without).length;
    const count = edits.slice(from, to).filter(({ mark }) => mark !== without).length;
    // An empty range is named by the line before it.
    const start = count === 0 ? before : before + 1;
    return count === 1 ? String(start) : `${String(start)},${String(count)}`;
  };
  const body = edits
    .slice(from, to)
    .map(
      ({ mark, text }) =>
        `${mark}${text.endsWith('\n') ? text : `${text}\n\\ No newline at end of file\n`}`,
    );
  return `@@ -${range('+')} +${range('-')} @@\n${body.join('')}`;
}

/** The edit script: equal ends first, then the shortest way through what is between them. */
function script(old: readonly string[], now: readonly string[]): Edit[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  const room = Math.min(old.length, now.length) - head;
  while (tail < room && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const kept = (text: string): Edit => ({ mark: ' ', text });
  return [
    ...old.slice(0, head).map(kept),
    ...shortest(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map(kept),
  ];
}

/** E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy forward search. */
function shortest(old: readonly string[], now: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(old.length + now.length, LARGEST_SCRIPT); d += 1) {
    trace.push(reach);
    const next = new Map(reach);
    for (let k = -d; k <= d; k += 2) {
      const down = goesDown(reach, k, d);
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      next.set(k, x);
      if (x >= old.length && x - k >= now.length) return walkBack(trace, old, now);
    }
    reach = next;
  }
  return [
    ...old.map((text): Edit => ({ mark: '-', text })),
    ...now.map((text): Edit => ({ mark: '+', text })),
  ];
}

function goesDown(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  old: readonly string[],
  now: readonly string[],
): Edit[] {
  const edits: Edit[] = [];
  let x = old.length;
  let y = now.length;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reach = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const previous = goesDown(reach, k, d) ? k + 1 : k - 1;
    const fromX = reach.get(previous) ?? 0;
    const fromY = fromX - previous;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      edits.push({ mark: ' ', text: old[x] ?? '' });
    }
    if (d === 0) break;
    if (x === fromX) {
      y -= 1;
      edits.push({ mark: '+', text: now[y] ?? '' });
    } else {
      x -= 1;
      edits.push({ mark: '-', text: old[x] ?? '' });
    }
  }
  return edits.reverse();
}
