// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256File } from '../../src/host/hash.js';
import { Lab } from '../../src/lab/lab.js';
import type { Topology } from '../../src/model/topology.js';
import { loadExercise } from '../../src/recipe/index.js';
import { resolveSet } from '../../src/sources/index.js';
import { fetch } from '../../src/steps/fetch.js';
import { userland } from '../../src/steps/userland.js';
import type { RunResult } from '../../src/model/run-result.js';
import { debianLab, stepAt } from './debian-lab.js';

const PROJECT = join(import.meta.dirname, '../..');
const never = new AbortController().signal;
const SMALL = {
  suite: 'bookworm',
  answers: [],
  packages: ['usr-is-merged', 'openssh-server', 'tmpreaper'],
};

/** A lab of one host, with fewer packages than the project's userland has. */
const TOPOLOGY: Topology = {
  kind: 'topology',
  name: 'alone',
  summary: 'One host',
  file: { path: '', sha256: '' },
  kernel: '6.1',
  links: [{ name: 'lan', network: '10.0.0.0/24' }],
  hosts: [
    {
      ...{ name: 'node1', memoryMiB: 256, forwards: false, userland: 'small', routes: [] },
      cards: [
        { device: 'eth0', link: 'lan', mac: '02:00:0a:00:00:01', address: '10.0.0.1', prefix: 24 },
      ],
    },
  ],
};

describe('a host with the programs of Debian', () => {
  let root: string;
  let lab: Lab;
  let disk: string;

  const packed = async (id: string): Promise<string> => {
    const ctx = await stepAt(root, id, ['fetch']);
    await userland(SMALL, ctx);
    return join(ctx.out, 'root.squashfs');
  };

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'l7build-userland-')));
    const policy = { mirrors: [], offline: false };
    const source = await resolveSet(SMALL.suite, SMALL.packages, {
      cache: root,
      policy,
      signal: never,
    });
    await fetch({ name: 'userland-small', source }, await stepAt(root, 'fetch', []));
    disk = await packed('small');
    const order = await debianLab(root, TOPOLOGY, { userland: true });
    lab = new Lab({ ...order, userlands: { small: disk } }, join(root, 'lab'));
    await lab.start(() => undefined, never);
  });
  afterAll(async () => {
    await lab.kill();
    await rm(root, { recursive: true });
  });

  const on = (script: string): Promise<RunResult> => lab.run('node1', script, 60_000, never);

  it('is packed in the same bytes again', async () => {
    expect(await sha256File(await packed('again'))).toBe(await sha256File(disk));
  });

  it("runs what it is told by Debian's shell, in Debian's root, under its own name", async () => {
    const { stdout } = await on(
      '. /etc/os-release; echo $ID; readlink -f /proc/$$/exe; cat /etc/hostname',
    );
    expect(stdout).toBe('debian\n/usr/bin/dash\nnode1\n');
  });

  it('has a key of ssh that its image has not', async () => {
    expect((await on('ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key')).exitCode).toBe(0);
    const keys = 'chroot /proc/1/root find /run/userland/disk/etc/ssh -name "ssh_host_*"';
    expect((await on(keys)).stdout).toBe('');
  });

  it('does an exercise with a real program, which fails without the step that it is about', async () => {
    const { steps } = await loadExercise(PROJECT, 'tmpwatch');
    const [prepare, essential, look] = steps;
    await on(prepare?.command ?? '');
    expect((await on(look?.command ?? '')).stdout).toMatch(/^old$/m);
    await on(essential?.command ?? '');
    const { stdout } = await on(look?.command ?? '');
    expect(stdout).not.toMatch(/^old$/m);
    expect(stdout).toMatch(/^read-lately$/m);
  });

  // The last: nothing of the others is left then.
  it('is as it was at first when it is entered again, and nothing goes on there', async () => {
    await on('echo changed >/etc/hostname; setsid sleep 1000 & sleep 0.2');
    const asleep = 'cat /proc/[0-9]*/comm | grep -cx sleep';
    expect((await on(asleep)).stdout).toBe('1\n');
    const again = await on('exec chroot /proc/1/root /bin/userland');
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    const { stdout } = await on(`cat /etc/hostname; ls /tmp; ${asleep}`);
    expect(stdout).toBe('node1\n0\n');
  });
});
