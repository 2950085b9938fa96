"""A pair of messages on one line: what fits a terminal of eighty columns, what a wider one has more, and how it went."""

from __future__ import annotations

from typing import Any

import pytest

from switch.cli.console.screen import UNLIMITED
from switch.cli.show.live import Live, answered, heading, live_line, went


def live(**changes: Any) -> Live:
    usual: dict[str, Any] = {
        "number": "17",
        "time": "14:04:41.316",
        "line": "ascii",
        "mti": "0100",
        "card": "950401******0027",
        "amount": "125.00 MAD",
        "answer": "51 insufficient funds",
        "elapsed_ms": 8.42,
        "rrn": "633214618149",
        "went": "declined",
    }
    return Live(**{**usual, **changes})


def test_it_fits_eighty_columns() -> None:
    assert [heading(80), live_line(live(), 80), live_line(live(answer=answered("00"), elapsed_ms=12), 80)] == [
        "   # time     line      MTI  card        amount answer           ms RRN",
        "  17 14:04:41 ascii     0100 *0027   125.00 MAD 51 insufficie…  8.4 633214618149",
        "  17 14:04:41 ascii     0100 *0027   125.00 MAD 00 approved      12 633214618149",
    ]


def test_a_roomy_terminal_shows_milliseconds_and_the_first_six_digits() -> None:
    line = "  17 14:04:41.316 ascii     0100 950401******0027        125.00 MAD 51 insufficient funds"
    assert live_line(live(), 120).startswith(line)
    assert live_line(live(), UNLIMITED).startswith(line)


def test_what_is_unreadable_takes_what_the_others_leave() -> None:
    fault = "unreadable: length header 47 45: found a frame of 18245 bytes, expected 0 to 16384"
    line = live_line(live(card="", amount="", rrn="", elapsed_ms=None, mti="?", answer=fault), 80)
    assert line == "  17 14:04:41 ascii     ?    unreadable: length header 47 45: found a frame of …"


def test_an_answer_begins_earlier_where_there_is_no_amount() -> None:
    line = live_line(live(card="", amount="", rrn="", mti="0800", answer=answered("30"), elapsed_ms=0), 80)
    assert line == "  17 14:04:41 ascii     0800                   30 format error    0"


@pytest.mark.parametrize("width", [80, 100, 109, 110, 132, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = live(
        number="1234567", line="ascii93 of somebody", amount="9,999,999,999.99 MAD", rrn="ABCDEFGHIJKL", answer="x" * 200
    )
    assert len(live_line(long, width)) <= width
    assert len(heading(width)) <= width


def test_nothing_is_cut_where_no_terminal_sets_a_width() -> None:
    assert answered("91") in live_line(live(answer=answered("91") + " and more" * 9), UNLIMITED)


@pytest.mark.parametrize(
    ("codes", "how"),
    [
        (("00", "10", "000", "800", "400", "001"), "well"),
        (("51", "05", "116", "55", "75"), "declined"),
        (("30", "40", "94", "96", "91", "904", "911"), "wrong"),
        ((None,), "neither"),
    ],
)
def test_how_an_answer_went(codes: tuple[str | None, ...], how: str) -> None:
    assert {went(code) for code in codes} == {how}


def test_what_a_stranger_wrote_moves_no_cursor() -> None:
    assert "\x1b" not in live_line(live(rrn="\x1b[2J", line="a\nb"), 80)
