"""Cards of a simulated world whose bank counts: wrong PINs, debits of a day and a week, holds of a day. And what they come to,
reckoned anew from what the bank was asked and what it answered, by code that shares nothing with the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from attrs import define, evolve, field

from switch.card import CardSecurity, Pan, luhn_digit
from switch.iso8583.message import Message
from switch.issuers.cards.product import Limit, Product
from switch.issuers.cards.status import ACTIVE
from switch.issuers.entry import Entry
from switch.issuers.profile import Card, Profile
from switch.issuers.proofs.proof import Cryptogram
from switch.transaction import ExchangeKey

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
WEEK_MS: Final = 7 * DAY_MS
SECOND_MS: Final = HOUR_MS // 6  #: of a bank's clock in a second of the world: the bad weather of 400 s takes 66 hours
BANK: Final = "atlas"

TRIES: Final = 3
DAY_COUNT, DAY_MINOR, WEEK_COUNT = 3, 6_000, 6
RIGHT_PIN, WRONG_PIN = "1111111111111111", "2222222222222222"  #: blocks (DE 52) that stand for a PIN
_LIMITS: Final = (
    Limit(DAY_MS, "24 hours", DAY_COUNT, DAY_MINOR),
    Limit(WEEK_MS, "7 days", WEEK_COUNT, None),
)
LIMITED_PRODUCT: Final = Product(id="limited", limits=_LIMITS)
SHORT_PRODUCT: Final = Product(id="short", hold_days=1)


def _card(body: str, product: Product | None = None) -> Card:
    pan = body + luhn_digit(body)
    money = {"balance_minor": 100_000_000, "status": ACTIVE, "purpose": "simulated", "account": f"sim-{body[-3:]}"}
    card = Card(pan=Pan(pan), expiry="2912", cvv2=None, **money)  # type: ignore[arg-type]
    return card if product is None else evolve(card, product=product)


PIN_CARD: Final = _card("450716000000901")
LIMITED_CARD: Final = _card("450716000000902", LIMITED_PRODUCT)
SHORT_CARD: Final = _card("450716000000903", SHORT_PRODUCT)
SHORT_ACCOUNTS: Final = {SHORT_CARD.account}


def with_holders(profile: Profile, *, week_limit: bool = True) -> Profile:
    """An issuer with these cards, where it is their bank."""
    if profile.id != BANK:
        return profile
    limited = LIMITED_CARD
    if not week_limit:
        limited = evolve(limited, product=evolve(LIMITED_PRODUCT, limits=_LIMITS[:1]))
    return evolve(profile, cards=(*profile.cards, PIN_CARD, limited, SHORT_CARD))


class PlainPins:
    """Who verifies proofs here: a PIN is right that stands for a right one."""

    def cvv2(self, pan: Pan, expiry: str, value: str) -> bool:
        return True

    def cvv(self, pan: Pan, expiry: str, service_code: str, value: str) -> bool:
        return True

    def cavv(self, pan: Pan, value: bytes, *, attempted: bool) -> bool:
        return True

    def pin(self, pan: Pan, security: CardSecurity, pin: str | None) -> bool | None:
        return security.pin_block == RIGHT_PIN

    def cryptogram(self, pan: Pan, chip: bytes) -> Cryptogram | None:
        return None


class Judged(NamedTuple):
    """One message as a bank has judged it, and written down; its answer may be lost."""

    life: int  #: of the bank: what it declined it forgets with each
    at_ms: int
    asked: Message
    answer: Message

    @property
    def key(self) -> ExchangeKey:
        e = self.asked.elements
        return ExchangeKey(e.get(32, ""), e[41], e[11], e[7])

    @property
    def original(self) -> ExchangeKey | None:
        """What DE 90 names: MTI, STAN, DE 7, acquirer."""
        named, e = self.asked.elements.get(90), self.asked.elements
        return None if named is None else ExchangeKey(named[20:31].lstrip("0"), e[41], named[4:10], named[10:20])

    @property
    def code(self) -> str:
        return self.answer.elements[39]

    @property
    def reason(self) -> str:
        return self.answer.elements.get(63, "")

    @property
    def is_request(self) -> bool:
        return self.asked.mti[1] in "12" and self.asked.mti[2] == "0"

    def __str__(self) -> str:
        return f"{self.asked.mti} {self.key.stan} {self.key.transmitted_at} at {self.at_ms}"


def wrong_tries(judged: Iterable[Judged]) -> Iterator[str]:
    """Answers to PINs that are not what three tries a day (UTC) come to."""
    seen: set[tuple[int, ExchangeKey]] = set()
    approved: set[ExchangeKey] = set()
    day = wrong = 0
    for one in judged:
        block = one.asked.elements.get(52)
        if block is None or not one.is_request or one.code == "12":  # its reversal came before it
            continue
        if (one.life, one.key) in seen or one.key in approved:  # it gets its first answer again
            continue
        seen.add((one.life, one.key))
        if one.at_ms // DAY_MS != day:
            day, wrong = one.at_ms // DAY_MS, 0
        expected = "75" if wrong >= TRIES else "00" if block == RIGHT_PIN else "55"
        if one.code != expected:
            yield f"{one}: answered {one.code}, expected {expected} after {wrong} wrong PINs of the day"
        if expected == "00":
            approved.add(one.key)
        wrong = 0 if expected == "00" else wrong + (expected == "55")


@define
class _Debits:
    """The debits of one card: when each was made, and what reversals have left of it."""

    made: dict[ExchangeKey, tuple[int, int]] = field(factory=dict)

    def add(self, key: ExchangeKey, at_ms: int, amount_minor: int) -> None:
        self.made[key] = (at_ms, amount_minor)

    def within(self, window_ms: int, now_ms: int) -> tuple[int, int]:
        left = [minor for at_ms, minor in self.made.values() if now_ms - window_ms < at_ms]
        return len(left), sum(left)

    def exceeded(self, amount_minor: int, now_ms: int) -> bool:
        """Whether one more debit is above a limit."""
        (day, day_minor), (week, _) = self.within(DAY_MS, now_ms), self.within(WEEK_MS, now_ms)
        return day >= DAY_COUNT or week >= WEEK_COUNT or day_minor + amount_minor > DAY_MINOR

    def lower(self, key: ExchangeKey | None, left_minor: int) -> None:
        if key is not None and key in self.made:
            at_ms, minor = self.made.pop(key)
            if min(minor, left_minor):
                self.made[key] = (at_ms, min(minor, left_minor))


def declined_and_forgotten(judged: Iterable[Judged]) -> Iterator[ExchangeKey]:
    """Requests that a bank declined and, after its death, approved: what it declined it forgets, and a copy that the weather
    brings late is a new request to it. If the switch is dead as well by then, nobody hears of what is held."""
    declined: dict[ExchangeKey, int] = {}
    for one in judged:
        if one.is_request and one.code != "00":
            declined.setdefault(one.key, one.life)
        elif one.is_request and one.life > declined.get(one.key, one.life):
            yield one.key


def wrong_limits(judged: Iterable[Judged], entries: Iterable[Entry]) -> Iterator[str]:
    """Debits granted above the limits of the card, and such as were declined though they are below. Holds that expired count no
    more; when they do is proved by ``wrong_holds``."""
    debits = _Debits()
    ends = sorted((entry.recorded_at_ms, entry.key) for entry in entries if entry.kind == "expired")
    seen: set[tuple[int, ExchangeKey]] = set()
    known: set[ExchangeKey] = set()  #: granted, told of, or reversed before they came
    for one in judged:
        while ends and ends[0][0] <= one.at_ms:
            debits.lower(ends.pop(0)[1], 0)
        e, name = one.asked.elements, (one.life, one.key)
        if e.get(2) != LIMITED_CARD.pan.digits:
            continue
        if one.asked.mti[1] == "4":  # its own key says nothing: the numbers of the switch begin anew with each life
            debits.lower(one.original, int(e[95][:12]) if 95 in e else 0)
            known |= {one.original} if one.original is not None else set()
            continue
        if name in seen or one.key in known:
            continue
        seen.add(name)
        amount_minor, granted = int(e.get(4, "0")), one.code == "00"
        if not one.is_request:
            debits.lower(one.original, 0)
            debits.add(one.key, one.at_ms, amount_minor)
            known.add(one.key)
        elif granted:
            if debits.exceeded(amount_minor, one.at_ms):
                yield f"{one}: granted above a limit, beside {debits.made}"
            debits.add(one.key, one.at_ms, amount_minor)
            known.add(one.key)
        elif one.code in ("61", "65") and not debits.exceeded(amount_minor, one.at_ms):
            yield f"{one}: declined {one.code} ({one.reason}) below the limits, beside {debits.made}"


def wrong_holds(entries: Iterable[Entry]) -> Iterator[str]:
    """Holds that did not end when their time was up, or ended before, or twice. All of it is over by now."""
    holds: dict[ExchangeKey, Entry] = {}
    left: dict[ExchangeKey, int] = {}
    for entry in entries:
        what = f"{entry.key.stan} {entry.key.transmitted_at} on {entry.account}"
        if entry.kind == "hold":
            holds[entry.key], left[entry.key] = entry, entry.amount_minor
        elif entry.key in holds and entry.kind in ("release", "expired"):
            left[entry.key] -= entry.amount_minor
            if left[entry.key] < 0:
                yield f"{what}: more of its hold has ended than there was"
            if entry.kind == "expired" and entry.account not in SHORT_ACCOUNTS:
                yield f"{what}: its hold has expired, whose time is 30 days"
            elif entry.kind == "expired" and entry.recorded_at_ms < holds[entry.key].recorded_at_ms + DAY_MS:
                yield f"{what}: its hold has expired before its time"
    for key, minor in left.items():
        if minor and holds[key].account in SHORT_ACCOUNTS:
            yield f"{key.stan} {key.transmitted_at} on {holds[key].account}: {minor} is held after its time"
