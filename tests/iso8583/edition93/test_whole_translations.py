"""Messages of one edition in the words of the other, with every element: ``whole_translations.txt`` was read by a person.

Where a line has to change, ``python -m tests.iso8583.edition93.test_whole_translations`` prints the file anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from switch.iso8583.edition93.messages import dated, original_data, to_1987, to_1993
from switch.iso8583.edition93.translation import Translation
from switch.iso8583.message import Message
from tests.iso8583.samples import CHIP_PURCHASE, ECHO_TEST, PURCHASE, REVERSAL, TODAY, with_elements
from tests.iso8583.samples93 import PURCHASE_1993

FILE: Final = Path(__file__).with_name("whole_translations.txt")
DE_90: Final = "0100000041112209100000000504001" + "0" * 11
DE_95: Final = "000000005000" + "000000000000" + "C00000000C00000000"
DE_56: Final = "1100000041261122101000" + "06504001"
GIVEN_BACK: Final = (2, 3, 4, 7, 11, 12, 13, 18, 22, 41, 43, 90)
LEAP_DAY: Final = date(2028, 2, 29)


def _as(message: Message, mti: str, **elements: str | None) -> Message:
    return Message(mti, with_elements(message, **elements).elements)


#: What we say to a peer of 1993: a message of 1987, and what it is.
SAID: Final[list[tuple[str, Message]]] = [
    ("purchase", PURCHASE),
    ("repeat", _as(PURCHASE, "0101")),
    ("balance", with_elements(PURCHASE, de3="310000", de4=None)),
    ("funds", with_elements(PURCHASE, de3="300000", de25="06")),
    ("hold", with_elements(PURCHASE, de25="06", de15="1123")),
    ("part taken", with_elements(PURCHASE, de25="41")),
    ("increment", with_elements(PURCHASE, de25="06", de90=DE_90)),
    ("names another", with_elements(PURCHASE, de90=DE_90)),
    ("far away", with_elements(PURCHASE, de12="201530", de90=DE_90)),
    ("a quarter off", with_elements(PURCHASE, de12="093600", de90=DE_90)),
    ("no local time", with_elements(PURCHASE, de12=None, de13=None, de90=DE_90)),
    ("no time", with_elements(PURCHASE, de7=None, de12=None, de13=None)),
    ("last year", with_elements(PURCHASE, de13="1231", de7="1231231530", de15="0102")),
    ("no date", with_elements(PURCHASE, de13="0230", de15="0000")),
    ("chip sale", CHIP_PURCHASE),
    ("part of a sale", with_elements(CHIP_PURCHASE, de25="41")),
    ("advice", _as(PURCHASE, "0120", de39="00", de38="A1B2C3")),
    ("sale told", _as(PURCHASE, "0220", de39="00")),
    ("sale told with its code", _as(PURCHASE, "0220", de38="A1B2C3")),
    ("sale told in the issuer's stead", _as(PURCHASE, "0220", de38="A1B2C3", de56="1003")),
    ("completion", _as(PURCHASE, "0220", de90=DE_90, de25="41")),
    ("completion repeated", _as(PURCHASE, "0221", de90=DE_90)),
    ("reversal", with_elements(REVERSAL, de12="101530", de13="1122")),
    ("reversal without a time", REVERSAL),
    ("reversal with a reason", with_elements(REVERSAL, de56="4021")),
    ("reversal with no reason", with_elements(REVERSAL, de56="TEXT")),
    ("reversal of nothing less", with_elements(REVERSAL, de95="0" * 24 + DE_95[24:])),
    ("reversal in part", with_elements(REVERSAL, de95=DE_95, de5="000000001250")),
    ("reversal in part, settled", with_elements(REVERSAL, de95="000000005000000000000500" + DE_95[24:], de5="000000001250")),
    ("reversal by another acquirer", with_elements(REVERSAL, de90="0100000041112209100000000777777" + "0" * 11)),
    ("reversal by nobody", with_elements(REVERSAL, de90="01000000411122091000" + "0" * 22)),
    ("type and place", with_elements(PURCHASE, de18="5999", de43="A".ljust(23) + "B".ljust(13) + "  FR")),
    ("texts", with_elements(PURCHASE, de44="AB", de53="1001000000000000", de54="0001504D000000001000", de71="0042")),
    ("no digits", with_elements(PURCHASE, de40="12A", de99="123")),
    (
        "totals",
        Message("0500", {7: "1122200000", 11: "000900", 32: "504001", 41: "TERM0001", 74: "0000000003", 76: "0000000001"}),
    ),
    ("echo", ECHO_TEST),
    ("sign-on", Message("0800", {**ECHO_TEST.elements, 70: "001"})),
    ("sign-off repeated", Message("0801", {**ECHO_TEST.elements, 70: "002"})),
    ("PIN key", Message("0800", {**ECHO_TEST.elements, 70: "101"})),
    ("cut-over", Message("0820", {**ECHO_TEST.elements, 15: "1123", 70: "201"})),
    ("another function", Message("0800", {**ECHO_TEST.elements, 70: "777"})),
]
#: What a peer of 1993 says to us.
HEARD: Final[list[tuple[str, Message]]] = [
    ("purchase", PURCHASE_1993),
    ("repeat", _as(PURCHASE_1993, "1101")),
    ("no DE 7", with_elements(PURCHASE_1993, de7=None)),
    ("no DE 12", with_elements(PURCHASE_1993, de12=None)),
    ("estimate", with_elements(PURCHASE_1993, de24="101")),
    ("increment", with_elements(PURCHASE_1993, de24="107", de56=DE_56)),
    ("exact increment", with_elements(PURCHASE_1993, de24="106", de56=DE_56)),
    ("replacement", with_elements(PURCHASE_1993, de24="102", de56=DE_56)),
    ("estimated replacement", with_elements(PURCHASE_1993, de24="103", de56=DE_56)),
    ("resubmission", with_elements(PURCHASE_1993, de24="104", de56=DE_56)),
    ("estimated resubmission", with_elements(PURCHASE_1993, de24="105", de56=DE_56)),
    ("part taken", with_elements(PURCHASE_1993, de24="170")),
    ("part of a sale", _as(PURCHASE_1993, "1200", de24="270")),
    ("part of the other class", with_elements(PURCHASE_1993, de24="270")),
    ("estimated sale", _as(PURCHASE_1993, "1200", de24="101")),
    ("original in short", with_elements(PURCHASE_1993, de24="106", de56=DE_56[:22])),
    ("original too short", with_elements(PURCHASE_1993, de24="106", de56=DE_56[:21])),
    ("completion under its own number", _as(PURCHASE_1993, "1220", de24="201", de56="1100000042261122101530")),
    ("completion of another time", _as(PURCHASE_1993, "1220", de24="201", de56="1100000042261122101531")),
    ("completion of another STAN", _as(PURCHASE_1993, "1220", de24="201", de56="1100000043261122101530")),
    ("at the end of a year", _as(PURCHASE_1993, "1220", de12="261231235959", de56="1100000042261231235959")),
    ("at no time", _as(PURCHASE_1993, "1220", de12="261331235959", de56="1100000042261331235959")),
    ("place of its own", with_elements(PURCHASE_1993, de22="5101")),
    ("type of 1987", with_elements(PURCHASE_1993, de26=None, de18="5999")),
    ("no type", with_elements(PURCHASE_1993, de26=None)),
    ("reason", with_elements(PURCHASE_1993, de25="1508")),
    ("texts", with_elements(PURCHASE_1993, de44="AB", de53="1001000000000000", de54="0001504D000000001000", de71="00000042")),
    ("long texts", with_elements(PURCHASE_1993, de44="A" * 40, de53="A" * 16, de54="\x01", de71="10000042")),
    ("settled on", with_elements(PURCHASE_1993, de15="261123")),
    ("no digits", with_elements(PURCHASE_1993, de40="123", de99="12A")),
    ("whole reversal", _as(PURCHASE_1993, "1420", de24="400", de25="4021", de30="0" * 24, de56=DE_56)),
    (
        "reversal in part",
        _as(PURCHASE_1993, "1420", de24="401", de4="000000005000", de30="000000012500" + "0" * 12, de56=DE_56),
    ),
    (
        "reversal in part, settled",
        _as(
            PURCHASE_1993,
            "1421",
            de24="401",
            de4="000000005000",
            de5="000000000500",
            de30="000000012500000000001250",
            de56=DE_56,
        ),
    ),
    ("reversal in part of nothing known", _as(PURCHASE_1993, "1420", de24="401", de56=DE_56)),
    *(
        (f"approved {code}", _as(PURCHASE_1993, "1110", de39=code))
        for code in ("000", "002", "900", "400", "500", "605", "800")
    ),
    *(
        (f"declined {code}", _as(PURCHASE_1993, "1110", de39=code))
        for code in ("100", "114", "116", "199", "299", "599", "999")
    ),
    ("sale accepted 901", _as(PURCHASE_1993, "1230", de39="901")),
    ("sale approved 600", _as(PURCHASE_1993, "1210", de39="600")),
    ("reversal accepted", _as(PURCHASE_1993, "1430", de39="400")),
    ("no such savings account", _as(PURCHASE_1993, "1110", de3="001000", de39="114")),
    ("no account to credit", _as(PURCHASE_1993, "1110", de3="200020", de39="114")),
    *((f"totals {code}", Message("1510", {11: "000900", 39: code})) for code in ("500", "501", "502", "503", "504", "904")),
    *((f"network {code}", Message("1804", {11: "000900", 24: code})) for code in ("801", "802", "811", "821", "831", "899")),
    ("network repeated", Message("1805", {11: "000900", 24: "801"})),
    ("network told", Message("1824", {11: "000900", 24: "821", 15: "261123"})),
    ("network answered", Message("1814", {11: "000900", 24: "801", 39: "800"})),
    ("of another edition", Message("2100", {11: "000900"})),
]
#: Our answers to a peer of 1993: what it asked, and elements of the answer in 1987.
ANSWERED: Final[list[tuple[str, Message, dict[int, str], str | None]]] = [
    ("approval", PURCHASE_1993, {38: "A1B2C3", 39: "00"}, None),
    ("timed out", PURCHASE_1993, {39: "91"}, "911"),
    ("scheme's code", PURCHASE_1993, {39: "N7"}, None),
    ("part", with_elements(PURCHASE_1993, de5="000000001250"), {4: "000000005000", 39: "10"}, None),
    ("part of no amount", with_elements(PURCHASE_1993, de4=None), {4: "000000005000", 39: "10"}, None),
    (
        "keys, totals and transport",
        with_elements(PURCHASE_1993, de28="261122", de29="001", de53="AB", de59="L7"),
        {39: "00"},
        None,
    ),
    ("other year", with_elements(PURCHASE_1993, de15="271123"), {15: "1123", 39: "00"}, None),
    ("other settlement date", with_elements(PURCHASE_1993, de15="271123"), {15: "1124", 39: "00"}, None),
    ("type asked as in 1987", with_elements(PURCHASE_1993, de26=None, de18="5999"), {18: "5411", 39: "00"}, None),
    ("no type asked", with_elements(PURCHASE_1993, de26=None), {18: "5411", 39: "00"}, None),
    (
        "reversal",
        _as(PURCHASE_1993, "1420", de24="401", de4="000000005000", de30="000000012500" + "0" * 12, de56=DE_56),
        {4: "000000012500", 30: "1", 39: "00"},
        None,
    ),
    ("refused reversal", _as(PURCHASE_1993, "1421", de24="400", de56=DE_56), {39: "25"}, None),
    *(
        (f"totals {code} {settled}", Message("1520", {11: "000900", 12: "261122200000"}), {39: code, 66: settled}, None)
        for code, settled in (("00", "0"), ("00", "1"), ("95", "2"), ("00", "2"), ("95", "3"), ("30", "1"))
    ),
    ("echo", Message("1804", {11: "000900", 12: "261122200000", 24: "831"}), {11: "000900", 39: "00", 70: "301"}, None),
    ("unknown function", Message("1804", {11: "000900", 24: "899"}), {11: "000900", 39: "40", 70: "899"}, None),
    ("file action", Message("1304", {11: "000900", 24: "302"}), {11: "000900", 39: "40"}, None),
    ("fee", Message("1720", {11: "000900", 24: "700"}), {11: "000900", 39: "00"}, None),
]


def _told(message: Message, given: Message) -> str:
    """The message as far as it is not what was given, and the numbers of what it lacks of that."""
    new = [f"{number}={value!r}" for number, value in message.elements.items() if given.elements.get(number) != value]
    gone = [f"-{number}" for number in given.elements if number not in message.elements]
    return " ".join([message.mti, *new, *gone])


def _lines() -> Iterator[str]:
    for name, message in SAID:
        yield f"said {name}: {_told(to_1993(message, None, TODAY), message)}"
    leaping = with_elements(PURCHASE, de7="0229091530", de13="0229", de15="0301", de90=DE_90.replace("1122", "0228"))
    yield f"said on a leap day: {_told(to_1993(leaping, None, LEAP_DAY), leaping)}"
    for name, message in HEARD:
        yield f"heard {name}: {_told(to_1987(message), message)}"
    for name, asked, elements, action in ANSWERED:
        heard = to_1987(asked)
        kept = {number: value for number, value in heard.elements.items() if number in GIVEN_BACK}
        mti = heard.mti[:2] + ("1" if heard.mti[2] == "0" else "3") + "0"
        answer = Message(mti, dict(sorted({**kept, **elements}.items())))
        yield f"answered {name}: {_told(to_1993(answer, asked, TODAY, action), asked)}"


def test_each_message_is_in_the_other_edition_what_the_file_says() -> None:
    assert list(_lines()) == FILE.read_text("utf-8").splitlines()


def test_a_date_without_a_year_is_of_the_nearest_one() -> None:
    days: dict[tuple[str, date], str] = {
        ("0229", LEAP_DAY): "280229",
        ("0229", date(2027, 12, 31)): "280229",
        ("0229", date(2029, 1, 1)): "280229",
        ("0229", date(2026, 6, 1)): "260229",
        ("1231", date(2028, 1, 1)): "271231",
        ("0101", date(2027, 12, 31)): "280101",
        ("0701", date(2027, 1, 1)): "270701",
        ("0703", date(2027, 1, 1)): "260703",
        ("0000", date(2027, 1, 1)): "270000",
        ("AB12", date(2027, 1, 1)): "27AB12",
    }
    assert {asked: dated(*asked) for asked in days} == days


def test_the_acquirer_of_an_original_is_written_as_the_message_has_it() -> None:
    said = {acquirer: original_data(DE_90, "261122101000", acquirer)[22:] for acquirer in ("504001", "0504001", "777", "")}
    assert said == {"504001": "06504001", "0504001": "070504001", "777": "06504001", "": "06504001"}
    assert original_data(DE_90[:20] + "0" * 22, "261122101000", "0")[22:] == "00"


def _asked(number: int, **elements: Any) -> Message:
    return with_elements(PURCHASE, de7=f"1122{number:06d}", de11=f"{number:06d}", **elements)


def test_an_answer_has_the_time_of_what_was_asked_for_as_long_as_that_is_remembered() -> None:
    line = Translation(lambda: TODAY)
    spoken = line.said(_asked(1), None, None)
    answer = Message("1110", {number: spoken.elements[number] for number in (11, 12, 41)} | {39: "000"})
    line.said(with_elements(_asked(2), de7=None), None, None)
    line.overheard(Message("1100", {11: "000003"}))
    assert line.heard(answer).elements[7] == "1122000001"
    for number, other in ((11, "000002"), (12, "261122101531"), (41, "TERM0002")):
        heard = line.heard(Message("1110", {**answer.elements, number: other})).elements[7]
        assert heard != "1122000001", f"another DE {number}"
    assert line.heard(Message("1210", answer.elements)).elements[7] != "1122000001", "another class"
    assert line.heard(Message("1100", spoken.elements)).elements[7] == "1122101530", "a request is no answer"
    overheard = Translation(lambda: TODAY)
    overheard.overheard(spoken)
    assert overheard.heard(answer).elements[7] == "1122000001"
    overheard.overheard(Message("1110", {**spoken.elements, 7: "1122999999"}))
    assert overheard.heard(answer).elements[7] == "1122000001", "an answer is nothing that was asked"


if __name__ == "__main__":
    print(*_lines(), sep="\n")
