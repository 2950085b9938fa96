"""ISO 8583:1993 at the edge: from a 1993 message to the centre's own 1987 form, and back.

The house speaks 1987 inside. ``to_1987`` reads what a 1993 peer said; ``to_1993`` says an answer in the peer's own words, given
the message it answers, or a message of the centre's own. What has no place on the other side is dropped and never sent
under a number that means something else there: ``ALIKE`` lists every element that is the same thing in both editions, the
functions below say each of the others, and whatever neither names stays behind.

One thing is not alike under any number. What is unchanged through the life of a transaction, and so names it, is DE 7 to the
centre and DE 12 in 1993 (DE 56 repeats it). So a 1993 request's DE 7 becomes, inside, what its DE 12 says; the answer has both
back as they came. Where a 1987 message has no DE 12 or 13, its DE 7 stands in for them. An advice that keeps DE 11 and 12 of
the message it names is known by DE 12 one second on: its answer, and its repeats, are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from switch.iso8583.edition93 import pos_data
from switch.iso8583.edition93.acceptor_location import place_to_1987, place_to_1993
from switch.iso8583.edition93.action_codes import ACCEPTANCES, action_code, response_code, settlement
from switch.iso8583.elements import ALIKE, ECHOED_IN_1993, RETURNED_IN_1993
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, response_mti
from switch.transaction import PARTIALLY_APPROVED

#: Elements that are the same thing in forms that do not always fit: dropped where they do not.
_DIGITS_ONLY: Final = frozenset({40, 99})  #: n in one edition, an in the other
ADDITIONAL_RESPONSE_MAX: Final = 25  #: characters of DE 44 of 1987; 99 in 1993
SECURITY_DIGITS: Final = 16  #: of DE 53 of 1987; bytes of 1993 that spell as many decimal digits are the same
MESSAGE_NUMBER_DIGITS: Final = (4, 8)  #: of DE 71


#: DE 70 of 1987 -> DE 24 of 1993. By the standard: 801, 802, 811, 821 and 831. Which key is changed 1993 says elsewhere.
FUNCTIONS_OF_1993: Final = {"001": "801", "002": "802", "101": "811", "160": "811", "161": "811", "162": "811"} | {
    "201": "821",
    "301": "831",
}
_NETWORK_CODES: Final = {"801": "001", "802": "002", "811": "101", "821": "201", "831": "301"}

#: DE 24 of 1993, by the standard: original authorization (amount accurate, estimated), supplementary authorization (accurate,
#: estimated), inquiry; original financial, of an authorization approved before; full and partial reversal; final totals.
ORIGINAL, ESTIMATED, SUPPLEMENTARY, SUPPLEMENTARY_ESTIMATED, INQUIRY = "100", "101", "106", "107", "108"
FINANCIAL, APPROVED_BEFORE = "200", "201"
FULL_REVERSAL, PARTIAL_REVERSAL = "400", "401"
FINAL_TOTALS: Final = "500"
#: Of the standard's private range, as it has no word for it: original authorization, original financial, of which a part can be
#: taken. Said in 1987 by DE 25 = 41.
PARTIAL_FUNCTIONS: Final = {"1": "170", "2": "270"}
_ESTIMATES: Final = frozenset({ESTIMATED, "103", "105", SUPPLEMENTARY_ESTIMATED})
#: Replacements and resubmissions of an authorization. 1987 has neither; what names an original there is an increment of it.
_STANDING_ALONE: Final = frozenset({"102", "103", "104", "105"})
_INQUIRIES: Final = frozenset({"30", "31"})  #: DE 3, first two digits

#: DE 25 of a 1993 reversal whose 1987 form gives no reason: it must have one. 4001: unspecified.
UNSPECIFIED: Final = "4001"
STOOD_IN: Final = "10"  #: how the reasons of an approval in the issuer's stead begin: no authorization went before it
REASON_DIGITS: Final = 4

#: Class and function of the answers that grant money. In 1993 only 000 to 099 do: "reversal accepted" there grants nothing.
_GRANTING: Final = frozenset({"11", "21"})
_INVALID_RESPONSE: Final = "20"  #: DE 39 of 1987

_ADVICE: Final = "2"  #: function digit of an MTI
_ZERO: Final = "000000000000"  #: an amount of nothing
_NO_FEES: Final = "C00000000C00000000"  #: the end of DE 95: no fee is replaced
_INSTANT: Final = "%y%m%d%H%M%S"  #: DE 12 of 1993
QUARTER: Final = timedelta(minutes=15)
_ORIGINAL_DATA_MIN: Final = 22  #: digits of DE 56 without its acquirer


def to_1987(message: Message) -> Message:
    """The 1987 form of a 1993 message. One whose MTI is not of 1993 stays none of 1987 either."""
    mti, e = message
    elements = {number: value for number, value in e.items() if number in ALIKE}
    _times_to_1987(mti, e, elements)
    _point_to_1987(mti, e, elements)
    _outcome_to_1987(mti, e, elements)
    _original_to_1987(mti, e, elements)
    if 26 in e or 18 in e:
        elements[18] = e.get(26) or e[18]
    if 25 in e:
        elements[56] = e[25]
    if 43 in e:
        elements[43] = place_to_1987(e[43])
    if 44 in e and len(e[44]) <= ADDITIONAL_RESPONSE_MAX:
        elements[44] = e[44]
    if 53 in e and len(e[53]) == SECURITY_DIGITS and e[53].isdecimal():
        elements[53] = e[53]
    if 54 in e and e[54].isalnum():
        elements[54] = e[54]
    if 71 in e and e[71].startswith("0000"):
        elements[71] = e[71][4:]
    if mti[1] == "8" and 24 in e:
        elements[70] = _NETWORK_CODES.get(e[24], e[24])
    elements.update({number: e[number] for number in _DIGITS_ONLY if number in e and e[number].isdecimal()})
    version = "0" if mti[0] == "1" else "1"
    origin = {"4": "0", "5": "1"}.get(mti[3], mti[3])
    return Message(version + mti[1:3] + origin, {number: elements[number] for number in sorted(elements)})


def to_1993(message: Message, asked: Message | None, today: date, action: str | None = None) -> Message:
    """The 1993 form of a 1987-form message; ``asked`` is the 1993 message it answers, None for a message of our own.

    ``action`` is its action code where DE 39 of 1987 says less. 1987 writes dates without a year: each is taken from the year
    that brings it nearest to ``today``.
    """
    mti, e = message
    elements = {number: value for number, value in e.items() if number in ALIKE}
    _times_to_1993(e, elements, today)
    if 22 in e or 25 in e:
        elements[22] = pos_data.pos_data_code(pos_data.Point(e.get(22), e.get(25), e.get(26)))
    _function_to_1993(mti, e, elements)
    if 39 in e:
        elements[39] = action or action_code(e[39], mti[1], e.get(66))
    if 90 in e:
        elements[56] = _original_to_1993(mti, e, today)
    if mti[1] == "4" and _remains(e):
        _replaced_to_1993(e, elements)
    if 18 in e:
        elements[26] = e[18]
    if 43 in e:
        elements[43] = place_to_1993(e[43])
    for number in (44, 53, 54):
        if number in e:
            elements[number] = e[number]
    if 71 in e:
        elements[71] = e[71].zfill(MESSAGE_NUMBER_DIGITS[1])
    elements.update({number: e[number] for number in _DIGITS_ONLY if number in e and e[number].isdecimal()})
    if asked is None:
        other = {"0": "4", "1": "5"}  # networks manage themselves as "other": 1804, repeated 1805
        spoken = "1" + mti[1:3] + (other.get(mti[3], mti[3]) if mti[1] == "8" else mti[3])
    else:
        _echo(e, asked, elements)
        spoken = response_mti(asked.mti)
    return Message(spoken, {number: elements[number] for number in sorted(elements)})


def _echo(e: Mapping[int, str], asked: Message, elements: dict[int, str]) -> None:
    """Give back what was asked as it was asked, and nothing of that kind that was not."""
    sent = asked.elements
    has_type = 18 in e
    for number in ECHOED_IN_1993:
        answered = elements.pop(number, None)
        if number in sent and (answered is not None or (has_type and number == 18)):
            elements[number] = sent[number]
    elements |= {number: sent[number] for number in RETURNED_IN_1993 if number in sent}
    if 15 in elements and elements[15][2:] == sent.get(15, "")[2:]:
        elements[15] = sent[15]
    if asked.mti[1] == "4":
        elements |= {number: sent[number] for number in (4, 30) if number in sent and number in elements}
    elif e.get(39) == PARTIALLY_APPROVED and 4 in sent:
        elements[30] = sent[4] + sent.get(5, _ZERO)


def _times_to_1987(mti: str, e: Mapping[int, str], elements: dict[int, str]) -> None:
    if 12 in e:
        elements[13], elements[12] = e[12][2:6], e[12][6:]
        if 7 not in e or expects_answer(mti):
            elements[7] = e[12][2:] if mti[2] != _ADVICE or not _follows_itself(e) else _a_second_on(e[12])
    if 15 in e:
        elements[15] = e[15][2:]


def _follows_itself(e: Mapping[int, str]) -> bool:
    """Whether a message keeps DE 11 and 12 of the one it names in DE 56, as 1993 lets all messages of a transaction do."""
    original = e.get(56, "")
    return original[4:10] == e.get(11) and original[10:22] == e[12]


def _a_second_on(at: str) -> str:
    """MMDDhhmmss a second after a DE 12; what is no date stays as it is."""
    try:
        return f"{_instant(at) + timedelta(seconds=1):%m%d%H%M%S}"
    except ValueError:
        return at[2:]


def _times_to_1993(e: Mapping[int, str], elements: dict[int, str], today: date) -> None:
    if 12 in e and 13 in e:
        elements[12] = dated(e[13], today) + e[12]
    elif 7 in e:
        elements[12] = dated(e[7][:4], today) + e[7][4:]
    if 15 in e:
        elements[15] = dated(e[15], today)


def _point_to_1987(mti: str, e: Mapping[int, str], elements: dict[int, str]) -> None:
    """DE 22, 25 and 26 from the POS data code, and from what DE 24 says of the amount."""
    function = e.get(24, "")
    estimated = mti[1] == "1" and function in _ESTIMATES
    if len(e.get(22, "")) == pos_data.CHARACTERS:  # a dialect may have another
        point = pos_data.point_of_service(e[22], pre_authorization=estimated)
        said = {22: point.entry_mode, 25: point.condition, 26: point.pin_digits}
        elements.update({number: value for number, value in said.items() if value is not None})
    if estimated:
        elements[25] = pos_data.PRE_AUTHORIZATION
    elif function and function == PARTIAL_FUNCTIONS.get(mti[1]):
        elements[25] = pos_data.PARTIAL_ACCEPTED


def _outcome_to_1987(mti: str, e: Mapping[int, str], elements: dict[int, str]) -> None:
    if 39 not in e:
        return
    reconciled = settlement(e[39]) if mti[1] == "5" else None
    if reconciled is not None:
        elements[39], elements[66] = reconciled
    elif mti[1:3] in _GRANTING and e[39] in ACCEPTANCES:
        elements[39] = _INVALID_RESPONSE
    else:
        elements[39] = response_code(e[39], e.get(3, ""))


def _original_to_1987(mti: str, e: Mapping[int, str], elements: dict[int, str]) -> None:
    """DE 90 from DE 56; of a partial reversal also DE 4, 5 and 95 from DE 30, 4 and 5.

    A replacement or a resubmission stands alone.
    """
    original = e.get(56, "")
    alone = mti[1] == "1" and e.get(24) in _STANDING_ALONE
    if len(original) >= _ORIGINAL_DATA_MIN and not alone:
        acquirer = original[24:35]
        elements[90] = f"0{original[1:4]}{original[4:10]}{original[12:22]}{acquirer:0>11}{0:011d}"
    if mti[1] == "4" and e.get(24) != FULL_REVERSAL and 30 in e and 4 in e:
        elements[95] = e[4] + e.get(5, _ZERO) + _NO_FEES
        elements[4] = e[30][:12]
        elements.pop(5, None)
        if e[30][12:].strip("0"):
            elements[5] = e[30][12:]


def _original_to_1993(mti: str, e: Mapping[int, str], today: date) -> str:
    """DE 56 (original data elements) from DE 90.

    The two name an original by different times: DE 90 by its DE 7, which is UTC, DE 56 by its DE 12, which is local. A reversal
    repeats the original's DE 12 and 13, so the time is there. A completion or an increment has a DE 12 of its own; the
    original's local time is then its DE 7, moved by what lies between DE 7 and DE 12 of this message, which came from the same
    terminal.
    """
    if mti[1] == "4" and 12 in e and 13 in e:
        return original_data(e[90], dated(e[13], today) + e[12], e.get(32, ""))
    at = dated(e[90][10:14], today) + e[90][14:20]
    return original_data(e[90], _in_local_time(at, e, today), e.get(32, ""))


def original_data(named: str, at: str, acquirer_id: str) -> str:
    """DE 56 from DE 90 and the original's date and time, YYMMDDhhmmss.

    ``acquirer_id`` is the DE 32 of the message. DE 90 fills the acquirer up with zeros; where it is that one, DE 56 has it with
    the zeros it begins with itself.
    """
    acquirer = named[20:31].lstrip("0")
    if acquirer and acquirer == acquirer_id.lstrip("0"):
        acquirer = acquirer_id
    return f"1{named[1:4]}{named[4:10]}{at}{len(acquirer):02d}{acquirer}"


def _in_local_time(at: str, e: Mapping[int, str], today: date) -> str:
    """An instant (YYMMDDhhmmss) of DE 7 as DE 12 would have it: moved by the time zone, which is whole quarters of an hour."""
    if not (7 in e and 12 in e and 13 in e):
        return at
    try:
        sent, local = _instant(dated(e[7][:4], today) + e[7][4:]), _instant(dated(e[13], today) + e[12])
        quarters = round((local - sent) / QUARTER)
        return f"{_instant(at) + quarters * QUARTER:{_INSTANT}}"
    except ValueError:
        return at


def _instant(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def _remains(e: Mapping[int, str]) -> bool:
    """Whether DE 95 leaves something of the amount: a reversal in part."""
    actual = e.get(95, "")[:12]
    return actual.isdecimal() and bool(actual.strip("0"))


def _replaced_to_1993(e: Mapping[int, str], elements: dict[int, str]) -> None:
    """DE 4, 5 and 30 of a partial reversal: what remains, and what was."""
    elements[30] = e.get(4, _ZERO) + e.get(5, _ZERO)
    elements[4], settled = e[95][:12], e[95][12:24]
    elements.pop(5, None)
    if settled.isdecimal() and settled.strip("0"):
        elements[5] = settled


def _function_to_1993(mti: str, e: Mapping[int, str], elements: dict[int, str]) -> None:
    """DE 24 and 25 of a message that is no answer."""
    if not expects_answer(mti):
        return
    function = _function(mti, e)
    if function is not None:
        elements[24] = function
    reason = e.get(56, UNSPECIFIED if mti[1] == "4" else "")
    if len(reason) == REASON_DIGITS and reason.isdecimal():
        elements[25] = reason


def _function(mti: str, e: Mapping[int, str]) -> str | None:
    """DE 24 of 1993; None for a class whose functions 1987 does not tell apart."""
    kind = mti[1]
    if kind == "1":
        if e.get(3, "")[:2] in _INQUIRIES:
            return INQUIRY
        if e.get(25) == pos_data.PARTIAL_ACCEPTED:
            return PARTIAL_FUNCTIONS[kind]
        estimated = e.get(25) == pos_data.PRE_AUTHORIZATION
        if 90 in e:
            return SUPPLEMENTARY_ESTIMATED if estimated else SUPPLEMENTARY
        return ESTIMATED if estimated else ORIGINAL
    if kind == "2":
        stood_in = e.get(56, "").startswith(STOOD_IN)
        if mti[2] == "2" and (90 in e or (38 in e and not stood_in)):
            return APPROVED_BEFORE
        return PARTIAL_FUNCTIONS[kind] if e.get(25) == pos_data.PARTIAL_ACCEPTED else FINANCIAL
    if kind == "4":
        return PARTIAL_REVERSAL if _remains(e) else FULL_REVERSAL
    if kind == "5":
        return FINAL_TOTALS
    return FUNCTIONS_OF_1993.get(e.get(70, ""), e.get(70)) if kind == "8" else None


@lru_cache(maxsize=1024)
def dated(month_and_day: str, today: date) -> str:
    """YYMMDD of an MMDD, in the year that brings it nearest to ``today``; what is no date gets the year of today.

    >>> dated("1231", date(2027, 1, 1)), dated("0101", date(2026, 12, 31))
    ('261231', '270101')
    """
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            day = date(year, int(month_and_day[:2]), int(month_and_day[2:]))
        except ValueError:
            continue
        near.append((abs(day - today), year))
    year = min(near)[1] if near else today.year
    return f"{year % 100:02d}{month_and_day}"
