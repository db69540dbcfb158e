// SPDX-License-Identifier: GPL-2.0-only

/** A line of a file, without its newline. */
export interface TextLine {
  /** One character per byte (latin1). */
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
  /** Bytes with the newline; the last line may have none. */
  readonly size: number;
}

/** The lines of a file, as getline(3) gives them: no line after the last newline. */
export function readLines(bytes: Uint8Array): TextLine[] {
  const parts = Buffer.from(bytes).toString('latin1').split('\n');
  const last = parts.pop() ?? '';
  const lines = parts.map((text, index) => ({ text, number: index + 1, size: text.length + 1 }));
  if (last !== '') lines.push({ text: last, number: parts.length + 1, size: last.length });
  return lines;
}

/** Text that may be shown: one character per byte, of which those that are not ASCII print as `?`. */
export function quoted(text: string): string {
  return text.replace(/[^ -~]/g, (byte) => (byte === '\t' ? ' ' : '?'));
}
