// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../../src/lab/lab.js';
import { consoleOf } from '../../src/lab/machine.js';
import type { LabOrder } from '../../src/lab/messages.js';
import { loadTopology } from '../../src/recipe/index.js';
import type { RunResult } from '../../src/model/run-result.js';
import { OUTPUT_WINDOW } from '../../src/vm/frames.js';
import { processesAt } from '../cli/program.js';
import { debianLab } from './debian-lab.js';
import { Streamed } from './streamed.js';

const PROJECT = join(import.meta.dirname, '../..');
const never = new AbortController().signal;

/** The guide's hosts as machines, with Debian's kernel. Iptables is what a build brings; it is not needed here. */
describe("the guide's lab", () => {
  let root: string;
  let lab: Lab;
  let order: LabOrder;
  const up = new Map<string, number>();

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'l7build-lab-')));
    order = await debianLab(root, await loadTopology(PROJECT, 'guide'));
    lab = new Lab(order, join(root, 'lab'));
    await lab.start((news) => {
      if (news.news === 'host') up.set(news.host, news.ms);
    }, never);
  });
  afterAll(async () => {
    await lab.kill();
    expect(processesAt(root)).toEqual([]);
    await rm(root, { recursive: true });
  });

  const on = (host: string, script: string): Promise<RunResult> =>
    lab.run(host, script, 60_000, never);

  it('has its three hosts up, their clocks right', async () => {
    expect([...up.keys()].sort()).toEqual(['node1', 'node2', 'node3']);
    const rates = (): number[] => lab.status().hosts.map(({ clock }) => clock?.rate ?? 0);
    await expect.poll(rates, { timeout: 20_000 }).not.toContain(0);
    for (const rate of rates()) expect(Math.abs(rate - 1)).toBeLessThan(0.2);
    const { stdout } = await on('node2', 'hostname; cat /proc/sys/net/ipv4/ip_forward');
    expect(stdout).toBe('node2\n0\n');
  });

  it('joins hosts that share a link, by name and by address', async () => {
    const { stdout } = await on('node2', 'ping -c 3 -i 0.2 node1; ping -c 1 192.168.1.11');
    expect(stdout).toContain('PING node1 (192.168.1.11)');
    expect(stdout).toContain('3 packets transmitted, 3 packets received');
    expect(stdout).toContain('ttl=64');
  });

  it('leads through node1 to the host behind it, and stops there when node1 does not forward', async () => {
    const through = 'ping -c 2 -i 0.2 -W 2 192.168.2.12';
    expect((await on('node2', through)).stdout).toMatch(/ttl=63[^]*2 packets received/);
    await on('node1', 'echo 0 >/proc/sys/net/ipv4/ip_forward');
    const cut = await on('node2', through);
    await on('node1', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
    expect(cut).toMatchObject({ exitCode: 1 });
    expect(cut.stdout).toContain('0 packets received');
  });

  it('carries connections', async () => {
    const get = 'wget -q -O - http://192.168.2.12/index.html';
    // What is still of the script's session when that ends is killed with it: the server leaves it before it answers.
    await on('node3', `httpd -p 80 -h /srv/www; until ${get}; do usleep 50000; done`);
    const { stdout } = await on('node2', get);
    expect(stdout).toContain('A page that a web server of the guest serves.');
  });

  it('reaches nothing of the machine that it runs on', async () => {
    const { stdout } = await on('node2', 'ip route; ip -o link');
    expect(stdout).not.toContain('default');
    expect(stdout.match(/link\/ether/g)).toHaveLength(1);
  });

  it('shows on one link what goes over it, and nothing of the other', async () => {
    const file = join(root, 'inner.pcap');
    const stop = await lab.capture('inner', file);
    await on('node2', 'ping -c 1 -p 5a -s 64 192.168.1.11; ping -c 1 -p a5 -s 64 192.168.2.12');
    await stop();
    const frames = await readFile(file);
    expect(frames.includes(Buffer.alloc(40, 0xa5))).toBe(true);
    expect(frames.includes(Buffer.alloc(40, 0x5a))).toBe(false);
  });

  it('takes words as they are', async () => {
    const words = `'printf' '%s\\n' 'it'\\''s $HOME'`;
    expect((await on('node1', words)).stdout).toBe("it's $HOME\n");
  });

  describe('streams', () => {
    it('what a command prints while it runs, and ends it with all that it has started', async () => {
      const ping = new Streamed(lab, 'node2', 'sleep 987 & ping 192.168.1.11 | cat');
      const seen = (): number =>
        ping
          .printed()
          .toString()
          .match(/ ttl=64 /g)?.length ?? 0;
      await expect.poll(seen, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
      ping.stop();
      expect(await ping.ended).toEqual({ exitCode: 137, timedOut: true });
      const left = 'pidof ping sleep cat dd; ls /run/agent | grep -F .in';
      expect((await on('node2', left)).stdout).toBe('');
    });

    it('input and output of any bytes, as many as it takes', async () => {
      const bytes = randomBytes(50_000);
      const job = new Streamed(lab, 'node2', 'tee /tmp/came; cat /tmp/came >&2; exit 5');
      await Promise.all([job.input(bytes), job.ended]);
      expect((await job.ended).exitCode).toBe(5);
      expect(job.printed().equals(bytes)).toBe(true);
      expect(job.printed('err').equals(bytes)).toBe(true);
    });

    it('no more than is taken, and others beside it', async () => {
      const flood = new Streamed(lab, 'node2', 'yes', false);
      await expect.poll(() => flood.pieces, { timeout: 20_000 }).toBe(OUTPUT_WINDOW);
      expect((await on('node2', 'sleep 1; echo here')).stdout).toBe('here\n');
      expect(flood.pieces).toBe(OUTPUT_WINDOW);
      flood.stop();
      expect((await flood.ended).timedOut).toBe(true);
    });

    it('input of several at once, none of which wants it', async () => {
      const jobs = Array.from({ length: 12 }, () => new Streamed(lab, 'node2', 'sleep 20'));
      for (const job of jobs) void job.input(Buffer.alloc(100_000, 'x'));
      const text = 'y'.repeat(10_000);
      for (let round = 0; round < 5; round += 1) {
        expect((await on('node2', `echo ${text}`)).stdout).toBe(`${text}\n`);
      }
      for (const job of jobs) job.stop();
      for (const job of jobs) expect((await job.ended).timedOut).toBe(true);
      expect(lab.status().hosts.map(({ complaints }) => complaints)).toEqual([[], [], []]);
    });
  });

  it('goes on from its snapshot each time, with the right time and nothing of what was done since', async () => {
    expect(lab.status().hosts.map(({ resumed }) => resumed)).toEqual([true, true, true]);
    await on('node1', 'touch /run/mark; ip neigh flush all');
    await mkdir(join(root, 'another'));
    const another = new Lab(order, join(root, 'another'));
    try {
      await another.start(() => undefined, never);
      expect(another.status().hosts.every(({ resumed }) => resumed)).toBe(true);
      const { stdout } = await another.run('node1', 'ls /run; date +%s', 60_000, never);
      expect(stdout).not.toContain('mark');
      const seconds = Number(stdout.trim().split('\n').at(-1));
      expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(10);
      const ping = 'ping -c 1 -W 5 192.168.2.12';
      expect((await another.run('node2', ping, 60_000, never)).exitCode).toBe(0);
    } finally {
      await another.kill();
    }
  });

  it('goes back to a state that was saved, with what there was, and without what was done since', async () => {
    await on('node1', 'echo kept >/run/kept; echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all');
    const under = on('node2', 'sleep 5; echo done');
    const { bytes } = await lab.saveAs('before');
    expect(bytes).toBeGreaterThan(3 * 2 ** 20);
    // The hosts go on, and so does what runs on them.
    expect(await under).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect((await on('node2', 'ping -c 1 -W 1 192.168.1.11')).exitCode).toBe(1);
    await on('node1', 'touch /run/later; echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_all');
    expect((await on('node2', 'ping -c 1 -W 5 192.168.1.11')).exitCode).toBe(0);
    const { hosts } = await lab.goBackTo('before');
    expect(hosts.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    const { stdout } = await on('node1', 'cat /run/kept; ls /run; date +%s');
    expect(stdout).toMatch(/^kept\n/);
    expect(stdout).not.toContain('later');
    const seconds = Number(stdout.trim().split('\n').at(-1));
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(10);
    expect((await on('node2', 'ping -c 1 -W 1 192.168.1.11')).exitCode).toBe(1);
    expect((await on('node2', 'ping -c 1 -W 5 192.168.2.12')).exitCode).toBe(0);
    await on('node1', 'echo 0 >/proc/sys/net/ipv4/icmp_echo_ignore_all');
    expect((await on('node2', 'ping -c 1 -W 5 192.168.1.11')).exitCode).toBe(0);
    // One that went back can be saved as well.
    await lab.saveAs('again');
    await lab.goBackTo('again');
    expect((await on('node1', 'cat /run/kept')).stdout).toBe('kept\n');
  });

  // The last, since the host is gone then.
  it('notices a host that panics, with its last words, and the others go on', async () => {
    const said = await on('node3', 'echo c >/proc/sysrq-trigger').catch((error: unknown) => error);
    expect(said).toMatchObject({
      failure: {
        reason: 'guest-panic',
        message: expect.stringMatching(/^node3's kernel panicked/) as string,
      },
    });
    const states = lab.status().hosts.map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(['node1 up', 'node2 up', 'node3 failed']);
    expect(await readFile(consoleOf(join(root, 'lab'), 'node3'), 'utf8')).toContain('sysrq');
    expect((await on('node2', 'ping -c 1 node1')).exitCode).toBe(0);
  });
});
