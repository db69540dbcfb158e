// SPDX-License-Identifier: GPL-2.0-only

/**
 * Text that holds somebody else's words, such as names in an archive, made safe to show: control characters,
 * which could drive a terminal, and direction marks, which could reorder what is read, become `\\u{…}`.
 */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => {
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
