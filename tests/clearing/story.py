"""Days made up by hypothesis: what happens in them, written into a journal and kept as the plain words look at it."""

from __future__ import annotations

from typing import Any

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from switch.transaction import APPROVALS, CREDITS
from tests.clearing.plain_words import Approval, EffectiveReversal, captured_by, is_reversed, left_of
from tests.support.day_builders import (
    CASH,
    FRIDAY,
    GROCER,
    HOTEL,
    INTERCHANGE,
    KIOSK,
    SATURDAY,
    SUNDAY,
    VAT,
    Journal,
    day_specs,
    merchant,
)

INN = evolve(HOTEL, capture="completion", over_basis_points=1_500)
EUROS = merchant(id="EUROSHOP0000001", currency="978")
#: Rates change on the Saturday: an adjustment made then, of a sale of the Friday, goes by the Friday's.
SPECS = day_specs(
    merchants=tuple(evolve(each, floor_limit_minor=10**13) for each in (GROCER, INN, KIOSK, CASH, EUROS)),
    vat=f'{VAT}[[rate]]\nfrom = "{SATURDAY}"\nrate_basis_points = 2000\n',
    interchange=f'{INTERCHANGE}[[rate]]\nfrom = "{SATURDAY}"\norigin = "domestic"\nrate_basis_points = 71\n',
)
DATES = (FRIDAY, SATURDAY, SUNDAY)


def mostly(usual: list[str], also: list[Any]) -> st.SearchStrategy[Any]:
    """One of the usual values nine times out of ten."""
    return st.sampled_from([*[usual] * 9, also]).flatmap(st.sampled_from)


#: Half centimes either way, single centimes, the largest DE 4, and anything.
AMOUNTS = st.one_of(st.sampled_from([1, 50, 4_167, 7_692, 10_000, 999_999_999_999]), st.integers(1, 5_000_000))
DEBITED = ["cash_withdrawal", "purchase_with_cash_back", "quasi_cash", "bill_payment"]


def requests(transaction_types: st.SearchStrategy[str], captures: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "amount_minor": AMOUNTS,
            "merchant_id": mostly([KIOSK.id, GROCER.id, INN.id], [*SPECS.merchants, "NOBODY000000001"]),
            "issuer": mostly([*SPECS.issuers], ["gone", None]),
            "scheme": st.sampled_from(["cmi", "visa", None]),
            "origin": mostly(["domestic", "foreign"], [None]),
            "channel": st.sampled_from(["chip", "ecommerce"]),
            "transaction_type": transaction_types,
            "currency": mostly(["504"], ["978"]),
            "capture": captures,
        }
    )


@frozen
class Decide:
    """A request; ``granted_basis_points`` of what it asks are granted, where it is approved."""

    response_code: str
    granted_basis_points: int
    request: dict[str, Any]


@frozen
class Increment:
    """A request that adds to a hold."""

    which: int  #: hold that waits: 0, 1, … from the first one on, -1, -2, … from the last one back
    amount_minor: int


@frozen
class Capture:
    """A completion or the close of a batch, of part of a hold, all of it, or more where its merchant may."""

    which: int  #: as above
    share_basis_points: int
    function: str


@frozen
class Reverse:
    """A reversal of any request so far: full, in part, of more than there is; with effect or without."""

    which: int  #: request: 0, 1, … from the first one on, -1, -2, … from the last one back
    share_basis_points: int
    effective: bool


Event = Decide | Increment | Capture | Reverse

WHICH = st.integers(-3, 2)
CODES, SHARES_GRANTED = mostly(["00"], ["08", "10", "51"]), st.sampled_from([10_000, 10_000, 10_000, 6_667])
SALES = requests(mostly(["purchase", "purchase", "refund"], [*DEBITED, "other"]), mostly(["now"], ["completion", "batch"]))
HELD = requests(mostly(["purchase"], ["refund"]), st.sampled_from(["completion", "batch"]))
INQUIRIES = requests(st.sampled_from(["balance_inquiry", "card_verification"]), st.just("never"))
DECIDE = st.one_of(*[st.builds(Decide, CODES, SHARES_GRANTED, asked) for asked in (SALES, SALES, SALES, HELD, HELD, INQUIRIES)])
CAPTURE = st.builds(
    Capture, WHICH, st.sampled_from([1, 5_000, 10_000, 10_000, 11_500, 20_000]), st.sampled_from(["advice", "batch"])
)
INCREMENT = st.builds(Increment, WHICH, AMOUNTS)
SHARES = st.sampled_from([0, 0, 1, 3_333, 5_000, 7_500, 9_999, 12_000])
REVERSE = st.builds(Reverse, WHICH, SHARES, st.sampled_from([True, True, True, False]))
#: Sales first, then more and more captures and reversals: of the day's own, of earlier ones, and of what was lowered.
DAYS = st.tuples(
    st.lists(st.one_of(DECIDE, DECIDE, DECIDE, INCREMENT, CAPTURE, REVERSE), min_size=1, max_size=12),
    st.lists(st.one_of(DECIDE, INCREMENT, CAPTURE, CAPTURE, REVERSE, REVERSE), max_size=12),
    st.lists(st.one_of(DECIDE, CAPTURE, REVERSE, REVERSE, REVERSE), max_size=12),
)


