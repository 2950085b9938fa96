"""A recorded message, renewed: fresh where it names itself, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.message import Message
from switch.iso8583.replayed.renewal import Renewal

THEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
#: Of a reversal that names the purchase with the STAN 000001 of ``tests.support.centre_in_loop.purchase``.
REVERSAL_ELEMENTS = {"de90": "0100" + "000001" + "1122100000" + "00000504777" + "0" * 11, "de37": "000000000001"}
SALE = Message(
    "0100",
    {
        2: "4507160000000010",
        4: "000000001000",
        7: "1122100000",
        11: "000001",
        12: "110000",
        13: "1122",
        37: "632610000001",
        41: "T1",
    },
)


def renewal(later: timedelta = timedelta(days=40, hours=2)) -> Renewal:
    fresh = iter(range(700_001, 800_000))
    return Renewal(later, lambda: next(fresh))


def test_a_sale_has_another_number_and_is_as_much_later_as_it_is_played_later() -> None:
    again = renewal().renewed(SALE, THEN, "1987").elements
    assert (again[7], again[13] + again[12]) == ("0101120000", "0101130000"), "over the end of the year"
    assert (again[11], again[37]) == ("700001", "010112700001")
    assert {number for number in SALE.elements if again[number] == SALE.elements[number]} == {2, 4, 41}


def test_a_repeat_stays_a_repeat_and_a_new_sale_of_the_same_stan_does_not() -> None:
    playing = renewal()
    first = playing.renewed(SALE, THEN, "1987")
    repeat = playing.renewed(Message("0101", dict(SALE.elements)), THEN, "1987")
    assert repeat.elements == first.elements
    later = playing.renewed(Message("0100", {**SALE.elements, 7: "1122100001"}), THEN, "1987")
    assert later.elements[11] != first.elements[11]
    elsewhere = playing.renewed(Message("0100", {**SALE.elements, 41: "T2"}), THEN, "1987")
    assert elsewhere.elements[11] not in (first.elements[11], later.elements[11])


def test_a_reversal_names_the_sale_as_it_is_played() -> None:
    playing = renewal()
    sale = playing.renewed(SALE, THEN, "1987").elements
    named = "0100" + "000001" + "1122100000" + "00000504777" + "0" * 11
    undo = Message("0420", {**SALE.elements, 11: "000002", 90: named})
    undone = playing.renewed(undo, THEN, "1987").elements
    assert undone[90] == "0100" + sale[11] + sale[7] + named[20:]
    assert undone[37] == sale[37]
    assert undone[11] == "700002"
    stranger = playing.renewed(
        Message("0420", {**undo.elements, 11: "000003", 90: named.replace("000001", "000009")}), THEN, "1987"
    )
    assert stranger.elements[90] == named.replace("000001", "000009"), "what was not played is named as it was"


def test_a_reversal_of_1993_names_it_by_its_own_time() -> None:
    playing = renewal()
    sale = Message("1100", {7: "1122100000", 11: "000001", 12: "261122110000", 37: "632610000001", 41: "T1"})
    played = playing.renewed(sale, THEN, "1993").elements
    assert played[12] == "270101130000"
    undo = Message("1420", {11: "000002", 12: "261122110100", 41: "T1", 56: "1100" + "000001" + "261122110000" + "504777"})
    assert playing.renewed(undo, THEN, "1993").elements[56] == "1100" + played[11] + played[12] + "504777"


def test_a_completion_names_the_approval_of_today() -> None:
    playing = renewal()
    playing.answered(Message("0110", {38: "OLD001"}), Message("0110", {38: "NEW001"}))
    assert playing.renewed(Message("0220", {11: "000002", 38: "OLD001"}), THEN, "1987").elements[38] == "NEW001"
    assert playing.renewed(Message("0220", {11: "000003", 38: "OTHER1"}), THEN, "1987").elements[38] == "OTHER1"


@given(
    st.dictionaries(st.sampled_from([3, 7, 11, 12, 13, 37, 38, 39, 41, 56, 70, 90]), st.text(max_size=42)),
    st.sampled_from(["1987", "1993"]),
)
def test_a_text_that_makes_no_sense_is_no_reason_to_fail(elements: dict[int, str], edition: str) -> None:
    again = renewal().renewed(Message("0800", elements), THEN, edition)
    assert again.elements.keys() == elements.keys()
