"""The code blocks of a page: found, compared with what they print, written anew.

A block is run unless a comment ``<!-- not run: reason -->`` stands above it. A ``text`` block below
``<!-- shown by: switch up -->`` is what the terminal of the running centre shows. A first line such as ``# client.py`` or
``# at the end of specs/centre.toml`` names the file that the block is.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from attrs import define, frozen

ROOT: Final = Path(__file__).parent.parent.parent
FENCE: Final = re.compile(r"^```(\w*)\s*$")
COMMENT: Final = re.compile(r"^<!-- (not run|shown by): (.+) -->$")
NAMED: Final = re.compile(r"^(?:#|--) (?P<end>at the end of )?(?P<name>[\w./-]+\.(?:py|toml|sh|db|csv))$")
ANY: Final = "…"

#: What differs from run to run, and what is compared in its place.
MASKS: Final = [
    (re.compile(pattern, re.MULTILINE), instead)
    for pattern, instead in (
        (r"\b\d{4}-\d\d-\d\d\b", "DATE"),
        (r"\b\d\d/\d\d/\d{4}\b", "DATE"),
        (r"(?<=\.)20\d{6}(?=\.)", "DATE"),  # in a Message-ID
        (r"\b\d\d/\d\d \d\d:\d\d\b", "TIME"),
        (r"\b\d\d:\d\d:\d\d(?:\.\d+)?", "TIME"),
        (r"\b\d+(?:\.\d+)? ms\b", "MS"),
        (r"\b\d+\.\d\d?\d? ?s\b", "SECONDS"),
        (r"(?<=127\.0\.0\.1:)\d+", "PORT"),
        (r"\((?:pid )?\d{2,7}\)", "(PID)"),
        (r"\b[1-9]\d{5}(?=\d{6}\b)", "RRN"),
        (r"\b[01]\d[0-3]\d{7}\b", "SENT-AT"),
        (r"(?<=approval code )\w{6}", "CODE"),
        (r"^(38  .*?  +)(?:an? )?\w{6}$", r"\1CODE"),
        (r"^((?:7|12|13|15)  .*?  +)\d{4,10}\b", r"\1AT"),
        (r"[0-9a-f]{24,}", "HEX"),
        (r"^(?:DATE TIME| ) +", ""),
        (r" {2,}", "  "),
        (r"-{3,}", "---"),
        (r" +$", ""),
        (r" +\[100%\]", ""),
    )
]
SIGN_ONS: Final = re.compile(r"^issuer up: .*(?:\nissuer up: .*)+", re.MULTILINE)  #: in the order in which the banks are quick


@frozen
class Block:
    """A fenced block; ``line`` is that of its first line in the page, from 1."""

    page: str
    line: int
    language: str
    lines: tuple[str, ...]
    not_run: str = ""
    shown_by: str = ""

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def file(self) -> tuple[str, bool] | None:
        """The file this block is, and whether it goes to its end."""
        found = NAMED.match(self.lines[0]) if self.lines else None
        return (found["name"], bool(found["end"])) if found else None


@define
class Command:
    """One command of a console block, and the output the page shows; ``at`` is the place of that in the block's lines."""

    text: str
    output: list[str]
    at: int


def blocks_of(page: Path) -> list[Block]:
    name, found = str(page.relative_to(ROOT)), list[Block]()
    lines, start, language = page.read_text(encoding="utf-8").splitlines(), 0, ""
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if fence is None:
            continue
        if not start:
            start, language = number, fence[1]
            continue
        above = COMMENT.match(lines[start - 2]) if start > 1 else None
        said = {above[1]: above[2]} if above else {}
        found.append(
            Block(
                name, start + 1, language, tuple(lines[start : number - 1]), said.get("not run", ""), said.get("shown by", "")
            )
        )
        start = 0
    return found


def commands_of(block: Block) -> list[Command]:
    """The commands of a console block; a line that ends with a backslash goes on in the next."""
    found = list[Command]()
    goes_on = False
    for place, line in enumerate(block.lines):
        if line.startswith("$ ") or goes_on:
            if goes_on:
                found[-1].text += "\n" + line
                found[-1].at = place + 1
            else:
                found.append(Command(line[2:], [], place + 1))
            goes_on = line.endswith("\\")
        elif found:
            found[-1].output.append(line)
    return found


def masked(text: str) -> str:
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return SIGN_ONS.sub(lambda found: "\n".join(sorted(found[0].split("\n"))), text.strip())


def agrees(expected: list[str], printed: str) -> bool:
    """Whether a page shows what was printed: ``…`` is any part of a line, or any lines; where lines wrap does not count."""
    parts = [" ".join(part.split()) for part in masked("\n".join(expected)).split(ANY)]
    return re.fullmatch(r" ?.*? ?".join(map(re.escape, parts)), " ".join(masked(printed).split())) is not None


def renewed(expected: list[str], printed: str) -> list[str]:
    """The output for the page: all of what was printed, or the lines that are most like those it has around its ``…``."""
    got = [line.rstrip() for line in printed.rstrip("\n").split("\n")]
    if not any(line.strip() == ANY for line in expected):
        return got
    chosen, begin = list[str](), 0
    for line in expected:
        if line.strip() == ANY:
            chosen.append(line)
            continue
        likeness = [
            (SequenceMatcher(None, masked(line), masked(each)).ratio(), -place) for place, each in enumerate(got[begin:])
        ]
        best, place = max(likeness, default=(0.0, 0))
        if best > 0.5:
            chosen.append(got[begin - place])
            begin += 1 - place
    return chosen


def with_outputs(page: Path, outputs: dict[tuple[int, int], list[str]]) -> str:
    """The text of the page with other outputs: (first line of the block, place of the output in it) -> lines."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for block in reversed(blocks_of(page)):
        for command in reversed(commands_of(block)):
            new = outputs.get((block.line, command.at))
            if new is not None:
                begin = block.line - 1 + command.at
                lines[begin : begin + len(command.output)] = new
    return "\n".join(lines) + "\n"
