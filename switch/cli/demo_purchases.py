"""The demo's purchases: chosen from the specification, sent over TCP as an acquirer would, told with what the journal knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from switch.card import luhn_digit, mask_pan
from switch.centre.as_process import CentreProcess
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.messages import to_1987
from switch.iso8583.framing import Framer
from switch.iso8583.mapping.compose import Sale, retrieval_reference, sale_message, worded
from switch.issuers.cards.status import ACTIVE, LOST, PURPOSE_DO_NOT_HONOR, STOLEN
from switch.issuers.profile import Card
from switch.journal.journal import read_life
from switch.lines.client import exchange
from switch.merchant import Merchant
from switch.record import frozen
from switch.specs.centre_profile import Listener
from switch.specs.specification import Specs
from switch.transaction import CHIP, ECOMMERCE, MAGSTRIPE, MANUAL

ANSWER_SECONDS_MAX: Final = 20.0
_TPDU: Final = bytes.fromhex("6000010000")
PLENTY_MINOR: Final = 500_000  #: a card with so much left is good for every purchase of the demo
UNKNOWN: Final = "unknown"  #: a merchant without a contract, a card of no known scheme
UNKNOWN_EXPIRY: Final = "2912"  #: of card numbers nobody has issued

#: What is bought: kind of card (see ``_Wallet``), merchant category (ISO 18245; None: a merchant nobody knows), entry, amount.
SHOPPING: Final = (
    ("domestic cmi", "4814", ECOMMERCE, 9_900),
    ("domestic visa", "5411", CHIP, 48_235),
    ("foreign mastercard", "7011", CHIP, 184_000),
    ("domestic mastercard", "4814", ECOMMERCE, 24_900),
    ("foreign visa", "4511", ECOMMERCE, 312_750),
    ("short of money", "5411", CHIP, 61_280),
    ("domestic cmi", "5812", CHIP, 23_500),
    ("domestic visa", "4814", ECOMMERCE, 9_900),
    ("expired", "5541", CHIP, 40_000),
    ("foreign visa", "5812", MAGSTRIPE, 57_650),
    ("domestic cmi", "5541", CHIP, 35_000),
    ("never issued", "4814", ECOMMERCE, 19_900),
    ("domestic mastercard", "5912", CHIP, 14_320),
    ("not honored", "7011", MANUAL, 92_000),
    ("foreign mastercard", "4814", ECOMMERCE, 49_900),
    ("domestic visa", "6011", CHIP, 100_000),
    ("stolen", "5411", MAGSTRIPE, 27_845),
    ("domestic visa", None, ECOMMERCE, 15_000),
    ("domestic cmi", "4814", ECOMMERCE, 4_900),
    ("of no known scheme", "5499", CHIP, 3_250),
    ("of a scheme not served", "7011", CHIP, 76_400),
    ("domestic cmi", "5499", CHIP, 1_875),
)


@frozen(kw_only=True)
class Purchase:
    """One purchase and its answer. ``reason`` is the journal's, the switch's or issuer's own words."""

    merchant: str
    pan_masked: str
    brand: str
    amount_minor: int
    response_code: str
    reason: str
    rrn: str


def purchases(centre: CentreProcess, specs: Specs, now: Callable[[], datetime]) -> Iterator[Purchase]:
    """Send the shopping one by one, each over the next of the centre's listeners."""
    wallet = _Wallet(specs)
    merchants = {merchant.mcc: merchant for merchant in reversed(list(specs.merchants.values()))}
    codecs = {name: Codec(dialect) for name, dialect in specs.dialects.items()}
    listeners = specs.centre.listeners
    for number, (kind, mcc, entry, amount_minor) in enumerate(SHOPPING, start=1):
        merchant = merchants[mcc] if mcc else None
        pan, expiry = wallet.card(kind)
        sale = _sale(specs, number, merchant, pan, expiry, entry, amount_minor, now())
        listener = listeners[number % len(listeners)]
        answer = _ask(centre, listener, codecs[listener.dialect], sale)
        yield Purchase(
            merchant=merchant.name if merchant else f"{UNKNOWN} {sale.merchant_id}",
            pan_masked=mask_pan(pan),
            brand=wallet.brand(pan),
            amount_minor=amount_minor,
            response_code=answer[39],
            reason=_reason(centre.data, sale.rrn),
            rrn=sale.rrn,
        )


