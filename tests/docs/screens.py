"""The screens that the README shows: run as a reader runs them, drawn as pictures, quoted as blocks.

``python -m tests.docs.screens`` (``make docs``) writes ``docs/img`` and the quoted blocks of ``README.md`` anew.
A quoted block is ``console`` text behind a comment that says which lines of the output it keeps::

    <!-- quoted: response code|answer -->
"""

from __future__ import annotations

import contextlib
import errno
import html
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from switch.centre.as_process import READY_FILE, running_centre
from switch.specs.load import load_specs

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
PICTURES: Final = ROOT / "docs" / "img"
COLUMNS: Final = 100
GAP: Final = "…"
QUOTED: Final = re.compile(r"<!-- quoted: (?P<kept>.*) -->\n```console\n(?P<text>.*?)```\n", re.DOTALL)

#: What differs from run to run, and what it is compared as.
MASKS: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}"), "DATE"),
    (re.compile(r"\b[01]\d-[0-3]\d(?= \d\d:\d\d:\d\d)"), "DAY"),
    (re.compile(r"(?<=Date, local transaction)\s+\d{4}\b"), " DE13"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\d+\.\d\.\d\.\d:\d+"), "ADDRESS"),
    (re.compile(r"\b\d{12}\b"), "RRN"),
    (re.compile(r"\b\d{10}\b"), "DE7"),
    (re.compile(r"\b\d{6}\b"), "STAN"),
    (re.compile(r"[\d.]+ ?ms\b"), "TOOK"),
    (re.compile(r"request\s+\d+ of"), "request NUMBER of"),
)


class Screen(NamedTuple):
    """A picture: its file, the command that prints it, and the one that comes before."""

    file: str
    command: str
    before: str = ""


#: The card has 50.00 left: see ``switch cards``.
DECLINED: Final = "switch send --pan 9504010000000027 --amount 125.00 --rrn"
SCREENS: Final = (
    Screen("send.svg", f"{DECLINED} 000000000052"),
    Screen("explain.svg", "switch explain 000000000053", before=f"{DECLINED} 000000000053"),
    Screen("day-show.svg", "switch day show --data day"),
)


@contextlib.contextmanager
def reader() -> Iterator[Path]:
    """A folder where a centre runs and where ``day`` is the folder that ``switch demo`` left."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("switch demo --data day", folder)
        with running_centre(folder / "var"):
            yield folder


def run(command: str, folder: Path, *, terminal: bool = False) -> str:
    """What a command of the pages prints in this folder: to a terminal of COLUMNS, or to a file."""
    words = command.split()
    assert words[0] == "switch", command
    if words[1] == "send":
        words += ["--ready-file", str(folder / "var" / READY_FILE)]
    line = [sys.executable, "-m", *words]
    activated = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the shell finds `switch`
    words_of = {"PATH": activated, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    if not terminal:
        done = subprocess.run(line, cwd=folder, env=words_of, capture_output=True, text=True, check=False)
        assert not done.stderr, done.stderr
        return with_usual_ports(done.stdout, folder)
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 60, COLUMNS, 0, 0))
    with subprocess.Popen(line, cwd=folder, env=words_of, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b"".join(_read_to_end(ours))
    os.close(ours)
    return with_usual_ports(shown.decode().replace("\r\n", "\n"), folder)


def with_usual_ports(shown: str, folder: Path) -> str:
    """What was printed, with the ports that a reader's listeners have in place of the free ones of this run."""
    ready = folder / "var" / READY_FILE
    if not ready.exists():
        return shown
    taken = json.loads(ready.read_text(encoding="utf-8"))["listeners"]
    for listener in load_specs().centre.listeners:
        shown = re.sub(rf"(?<=127\.0\.0\.1:){taken[listener.name]['port']}\b", str(listener.port), shown)
    return shown


def _read_to_end(terminal: int) -> Iterator[bytes]:
    try:
        while piece := os.read(terminal, 65536):
            yield piece
    except OSError as fault:  # how Linux says that the other side was closed
        if fault.errno != errno.EIO:
            raise


def picture(screen: Screen, folder: Path) -> str:
    """The screen as SVG, under the line that a reader types."""
    if screen.before:
        run(screen.before, folder)
    shown = Text.from_ansi(f"\x1b[1m$ {screen.command}\x1b[0m\n{run(screen.command, folder, terminal=True)}")
    width = max(COLUMNS, *(line.cell_len for line in shown.split("\n")))
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(shown, soft_wrap=True)
    return console.export_svg(title="Switch", unique_id=Path(screen.file).stem)


def words_of_picture(svg: str) -> list[str]:
    """The words of a picture in any order, masked: a line may break elsewhere when a figure has a digit more."""
    texts = re.findall(r"<text [^>]*clip-path[^>]*>(.*?)</text>", svg)
    return sorted(masked(" ".join(html.unescape(text).replace("\N{NO-BREAK SPACE}", " ") for text in texts)).split())


def masked(text: str) -> str:
    """A text without what differs from run to run."""
    for pattern, name in MASKS:
        text = pattern.sub(name, text)
    return text


def requoted(text: str, folder: Path) -> str:
    """A page with its quoted blocks as they are printed today."""

    def fresh(block: re.Match[str]) -> str:
        commands = [line for line in block["text"].splitlines() if line.startswith("$ ")]
        quotes = "".join(f"{command}\n{_quote(run(command[2:], folder), block['kept'])}" for command in commands)
        return f"<!-- quoted: {block['kept']} -->\n```console\n{quotes}```\n"

    return QUOTED.sub(fresh, text)


def _quote(output: str, kept: str) -> str:
    """The lines of an output that match, and a gap for those between."""
    lines: list[str] = []
    for line in output.splitlines():
        if re.search(kept, line):
            lines.append(line)
        elif not lines or lines[-1] != GAP:
            lines.append(GAP)
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write pictures and blocks anew where they are not of this version."""
    with reader() as folder:
        PICTURES.mkdir(exist_ok=True)
        for screen in SCREENS:
            _write_changed(PICTURES / screen.file, picture(screen, folder), words_of_picture)
        _write_changed(README, requoted(README.read_text(encoding="utf-8"), folder), masked)


def _write_changed(file: Path, text: str, compared: Callable[[str], object]) -> None:
    """Write a file, unless only times and the like are different."""
    if not file.exists() or compared(file.read_text(encoding="utf-8")) != compared(text):
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
