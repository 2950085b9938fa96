"""Building a request as a point of sale or a gateway would send it, from what a person knows of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from switch.errors import MessageError, SwitchError
from switch.iso8583.dialect import EDITION_1993, Dialect
from switch.iso8583.edition93.messages import dated, original_data, to_1993
from switch.iso8583.edition93.pos_data import PARTIAL_ACCEPTED, PRE_AUTHORIZATION
from switch.iso8583.element import Element
from switch.iso8583.mapping.acquirer import CASH_AMOUNT
from switch.iso8583.mapping.session import ECHO, MAC_KEY_CHANGE, PIN_KEY_CHANGE, SIGN_OFF, SIGN_ON
from switch.iso8583.message import Message
from switch.iso8583.mti import VERSIONS
from switch.iso8583.nested.wire import SubelementError
from switch.iso8583.nested.write import with_subelement
from switch.merchant import Merchant
from switch.money import CURRENCIES
from switch.record import frozen
from switch.transaction import CHIP, ECOMMERCE, MAGSTRIPE, MANUAL

#: How the card was read -> DE 22 (entry mode, PIN capability) and DE 25 (59 e-commerce, 00 normal, 08 by mail or phone).
ENTRIES: Final = {ECOMMERCE: ("812", "59"), CHIP: ("051", "00"), MAGSTRIPE: ("021", "00"), MANUAL: ("012", "08")}


class Kind(NamedTuple):
    """What is asked for: the usual message and its DE 3."""

    mti: str
    processing_code: str
    condition: str | None = None  #: DE 25; None: as the card was read
    moves_money: bool = True


KINDS: Final = {
    "purchase": Kind("0100", "000000"),
    "cash": Kind("0100", "010000"),
    "cash-back": Kind("0100", "090000"),
    "quasi-cash": Kind("0100", "110000"),
    "bill": Kind("0100", "500000"),
    "refund": Kind("0200", "200000"),
    "balance": Kind("0100", "310000", moves_money=False),
    "verify": Kind("0100", "000000", moves_money=False),
    "preauth": Kind("0100", "000000", PRE_AUTHORIZATION),
}

KEY_CHANGES: Final = {"key-change": PIN_KEY_CHANGE, "mac-key-change": MAC_KEY_CHANGE}  #: DE 70 of exchanges of a key
#: DE 70
NETWORK_FUNCTIONS: Final = {"sign-on": SIGN_ON, "echo": ECHO, "sign-off": SIGN_OFF, "cut-over": "201", **KEY_CHANGES}

CASH_MACHINE_MCC: Final = "6011"  #: ISO 18245: automated cash disbursement
ANY_RETAIL_MCC: Final = "5999"  #: of a merchant the specification does not know

#: Service code and discretionary data of the tracks we write: international, magnetic stripe only.
TRACK_END: Final = "10100000"

COUNTRIES: Final = {"504": "MA", "250": "FR", "724": "ES", "788": "TN", "012": "DZ"}  #: ISO 3166, for DE 43

MERCHANT_ID_CHARACTERS: Final = 15  #: DE 42
TERMINAL_ID_CHARACTERS: Final = 8  #: DE 41
STAN_DIGITS: Final = 6  #: DE 11


@frozen(kw_only=True)
class Sale:
    """What is known at the till. ``at`` is the instant in the time zone of the card acceptor."""

    mti: str
    pan: str
    expiry: str  #: YYMM
    amount_minor: int
    currency: str  #: ISO 4217 numeric
    entry: str  #: one of ENTRIES
    merchant_id: str
    merchant: Merchant | None  #: None where the specification has no merchant of this id
    terminal_id: str
    acquirer_id: str
    country: str  #: ISO 3166 numeric
    stan: str
    rrn: str
    at: datetime
    kind: str | None = None  #: one of KINDS; None: cash where the merchant is a cash machine, else a purchase
    cash_back_minor: int = 0  #: part of ``amount_minor``
    partial_accepted: bool = False


def sale_message(sale: Sale, dialect: Dialect) -> Message:
    """The request for a sale; elements the dialect has no place for are left out."""
    mcc = sale.merchant.mcc if sale.merchant else ANY_RETAIL_MCC
    kind = KINDS[sale.kind or ("cash" if mcc == CASH_MACHINE_MCC else "purchase")]
    entry_mode, condition = ENTRIES[sale.entry]
    if sale.partial_accepted:
        condition = PARTIAL_ACCEPTED
    elements = {
        2: sale.pan,
        3: kind.processing_code,
        4: f"{sale.amount_minor:012d}",
        7: sale.at.astimezone(UTC).strftime("%m%d%H%M%S"),
        11: sale.stan,
        12: sale.at.strftime("%H%M%S"),
        13: sale.at.strftime("%m%d"),
        14: sale.expiry,
        18: mcc,
        22: entry_mode,
        25: kind.condition or condition,
        32: sale.acquirer_id,
        37: sale.rrn,
        41: sale.terminal_id.ljust(TERMINAL_ID_CHARACTERS),
        42: sale.merchant_id.ljust(MERCHANT_ID_CHARACTERS),
        43: _name_and_place(sale),
        49: sale.currency,
    }
    if sale.entry == MAGSTRIPE:
        elements[35] = f"{sale.pan}={sale.expiry}{TRACK_END}"
    if sale.cash_back_minor:
        elements[54] = f"00{CASH_AMOUNT}{sale.currency}D{sale.cash_back_minor:012d}"
    return sayable(sale.mti, elements, dialect)


def totals_message(mti: str, *, acquirer_id: str, terminal_id: str, stan: str, at: datetime, dialect: Dialect) -> Message:
    """The close of a terminal's batch without a counter: it asks for the centre's totals, and compares none."""
    elements = {
        7: at.astimezone(UTC).strftime("%m%d%H%M%S"),
        11: stan,
        12: at.strftime("%H%M%S"),
        13: at.strftime("%m%d"),
        32: acquirer_id,
        41: terminal_id.ljust(TERMINAL_ID_CHARACTERS),
    }
    return sayable(mti, elements, dialect)


def network_message(mti: str, function: str, *, institution_id: str, stan: str, at: datetime, dialect: Dialect) -> Message:
    """A network management message with a function of DE 70, from the institution that sends it (DE 33)."""
    elements = {7: at.astimezone(UTC).strftime("%m%d%H%M%S"), 11: stan, 33: institution_id, 70: function}
    return sayable(mti, elements, dialect)


def sayable(mti: str, elements: Mapping[int, str], dialect: Dialect) -> Message:
    """A message of those elements the dialect has a place for, in order; all of them where it is still to be ``worded``."""
    translated = dialect.edition == EDITION_1993
    return Message(mti, {number: elements[number] for number in sorted(elements) if translated or dialect.elements[number]})


def worded(message: Message, dialect: Dialect, today: date) -> Message:
    """A 1987-form message in the edition its dialect speaks; an MTI that is of 1993 already stays as it is.

    What it names in DE 90 it names as the centre knows it, so DE 56 has the same date and time.
    """
    if dialect.edition != EDITION_1993:
        return message
    mti, elements = to_1993(message, None, today)
    if 90 in message.elements:
        named = message.elements[90]
        elements[56] = original_data(named, dated(named[10:14], today) + named[14:20], elements.get(32, ""))
    said = message.mti if message.mti[0] == VERSIONS[EDITION_1993] else mti
    return Message(said, {number: value for number, value in elements.items() if dialect.elements[number]})


def retrieval_reference(at: datetime, stan: str) -> str:
    """A usual DE 37: last digit of the year, day of the year, hour, STAN.

    >>> retrieval_reference(datetime(2026, 11, 22, 13, 5), "000042")
    '632613000042'
    """
    return f"{at:%Y}"[-1] + f"{at:%j%H}" + stan


def currency_number(text: str) -> str:
    """The ISO 4217 number of a currency given as such or by its letters.

    >>> currency_number("mad"), currency_number("978")
    ('504', '978')
    """
    numbers = {letters: number for number, (letters, _) in CURRENCIES.items()}
    number = numbers.get(text.upper(), text)
    if not (len(number) == 3 and number.isascii() and number.isdecimal()):
        raise SwitchError(f"currency: found {text!r}, expected three digits (ISO 4217) or one of {', '.join(sorted(numbers))}")
    return number


def parse_change(text: str) -> tuple[int, str | None]:
    """A wish such as ``39=51``: the element and its value, None (``39=``) to leave it out."""
    number, equals, value = text.partition("=")
    if not (equals and number.isascii() and number.isdecimal() and len(number) <= 3):
        raise SwitchError(f"element: found {number + equals!r}, expected its number, = and its value, such as 22=051")
    return int(number), value or None


#: A wish such as ``127.25.2=00``: the element, the way down to its subelement, and the value; None to leave it out.
InnerChange = tuple[int, tuple[str, ...], str | None]


def parse_inner_change(text: str) -> InnerChange | None:
    """A wish for a subelement; None where it names an element alone."""
    name, equals, value = text.partition("=")
    number, *path = name.split(".")
    if not path:
        return None
    if not (equals and number.isascii() and number.isdecimal() and len(number) <= 3 and all(path)):
        raise SwitchError(f"element: found {name + equals!r}, expected its number, = and its value, such as 127.22=ABC")
    return int(number), tuple(path), value or None


def changed_inside(message: Message, changes: Iterable[InnerChange], dialect: Dialect) -> Message:
    """The message with subelements replaced or left out; all others of the same element stay.

    MessageError where the dialect describes no such subelement, or the value does not fit it.
    """
    for number, path, value in changes:
        element = dialect.elements[number] if 2 <= number < len(dialect.elements) else None
        if element is None:
            raise MessageError(number, None, f"element {number}", f"one that dialect {dialect.name} defines, from 2 to 192")
        try:
            whole = with_subelement(element, message.elements.get(number, ""), path, value)
        except SubelementError as fault:
            raise MessageError(number, None, fault.found, fault.expected) from None
        message = changed(message, [(number, whole or None)], dialect)
    return message


def changed(message: Message, changes: Iterable[tuple[int, str | None]], dialect: Dialect) -> Message:
    """The message with elements replaced or left out. Binary values may come in small letters, numbers without leading zeros.

    MessageError where the dialect has no such element; whether a value fits is for the codec to say.
    """
    elements = dict(message.elements)
    for number, value in changes:
        element = dialect.elements[number] if 2 <= number < len(dialect.elements) else None
        if element is None:
            raise MessageError(number, None, f"element {number}", f"one that dialect {dialect.name} defines, from 2 to 192")
        if value is None:
            elements.pop(number, None)
        else:
            elements[number] = _as_written(element, value)
    return Message(message.mti, {number: elements[number] for number in sorted(elements)})


def _as_written(element: Element, value: str) -> str:
    if element.content == "b":
        return value.upper()
    fixed_number = element.content == "n" and not element.length_units and value.isascii() and value.isdecimal()
    return value.zfill(element.size) if fixed_number else value


def _name_and_place(sale: Sale) -> str:
    """DE 43 of ISO 8583:1987: name (23), city (13), state (2), country (2), in plain ASCII."""
    name, city = (sale.merchant.name, sale.merchant.city) if sale.merchant else ("UNKNOWN MERCHANT", "")
    return f"{_plain(name):23.23}{_plain(city):13.13}  {COUNTRIES.get(sale.country, ''):2}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in folded if character.isprintable())
