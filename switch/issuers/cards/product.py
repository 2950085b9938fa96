"""A card product: what all cards of one kind are like and may do, as a table of the issuer's file says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from switch.card import PAN_DIGITS_MAX, PAN_DIGITS_MIN
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import CHANNELS

DAY_MS: Final = 24 * 3_600_000
WEEK_MS: Final = 7 * DAY_MS
HOLD_DAYS_MAX: Final = 366
SHARE_MAX: Final = 1_000_000
DEBITS_MAX: Final = 1_000_000  #: debits in a day or a week

ProductKind = Literal["debit", "credit", "prepaid"]
PRODUCT_KINDS: Final[tuple[ProductKind, ...]] = ("debit", "credit", "prepaid")
#: Accounts a request may name (DE 3, third and fourth digit).
ACCOUNTS: Final = ("savings", "cheque", "credit", "universal", "investment")

#: Three digits of a service code (ISO/IEC 7813): where the card is good, who authorizes, what it buys and how.
_SERVICE_CODE: Final = r"[12567][024][0-7]"
NATIONAL: Final = frozenset("56")  #: first digit: good in its own country alone
NO_CASH: Final = frozenset("257")  #: third digit: goods and services only
CASH_MACHINES_ONLY: Final = frozenset("34")  #: third digit: cash only
ANYWHERE: Final = "101"  #: the service code of a product that says none


@frozen
class Limit:
    """The most debits a card may make within a time that ends now, by count and by amount; None: as many."""

    window_ms: int
    words: str  #: of the time: "24 hours"
    count: int | None
    amount_minor: int | None


@frozen(kw_only=True)
class Product:
    """One ``[[product]]``."""

    id: str
    scheme: str | None = None  #: of routing.toml; None: any
    kind: ProductKind | None = None  #: of routing.toml; None: any
    pan_digits: int | None = None  #: None: any
    cvv2_digits: int = 3
    service_code: str = ANYWHERE
    channels: frozenset[str] = frozenset(CHANNELS)  #: how the bank lets the card be read
    accounts: frozenset[str] | None = None  #: those behind the card that a request may name; None: whichever it names
    contactless_limit_minor: int | None = None  #: the most one contactless payment without a PIN may be; None: as others
    cash_limit_minor: int | None = None  #: the most one transaction may hand out in cash, where the card says nothing else
    limits: tuple[Limit, ...] = ()
    hold_days: int | None = None  #: how long a hold lasts; None: HOLD_DAYS of issuers/entry
    share: int = 1  #: how many of the cards ``switch cards generate`` makes are of it, beside the shares of the others

    @classmethod
    def from_toml(cls, table: SpecTable) -> Product:
        product = cls(
            id=table.text("id", pattern=r"[a-z][a-z0-9_]{0,23}", expected="at most 24 small letters, digits or _"),
            scheme=table.text("scheme", None),
            kind=table.choice("kind", PRODUCT_KINDS, None),
            pan_digits=table.integer("pan_digits", None, low=PAN_DIGITS_MIN, high=PAN_DIGITS_MAX),
            cvv2_digits=table.integer("cvv2_digits", 3, low=3, high=4),
            service_code=table.text(
                "service_code",
                ANYWHERE,
                pattern=_SERVICE_CODE,
                expected="three digits of ISO/IEC 7813: 1, 2, 5, 6 or 7, then 0, 2 or 4, then 0 to 7, such as 201",
            ),
            channels=frozenset(_chosen(table, "channels", CHANNELS) or CHANNELS),
            accounts=frozenset(_chosen(table, "accounts", ACCOUNTS) or ()) or None,
            contactless_limit_minor=table.minor("contactless_limit", None),
            cash_limit_minor=table.minor("cash_limit", None),
            limits=_limits(table),
            hold_days=table.integer("hold_days", None, low=1, high=HOLD_DAYS_MAX),
            share=table.integer("share", 1, high=SHARE_MAX),
        )
        table.done()
        return product

    @property
    def national(self) -> bool:
        """Whether its cards are good in the issuer's country alone."""
        return self.service_code[0] in NATIONAL

    @property
    def refuses_at_home(self) -> bool:
        """Whether it refuses anything in the issuer's own country."""
        return self != Product(
            id=self.id,
            scheme=self.scheme,
            kind=self.kind,
            pan_digits=self.pan_digits,
            cvv2_digits=self.cvv2_digits,
            service_code=self.service_code if self.service_code[2] not in NO_CASH | CASH_MACHINES_ONLY else ANYWHERE,
            hold_days=self.hold_days,
            share=self.share,
        )


PLAIN: Final = Product(id="")  #: of a card that names none: nothing of it is refused


def products_from_toml(table: SpecTable) -> Mapping[str, Product | None]:
    """The products of an issuer's file by id; None stands for one with a mistake, so that its cards have none for it."""
    found: dict[str, Product | None] = {}
    for entry in table.tables("product"):
        name = entry.peek("id", str)
        product = entry.reading(Product.from_toml)
        if name is None:
            continue
        if name in found:
            entry.mistake("id", f"{name!r} a second time", "an id no other product has")
        found[name] = product
    return found


def product_from_toml(table: SpecTable, products: Mapping[str, Product | None] | None) -> Product:
    """The product a card or a series names. ``products`` is None where nobody knows them: then any is PLAIN."""
    name = table.text("product", None)
    if name is None or products is None or name == "":
        return PLAIN
    if name not in products:
        expected = "one of " + ", ".join(products) if products else "no product, or a [[product]] of this file"
        table.mistake("product", repr(name), expected)
    return products.get(name) or PLAIN


def _chosen(table: SpecTable, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """A list of words, each one of those allowed; empty where the key is missing."""
    found: tuple[str, ...] = table.texts(key, None) or ()
    wrong = next((word for word in found if word not in allowed), None)
    if wrong is not None:
        table.mistake(key, repr(wrong), "words among " + ", ".join(allowed))
    elif key in table and not found:
        table.mistake(key, "an empty list", "at least one of " + ", ".join(allowed))
    return found


def _limits(table: SpecTable) -> tuple[Limit, ...]:
    found = []
    for window, window_ms, words in (("day", DAY_MS, "24 hours"), ("week", WEEK_MS, "7 days")):
        count = table.integer(f"{window}_count", None, high=DEBITS_MAX)
        amount_minor = table.minor(f"{window}_amount", None)
        if count is not None or amount_minor is not None:
            found.append(Limit(window_ms, words, count, amount_minor))
    if len(found) == 2:  # a day and a week
        day, week = found
        for key, of_day, of_week in (
            ("week_count", day.count, week.count),
            ("week_amount", day.amount_minor, week.amount_minor),
        ):
            if of_day is not None and of_week is not None and of_week < of_day:
                table.mistake(key, "less than that of a day", "at least as much as in a day")
    return tuple(found)
