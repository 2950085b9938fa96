"""Every command in a terminal of any width: no line wider than it, nothing empty behind a header, no blanks at an end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path

import click
import pytest
from attrs import frozen

from switch.centre.as_process import CentreProcess, running_centre
from switch.centre.supervisor import Options
from switch.cli import VERBS, cli, main
from switch.cli.up import print_ready
from switch.specs.load import load_specs
from tests.cli.command import run

WIDTHS = (60, 80, 100, 120, 160)
SPECS = load_specs()
BROKE = next(card for card in SPECS.issuers["atlas"].cards if "50.00 left" in card.purpose)
DIM = "\x1b[2m"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
SECONDS_MAX = 10.0  #: until a message is in the trace, which is written after its answer
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def on_terminal(width: int, *arguments: object) -> str:
    """All that a command prints on a terminal of this width, escapes included."""

    def command() -> None:
        with suppress(SystemExit):
            main([str(argument) for argument in arguments])

    return printed(width, command)


def printed(width: int, action: Callable[[], object]) -> str:
    """What something prints on a terminal of this width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    chunks: list[bytes] = []

    def read() -> None:
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other end is closed
                return
            chunks.append(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    size = os.terminal_size((width, 50))
    with os.fdopen(slave, "w", encoding="utf-8") as out, pytest.MonkeyPatch.context() as patch:
        patch.delenv("NO_COLOR", raising=False)
        patch.setenv("TERM", "xterm-256color")
        patch.setattr("shutil.get_terminal_size", lambda *_: size)
        with redirect_stdout(out):
            action()
            out.flush()
    reader.join()
    os.close(master)
    return b"".join(chunks).decode().replace("\r\n", "\n")


@frozen(kw_only=True)
class Stage:
    """A running centre with a trace, the data folder of a closed day, and the RRN of a decline."""

    centre: CentreProcess
    closed: Path
    rrn: str
    demo: str  #: what `switch demo` printed on the narrowest terminal


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as short:  # a path that is longer than the terminal is wide cannot be broken
        yield from played(Path(short))


def played(folder: Path) -> Iterator[Stage]:
    demo = on_terminal(WIDTHS[0], "demo", "--data", folder / "day")
    with running_centre(folder / "var", ["--trace"]) as centre:
        ready = ("send", "--ready-file", centre.data / "ready.json")
        sale = run(*ready, "--json", "--pan", BROKE.pan.digits, "--amount", "125.00", "--entry", "chip").json
        run(*ready, "--raw", "000430313030", "--timeout", "0.1")
        until = time.monotonic() + SECONDS_MAX
        while len(run("trace", "--rrn", sale["rrn"], "--json", "--data", centre.data).json) < 4:
            assert time.monotonic() < until
            time.sleep(0.05)
        yield Stage(centre=centre, closed=folder / "day", rrn=sale["rrn"], demo=demo)
        assert centre.stop() == 0


def commands(stage: Stage) -> dict[str, tuple[object, ...]]:
    """Every command that prints, by a name for a failure."""
    ready = ("send", "--ready-file", stage.centre.data / "ready.json")
    data, closed = ("--data", stage.centre.data), ("--data", stage.closed)
    bcd = (EXAMPLES / "purchase-bcd.hex").read_text(encoding="utf-8").split()
    return {
        "send": ready,
        "send chip": (*ready, "--entry", "chip", "--set", "55=9F02060000000125009F1A020504", "--bytes"),
        "send all": (*ready, "--all"),
        "send declined": (*ready, "--pan", BROKE.pan.digits, "--amount", "125.00"),
        "send echo": (*ready, "--network", "echo"),
        "send several": (*ready, "--count", "2"),
        "send raw": (*ready, "--raw", "00043031303030", "--timeout", "0.2"),
        "decode": ("decode", "".join(bcd)),
        "decode cut": ("decode", "".join(bcd)[:-20]),
        "decode capture": ("decode", EXAMPLES / "morning.pcap"),
        "decode all": ("decode", EXAMPLES / "morning.pcap", "--all"),
        "decode diff": ("decode", "--diff", EXAMPLES / "purchase-bcd.hex", EXAMPLES / "purchase-bcd.hex"),
        "explain": ("explain", stage.rrn, *data),
        "explain bytes": ("explain", stage.rrn, "--bytes", *data),
        "trace": ("trace", *data),
        "trace network": ("trace", "--network", *data),
        "trace unreadable": ("trace", "--unreadable", *data),
        "cards": ("cards",),
        "cards series": ("cards", "--series", "--issuer", "maestra"),
        "account list": ("account", "list", *data),
        "account statement": ("account", "statement", BROKE.account, *data),
        "merchants": ("merchants",),
        "day show": ("day", "show", *closed),
        "day close": ("day", "close", *closed),
        "statement": ("statement", "TELECOM00000001", *closed),
        "check": ("check", *closed),
        "day show in French": ("day", "show", *closed, "--lang", "fr"),
        "check in French": ("check", *closed, "--lang", "fr"),
        "merchants in French": ("merchants", "--lang", "fr"),
        "statement in English": ("statement", "TELECOM00000001", *closed, "--lang", "en"),
        "tail": ("tail", "--no-follow", *data),
        "tail line": ("tail", "--no-follow", "--line", "atlas", *data),
        "specs check": ("specs", "check"),
        "specs export": ("specs", "export", fresh(stage)),
        "certificates": ("certificates", fresh(stage)),
        "version": ("--version",),
        **{" ".join(("help", *verbs)): (*verbs, "--help") for verbs in helps()},
    }


def fresh(stage: Stage) -> Path:
    """A folder that is not there yet."""
    return Path(tempfile.mkdtemp(dir=stage.closed.parent)) / "new"


def helps() -> Iterator[tuple[str, ...]]:
    """Every command that has a page of help: ``switch`` itself, its verbs, and the verbs of these."""
    yield ()
    for verb in VERBS:
        yield (verb,)
        command = cli.get_command(click.Context(cli), verb)
        if isinstance(command, click.Group):
            yield from ((verb, below) for below in command.commands)


def assert_fits(shown: str, width: int, name: str) -> None:
    """No line wider than the terminal, no blanks at an end, no empty line behind the head of a table."""
    lines = shown.split("\n")
    for line, following in zip(lines, [*lines[1:], "end"], strict=True):
        plain = COLOURS.sub("", line)
        assert len(plain) <= width, f"{name} at {width}: {len(plain)} columns\n{plain}"
        assert plain == plain.rstrip(), f"{name} at {width}: blanks behind\n{plain!r}"
        head = line.startswith(DIM) and "  " in plain and not plain.startswith(("explain it", " "))
        assert following or not head, f"{name} at {width}: nothing behind {plain!r}"


@pytest.mark.parametrize("width", [pytest.param(each, marks=[] if each == 80 else pytest.mark.long) for each in WIDTHS])
def test_nothing_is_wider_than_the_terminal(stage: Stage, width: int) -> None:
    for name, arguments in commands(stage).items():
        shown = on_terminal(width, *arguments)
        assert shown, name
        assert_fits(shown, width, name)


def test_a_broken_example_is_the_same_command() -> None:
    for verbs in helps():
        shown = on_terminal(min(WIDTHS), *verbs, "--help").partition("Examples:\n")[2]
        wide = on_terminal(max(WIDTHS), *verbs, "--help").partition("Examples:\n")[2]
        assert re.sub(r" \\\n +", " ", shown) == wide, verbs


@pytest.mark.long
def test_the_demo_fits_a_narrow_terminal(stage: Stage) -> None:
    assert "the books are sound" in stage.demo
    assert_fits(stage.demo, WIDTHS[0], "demo")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_words_of_a_centre_fit(stage: Stage, width: int) -> None:
    options = Options(
        data=stage.centre.data,
        host="127.0.0.1",
        free_ports=True,
        seed=0,
        business_date=None,
        specs_folder=None,
        scenario=None,
        ready_file=None,
    )
    ready = {**stage.centre.ready, "data": "/home/you/var"}
    shown = printed(width, lambda: print_ready(ready, SPECS, options))
    assert_fits(shown, width, "up")
    banks = re.findall(r"(\w+) \(pid\s+\d+\)\s+✓", COLOURS.sub("", shown))
    assert banks == list(SPECS.issuers)
    assert "--amount" not in shown, "what send takes by itself is left out"


def test_colours_say_how_it_went(stage: Stage) -> None:
    ready, data = ("send", "--ready-file", stage.centre.data / "ready.json"), ("--data", stage.centre.data)
    assert on_terminal(80, *ready, "--network", "echo").startswith("\x1b[32m00 approved")
    assert on_terminal(80, "explain", stage.rrn, *data).startswith("\x1b[33m51 insufficient funds, by atlas")
    assert "\x1b[32mthe books are sound\x1b[0m" in on_terminal(80, "check", "--data", stage.closed)
    cut = (EXAMPLES / "purchase-bcd.hex").read_text(encoding="utf-8").split()
    broken = on_terminal(80, "decode", "".join(cut)[:-20])
    assert "\x1b[31mInvalid at byte " in broken
    assert re.search(r" \x1b\[31m\x1b\[1m..\x1b\[0m", broken), "the byte at fault is red"
    assert "\x1b" not in run("explain", stage.rrn, *data).out
