"""Switch and issuer without sockets, in one process: ``python -m bench.in_process KIND SIDE [RULES]``.

Purchases are first played through both, and what goes between them is kept. Then they are played again to the switch alone, or
to the issuer alone. With RULES, a file of a scenario or ``none``, amounts differ, and the switch has its rules. Where valgrind
runs it (``bench.instructions``), it counts from the ``FIRST`` of these to the last. Journal and book are files in memory.

KIND may name the dialects of the two lines: ``plain/bcd/ascii`` is of plain purchases that come in BCD and go on in ASCII.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import trio

from bench.security import ISSUER, KINDS, PLAIN, Kind, Messages, specs_of
from switch.centre.server import Server
from switch.data_folder.vault import Vault
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Frame
from switch.iso8583.header import HeaderFormat
from switch.issuers.process.book import Book
from switch.issuers.process.host import IssuerHost
from switch.issuers.process.verifier import KeyVerifier
from switch.journal.journal import SqliteJournal
from switch.keys.key_module import KeyModule
from switch.keys.shipped import ACQUIRERS
from switch.lines.issuer_link import IssuerLink
from switch.lines.line import Line
from switch.lines.message_mac import LineMacs
from switch.lines.wire_format import WireFormat
from switch.routing.traffic.effects import Effect
from switch.routing.traffic.events import IssuerUp
from switch.scenarios.playbook import Playbook
from switch.specs.load import load_scenario, load_specs
from switch.specs.specification import Specs

COUNT, FIRST = 960, 192  #: purchases that are recorded, and played before any is counted: plans are made, caches filled
GULP: Final = 32  #: of them read at once, as under load
NAMES: Final = {"plain": PLAIN, "cvv2": KINDS[0], "arqc": KINDS[1], "x9.19": KINDS[2]}
SIDES: Final = ("switch", "issuer")
NO_RULES: Final = "none"
COUNTED: Final = "SWITCH_BENCH_COUNTED"  #: set where valgrind runs it


class Socket:
    """What takes the bytes of a line."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def setblocking(self, flag: bool) -> None:
        pass

    def setsockopt(self, *option: int) -> None:
        pass

    def send(self, data: bytes | bytearray) -> int:
        self.sent.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was sent since it was asked last."""
        data, self.sent = b"".join(self.sent), []
        return data


def line_of(wire: WireFormat, name: str) -> tuple[Line, Socket]:
    sock = Socket()
    return Line(sock, wire, name), sock  # type: ignore[arg-type]  # it has what a line uses of a socket


class Exchanged(NamedTuple):
    """The bytes of one gulp of purchases: from the acquirer, to the issuer, and from it."""

    asked: bytes
    handed_on: bytes
    answered: bytes


class Switch:
    """The switch between two lines; one turn at a time."""

    def __init__(self, specs: Specs, keys: KeyModule, folder: Path, playbook: Playbook | None = None) -> None:
        listener = specs.centre.listeners[0]
        macs = LineMacs.of(listener.keys, keys, ACQUIRERS)
        wire = WireFormat(
            codec=Codec(specs.dialects[listener.dialect]),
            header=listener.header,
            tpdu=listener.tpdu,
            macs=macs,
            pin_zone=listener.keys.pin_key,
        )
        journal = SqliteJournal(folder / "journal.db", Vault.open(folder))
        journal.open_business_date(time.strftime("%Y-%m-%d"), "operator", 1)
        self._server = Server(specs, journal, clock_ms=_now_ms, tell=lambda notice: None, keys=keys, playbook=playbook)
        self._acquirer, self.acquirer = line_of(wire, "acquirer")
        self._link: IssuerLink = self._server.link(ISSUER, issuer_wire(specs, keys))
        self._link.line, self.issuer = line_of(issuer_wire(specs, keys), ISSUER)
        self._server._perform(self._server.board.handle(IssuerUp(ISSUER), 0.0), 0.0)

    def asked(self, data: bytes) -> None:
        """A gulp of an acquirer: a turn."""
        effects: list[Effect] = []
        for frame in frames(self._acquirer, data):
            self._server._incoming.from_acquirer(self._acquirer, frame, 1.0, effects)
        self._server._perform(effects, 1.0)

    def answered(self, data: bytes) -> None:
        """A gulp of the issuer: a turn."""
        line, effects = self._link.line, list[Effect]()
        assert line is not None
        for frame in frames(line, data):
            self._server._incoming.from_issuer((self._link, line), frame, 1.0, effects)
        self._server._perform(effects, 1.0)


class Issuer:
    """The issuer at the other end of its line."""

    def __init__(self, specs: Specs, keys: KeyModule, folder: Path) -> None:
        profile = specs.issuers[ISSUER]
        wire = issuer_wire(specs, keys)
        self._host = IssuerHost(
            profile,
            wire,
            Book.open(folder / "book.db"),
            institution_id=specs.centre.institution_id,
            country=specs.centre.country,
            clock_ms=_now_ms,
            verifier=KeyVerifier(keys, ISSUER, profile.keys.pin_key),
        )
        self._line, self.centre = line_of(wire, "centre")

    def asked(self, data: bytes) -> None:
        nobody_is_late: Any = None
        self._host._gulp(self._line, nobody_is_late, frames(self._line, data))


def issuer_wire(specs: Specs, keys: KeyModule) -> WireFormat:
    profile = specs.issuers[ISSUER]
    return WireFormat(
        codec=Codec(specs.dialects[profile.dialect]),
        header=HeaderFormat.parse(profile.header),
        tpdu=profile.tpdu,
        macs=LineMacs.of(profile.keys, keys, ISSUER),
    )


def frames(line: Line, data: bytes) -> Iterator[Frame]:
    return (frame for frame in line.framer.cut(data) if frame is not None)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main() -> None:
    name_of_kind, *dialects = sys.argv[1].split("/")
    kind, side, rules = NAMES[name_of_kind], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    assert side in SIDES
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        specs_folder = specs_of(kind, folder / "specs")
        for file, dialect in zip(("centre.toml", f"issuers/{ISSUER}.toml"), dialects, strict=False):
            _speak(specs_folder / file, dialect)
        specs = load_specs(specs_folder)
        keys = KeyModule.open(None, specs.issuers)
        gc.disable()
        recorded = recording(kind, specs, keys, folder, amounts=bool(rules))
        again = _new(folder / "again")
        if side == "switch":
            played = load_scenario(Path(rules), specs).rules if rules not in ("", NO_RULES) else ()
            switch = Switch(specs, keys, again, Playbook(played, seed=1))
            for number, gulp in enumerate(recorded):
                if number == FIRST // GULP:
                    counting("on")
                switch.asked(gulp.asked)
                switch.answered(gulp.answered)
        else:
            issuer = Issuer(specs, keys, again)
            for number, gulp in enumerate(recorded):
                if number == FIRST // GULP:
                    counting("on")
                issuer.asked(gulp.handed_on)
        counting("off")


def _speak(file: Path, dialect: str) -> None:
    """Give the first line that a file describes another dialect."""
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r'(?m)^dialect = ".*"$', f'dialect = "{dialect}"', text, count=1), encoding="utf-8")


def counting(how: str) -> None:
    """Have valgrind count, or stop; nothing where it does not run this."""
    if COUNTED in os.environ:
        subprocess.run(["callgrind_control", "-i", how, str(os.getpid())], check=True, capture_output=True)


def recording(kind: Kind, specs: Specs, keys: KeyModule, folder: Path, *, amounts: bool) -> list[Exchanged]:
    """What went over both lines; RuntimeError where a purchase was not approved."""
    messages = Messages(kind, folder / "specs")
    switch, issuer = Switch(specs, keys, _new(folder / "switch")), Issuer(specs, keys, _new(folder / "issuer"))
    made, recorded = messages.frames(COUNT, amounts=amounts), []
    for at in range(0, COUNT, GULP):
        asked = b"".join(made[at : at + GULP])
        switch.asked(asked)
        handed_on = switch.issuer.taken()
        issuer.asked(handed_on)
        answered = issuer.centre.taken()
        switch.answered(answered)
        messages.refuse_wrong_frames(switch.acquirer.taken())
        recorded.append(Exchanged(asked, handed_on, answered))
    return recorded


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    trio.run(main)
