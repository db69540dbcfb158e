// SPDX-License-Identifier: GPL-2.0-only
import { visible } from '../../model/visible.js';

/** Text that is markup, and stands in a page as it is. */
export class Markup {
  /** @param text made by html, or a text of ours: never what others have said */
  constructor(readonly text: string) {}
}

export type Piece = Markup | string | number | readonly Piece[];

/**
 * Markup of HTML or SVG with pieces in it. What is no Markup itself is text: it cannot leave the element or the quoted
 * attribute that it stands in, whatever it holds, and its control characters and direction marks are shown as `\u{…}`.
 */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const text = parts.map((part, index) => part + markup(pieces[index] ?? '')).join('');
  return new Markup(text);
}

function markup(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(markup).join('');
  return visible(String(piece)).replace(/[&<>"'`]/g, (char) => `&#${String(char.charCodeAt(0))};`);
}
