"""The pipe to the process that writes the trace: in order and whole, never waited for, and counted where it is full."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from switch.trace import hand_over
from switch.trace.hand_over import HandOver, Intake
from switch.trace.told import HEARD, REST, SAID, Told

WORDS = ("ascii", "2b", False)


def batch(number: int, size: int = 100) -> list[Told]:
    """Three messages: one that was heard, two that were said."""
    heard: Told = (number, "ascii 127.0.0.1:1", WORDS, HEARD, (b"", bytes(size)))
    return [heard, (number, "atlas", WORDS, SAID, (b"one", b"other"))]


@pytest.fixture
def pipe() -> Iterator[tuple[Intake, int]]:
    read, write = os.pipe()
    os.set_blocking(write, False)
    yield Intake(read), write
    os.close(read)
    os.close(write)


def taken(intake: Intake, messages_max: int = 1_000_000) -> list[int]:
    """The numbers of the batches that have come."""
    intake.read()
    return [at_ms for at_ms, _, _, what, _ in intake.take(messages_max) if what == HEARD]


def pushed(giver: HandOver, intake: Intake) -> list[int]:
    """The same, while all that waits is handed over."""
    found = list[int]()
    while giver.waiting:
        found += taken(intake)
        giver.push()
    return found + taken(intake)


def test_what_is_handed_over_comes_out_as_it_was(pipe: tuple[Intake, int]) -> None:
    intake, write = pipe
    giver = HandOver()
    giver.give(batch(1))
    giver.attach(write)
    giver.give([*batch(2), (3, "ascii 127.0.0.1:1", WORDS, REST, (b"GET /", "length header 47 45: …"))])
    assert not giver.waiting
    come = intake.come
    intake.read()
    assert (intake.take(1), intake.taken < come) == (batch(1), True)
    assert intake.has_batch
    assert intake.take(500)[-1] == (3, "ascii 127.0.0.1:1", WORDS, REST, (b"GET /", "length header 47 45: …"))
    assert (intake.take(500), intake.taken, intake.has_batch) == ([], come, False)


def test_what_the_pipe_does_not_take_waits_and_then_is_lost_and_counted(
    pipe: tuple[Intake, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "PIPE_BYTES", 65_536)
    monkeypatch.setattr(hand_over, "WAITING_BYTES_MAX", 100_000)
    intake, write = pipe
    stuck, giver = list[bool](), HandOver()
    giver.stuck = lambda: stuck.append(True)
    giver.attach(write)
    for number in range(40):
        giver.give(batch(number, 10_000))
    assert giver.waiting
    assert stuck == [True]
    kept = 40 - giver.lost // 3
    assert 0 < kept < 40
    assert pushed(giver, intake) == list(range(kept)), "the last are lost, and those before are whole"
    giver.give(batch(40))
    assert taken(intake) == [40]


def test_a_batch_that_somebody_read_in_part_is_whole_for_the_next(
    pipe: tuple[Intake, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "PIPE_BYTES", 65_536)
    read, write = os.pipe()
    os.set_blocking(write, False)
    giver = HandOver()
    giver.attach(write)
    giver.give(batch(1, 200_000))
    assert giver.waiting
    os.close(read)
    giver.push()
    os.close(write)
    assert giver.waiting
    assert not giver.attached
    giver.give(batch(2))
    intake, write = pipe
    giver.attach(write)
    assert pushed(giver, intake) == [1, 2]


def test_what_nobody_will_read_is_counted() -> None:
    giver = HandOver()
    giver.give(batch(1))
    giver.give(batch(2))
    giver.give_up()
    assert (giver.lost, giver.waiting) == (6, False)


def test_no_more_is_read_than_may_be_held_but_a_batch_of_any_size_is(
    pipe: tuple[Intake, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "BACKLOG_BYTES_MAX", 1_000)
    monkeypatch.setattr(hand_over, "TAKEN_BYTES", 100)
    intake, write = pipe
    giver = HandOver()
    giver.attach(write)
    giver.give(batch(1, 5_000))
    giver.give(batch(2, 5_000))
    intake.read()
    assert intake.full
    assert taken(intake) == [1]
    assert taken(intake) == [2]
    assert not intake.full


def test_the_end_is_seen(pipe: tuple[Intake, int]) -> None:
    read, write = os.pipe()
    intake = Intake(read)
    os.write(write, b"\0\0")
    intake.read()
    assert not intake.ended
    os.close(write)
    intake.read()
    assert (intake.ended, intake.has_batch, intake.take(10)) == (True, False, [])
    os.close(read)
