"""What a plain purchase costs the switch in instructions, by the dialects of its two lines: ``python -m bench.dialects``.

Runs ``bench.in_process`` under valgrind for each pair, and writes ``bench/dialects.md``. It takes some minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from bench.instructions import instructions

RESULTS: Final = Path(__file__).parent / "dialects.md"
#: Dialects of acquirer and issuer -> thousands of instructions that this program counted before such messages were judged by
#: one expression and converted a stretch at a time (revision 96e36b45).
BEFORE: Final = {
    ("ascii", "ascii"): 257,
    ("ascii", "bcd"): 310,
    ("ascii", "ebcdic"): 301,
    ("ascii", "ebcdic_bcd"): 323,
    ("bcd", "ascii"): 305,
    ("bcd", "bcd"): 294,
}
NOTE: Final = """\
Written by `python -m bench.dialects`: instructions of the switch for one plain purchase as valgrind counts them, in thousands,
without the system's share: read, judged, routed, forwarded, answered, and written to the journal. They are the same on a busy
machine and on a quiet one. Before: at revision 96e36b45."""


def main() -> int:
    lines = ["| acquirer | issuer | before | now | ratio |", "|---|---|---|---|---|"]
    for (acquirer, issuer), before in BEFORE.items():
        now = instructions(f"plain/{acquirer}/{issuer}", "switch") / 1_000
        lines.append(f"| {acquirer} | {issuer} | {before} | {now:.0f} | {now / before:.2f} |")
        print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(["# Dialects", "", NOTE, "", *lines, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
