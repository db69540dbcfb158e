// SPDX-License-Identifier: GPL-2.0-only
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applySeries } from '../../../src/series/apply-series.js';
import { HOOK, Workshop } from './workshop.js';

const MAKEFILE = 'net/netfilter/Makefile';

let shop: Workshop;
beforeEach(() => {
  shop = new Workshop();
});
afterEach(() => {
  shop.remove();
});

describe('whole files', () => {
  const overlay = (path: string, text: string, to = '.') => ({
    from: 'files',
    to,
    files: [shop.file(`files/${path}`, text)],
  });

  it('are laid over the tree after the patches', async () => {
    const { ledger, draft } = await shop.apply(
      shop.series(
        [shop.file('a.patch', HOOK)],
        [overlay('net/netfilter/layer7/Kconfig', 'config X\n')],
      ),
    );
    expect(ledger.map(({ kind, patch, outcome, files }) => [kind, patch, outcome, files])).toEqual([
      ['patch', 'a.patch', 'clean', [MAKEFILE]],
      ['file', 'files/net/netfilter/layer7/Kconfig', 'clean', ['net/netfilter/layer7/Kconfig']],
    ]);
    expect(await draft.read('net/netfilter/layer7/Kconfig')).toBe('config X\n');
  });

  it('may stand in a directory of the tree', async () => {
    const { ledger } = await shop.apply(shop.series([], [overlay('xt.c', 'x\n', 'net/netfilter')]));
    expect(ledger[0]?.files).toEqual(['net/netfilter/xt.c']);
  });

  it('overwrite nothing: another content is a reject, the same is already there', async () => {
    const same = await shop.apply(shop.series([], [overlay('Kconfig', shop.readTree('Kconfig'))]));
    expect(same.ledger).toMatchObject([{ outcome: 'already-there' }]);
    const other = shop.changed('Kconfig', 'mainmenu', 'mymenu');
    const { ledger, draft } = await shop.apply(shop.series([], [overlay('Kconfig', other)]));
    expect(ledger).toMatchObject([
      {
        outcome: 'rejected',
        rejects: ['Kconfig: the tree has it already, and differs from line 2 on'],
      },
    ]);
    expect(draft.changed).toEqual([]);
  });

  it('keep to the tree', async () => {
    await expect(shop.apply(shop.series([], [overlay('x', 'x\n', '../out')]))).rejects.toThrow(
      'leads out of the tree',
    );
    await expect(shop.apply(shop.series([], [overlay('x', 'x\n', '.git')]))).rejects.toThrow(
      '.git directory',
    );
  });

  it('are all there is without a tree', async () => {
    const { ledger, draft } = await applySeries(
      shop.series(
        [shop.file('a.patch', HOOK)],
        [overlay('net/netfilter/layer7/Kconfig', 'config X\n')],
      ),
      { project: shop.project, tree: undefined, scratch: shop.scratch(), fuzz: 0 },
    );
    expect(ledger.map(({ kind }) => kind)).toEqual(['file']);
    expect(draft.changed).toEqual(['net/netfilter/layer7/Kconfig']);
  });
});
