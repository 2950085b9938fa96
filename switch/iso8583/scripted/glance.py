"""What a message says, by the words that rules use. Each thing is read when a rule asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Final

from switch.card import BIN_DIGITS_MAX
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.acquirer import (
    CHANNEL_OF_ENTRY_MODE,
    ECOMMERCE_CONDITIONS,
    TRANSACTION_TYPES,
    is_void,
)
from switch.iso8583.mapping.session import NETWORK_FUNCTION_NAMES, TERMINAL_FUNCTIONS
from switch.iso8583.message import Message
from switch.iso8583.mti import CLASSES
from switch.iso8583.nested.read import element_value
from switch.iso8583.plain.plain_request import RuleMarks
from switch.transaction import CARD_VERIFICATION, ECOMMERCE, MANUAL

REVERSAL_CLASS, TOTALS_CLASS = "reversal", "totals"
#: First two digits of DE 22 -> ways of entry that say more than the channel.
_ENTRIES: Final = {
    "07": "contactless",
    "91": "contactless",
    "10": "credential_on_file",
    "80": "fallback",
}
MCCS_KEPT_MAX: Final = 10_000  #: merchants, beyond which all are looked up again
KINDS_KEPT_MAX: Final = 1_024  #: of what gateways send there are some dozens
OF_MOMENTS: Final = frozenset({"date", "instant", "time"})  #: words of when a message came
USUAL_CURRENCY: Final = "504"  #: of an amount without DE 49


def card_of(message: Message) -> str:
    """The card's number, of DE 2 or of track 2 (DE 35); empty where there is none."""
    e = message.elements
    return e.get(2) or e.get(35, "").replace("D", "=").partition("=")[0]


def reference_of(message: Message) -> str:
    """The retrieval reference number (DE 37); empty where there is none."""
    return message.elements.get(37, "").strip()


def marks_of(message: Message, line: str = "", issuer: str = "") -> RuleMarks:
    """What rules are found by, of a message on a connection, or of one for an issuer."""
    get, card = message.elements.get, card_of(message)
    start, said = card[:BIN_DIGITS_MAX], get(4)
    amount = f"{int(said):012d}" if said is not None and said.isdecimal() else ""
    kind = (message.mti, get(3), get(22), get(25), get(49), get(70), None if said is None else amount.strip("0") != "")
    key = (start, issuer) if issuer else start
    return card, key, get(41, ""), get(42, ""), get(18), amount, kind, line, message.elements


class MessageFacts:
    """A message in the form of 1987, as rules see it. ``elsewhere`` knows what no message says: issuer, scheme, MCC, line.

    One is enough for all messages of a place, one after the other: to look at another costs next to nothing.
    """

    def __init__(self, message: Message, dialect: Dialect, elsewhere: Callable[[str, str], str]) -> None:
        self._message, self._dialect, self._elsewhere = message, dialect, elsewhere
        self._kept: dict[str, Collection[str]] = {}
        self._mccs: dict[tuple[str, str], tuple[str, ...]] = {}  #: of merchants that were looked at, by DE 42 and 18

    def look_at(self, message: Message, dialect: Dialect) -> None:
        """See another message from now on."""
        self._message, self._dialect = message, dialect
        if self._kept:
            self._kept.clear()

    def words(self, name: str) -> Collection[str]:
        """Every word by which the message answers to a clause of this name."""
        words = self._kept.get(name)
        if words is None:
            words = self._kept[name] = self._read(name)
        return words

    def _read(self, name: str) -> tuple[str, ...]:
        if name == "class":
            return kinds_of(self._message)
        if name == "mcc":
            e = self._message.elements
            named = e.get(42, ""), e.get(18, "")
            return self._mccs.get(named) or self._mcc(*named)
        if name in OF_MOMENTS:
            word = self._elsewhere(name, "")
            return (word,) if word else ()
        return tuple(filter(None, self._words(name)))

    def _mcc(self, merchant_id: str, sent: str) -> tuple[str, ...]:
        """The MCC of the merchant's contract, or the one that was sent."""
        mcc = self._elsewhere("mcc", merchant_id.rstrip()) or sent
        if len(self._mccs) >= MCCS_KEPT_MAX:
            self._mccs.clear()
        self._mccs[merchant_id, sent] = found = (mcc,) if mcc else ()
        return found

    def _words(self, name: str) -> Iterator[str]:
        e = self._message.elements
        if name in ("card", "bin"):
            yield card_of(self._message)
        elif name == "terminal":
            yield e.get(41, "").rstrip()
        elif name == "merchant":
            yield e.get(42, "").rstrip()
        elif name == "mti":
            yield self._message.mti
        elif name == "currency":
            yield e.get(49, USUAL_CURRENCY if 4 in e else "")
        elif name == "type":
            yield self._transaction_type()
        elif name == "channel":
            yield self._channel()
        elif name == "entry":
            yield self._channel()
            yield _ENTRIES.get(e.get(22, "")[:2], "")
        elif name in ("issuer", "scheme"):
            yield self._elsewhere(name, card_of(self._message))
        else:
            yield self._elsewhere(name, "")
            yield self._elsewhere("connection", "") if name == "line" else ""

    @property
    def amount_minor(self) -> int | None:
        """DE 4; None where there is none."""
        amount = self._message.elements.get(4, "")
        return int(amount) if amount.isdecimal() else None

    def element(self, name: str) -> str:
        """The value of an element or a subelement; empty where there is none."""
        if name.isdecimal():
            return self._message.elements.get(int(name), "")
        return element_value(self._dialect, self._message.elements, name) or ""

    def _channel(self) -> str:
        entry, condition = self._message.elements.get(22), self._message.elements.get(25)
        if entry is None:
            return ""
        channel = CHANNEL_OF_ENTRY_MODE.get(entry[:2], MANUAL)
        return ECOMMERCE if channel == MANUAL and condition in ECOMMERCE_CONDITIONS else channel

    def _transaction_type(self) -> str:
        kind = TRANSACTION_TYPES.get(self._message.elements.get(3, "")[:2], "")
        verifies = kind == "purchase" and self._message.mti[1:3] == "10" and not self.amount_minor
        return CARD_VERIFICATION if verifies else kind


def kinds_of(message: Message) -> tuple[str, ...]:
    """Every word by which a message answers to ``class``: its class, whether it asks or tells, which function it has."""
    e = message.elements
    return _kinds(message.mti, e.get(3, ""), e.get(70, ""))


@lru_cache(maxsize=KINDS_KEPT_MAX)
def _kinds(mti: str, processing_code: str, function: str) -> tuple[str, ...]:
    """The same of all messages of a type that are alike in DE 3 and DE 70."""
    return tuple(filter(None, _each_kind(Message(mti, {3: processing_code, 70: function}))))


def _each_kind(message: Message) -> Iterator[str]:
    mti = message.mti
    kind = CLASSES.get(mti[1], "")
    yield kind
    if is_void(message):
        yield REVERSAL_CLASS
    elif kind in ("authorization", "financial"):
        yield {"0": "request", "2": "advice"}.get(mti[2], "")
    elif kind == "reconciliation":
        yield TOTALS_CLASS
    elif kind == "network_management":
        function = message.network_function or TERMINAL_FUNCTIONS.get(message.elements.get(3, ""), "")
        yield NETWORK_FUNCTION_NAMES.get(function, "").replace("-", "_")
