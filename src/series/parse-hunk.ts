// SPDX-License-Identifier: GPL-2.0-only
import type { Hunk } from './file-patch.js';
import type { PatchLines } from './patch-lines.js';

/** `@@ -first,count +first,count @@`, where a count of 1 may be left out (POSIX diff, "-u output"). */
const HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** True if a line starts a hunk. */
export function isHunk(line: string | undefined): boolean {
  return line !== undefined && HEADER.test(line);
}

/**
 * Reads the hunk that the cursor stands on, and leaves the cursor behind it.
 *
 * @param crlf the patch's lines end in CR LF, and the CR is not part of the file's lines
 * @throws Failed `recipe-invalid` for a hunk that holds fewer lines than its header says
 */
export function readHunk(lines: PatchLines, crlf: boolean): Hunk {
  const line = lines.number;
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] =
    HEADER.exec(lines.current ?? '') ?? [];
  let oldLeft = Number(oldCount);
  let newLeft = Number(newCount);
  const body: string[] = [];
  lines.next();
  while (oldLeft > 0 || newLeft > 0 || lines.current?.startsWith('\\') === true) {
    const text = bodyLine(lines.current, crlf);
    if (text?.startsWith('-') === true) oldLeft -= 1;
    else if (text?.startsWith('+') === true) newLeft -= 1;
    else if (text?.startsWith(' ') === true) {
      oldLeft -= 1;
      newLeft -= 1;
    } else if (text?.startsWith('\\') !== true) {
      const missing = `${String(oldLeft)} old and ${String(newLeft)} new lines before its end`;
      throw lines.fault(`the hunk breaks off ${missing}`, 'fetch or make the patch again', line);
    }
    if (oldLeft < 0 || newLeft < 0) {
      throw lines.fault('the hunk holds more lines than its header says');
    }
    body.push(text);
    lines.next();
  }
  // `-- ` starts a mail's signature, `--- ` the next file.
  if (/^(?:\+|-(?!-))/.test(lines.current ?? '')) {
    throw lines.fault('the hunk holds more lines than its header says');
  }
  return { line, oldStart: Number(oldStart), newStart: Number(newStart), body };
}

/** Mailers strip the blank of an empty context line; GNU patch forgives that, and so do we. */
function bodyLine(line: string | undefined, crlf: boolean): string | undefined {
  const text = crlf && line?.endsWith('\r') === true ? line.slice(0, -1) : line;
  return text === '' ? ' ' : text;
}
