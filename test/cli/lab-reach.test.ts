// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LabProject } from './lab-project.js';

/** Ways into hosts with a guest's small programs only; those with more are in test/guest. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let labs: LabProject;
beforeAll(async () => {
  labs = await LabProject.make();
  expect((await labs.up()).code).toBe(0);
});
afterAll(async () => {
  expect((await labs.lab('down')).code).toBe(0);
  expect(labs.left()).toEqual([]);
  await labs.project.remove();
});

describe('ssh', () => {
  it('says of a host without a server what reaches it', async () => {
    const { code, stderr } = await labs.lab('ssh', 'gate', '--', 'true');
    expect(code).toBe(4);
    expect(stderr).toContain("gate cannot be reached by ssh: it has a guest's small programs only");
    expect(stderr).toContain('l7build lab exec gate -- COMMAND');
  });

  it('names the hosts that there are', async () => {
    const { code, stderr } = await labs.lab('ssh', 'node9');
    expect(code).toBe(2);
    expect(stderr).toContain('its hosts: gate, leaf');
  });
});

it('connect joins standard input and output with a port of a host', async () => {
  const child = labs.spawn(['connect', 'leaf', '80']);
  child.stdin.end('GET / HTTP/1.0\r\n\r\n');
  expect(Buffer.concat(await child.stdout.toArray()).toString()).toBe('GET / HTTP/1.0\r\n\r\n');
  await expect.poll(() => child.exitCode).toBe(0);
  for (const port of ['0', '65536', '-1', '80x']) {
    expect((await labs.lab('connect', 'leaf', '--', port)).code).toBe(2);
  }
});

it('inventory leaves out hosts that ssh does not reach, and says what does', async () => {
  const { code, stdout } = await labs.lab('inventory');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# gate has .*\n# {3}l7build lab exec gate -- COMMAND$/m);
  expect(stdout).toMatch(/^ {2}hosts: \{\}\n {2}children: \{\}$/m);
});
