"""An issuer as its file describes it: who it is, where and how it is reached, which cards it has given out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal, NamedTuple

from attrs import field

from switch.card import CARD_ORIGINS, PAN_DIGITS_MAX, PAN_DIGITS_MIN, CardOrigin, Pan, luhn_digit, luhn_valid, mask_pan
from switch.issuers.secure_line import ClientTls, optional
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import SWITCH

ACTIVE: Final = "active"
PURPOSE_DO_NOT_HONOR: Final = "do_not_honor"
LOST: Final = "lost"
STOLEN: Final = "stolen"
BLOCKED_BY_BANK: Final = "blocked_by_bank"  #: of an account blocked by hand; no file says it
CardStatus = Literal["active", "do_not_honor", "lost", "stolen", "blocked_by_bank"]
STATUSES: Final[tuple[CardStatus, ...]] = (ACTIVE, PURPOSE_DO_NOT_HONOR, LOST, STOLEN)

ECHO_SECONDS = 30  #: silence after which a line is asked for an echo, where its file does not say; less than firewalls bear
ECHO_SECONDS_MAX = 3600
SERIES_BODY_DIGITS = 15  #: BIN and number of a card in a series; the Luhn digit makes the sixteen of a usual card


NO_PAN = Pan("0" * PAN_DIGITS_MIN)  #: stands in for a number that is wrong; its check digit is right


class Address(NamedTuple):
    """Where an issuer listens."""

    host: str
    port: int


@frozen(kw_only=True)
class Card:
    """A card and the account behind it, as they stand in the issuer's file."""

    pan: Pan
    expiry: str  #: YYMM; good until the end of that month
    cvv2: str | None = field(repr=False)  #: None where the issuer's file gives none
    balance_minor: int  #: what the account holds before any authorization
    status: CardStatus
    purpose: str  #: what a tester uses it for
    account: str  #: names the account in the issuer's book, which never needs the PAN
    cash_limit_minor: int | None = None  #: the most one transaction may hand out in cash; None: whatever the account has

    @classmethod
    def from_toml(cls, table: SpecTable, account: str) -> Card:
        """One ``[[card]]``; ``account`` is its name in the book unless the file gives another."""
        pan = pan_from_toml(table)
        if not luhn_valid(pan.digits):
            table.mistake(
                "pan", f"{pan.masked} with check digit {pan.digits[-1]}", f"check digit {luhn_digit(pan.digits[:-1])}"
            )
        card = cls(
            pan=pan,
            expiry=_expiry(table),
            cvv2=table.text("cvv2", pattern=r"\d{3,4}", expected="three or four digits"),
            balance_minor=table.minor("balance"),
            status=table.choice("status", STATUSES, ACTIVE),
            purpose=table.text("purpose"),
            account=table.text("account", account, pattern=r"[a-z0-9-]{1,40}", expected="small letters, digits and hyphens"),
            cash_limit_minor=table.minor("cash_limit", None),
        )
        table.done()
        return card


@frozen(kw_only=True)
class CardSeries:
    """``count`` like cards, numbered BIN + k padded with zeros to 15 digits + Luhn digit, k from 1.

    No card exists before it is asked for, so a million cost as little as one.
    """

    bin: str
    count: int
    expiry: str  #: YYMM
    balance_minor: int  #: of each
    purpose: str
    account_prefix: str  #: account of card k: this and k

    @classmethod
    def from_toml(cls, table: SpecTable, account_prefix: str) -> CardSeries:
        bin_digits = table.text("bin", pattern=r"\d{6,11}", expected="6 to 11 digits")
        series = cls(
            bin=bin_digits,
            count=table.integer("count", low=1, high=10 ** (SERIES_BODY_DIGITS - len(bin_digits)) - 1),
            expiry=_expiry(table),
            balance_minor=table.minor("balance"),
            purpose=table.text("purpose"),
            account_prefix=account_prefix,
        )
        table.done()
        return series

    def card(self, number: int) -> Card:
        """Card ``number`` of the series, 1 to ``count``."""
        assert 1 <= number <= self.count
        body = f"{self.bin}{number:0{SERIES_BODY_DIGITS - len(self.bin)}d}"
        return self._card(body + luhn_digit(body), number)

    def find(self, digits: str) -> Card | None:
        """The card of this number, where it is one of the series."""
        if len(digits) != SERIES_BODY_DIGITS + 1 or not digits.startswith(self.bin) or not luhn_valid(digits):
            return None
        number = int(digits[len(self.bin) : SERIES_BODY_DIGITS])
        return self._card(digits, number) if 1 <= number <= self.count else None

    def __iter__(self) -> Iterator[Card]:
        return map(self.card, range(1, self.count + 1))

    def overlaps(self, other: CardSeries) -> bool:
        """Whether a card number belongs to both."""
        first, other_first = self._first_body(), other._first_body()
        return first < other_first + other.count and other_first < first + self.count

    def _first_body(self) -> int:
        return int(self.bin.ljust(SERIES_BODY_DIGITS, "0")) + 1

    def _card(self, digits: str, number: int) -> Card:
        return Card(
            pan=Pan(digits),
            expiry=self.expiry,
            cvv2=None,
            balance_minor=self.balance_minor,
            status=ACTIVE,
            purpose=self.purpose,
            account=f"{self.account_prefix}{number}",
        )