class _Wallet:
    """Cards of the specification by what they are good for; of several that fit, each is handed out in turn."""

    def __init__(self, specs: Specs) -> None:
        self._routing = specs.routing
        self._foreign = {issuer.id for issuer in specs.issuers.values() if issuer.origin == "foreign"}
        self._today = f"{datetime.now(specs.calendar.zone):%y%m}"
        in_dirhams = [issuer for issuer in specs.issuers.values() if issuer.billing_currency is None]  # their balances compare
        self._cards = [card for issuer in in_dirhams for card in issuer.cards]
        self._turns: dict[str, int] = {}

    def card(self, kind: str) -> tuple[str, str]:
        """Number and expiry (YYMM) of the next card of a kind."""
        if kind in _MADE_UP:
            return self._made_up(kind), UNKNOWN_EXPIRY
        fitting = [card for card in self._cards if self._kind(card) == kind]
        turn = self._turns[kind] = self._turns.get(kind, -1) + 1
        card = fitting[turn % len(fitting)]
        return card.pan.digits, card.expiry

    def brand(self, digits: str) -> str:
        """The scheme of a card number, served or not."""
        route = self._routing.find(digits)
        return route.scheme if route else self._routing.scheme_of(digits) or UNKNOWN

    def _kind(self, card: Card) -> str:
        if card.status != ACTIVE:
            return {PURPOSE_DO_NOT_HONOR: "not honored", LOST: "lost", STOLEN: "stolen"}.get(card.status, card.status)
        if not card.usual:
            return "with rules of its own"
        if card.expiry < self._today:
            return "expired"
        if card.balance_minor < PLENTY_MINOR:
            return "short of money"
        route = self._routing.find(card.pan.digits)
        assert route is not None
        return f"{'foreign' if route.issuer in self._foreign else 'domestic'} {route.scheme}"

    def _made_up(self, kind: str) -> str:
        """A right number (Luhn) that no issuer has given out, made from a BIN of the kind."""
        if kind == "of a scheme not served":
            return _numbered(next(prefix for prefix, _ in self._routing.schemes))
        if kind == "never issued":
            given = {card.pan.digits for card in self._cards}
            numbers = (_numbered(card.pan.digits[:8]) for card in self._cards)
            return next(number for number in numbers if number not in given)
        numbers = (_numbered(f"{prefix}") for prefix in range(100_000, 1_000_000))
        return next(number for number in numbers if self.brand(number) == UNKNOWN)


_MADE_UP: Final = ("never issued", "of no known scheme", "of a scheme not served")


def _numbered(prefix: str) -> str:
    body = prefix.ljust(15, "9")
    return body + luhn_digit(body)


def _sale(
    specs: Specs, number: int, merchant: Merchant | None, pan: str, expiry: str, entry: str, amount_minor: int, at: datetime
) -> Sale:
    stan = f"{number:06d}"
    return Sale(
        mti="0100",
        pan=pan,
        expiry=expiry,
        amount_minor=amount_minor,
        currency=merchant.currency if merchant else "504",
        entry=entry,
        merchant_id=merchant.id if merchant else "NOBODYSSHOP0001",
        merchant=merchant,
        terminal_id=merchant.terminals[0] if merchant else "NOBODY01",
        acquirer_id=specs.centre.institution_id,
        country=specs.centre.country,
        stan=stan,
        rrn=retrieval_reference(at, stan),
        at=at,
    )


def _ask(centre: CentreProcess, listener: Listener, codec: Codec, sale: Sale) -> dict[int, str]:
    """The elements of the answer to a sale, in the 1987 form."""
    framer = Framer(listener.header, tpdu=listener.tpdu)
    message = worded(sale_message(sale, codec.dialect), codec.dialect, sale.at.date())
    frame = framer.wrap(codec.encode(message), (_TPDU if listener.tpdu else b"") + listener.header.first_between)
    host, port = centre.address(listener.name)
    answer = exchange(host, port, framer, frame, wanted=lambda _: True, timeout_seconds=ANSWER_SECONDS_MAX)
    said = codec.decode(answer.frame.body)
    return (to_1987(said) if codec.dialect.edition == EDITION_1993 else said).elements


def _reason(data: Path, rrn: str) -> str:
    life: list[dict[str, Any]] = read_life(data, rrn)
    return str(life[-1]["reason"])
