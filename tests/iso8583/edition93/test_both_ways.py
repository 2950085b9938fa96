"""Between the editions: what both can say comes through, and nothing gets another meaning on the way.

Which element of one is which of the other stands here by the two standards, not by the code.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switch.iso8583.edition93.messages import FINAL_TOTALS, to_1987, to_1993
from switch.iso8583.elements import ALIKE
from switch.iso8583.message import Message
from switch.iso8583.mti import CLASSES
from switch.transaction import RESPONSE_MEANINGS
from tests.iso8583.samples import PURCHASE, TODAY, codec
from tests.iso8583.samples93 import PURCHASE_1993, answered
from tests.support.strategies import DIALECTS, messages, values

quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

BASE87, BASE93 = DIALECTS["base87"], DIALECTS["base93"]

#: Elements of both editions that are the same thing under names or in forms that differ, by what the standards say of them.
RENAMED: Final = {
    5: "settlement is called reconciliation",
    7: "date and time of transmission",
    9: "settlement is called reconciliation",
    50: "settlement is called reconciliation",
    97: "settlement is called reconciliation",
    19: "country codes",
    20: "country codes",
    21: "country codes",
    68: "country codes",
    69: "country codes",
    27: "approval code",
    38: "approval code",
    55: "chip data",
    67: "extended payment",
}
#: The same numbers with another meaning: each is translated or left behind.
OTHER_MEANING: Final = frozenset(
    {12, 13, 15, 22, 24, 25, 26, 28, 29, 30, 31, 39, 43, 46, *range(56, 62), 66, 70, 72, *range(82, 86), *range(90, 97)}
    | {*range(105, 111), *range(112, 116), 120, 121, 122}
)


def there_and_back(message: Message, today: date = TODAY) -> Message:
    return to_1987(to_1993(message, None, today))


PLAIN: Final = (2, 3, 4, 5, 6, 8, 9, 10, 11, 14, 16, 17, 19, 20, 21, 23, 27, 32, 33, 35, 36, 37, 38, 41, 42, 44, 45, 47, 48)
PRIVATE: Final = (62, 63, 123, 124, 125, 126, 127)
COUNTERS: Final = (*range(74, 82), *range(86, 90), 97)

#: DE 22 and 25 that both editions can say.
POINTS: Final = [
    (way + pad, whereabouts)
    for way in ("00", "01", "02", "03", "04", "05", "07", "10", "81", "90", "91")
    for pad in "012"
    for whereabouts in ("00", "01", "02", "05", "08", "10", "59")
]

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001
offsets = st.integers(-48, 56).map(lambda quarters: timedelta(minutes=15 * quarters))
names = st.text("ABCDEFGHIJ .'-&", max_size=23).map(lambda text: f"{text.rstrip():23}")


@st.composite
def parts(draw: st.DrawFn, numbers: tuple[int, ...]) -> dict[int, str]:
    """Some of these elements, each with any value 1987 allows."""
    chosen = draw(st.lists(st.sampled_from(numbers), max_size=8, unique=True))
    return {number: draw(values(BASE87.element(number))) for number in chosen}


@st.composite
def sales(draw: st.DrawFn) -> tuple[Message, date, timedelta]:
    """A message about a sale that both editions can say, the day it is said on, and the time zone of its DE 12."""
    at, offset = draw(instants), draw(offsets)
    elements = draw(parts(PLAIN + PRIVATE))
    entry, condition = draw(st.sampled_from(POINTS))
    elements |= {3: draw(st.sampled_from(("000000", "010000", "200000", "500000")))}
    elements |= {7: f"{at:%m%d%H%M%S}", 12: f"{at + offset:%H%M%S}", 13: f"{at + offset:%m%d}", 22: entry, 25: condition}
    elements |= draw(st.sampled_from(({}, {18: "5411"}, {43: draw(names) + f"{'RABAT':13}" + "  MA"}, {15: f"{at:%m%d}"})))
    mti = draw(st.sampled_from(("0100", "0101", "0120", "0121", "0200", "0201", "0220", "0221")))
    today = (at + draw(st.integers(-90, 90)) * timedelta(days=1)).date()
    return Message(mti, dict(sorted(elements.items()))), today, offset


def as_named_in_1993(elements: dict[int, str]) -> dict[int, str]:
    """The elements with the DE 7 that a message of 1993 gets inside: what names a transaction is its DE 12."""
    return dict(sorted({**elements, 7: elements[13] + elements[12]}.items()))


def original(at: datetime, offset: timedelta = timedelta(0)) -> str:
    return f"0100000041{at + offset:%m%d%H%M%S}{'504001':0>11}{0:011d}"


@given(sales())
@quick
def test_a_sale_comes_back_whole(sale: tuple[Message, date, timedelta]) -> None:
    message, today, _ = sale
    assert there_and_back(message, today) == Message(message.mti, as_named_in_1993(message.elements))


@given(sales(), st.integers(0, 90), st.sampled_from(("06", "00")))
@quick
def test_what_names_an_authorization_comes_back_in_its_own_time(
    sale: tuple[Message, date, timedelta], days: int, condition: str
) -> None:
    """Increments and completions. The original's DE 7 comes back as its DE 12, a transaction's name in 1993."""
    message, today, offset = sale
    at = datetime.strptime(f"{today:%Y}{today:%m%d}120000", "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(days=days)
    told = {**message.elements, 90: original(at)}
    if message.mti[1] == "1":
        told[25] = condition
    expected = {**as_named_in_1993(told), 90: original(at, offset)}
    assert there_and_back(Message(message.mti, told), today) == Message(message.mti, dict(sorted(expected.items())))


@given(
    sales(),
    st.sampled_from(("0400", "0401", "0420", "0421")),
    st.integers(0, 12_500),
    st.sampled_from(("4000", "4021")),
    st.sampled_from((None, 0, 1_150)),
)
@quick
def test_a_reversal_comes_back_whole(
    sale: tuple[Message, date, timedelta], mti: str, left_minor: int, reason: str, settled_minor: int | None
) -> None:
    """Its DE 12 is the original's: so is the time in its DE 90."""
    message, today, _ = sale
    e = {n: v for n, v in message.elements.items() if n != 5} | {4: "000000012500", 56: reason}
    if settled_minor is not None:
        e[5] = f"{1_250:012d}"
    e[90] = f"{message.mti[:3]}0000041{e[13]}{e[12]}{'504001':0>11}{0:011d}"
    if left_minor:
        e[95] = f"{left_minor:012d}{settled_minor or 0:012d}C{0:08d}C{0:08d}"
    assert there_and_back(Message(mti, e), today) == Message(mti, as_named_in_1993(e))


