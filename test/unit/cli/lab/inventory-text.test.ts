// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryText, type InventoryHost } from '../../../../src/cli/lab/inventory-text.js';

const host = (name: string, change: Partial<InventoryHost>): InventoryHost => ({
  ...{ name, state: 'up', addresses: [], reached: true, userland: 'debian' },
  ...change,
});

it('has the hosts that ssh reaches, in a group for each link, and the way to them', () => {
  const text = inventoryText('pair', `-F '/a b/it'\\''s "x"'`, [
    host('gate', {
      addresses: ['10.0.0.1 on lan', '10.1.0.1 on side-b'],
      python: '/usr/bin/python3',
    }),
    host('leaf', { addresses: ['10.0.0.2 on lan'] }),
  ]);
  expect(parse(text)).toEqual({
    all: {
      vars: {
        ansible_connection: 'ssh',
        ansible_user: 'root',
        ansible_ssh_common_args: `-F '/a b/it'\\''s "x"'`,
      },
      hosts: {
        gate: {
          ansible_python_interpreter: '/usr/bin/python3',
          lab_addresses: { lan: '10.0.0.1', 'side-b': '10.1.0.1' },
        },
        leaf: { lab_addresses: { lan: '10.0.0.2' } },
      },
      children: {
        link_lan: { hosts: { gate: null, leaf: null } },
        link_side_b: { hosts: { gate: null } },
      },
    },
  });
  expect(text).toContain('# No python3 there: ansible.builtin.raw works');
});

it('says of the others in comments why they are left out', () => {
  const { userland: _, ...small } = host('small', { reached: false });
  const text = inventoryText('pair', '', [
    small,
    host('dead', { reached: false, state: 'failed' }),
  ]);
  expect(text).toContain("# small has a guest's small programs only");
  expect(text).toContain('#   l7build lab exec small -- COMMAND');
  expect(text).toContain('# dead is not up.');
  expect(parse(text)).toMatchObject({ all: { hosts: {}, children: {} } });
});
