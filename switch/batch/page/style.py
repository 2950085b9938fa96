"""The style sheet of the report: light and dark, wide and narrow, and fit to be printed. Without it the tables read as well."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6875; --paper: #ffffff; --card: #f6f8fa; --rule: #d8dee4;
  --bar: #2f6f9f; --below: #b4552d; --part: #174a70; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa7b4; --paper: #10161c; --card: #182028;
  --rule: #2d3742; --bar: #5aa2d6; --below: #e08a5f; --part: #9ccdf0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main > .tiles { margin-top: 1rem; }
header p { margin: 0; color: var(--soft); }
h1 { margin: .1rem 0 .2rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.2rem 0 .8rem; font-size: 1.35rem; border-bottom: 2px solid var(--ink); padding-bottom: .2rem; }
h3 { margin: 0 0 .8rem; font-size: 1.1rem; }
section { margin: 1.2rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 0; }
.tiles div { padding: .7rem .8rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles small { font-weight: 400; font-size: .8rem; color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .3rem .6rem .3rem 0; text-align: left; border-bottom: 1px solid var(--rule); vertical-align: top; }
th[scope=row] { font-weight: 500; } .t { white-space: nowrap; }
thead th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; padding-left: .6rem; }
tr > :last-child { padding-right: 0; }
svg { display: block; margin: 0 0 .8rem; overflow: visible; font-size: 12px; fill: var(--ink); }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .scale { fill: var(--soft); font-size: 11px; }
svg .bar { fill: var(--bar); } svg .below { fill: var(--below); } svg .part { fill: var(--part); }
svg .narrow { display: none; }
svg .tick { text-anchor: middle; fill: var(--soft); } svg .value { text-anchor: end; }
.note, footer { color: var(--soft); font-size: .85rem; } .note { margin: 0 0 .8rem; }
@media (max-width: 30rem) { body { padding: 1rem .6rem 2rem; font-size: 15px; } section { padding: .8rem .7rem; }
  h1 { font-size: 1.5rem; } .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; } .tiles dd { font-size: 1rem; }
  svg { font-size: 11px; } svg .narrow { display: inline; } svg text.wide { display: none; } }
@media print { body { max-width: none; font-size: 11px; } section { break-inside: avoid; background: none; }
  .wide { overflow: visible; } }
"""
