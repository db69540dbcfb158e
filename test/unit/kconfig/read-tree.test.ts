// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expressionText } from '../../../src/kconfig/expression.js';
import { readKconfigTree } from '../../../src/kconfig/read-tree.js';
import { similarSymbols } from '../../../src/kconfig/similar.js';
import { FAKE_LINUX } from '../series/workshop.js';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'l7build-kconfig-'));
});
afterEach(() => {
  rmSync(tree, { recursive: true, force: true });
});

describe('the Kconfig files of a tree', () => {
  it('are read through source, with SRCARCH, and without help texts', async () => {
    const table = await readKconfigTree(FAKE_LINUX, 'x86');
    expect(table.names).toContain('RETPOLINE');
    expect(table.names).not.toContain('NOT_A_SYMBOL');
    const [length] = table.definitions('NETFILTER_XT_MATCH_LENGTH');
    expect(length?.place).toBe('net/netfilter/Kconfig:14');
    expect(length?.type).toBe('tristate');
    expect(length?.depends.map(expressionText)).toEqual([
      'NET',
      'NETFILTER',
      'INET && NETFILTER',
      'NETFILTER_XTABLES && NETFILTER_ADVANCED',
    ]);
    expect(table.selectors('CRC32').map(({ by }) => by)).toEqual(['NETFILTER_XT_MATCH_STATE']);
    expect(table.definitions('CRC32')[0]?.prompt).toBeUndefined();
    const [slub] = table.definitions('SLUB');
    expect(slub === undefined ? [] : table.alternatives(slub)).toEqual(['SLOB']);
    expect(table.definitions('LOG_BUF_SHIFT')[0]?.range).toBe('12 LOG_BUF_MAX');
    // Behind the choice, the menu and the conditions nothing of theirs is left.
    expect(table.definitions('RETPOLINE')[0]?.depends.map(expressionText)).toEqual([
      '$(cc-option,-mindirect-branch=thunk)',
    ]);
  });

  it('may be of the 2.6 kind', async () => {
    mkdirSync(join(tree, 'arch/x86'), { recursive: true });
    writeFileSync(join(tree, 'Kconfig'), 'mainmenu "Linux"\nsource arch/$SRCARCH/Kconfig\n');
    writeFileSync(
      join(tree, 'arch/x86/Kconfig'),
      `config OLD
	boolean "old"
	depends EXPERIMENTAL # a comment
	---help---
	  config FAKE

config NEW
	def_tristate y if OLD
	prompt "say 'if' # here" if OLD && \\
		!NEVER
	select THING if OLD
`,
    );
    const table = await readKconfigTree(tree, 'x86');
    expect(table.names).toEqual(['OLD', 'NEW']);
    const [old] = table.definitions('OLD');
    expect(old?.type).toBe('bool');
    expect(old?.depends.map(expressionText)).toEqual(['EXPERIMENTAL']);
    const [fresh] = table.definitions('NEW');
    expect(fresh?.type).toBe('tristate');
    expect(fresh?.prompt && expressionText(fresh.prompt)).toBe('OLD && !NEVER');
    expect(fresh?.selects[0]?.target).toBe('THING');
  });

  it('cannot lead out of the tree, or in circles', async () => {
    writeFileSync(
      join(tree, 'Kconfig'),
      'source "../../etc/passwd"\nsource "/etc/passwd"\nsource "Kconfig.a"\nconfig A\n\tbool "a"\n\tdepends on (broken\n',
    );
    writeFileSync(join(tree, 'Kconfig.a'), 'config B\n\tbool "b"\nsource "Kconfig.missing"\n');
    const table = await readKconfigTree(tree, 'x86');
    expect(table.names).toEqual(['B', 'A']);
    writeFileSync(join(tree, 'Kconfig.a'), 'source "Kconfig.a"\n');
    expect((await readKconfigTree(tree, 'x86')).names).toEqual(['A']);
  });
});

describe('names like an unknown one', () => {
  const known = ['NETFILTER_XT_MATCH_LAYER7', 'NETFILTER_XT_MATCH_LENGTH', 'NF_CONNTRACK', 'SMP'];
  it('come the likest first, and not at any price', () => {
    expect(similarSymbols('NETFILTER_XT_MATCH_LAYER_7', known)[0]).toBe(
      'NETFILTER_XT_MATCH_LAYER7',
    );
    expect(similarSymbols('NF_CONTRACK', known)).toEqual(['NF_CONNTRACK']);
    expect(similarSymbols('USB_STORAGE', known)).toEqual([]);
    expect(similarSymbols('X', known)).toEqual([]);
  });
});
