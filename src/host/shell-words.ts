// SPDX-License-Identifier: GPL-2.0-only

/** A word for a POSIX shell that stands for exactly this text, whatever it holds but NUL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A quoted word from which printf's %b makes these bytes (one character each, U+0000 to U+00FF). */
export function escaped(bytes: string): string {
  const special = /[^\w .,:;=/+@-]/g;
  const octal = (byte: string): string => `\\0${byte.charCodeAt(0).toString(8).padStart(3, '0')}`;
  return quoted(bytes.replace(special, octal));
}
