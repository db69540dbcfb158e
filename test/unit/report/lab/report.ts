// SPDX-License-Identifier: GPL-2.0-only
import type { CountedChain, LabReport, ReportedTrial } from '../../../../src/model/lab-report.js';

/** What a guest may print to do harm: to a page, to a document of XML, to a terminal. */
export const HOSTILE = `</pre><script>alert(1)</script>" onload='x' & \u001B[2J\u0000\u202E`;

const input = (packets: number, rule: number): CountedChain => ({
  ...{ table: 'filter', chain: 'INPUT', policy: 'ACCEPT', packets, bytes: packets * 84 },
  rules: [{ rule: '-p icmp -m limit --limit 2/s -j ACCEPT', packets: rule, bytes: rule * 84 }],
});

export const PASSED: ReportedTrial = {
  kernel: '6.1',
  backend: 'nft',
  right: true,
  result: {
    ...{ id: 'flood', title: 'A flood', variant: 'nft', outcome: 'passed', ms: 5300 },
    ...{ expected: 'replies: 1 to 3', observed: 'replies: 3' },
  },
  steps: [
    { step: 0, ms: 120, exitCode: 0, output: '', observations: [] },
    {
      ...{ step: 1, ms: 5100, exitCode: 0 },
      output:
        'seq=0 ttl=64\nseq=1 ttl=64\nseq=40 ttl=64\n50 packets transmitted, 3 packets received',
      observations: [{ expected: 'replies: 1 to 3', observed: 'replies: 3', met: true }],
    },
  ],
  counters: [
    { host: 'gate', chains: [{ ...input(0, 0), rules: [] }] },
    { host: 'gate', after: 1, chains: [input(47, 3)] },
  ],
  captures: [{ link: 'lan', file: 'captures/6.1-flood-nft-lan.pcap' }],
};

/** Failed by words of a guest that mean harm. */
export const FAILED: ReportedTrial = {
  ...PASSED,
  backend: 'legacy',
  right: false,
  result: {
    ...{ id: 'flood', title: 'A flood', variant: 'legacy', outcome: 'failed', ms: 90 },
    ...{ expected: 'gate: limit', observed: `gate: limit: ${HOSTILE}` },
  },
  steps: [
    {
      ...{ step: 0, ms: 80, exitCode: 2, output: HOSTILE },
      observations: [{ expected: 'gate: limit', observed: `gate: limit: ${HOSTILE}`, met: false }],
    },
  ],
  counters: [
    {
      host: 'gate',
      chains: [{ ...input(0, 0), rules: [{ rule: HOSTILE, packets: 1, bytes: 2 }] }],
    },
  ],
  captures: [],
};

export const SKIPPED: ReportedTrial = {
  ...PASSED,
  kernel: '2.6.32',
  result: {
    ...{ id: 'flood', title: 'A flood', variant: 'nft', outcome: 'not-applicable', ms: 0 },
    ...{ expected: '', observed: 'iptables 1.4.21 has no nft' },
  },
  steps: [],
  counters: [],
  captures: [],
};

export const REPORT: LabReport = {
  schema: 2,
  tool: 'l7build 0.1.0',
  mode: 'module',
  withoutRules: false,
  started: '2026-01-02T03:04:05.000Z',
  ended: '2026-01-02T03:05:05.000Z',
  ms: 60_000,
  exitCode: 4,
  exercises: [
    {
      name: 'flood',
      summary: 'A flood of pings',
      teaches: 'A limit is a bucket.',
      topology: 'pair',
      steps: [
        { kind: 'rule', host: 'gate', command: 'iptables -A INPUT -p icmp -m limit -j ACCEPT' },
        { kind: 'run', host: 'leaf', command: "ping -i 0.01 -w 5 'gate' >/dev/null && echo <ok>" },
      ],
    },
  ],
  labs: [
    {
      ...{ kernel: '6.1', topology: 'pair', accelerator: 'tcg', ms: 50_000 },
      hosts: [
        {
          ...{ name: 'gate', addresses: ['10.0.0.1 on lan'], bootMs: 4000 },
          ...{ kernel: '6.1', release: '6.1.0', iptables: '1.8.9' },
          ...{ clock: { rate: 1.0004, verdict: 'right' }, complaints: [] },
        },
        {
          ...{ name: 'leaf', addresses: ['10.0.0.2 on lan'], bootMs: 4100, complaints: [HOSTILE] },
          ...{ kernel: '2.6.32', release: '2.6.32.71', iptables: '1.4.21' },
        },
      ],
    },
  ],
  trials: [PASSED, FAILED, SKIPPED],
  reproduce: 'l7build lab run flood --kernel 6.1 --kernel 2.6.32 --mode module',
};
