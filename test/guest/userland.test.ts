// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from '../../src/host/exec.js';
import { sha256File } from '../../src/host/hash.js';
import { Lab } from '../../src/lab/lab.js';
import type { LabNews, LabOrder } from '../../src/lab/messages.js';
import { supervise } from '../../src/lab/supervisor.js';
import { Failed } from '../../src/model/failure.js';
import type { RunResult } from '../../src/model/run-result.js';
import type { Topology } from '../../src/model/topology.js';
import { loadExercise } from '../../src/recipe/index.js';
import { resolveSet } from '../../src/sources/index.js';
import { fetch } from '../../src/steps/fetch.js';
import { userland } from '../../src/steps/userland.js';
import { Running } from '../cli/program.js';
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
  let order: LabOrder;

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
    order = {
      ...(await debianLab(root, TOPOLOGY, { userland: true })),
      userlands: { small: disk },
    };
    lab = new Lab(order, join(root, 'lab'));
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

  describe('is reached by ssh', () => {
    const stop = new AbortController();
    let supervisor: Promise<void>;

    // Another lab of the same host, from its snapshot, with all that a command line needs.
    beforeAll(async () => {
      await new Promise<void>((up, fail) => {
        const tell = (news: LabNews): void => {
          if (news.news === 'up') up();
          if (news.news === 'failed') fail(new Failed(news.failure));
        };
        supervisor = supervise({ ...order, name: 'reached' }, tell, stop.signal);
      });
    });
    afterAll(async () => {
      stop.abort();
      await supervisor;
      expect(await readdir(join(root, 'labs'))).toEqual([]);
    });

    const start = (...words: string[]): Running => {
      const env = { PATH: process.env['PATH'] ?? '', HOME: root, L7BUILD_CACHE: root };
      return new Running(['lab', ...words], { cwd: root, env });
    };

    it('without a question, with no network at all, and its exit code is passed on', async () => {
      const cut = 'for card in eth0 lo; do chroot /proc/1/root ip link set $card down; done';
      expect((await start('exec', 'node1', '--', 'sh', '-c', cut).ended).code).toBe(0);
      const said = await start('ssh', 'node1', '--', 'hostname; echo err >&2; exit 7').ended;
      expect(said).toMatchObject({ code: 7, stdout: 'node1\n', stderr: 'err\n' });
      const key = join(root, 'labs/reached/ssh/id');
      expect((await stat(key)).mode & 0o777).toBe(0o600);
      // Nor is a server left there.
      const servers = ['sh', '-c', 'cat /proc/[0-9]*/comm | grep -cx sshd'];
      const left = async (): Promise<string> =>
        (await start('exec', 'node1', '--', ...servers).ended).stdout;
      await expect.poll(left, { timeout: 20_000 }).toBe('0\n');
    });

    it('and copies files, by the same configuration', async () => {
      const config = join(root, 'labs/reached/ssh/config');
      const bytes = randomBytes(10_000);
      await writeFile(join(root, 'there'), bytes);
      const copy = ['-q', '-F', config];
      await exec(['scp', ...copy, join(root, 'there'), 'node1:/root/there']);
      await exec(['scp', ...copy, 'node1:/root/there', join(root, 'back')]);
      expect((await readFile(join(root, 'back'))).equals(bytes)).toBe(true);
    });

    it('but not when it has another key than it told', async () => {
      const known = join(root, 'labs/reached/ssh/node1.known_hosts');
      const line = await readFile(known, 'utf8');
      await exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(root, 'other')]);
      const other = await readFile(join(root, 'other.pub'), 'utf8');
      await writeFile(known, `node1 ${other}`);
      const config = join(root, 'labs/reached/ssh/config');
      const refused = await exec(['ssh', '-F', config, 'node1', 'true'], { accept: [255] });
      expect(refused.stderr).toContain('Host key verification failed');
      // Told anew, it is known again.
      expect((await start('ssh', 'node1', '--', 'true').ended).code).toBe(0);
      expect(await readFile(known, 'utf8')).toBe(line);
    });

    it('and told in an inventory', async () => {
      const { code, stdout } = await start('inventory').ended;
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ {4}node1:$/m);
      expect(stdout).toContain('        lan: 10.0.0.1\n');
    });
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
