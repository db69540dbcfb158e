// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { serveLocally, type LocalServer } from '../../../src/host/local-socket.js';
import type { LabReply, LabRequest } from '../../../src/lab/messages.js';
import { labKey, prepareSsh, type Reach } from '../../../src/lab/ssh.js';

const never = new AbortController().signal;
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGmv3lS/aXC6rE9yZp0mUPq0OskWBzkHqXGWdSBdGyEv';
const reach: Reach = {
  hosts: ['node1', 'node2'],
  proxy: (host) => ['env', 'A=50% of b c', '/bin/program', "it's", host],
};

let root: string;
let folder: string;
let server: LocalServer;
/** What hosts answer when they are asked for their key. */
let answer: { readonly exitCode: number; readonly text: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build 50%-'));
  folder = join(root, 'labs/pair');
  await mkdir(folder, { recursive: true });
  answer = { exitCode: 0, text: `${KEY} root@node\n` };
  server = await serveLocally(folder, 'control', (line, { say }) => {
    const request = JSON.parse(line) as LabRequest;
    const bytes = Buffer.from(answer.text).toString('base64');
    const replies: LabReply[] = [
      { say: 'out', bytes },
      { say: 'ended', end: { exitCode: answer.exitCode, timedOut: false } },
    ];
    expect(request.do).toBe('exec');
    replies.forEach((reply) => {
      say(JSON.stringify(reply));
    });
    return Promise.resolve();
  });
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** What ssh(1) makes of the configuration, by its own account. */
async function understood(config: string, host: string): Promise<string[]> {
  return (await exec(['ssh', '-F', config, '-G', host])).stdout.split('\n');
}

it('tells ssh of each host where its keys are and what leads there, and that nobody is asked', async () => {
  const config = await prepareSsh(root, 'pair', reach, ['node1'], never);
  const lines = await understood(config, 'node1');
  const home = join(folder, 'ssh');
  for (const line of [
    ...['hostname node1', 'user root', 'identitiesonly yes', 'stricthostkeychecking true'],
    ...['globalknownhostsfile /dev/null', 'identityagent none', 'updatehostkeys false'],
  ]) {
    expect(lines).toContain(line);
  }
  // Some settings are told with their marks, others without.
  expect(lines).toContain(`identityfile ${join(home.replaceAll('%', '%%'), 'id')}`);
  expect(lines).toContain(`userknownhostsfile ${join(home, 'node1.known_hosts')}`);
  expect(lines).toContain("proxycommand 'env' 'A=50%% of b c' '/bin/program' 'it'\\''s' 'node1'");
  expect((await understood(config, 'node2')).join('\n')).toMatch(/^proxycommand .* 'node2'$/m);
  expect(await readFile(join(home, 'node1.known_hosts'), 'utf8')).toBe(`node1 ${KEY}\n`);
  expect((await stat(join(home, 'id'))).mode & 0o777).toBe(0o600);
});

it('has one key for a lab, whoever asks first', async () => {
  const keys = await Promise.all([1, 2, 3].map(() => labKey(root, 'pair')));
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^ssh-ed25519 \S+ lab pair$/);
  expect((await readdir(folder)).sort()).toEqual(['control', 'ssh']);
});

it.each([
  [{ exitCode: 3, text: '' }, 'its userland has no openssh-server'],
  [{ exitCode: 1, text: '' }, 'it does not tell its key'],
  [{ exitCode: 0, text: 'ssh-ed25519 AAAA\u0007* x\n' }, 'it does not tell its key'],
  [{ exitCode: 0, text: 'nobody *' }, 'it does not tell its key'],
])(
  'says of a host that answers %j why it is not reached, and what reaches it',
  async (said, why) => {
    answer = said;
    await expect(prepareSsh(root, 'pair', reach, ['node2'], never)).rejects.toMatchObject({
      failure: {
        message: expect.stringContaining(`node2 cannot be reached by ssh: ${why}`) as string,
        hints: expect.arrayContaining([
          expect.stringContaining('l7build lab exec node2 -- COMMAND'),
        ]) as string[],
      },
    });
  },
);

it('refuses a path that the configuration cannot hold', async () => {
  const proxy: Reach['proxy'] = () => ['program', 'a"b'];
  await expect(
    prepareSsh(root, 'pair', { ...reach, proxy }, ['node1'], never),
  ).rejects.toMatchObject({ failure: { reason: 'usage' } });
});
