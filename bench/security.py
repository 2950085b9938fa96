"""What card security costs, measured: ``python -m bench.security``.

Routed purchases through our own issuers, durable: plain, with a CVV2, with a chip's cryptogram (ARQC) and a CMAC on the
issuer's line, with X9.19 MACs on both lines. Plain ones and one of the others run by turns, in many short pairs. Writes
``bench/security.md``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from shutil import copytree
from typing import Final

from attrs import evolve, frozen

from bench import machine
from bench.prepared_load import Played, play
from switch.card import Pan
from switch.centre.as_process import CentreProcess, start_centre
from switch.cli.request.proofs import NO_PROOFS, ProofWishes
from switch.cli.request.terminal import Terminal
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.mapping.compose import Sale, retrieval_reference, sale_message
from switch.iso8583.message import Message
from switch.keys.key_module import KeyModule
from switch.keys.shipped import ACQUIRERS
from switch.lines.message_mac import LineMacs
from switch.specs.folder import default_folder
from switch.specs.parts import Parts
from switch.transaction import APPROVED

RESULTS: Final = Path(__file__).parent / "security.md"
INSTRUCTIONS: Final = "## Instructions"  #: the part of the page that ``bench.instructions`` writes
ISSUER: Final = "vesta"
CARDS: Final = 200  #: of its series
CONNECTIONS, WINDOW = 4, 64
MAC: Final = 'timeout_seconds = 10\n\n[security]\nmac = "require"\nmac_kind = "{kind}"\n'
NOTE: Final = """\
Routed purchases, {connections} connections with {window} outstanding on each, to {issuer}, one of our own issuer processes; the
journal and the issuer's book are durable. Plain purchases and those of one other kind run by turns of {messages:,} messages,
{turns} pairs, after a warm-up. Each message is another, made before the clock starts: another card, STAN, cryptogram and MAC. A
ratio is the throughput of the kind divided by that of the plain turn beside it: the median of the pairs, with the least and the
most in brackets. The sender is a Python program on the same two cores, and takes the same for each kind. Load average before
the run: {load:.1f}."""


@frozen(kw_only=True)
class Kind:
    """One kind of purchase: what its messages have, how its centre's lines are, and which share of plain is aimed at."""

    name: str
    proofs: ProofWishes = NO_PROOFS
    entry: str = "ecommerce"
    issuer_mac: str = ""  #: of the issuer's line
    acquirer_mac: str = ""  #: of the listener's
    target: float | None = None


PLAIN: Final = Kind(name="plain")
KINDS: Final = (
    Kind(name="CVV2 verified", proofs=ProofWishes(cvv2="right"), target=0.7),
    Kind(
        name="ARQC verified, CMAC on the issuer's line",
        proofs=ProofWishes(chip="right"),
        entry="chip",
        issuer_mac="cmac",
        target=0.3,
    ),
    Kind(name="X9.19 on both lines", issuer_mac="x9.19", acquirer_mac="x9.19"),
)


def specs_of(kind: Kind, folder: Path) -> Path:
    """The default specification with the MACs of a kind."""
    copytree(default_folder(), folder)
    if kind.issuer_mac:
        _change(folder / "issuers" / f"{ISSUER}.toml", "timeout_seconds = 10\n", MAC.format(kind=kind.issuer_mac))
    if kind.acquirer_mac:
        text = (folder / "centre.toml").read_text(encoding="utf-8")
        first, _, others = text.partition("\n\n[[listener]]")
        own, between, rest = others.partition("\n\n")
        security = f'\n\n[listener.security]\nmac = "require"\nmac_kind = "{kind.acquirer_mac}"'
        (folder / "centre.toml").write_text(f"{first}\n\n[[listener]]{own}{security}{between}{rest}", encoding="utf-8")
    return folder


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


class Messages:
    """Makes the frames of one kind. Numbers count on for all kinds, so that no two requests are one."""

    count = 0

    def __init__(self, kind: Kind, specs_folder: Path) -> None:
        self._specs = specs = Parts(specs_folder)
        self._listener = listener = specs.centre.listeners[0]
        self._codec, self._framer = Codec(specs.dialects[listener.dialect]), Framer(listener.header, tpdu=listener.tpdu)
        keys = KeyModule.open(None, specs.issuers)
        self._macs = LineMacs.of(listener.keys, keys, ACQUIRERS)
        self._again: Callable[[Message], Message] | None = None
        series = specs.issuers[ISSUER].card_series[0]
        self._cards = [self._first(kind, card.pan, card.expiry) for card in islice(series, CARDS)]

    def _first(self, kind: Kind, pan: Pan, expiry: str) -> Message:
        """A purchase of a card, of which the others are made."""
        now, merchant = datetime.now(self._specs.calendar.zone), next(iter(self._specs.merchants.values()))
        sale = Sale(
            mti="0100",
            pan=pan.digits,
            expiry=expiry,
            amount_minor=100,
            currency=merchant.currency,
            entry=kind.entry,
            merchant_id=merchant.id,
            merchant=merchant,
            terminal_id=merchant.terminals[0],
            acquirer_id=self._specs.centre.institution_id,
            country=self._specs.centre.country,
            stan="000000",
            rrn=retrieval_reference(now, "000000"),
            at=now,
        )
        message = sale_message(sale, self._codec.dialect)
        if not kind.proofs:
            return message
        terminal = Terminal(self._specs, self._listener, None)
        if kind.proofs.reads_chip:
            self._again = terminal.again
            message = without_track(message)
        return terminal.proved(
            message, evolve(kind.proofs, atc=0) if kind.proofs.chip else kind.proofs, self._codec.dialect, now
        )[0]

    def frames(self, count: int, *, amounts: bool = False) -> list[bytes]:
        """The next messages, ready for the line; with ``amounts``, each for another one up to 1,000.00."""
        made = []
        for _ in range(count):
            Messages.count += 1
            number = Messages.count
            message = self._cards[number % len(self._cards)]
            if self._again is not None:
                message = self._again(message)
            numbers = {11: f"{number % 1_000_000:06d}", 37: f"{number:012d}"}
            numbers |= {4: f"{100 + number * 7_919 % 99_900:012d}"} if amounts else {}
            message = Message(message.mti, {**message.elements, **numbers})
            body = self._codec.encode(message) if self._macs is None else self._macs.sealed(self._codec, message)
            made.append(self._framer.wrap(body))
        return made

    def refuse_wrong(self, played: Played) -> None:
        for answer in played.answers:
            code = self._codec.decode(answer).response_code
            if code != APPROVED:
                raise RuntimeError(f"the run is not valid: an answer has {code}")

    def refuse_wrong_frames(self, data: bytes) -> None:
        """The same of answers as they stand on the line."""
        answers = [frame.body for frame in Framer(self._listener.header, tpdu=self._listener.tpdu).feed(data)]
        self.refuse_wrong(Played(answers=answers, seconds=1.0, cpu_us={}))