@given(parts(COUNTERS), st.sampled_from(("0500", "0501", "0520", "0521")))
@quick
def test_totals_come_back_whole(counters: dict[int, str], mti: str) -> None:
    told = {7: "1122091530", 11: "000042", 12: "101530", 13: "1122", 32: "504001", 41: "TERM0001", **counters}
    said = to_1993(Message(mti, told), None, TODAY)
    assert said.elements[24] == FINAL_TOTALS
    assert to_1987(said) == Message(mti, as_named_in_1993(told))


@given(parts(COUNTERS), st.sampled_from([("00", "0"), ("00", "1"), ("95", "2"), ("95", "3")]))
@quick
def test_answers_to_totals_come_back_whole(counters: dict[int, str], outcome: tuple[str, str]) -> None:
    told = {7: "1122101530", 11: "000042", 12: "101530", 13: "1122", 39: outcome[0], 41: "TERM0001", 66: outcome[1], **counters}
    asked = Message("1520", {7: "1122091530", 11: "000042", 12: "261122101530", 24: "500", 41: "TERM0001"})
    heard = to_1987(to_1993(Message("0530", dict(sorted(told.items()))), asked, TODAY))
    assert heard == Message("0530", dict(sorted({**told, 7: "1122091530"}.items())))


@given(
    st.sampled_from(("0800", "0801", "0820", "0821")),
    st.sampled_from(("001", "002", "101", "201", "301", "999")),
    parts((33, 48, 53, 96, 100)),
)
@quick
def test_network_management_comes_back_whole(mti: str, function: str, more: dict[int, str]) -> None:
    told = {7: "1122091530", 11: "000042", 12: "101530", 13: "1122", 70: function, **more}
    expected = {number: value for number, value in as_named_in_1993(told).items() if number != 96}
    assert there_and_back(Message(mti, told)) == Message(mti, expected)


