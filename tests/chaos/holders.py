"""Cards whose bank counts PIN tries and debits of a day, asked while switch and bank are killed; and holds of long ago, which
the bank ends meanwhile.

A card is asked one thing at a time. What an answer 91 leaves open, because the bank may have counted and may not, is kept open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from attrs import define, field

from switch.card import Pan, luhn_digit
from switch.issuers.entry import HOLD, HOLD_DAYS, Entry
from switch.issuers.process.book import Book
from switch.keys.key_module import KeyModule, PinPlace
from tests.chaos.deals import APPROVED, REVERSAL, Asked
from tests.chaos.till import Till
from tests.support.terminal_specs import terminal_specs

BANK: Final = "atlas"
TRY: Final = "try"  #: a purchase with a PIN
DEBIT: Final = "debit"  #: a purchase of a card that may make three a day
TRIES_MAX = DEBITS_MAX = 3
TEST_PIN, WRONG_PIN = "1234", "9876"
TRIES: Final = ("wwww", "wwrwwwrw", "rwwrww", "wwwrr")  #: right and wrong PINs, one plan a card
DEBITS: Final = ("dddddd", "ddudddd", "dudud", "ddddud")  #: debits, and the last one undone
ACTIVE_MAX: Final = 24  #: cards at a time: more than a line has messages on their way
UNSURE: Final = "91"
AGED_HOLDS: Final = 6_000  #: some three seconds of the bank's time
DAY_SECONDS: Final = 86_400

_TRY_BIN, _DEBIT_BIN, _CARDS = "95040178", "95040179", 9_000
_SERIES: Final = f"""
[[card_series]]
bin = "{_TRY_BIN}"
count = {_CARDS}
expiry = "2912"
balance = "1000.00"
purpose = "cards that are asked for their PIN"

[[card_series]]
bin = "{_DEBIT_BIN}"
count = {_CARDS}
expiry = "2912"
balance = "1000.00"
product = "cmi_starter"
purpose = "cards that may make three payments a day"
"""


def holder_specs(data: Path) -> Path:
    """The specification of ``terminal_specs`` with these cards."""
    folder = terminal_specs(data)
    path = folder / "issuers" / f"{BANK}.toml"
    text = path.read_text(encoding="utf-8")
    if _SERIES not in text:
        path.write_text(text + _SERIES, encoding="utf-8")
    return folder


class Told(NamedTuple):
    """The first answer to one message of a card."""

    what: str  #: w, r: a wrong or a right PIN; d: a debit; u: the last debit undone
    code: str
    day: int  #: UTC, by the machine's clock, when it came


@define(eq=False)
class Holder:
    """One card, what it is still to be asked, and what it was answered."""

    pan: str
    expiry: str
    plan: list[str]
    told: list[Told] = field(factory=list)
    waits: bool = False  #: for an answer
    debits: list[Asked] = field(factory=list)  #: approved, and not undone

    @property
    def masked(self) -> str:
        return Pan(self.pan).masked


class HolderTill(Till):
    """Asks for one card after the other what its plan says. ``blocks`` gives the PIN block (DE 52) of a card."""

    def __init__(self, numbers: count[int], seed: str) -> None:
        super().__init__(numbers, seed)
        self.holders: list[Holder] = []
        self._active: list[Holder] = []
        self._of: dict[Asked, tuple[Holder, str]] = {}
        self._serial = count(1)
        self._block = pin_blocks()

    def _settling(self) -> Asked | None:
        """Every card that was begun is asked to the end of its plan."""
        return self._next_of(self._free())

    def _chosen(self) -> Asked:
        while len(self._active) < ACTIVE_MAX:
            self._active.append(self._begun())
        asked = self._next_of(self._free())
        assert asked is not None, "more cards than messages on their way"
        return asked

    def _free(self) -> list[Holder]:
        self._active = [holder for holder in self._active if holder.plan or holder.waits]
        return [holder for holder in self._active if holder.plan and not holder.waits]

    def _begun(self) -> Holder:
        number = next(self._serial)
        prefix, plans = ((_TRY_BIN, TRIES), (_DEBIT_BIN, DEBITS))[number % 2]
        body = f"{prefix}{number % _CARDS + 1:07d}"
        holder = Holder(body + luhn_digit(body), "2912", list(self._random.choice(plans)))
        self.holders.append(holder)
        return holder

    def _next_of(self, free: list[Holder]) -> Asked | None:
        for holder in free:
            what = holder.plan.pop(0)
            if what == "u":
                if not holder.debits:
                    continue
                asked = self._new(REVERSAL, holder.debits.pop())
            else:
                asked = self._new(DEBIT if what == "d" else TRY)
                asked.card = (holder.pan, holder.expiry)
                asked.pin_block = "" if what == "d" else self._block(holder.pan, TEST_PIN if what == "r" else WRONG_PIN)
            holder.waits, self._of[asked] = True, (holder, what)
            return asked
        return None

    def _first_answer(self, asked: Asked) -> None:
        self._answered.append(asked)
        holder, what = self._of.pop(asked)
        holder.waits = False
        holder.told.append(Told(what, asked.answers[0].response_code, int(time.time()) // DAY_SECONDS))
        if what == "d" and asked.approved:
            holder.debits.append(asked)


def pin_blocks() -> Callable[[str, str], str]:
    """(card number, PIN) -> the block a terminal of the acquirers' zone makes of it (DE 52)."""
    keys = KeyModule.open(None, [BANK])
    return lambda pan, pin: keys.make_pin_block(pin, Pan(pan), PinPlace("acquirer.zpk")).hex().upper()