def without_track(message: Message) -> Message:
    """A chip has its track in DE 55."""
    return Message(message.mti, {number: value for number, value in message.elements.items() if number != 35})


@frozen(kw_only=True)
class Side:
    """A centre with the messages of one kind."""

    kind: Kind
    centre: CentreProcess
    messages: Messages

    def turn(self, count: int) -> tuple[float, float, float]:
        """Transactions a second; CPU of the switch and of the issuer for one, in microseconds."""
        frames, pids = self.messages.frames(count), (self.centre.process.pid, self.centre.issuer_pid(ISSUER))
        port = self.centre.address("ascii")[1]
        played = play(port, frames, connections=CONNECTIONS, window=WINDOW, pids=pids)
        self.messages.refuse_wrong(played)
        return played.tps, played.cpu_us[pids[0]], played.cpu_us[pids[1]]


def started(kind: Kind, folder: Path, number: int, stack: ExitStack) -> Side:
    specs = specs_of(kind, folder / f"specs-{number}")
    centre = start_centre(folder / f"var-{number}", ["--specs", str(specs), "--quiet"])
    stack.callback(centre.stop)
    return Side(kind=kind, centre=centre, messages=Messages(kind, specs))


def row(kind: Kind, pairs: list[tuple[tuple[float, float, float], tuple[float, float, float]]]) -> str:
    ratios = sorted(other[0] / plain[0] for plain, other in pairs)
    plain, other = ([statistics.median(pair[side][place] for pair in pairs) for place in range(3)] for side in (0, 1))
    ratio = f"{statistics.median(ratios):.0%} ({ratios[0]:.0%} to {ratios[-1]:.0%})"
    aim = f"≥ {kind.target:.0%}" if kind.target is not None else "–"
    cpu = f"{other[1]:.0f} and {plain[1]:.0f} | {other[2]:.0f} and {plain[2]:.0f}"
    return f"| {kind.name} | {ratio} | {aim} | {other[0]:,.0f} and {plain[0]:,.0f} | {cpu} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.security", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=3_000, help="of a turn (default 3000)")
    parser.add_argument("--turns", type=int, default=11, help="pairs of turns of each kind (default 11)")
    parser.add_argument("--data", type=Path, help="folder for the data: the disk to measure (default: a temporary one)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/security.md)")
    arguments = parser.parse_args()
    load, lines = machine.load_average(), []
    with tempfile.TemporaryDirectory(prefix="switch-bench-", dir=arguments.data) as name, ExitStack() as stack:
        plain = started(PLAIN, Path(name), 0, stack)
        for number, kind in enumerate(KINDS, start=1):
            with ExitStack() as own:
                other = started(kind, Path(name), number, own)
                for side in (plain, other):
                    side.turn(arguments.messages)
                pairs = []
                for turn in range(arguments.turns):
                    order = (plain, other) if turn % 2 else (other, plain)
                    taken = {side.kind.name: side.turn(arguments.messages) for side in order}
                    pairs.append((taken[plain.kind.name], taken[kind.name]))
            lines.append(row(kind, pairs))
            print(lines[-1], flush=True)
    note = NOTE.format(
        connections=CONNECTIONS,
        window=WINDOW,
        issuer=ISSUER,
        messages=arguments.messages,
        turns=arguments.turns,
        load=load,
    )
    heads = [
        "| kind | of the plain throughput | aim | tx/s | switch µs/tx | issuer µs/tx |",
        "|---|---|---|---|---|---|",
    ]
    of_two = "Of two figures the first is of the kind, the second of plain purchases beside it."
    before = arguments.out.read_text(encoding="utf-8") if arguments.out.exists() else ""
    machine.write_report(arguments.out, "What card security costs", "security-bench", [note, of_two], [*heads, *lines])
    _, heading, instructions = before.partition(INSTRUCTIONS)
    if heading:
        with arguments.out.open("a", encoding="utf-8") as report:
            report.write(f"\n{heading}{instructions}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
