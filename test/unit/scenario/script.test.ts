// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { escaped, quoted } from '../../../src/host/shell-words.js';
import type { Check } from '../../../src/model/scenario.js';
import { checkScript, runsAlone } from '../../../src/scenario/script.js';

const VARIANT = { backend: 'legacy', family: 'ipv4' } as const;
const PATIENCE = { patienceMs: 1500 };

const CHECK: Check = {
  id: 'one',
  title: 'A claim',
  sysctls: {},
  rules: [
    { name: 'a', chain: 'INPUT', text: '-m layer7 --l7proto http' },
    { name: 'b', chain: 'MINE', text: '' },
  ],
  traffic: [
    { kind: 'http', name: 'page', port: 8080 },
    {
      kind: 'talk',
      name: 'chat',
      port: 99,
      turns: [
        { from: 'client', bytes: "it's \x13\0\n" },
        { from: 'server', bytes: "don't 100% $(reboot)\r\n" },
      ],
    },
  ],
  expect: [
    { kind: 'exchange', exchange: 'page', outcome: 'completed' },
    { kind: 'exchange', exchange: 'chat', outcome: 'stalled' },
    { kind: 'count', rule: 'a', packets: 'some' },
  ],
};

/** Runs a script with busybox, as the guest does, whatever it ends with. */
function busybox(script: string, cwd: string, input = ''): string {
  const bytes = Buffer.from(input, 'latin1');
  return spawnSync('busybox', ['sh', '-c', script], { cwd, input: bytes, encoding: 'latin1' })
    .stdout;
}

