"""Charts as inline SVG: columns over time, and bars. Widths are per cents and heights pixels, so that text keeps its size on a
narrow screen. Every chart has the same figures in a table beside it, and says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from switch.record import frozen

COLUMNS_HEIGHT: Final = 180  #: pixels of the tallest column
BAR_HEIGHT: Final = 26  #: pixels from one bar to the next
SCALE_PERCENT: Final = 9  #: of the width, for the scale of columns
LABEL_PERCENT: Final = 34  #: of the width, for the labels of bars
LINES: Final = 4  #: of the grid
LABELS_MAX: Final = 8  #: below columns: on a phone more would run into each other
#: Letters of a label beside a bar, on a wide screen and on a phone of 360 pixels; the style sheet shows one of the two.
LABEL_LETTERS_MAX: Final = {"wide": 36, "narrow": 14}


@frozen(kw_only=True)
class ChartBar:
    """One column or bar: its label, its value, the value in words, and the part of it that is told apart (foreign cards)."""

    label: str
    value: int
    shown: str
    part: int = 0


def nice_top(value: int) -> int:
    """The top of a scale with four steps: a round number, not below the value.

    >>> [nice_top(value) for value in (0, 7, 12, 23, 26, 401_000)]
    [1, 8, 12, 24, 32, 600000]
    """
    if value <= 0:
        return 1
    power = 1
    while power * 10 <= value:
        power *= 10
    for tenths in (10, 12, 16, 20, 24, 32, 40, 60, 80, 100):
        top = -(-power * tenths // 10)
        if top >= value:
            return top
    return power * 10


def columns(bars: Sequence[ChartBar], *, says: str, scale: Sequence[str]) -> str:
    """Columns from left to right. ``says`` is what the chart shows, in words; ``scale`` has the labels of the grid, the lowest
    first."""
    top = nice_top(max((bar.value for bar in bars), default=0))
    head, foot = 16, 22
    out = [_opened(head + COLUMNS_HEIGHT + foot, says)]
    for number in range(LINES + 1):
        y = head + COLUMNS_HEIGHT - number * COLUMNS_HEIGHT // LINES
        out.append(f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
        if number:
            out.append(f'<text class="scale" x="0" y="{y - 3}">{escape(scale[number])}</text>')
    step = (100 - SCALE_PERCENT) / max(len(bars), 1)
    every = -(-len(bars) // LABELS_MAX)
    for place, bar in enumerate(bars):
        tall = COLUMNS_HEIGHT * max(bar.value, 0) // top
        if bar.value > 0:
            out.append(
                f'<rect class="bar" x="{SCALE_PERCENT + (place + 0.14) * step:.2f}%" width="{step * 0.72:.2f}%" '
                f'y="{head + COLUMNS_HEIGHT - max(tall, 1)}" height="{max(tall, 1)}" rx="2">'
                f"<title>{escape(bar.label)}: {escape(bar.shown)}</title></rect>"
            )
        if place % every == 0:
            x = f"{SCALE_PERCENT + (place + 0.5) * step:.2f}%"
            out.append(f'<text class="tick" x="{x}" y="{head + COLUMNS_HEIGHT + 16}">{escape(bar.label)}</text>')
    return "".join([*out, "</svg>"])


def scale_values(bars: Sequence[ChartBar]) -> list[int]:
    """What stands at the lines of the grid of columns, the lowest first."""
    top = nice_top(max((bar.value for bar in bars), default=0))
    return [top * number // LINES for number in range(LINES + 1)]


def row_bars(bars: Sequence[ChartBar], *, says: str) -> str:
    """Bars below each other, each with its label at the left and its value at its end; values below zero go to the left of the
    line in the middle."""
    most = max((abs(bar.value) for bar in bars), default=0) or 1
    signed = any(bar.value < 0 for bar in bars)
    room = 100 - LABEL_PERCENT - 24  # the rest is for the value
    zero, unit = (LABEL_PERCENT + room / 2, room / 2 / most) if signed else (LABEL_PERCENT, room / most)
    out = [_opened(BAR_HEIGHT * len(bars) + 4, says)]
    for place, bar in enumerate(bars):
        y = BAR_HEIGHT * place + 4
        wide = abs(bar.value) * unit
        x = zero - wide if bar.value < 0 else zero
        for kind, letters_max in LABEL_LETTERS_MAX.items():
            short = bar.label if len(bar.label) <= letters_max else f"{bar.label[: letters_max - 1]}…"
            out.append(f'<text class="{kind}" x="0" y="{y + 14}">{escape(short)}<title>{escape(bar.label)}</title></text>')
        kind = "bar below" if bar.value < 0 else "bar"
        out.append(
            f'<rect class="{kind}" x="{x:.2f}%" width="{max(wide, 0.2):.2f}%" y="{y}" height="18" rx="2">'
            f"<title>{escape(bar.label)}: {escape(bar.shown)}</title></rect>"
        )
        if 0 < bar.part <= abs(bar.value):
            out.append(f'<rect class="part" x="{x:.2f}%" width="{bar.part * unit:.2f}%" y="{y}" height="18" rx="2"/>')
        out.append(f'<text class="value" x="100%" y="{y + 14}">{escape(bar.shown)}</text>')
    return "".join([*out, "</svg>"])


def _opened(height: int, says: str) -> str:
    return f'<svg role="img" width="100%" height="{height}" aria-label="{escape(says)}"><title>{escape(says)}</title>'