@frozen(kw_only=True)
class Profile:
    """One file of ``issuers/``."""

    id: str
    name: str
    institution_id: str  #: the issuer's own institution code, up to 11 digits
    origin: CardOrigin
    address: Address
    dialect: str
    header: str  #: length header of a frame, in the words of ``switch.iso8583``: 2b, 4a, …
    tpdu: bool
    timeout_seconds: float  #: how long the switch waits for its answer
    echo_seconds: int  #: silence after which its line is asked for an echo; 0: never
    managed: bool  #: whether ``switch up`` starts and supervises its process
    cards: tuple[Card, ...] = field(repr=False)
    card_series: tuple[CardSeries, ...]
    tls: ClientTls | None = None  #: of the line the centre dials; None: it is plain

    @classmethod
    def from_toml(cls, table: SpecTable) -> Profile:
        """An issuer's file. Accounts are named by the place of their card in it, so new cards belong at its end."""
        issuer_id = table.text("id", pattern=r"[a-z][a-z0-9_]{0,15}", expected="at most 16 small letters, digits or _")
        if issuer_id == SWITCH:
            table.mistake("id", repr(issuer_id), "another id: this is the name of Switch in a decision")
        secure = optional(table, "tls")
        profile = cls(
            id=issuer_id,
            name=table.text("name"),
            institution_id=table.text("institution_id", pattern=r"\d{1,11}", expected="up to 11 digits"),
            origin=table.choice("origin", CARD_ORIGINS),
            address=_address(table),
            dialect=table.text("dialect"),
            header=table.text("header"),
            tpdu=table.flag("tpdu", False),
            timeout_seconds=table.seconds("timeout_seconds"),
            echo_seconds=table.integer("echo_seconds", ECHO_SECONDS, high=ECHO_SECONDS_MAX),
            managed=table.choice("process", ("managed", "external"), "managed") == "managed",
            cards=_cards(table, issuer_id),
            card_series=_card_series(table, issuer_id),
            tls=secure.reading(ClientTls.from_toml) if secure is not None else None,
        )
        if profile.managed and profile.tls is not None and profile.tls.server is None:
            table.mistake(
                "tls.server", "nothing", 'certificate and key for the process `switch up` starts, or process = "external"'
            )
        profile._refuse_shared(table)
        table.done()
        return profile

    def all_cards(self) -> Iterator[Card]:
        """Every card: the named ones in the order of the file, then each series; lazily."""
        yield from self.cards
        for series in self.card_series:
            yield from series

    def _refuse_shared(self, table: SpecTable) -> None:
        """Each number, and each account, once."""
        for number, series in enumerate(self.card_series, start=1):
            key = f"card_series[{number}]"
            if both := next((card.pan for card in self.cards if series.find(card.pan.digits)), None):
                table.mistake(key, f"{both.masked}, which is a [[card]] too", "each number once")
            if taken := next((card.account for card in self.cards if _is_numbered(card.account, series)), None):
                table.mistake(key, f"{taken!r}, which is the account of a [[card]] too", "accounts of its own")
            for earlier, other in enumerate(self.card_series[: number - 1], start=1):
                if series.overlaps(other):
                    table.mistake(key, f"numbers of card_series[{earlier}]", "each number once")


def _is_numbered(account: str, series: CardSeries) -> bool:
    """Whether an account is that of a card of a series."""
    prefix, number = account[: len(series.account_prefix)], account[len(series.account_prefix) :]
    plain = number.isdecimal() and not number.startswith("0") and len(number) <= SERIES_BODY_DIGITS
    return prefix == series.account_prefix and plain and int(number) <= series.count


def pan_from_toml(table: SpecTable) -> Pan:
    """The card number under the key ``pan``; an error shows it masked."""
    if "pan" in table and table.peek("pan", str) is None:
        table.mistake("pan", "a value without quotes", "the card number as text in quotes")
        return NO_PAN
    digits = table.text("pan")
    if digits.isascii() and digits.isdecimal() and PAN_DIGITS_MIN <= len(digits) <= PAN_DIGITS_MAX:
        return Pan(digits)
    table.mistake("pan", repr(mask_pan(digits)), f"{PAN_DIGITS_MIN} to {PAN_DIGITS_MAX} digits")
    return NO_PAN


def _expiry(table: SpecTable) -> str:
    expiry: str = table.text("expiry", pattern=r"\d\d(0[1-9]|1[0-2])", expected="year and month, YYMM, such as 2811")
    return expiry


def _address(table: SpecTable) -> Address:
    expected = 'host and port, such as "127.0.0.1:9101"'
    text = table.text("address", pattern=r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}", expected=expected)
    host, _, digits = text.rpartition(":")
    port = int(digits or "0")  # nothing stands for an address that was a mistake already
    if digits and not 1 <= port <= 65535:
        table.mistake("address", repr(text), "a port from 1 to 65535")
    return Address(host.strip("[]"), port)


def _cards(table: SpecTable, issuer_id: str) -> tuple[Card, ...]:
    """The cards in the order of the file; an account is named by the place of its card."""
    numbers: dict[str, int] = {}
    accounts: dict[str, tuple[int, int]] = {}
    cards = []
    for place, entry in enumerate(table.tables("card"), start=1):
        card = entry.reading(partial(Card.from_toml, account=f"{issuer_id}-{place:04d}"))
        if card is None:
            continue
        if (first := numbers.setdefault(card.pan.digits, place)) != place:
            entry.mistake("pan", f"{card.pan.masked}, the number of card[{first}]", "each number once")
        first_of, balance_minor = accounts.setdefault(card.account, (place, card.balance_minor))
        if balance_minor != card.balance_minor:
            expected = "the same balance, as it is one account, or an account of its own"
            entry.mistake("balance", f"another than that of card[{first_of}], which has account {card.account!r} too", expected)
        cards.append(card)
    return tuple(cards)


def _card_series(table: SpecTable, issuer_id: str) -> tuple[CardSeries, ...]:
    found = []
    for number, entry in enumerate(table.tables("card_series"), start=1):
        series = entry.reading(partial(CardSeries.from_toml, account_prefix=f"{issuer_id}-s{number}-"))
        if series is not None:
            found.append(series)
    return tuple(found)
