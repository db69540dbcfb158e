// SPDX-License-Identifier: GPL-2.0-only
import type { Settings } from './dot-config.js';
import { expressionText, type Expression } from './expression.js';

/** Kconfig's three values as numbers: n, m, y. */
export type Tristate = 0 | 1 | 2;

/** `y` and `m` count, everything else is `n` where a truth value is asked for. */
export function tristate(value: string | undefined): Tristate {
  return value === 'y' ? 2 : value === 'm' ? 1 : 0;
}

/**
 * Value of an expression under a configuration: `&&` is the least, `||` the greatest, `!` is 2 minus
 * (scripts/kconfig/expr.c, expr_calc_value). A macro counts as met: only the compiler knows.
 */
export function evaluate(expression: Expression, settings: Settings): Tristate {
  switch (expression.kind) {
    case 'symbol':
      return /^[ymn]$/.test(expression.name)
        ? tristate(expression.name)
        : tristate(settings.get(expression.name));
    case 'text':
      return tristate(expression.value);
    case 'macro':
      return 2;
    case 'not':
      return (2 - evaluate(expression.operand, settings)) as Tristate;
    case 'and':
      return least(evaluate(expression.left, settings), evaluate(expression.right, settings));
    case 'or':
      return (2 -
        least(flip(expression.left, settings), flip(expression.right, settings))) as Tristate;
    case 'compare':
      return holds(expression, settings) ? 2 : 0;
  }
}

function least(a: Tristate, b: Tristate): Tristate {
  return a < b ? a : b;
}

function flip(expression: Expression, settings: Settings): Tristate {
  return (2 - evaluate(expression, settings)) as Tristate;
}

function holds(
  { operator, left, right }: Extract<Expression, { kind: 'compare' }>,
  settings: Settings,
): boolean {
  const a = literal(left, settings);
  const b = literal(right, settings);
  const order =
    /^(?:-?\d|0x)/i.test(a) && /^(?:-?\d|0x)/i.test(b)
      ? Number(a) - Number(b)
      : Number(a > b) - Number(a < b);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0;
  }
}

/** An operand of a comparison: a symbol's value without quotes, or a word that is no symbol as it is. */
function literal(expression: Expression, settings: Settings): string {
  if (expression.kind === 'text') return expression.value;
  if (expression.kind !== 'symbol') return expressionText(expression);
  const { name } = expression;
  if (/^(?:[ymn]|-?\d.*)$/.test(name)) return name;
  return settings.get(name)?.replace(/^"(.*)"$/, '$1') ?? 'n';
}

/**
 * The parts of an expression that keep it below a value, each in words with what it is now.
 *
 * @param need 1 for "at least m", 2 for "y"
 */
export function unmetTerms(expression: Expression, need: 1 | 2, settings: Settings): string[] {
  if (evaluate(expression, settings) >= need) return [];
  switch (expression.kind) {
    case 'and':
      return [expression.left, expression.right].flatMap((side) =>
        unmetTerms(side, need, settings),
      );
    case 'or':
      return [
        [expression.left, expression.right]
          .map((side) => unmetTerms(side, need, settings).join(' and '))
          .join(', or '),
      ];
    case 'symbol': {
      const value = settings.get(expression.name) ?? 'n';
      return [`${expression.name}=${need === 2 ? 'y' : 'y or m'}, which is ${value}`];
    }
    case 'not':
      if (expression.operand.kind === 'symbol') {
        return [
          `${expression.operand.name}=n, which is ${settings.get(expression.operand.name) ?? 'n'}`,
        ];
      }
      return [expressionText(expression)];
    case 'compare':
      return [`${expressionText(expression)}, where ${valueOf(expression.left, settings)}`];
    case 'text':
    case 'macro':
      return [expressionText(expression)];
  }
}

function valueOf(expression: Expression, settings: Settings): string {
  return `${expressionText(expression)} is ${literal(expression, settings)}`;
}
