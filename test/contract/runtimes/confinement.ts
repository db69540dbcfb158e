// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bench } from './bench.js';

/** A setting of the machine's kernel that does no harm when it is set to what it is. */
const SETTING = '/proc/sys/kernel/printk_ratelimit_burst';

/** What a command cannot do, where the builder says so. */
export function confinementTests(bench: () => Bench): void {
  const made = (name: string) => readFile(join(bench().work, name), 'utf8');
  const holds = (): boolean => bench().runtime.confinement.filesystem === 'confined';

  test('the network is off', async () => {
    if (bench().runtime.confinement.network !== 'off') return;
    const server = createServer((socket) => socket.end('reached'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const connect =
      'use IO::Socket::INET; my $s = IO::Socket::INET->new(' +
      `PeerAddr => "127.0.0.1", PeerPort => ${String(port)}, Timeout => 2); print <$s> if $s`;
    await bench().run(
      `perl -e '${connect}' > got; cat /proc/net/dev > net; tail -n +2 /proc/net/route > route; true`,
    );
    server.close();
    expect(await made('got')).toBe('');
    expect(await made('net')).toContain('lo:');
    expect(await made('route')).toBe('');
  });

  test('only what was named can be written', async () => {
    if (!holds()) return;
    const outside = join(bench().root, 'outside');
    const source = join(bench().root, 'source');
    await writeFile(source, 'kept');
    const system = ['/l7build', '/usr/l7build', '/etc/l7build', '/proc/l7build', '/sys/l7build'];
    const tries = system.map((path) => `echo x > ${path} && echo ${path} >> wrote`).join('; ');
    await bench().run(
      `echo x > ${outside}; echo x >> ${source}; rm -f ${source}; : > wrote; ${tries}; true`,
    );
    await expect(access(outside)).rejects.toThrow('ENOENT');
    expect(await readFile(source, 'utf8')).toBe('kept');
    expect(await made('wrote')).toBe('');
  });

  test('the kernel’s settings cannot be written', async () => {
    if (!holds()) return;
    await bench().run(
      `now=$(cat ${SETTING}) && { echo "$now" > ${SETTING} && echo done; } > changed 2>&1; ` +
        'echo > /proc/sysrq-trigger && echo done >> changed; true',
    );
    expect(await made('changed')).not.toContain('done');
  });

  test('a system call that no compiler makes is refused, where they are filtered', async () => {
    const { how } = bench().runtime.confinement;
    if (!how.includes('filter') || how.includes('no system call filter')) return;
    // perf_event_open(2), of which the kernel would say something else.
    await bench().run(`perl -e 'syscall(298, 0, 0, 0, 0, 0); print $! + 0' > answer`);
    expect(await made('answer')).toBe('1');
  });

  test('the user’s home and others’ files cannot be read', async () => {
    if (!holds()) return;
    const secrets = await mkdtemp(join(homedir(), '.l7build-test-'));
    const secret = join(secrets, 'key');
    try {
      await writeFile(secret, 'secret of the user');
      await bench().run(`cat ${secret} > stolen; cat /etc/shadow > shadow; true`);
      expect(await made('stolen')).toBe('');
      const shadow = await readFile('/etc/shadow', 'utf8').catch(
        () => 'not readable for us either',
      );
      expect(await made('shadow')).not.toBe(shadow);
    } finally {
      await rm(secrets, { recursive: true });
    }
  });

  test('services of the machine cannot be reached through their sockets', async (context) => {
    if (!holds()) return;
    const path = join(process.env['XDG_RUNTIME_DIR'] ?? '/run', `l7build-${String(process.pid)}`);
    const server = createServer((socket) => socket.end('reached'));
    const listens = await new Promise<boolean>((done) => {
      server.once('error', () => {
        done(false);
      });
      server.listen(path, () => {
        done(true);
      });
    });
    if (!listens) context.skip('no socket can be made here');
    const connect = `use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => "${path}"); print <$s> if $s`;
    await bench().run(`perl -e '${connect}' > got; true`);
    server.close();
    expect(await made('got')).toBe('');
  });

  test('other processes can be neither seen nor ended', async () => {
    if (!holds()) return;
    const marker = `l7build${String(Date.now())}`;
    const other = spawn('sh', ['-c', `sleep 64; : ${marker}`]);
    try {
      const pattern = `[l]${marker.slice(1)}`;
      await bench().run(
        `grep -l '${pattern}' /proc/[0-9]*/cmdline > seen; kill -9 ${String(other.pid)}; true`,
      );
      expect(await made('seen')).toBe('');
      expect(other.exitCode ?? other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });

  test('the user is none with powers', async () => {
    if (bench().runtime.confinement.user !== 'unprivileged') return;
    await bench().run('grep -E "^(Cap|NoNewPrivs)" /proc/self/status > powers; id -u > user');
    const powers = Object.fromEntries(
      (await made('powers')).split('\n').map((line) => line.split(/:\s*/) as [string, string]),
    );
    expect(powers).toMatchObject({ CapEff: '0000000000000000', NoNewPrivs: '1' });
    if (holds()) expect(await made('user')).not.toBe('0\n');
  });
}
