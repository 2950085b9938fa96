"""A file of cards: as many as a million, a line each, in the order of their numbers. Nothing is made of a line before its card
is asked for: a number is found by the first ones of its pages.

The bytes come from outside. ``faults`` proves a file; what is found in one that was not proved may be nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from operator import lt
from typing import Final, Generic, NamedTuple, TypeVar

from switch.card import PAN_DIGITS_MAX, PAN_DIGITS_MIN, all_luhn_valid, luhn_digits, mask_pan
from switch.display.visible import visible
from switch.issuers.cards.status import STATUSES

T = TypeVar("T")

PAGE_BYTES: Final = 4_096  #: some fifty cards, which are searched in a microsecond

FAULTS_MAX: Final = 20  #: told of one file; more would hide what they have in common

#: Column -> what stands in it, and that in words. The number comes first; the others in any order, those that may be empty or
#: missing included.
_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "pan": (rf"[0-9]{{{PAN_DIGITS_MIN},{PAN_DIGITS_MAX}}}", f"{PAN_DIGITS_MIN} to {PAN_DIGITS_MAX} digits"),
    "expiry": (r"[0-9]{2}(?:0[1-9]|1[0-2])", "year and month, YYMM, such as 2912"),
    "balance": (r"[0-9]{1,10}\.[0-9]{2}", 'an amount with two decimals, such as "125.00"'),
    "account": (r"[a-z0-9-]{1,40}", "small letters, digits and hyphens"),
    "cvv2": (r"(?:[0-9]{3,4})?", "three or four digits, or nothing"),
    "product": (r"[a-z0-9_]*", "a product of the issuer's file, or nothing"),
    "status": ("(?:" + "|".join(("", *STATUSES)) + ")", "a status of a card, or nothing"),
    "name": (r"[^,\"\r\n]*", "text without commas and quotes"),
    "amount": (r"(?:[0-9]{1,10}\.[0-9]{2})?", 'an amount with two decimals, such as "125.00", or nothing'),
}
COLUMNS: Final = tuple(_COLUMNS)
NEEDED: Final = ("pan", "expiry", "balance", "account")
_HEADERS_EXPECTED: Final = f"pan, then columns of {', '.join(COLUMNS[1:])}; {', '.join(NEEDED)} at least"


class SheetRow(NamedTuple):
    """One line, as it is written; what has no column is empty."""

    pan: str
    expiry: str
    balance_minor: int
    account: str
    cvv2: str
    product: str
    status: str
    name: str


class SheetFault(NamedTuple):
    """What is wrong on a line, from 1."""

    line: int
    key: str
    found: str
    expected: str


class CardSheet(Generic[T]):
    """The cards of one file. ``make`` makes a card of a row; ``read`` gives the bytes when they are first needed."""

    def __init__(self, read: Callable[[], bytes], make: Callable[[SheetRow], T]) -> None:
        self._read, self._make = read, make
        self._content: bytes | None = None
        self._places: dict[str, int] = {}  #: column -> its place on a line
        self._start = 0  #: where the first card stands
        self._starts: list[int] = []  #: where the first line of each page stands
        self._firsts: list[bytes] = []  #: its number

    def _opened(self) -> bytes:
        if self._content is None:
            content = self._read()
            head, newline, _ = content.partition(b"\n")
            self._start = len(head) + len(newline)
            names = head.decode(errors="replace").rstrip("\r").removeprefix("\ufeff").split(",")
            self._places = {name: place for place, name in enumerate(names)}
            self._content = content
            self._mark_pages(content)
        return self._content

    def load(self) -> None:
        """Read the file now, so that the first card asked for does not wait for it."""
        self._opened()

    def release(self) -> None:
        """Let go of the bytes; they are read again where a card is asked for."""
        self._content = None
        self._starts.clear()
        self._firsts.clear()

    def _mark_pages(self, content: bytes) -> None:
        """Note the first number of each page, so that one page alone has to be searched for a card."""
        for place in range(self._start, len(content), PAGE_BYTES):
            start = content.rfind(b"\n", 0, place) + 1
            if not self._starts or start > self._starts[-1]:
                self._starts.append(start)
                self._firsts.append(content[start : content.find(b",", start)])

    def find(self, digits: str) -> T | None:
        """The card of this number."""
        content, wanted = self._opened(), digits.encode(errors="replace")
        page = bisect_right(self._firsts, wanted)
        if page == 0:
            return None
        end = self._starts[page] if page < len(self._starts) else len(content)
        place = content.find(b"\n%b," % wanted, self._starts[page - 1] - 1, end)
        return self._card(content, place + 1) if place >= 0 else None

    def _card(self, content: bytes, start: int) -> T | None:
        end = content.find(b"\n", start)
        return self._made(content[start : end if end >= 0 else len(content)])

    def _made(self, line: bytes) -> T | None:
        values = line.decode(errors="replace").rstrip("\r").split(",")
        if len(values) != len(self._places) or not self._places.keys() >= set(NEEDED):
            return None

        def said(column: str) -> str:
            place = self._places.get(column)
            return values[place] if place is not None else ""

        whole, _, cents = said("balance").partition(".")
        if not (whole + cents).isdecimal():
            return None
        return self._make(
            SheetRow(
                pan=said("pan"),
                expiry=said("expiry"),
                balance_minor=int(whole + cents),
                account=said("account"),
                cvv2=said("cvv2"),
                product=said("product"),
                status=said("status"),
                name=said("name"),
            )
        )

    def __iter__(self) -> Iterator[T]:
        """Every card, in the order of the file."""
        content, start = self._opened(), self._start
        while start < len(content):
            end = content.find(b"\n", start)
            end = end if end >= 0 else len(content)
            card = self._made(content[start:end])
            if card is not None:
                yield card
            start = end + 1

    def __len__(self) -> int:
        content = self._opened()
        rows = content.count(b"\n", self._start)
        return rows + (len(content) > self._start and not content.endswith(b"\n"))

    def numbers(self) -> list[bytes]:
        """Every number, in the order of the file."""
        return re.findall(rb"([0-9]*+),[^\n]*+\n?", memoryview(self._opened())[self._start :])

    def first_from(self, body: str) -> str | None:
        """The first number that is this one or stands behind it in the order of the file; None behind the last."""
        content, wanted = self._opened(), body.encode()
        low, high = self._start, len(content)
        while low < high:
            start = content.rfind(b"\n", low, (low + high) // 2) + 1 or low
            if content[start : content.find(b",", start)] < wanted:
                low = content.find(b"\n", start) + 1 or len(content)
            else:
                high = start
        return content[low : content.find(b",", low)].decode() if low < len(content) else None

    # proving

    def faults(self, products: Collection[str], own: str) -> Iterator[SheetFault]:
        """What is wrong with a file: its columns, the shape of every line, order and check digits of the numbers, accounts that
        are not a line's own. ``products`` are the names a line may say, and ``own`` begins the accounts of
        cards in the issuer's file.

        A million lines take about a second and 250 MB, which are given back.
        """
        content = self._opened()
        wrong = self._wrong_header()
        if wrong is not None:
            yield SheetFault(1, "", *wrong)
            return
        shapes = list(islice(self._misshapen(content, products, own), FAULTS_MAX))
        if shapes:
            yield from shapes
            return
        numbers = self.numbers()
        if not numbers:
            yield SheetFault(1, "", "no card", "a line for each card")
            return
        yield from islice(self._misnumbered(numbers), FAULTS_MAX)
        yield from self._shared_accounts(content)

    def _wrong_header(self) -> tuple[str, str] | None:
        names = list(self._places)
        unknown = next((name for name in names if name not in _COLUMNS), None)
        if unknown is not None:
            return f"column {visible(unknown)!r}" if unknown else "a column without a name", _HEADERS_EXPECTED
        lacking = next((name for name in NEEDED if name not in names), None)
        if lacking is not None:
            return f"no column {lacking}", _HEADERS_EXPECTED
        return ("columns that do not begin with pan", _HEADERS_EXPECTED) if names[0] != "pan" else None

    def _shapes(self, products: Collection[str], own: str) -> list[tuple[str, str, str]]:
        """Of each column: its name, what it is to look like, and that in words."""
        found = []
        for name in self._places:
            pattern, words = _COLUMNS[name]
            if name == "product":
                pattern = "(?:" + "|".join(("", *map(re.escape, products))) + ")"
                words = (
                    f"one of {', '.join(products)}, or nothing" if products else "nothing: the issuer's file has no [[product]]"
                )
            elif name == "account":
                pattern, words = f"(?!{re.escape(own)}){pattern}", f"{words}, not beginning with {own}"
            found.append((name, pattern, words))
        return found

    def _misshapen(self, content: bytes, products: Collection[str], own: str) -> Iterator[SheetFault]:
        shapes = self._shapes(products, own)
        row = ",".join(pattern for _, pattern, _ in shapes)
        good = re.compile(rf"(?>{row}\r?(?:\n|\Z))*+".encode())
        place, line = self._start, 2
        while place < len(content):
            match = good.match(content, place)
            end = match.end() if match is not None else place
            if end >= len(content):
                return
            line += content.count(b"\n", place, end)
            newline = content.find(b"\n", end)
            newline = newline if newline >= 0 else len(content)
            yield self._fault(content[end:newline].decode(errors="replace").rstrip("\r"), line, shapes)
            place, line = newline + 1, line + 1

    def _fault(self, text: str, line: int, shapes: list[tuple[str, str, str]]) -> SheetFault:
        values = text.split(",")
        if len(values) != len(shapes):
            return SheetFault(line, "", f"{len(values)} values", f"{len(shapes)}, as the first line has columns")
        for (name, pattern, words), value in zip(shapes, values, strict=True):
            if not re.fullmatch(pattern, value, re.ASCII):
                shown = mask_pan(value) if name == "pan" else "***" if name == "cvv2" else visible(value)[:40]
                return SheetFault(line, name, repr(shown), words)
        return SheetFault(line, "", "a line that cannot be read", "text in UTF-8")

    def _misnumbered(self, numbers: list[bytes]) -> Iterator[SheetFault]:
        if not all(map(lt, numbers, islice(numbers, 1, None))):
            place = next(place for place in range(1, len(numbers)) if numbers[place - 1] >= numbers[place])
            twice = numbers[place - 1] == numbers[place]
            found = (
                f"{mask_pan(numbers[place].decode())}{' a second time' if twice else ', below the number of the line before'}"
            )
            yield SheetFault(place + 2, "pan", found, "each number once, in ascending order: LC_ALL=C sort sorts the lines")
            return
        lengths = set(map(len, numbers))
        for digits in lengths:
            alike = numbers if len(lengths) == 1 else [number for number in numbers if len(number) == digits]
            if not all_luhn_valid(alike):
                yield from self._without_check_digit(numbers, digits)

    def _without_check_digit(self, numbers: list[bytes], digits: int) -> Iterator[SheetFault]:
        alike = [place for place, number in enumerate(numbers) if len(number) == digits]
        completing = luhn_digits([numbers[place][:-1].decode() for place in alike])
        for place, digit in zip(alike, completing, strict=True):
            if numbers[place][-1:] != digit.encode():
                number = numbers[place].decode()
                said = f"{mask_pan(number)} with check digit {number[-1]}"
                yield SheetFault(place + 2, "pan", said, f"check digit {digit}")

    def _shared_accounts(self, content: bytes) -> Iterator[SheetFault]:
        place = self._places["account"]
        pattern = re.compile(rb"(?:[^,\n]*+,){%d}+([^,\r\n]*+)[^\n]*+\n?" % place)
        accounts = pattern.findall(memoryview(content)[self._start :])
        if all(map(lt, accounts, islice(accounts, 1, None))) or len(set(accounts)) == len(accounts):
            return
        seen: dict[bytes, int] = {}
        for line, account in enumerate(accounts, start=2):
            first = seen.setdefault(account, line)
            if first != line:
                yield SheetFault(line, "account", f"{account.decode()!r}, the account of line {first}", "an account of its own")
                return
