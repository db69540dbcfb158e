// SPDX-License-Identifier: GPL-2.0-only
import { StringDecoder } from 'node:string_decoder';

/** A line longer than this many characters is given in pieces, so that no output can fill memory. */
const LONGEST_LINE = 64 * 1024;

/**
 * Cuts a stream of bytes into lines, without their ends (LF or CRLF).
 * A last line without an end counts as a line.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Takes the next bytes. @returns the lines that they complete */
  push(chunk: Uint8Array): string[] {
    return this.#split(
      this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)),
    );
  }

  /** @returns the unfinished line at the end of the stream, if any */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    if (this.#rest !== '') lines.push(this.#rest);
    this.#rest = '';
    return lines;
  }

  #split(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    while (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest.slice(0, LONGEST_LINE));
      this.#rest = this.#rest.slice(LONGEST_LINE);
    }
    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  }
}
