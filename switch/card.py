"""Card numbers, and what proves a card and its holder: kept apart from ordinary text so that none is shown by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, get_args

from attrs import field

from switch.record import record

PAN_DIGITS_MIN = 8  #: ISO/IEC 7812-1 allows shorter ones; nothing shorter can be masked and still be told apart
PAN_DIGITS_MAX = 19  #: ISO/IEC 7812-1

BIN_DIGITS_MAX: Final = 11  #: of the first digits of a card number, by which its issuer is known

CARD_NUMBER_DIGITS = (19, 16, 15)  #: what is taken for a card number where digits stand anywhere; the longest first
TEST_PIN: Final = "1234"  #: of every test card whose bank's file gives it no other
CARD_BEGINS = frozenset("234569")  #: first digits of the networks' ranges
CardOrigin = Literal["domestic", "foreign"]  #: where the bank of a card is, seen from the country of the centre
CARD_ORIGINS: Final[tuple[CardOrigin, ...]] = ("domestic", "foreign")
#: What 3-D Secure finds of the holder of a card, one value: ``frictionless`` without asking, ``challenge`` by a code, ``wrong
#: code`` (a code is asked for, and none is right), ``attempted`` (the bank takes no part, its network vouches), ``not
#: enrolled``, ``unavailable`` (the bank's page is away), ``rejected`` (the bank forbids the payment), ``failed`` (the holder
#: was asked and is another), ``late`` (the bank answers after some seconds, and the holder is proved), ``too late`` (it
#: answers when the page no longer waits).
AuthenticationResult = Literal[
    "frictionless",
    "challenge",
    "wrong code",
    "attempted",
    "not enrolled",
    "unavailable",
    "rejected",
    "failed",
    "late",
    "too late",
]
AUTHENTICATION_RESULTS: Final[tuple[AuthenticationResult, ...]] = get_args(AuthenticationResult)
#: With these the bank asks its question; what is found is decided by the answer.
CHALLENGING: Final[frozenset[AuthenticationResult]] = frozenset({"challenge", "wrong code"})

_CARD_NUMBER = re.compile(r"\d{13,}")
#: Groups in which networks print the numbers of their cards. Other groups are dates, accounts, amounts and names of files.
_CARD_GROUPS: Final = ((4, 4, 4, 4, 3), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (6, 6, 3))
_GROUPED_NUMBERS: Final = [
    re.compile(
        r"(?<!\d)"
        + r"([ \u00a0\u202f.-])".join([rf"\d{{{groups[0]}}}", rf"\d{{{groups[1]}}}"])
        + "".join(rf"\1\d{{{group}}}" for group in groups[2:])
        + r"(?!\d)"
    )
    for groups in _CARD_GROUPS
]
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: \d{4}){5,}\b")
_AUTHENTICATIONS: Final = {"2": "authenticated", "3": "attempted"}  #: result of a CAVV that was right -> how far it came


@record
class Pan:
    """A primary account number (ISO/IEC 7812). Shown masked; ``digits`` is the number itself, for wires and vaults only."""

    digits: str

    @property
    def masked(self) -> str:
        return mask_pan(self.digits)

    def __repr__(self) -> str:
        return f"Pan({self.masked})"

    __str__ = __repr__


@record(kw_only=True)
class CardSecurity:
    """What of a request proves that the card and its holder are there: read for one judgement, never stored and never shown.

    None, or empty, is what the request does not say. ``places`` is where its message says them, for the room that understands
    messages (``switch.iso8583``); every other room passes it on unread.
    """

    cvv2: str | None = None  #: as typed, three or four digits where it is one
    eci: str | None = None  #: two digits: 05 authenticated, 06 attempted, 07 not
    cavv: str | None = None  #: CAVV or AAV, hexadecimal; empty where what stands there cannot be read
    pin_block: str | None = None  #: hexadecimal
    pin_control: str = ""  #: how the PIN block is enciphered and under which key, as sent (DE 53)
    pin_zone: str = ""  #: the name of the key that its line agreed on; empty where it is the one ``pin_control`` says
    chip: str | None = None  #: BER-TLV, hexadecimal
    service_code: str | None = None  #: of track 2, where a verification value stands behind it
    cvv: str | None = None  #: of track 2
    places: object = field(default=None, eq=False)

    @property
    def three_d_secure(self) -> bool:
        """Whether it has 3-D Secure data, an ECI or a CAVV."""
        return self.eci is not None or self.cavv is not None

    def __repr__(self) -> str:
        proofs = ("cvv2", "eci", "cavv", "pin_block", "chip", "cvv")
        return f"CardSecurity({', '.join(each for each in proofs if getattr(self, each) is not None)})"

    __str__ = __repr__


@record(kw_only=True)
class SecurityResults:
    """What an issuer says of the proofs of a request, as networks code it: empty where it says nothing."""

    cvv2: str = ""  #: M match, N no match, P not processed, S should be there and is not, U unable to verify
    cvv: str = ""  #: of track or chip: 2 passed, 1 failed
    cavv: str = ""  #: 2 passed, 1 failed, 3 an attempt that passed, 4 one that failed, 0 not readable
    issuer_authentication: str = ""  #: ARPC and what it vouches for, hexadecimal (tag 91)
    places: object = field(default=None, eq=False, repr=False)  #: where its message says them; None: no message yet

    @property
    def authentication(self) -> str | None:
        """How far the issuer found the cardholder authenticated; None where it found a CAVV wrong, or looked at none."""
        return _AUTHENTICATIONS.get(self.cavv)


def mask_pan(digits: str) -> str:
    """First six and last four digits, as PCI DSS 3.4 allows at most; fewer where the number is short.

    >>> mask_pan("4507160000000010"), mask_pan("12345678")
    ('450716******0010', '****5678')
    """
    shown = 6 if len(digits) >= 13 else 0
    hidden = max(len(digits) - shown - 4, 0)
    return digits[:shown] + "*" * hidden + digits[shown + hidden :]


def mask_numbers(text: str) -> str:
    """A text in which anybody may have put anything: runs of 13 digits and more are masked like PANs, and so are numbers in
    groups that have the digits and the check digit of a card.

    >>> mask_numbers("card 4507160000000010 of 12 shops, or 4507 1600 0000 0010")
    'card 450716******0010 of 12 shops, or 4507 16** **** 0010'
    """
    text = _CARD_NUMBER.sub(lambda run: mask_pan(run[0]), text)
    accounts = [found.span() for found in _IBAN.finditer(text)]
    for pattern in _GROUPED_NUMBERS:
        start = 0
        while (found := pattern.search(text, start)) is not None:
            start = found.start() + 1  # another number may begin within groups that are none
            if not any(begin <= found.start() < end for begin, end in accounts):
                text = text[: found.start()] + _grouped(found[0]) + text[found.end() :]
    return text


def _grouped(groups: str) -> str:
    """A number in groups, masked between its marks where it may be a card's."""
    digits = "".join(letter for letter in groups if letter.isdecimal())
    if digits[0] not in CARD_BEGINS or luhn_digit(digits[:-1]) != digits[-1]:
        return groups
    masked = iter(mask_pan(digits))
    return "".join(next(masked) if letter.isdecimal() else letter for letter in groups)