describe('checkScript', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'script-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('loads the rules, starts the traffic, and waits for what has to end before what must not', () => {
    const lines = checkScript(CHECK, VARIANT, PATIENCE).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '[ "$1" ] || exec unshare -n sh "$0" inside',
      'backend=legacy family=ipv4',
      '. /lib/traffic',
    ]);
    expect(lines.slice(lines.indexOf("load <<'rules'"))).toEqual([
      "load <<'rules'",
      '*filter',
      ':MINE - [0:0]',
      '-A INPUT -m layer7 --l7proto http',
      '-A MINE',
      'COMMIT',
      'rules',
      'http page 8080',
      'talk chat 99',
      'await 1 15',
      'await 1 1.500',
      'counters',
      '',
    ]);
  });

  it('adds what restored and reloaded take', () => {
    const check: Check = {
      ...CHECK,
      traffic: [],
      expect: [{ kind: 'restored' }, { kind: 'reloaded', module: 'xt_layer7' }],
    };
    const lines = checkScript(check, VARIANT, PATIENCE).split('\n');
    expect(lines.some((line) => line.startsWith('await'))).toBe(false);
    const end = lines.slice(lines.indexOf('restore'));
    expect(end.slice(0, 3)).toEqual(['restore', 'reload xt_layer7', "load <<'rules'"]);
    expect(lines).not.toContain('counters');
    expect(runsAlone(check)).toBe(true);
    expect(runsAlone(CHECK)).toBe(false);
  });

  function linesOf(change: Partial<Check>): string[] {
    return checkScript({ ...CHECK, ...change }, VARIANT, PATIENCE).split('\n');
  }

  it('loads each table in one restore', () => {
    const lines = linesOf({
      rules: [
        { name: 'n', table: 'nat', chain: 'OUTPUT', text: '-j REDIRECT' },
        ...CHECK.rules,
        { name: 'r', table: 'raw', chain: 'PREROUTING', text: '-j CT' },
      ],
    });
    const start = lines.indexOf("load <<'rules'");
    expect(lines.slice(start + 1, lines.indexOf('rules'))).toEqual([
      ...['*filter', ':MINE - [0:0]', '-A INPUT -m layer7 --l7proto http', '-A MINE', 'COMMIT'],
      ...['*raw', '-A PREROUTING -j CT', 'COMMIT'],
      ...['*nat', '-A OUTPUT -j REDIRECT', 'COMMIT'],
    ]);
  });

  it('starts an exchange when those before it are through', () => {
    const lines = linesOf({
      traffic: [
        { kind: 'http', name: 'page', port: 80, via: 81 },
        { kind: 'ping', name: 'echo', size: 99, fill: '61' },
        { kind: 'http', name: 'last', port: 82, after: 'page' },
        ...CHECK.traffic.slice(1),
      ],
    });
    expect(lines.slice(lines.indexOf('rules') + 1)).toEqual([
      'http page 80 81',
      'echoes echo 99 61',
      'await 2 15',
      'http last 82',
      'talk chat 99',
      'await 1 15',
      'await 1 1.500',
      'counters',
      '',
    ]);
  });

  it('prepares the namespace before the rules, and asks for what is expected in the end', () => {
    const lines = linesOf({
      userNamespace: true,
      numPackets: 3,
      mtu: 1280,
      patterns: { aaa: 'it has $' },
      bulk: 600,
      hostile: { offered: 9, patterns: ["it's", 'b'] },
      traffic: [],
      expect: [
        { kind: 'number', name: 'x', value: 1 },
        { kind: 'verdict', exchange: 'page', protocol: 'http' },
        { kind: 'monitored' },
      ],
    });
    expect(lines.slice(0, lines.indexOf("load <<'rules'"))).toEqual([
      '[ "$1" ] || exec unshare -Ur -n sh "$0" inside',
      'backend=legacy family=ipv4',
      '. /lib/traffic',
      'ip link set lo mtu 1280',
      'echo 3 >/proc/net/layer7_numpackets',
      "define one aaa 'it has $'",
      'watch',
    ]);
    expect(lines.slice(lines.indexOf('rules') + 1)).toEqual([
      ...['bulk 600', String.raw`hostile 9 'it'\''s' 'b'`, 'numbers', 'verdicts', 'watched', ''],
    ]);
  });

  it('plays samples behind a rule for each definition, and then asks what they were told as', () => {
    const lines = linesOf({
      allDefinitions: true,
      samples: { folder: 'recipes/samples', all: [] },
      traffic: [],
      expect: [{ kind: 'told' }],
    });
    expect(lines.slice(lines.indexOf('rules') + 1)).toEqual([
      'bulk $(ls /etc/l7-protocols/*.pat | wc -l)',
      "chroot /peers /usr/bin/perl -w /bin/peers '/recipes/samples' $family 10 || exit",
      'verdicts',
      '',
    ]);
  });

  it('says segments one by one', () => {
    const turns = [{ from: 'server', bytes: 'SSH-2.0', cuts: [2, 5] }] as const;
    const text = linesOf({ traffic: [{ kind: 'talk', name: 'chat', port: 99, turns }] }).join('\n');
    busybox(`sides=; ${/^printf .*?>chat\.server$/ms.exec(text)?.[0] ?? ''}`, folder);
    expect(readFileSync(join(folder, 'chat.server'), 'utf8').trim().split('\n')).toEqual([
      "say 'SS'",
      "say 'H-2'",
      "say '.0'",
    ]);
  });

  it('makes two sides that say and hear exactly the bytes, and tell the end once', () => {
    const files = checkScript(CHECK, VARIANT, PATIENCE)
      .split('\nload ')[0]
      ?.slice('[ "$1" ] || exec unshare -n sh "$0" inside\n'.length)
      .replace('. /lib/traffic', readTraffic());
    busybox(files ?? '', folder);
    const said = busybox('exec 9>told; sh chat.client', folder, "don't 100% $(reboot)\r\n");
    expect(said).toBe("it's \x13\0\n");
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('chat\n');
    const answer = busybox('exec 9>told; sh chat.server', folder, said);
    expect(answer).toBe("don't 100% $(reboot)\r\n");
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('');
    // Other bytes, or too few, are no end.
    busybox('exec 9>told; sh chat.client', folder, "don't 100% $(reboot)\n");
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('');
    expect(busybox('exec 9>told; sh chat.server', folder, said.slice(1))).toBe('');
  });

  it.each([
    ['legacy', ['iptables-legacy', 'iptables-legacy-restore --wait'], 'iptables-legacy -w\n'],
    ['nft', ['iptables-nft', 'iptables-nft-restore --wait', 'iptables'], 'iptables-nft -w\n'],
    // As before 1.8: no word for the back end, and a lock that nobody can wait for, or none.
    ['legacy', ['iptables', 'iptables-restore --table'], 'iptables\n'],
    ['nft', ['iptables', 'iptables-restore --table'], 'iptables-nft\n'],
  ])(
    'calls the programs of %s by the names and with the words that they have',
    (back, all, said) => {
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      for (const [name = '', help = ''] of all.map((each) => each.split(' '))) {
        writeFileSync(join(bin, name), `#!/bin/sh\necho "  [ ${help}=N ]" >&2\nexit 1\n`, {
          mode: 0o755,
        });
      }
      const start = `PATH=${bin} backend=${back} tables=iptables-${back}\n`;
      const names = slice('# Before 1.8', '\ndir=');
      expect(busybox(`${start}${names}\necho $tables $patience`, folder)).toBe(said);
    },
  );

  /** Of guest/traffic, the part that needs no network namespace. */
  function readTraffic(): string {
    return `${slice("sides='", "'\n\n")}'`;
  }

  /** Of guest/traffic, what begins with a text and ends before another. */
  function slice(from: string, to: string): string {
    const text = readFileSync(join(import.meta.dirname, '../../../guest/traffic'), 'utf8');
    const start = text.indexOf(from);
    return text.slice(start, text.indexOf(to, start));
  }
});

describe('quoting', () => {
  it.each(["it's", '$(reboot) `x` "y" \\', "'''", 'a\nb', ''])('%j is one word', (text) => {
    expect(busybox(`printf '%s' ${quoted(text)}`, '/')).toBe(text);
  });

  it('gives every byte to printf', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    expect(busybox(`printf %b ${escaped(bytes)}`, '/')).toBe(bytes);
    expect(busybox(`printf %b ${escaped('\x011\\n%s')}`, '/')).toBe('\x011\\n%s');
  });
});
