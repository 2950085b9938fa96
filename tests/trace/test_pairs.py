"""Messages of the trace put together with their answers, and the trace read while it is written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.lines.line import RECEIVED, SENT
from switch.trace.pairs import LOOK_MAX, Followed, Pair, Pairs
from switch.trace.reader import opened
from switch.trace.traced_rows import TracedRow
from tests.support.centre_in_loop import NOW_MS, loopback, purchase
from tests.trace.test_recorder import traced

LINE = "ascii 127.0.0.1:40000"


def row(
    number: int, mti: str, stan: str = "000001", *, at: int = 0, code: str = "", fault: str = "", line: str = LINE
) -> TracedRow:
    answers = mti[2:3] in ("1", "3") and mti[0] == "0"
    return TracedRow(number, at, line, SENT if answers else RECEIVED, mti, stan, "", code, fault)


def taken(*rows: TracedRow, now: int = 0) -> list[tuple[int | None, int | None]]:
    return numbers(Pairs(10_000).take(rows, now))


def numbers(pairs: list[Pair]) -> list[tuple[int | None, int | None]]:
    return [(pair.request.id if pair.request else None, pair.answer.id if pair.answer else None) for pair in pairs]


def test_a_message_and_its_answer_whatever_comes_between() -> None:
    rows = [row(1, "0100"), row(2, "0100", "000002"), row(3, "0110", "000002", code="00"), row(4, "0110", code="51", at=7)]
    pairs = Pairs(10_000).take(rows, 0)
    assert numbers(pairs) == [(2, 3), (1, 4)]
    assert [(pair.code, pair.elapsed_ms) for pair in pairs] == [("00", 0), ("51", 7)]


def test_the_same_names_on_two_lines_are_two_pairs() -> None:
    rows = [
        row(1, "0100"),
        row(2, "0100", line="ascii 127.0.0.1:40001"),
        row(3, "0110"),
        row(4, "0110", line="ascii 127.0.0.1:40001"),
    ]
    assert taken(*rows) == [(1, 3), (2, 4)]


def test_repeats_advices_and_network_management_have_answers_too() -> None:
    rows = [row(1, "0101"), row(2, "0421"), row(3, "0800", ""), row(4, "0110"), row(5, "0430"), row(6, "0810", "", code="30")]
    assert taken(*rows) == [(1, 4), (2, 5), (3, 6)]


def test_what_makes_no_sense_is_answered_at_once_or_never() -> None:
    assert taken(row(1, "", fault="header")) == [(1, None)]
    broken, answer = row(1, "0100", "", fault="DE 4"), row(2, "0110", "000009", code="30")
    assert taken(broken, answer) == [(1, 2)], "its STAN may be a piece of a card number, and is not kept"
    assert taken(row(1, "0100", ""), answer, now=2_000) == [(None, 2)], "nor is an answer taken for that of a sound message"
    assert taken(broken, now=999) == []
    assert taken(broken, now=1_000) == [(1, None)]


def test_silence_is_told_once_and_a_late_answer_by_itself() -> None:
    pairs = Pairs(10_000)
    assert pairs.take([row(1, "0100")], 9_999) == []
    assert numbers(pairs.take([], 10_000)) == [(1, None)]
    assert numbers(pairs.take([row(2, "0110")], 10_001)) == [(None, 2)]
    pairs.take([row(3, "0100")], 0)
    assert numbers(pairs.rest()) == [(3, None)]


MTIS = ["0100", "0110", "0420", "0430", "0800", "0810", "0x", "", "abcd", "9999"]


def test_what_may_answer_a_message_nobody_saw_is_left_out() -> None:
    pairs = Pairs(10_000)
    rows = [row(2, "0110", at=5), row(3, "0100", "000002", at=6), row(4, "0110", "000002", at=7)]
    assert pairs.take([row(1, "0100", "000009")], 0) == []
    assert numbers(pairs.take(rows, 0, gap=True)) == [(3, 4)]
    assert pairs.rest() == []
    assert numbers(pairs.take([row(5, "0110", at=10_004), row(6, "0110", at=10_005)], 0)) == [(None, 6)]


ROWS = st.lists(
    st.tuples(st.sampled_from(MTIS), st.sampled_from(["", "000001", "000002"]), st.booleans()),
    max_size=30,
)


@given(ROWS, st.integers(0, 20_000))
def test_every_message_is_shown_once(said: list[tuple[str, str, bool]], now: int) -> None:
    rows = [
        row(number, mti, stan, at=number, fault="x" if faulty else "") for number, (mti, stan, faulty) in enumerate(said, 1)
    ]
    pairs = Pairs(10_000)
    found = pairs.take(rows[:7], now) + pairs.take(rows[7:], now) + pairs.rest()
    assert sorted(each.id for pair in found for each in pair if each is not None) == [each.id for each in rows]
    assert pairs.rest() == []


async def test_a_running_centre_is_followed_by_a_connection_of_ones_own(tmp_path: Path) -> None:
    with traced(tmp_path) as (trace, journal):
        async with loopback(journal=journal, trace=trace, issuers=("atlas",)) as centre, centre.client() as client:
            await client.ask(purchase(1))
            with opened(tmp_path) as (db, _):
                followed, pairs = Followed.from_time(db, NOW_MS), Pairs(10_000)
                beginning = pairs.take(followed.look(), NOW_MS)
                assert [pair.first.mti for pair in beginning if pair.first.of_acquirer] == ["0100"]
                assert followed.look() == []
                await client.ask(purchase(2, de49="978"))
                (pair,) = pairs.take(followed.look(), NOW_MS)
                assert (pair.first.line_name, pair.code, pair.rrn, pair.elapsed_ms) == ("ascii", "12", "000000000002", 0)
                db.execute("BEGIN")
                assert db.execute("SELECT COUNT(*) FROM message").fetchone()[0] > 0
                assert (await client.ask(purchase(3))).elements[39] == "00", "a reader that has stopped holds nobody up"
                db.rollback()
                assert len(followed.look()) == 4
        assert not [notice for notice in centre.notices if notice.kind == "trace"]


def test_more_than_anybody_reads_is_counted(tmp_path: Path) -> None:
    with traced(tmp_path), opened(tmp_path) as (db, _), sqlite3.connect(tmp_path / "trace.db") as writer:
        followed = Followed.from_last(db, 0)
        values = "(0, 'ascii x', 'received', 'ascii', '2b', '0100', '', '', '', '', '', '', x'', '', x'')"
        for _ in range(LOOK_MAX + 3):
            writer.execute(
                "INSERT INTO message (at_ms, line, direction, dialect, header, mti, stan, transmitted_at, terminal_id, rrn,"
                f" response_code, fault, tpdu, blanked, body_cipher) VALUES {values}"
            )
        writer.commit()
        assert len(followed.look()) == LOOK_MAX
        assert followed.passed_over == 3
        assert Followed.from_last(db, 2).look()[0].id == LOOK_MAX + 2
        assert Followed.from_time(db, 1).look() == []


@pytest.mark.parametrize(("line", "name", "acquirers"), [(LINE, "ascii", True), ("atlas", "atlas", False)])
def test_a_line_is_known_by_its_name(line: str, name: str, acquirers: bool) -> None:
    found = row(1, "0100", line=line)
    assert (found.line_name, found.of_acquirer) == (name, acquirers)