def wrong_counts(holders: Iterable[Holder]) -> Iterator[str]:
    """Cards that were answered what no count of their tries or debits explains."""
    for holder in holders:
        explained = _tries(holder.told) if holder.told and holder.told[0].what in "wr" else _debits(holder.told)
        if explained < len(holder.told):
            said = " ".join(f"{each.what}:{each.code}" for each in holder.told[: explained + 1])
            yield f"card {holder.masked}: the last of these cannot be: {said}"


def _tries(told: Sequence[Told]) -> int:
    """How many answers are as three tries a day have them. After an answer 91 the bank may have counted, or not."""
    counts = {0}
    for place, (what, code, day) in enumerate(told):
        if day != told[0].day:
            counts |= {0}
        below, full = {each for each in counts if each < TRIES_MAX}, {each for each in counts if each >= TRIES_MAX}
        counted = {each + 1 for each in below} if what == "w" else {0 for _ in below}
        after = {UNSURE: counts | counted, "75": full, "55" if what == "w" else APPROVED: counted}
        counts = after.get(code, set())
        if not counts:
            return place
    return len(told)


def _debits(told: Sequence[Told]) -> int:
    """How many answers are as three debits a day have them: so many stand for certain, so many at most. What is in doubt, or
    undone, the bank takes back some time later."""
    certain = most = 0
    for place, (what, code, _) in enumerate(told):
        if what == "u" and code in (APPROVED, UNSURE):
            certain -= 1
        elif what == "d" and code == APPROVED and certain < DEBITS_MAX:
            certain, most = certain + 1, most + 1
        elif what == "d" and code == UNSURE:
            most += 1
        elif not (what == "d" and code == "65" and most >= DEBITS_MAX):
            return place
    return len(told)


def begin_with_aged_holds(data: Path, many: int = AGED_HOLDS) -> None:
    """A book of the bank in a new data folder that begins with holds whose time is up."""
    now_ms = time.time_ns() // 1_000_000
    placed_ms = now_ms - (HOLD_DAYS + 1) * DAY_SECONDS * 1_000
    path = data / "issuers" / f"{BANK}.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Book.open(path)
    book.append(
        Entry(
            placed_ms, f"{BANK}-0001", HOLD, 100, "504900", "AGED0001", f"{number:06d}", "1022100000", f"{number:012d}",
            "AGED01", "00", placed_ms + HOLD_DAYS * DAY_SECONDS * 1_000,
        )
        for number in range(1, many + 1)
    )  # fmt: skip
    book.close()


def wrong_ends(data: Path, many: int = AGED_HOLDS) -> Iterator[str]:
    """Holds of long ago that have not ended, or more than once, or by something else than their time."""
    ends: dict[str, list[str]] = {f"{number:06d}": [] for number in range(1, many + 1)}
    book = Book.open(data / "issuers" / f"{BANK}.db")
    for entry in book.entries():
        if entry.terminal_id == "AGED0001" and entry.kind != HOLD:
            ends[entry.stan].append(f"{entry.kind} {entry.amount_minor}")
    book.close()
    for stan, kinds in ends.items():
        if kinds != ["expired 100"]:
            yield f"hold {stan} of long ago has {' and '.join(kinds) or 'no end'}, expected expired 100"


def wrong_debits_in_book(data: Path) -> Iterator[str]:
    """Debits that a bank's book has of a card above what it may make in a day, each with those before it."""
    standing: dict[str, dict[str, int]] = {}
    book = Book.open(data / "issuers" / f"{BANK}.db")
    for entry in book.entries():
        if not entry.account.startswith(f"{BANK}-s3-"):
            continue
        of_card = standing.setdefault(entry.account, {})
        if entry.kind == HOLD:
            made = [at_ms for at_ms in of_card.values() if entry.recorded_at_ms - DAY_SECONDS * 1_000 < at_ms]
            if len(made) >= DEBITS_MAX:
                yield f"{entry.account}: a debit beside {len(made)} of the last 24 hours, {DEBITS_MAX} allowed"
            of_card[entry.stan] = entry.recorded_at_ms
        elif entry.kind == "release":
            of_card.pop(entry.stan, None)
    book.close()
