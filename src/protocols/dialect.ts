// SPDX-License-Identifier: GPL-2.0-only
import { readClass } from './char-class.js';
import { Cursor, type Complaint } from './cursor.js';
import type { Letter } from './letters.js';

/** Groups that a pattern may have: NSUBEXP - 1 of the original's regexp.c. */
const GROUPS_MAX = 9;
/** Letters, dots and classes that the kernel accepts (L7_POSITIONS_MAX). */
const POSITIONS_MAX = 4096;

const COUNT = /\{[0-9]+(?:,[0-9]*)?\}/y;
const CAPITAL_HEX = /^X[0-9a-fA-F]{2}/;

/** What a piece of a pattern matches. */
interface Part {
  /** Bytes of the shortest match. */
  readonly shortest: number;
  /** Only at the start of the data. */
  readonly anchored: boolean;
}

/** An open group; the whole pattern is the outermost one. */
interface Group {
  readonly offset: number;
  branch: Part;
  /** Of the branches before. */
  others: Part | undefined;
}

export interface DialectReading extends Part {
  /** In the order of their places. After an error nothing more was looked at. */
  readonly complaints: readonly Complaint[];
}

const EMPTY: Part = { shortest: 0, anchored: false };
const ONE_BYTE: Part = { shortest: 1, anchored: false };

/**
 * Reads a pattern in l7-filter's dialect, as regexp.c of the original and l7_regex.c of this
 * project's match do: `^ $ . [] [^] () | * + ? \c`, and nothing else.
 *
 * @param pattern one character per byte (latin1)
 */
export function readDialect(pattern: string): DialectReading {
  const walk = new Walk(new Cursor(pattern));
  const whole = walk.run();
  const complaints = walk.cursor.complaints.toSorted((a, b) => a.offset - b.offset);
  return { ...whole, complaints };
}

class Walk {
  readonly #groups: Group[] = [];
  #group: Group = { offset: 0, branch: EMPTY, others: undefined };
  #groupCount = 0;
  #positions = 0;

  constructor(readonly cursor: Cursor) {}

  run(): Part {
    for (let letter = this.cursor.now; letter !== undefined; letter = this.cursor.now) {
      this.#read(letter);
    }
    if (this.#groups.length > 0 && !this.cursor.refused) {
      this.cursor.refuse(this.#group.offset, 'this ( has no )', 'for the byte itself write \\(');
    }
    return closed(this.#group);
  }

  #read(letter: Letter): void {
    const { cursor } = this;
    switch (letter.byte) {
      case '(':
        cursor.operator(letter);
        this.#open(letter);
        return;
      case '|':
        cursor.operator(letter);
        cursor.advance();
        this.#group.others = closed(this.#group);
        this.#group.branch = EMPTY;
        return;
      case ')':
        cursor.operator(letter);
        this.#close(letter);
        return;
      case '*':
      case '+':
      case '?':
        cursor.refuse(
          letter.offset,
          `nothing stands before ${letter.byte} that it could repeat`,
          `for the byte itself write \\${letter.byte}`,
        );
        return;
      case '^':
      case '$':
        cursor.operator(letter);
        cursor.advance();
        this.#append({ shortest: 0, anchored: letter.byte === '^' });
        return;
      default:
        this.#consume(letter);
    }
  }

  #open(letter: Letter): void {
    if (++this.#groupCount > GROUPS_MAX) {
      const hint = 'leave out groups that are not needed, or write two definitions';
      this.cursor.refuse(letter.offset, `more than ${String(GROUPS_MAX)} groups`, hint);
      return;
    }
    this.cursor.advance();
    this.#groups.push(this.#group);
    this.#group = { offset: letter.offset, branch: EMPTY, others: undefined };
  }

  #close(letter: Letter): void {
    const outer = this.#groups.pop();
    if (outer === undefined) {
      this.cursor.refuse(letter.offset, 'this ) has no (', 'for the byte itself write \\)');
      return;
    }
    const part = closed(this.#group);
    this.#group = outer;
    this.cursor.advance();
    this.#append(part);
  }

  /** A class, `.`, an escape or an ordinary letter: what takes one byte. */
  #consume(letter: Letter): void {
    const { cursor } = this;
    if (++this.#positions > POSITIONS_MAX) {
      const message = `more than ${String(POSITIONS_MAX)} letters and classes`;
      cursor.refuse(letter.offset, message, 'write two definitions');
      return;
    }
    if (letter.byte === '[') {
      readClass(cursor, letter);
      if (cursor.refused) return;
    } else if (letter.byte === '\\') {
      cursor.operator(letter);
      cursor.advance();
      if (!this.#escaped(letter)) return;
    } else {
      if (letter.byte === '.') cursor.operator(letter);
      else if (letter.byte === '{' && !letter.decoded) this.#warnOfCount(letter);
      cursor.advance();
    }
    this.#append(ONE_BYTE);
  }

  #escaped(backslash: Letter): boolean {
    const { cursor } = this;
    const letter = cursor.now;
    if (letter === undefined) {
      cursor.refuse(
        backslash.offset,
        '\\ at the end escapes nothing',
        'for a backslash write \\\\',
      );
      return false;
    }
    if (!letter.decoded && /[a-z0-9]/.test(letter.byte)) {
      const hint = CAPITAL_HEX.test(cursor.pattern.slice(letter.offset))
        ? 'write \\x with a small x'
        : 'write bytes as \\xHH and classes in full, such as [0-9]; \\x09 is tab, \\x0d\\x0a a line end';
      const message = `\\${letter.byte} is just the letter ${letter.byte} here`;
      cursor.warn(backslash.offset, message, hint);
    }
    cursor.advance();
    return true;
  }

  #warnOfCount(letter: Letter): void {
    COUNT.lastIndex = letter.offset;
    const count = COUNT.exec(this.cursor.pattern)?.[0];
    if (count === undefined) return;
    const hint = 'repeat what stands before it, such as ....?.? for four to six bytes';
    this.cursor.warn(letter.offset, `${count} does not count here, it is plain text`, hint);
  }

  /** Adds a part to the current branch, repeated if a quantifier follows. */
  #append(part: Part): void {
    const { cursor } = this;
    const quantifier = cursor.now;
    if (!isQuantifier(quantifier)) {
      this.#group.branch = joined(this.#group.branch, part);
      return;
    }
    cursor.operator(quantifier);
    if (quantifier.byte !== '?' && part.shortest === 0) {
      cursor.refuse(
        quantifier.offset,
        `what ${quantifier.byte} repeats may be empty`,
        'the original never matches such a pattern; make one byte of it certain',
      );
      return;
    }
    cursor.advance();
    if (isQuantifier(cursor.now)) {
      cursor.refuse(
        cursor.offset,
        `${cursor.now.byte} right after ${quantifier.byte}`,
        'the original never matches such a pattern; one quantifier is enough',
      );
      return;
    }
    if (quantifier.byte === '+') this.#group.branch = joined(this.#group.branch, part);
  }
}

function isQuantifier(letter: Letter | undefined): letter is Letter {
  return letter !== undefined && '*+?'.includes(letter.byte);
}

function joined(a: Part, b: Part): Part {
  return { shortest: a.shortest + b.shortest, anchored: a.anchored || b.anchored };
}

/** All branches of a group together. */
function closed({ branch, others }: Group): Part {
  if (others === undefined) return branch;
  return {
    shortest: Math.min(branch.shortest, others.shortest),
    anchored: branch.anchored && others.anchored,
  };
}
