// SPDX-License-Identifier: GPL-2.0-only
/**
 * The dialect once more, as plainly as it can be said: a recursive parser, and for each part of a
 * pattern all places where it can end, over all bytes so far. Slow, and with no idea in common with
 * the engine.
 */

type Places = ReadonlySet<number>;
/** Where a match can end that begins in one of these places. */
type Matcher = (data: readonly number[], from: Places) => Places;
interface Part {
  match: Matcher;
  /** Consumes a byte at least, whichever way through. */
  consumes: boolean;
}

export class Refused extends Error {}

/** The byte as the original compares it: ASCII upper case is lower case. */
const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** Decodes \xHH, lower-cases, and ends at the first \x00. `text` is latin1. */
function preprocess(text: string): string {
  const bytes = text.replace(/\\x([0-9a-fA-F]{2})|[^]/g, (all: string, hex?: string) =>
    String.fromCharCode(fold(hex === undefined ? all.charCodeAt(0) : parseInt(hex, 16))),
  );
  return bytes.split('\0', 1)[0] ?? '';
}

class Parser {
  private at = 0;
  private groups = 0;

  constructor(private readonly text: string) {}

  whole(): Matcher {
    const part = this.choice();
    if (this.at < this.text.length) throw new Refused(') without (');
    return part.match;
  }

  private get next(): string {
    return this.text.charAt(this.at);
  }

  private choice(): Part {
    const branches = [this.sequence()];
    while (this.next === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    return {
      match: (data, from) => union(branches.map((branch) => branch.match(data, from))),
      consumes: branches.every((branch) => branch.consumes),
    };
  }

  private sequence(): Part {
    let result: Part = { match: (_data, from) => from, consumes: false };
    while (this.next !== '' && this.next !== '|' && this.next !== ')') {
      const [before, piece] = [result, this.piece()];
      result = {
        match: (data, from) => piece.match(data, before.match(data, from)),
        consumes: before.consumes || piece.consumes,
      };
    }
    return result;
  }

  private piece(): Part {
    const { match, consumes } = this.atom();
    const quantifier = this.next;
    if (!'*+?'.includes(quantifier) || quantifier === '') return { match, consumes };
    if (quantifier !== '?' && !consumes) throw new Refused('operand may be empty');
    this.at++;
    if (this.next !== '' && '*+?'.includes(this.next)) throw new Refused('nested quantifier');
    const optional: Matcher = (data, from) => union([from, match(data, from)]);
    if (quantifier === '?') return { match: optional, consumes: false };
    const repeated: Matcher = (data, from) => {
      const ends = optional(data, from);
      return ends.size === from.size ? ends : repeated(data, ends);
    };
    if (quantifier === '*') return { match: repeated, consumes: false };
    return { match: (data, from) => repeated(data, match(data, from)), consumes: true };
  }

  private atom(): Part {
    const letter = this.next;
    this.at++;
    switch (letter) {
      case '^':
        return { match: (_data, from) => those(from, (at) => at === 0), consumes: false };
      case '$':
        return { match: (data, from) => those(from, (at) => at === data.length), consumes: false };
      case '(':
        return this.group();
      case '[':
        return byte(this.members());
      case '.':
        return byte(() => true);
      case '*':
      case '+':
      case '?':
        throw new Refused('quantifier follows nothing');
      case '\\':
        if (this.next === '') throw new Refused('trailing backslash');
        this.at++;
        return literal(this.text.charCodeAt(this.at - 1));
      default:
        return literal(letter.charCodeAt(0));
    }
  }

  private group(): Part {
    this.groups++;
    if (this.groups > 9) throw new Refused('more than nine groups');
    const inner = this.choice();
    if (this.next !== ')') throw new Refused('( without )');
    this.at++;
    return inner;
  }

  private members(): (value: number) => boolean {
    const negated = this.next === '^';
    if (negated) this.at++;
    // A ] ends the class unless it is its first member.
    const end = this.text.indexOf(']', this.at + 1);
    if (end < 0) throw new Refused('[ without ]');
    const inside = this.text.slice(this.at, end);
    this.at = end + 1;
    const members = new Set<number>();
    for (let i = 0; i < inside.length; i++) {
      const dash = inside[i] === '-' && i > 0 && i < inside.length - 1;
      const last = inside.charCodeAt(dash ? i + 1 : i);
      const first = dash ? inside.charCodeAt(i - 1) : last;
      if (first > last) throw new Refused('reversed range');
      for (let value = first; value <= last; value++) members.add(value);
      if (dash) i++;
    }
    return (value) => members.has(value) !== negated;
  }
}

function byte(has: (value: number) => boolean): Part {
  return {
    match: (data, from) => {
      const before = those(from, (at) => {
        const value = data[at];
        return value !== undefined && has(value);
      });
      return new Set([...before].map((at) => at + 1));
    },
    consumes: true,
  };
}

function those(places: Places, which: (at: number) => boolean): Places {
  return new Set([...places].filter(which));
}

function union(all: readonly Places[]): Places {
  return new Set(all.flatMap((places) => [...places]));
}

const literal = (value: number): Part => byte((other) => other === value);

/**
 * Compiles a pattern (latin1 text); throws Refused for one that the dialect has not. The result
 * tells, per packet, whether the data up to its end have matched at the end of any packet yet.
 */
export function reference(text: string): (packets: readonly Buffer[]) => boolean[] {
  const match = new Parser(preprocess(text)).whole();
  return (packets) => {
    const data: number[] = [];
    let matched = false;
    return packets.map((packet) => {
      const fresh = [...packet].filter((value) => value !== 0).map(fold);
      data.push(...fresh);
      const anywhere = new Set([...data.keys(), data.length]);
      matched ||= fresh.length > 0 && match(data, anywhere).size > 0;
      return matched;
    });
  };
}
