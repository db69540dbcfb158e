// SPDX-License-Identifier: GPL-2.0-only

/** Variables of a makefile, by name. */
export type Variables = Map<string, string>;

/** How deep variables may stand in each other: hostile makefiles end here. */
const DEPTH = 8;
/** Characters that an expanded line may have. */
const LONGEST = 64 * 1024;

/**
 * Reads the assignments of one of kbuild's makefiles as far as they tell what is compiled: `+=`, `:=`, `=`
 * and `?=`, conditionals, and the functions subst and addprefix (Documentation/kbuild/makefiles.rst, GNU
 * make's manual). Recipes, includes and all other functions are passed over: what comes out is good for an
 * estimate. Nothing of the file is run.
 *
 * @param text the makefile
 * @param variables what is known already, `CONFIG_` symbols among it; the file's own are added
 */
export function readMakefile(text: string, variables: Variables): void {
  /** For each conditional that the line is in: do its lines count, and did those of a branch yet? */
  const branches: { counts: boolean; done: boolean }[] = [];
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    if (line.startsWith('\t')) continue;
    const words = line.replace(/#.*/, '').trim();
    const [keyword = ''] = words.split(/[\s(]/, 1);
    const counts = branches.every((branch) => branch.counts);
    if (/^ifn?(?:eq|def)$/.test(keyword)) {
      const first = counts && holds(words, variables);
      // In lines that do not count no branch does.
      branches.push({ counts: first, done: first || !counts });
    } else if (keyword === 'else') {
      const { done } = branches.pop() ?? { done: true };
      const rest = words.slice('else'.length).trim();
      const next = !done && (rest === '' || holds(rest, variables));
      branches.push({ counts: next, done: done || next });
    } else if (keyword === 'endif') branches.pop();
    else if (counts) assign(words, variables);
  }
}

function holds(words: string, variables: Variables): boolean {
  const [, not, name] = /^if(n?)def\s+(.*)$/.exec(words) ?? [];
  if (name !== undefined) {
    return ((variables.get(expand(name, variables).trim()) ?? '') !== '') === (not === '');
  }
  const [, unequal, left = '', right = ''] = /^if(n?)eq\s*\((.*),([^,]*)\)$/.exec(words) ?? [];
  const same = expand(left, variables).trim() === expand(right, variables).trim();
  return same === (unequal === '');
}

function assign(words: string, variables: Variables): void {
  const at = /\s*([+:?]?)=/.exec(words);
  if (at === null) return;
  const name = expand(words.slice(0, at.index), variables).trim();
  if (name === '' || /[\s:]/.test(name)) return;
  const value = expand(words.slice(at.index + at[0].length), variables).trim();
  const old = variables.get(name);
  if (at[1] === '?' && old !== undefined) return;
  variables.set(name, at[1] === '+' && old !== undefined ? `${old} ${value}` : value);
}

/** Replaces what stands in `$(…)` or `${…}`, the innermost first. */
function expand(text: string, variables: Variables): string {
  let found = text;
  for (let depth = 0; depth < DEPTH && found.includes('$'); depth += 1) {
    found = found.replaceAll(/\$[({]([^$(){}]*)[)}]/g, (_, inner: string) =>
      called(inner, variables),
    );
    if (found.length > LONGEST) return '';
  }
  return found;
}

function called(inner: string, variables: Variables): string {
  const [, name, first = '', rest = ''] = /^(subst|addprefix) ([^,]*),(.*)$/.exec(inner) ?? [];
  if (name === 'addprefix') return rest.trim().replaceAll(/\S+/g, (word) => `${first}${word}`);
  if (name === undefined) return variables.get(inner) ?? '';
  const [to = '', ...text] = rest.split(',');
  return first === '' ? '' : text.join(',').replaceAll(first, to);
}
