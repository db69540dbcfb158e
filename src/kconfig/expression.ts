// SPDX-License-Identifier: GPL-2.0-only

/** A dependency as written after `depends on` or `if` (Documentation/kbuild/kconfig-language.rst). */
export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'text'; readonly value: string }
  /** `$(…)`, which asks the compiler or the shell; its answer is not known here. */
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

const TOKEN = /\s*(\|\||&&|[!<>]=|[!()=<>]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z0-9_./$-]+)/y;
/** Deepest nesting that is read; the kernel's own stays below ten. */
const DEEPEST = 100;

/** Cuts an expression into tokens; a `$(…)` with all that it holds is one. */
function tokens(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.trimEnd().length;) {
    const blank = /\s*/y;
    blank.lastIndex = at;
    const start = at + (blank.exec(text)?.[0].length ?? 0);
    if (text.startsWith('$(', start)) {
      at = macroEnd(text, start);
      found.push(text.slice(start, at));
      continue;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new SyntaxError(`cannot read ${text.slice(start)}`);
    found.push(token);
    at = TOKEN.lastIndex;
  }
  return found;
}

function macroEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (text[at] === ')' && depth === 0) return at + 1;
  }
  throw new SyntaxError(`no end of ${text.slice(start)}`);
}

/**
 * Reads an expression; `!` binds tightest, then comparisons, `&&`, `||`.
 * @throws SyntaxError
 */
export function parseExpression(text: string): Expression {
  const rest = tokens(text);
  const expression = either(rest, 0);
  if (rest.length > 0) throw new SyntaxError(`${String(rest[0])} is too much in ${text}`);
  return expression;
}

function either(rest: string[], depth: number): Expression {
  if (depth > DEEPEST) throw new SyntaxError('nested too deeply');
  let left = both(rest, depth);
  while (rest[0] === '||') {
    rest.shift();
    left = { kind: 'or', left, right: both(rest, depth) };
  }
  return left;
}

function both(rest: string[], depth: number): Expression {
  let left = single(rest, depth);
  while (rest[0] === '&&') {
    rest.shift();
    left = { kind: 'and', left, right: single(rest, depth) };
  }
  return left;
}

function single(rest: string[], depth: number): Expression {
  if (depth > DEEPEST) throw new SyntaxError('nested too deeply');
  const token = rest.shift();
  if (token === '!') return { kind: 'not', operand: single(rest, depth + 1) };
  if (token === '(') {
    const inner = either(rest, depth + 1);
    if (rest.shift() !== ')') throw new SyntaxError('a parenthesis is not closed');
    return inner;
  }
  const left = atom(token);
  const [operator = ''] = rest;
  if (!['=', '!=', '<', '>', '<=', '>='].includes(operator)) return left;
  rest.shift();
  return { kind: 'compare', operator, left, right: atom(rest.shift()) };
}

function atom(token: string | undefined): Expression {
  if (token === undefined || /^[|&!()=<>]/.test(token))
    throw new SyntaxError('a symbol is missing');
  if (token.startsWith('$(')) return { kind: 'macro', text: token };
  if (/^["']/.test(token)) return { kind: 'text', value: token.slice(1, -1) };
  return { kind: 'symbol', name: token };
}

/** An expression as text, as a person would write it. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'text':
      return `"${expression.value}"`;
    case 'macro':
      return expression.text;
    case 'not':
      return `!${grouped(expression.operand)}`;
    case 'and':
      return `${grouped(expression.left)} && ${grouped(expression.right)}`;
    case 'or':
      return `${grouped(expression.left)} || ${grouped(expression.right)}`;
    case 'compare':
      return `${expressionText(expression.left)}${expression.operator}${expressionText(expression.right)}`;
  }
}

function grouped(expression: Expression): string {
  const text = expressionText(expression);
  return expression.kind === 'and' || expression.kind === 'or' ? `(${text})` : text;
}
