"""The short form of ``make mutate``, and what it would say of a centre that fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random

import pytest

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.mapping.compose import KINDS
from tests.e2e.acquirer import SPECS
from tests.iso8583.samples import PURCHASE
from tests.mutation.kinds import UNASKED, UNSUPPORTED, Kinds
from tests.mutation.lines import FRAMES_A_LINE, Sender, Target
from tests.mutation.mutants import altered, mutated, spoilt_end
from tests.mutation.siege import Siege

FRAMES = 4_000
SEED = 20261122
LISTENERS = [(item.dialect, item.header, item.tpdu) for item in SPECS.centre.listeners]
READ_BYTES = 65_536


@pytest.mark.long
def test_mutated_frames_harm_neither_the_centre_nor_who_else_is_there(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "var", SEED, tell=lambda line: None)
    siege.run(FRAMES)
    assert siege.faults == []
    figures = dict(siege.lines())
    assert figures["frames"].startswith(f"{FRAMES} on ")
    assert int(figures["answers"]) > FRAMES / 10
    assert int(figures["the other client"].split()[0]) > 0


@pytest.mark.parametrize("dialect", sorted({dialect for dialect, _, _ in LISTENERS}))
def test_every_kind_is_said_in_every_dialect(dialect: str) -> None:
    codec = Codec(SPECS.dialects[dialect])
    kinds = Kinds(codec, Random(SEED), count(1))
    assert {*KINDS, "complete 0220", "void 0200", "chip", "advice", "totals 0520", *UNASKED, *UNSUPPORTED} <= set(kinds.makers)
    for name, make in kinds.makers.items():
        assert codec.decode(kinds.encoded(make(7))).elements, name


def test_one_seed_makes_the_same_mutants() -> None:
    codec = Codec(SPECS.dialects["ascii"])

    def some(seed: int) -> list[bytes]:
        random = Random(seed)
        kinds = Kinds(codec, random, count(1))
        return [mutated(kinds.encoded(kinds.next()), random) for _ in range(200)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert len(set(some(1))) > 190


def test_mutants_are_read_and_refused_in_turn() -> None:
    """Neither all nonsense nor all sense: both would test little."""
    codec, random, read = Codec(SPECS.dialects["ascii"]), Random(SEED), 0
    message = codec.encode(PURCHASE)
    for _ in range(1_000):
        try:
            codec.decode(mutated(message, random))
            read += 1
        except MessageError:
            continue
    assert 200 < read < 800
    assert len({tuple(altered(PURCHASE, random).elements.items()) for _ in range(1_000)}) > 500


@pytest.mark.parametrize(("dialect", "header", "tpdu"), LISTENERS)
def test_a_spoilt_end_is_no_further_message(dialect: str, header: HeaderFormat, tpdu: bool) -> None:
    codec, random = Codec(SPECS.dialects[dialect]), Random(SEED)
    echo = Framer(header, tpdu=tpdu).wrap(Kinds(codec, random, count(1)).echo("000001"), bytes(5 * tpdu) + header.first_between)
    broken = 0
    for _ in range(200):
        framer = Framer(header, tpdu=tpdu)
        framer.feed(spoilt_end(echo, header, random))
        broken += framer.fault is not None or framer.incomplete is not None
    assert broken > 150


def _closes_at_once(connection: socket.socket) -> None:
    connection.recv(1)


def _reads_and_says_nothing(connection: socket.socket) -> None:
    while connection.recv(READ_BYTES):
        pass


def _answers_nonsense(connection: socket.socket) -> None:
    _reads_and_says_nothing(connection)
    connection.sendall(b"\x00\x04nope")


@contextmanager
def serving(behaviour: Callable[[socket.socket], None]) -> Iterator[tuple[str, int]]:
    """The address of a centre that does nothing but this with each of its lines."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    behaviour(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (_closes_at_once, "a line without a fault in its frames was lost"),
        (_reads_and_says_nothing, "the echo at the end of a line was not answered"),
        (_answers_nonsense, "an answer makes no sense"),
    ],
)
def test_a_centre_that_fails_is_found_out(behaviour: Callable[[socket.socket], None], sentence: str) -> None:
    codec = Codec(SPECS.dialects["ascii"])
    with serving(behaviour) as address:
        target = Target(address=address, codec=codec, header=HeaderFormat.parse("2b"), tpdu=False)
        sender = Sender(target, FRAMES_A_LINE * 20, str(SEED), count(1))
        sender.thread.start()
        sender.thread.join()
    assert sentence in sender.faults[0]
