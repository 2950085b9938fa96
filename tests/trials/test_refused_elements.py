"""Elements that contradict each other or are no dates, totals where nobody looks, and offline sales of any amount."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switch.endofday.close import check_books, close_day
from switch.iso8583.message import Message
from tests.support.day_builders import FRIDAY, GROCER, day_specs, journal_of, later_ms
from tests.trials.desk import desk, message, named

OTHER_CARD = "9504010000000027"


@pytest.mark.parametrize("mti", ["0100", "0200", "0120", "0220", "0400", "0420"])
@pytest.mark.parametrize("track", [{"de35": f"{OTHER_CARD}=29122011000000000000"}, {"de45": f"B{OTHER_CARD}^A/B^2912201"}])
async def test_a_track_of_another_card_is_refused_with_both_elements_named(
    tmp_path: Path, mti: str, track: dict[str, str]
) -> None:
    async with desk(tmp_path) as at:
        more = {"de90": named()} if mti[1] == "4" else {}
        assert await at.code(message(mti, 2, **track, **more)) == "30"
        element = next(iter(track)).replace("de", "DE ")
        assert element in at.notices()
        assert "DE 2" in at.notices()
        assert OTHER_CARD not in at.notices()


async def test_a_track_of_the_same_card_is_taken(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(message("0100", 1, de35="9504010000000019=29122011000000000000")) == "00"


NO_DATES = [
    (7, "9999999999"),
    (7, "0230100000"),
    (7, "1122246000"),
    (7, "1122250000"),
    (12, "240000"),
    (12, "106000"),
    (13, "1301"),
    (13, "0431"),
    (14, "2913"),
    (14, "2900"),
    (15, "0000"),
    (17, "0631"),
]


@pytest.mark.parametrize(("number", "text"), NO_DATES)
@pytest.mark.parametrize("mti", ["0100", "0420", "0500", "0800"])
async def test_dates_that_are_none_are_refused(tmp_path: Path, mti: str, number: int, text: str) -> None:
    async with desk(tmp_path) as at:
        elements = dict(message(mti, 1).elements)
        if mti == "0800":
            elements = {7: elements[7], 11: elements[11], 70: "301"}
        answer = await at.client.ask(Message(mti, dict(sorted({**elements, number: text}.items()))))
        assert answer.elements[39] == "30"
        assert f"DE {number}" in at.notices()


async def test_the_last_of_february_is_a_date(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert await at.code(message("0100", 1, de7="0229235959", de13="0229")) == "00"


@pytest.mark.parametrize("number", [48, 61, 63, 124])
async def test_totals_where_the_centre_does_not_look_are_not_agreed_to(tmp_path: Path, number: int) -> None:
    async with desk(tmp_path) as at:
        await at.code(message("0200", 1))
        private = {number: "001000000012500000000000000000"}
        totals = {n: v for n, v in message("0500", 2).elements.items() if n in {7, 11, 41, 42}}
        answer = await at.client.ask(Message("0500", dict(sorted({**totals, **private}.items()))))
        assert answer.elements[39] != "00"
        assert f"DE {number}" in at.notices()


SALE_OFFLINE: dict[str, Any] = {"message_class": "financial", "function": "advice"}


@pytest.mark.parametrize("kind", ["purchase", "refund"])
def test_an_offline_sale_of_any_amount_is_not_paid(tmp_path: Path, kind: str) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=20_000)
        journal.decide(amount_minor=10_000, **SALE_OFFLINE)
        huge = journal.decide(amount_minor=999_999_999_999, transaction_type=kind, **SALE_OFFLINE)
    report = close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    assert [item.request_id for item in report.exceptions] == [huge]
    assert "floor limit" in report.exceptions[0].reason
    assert [payout.gross_minor for payout in report.payouts] == [30_000]
    assert check_books(tmp_path).faults == ()


@pytest.mark.parametrize("kind", ["purchase", "refund"])
@pytest.mark.parametrize("named", ["nothing", "a hold that was told", "a hold that was told more"])
@pytest.mark.parametrize("over_minor", [0, 1])
def test_the_floor_limit_itself_is_within_it(tmp_path: Path, named: str, kind: str, over_minor: int) -> None:
    amount_minor = GROCER.floor_limit_minor + over_minor
    with_it: dict[str, Any] = {"transaction_type": kind}
    with journal_of(tmp_path, FRIDAY) as journal:
        if named == "nothing":
            last = journal.decide(amount_minor=amount_minor, **SALE_OFFLINE, **with_it)
        elif named == "a hold that was told":
            hold = journal.hold(amount_minor=amount_minor, function="advice", **with_it)
            last = journal.capture(hold, amount_minor, message_class="financial")
        else:
            hold = journal.hold(amount_minor=10_000, **with_it)
            journal.hold(amount_minor=amount_minor - 10_000, function="advice", original_id=hold, **with_it)
            last = journal.capture(hold, amount_minor, message_class="financial")
    report = close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    assert [item.request_id for item in report.exceptions] == [last] * over_minor
    sign = -1 if kind == "refund" else 1
    assert [payout.gross_minor for payout in report.payouts] == [sign * GROCER.floor_limit_minor] * (1 - over_minor)
    assert check_books(tmp_path).faults == ()


def test_a_hold_that_was_only_told_makes_no_money_of_nothing(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        told = journal.hold(amount_minor=999_999_999_999, function="advice")
        huge = journal.capture(told, 999_999_999_999, message_class="financial")
        asked = journal.hold(amount_minor=2_000_000)
        journal.capture(asked, 2_000_000, message_class="financial")
    report = close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    assert [item.request_id for item in report.exceptions] == [huge]
    assert [payout.gross_minor for payout in report.payouts] == [2_000_000], "what an issuer granted is not offline"


def test_an_increment_that_was_only_told_makes_no_money_of_nothing(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        asked = journal.hold(amount_minor=100)
        journal.hold(amount_minor=500_000_000, function="advice", original_id=asked)
        huge = journal.capture(asked, 500_000_100, message_class="financial")
    report = close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    assert [item.request_id for item in report.exceptions] == [huge]