def luhn_digit(digits: str) -> str:
    """The check digit that completes ``digits`` (ISO/IEC 7812-1, annex B).

    >>> luhn_digit("450716000000001")
    '0'
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


#: Digit -> itself and twice it, with the digits of that added up, for a whole column of digits at once; sum -> check digit.
_ONCE: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_TWICE: Final = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_COMPLETING: Final = bytes(ord("0") + -total % 10 for total in range(256))


def luhn_digits(bodies: Sequence[str]) -> str:
    """The check digits of many numbers, all of one length, a hundred times as fast as one by one.

    >>> luhn_digits(["450716000000001", "450716000000002"])
    '08'
    """
    return _completing_digits("".join(bodies).encode(), len(bodies[0]), 0).decode() if bodies else ""


def all_luhn_valid(numbers: Sequence[bytes]) -> bool:
    """Whether each of many numbers, all of one length, has a right check digit.

    >>> all_luhn_valid([b"4507160000000010", b"4507160000000028"]), all_luhn_valid([b"4507160000000010", b"4507160000000020"])
    (True, False)
    """
    width, joined = len(numbers[0]), b"".join(numbers)
    return _completing_digits(joined, width, 1) == joined[width - 1 :: width]


def _completing_digits(joined: bytes, width: int, left_out: int) -> bytes:
    """The check digits of numbers that stand one behind the other, without the last ``left_out`` digits of each.

    The columns of digits are added up as large numbers in which each sum has a byte of its own; none leaves it, since 19
    digits come to 171 at most.
    """
    digits, total = width - left_out, 0
    for place in range(digits):
        column = joined[place::width].translate(_TWICE if (digits - place) % 2 else _ONCE)
        total += int.from_bytes(column, "big")
    return total.to_bytes(len(joined) // width, "big").translate(_COMPLETING)


def luhn_valid(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    return len(digits) > 1 and luhn_digit(digits[:-1]) == digits[-1]


def card_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds what may be a card number: 15, 16 or 19 digits with a right check digit."""
    for run in re.finditer(r"[0-9]{15,}", text):
        digits = run[0]
        sums = _running_sums(digits)
        for start, first in enumerate(digits):
            for size in CARD_NUMBER_DIGITS if first in CARD_BEGINS else ():
                end = start + size
                if end <= len(digits) and (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0:
                    yield run.start() + start, run.start() + end


def _running_sums(digits: str) -> tuple[list[int], list[int]]:
    """The sums of the first digits with every other one counted twice (ISO/IEC 7812-1, annex B): for numbers that end at an
    even place, and at an odd one. Two of them say whether any stretch has a right check digit."""
    even, odd = [0], [0]
    for place, digit in enumerate(digits):
        once, twice = int(digit), int(digit) * 2 - (9 if digit > "4" else 0)
        even.append(even[-1] + (once if place % 2 else twice))
        odd.append(odd[-1] + (twice if place % 2 else once))
    return even, odd
