"""A statement of 132 columns on a narrower terminal: each of its lines on two or three, broken between columns."""

from __future__ import annotations

import re
from typing import Final

from switch.cli.console.screen import broken

RULE: Final = re.compile("-{20,}")
_GAP: Final = re.compile(r"\s{4,}")
GAP_MIN: Final = 30  #: blanks between what stands to the left of a page and what stands to the right


def folded(text: str, width: int) -> str:
    """The text with no line longer than ``width``; as it is where it fits."""
    lines = text.splitlines()
    if max(map(len, lines), default=0) <= width:
        return text
    rules = [place for place, line in enumerate(lines) if RULE.fullmatch(line)]
    if len(rules) < 2:
        return "".join(f"{part}\n" for line in lines for part in broken(line, width))
    end = next((place for place in range(rules[1], len(lines)) if not lines[place]), len(lines))
    breaks = _breaks([*lines[rules[0] - 1 : rules[0]], *lines[rules[0] + 1 : rules[1]]], width)
    shown: list[str] = []
    for place, line in enumerate(lines):
        if RULE.fullmatch(line):
            shown.append(line[:width])
        elif rules[0] - 1 <= place < end and len(line) > width:
            shown += _cut(line, breaks, width)
        else:
            shown += _in_two(line, width)
    return "".join(f"{line.rstrip()}\n" for line in shown)


def _breaks(table: list[str], width: int) -> list[int]:
    """Where lines of the table may be broken so that each part fits: columns that are blank in all of them."""
    longest = max(map(len, table))
    blank = [place for place in range(longest) if all(line[place : place + 1].strip() == "" for line in table)]
    breaks = [0]
    while longest - breaks[-1] > width:
        fitting = [place for place in blank if breaks[-1] < place <= breaks[-1] + width]
        breaks.append(fitting[-1] if fitting else breaks[-1] + width)
    return breaks


def _cut(line: str, breaks: list[int], width: int) -> list[str]:
    """The parts of a line of the table; those behind the first stand to the right."""
    first, *rest = [line[start:end].strip() for start, end in zip(breaks, [*breaks[1:], len(line)], strict=True)]
    return [part for part in (first, *(f"{part:>{width}}" for part in rest)) if part.strip()]


def _in_two(line: str, width: int) -> list[str]:
    """A line of the head or the foot: left and right part nearer to each other, or one below the other."""
    if len(line) <= width:
        return [line]
    found = _GAP.search(line)
    if found is None:
        return broken(line, width)
    left, gap, right = line[: found.start()], found[0], " ".join(line[found.end() :].split())
    if len(gap) < GAP_MIN:
        return broken(f"{left}  {right}".rstrip(), width)
    if len(left) + 2 + len(right) <= width:
        return [f"{left}{right:>{width - len(left)}}"]
    return [*broken(left, width), f"{right:>{width}}"]
