"""A bank that decides what it likes, says it in any order and as often as it likes, and files written and lost in between: no
payout is ever with its merchant twice, and at the end each is there once or waits to be paid again."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from switch.errors import NegativeAnswerError
from switch.treasury.issue import issue_date
from tests.treasury.bank import Order, PlayedBank, camt054, entry, pacs004, pain002, status
from tests.treasury.paid_days import (
    FRIDAY,
    MERCHANTS,
    SATURDAY,
    SHOP,
    SPECS,
    SUNDAY,
    again,
    clock,
    close,
    faults,
    listed,
    say,
    suspense,
    transfer_sentences,
)

DATES = (FRIDAY, SATURDAY, SUNDAY)
_FIRST: list[Path] = []  #: a data folder with the first date closed, to be copied


class Killed(BaseException):
    """The process died: nothing behind this point ran."""


class Payments(RuleBasedStateMachine):
    """The treasury against a bank that never pays what it rejects, though it may say both, and a person then asks it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="payouts-"))
        self.data = self.folder / "var"
        self.bank = PlayedBank()
        self.said: list[str] = []  #: every message of the bank, delivered or not
        self.read: set[str] = set()
        self.undecided: list[Order] = []
        self.decided: dict[str, str] = {}
        self.closed = 0

    def teardown(self) -> None:
        assert faults(self.data) == []
        shutil.rmtree(self.folder)

    @initialize()
    def first_day(self) -> None:
        if not _FIRST:
            first = Path(tempfile.mkdtemp(prefix="payouts-")) / "var"
            atexit.register(shutil.rmtree, first.parent)
            _FIRST.append(close(first, FRIDAY, MERCHANTS[:2]))
        shutil.copytree(_FIRST[0], self.data)
        self.closed = 1

    @precondition(lambda self: self.closed < len(DATES))
    @rule()
    def close(self) -> None:
        close(self.data, DATES[self.closed], (SHOP,))
        self.closed += 1

    def _given(self, path: str) -> None:
        self.undecided += self.bank.take(Path(path))

    @rule(lost=st.booleans(), named=st.sampled_from((None, *DATES)))
    def file(self, lost: bool, named: str | None) -> None:
        """A file is written, and given to the bank or lost on the way there: writing it again must give the same one."""
        if named is not None and named not in DATES[: self.closed]:
            return
        try:
            files = issue_date(self.data, SPECS, named, clock)
        except NegativeAnswerError:
            return
        for written in files:
            if lost:
                Path(written.path).unlink()
            else:
                self._given(written.path)

    @rule()
    def pay_again(self) -> None:
        try:
            self._given(again(self.data).path)
        except NegativeAnswerError:
            return

    @rule()
    def disputed_is_paid_again(self) -> None:
        """A person asked the bank about each payout that it both rejected and paid: it did not pay."""
        for reference, payout in listed(self.data).items():
            if payout.state == "disputed":
                self._given(again(self.data, reference).path)

    @rule(killed=st.sampled_from(("post", "add_transfers", "add_file", "write")), whole=st.booleans())
    def killed_while_issuing(self, killed: str, whole: bool) -> None:
        """The process dies somewhere in the middle; what is in the books is in the file of the next call."""
        from switch.treasury import issue as issuing
        from switch.treasury.store import TransferBook

        def dies(*_: Any, **__: Any) -> Any:
            raise Killed

        owner, name = (issuing, "_write") if killed == "write" else (TransferBook, killed)
        kept = getattr(owner, name)
        setattr(owner, name, dies)
        try:
            again(self.data) if whole else issue_date(self.data, SPECS, None, clock)
        except (Killed, NegativeAnswerError):
            pass
        finally:
            setattr(owner, name, kept)

    @precondition(lambda self: self.undecided)
    @rule(
        place=st.integers(0, 99), fate=st.sampled_from(("rejected", "paid", "returned", "disputed")), version=st.integers(3, 13)
    )
    def decide(self, place: int, fate: str, version: int) -> None:
        """The bank does something with an order, and has something to say about it, now or at any time."""
        order = self.undecided.pop(place % len(self.undecided))
        name = order.end_to_end_id
        self.decided[name] = fate
        if fate == "rejected":
            self.said.append(pain002(status(name, "RJCT", "AC04", order.amount), version=version))
            return
        if fate == "disputed":
            self.said.append(pain002(status(name, "RJCT", "AC04") + status(name, "ACSC"), version=version))
            return
        assert self.bank.net_paid(order.payout) == 0, "a payout is paid twice"
        self.bank.paid[name] = 1
        self.said.append(pain002(status(name, "ACSP") + status(name, "ACSC"), version=version))
        self.said.append(camt054(entry(order), version=version))
        if fate == "returned":
            self.bank.back[name] = 1
            self.said.append(pacs004((order, "AC01"), version=version))
            self.said.append(camt054(entry(order, "CRDT", reason="AC01"), version=version))

    @precondition(lambda self: self.said)
    @rule(places=st.lists(st.integers(0, 99), min_size=1, max_size=4))
    def deliver(self, places: list[int]) -> None:
        """Some messages arrive, in any order, once or several times."""
        messages = [self.said[place % len(self.said)] for place in places]
        self.read.update(messages)
        assert all(each.right for each in say(self.data, *messages))

    @precondition(lambda self: self.undecided)
    @rule()
    def second_copy(self) -> None:
        """The file is sent a second time, and the bank refuses the copy as one."""
        refused = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>"
        say(self.data, pain002("", group=refused))

    @invariant()
    def never_twice(self) -> None:
        for order in self.bank.orders.values():
            assert self.bank.net_paid(order.payout) <= 1

    @invariant()
    def books_are_sound(self) -> None:
        if not self.closed:
            return
        assert transfer_sentences(self.data) == []
        waiting = [each.amount_minor for each in listed(self.data).values() if each.state in ("rejected", "returned")]
        assert suspense(self.data) == sum(waiting)

    @invariant()
    def what_was_read_is_known(self) -> None:
        """Once everything was read, each payout is with its merchant, or is known not to be."""
        if not self.closed or set(self.said) != self.read:
            return
        for reference, payout in listed(self.data).items():
            paid = self.bank.net_paid(reference)
            if payout.state == "accepted":
                assert paid == 1
            else:
                assert payout.state in ("due", "issued", "rejected", "returned", "disputed")
                assert paid == 0, reference


TestPayments = Payments.TestCase
TestPayments.settings = settings(stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
