"""Plain requests: purchases and their like that say nothing but who pays what to whom, as authorizations."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from switch.card import BIN_DIGITS_MAX, PAN_DIGITS_MIN, Pan
from switch.iso8583.codec import Codec
from switch.iso8583.mapping.acquirer import (
    CHANNEL_OF_ENTRY_MODE,
    ECOMMERCE_CONDITIONS,
    MARKS,
    MESSAGE_CLASSES,
    TRANSACTION_TYPES,
    VOIDS,
)
from switch.iso8583.plain.picker import UndecodedElements, Wanted
from switch.record import positional
from switch.transaction import (
    ECOMMERCE,
    MANUAL,
    OTHER,
    Authorization,
    Channel,
    ExchangeKey,
    MessageClass,
    TransactionType,
)

KINDS_MAX: Final = 1_024  #: kinds of requests remembered; terminals send some dozens
_VALUES: Final = (2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 25, 32, 37, 41, 42, 43, 49)
#: Element -> its place in what was picked.
_PLACES: Final = {number: place for place, number in enumerate(_VALUES, start=1)}
#: DE 15, 16, 17 and 73 hold dates that would have to be looked at; what proves a card or its holder is not plain.
PLAIN_REQUESTS: Final = Wanted(
    mtis=frozenset({"0100", "0200"}),
    values=_VALUES,
    needed=frozenset({2, 3, 4, 7, 11, 32, 37, 41, 42}),
    beside=frozenset({19, 20, 21, 23, 24, 26, 33}),
)
#: What rules are found by: card, what tells its BIN, issuer and scheme, terminal, merchant, MCC as sent, amount, what tells the
#: kind of the message, its connection, and all of its elements.
RuleMarks = tuple[str, Hashable, str, str, str | None, str, Hashable, str, Mapping[int, str]]
#: All else of a plain request is as the defaults say.
_authorization: Final = positional(
    Authorization,
    "key",
    "message_class",
    "transaction_type",
    "processing_code",
    "pan",
    "expiry",
    "amount_minor",
    "currency",
    "merchant_id",
    "merchant_type",
    "entry_mode",
    "channel",
    "rrn",
    "local_at",
    "carried",
)


@lru_cache(KINDS_MAX)
def _kind(mti: str, code: str, entry: str | None, pos: str | None) -> tuple[MessageClass, TransactionType, str, Channel] | None:
    """Class, type, entry mode and channel of the requests that have this MTI and these DE 3, 22 and 25; None where such a
    request is not plain."""
    if code[:2] in VOIDS or pos in MARKS:
        return None
    entry_mode = entry or "000"
    channel = CHANNEL_OF_ENTRY_MODE.get(entry_mode[:2], MANUAL)
    if channel == MANUAL and pos in ECOMMERCE_CONDITIONS:
        channel = ECOMMERCE
    return MESSAGE_CLASSES[mti[1]], TRANSACTION_TYPES.get(code[:2], OTHER), entry_mode, channel


#: DE 7, 12 and 13 of what was picked.
when: Final[Callable[[tuple[Any, ...]], tuple[str, str | None, str | None]]] = itemgetter(_PLACES[7], _PLACES[12], _PLACES[13])
EXPIRY: Final = _PLACES[14]  #: the place of DE 14 there


def plain_authorization(picked: tuple[Any, ...], carried: Mapping[int, str], currency: str) -> Authorization | None:
    """What a request asks of which ``PLAIN_REQUESTS`` were picked; ``carried`` are all of its elements. It is what
    ``mapping.acquirer.to_authorization`` makes of them, or None where that has more to look at.

    An amount without DE 49 is one of ``currency``.
    """
    mti, pan, code, amount, at, stan, time, day, expiry, mcc, entry, pos, acquirer, rrn, terminal, merchant, _, of = picked
    amount_minor, kind = int(amount), _kind(mti, code, entry, pos)
    if not amount_minor or kind is None or len(pan) < PAN_DIGITS_MIN:
        return None
    message_class, transaction_type, entry_mode, channel = kind
    return _authorization(
        tuple.__new__(ExchangeKey, (acquirer, terminal, stan, at)),
        message_class,
        transaction_type,
        code,
        Pan(pan),
        expiry,
        amount_minor,
        of or currency,
        merchant.rstrip(),
        mcc,
        entry_mode,
        channel,
        rrn,
        (day or at[:4]) + (time or at[4:]),
        carried,
    )


class PickedElements(UndecodedElements):
    """The elements of a plain request: those that were picked are at hand, and the others are decoded when one is asked for."""

    __slots__ = ("_picked",)

    def __init__(self, picked: tuple[Any, ...], codec: Codec, body: bytes) -> None:
        self._picked, self._codec, self._body = picked, codec, body
        self._elements = None

    @property
    def mti(self) -> str:
        """Of the request."""
        mti: str = self._picked[0]
        return mti

    def __getitem__(self, number: int) -> str:
        place = _PLACES.get(number)
        value = self._picked[place] if place is not None else None
        if value is None:
            if number not in PLAIN_REQUESTS.beside:
                raise KeyError(number)
            return super().__getitem__(number)
        found: str = value
        return found

    def get(self, number: int, default: Any = None) -> Any:
        """As of any mapping, without an exception on the way."""
        place = _PLACES.get(number)
        value = self._picked[place] if place is not None else None
        if value is None:
            return super().get(number, default) if number in PLAIN_REQUESTS.beside else default
        return value


class ForwardedElements(PickedElements):
    """The same as they go on to an issuer: with DE 33."""

    __slots__ = ("_forwarder_id",)

    def __init__(self, elements: PickedElements, forwarder_id: str) -> None:
        self._picked, self._codec, self._body = elements._picked, elements._codec, elements._body
        self._elements, self._forwarder_id = None, forwarder_id

    def __getitem__(self, number: int) -> str:
        return self._forwarder_id if number == 33 else super().__getitem__(number)

    def get(self, number: int, default: Any = None) -> Any:
        return self._forwarder_id if number == 33 else super().get(number, default)

    def decoded(self) -> dict[int, str]:
        return {**super().decoded(), 33: self._forwarder_id}


def marks_picked(elements: PickedElements, line: str = "", issuer: str = "") -> RuleMarks:
    """What rules are found by (``glance.marks_of``), of a request that was picked and asks for money."""
    picked = elements._picked
    amount = picked[3]
    return (
        picked[1],
        picked[1][:BIN_DIGITS_MAX] if not issuer else (picked[1][:BIN_DIGITS_MAX], issuer),
        picked[14],
        picked[15],
        picked[9],
        amount if len(amount) == 12 else f"{int(amount):012d}",
        (picked[0], picked[2], picked[10], picked[11], picked[17]),
        line,
        elements,
    )
