"""ISO 8583:1993 at the edge. Messages of either edition are written here by hand, in the words of the two standards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.edition93.acceptor_location import place_to_1987, place_to_1993
from switch.iso8583.edition93.messages import dated, to_1987, to_1993
from switch.iso8583.message import Message
from tests.iso8583.samples import PAN, PURCHASE, TODAY, TRACK_2, with_elements
from tests.iso8583.samples93 import PURCHASE_1993, answered

# -- messages written by hand


def test_a_purchase_is_understood() -> None:
    heard = to_1987(PURCHASE_1993)
    assert heard == with_elements(PURCHASE, de7="1122101530"), "DE 7 is what DE 12 says: it names the transaction"


def test_a_purchase_is_said() -> None:
    said = to_1993(PURCHASE, None, TODAY)
    assert said == with_elements(PURCHASE_1993, de43="EPICERIE DU COIN\\\\RABAT\\             MAR"), "the street is not known"


def test_the_answer_has_what_was_asked_as_it_was_asked() -> None:
    said = answered(PURCHASE_1993, de38="A1B2C3", de39="00")
    kept = (2, 3, 4, 7, 11, 12, 14, 22, 24, 26, 32, 37, 41, 42, 49)
    assert said == Message(
        "1110", dict(sorted({**{n: PURCHASE_1993.elements[n] for n in kept}, 38: "A1B2C3", 39: "000"}.items()))
    )


@pytest.mark.parametrize("absent", [7, 12, 22, 26])
def test_the_answer_has_nothing_that_was_not_asked(absent: int) -> None:
    asked = with_elements(PURCHASE_1993, **{f"de{absent}": None})
    assert absent not in answered(asked, de39="00").elements


def test_transport_data_and_the_year_of_the_settlement_date_go_back() -> None:
    asked = with_elements(PURCHASE_1993, de15="271231", de59="LINE 7")
    said = answered(asked, de39="00").elements
    assert (said[15], said[59]) == ("271231", "LINE 7")


def test_an_approval_for_a_part_says_what_was_asked() -> None:
    said = answered(PURCHASE_1993, de4="000000005000", de38="A1B2C3", de39="10").elements
    assert (said[4], said[30], said[39]) == ("000000005000", "000000012500" + "0" * 12, "002")


PARTIAL_REVERSAL: Final = Message(
    "1420",
    {
        **{n: PURCHASE_1993.elements[n] for n in (2, 3)},
        4: "000000005000",
        **{n: PURCHASE_1993.elements[n] for n in (7, 11, 12)},
        24: "401",
        25: "4000",
        30: "000000012500" + "0" * 12,
        **{n: PURCHASE_1993.elements[n] for n in (32, 37, 41, 42, 49)},
        56: "1100000042261122101530" + "06504001",
    },
)


def test_a_partial_reversal_is_understood_and_answered() -> None:
    heard = to_1987(PARTIAL_REVERSAL)
    assert heard.mti == "0420"
    assert heard.elements[4] == "000000012500", "what was"
    assert heard.elements[95] == "000000005000" + "0" * 12 + "C00000000" * 2, "what remains"
    assert heard.elements[90] == "0100000042112210153000000504001" + "0" * 11
    assert heard.elements[56] == "4000"
    said = answered(PARTIAL_REVERSAL, de39="00").elements
    assert (said[4], said[39], said[24]) == ("000000005000", "400", "401")


@pytest.mark.parametrize(("left", "in_1993"), [("000000000460", "000000000460"), ("000000000000", None)])
@pytest.mark.parametrize("was", ["000000001150", None])
def test_a_partial_reversal_says_of_the_settlement_amount_what_remains(was: str | None, left: str, in_1993: str | None) -> None:
    partial = with_elements(PURCHASE, de4="000000012500", de5=was, de95=f"000000005000{left}" + "C00000000" * 2)
    said = to_1993(Message("0420", partial.elements), None, TODAY).elements
    assert (said[4], said.get(5)) == ("000000005000", in_1993)
    assert said[30] == "000000012500" + (was or "0" * 12)


@pytest.mark.parametrize(
    ("de32", "named", "said"),
    [
        ("000504", "00000000504", "06000504"),
        ("00000000504", "00000000504", "1100000000504"),
        ("504001", "00000504001", "06504001"),
        ("504001", "00000000504", "03504"),
        (None, "00000000504", "03504"),
        ("000504", "00000000000", "00"),
    ],
)
@pytest.mark.parametrize("mti", ["0420", "0220"])
def test_the_acquirer_of_the_original_is_said_as_the_message_itself_says_it(
    mti: str, de32: str | None, named: str, said: str
) -> None:
    de90 = f"0100000042{1122091530}{named}{0:011d}"
    message = Message(mti, with_elements(PURCHASE, de32=de32, de90=de90).elements)
    assert to_1993(message, None, TODAY).elements[56] == "1100000042261122101530" + said


@pytest.mark.parametrize("behind_seconds", [-420, -59, -1, 0, 1, 59, 420])
@pytest.mark.parametrize("zone_minutes", [-570, -300, -15, 0, 60, 345])
@pytest.mark.parametrize("mti", ["0220", "0120", "0100"])
def test_an_original_is_named_in_local_time_whatever_lies_between_the_two_clocks_of_its_sender(
    mti: str, zone_minutes: int, behind_seconds: int
) -> None:
    """DE 7 is written by the gateway, DE 12 by its terminal: a zone is whole quarters of an hour, a difference of clocks is
    not."""
    sent = datetime(2026, 11, 22, 18, 40, 30, tzinfo=UTC)
    local = sent + timedelta(minutes=zone_minutes, seconds=-behind_seconds)
    times = {"de7": f"{sent:%m%d%H%M%S}", "de12": f"{local:%H%M%S}", "de13": f"{local:%m%d}"}
    named = f"01000000421122091530{'504001':0>11}{0:011d}"
    message = Message(mti, with_elements(PURCHASE, **times, de90=named).elements)
    was = datetime(2026, 11, 22, 9, 15, 30, tzinfo=UTC) + timedelta(minutes=zone_minutes)
    assert to_1993(message, None, TODAY).elements[56] == f"1100000042{was:%y%m%d%H%M%S}06504001"


@pytest.mark.parametrize(("was", "heard_was"), [("000000001150", "000000001150"), ("0" * 12, None)])
@pytest.mark.parametrize(("left", "heard_left"), [("000000000460", "000000000460"), (None, "0" * 12)])
def test_a_partial_reversal_is_heard_with_the_settlement_amount_that_was(
    was: str, heard_was: str | None, left: str | None, heard_left: str
) -> None:
    heard = to_1987(with_elements(PARTIAL_REVERSAL, de5=left, de30="000000012500" + was)).elements
    assert (heard[4], heard.get(5)) == ("000000012500", heard_was)
    assert heard[95] == "000000005000" + heard_left + "C00000000" * 2


@pytest.mark.parametrize("absent", [("de12",), ("de13",), ("de12", "de13")])
def test_a_message_without_a_local_time_is_said_with_the_time_it_has(absent: tuple[str, ...]) -> None:
    message = with_elements(PURCHASE, de7="1231235930", **dict.fromkeys(absent))
    assert to_1993(message, None, date(2027, 1, 2)).elements[12] == "261231235930"
    assert 13 not in to_1993(message, None, date(2027, 1, 2)).elements


def test_a_full_reversal_leaves_nothing() -> None:
    heard = to_1987(with_elements(PARTIAL_REVERSAL, de24="400", de4="000000012500", de30=None)).elements
    assert heard[4] == "000000012500"
    assert 95 not in heard


def test_a_reversal_without_a_function_asks_for_nothing_more() -> None:
    heard = to_1987(with_elements(PARTIAL_REVERSAL, de24=None, de30=None, de22="510101500001")).elements
    assert heard[25] == "00"


def test_a_reversal_in_two_currencies_keeps_both() -> None:
    both = with_elements(PARTIAL_REVERSAL, de5="000000000500", de30="000000012500000000001250", de50="978")
    heard = to_1987(both)
    assert (heard.elements[4], heard.elements[5]) == ("000000012500", "000000001250")
    said = to_1993(heard, None, TODAY).elements
    assert (said[4], said[5], said[30]) == ("000000005000", "000000000500", "000000012500000000001250")


@pytest.mark.parametrize(
    ("mti", "elements", "function"),
    [
        ("0100", {3: "000000"}, "100"),
        ("0100", {3: "000000", 25: "06"}, "101"),
        ("0100", {3: "000000", 25: "41"}, "170"),
        ("0100", {3: "000000", 90: PURCHASE.mti + "0" * 38}, "106"),
        ("0100", {3: "000000", 25: "06", 90: PURCHASE.mti + "0" * 38}, "107"),
        ("0100", {3: "310000"}, "108"),
        ("0120", {3: "000000", 38: "OFF001"}, "100"),
        ("0200", {3: "000000"}, "200"),
        ("0200", {3: "000000", 25: "41"}, "270"),
        ("0220", {3: "000000"}, "200"),
        ("0220", {3: "000000", 38: "A1B2C3"}, "201"),
        ("0220", {3: "000000", 90: PURCHASE.mti + "0" * 38}, "201"),
        ("0220", {3: "000000", 38: "A1B2C3", 56: "1003"}, "200"),  # approved in the issuer's stead: nothing went before
        ("0400", {4: "000000012500"}, "400"),
        ("0420", {4: "000000012500", 95: "0" * 42}, "400"),
        ("0420", {4: "000000012500", 95: "000000005000" + "0" * 30}, "401"),
        ("0500", {}, "500"),
        ("0800", {70: "001"}, "801"),
        ("0800", {70: "002"}, "802"),
        ("0800", {70: "101"}, "811"),
        ("0800", {70: "161"}, "811"),
        ("0800", {70: "201"}, "821"),
        ("0800", {70: "301"}, "831"),
    ],
)
def test_functions(mti: str, elements: dict[int, str], function: str) -> None:
    assert to_1993(Message(mti, elements), None, TODAY).elements[24] == function


@pytest.mark.parametrize("function", ["102", "103", "104", "105"])
def test_a_replacement_is_no_increment(function: str) -> None:
    named = with_elements(PURCHASE_1993, de24=function, de56="110000004126112210000006504001")
    assert 90 not in to_1987(named).elements
    assert 90 in to_1987(with_elements(named, de24="106")).elements


@pytest.mark.parametrize(("function", "condition"), [("101", "06"), ("107", "06"), ("170", "41")])
def test_what_a_function_says_of_the_amount_needs_no_pos_data_code(function: str, condition: str) -> None:
    assert to_1987(with_elements(PURCHASE_1993, de24=function, de22=None)).elements[25] == condition


@pytest.mark.parametrize(
    ("said", "heard"),
    [("0800", "1804"), ("0801", "1805"), ("0820", "1824"), ("0100", "1100"), ("0421", "1421"), ("0502", "1502")],
)
def test_message_types(said: str, heard: str) -> None:
    assert to_1993(Message(said, {}), None, TODAY).mti == heard
    assert to_1987(Message(heard, {})).mti == said


@pytest.mark.parametrize("mti", ["1800", "1804", "1801", "1805", "1824"])
def test_network_management_is_answered_by_its_own_kind(mti: str) -> None:
    asked = Message(mti, {7: "1122101530", 11: "000042", 12: "261122111530", 24: "831", 33: "504001"})
    answer = {"1800": "1810", "1801": "1810", "1804": "1814", "1805": "1814", "1824": "1834"}[mti]
    heard = to_1987(asked)
    assert heard.elements[70] == "301"
    said = to_1993(Message(heard.mti[:2] + "10", {**heard.elements, 39: "00"}), asked, TODAY)
    assert said == Message(answer, {**asked.elements, 39: "800"})


def test_a_message_of_1987_on_a_line_of_1993_stays_foreign() -> None:
    assert to_1987(PURCHASE).mti == "1100", "so the centre, which offers 0xxx inside, refuses it"


@pytest.mark.parametrize("code", ["300", "400", "500", "600", "605", "700", "800", "900", "901"])
@pytest.mark.parametrize("mti", ["1110", "1210"])
def test_acceptances_of_other_classes_grant_no_money(mti: str, code: str) -> None:
    assert to_1987(Message(mti, {39: code})).elements[39] == "20", "invalid response"


@pytest.mark.parametrize("code", ["900", "901"])
def test_an_advice_is_acknowledged(code: str) -> None:
    assert to_1987(Message("1130", {39: code})).elements[39] == "00"


def test_card_data_is_the_same_in_both() -> None:
    by_track = with_elements(PURCHASE, de2=None, de14=None, de35=TRACK_2, de52="0412AC89ABCDEF67", de55="5A08" + PAN)
    said = to_1993(by_track, None, TODAY).elements
    assert {n: said[n] for n in (35, 52, 55)} == {n: by_track.elements[n] for n in (35, 52, 55)}


# -- dates


@pytest.mark.parametrize(
    ("month_and_day", "today", "expected"),
    [
        ("1231", date(2027, 1, 1), "261231"),
        ("0101", date(2026, 12, 31), "270101"),
        ("0701", date(2026, 1, 1), "260701"),
        ("0702", date(2026, 12, 30), "260702"),
        ("0229", date(2028, 2, 29), "280229"),
        ("0229", date(2028, 3, 1), "280229"),
        ("0229", date(2027, 12, 31), "280229"),
        ("0229", date(2029, 1, 2), "280229"),
        ("0228", date(2026, 3, 1), "260228"),
        ("1231", date(2099, 12, 31), "991231"),
        ("0101", date(2099, 12, 31), "000101"),
        ("0230", TODAY, "260230"),  # no date: the year of today
        ("9999", TODAY, "269999"),
    ],
)
def test_the_year_that_is_nearest(month_and_day: str, today: date, expected: str) -> None:
    assert dated(month_and_day, today) == expected


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(-180, 180))
def test_dates_within_half_a_year_get_their_year(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert dated(f"{day:%m%d}", today) == f"{day:%y%m%d}"


def test_a_completion_after_new_year_names_an_original_before_it() -> None:
    """Original 31 December 23:30 UTC, which is 00:30 of the new year in Casablanca: DE 12 of the original said so."""
    completion = with_elements(
        Message("0220", PURCHASE.elements),
        de7="0101090000",
        de12="100000",
        de13="0101",
        de90="0100" + "000041" + "1231233000" + f"{'504001':0>11}" + "0" * 11,
    )
    assert to_1993(completion, None, date(2027, 1, 1)).elements[56] == "1100000041" + "270101003000" + "06504001"


@pytest.mark.parametrize(
    ("named_at", "known_at"),
    [
        ("261122101530", "1122101531"),
        ("261122101559", "1122101600"),
        ("261122105959", "1122110000"),
        ("261122235959", "1123000000"),
        ("261130235959", "1201000000"),
        ("261231235959", "0101000000"),
        ("280228235959", "0229000000"),
        ("270228235959", "0301000000"),
        ("260230101559", "0230101559"),  # no date: as it stands
    ],
)
def test_an_advice_with_the_names_of_its_original_is_known_a_second_later(named_at: str, known_at: str) -> None:
    """DE 11 and 12 of an original name it; an advice may have the same two, and is another message all the same."""
    original = f"1100000041{named_at}06504001"
    advice = with_elements(Message("1220", PURCHASE_1993.elements), de11="000041", de12=named_at, de24="201", de56=original)
    heard = {told.mti: to_1987(told).elements[7] for told in (advice, advice._replace(mti="1221"))}
    assert heard == {"1220": known_at, "1221": known_at}, "a repeat is known by the same name"
    others = (advice._replace(mti="1200"), with_elements(advice, de11="000042"), with_elements(advice, de12="261122101500"))
    expected = [named_at[2:], named_at[2:], "1122101500"]
    assert [to_1987(other).elements[7] for other in others] == expected, "no advice, or one with a name of its own"


def test_a_reversal_repeats_the_time_of_its_original() -> None:
    reversal = with_elements(
        Message("0420", PURCHASE.elements),
        de7="0101000100",
        de12="235900",
        de13="1231",
        de90="0100000041" + "1231225900" + f"{'504001':0>11}" + "0" * 11,
    )
    said = to_1993(reversal, None, date(2027, 1, 1)).elements
    assert said[12] == said[56][10:22] == "261231235900"


# -- places


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("EPICERIE DU COIN".ljust(23) + "RABAT".ljust(13) + "  MA", "EPICERIE DU COIN\\\\RABAT\\             MAR"),
        ("SHOP".ljust(23) + "NEW YORK".ljust(13) + "NYUS", "SHOP\\\\NEW YORK\\          NY US "),
        (" " * 40, "\\\\\\" + " " * 16),
        ("A\\B".ljust(40), "A B\\\\\\" + " " * 16),
    ],
)
def test_name_and_place(place: str, expected: str) -> None:
    assert place_to_1993(place) == expected
    assert place_to_1987(expected) == place.replace("\\", " ")


@pytest.mark.parametrize("country", ["FRA", "ESP", "TUN", "DZA", "MAR"])
def test_countries(country: str) -> None:
    two = {"FRA": "FR", "ESP": "ES", "TUN": "TN", "DZA": "DZ", "MAR": "MA"}[country]
    assert place_to_1987(f"SHOP\\1 RUE\\CITY\\75001        {country}")[38:] == two


def test_a_place_without_parts_is_taken_as_it_stands() -> None:
    assert place_to_1987("SHOP IN RABAT") == "SHOP IN RABAT".ljust(40)
    assert len(place_to_1987("x" * 99)) == 40
