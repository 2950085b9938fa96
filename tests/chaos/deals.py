"""What a client asks and what it remembers of it: one record a key, from which the message can be made again at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from attrs import define, evolve, field

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import Sale, sale_message
from switch.iso8583.mapping.follow_up import COMPLETE, MTIS, REVERSE, Original, following
from switch.iso8583.mapping.pin_control import PinControl
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey
from tests.e2e.acquirer import AT, SPECS, card_of, sale

SALE: Final = "sale"
HOLD: Final = "hold"  #: a pre-authorization
COMPLETION: Final = "completion"
REVERSAL: Final = "reversal"

REQUESTS: Final = (SALE, HOLD)
APPROVED: Final = "00"
STANS: Final = 1_000_000  #: as many numbers as DE 11 has; then DE 7 moves on by a second
AMOUNT_MINOR_MIN: Final = 100
AMOUNTS: Final = 900  #: how many different ones, so that amounts that are mixed up show
ISSUERS: Final = ("atlas", "rif", "souss", "vesta")  #: those with so many cards that none runs out of money
SHOPS: Final = tuple(
    SPECS.merchants[name] for name in ("TELECOM00000001", "SUPERMARCHE0001", "EPICERIE0000001", "PHARMACIE000001")
)


class Answer(NamedTuple):
    """What an answer says, as far as it has to be the same each time."""

    response_code: str  #: DE 39
    approval_code: str  #: DE 38, empty where there is none
    rrn: str  #: DE 37
    amount: str  #: DE 4


@define(eq=False)
class Asked:
    """One message under one key, however often it was sent, and every answer to it."""

    number: int  #: of all messages of the run; STAN and DE 7 are made of it, so no two are alike
    what: str  #: sale, hold, completion, reversal
    of: Asked | None = None  #: what a completion captures, or a reversal undoes
    left_minor: int = 0  #: what a reversal leaves
    due: int = 0  #: times it was sent on the line that is open, less the answers that came there
    sent: int = 0  #: times it was sent in all
    answers: list[Answer] = field(factory=list)
    card: tuple[str, str] | None = None  #: number and expiry; None: the next of its issuer
    pin_block: str = ""  #: DE 52

    @property
    def first(self) -> Asked:
        """The sale or the hold it is about."""
        return self if self.of is None else self.of.first

    @property
    def issuer(self) -> str:
        return ISSUERS[self.first.number % len(ISSUERS)]

    @property
    def amount_minor(self) -> int:
        return AMOUNT_MINOR_MIN + self.first.number % AMOUNTS

    @property
    def stan(self) -> str:
        return f"{self.number % STANS:06d}"

    @property
    def transmitted_at(self) -> str:
        """DE 7: MMDDhhmmss."""
        return (AT + timedelta(seconds=self.number // STANS)).strftime("%m%d%H%M%S")

    @property
    def rrn(self) -> str:
        return f"{self.first.number:012d}"

    @property
    def key(self) -> ExchangeKey:
        return ExchangeKey(SPECS.centre.institution_id, self._shop_terminal, self.stan, self.transmitted_at)

    @property
    def approved(self) -> bool:
        return bool(self.answers) and self.answers[0].response_code == APPROVED

    @property
    def _shop_terminal(self) -> str:
        return SHOPS[self.first.number % len(SHOPS)].terminals[0]

    def __str__(self) -> str:
        return f"{self.what} {self.stan} {self.transmitted_at}"


def message_of(asked: Asked, dialect: Dialect) -> Message:
    """The message as it is to be sent now: a repeat where it was sent before."""
    original, shop = asked.of, SHOPS[asked.first.number % len(SHOPS)]
    mti = "0100" if original is None else MTIS[COMPLETE] if asked.what == COMPLETION else "0420"
    message = sale_message(_sale_of(asked, mti), dialect)
    if asked.pin_block:
        proved = {**message.elements, 52: asked.pin_block, 53: PinControl().text}
        message = Message(message.mti, {number: proved[number] for number in sorted(proved)})
    if original is not None:
        approval = original.answers[0].approval_code if original.approved else None
        named = Original("0100", original.key, original.rrn, approval)
        what = COMPLETE if asked.what == COMPLETION else REVERSE
        message = following(what, message, named, dialect, leave_minor=asked.left_minor)
    assert message.elements[42].rstrip() == shop.id
    return message if not asked.sent else Message(message.mti[:3] + "1", message.elements)


def _sale_of(asked: Asked, mti: str) -> Sale:
    shop, first = SHOPS[asked.first.number % len(SHOPS)], asked.first
    pan, expiry = first.card or card_of(asked.issuer, first.number // len(ISSUERS))
    return evolve(
        sale(first.number, asked.issuer),
        mti=mti,
        pan=pan,
        expiry=expiry,
        amount_minor=asked.amount_minor,
        merchant_id=shop.id,
        merchant=shop,
        terminal_id=shop.terminals[0],
        stan=asked.stan,
        rrn=asked.rrn,
        at=AT + timedelta(seconds=asked.number // STANS),
        kind="preauth" if asked.what == HOLD else None,
    )


def answer_of(elements: dict[int, str]) -> Answer:
    """The part of an answer that counts."""
    return Answer(elements[39], elements.get(38, ""), elements.get(37, ""), elements.get(4, ""))


def encoded(asked: Asked, codec: Codec) -> bytes:
    return codec.encode(message_of(asked, codec.dialect))
