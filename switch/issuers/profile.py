"""An issuer as its file describes it: who it is, where and how it is reached, which cards it has given out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from attrs import evolve, field

from switch.card import CARD_ORIGINS, PAN_DIGITS_MAX, PAN_DIGITS_MIN, CardOrigin, Pan, luhn_digit, luhn_valid, mask_pan
from switch.issuers.cards.magic import MAGIC_KINDS
from switch.issuers.cards.product import PLAIN, Product, product_from_toml, products_from_toml
from switch.issuers.cards.sheet import CardSheet, SheetRow
from switch.issuers.cards.status import ACTIVE, ORDERS, STATUSES
from switch.issuers.proofs.rules import ALL_PROOFS, TEST_KEYS, LineKeys, ProofRules
from switch.issuers.secure_line import ClientTls, optional
from switch.money import minor_digits
from switch.rates import named_currency
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import SWITCH

ECHO_SECONDS = 30  #: silence after which a line is asked for an echo, where its file does not say; less than firewalls bear
ECHO_SECONDS_MAX = 3600
CARD_FILE_DECIMALS = 2  #: of the balances in a card file
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
    status: str  #: one of STATUSES
    purpose: str  #: what a tester uses it for
    account: str  #: names the account in the issuer's book, which never needs the PAN
    cash_limit_minor: int | None = None  #: the most one transaction may hand out in cash; None: what its product says
    product: Product = PLAIN
    ecommerce: bool = True  #: whether the bank has opened it for payments on the internet, where its product allows them
    active_from_ms: int | None = None  #: midnight (UTC) of the day it begins to be good
    orders: str | None = None  #: what the cardholder has told the bank of standing orders: one of ORDERS
    check_digit: bool = True  #: whether its number has a right one: some test numbers of others have not
    any_expiry: bool = False  #: whether every date to come is right, as documents say of public test numbers
    pin: str | None = field(default=None, repr=False)  #: None: that of all test cards
    strong_authentication: bool = False  #: whether its bank asks for 3-D Secure on the internet
    magic: str | None = None  #: one of MAGIC_KINDS, of a card that misbehaves by itself
    ruled: bool = field(init=False, eq=False, repr=False)  #: whether a product or a key of its own may refuse anything

    @ruled.default
    def _is_ruled(self) -> bool:
        return self.product is not PLAIN or self.orders is not None or self.active_from_ms is not None or not self.ecommerce

    @classmethod
    def from_toml(cls, table: SpecTable, account: str, products: Mapping[str, Product | None] | None = None) -> Card:
        """One ``[[card]]``; ``account`` is its name in the book unless the file gives another."""
        pan = pan_from_toml(table)
        check_digit = table.flag("check_digit", True)
        if check_digit and not luhn_valid(pan.digits):
            table.mistake(
                "pan", f"{pan.masked} with check digit {pan.digits[-1]}", f"check digit {luhn_digit(pan.digits[:-1])}"
            )
        if not check_digit and luhn_valid(pan.digits) and pan is not NO_PAN:
            table.mistake("check_digit", "false beside a number with a right check digit", "no key check_digit")
        product = product_from_toml(table, products)
        card = cls(
            pan=pan,
            expiry=_expiry(table),
            cvv2=table.text("cvv2", None, pattern=r"\d{3,4}", expected="three or four digits"),
            balance_minor=table.minor("balance"),
            status=table.choice("status", STATUSES, ACTIVE),
            purpose=table.text("purpose"),
            account=table.text("account", account, pattern=r"[a-z0-9-]{1,40}", expected="small letters, digits and hyphens"),
            cash_limit_minor=table.minor("cash_limit", None),
            pin=table.text("pin", None, pattern=r"\d{4,12}", expected="four to twelve digits"),
            strong_authentication=table.flag("strong_authentication", False),
            product=product,
            ecommerce=table.flag("ecommerce", True),
            active_from_ms=_midnight(table, "active_from"),
            orders=table.choice("orders", ORDERS, None),
            check_digit=check_digit,
            any_expiry=table.flag("any_expiry", False),
            magic=table.choice("magic", tuple(MAGIC_KINDS), None),
        )
        if product.pan_digits not in (None, len(pan.digits)) and pan is not NO_PAN:
            table.mistake(
                "pan", f"{pan.masked} of {len(pan.digits)} digits", f"{product.pan_digits} digits, as {product.id} says"
            )
        if product is not PLAIN and card.cvv2 and len(card.cvv2) != product.cvv2_digits:
            table.mistake("cvv2", f"{len(card.cvv2)} digits", f"{product.cvv2_digits} digits, as product {product.id} says")
        table.done()
        return card

    @classmethod
    def from_row(cls, row: SheetRow, products: Mapping[str, Product | None]) -> Card:
        """A line of a card file."""
        return cls(
            pan=Pan(row.pan),
            expiry=row.expiry,
            cvv2=row.cvv2 or None,
            balance_minor=row.balance_minor,
            status=row.status or ACTIVE,
            purpose=row.name,
            account=row.account,
            product=products.get(row.product) or PLAIN,
        )

    @property
    def usual(self) -> bool:
        """Whether nothing but its status, its expiry and its money refuses it in its own country."""
        return (
            not self.product.refuses_at_home
            and self.ecommerce
            and self.check_digit
            and not (self.active_from_ms or self.orders or self.magic)
        )


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
    product: Product = PLAIN

    @classmethod
    def from_toml(
        cls, table: SpecTable, account_prefix: str, products: Mapping[str, Product | None] | None = None
    ) -> CardSeries:
        bin_digits = table.text("bin", pattern=r"\d{6,11}", expected="6 to 11 digits")
        series = cls(
            bin=bin_digits,
            count=table.integer("count", low=1, high=10 ** (SERIES_BODY_DIGITS - len(bin_digits)) - 1),
            expiry=_expiry(table),
            balance_minor=table.minor("balance"),
            purpose=table.text("purpose"),
            account_prefix=account_prefix,
            product=product_from_toml(table, products),
        )
        digits = series.product.pan_digits
        if digits not in (None, SERIES_BODY_DIGITS + 1):
            table.mistake(
                "product", f"{series.product.id!r} of {digits} digits", f"one of {SERIES_BODY_DIGITS + 1}, as a series has"
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
            product=self.product,
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
    #: Of its accounts, where its file names one: the centre then tells it the billing amount.
    billing_currency: str | None = None
    keys: LineKeys = TEST_KEYS  #: what the centre and the issuer agreed on for their line
    proofs: ProofRules = ALL_PROOFS  #: what it looks at of the proofs of card and holder
    products: Mapping[str, Product | None] = field(factory=dict, eq=False)
    card_file: str | None = None  #: the file of further cards, from the folder of the specification
    sheet: CardSheet[Card] | None = field(default=None, repr=False, eq=False)  #: what is in it

    @classmethod
    def from_toml(cls, table: SpecTable) -> Profile:
        """An issuer's file. Accounts are named by the place of their card in it, so new cards belong at its end."""
        currency = named_currency(table, "currency", None)
        table.minor_digits = minor_digits(currency or "")
        issuer_id = table.text("id", pattern=r"[a-z][a-z0-9_]{0,15}", expected="at most 16 small letters, digits or _")
        if issuer_id == SWITCH:
            table.mistake("id", repr(issuer_id), "another id: this is the name of Switch in a decision")
        secure, security = optional(table, "tls"), optional(table, "security")
        keys, proofs = TEST_KEYS, ALL_PROOFS
        if security is not None:
            keys = security.reading(LineKeys.from_toml) or keys
            proofs = security.reading(ProofRules.from_toml) or proofs
            security.reading(SpecTable.done)
        products = products_from_toml(table)
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
            cards=_cards(table, issuer_id, products),
            card_series=_card_series(table, issuer_id, products),
            products=products,
            card_file=table.text("card_file", None),
            tls=secure.reading(ClientTls.from_toml) if secure is not None else None,
            billing_currency=currency,
            keys=keys,
            proofs=proofs,
        )
        if profile.managed and profile.tls is not None and profile.tls.server is None:
            table.mistake(
                "tls.server", "nothing", 'certificate and key for the process `switch up` starts, or process = "external"'
            )
        if profile.card_file is not None and table.minor_digits != CARD_FILE_DECIMALS:
            found = f"a card file, of amounts with {CARD_FILE_DECIMALS} decimals, beside a currency with {table.minor_digits}"
            table.mistake("card_file", found, "cards and series in this file")
        profile._refuse_shared(table)
        table.done()
        return profile

    def all_cards(self) -> Iterator[Card]:
        """Every card: the named ones in the order of the file, then each series; lazily."""
        yield from self.cards
        for series in self.card_series:
            yield from series
        if self.sheet is not None:
            yield from self.sheet

    def with_sheet(self, read: Callable[[], bytes]) -> Profile:
        """The same with the cards of its card file; ``read`` gives what is in that when it is first needed."""
        return evolve(self, sheet=CardSheet(read, partial(Card.from_row, products=self.products)))

    def further_card(self, digits: str) -> Card | None:
        """The card of this number that is not among the named ones: of a series or of the card file."""
        for series in self.card_series:
            if card := series.find(digits):
                return card
        return self.sheet.find(digits) if self.sheet is not None else None

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


def _midnight(table: SpecTable, key: str) -> int | None:
    """The midnight (UTC) that begins a date, as epoch milliseconds."""
    expected = 'a date as text, such as "2027-01-01"'
    text = table.text(key, None, pattern=r"\d{4}-\d\d-\d\d", expected=expected)
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        table.mistake(key, repr(text), expected)
        return None


def _cards(table: SpecTable, issuer_id: str, products: Mapping[str, Product | None]) -> tuple[Card, ...]:
    """The cards in the order of the file; an account is named by the place of its card."""
    numbers: dict[str, int] = {}
    accounts: dict[str, tuple[int, int]] = {}
    cards = []
    for place, entry in enumerate(table.tables("card"), start=1):
        card = entry.reading(partial(Card.from_toml, account=f"{issuer_id}-{place:04d}", products=products))
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


def _card_series(table: SpecTable, issuer_id: str, products: Mapping[str, Product | None]) -> tuple[CardSeries, ...]:
    found = []
    for number, entry in enumerate(table.tables("card_series"), start=1):
        series = entry.reading(partial(CardSeries.from_toml, account_prefix=f"{issuer_id}-s{number}-", products=products))
        if series is not None:
            found.append(series)
    return tuple(found)
