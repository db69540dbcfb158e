// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { parsers } from 'prettier/plugins/html';
import { describe, expect, it } from 'vitest';
import { renderLabPage } from '../../../../src/report/lab/page.js';
import { FAILED, PASSED, REPORT } from './report.js';

interface Node {
  readonly name?: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string | null }[];
  readonly children?: readonly Node[];
}

/** All nodes of a page, by a parser that refuses what is not closed. */
async function nodesOf(page: string): Promise<Node[]> {
  const parse = parsers.html.parse as (text: string, options: object) => Promise<Node>;
  return all(await parse(page, { parser: 'html', originalText: page }));
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all)];
}

const elements = (nodes: readonly Node[], name: string): Node[] =>
  nodes.filter((node) => node.name === name);
const attribute = (node: Node | undefined, name: string): string | undefined =>
  node?.attrs?.find((one) => one.name === name)?.value ?? undefined;
const textOf = (node: Node): string =>
  (node.value ?? '') + (node.children ?? []).map(textOf).join('');
/** Its text with blanks as one, and without the markup's own. */
const words = (node: Node): string => textOf(node).replace(/\s+/g, ' ').trim();

describe('the page of a run', () => {
  it('shows each exercise with each kernel and back end, and why one is not applicable', async () => {
    const nodes = await nodesOf(renderLabPage(REPORT));
    const [overview] = elements(nodes, 'table');
    expect(elements(all(overview ?? {}), 'th').map(words)).toEqual([
      'Exercise',
      'Linux 6.1, nft',
      'Linux 6.1, legacy',
      'Linux 2.6.32, nft',
      'flood',
    ]);
    expect(elements(all(overview ?? {}), 'td').map(words)).toEqual([
      'passed in 5.3 s',
      'failed in 0.1 s',
      'not applicable',
    ]);
    expect(textOf(nodes[0] ?? {})).toContain('Not applicable: flood: iptables 1.4.21 has no nft');
    expect(words(elements(nodes, 'h1')[0] ?? {})).toBe('1 of 2 trials passed');
  });

  it('opens the trial that is wrong, and all that leads to a trial leads somewhere', async () => {
    const nodes = await nodesOf(renderLabPage(REPORT));
    const ids = nodes.flatMap((node) => attribute(node, 'id') ?? []);
    const targets = elements(nodes, 'a').map((a) => attribute(a, 'href') ?? '');
    expect(targets).toContain('#flood-6.1-legacy');
    for (const target of targets.filter((one) => one.startsWith('#'))) {
      expect(ids).toContain(target.slice(1));
    }
    const open = elements(nodes, 'details').filter((one) => attribute(one, 'open') !== undefined);
    const trials = open.flatMap(all).flatMap((node) => attribute(node, 'id') ?? []);
    expect(trials).toEqual(['flood-6.1-legacy']);
    expect(targets).toContain('captures/6.1-flood-nft-lan.pcap');
  });

  it('draws the way of packets with what was counted, and a curve of the answers', async () => {
    const nodes = await nodesOf(renderLabPage({ ...REPORT, trials: [PASSED] }));
    const pictures = elements(nodes, 'svg').map(words);
    expect(pictures).toHaveLength(2);
    expect(pictures[0]).toContain('50 requests');
    expect(pictures[1]).toMatch(/INPUT mangle – filter 1 rule: 3 nat –/);
  });

  it('names the kernel of each host', async () => {
    const nodes = await nodesOf(renderLabPage(REPORT));
    const rows = elements(nodes, 'tr').map(words);
    expect(rows).toContainEqual(
      expect.stringMatching(/ gate 6\.1 6\.1\.0, iptables 1\.8\.9 10\.0\.0\.1 on lan /),
    );
    expect(rows).toContainEqual(
      expect.stringMatching(/^leaf .* 2\.6\.32 2\.6\.32\.71, iptables 1\.4\.21 /),
    );
  });

  it('lets nothing that a guest has said become markup', async () => {
    const page = renderLabPage(REPORT);
    const nodes = await nodesOf(page);
    const tags = new Set(nodes.flatMap(({ name }) => name ?? []));
    expect([...tags].filter((tag) => /script|iframe|object|link|img|form/.test(tag))).toEqual([]);
    const names = new Set(nodes.flatMap(({ attrs = [] }) => attrs.map(({ name }) => name)));
    expect([...names].filter((name) => /^on|^style$|^src/.test(name))).toEqual([]);
    expect(page).not.toMatch(/[^\P{Cc}\n\t]|\u202E/u);
    const pres = elements(nodes, 'pre').map(textOf);
    expect(pres).toContain(
      '&#60;/pre&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#34; onload=&#39;x&#39; &#38; \\u{1b}[2J\\u{0}\\u{202e}',
    );
    const [typed] = elements(nodes, 'code').filter((code) => textOf(code).includes('ping'));
    expect(textOf(typed ?? {})).toBe(
      'ping -i 0.01 -w 5 &#39;gate&#39; &#62;/dev/null &#38;&#38; echo &#60;ok&#62;',
    );
  });

  it('asks for nothing, and its policy forbids all but its own style', async () => {
    const page = renderLabPage(REPORT);
    const nodes = await nodesOf(page);
    const policy = elements(nodes, 'meta').find(
      (meta) => attribute(meta, 'http-equiv') === 'Content-Security-Policy',
    );
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(attribute(policy, 'content')?.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/https?:|url\((?!#)|@import/);
  });

  it('tells of a run that went no further, and of one without rules', async () => {
    const message = 'node1 died <b>';
    const nodes = await nodesOf(
      renderLabPage({
        ...REPORT,
        withoutRules: true,
        failure: { reason: 'guest-died', message, details: ['qemu: gone'] },
        trials: [{ ...FAILED, right: true }],
        labs: [],
      }),
    );
    expect(words(elements(nodes, 'h1')[0] ?? {})).toBe(
      '1 of 1 trials failed without their rules, as they have to',
    );
    expect(textOf(nodes[0] ?? {})).toContain('node1 died &#60;b&#62;');
    expect(textOf(nodes[0] ?? {})).toContain('qemu: gone');
  });
});