@frozen
class Lifecycle:
    """What the journal of the days holds, as the plain words look at it."""

    approvals: list[Approval] = field(factory=list)
    reversals: list[EffectiveReversal] = field(factory=list)
    amounts: list[int] = field(factory=list)  #: granted, or asked and declined, of all requests

    def happen(self, journal: Journal, event: Event) -> None:
        match event:
            case Decide(code, share, asked):
                granted = max(asked["amount_minor"] * share // 10_000, 1)
                number = journal.decide(code, granted, **asked)
                self._decided(journal, number, granted, asked, approved=code in APPROVALS)
            case Increment(which, amount_minor):
                if (hold := self._waiting(journal.open_date, which)) is not None:
                    asked = {**_of(hold), "amount_minor": amount_minor, "capture": hold.capture, "original_id": hold.request_id}
                    number = journal.decide(**asked)
                    self._decided(journal, number, amount_minor, asked)
            case Capture(which, share, function):
                if (hold := self._waiting(journal.open_date, which)) is not None:
                    amount = self._capturable(hold, journal.open_date, share)
                    number = journal.capture(hold.request_id, amount, function)
                    self._decided(journal, number, amount, {**_of(hold), "capture": "now", "original_id": hold.request_id})
            case Reverse(which, share, effective):
                if self.amounts:
                    self._reverse(journal, range(1, len(self.amounts) + 1)[which % len(self.amounts)], share, effective)

    def left_of(self, approval: Approval, business_date: str) -> Approval:
        return left_of(approval, self.reversals, business_date)

    def is_undone(self, approval: Approval, business_date: str) -> bool:
        return is_reversed(approval, self.reversals, business_date)

    def captured_by(self, hold: Approval) -> Approval | None:
        return captured_by(hold, self.approvals)

    def _decided(self, journal: Journal, number: int, granted: int, asked: dict[str, Any], *, approved: bool = True) -> None:
        self.amounts.append(granted)
        if approved:
            sign = -1 if asked["transaction_type"] in CREDITS else 1
            known = {**asked, "scheme": asked["scheme"] or "", "amount_minor": sign * granted}
            self.approvals.append(Approval(request_id=number, business_date=journal.open_date, **known))

    def _waiting(self, business_date: str, which: int) -> Approval | None:
        """A hold that waits still."""
        waiting = [
            one
            for one in self.approvals
            if one.waits and self.captured_by(one) is None and not self.is_undone(one, business_date)
        ]
        return waiting[which % len(waiting)] if waiting else None

    def _capturable(self, hold: Approval, business_date: str, share_basis_points: int) -> int:
        """A share of what is granted of a hold with its increments, at most what its merchant may capture."""
        added = [one for one in self.approvals if one.waits and one.original_id == hold.request_id]
        family = [hold, *(one for one in added if self.captured_by(one) is None)]
        granted = sum(abs(self.left_of(one, business_date).amount_minor) for one in family)
        shop = SPECS.merchants.get(hold.merchant_id)
        limit = granted + granted * (shop.over_basis_points if shop else 0) // 10_000
        return max(1, min(granted * share_basis_points // 10_000, limit))

    def _reverse(self, journal: Journal, number: int, share_basis_points: int, effective: bool) -> None:
        """As the switch does: the reversal of a hold that was captured is one of its capture; of inquiries none has effect."""
        meant = next((one for one in self.approvals if one.request_id == number), None)
        if meant is not None and meant.waits and (capture := self.captured_by(meant)) is not None:
            number = capture.request_id
        left = self.amounts[number - 1] * share_basis_points // 10_000
        effective = effective and not (meant is not None and meant.capture == "never")
        journal.reverse(number, left, effective=effective)
        if effective:
            self.reversals.append(EffectiveReversal(request_id=number, business_date=journal.open_date, replacement_minor=left))


def _of(hold: Approval) -> dict[str, Any]:
    """What an increment or a capture has in common with a hold."""
    names = ("merchant_id", "issuer", "scheme", "origin", "channel", "transaction_type", "currency")
    return {name: getattr(hold, name) for name in names}
