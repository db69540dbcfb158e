// SPDX-License-Identifier: GPL-2.0-only
import type { Passed } from './counted.js';
import { html, type Markup } from './html.js';

/** Where a chain's box stands in the picture, and its tables in the order in which the kernel asks them. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly tables: readonly string[];
}

/** netfilter's hooks; the tables by their priorities (linux/netfilter_ipv4.h). */
const CHAINS: Readonly<Record<string, Place>> = {
  PREROUTING: { x: 44, y: 8, tables: ['raw', 'mangle', 'nat'] },
  FORWARD: { x: 428, y: 8, tables: ['mangle', 'filter'] },
  POSTROUTING: { x: 796, y: 8, tables: ['mangle', 'nat'] },
  INPUT: { x: 236, y: 156, tables: ['mangle', 'filter', 'nat'] },
  OUTPUT: { x: 796, y: 132, tables: ['raw', 'mangle', 'nat', 'filter'] },
};

const WIDTH = 200;
const HEAD = 24;
const ROW = 22;

/** An arrow, lit when packets came to the chain that it is named after, or left it. */
interface Arrow {
  readonly chain: string;
  readonly when: 'came' | 'left';
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
}

const ARROWS: readonly Arrow[] = [
  { chain: 'PREROUTING', when: 'came', from: [6, 52], to: [44, 52] },
  { chain: 'PREROUTING', when: 'left', from: [244, 52], to: [288, 52] },
  { chain: 'FORWARD', when: 'came', from: [376, 52], to: [428, 52] },
  { chain: 'FORWARD', when: 'left', from: [628, 52], to: [796, 52] },
  { chain: 'POSTROUTING', when: 'left', from: [996, 52], to: [1034, 52] },
  { chain: 'INPUT', when: 'came', from: [332, 66], to: [332, 156] },
  { chain: 'INPUT', when: 'left', from: [436, 202], to: [504, 202] },
  { chain: 'OUTPUT', when: 'came', from: [660, 202], to: [796, 202] },
  { chain: 'OUTPUT', when: 'left', from: [896, 132], to: [896, 76] },
];

/**
 * A packet's way through the tables and chains of a host, as netfilter has them, with what each has counted. Chains of the
 * user's own are not in it.
 */
export function way(host: string, passed: readonly Passed[]): Markup {
  const of = (chain: string): readonly Passed[] => passed.filter((one) => one.chain === chain);
  return html`<figure class="way">
    <svg
      viewBox="0 0 1036 258"
      role="img"
      aria-label="What the tables and chains of ${host} counted"
    >
      ${ARROWS.map((one) => arrow(one, lit(of(one.chain), one.when)))}
      ${pill(288, 38, 88, 'routing')} ${pill(504, 188, 156, `processes of ${host}`)}
      ${Object.entries(CHAINS).map(([chain, place]) => box(chain, place, of(chain)))}
    </svg>
    <figcaption>
      Packets that ${host} counted in each table of each chain, from the first step to the last. The
      table nat is asked for the first packet of a connection only.
    </figcaption>
  </figure>`;
}

/** What came to a chain, or left it alive, was counted in some table of it. */
function lit(tables: readonly Passed[], when: 'came' | 'left'): boolean {
  if (when === 'came') return tables.some(({ ended, onRules }) => ended + onRules > 0);
  const alive = ({ ended, onRules, stopped }: Passed): number => ended + onRules - stopped;
  const asked = tables.filter(({ table }) => table !== 'nat');
  return asked.length > 0 && asked.every((one) => alive(one) > 0);
}

/** The tip is part of the path: marks that paths share are gone where the first of them is folded away. */
function arrow({ from: [fromX, fromY], to: [x, y] }: Arrow, on: boolean): Markup {
  const [backX, backY] = [Math.sign(fromX - x) * 9, Math.sign(fromY - y) * 9];
  const [sideX, sideY] = [backY / 2, backX / 2];
  const sides = [backX - sideX, backY - sideY, 2 * sideX, 2 * sideY].join(' ');
  return html`<g class="${on ? 'arrow on' : 'arrow'}">
    <path class="shaft" d="M${fromX} ${fromY}L${x + backX} ${y + backY}" />
    <path d="M${x} ${y}l${sides}z" />
  </g>`;
}

function pill(x: number, y: number, width: number, text: string): Markup {
  return html`<rect class="pill" x="${x}" y="${y}" width="${width}" height="28" rx="14" />
    <text class="mid" x="${x + width / 2}" y="${y + 18}">${text}</text>`;
}

function box(chain: string, { x, y, tables }: Place, passed: readonly Passed[]): Markup {
  const height = HEAD + tables.length * ROW;
  const rows = tables.map((table, index) => {
    const found = passed.find((one) => one.table === table);
    return row(table, found, x, y + HEAD + index * ROW);
  });
  return html`<g>
    <rect class="box" x="${x}" y="${y}" width="${WIDTH}" height="${height}" rx="5" />
    <text class="chain" x="${x + 10}" y="${y + 17}">${chain}</text>
    ${rows}
  </g>`;
}

function row(table: string, found: Passed | undefined, x: number, y: number): Markup {
  const ruled = found !== undefined && found.rules > 0;
  return html`<g class="${ruled ? 'ruled' : 'row'}">
    <rect x="${x + 1}" y="${y}" width="${WIDTH - 2}" height="${ROW - 1}" />
    <text x="${x + 10}" y="${y + 15}">${table}</text>
    <text class="end" x="${x + WIDTH - 10}" y="${y + 15}"
      >${found === undefined ? '–' : counted(found)}</text
    >
  </g>`;
}

function counted({ rules, ended, onRules, stopped }: Passed): Markup {
  const gone = stopped === 0 ? '' : html`<tspan class="gone"> ✕ ${stopped}</tspan>`;
  if (rules === 0) return html`${ended}${gone}`;
  return html`${rules} ${rules === 1 ? 'rule' : 'rules'}: ${onRules}${gone}`;
}
