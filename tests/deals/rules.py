"""The sentences the model goes by, and the small records it and the deals share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tests.deals.wire import Message

OWN_ACQUIRER: Final = "504900"  #: of a message without DE 32: the centre's own
APPROVALS: Final = ("00", "08", "10", "11", "16")
CREDIT: Final = "20"  #: first two digits of DE 3: a refund


class Rule(Enum):
    """Why an answer has to be what it is."""

    FORMAT = "two cards, a date that is none, or more left than there was: 30"
    REPEAT = "the same request again gets the same answer, and nothing else happens"
    USED_KEY = "a used key with another card, amount, type, class or function is 94"
    GIVEN_UP = "a reversal of a request without an answer is 00, whatever became of the request"
    REVERSED_BEFORE = "an original whose reversal came before it is declined 12"
    NO_CONTRACT = "a merchant without a contract is 03"
    CURRENCY = "another currency than the merchant's is 12"
    NOTHING = "an amount of zero is 13"
    INCREMENT_UNKNOWN = "an increment of a hold that is not known is 12, and its issuer is not asked"
    INCREMENT_UNFIT = "an increment of a hold that is settled or declined is 12, of another card 25"
    DOUBT = "after a kill, or past its time, a request may be 91: its issuer is owed a reversal"
    CALLED_OFF = "a reversal of what waits for its issuer is 00, and decides it at once with 21"
    SILENCE = "an issuer that does not answer in its time is 91, and owed a reversal"
    ISSUER_DECLINES = "an issuer's decline is passed on"
    ISSUER_APPROVES = "an issuer's approval is passed on, with the approval code it gave"
    CONTRADICTS = "an approval of another class, card, type, amount, merchant or currency is none: 20, and an 0420 is owed"
    PARTIAL_REFUSED = "an approval in part that cannot be taken is 51, and an 0420 is owed"
    TOLD_DECLINE = "an advice that tells of a decline is 00 and holds nothing"
    OFFLINE = "an 0220 that names nothing known is a sale made offline: 00"
    TOLD = "an 0120 that names nothing known is taken as told: 00"
    IN_PROGRESS = "a completion of what still waits for its issuer is 09: send it again"
    COMPLETION_UNFIT = "above what may be captured 13, another card 25, not outstanding 12"
    INCREMENT_TOLD = "an increment that is told is 00 and adds to its hold"
    COMPLETION = "a completion up to what was held with all increments is 00; the hold and its increments end"
    REVERSAL_REPEAT = "the same reversal again gets the same answer"
    VOID_UNKNOWN = "a void of what is not known is 25"
    REVERSAL_UNKNOWN = "a reversal of what is not known is 00; the original is declined should it come"
    OTHER_CARD = "a reversal with another card than its original's is 25"
    OTHER_AMOUNT = "a reversal with another amount than its original's is 64"
    REVERSAL_OF_DECLINE = "a reversal of what was declined is 00"
    NOTHING_LEFT = "a reversal that finds nothing left to undo, or leaves all of it, is 00"
    REVERSED = "a reversal lowers its original to what it leaves, here and at the issuer: 00"
    TOTALS_ASKED = "totals without counters are answered with the centre's own; never 00 where private data may hold some"
    TOTALS_DIFFER = "totals that differ are 95 with DE 66 2, and close nothing"
    TOTALS_AGREE = "totals that agree are 00 with DE 66 1, and capture what waited for the close of the batch"


@dataclass(frozen=True)
class Merchant:
    """What its contract says."""

    id: str
    capture: str  #: cut_off, completion, batch; unknown: it has none
    over_basis_points: int = 0
    terminals: tuple[str, ...] = ()
    floor_limit: int | None = None


@dataclass
class Plan:
    """What an issuer makes of one request."""

    code: str = "00"
    granted: int = 0  #: with code 10
    partial_accepted: bool = False  #: the request says that a part can be taken
    changed: dict[int, str] = field(default_factory=dict)  #: elements of its answer that contradict the request
    mti: str = ""  #: of its answer, where that contradicts the request
    second: str = ""  #: a second word after the first
    silent: bool = False
    late: bool = False  #: it answers once it was told to reverse
    waits: bool = False  #: it answers when the deal says so, or once it was told to reverse
    bare: bool = False  #: its answer has only what it cannot do without

    @property
    def contradicts(self) -> bool:
        return bool(self.changed or self.mti)


def _nothing(answer: Message) -> None:
    pass


@dataclass
class Outcome:
    """One answer a message may get."""

    code: str  #: DE 39; with ! in front: any but this one
    rule: Rule
    applied: Callable[[Message], None] = _nothing
    approval: str | None = None  #: DE 38; bank: the one its bank gave
    granted: int = 0  #: DE 4 of an approval in part
    elements: Mapping[int, str] = field(default_factory=dict)

    def fits(self, code: str) -> bool:
        return code != self.code[1:] if self.code[0] == "!" else code == self.code