@given(
    st.sampled_from(sorted(RESPONSE_MEANINGS)),
    st.sampled_from(("1100", "1101", "1120", "1200", "1220")),
    parts((*PRIVATE, 38, 44, 48, 54, 55)),
)
@quick
def test_answers_come_back_whole(code: str, mti: str, more: dict[int, str]) -> None:
    """But for the codes 1993 has no twin of (test_action_codes)."""
    asked = Message(mti, PURCHASE_1993.elements)
    heard = to_1987(answered(asked, de39=code, **{f"de{n}": value for n, value in more.items()})).elements
    again = to_1987(answered(asked, de39=heard[39])).elements
    assert again[39] == heard[39]
    assert {n: heard[n] for n in more} == more
    assert {n: heard[n] for n in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42)} == {
        n: PURCHASE.elements[n] for n in (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42)
    }


# -- nothing under another meaning


def test_elements_that_are_alike_are_so_by_both_specifications() -> None:
    for number in sorted(ALIKE):
        one, other = BASE87.element(number), BASE93.element(number)
        assert (one.content, one.characters_max, one.length_units) == (
            other.content,
            other.characters_max,
            other.length_units,
        )
        assert one.name == other.name or number in RENAMED, number
    assert not ALIKE & OTHER_MEANING


def test_the_page_lists_them() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "editions.md").read_text(encoding="utf-8")
    _, _, listed = page.partition("| elements | alike |\n| --- | --- |\n| ")
    numbers = set[int]()
    for run in listed.partition(" |")[0].split(", "):
        first, _, last = run.partition(" to ")
        numbers |= set(range(int(first), int(last or first) + 1))
    assert numbers == ALIKE


@given(st.data())
@quick
def test_whatever_1987_says_can_be_said_and_means_the_same(data: st.DataObject) -> None:
    message = data.draw(messages(BASE87))
    said = to_1993(message, None, TODAY)
    assert codec("ascii93").encode(said)
    unexplained = said.elements.keys() - ALIKE - {12, 15, 22, 24, 25, 26, 30, 39, 40, 43, 44, 53, 54, 56, 71, 99}
    assert not unexplained
    assert all(said.elements[n] == message.elements[n] for n in said.elements.keys() & ALIKE - {4, 5})


@given(st.data())
@quick
def test_whatever_1993_says_can_be_said_and_means_the_same(data: st.DataObject) -> None:
    drawn = data.draw(messages(BASE93))
    message = Message("1" + drawn.mti[1:], drawn.elements)
    heard = to_1987(message)
    assert codec("ascii").encode(heard)
    unexplained = (
        heard.elements.keys() - ALIKE - {12, 13, 15, 18, 22, 25, 26, 39, 40, 43, 44, 53, 54, 56, 66, 70, 71, 90, 95, 99}
    )
    assert not unexplained
    assert all(heard.elements[n] == message.elements[n] for n in heard.elements.keys() & ALIKE - {4, 5, 7})


@pytest.mark.parametrize("number", sorted(OTHER_MEANING - {12, 13, 15, 22, 24, 25, 26, 39, 43, 56, 66, 70, 90, 95}))
@pytest.mark.parametrize("class_digit", sorted(CLASSES))
def test_what_has_another_meaning_stays_behind(number: int, class_digit: str) -> None:
    for version, base, translated in (("0", BASE87, lambda m: to_1993(m, None, TODAY)), ("1", BASE93, to_1987)):
        element = base.elements[number]
        assert element is not None
        value = ("C" if element.content == "x+n" else "") + "1" * (element.characters_max - (element.content == "x+n"))
        message = Message(f"{version}{class_digit}00", {number: value})
        assert translated(message).elements.keys() <= {24, 25}, "the function, and the reason of a reversal"
