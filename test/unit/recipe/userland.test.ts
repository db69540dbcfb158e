// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadPinned, loadUserland } from '../../../src/recipe/index.js';
import { failureOf, project } from './project.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = 'recipes/userlands/small.yaml';
const LOCK = 'recipes/userlands/small.lock';
const SMALL = `name: small
summary: A small one
suite: bookworm
answers:
  - postfix postfix/main_mailer_type select No configuration
packages:
  - dash
`;
const DASH = `main 91848 ${'3e'.repeat(32)} dash 0.5.12-2 pool/main/d/dash/dash_0.5.12-2_amd64.deb`;
const LOCKED = `snapshot 20260101T000000Z\n${DASH}\n`;

describe('a userland', () => {
  it('becomes the model, with the packages that its lock pins', async () => {
    const root = await project({ [FILE]: SMALL, [LOCK]: LOCKED });
    expect(await loadUserland(root, 'small')).toMatchObject({
      kind: 'userland',
      suite: 'bookworm',
      answers: ['postfix postfix/main_mailer_type select No configuration'],
      packages: ['dash'],
      lock: { kind: 'debs', debs: [{ name: 'dash', version: '0.5.12-2' }] },
    });
    expect(await loadPinned(root, 'small')).toMatchObject({ packages: ['dash'], lockPath: LOCK });
  });

  it('is refused without a lock, with the command that writes it', async () => {
    const failure = await failureOf(loadUserland(await project({ [FILE]: SMALL }), 'small'));
    expect(failure.diagnostics).toMatchObject([
      { file: LOCK, hint: 'write it: l7build containers update small' },
    ]);
  });

  it('is refused when its lock lacks a package', async () => {
    const files = { [FILE]: `${SMALL}  - bash\n`, [LOCK]: LOCKED };
    const failure = await failureOf(loadUserland(await project(files), 'small'));
    expect(failure.diagnostics?.[0]?.message).toBe('it lacks packages of the recipe: bash');
  });

  it('is refused with an answer that is none', async () => {
    const files = { [FILE]: SMALL.replace('select ', ''), [LOCK]: LOCKED };
    const failure = await failureOf(loadUserland(await project(files), 'small'));
    expect(failure.diagnostics?.[0]).toMatchObject({ file: FILE, line: 5, column: 5 });
  });
});

it("the project's has the servers of the exercises, and no iptables beside the one that is built", async () => {
  const { lock } = await loadUserland(ROOT, 'debian');
  const locked = lock.debs.map(({ name }) => name);
  expect(locked).toEqual(expect.arrayContaining(['openssh-server', 'vsftpd', 'rsyslog', 'libc6']));
  expect(locked).not.toContain('iptables');
});
