// SPDX-License-Identifier: GPL-2.0-only

/** How the page looks, by day and by night. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1d2129; --dim: #5d6675; --line: #dde1e8; --code: #f2f4f7;
  --accent: #1f5fbf; --accent-soft: #e3edfb; --good: #17703a; --good-soft: #e2f3e8; --bad: #b3261e; --bad-soft: #fbe6e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --card: #1c2027; --ink: #e4e7ec; --dim: #98a2b3; --line: #333a45; --code: #15181d;
    --accent: #7fb0f5; --accent-soft: #223350; --good: #6fcf8f; --good-soft: #1c3626; --bad: #f28b82; --bad-soft: #44211f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.15rem; margin: 0 0 .2rem; }
h3 { font-size: .8rem; margin: 1.4rem 0 .4rem; color: var(--dim); font-weight: 600; }
h2 a { color: inherit; text-decoration: none; }
p { margin: .3rem 0; max-width: 46rem; }
a { color: var(--accent); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.25rem; margin: 1rem 0; }
code, pre, .commands, .count { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: .85rem; }
pre { background: var(--code); border-radius: 6px; padding: .7rem .9rem; margin: .3rem 0; overflow-x: auto; max-height: 24rem; }
.dim, figcaption { color: var(--dim); }
.dim { font-size: .87rem; }
figcaption { font-size: .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
tr:last-child td, tr:last-child th { border-bottom: 0; }
thead th { color: var(--dim); font-weight: 600; font-size: .8rem; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.cell { display: inline-block; border-radius: 5px; padding: .05rem .5rem; white-space: nowrap; text-decoration: none; }
.good { color: var(--good); } .bad { color: var(--bad); }
.cell.good { background: var(--good-soft); } .cell.bad { background: var(--bad-soft); font-weight: 600; }
.cell.none { color: var(--dim); border: 1px dashed var(--line); }
.failure { border-color: var(--bad); }
.commands { margin: .4rem 0 0; padding: .7rem .9rem .7rem 2.9rem; background: var(--code); border-radius: 6px; overflow-x: auto; }
.commands li { padding: .08rem 0 .08rem .5rem; border-left: 3px solid transparent; }
.commands li::marker { color: var(--dim); font-size: .75rem; }
.commands .rule { border-left-color: var(--accent); }
.commands code { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 1em; }
.commands code::before { content: attr(data-host) '# '; color: var(--dim); }
.legend { margin-left: .6rem; border-left: 3px solid var(--accent); padding-left: .4rem; }
details { border-top: 1px solid var(--line); margin-top: .9rem; padding-top: .7rem; }
details details { border: 0; margin: .2rem 0; padding: 0; }
summary { cursor: pointer; }
.trial { scroll-margin-top: 3.5rem; }
summary .cell { margin-left: .4rem; }
figure { margin: .3rem 0; }
svg { display: block; width: 100%; height: auto; }
.way { overflow-x: auto; }
.way svg { min-width: 44rem; }
.curve { max-width: 34rem; }
svg text { fill: var(--ink); font-size: 13px; }
svg .chain { font-weight: 600; font-size: 12px; letter-spacing: .03em; }
svg .end { text-anchor: end; } svg .mid { text-anchor: middle; }
svg .box { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg .pill { fill: var(--code); stroke: var(--line); }
svg .row rect { fill: none; } svg .ruled rect { fill: var(--accent-soft); } svg .ruled text { font-weight: 600; } svg .ruled .end { font-weight: 400; }
svg .row text { fill: var(--dim); }
svg .ruled .gone, svg .gone { fill: var(--bad); }
svg .arrow { fill: var(--line); } svg .arrow.on { fill: var(--accent); }
svg .shaft { stroke: var(--line); stroke-width: 2; } svg .on .shaft { stroke: var(--accent); }
svg .axis { fill: none; stroke: var(--line); } svg .stairs { fill: none; stroke: var(--accent); stroke-width: 2; }
svg .curve text, .curve svg text { font-size: 12px; fill: var(--dim); }
@media print { body { background: none; } section { break-inside: avoid; } }
`;
