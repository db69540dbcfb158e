// SPDX-License-Identifier: GPL-2.0-only

/** What a script printed, by the line `@NAME` before it; NAME is one word. */
export function sectionsOf(stdout: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let section: string[] | undefined;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('@')) {
      section = [];
      sections.set(line.slice(1).split(' ')[0] ?? '', section);
    } else {
      section?.push(line);
    }
  }
  return sections;
}
