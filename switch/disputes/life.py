"""The life of a dispute: states, steps, and which step is allowed when, of how much.

Money goes back and forth between the merchant and the issuer; what is charged back of the sale after a step is
``outstanding_minor``, and the merchant bears that in the end. A step is told on a business date and refused after its deadline.
"""

from __future__ import annotations

from typing import Final, Literal

from switch.business_day import Calendar
from switch.disputes.terms import NO_FEE, DisputeTerms
from switch.errors import NegativeAnswerError, SwitchError
from switch.money import worded_minor
from switch.record import frozen

RETRIEVAL: Final = "retrieval"  #: the issuer asks for the documents of a sale
ANSWER: Final = "answer"  #: the merchant gives them
CHARGEBACK: Final = "chargeback"  #: the issuer takes the money back
REPRESENTMENT: Final = "representment"  #: the acquirer presents the sale again
SECOND: Final = "second_chargeback"  #: the issuer takes it back once more
ACCEPTANCE: Final = "acceptance"  #: whose turn it is leaves it at that
WITHDRAWING: Final = "withdrawal"  #: the issuer gives up

DisputeStep = Literal["retrieval", "answer", "chargeback", "representment", "second_chargeback", "acceptance", "withdrawal"]
STEPS: Final[tuple[DisputeStep, ...]] = (RETRIEVAL, ANSWER, CHARGEBACK, REPRESENTMENT, SECOND, ACCEPTANCE, WITHDRAWING)

NEW: Final = "new"  #: no event yet
DisputeState = Literal[
    "new", "requested", "answered", "charged_back", "represented", "charged_back_again", "accepted", "withdrawn"
]

#: (state, step) -> state: all there is.
FOLLOWS: Final[dict[tuple[DisputeState, DisputeStep], DisputeState]] = {
    ("new", "retrieval"): "requested",
    ("new", "chargeback"): "charged_back",
    ("requested", "answer"): "answered",
    ("requested", "chargeback"): "charged_back",
    ("requested", "withdrawal"): "withdrawn",
    ("answered", "chargeback"): "charged_back",
    ("answered", "withdrawal"): "withdrawn",
    ("charged_back", "representment"): "represented",
    ("charged_back", "acceptance"): "accepted",
    ("charged_back", "withdrawal"): "withdrawn",
    ("represented", "second_chargeback"): "charged_back_again",
    ("represented", "acceptance"): "accepted",
    ("charged_back_again", "acceptance"): "accepted",
    ("charged_back_again", "withdrawal"): "withdrawn",
}
ENDED: Final[frozenset[DisputeState]] = frozenset({"accepted", "withdrawn"})

#: The steps that must come before the deadline which the step before set.
IN_TIME: Final[frozenset[DisputeStep]] = frozenset({ANSWER, REPRESENTMENT, SECOND})
#: The steps that need a reason of the table; the others keep that of their dossier.
REASONED: Final[frozenset[DisputeStep]] = frozenset({RETRIEVAL, CHARGEBACK})
#: The steps that take an amount.
WITH_AMOUNT: Final[frozenset[DisputeStep]] = frozenset({CHARGEBACK, REPRESENTMENT, SECOND})
#: The steps that take money from the merchant, and cost it the fee.
TAKING: Final[frozenset[DisputeStep]] = frozenset({CHARGEBACK, SECOND})

#: What somebody who tells a step calls it -> the step.
ACTIONS: Final[dict[str, DisputeStep]] = {
    "retrieval": RETRIEVAL,
    "answer": ANSWER,
    "chargeback": CHARGEBACK,
    "represent": REPRESENTMENT,
    "second": SECOND,
    "accept": ACCEPTANCE,
    "withdraw": WITHDRAWING,
}


@frozen(kw_only=True)
class DisputedSale:
    """A presented sale, and what is left of it to be charged back."""

    request_id: int
    rrn: str
    merchant_id: str
    currency: str
    presented_on: str  #: business date of the presentment
    presented_minor: int
    given_back_minor: int = 0  #: by reversals, and by refunds that have its RRN
    elsewhere_minor: int = 0  #: charged back in other dossiers

    @property
    def left_minor(self) -> int:
        """What a dossier may charge back in all."""
        return max(self.presented_minor - self.given_back_minor - self.elsewhere_minor, 0)


@frozen(kw_only=True)
class Dossier:
    """A dispute as it stands."""

    id: str
    state: DisputeState = "new"
    number: int = 0  #: of its last event
    reason: str = ""
    outstanding_minor: int = 0  #: charged back now
    moved_minor: int = 0  #: by its last representment
    deadline: str = ""  #: last date of the next step; empty: it has none

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED


@frozen(kw_only=True)
class Wish:
    """What somebody tells of a dispute."""

    step: DisputeStep
    amount_minor: int | None = None  #: None: all there is
    reason: str = ""  #: code of ``disputes.toml``
    person: str = ""
    remark: str = ""
    record_id: str = ""  #: of the record of a file


@frozen(kw_only=True)
class DisputeEvent:
    """A step that was taken: a row of ``dispute_event``, but for who told it and when."""

    dossier: str
    number: int
    step: DisputeStep
    state: DisputeState
    reason: str
    amount_minor: int
    outstanding_minor: int
    fee_minor: int
    fee_rule: str  #: the row of a file that says so; empty: no fee
    deadline: str


def take_step(
    wish: Wish,
    sale: DisputedSale,
    dossier: Dossier,
    terms: DisputeTerms,
    calendar: Calendar,
    business_date: str,
    plan_fee: tuple[int, str] | None = None,
) -> DisputeEvent:
    """The event that a wish makes of a dossier on a business date.

    ``plan_fee`` is what the merchant's own plan takes for a chargeback, and the row that says so; it goes before the terms'.

    NegativeAnswerError where the dossier is not at that step, or a deadline has passed; SwitchError where the wish itself is
    wrong: a reason that the table has not, an amount above what is left.
    """
    state = FOLLOWS.get((dossier.state, wish.step))
    if state is None:
        raise NegativeAnswerError(_not_now(wish.step, dossier))
    if sale.presented_minor <= 0:
        raise SwitchError(f"RRN {sale.rrn}: found a refund, expected a sale")
    reason = terms.reason(wish.reason or dossier.reason)
    _refuse_late(wish.step, dossier, business_date)
    if wish.step in REASONED:
        last = calendar.deadline(sale.presented_on, reason.chargeback_days, banking=reason.banking)
        if business_date > last:
            raise NegativeAnswerError(
                f"RRN {sale.rrn}: the {_words(wish.step)} for reason {reason.code} was possible until {last}, "
                f"and business date {business_date} is open"
            )
    amount_minor = _amount(wish, sale, dossier)
    outstanding_minor = dossier.outstanding_minor
    if wish.step in TAKING:
        outstanding_minor += amount_minor
    elif wish.step in (REPRESENTMENT, WITHDRAWING):
        outstanding_minor -= amount_minor
    fee = NO_FEE
    if wish.step in TAKING:
        fee = terms.fee(business_date, sale.currency, second=wish.step == SECOND)
    if wish.step == CHARGEBACK and plan_fee is not None:
        fee = plan_fee
    days = {RETRIEVAL: reason.answer_days, CHARGEBACK: reason.representment_days, REPRESENTMENT: reason.second_days}
    following = days.get(wish.step)
    return DisputeEvent(
        dossier=dossier.id,
        number=dossier.number + 1,
        step=wish.step,
        state=state,
        reason=reason.code,
        amount_minor=amount_minor,
        outstanding_minor=outstanding_minor,
        fee_minor=fee[0],
        fee_rule=fee[1] if fee[0] else "",
        deadline="" if following is None else calendar.deadline(business_date, following, banking=reason.banking),
    )


def _not_now(step: DisputeStep, dossier: Dossier) -> str:
    possible = ", ".join(_words(each) for state, each in FOLLOWS if state == dossier.state)
    found = f"dossier {dossier.id}: found the step {_words(step)}, and the dossier is {_words(dossier.state)}"
    return f"{found}; expected {possible}" if possible else f"{found}: nothing follows"


def _refuse_late(step: DisputeStep, dossier: Dossier, business_date: str) -> None:
    if step in IN_TIME and dossier.deadline and business_date > dossier.deadline:
        raise NegativeAnswerError(
            f"dossier {dossier.id}: the {_words(step)} was possible until {dossier.deadline}, "
            f"and business date {business_date} is open"
        )


def _amount(wish: Wish, sale: DisputedSale, dossier: Dossier) -> int:
    """What a step moves, or asks for; SwitchError where that is nothing, or more than there is."""
    if wish.step == WITHDRAWING:
        return dossier.outstanding_minor
    if wish.step not in WITH_AMOUNT:
        return 0
    limits = {
        CHARGEBACK: sale.left_minor,
        REPRESENTMENT: dossier.outstanding_minor,
        SECOND: min(dossier.moved_minor, sale.left_minor - dossier.outstanding_minor),
    }
    limit = limits[wish.step]
    amount_minor = limit if wish.amount_minor is None else wish.amount_minor
    if limit <= 0:
        raise SwitchError(f"RRN {sale.rrn}: found nothing left of {_money(sale.presented_minor, sale)}: {_gone(sale)}")
    if not 0 < amount_minor <= limit:
        found = f"amount: found {_money(amount_minor, sale)}, expected at most {_money(limit, sale)}"
        why = f", of {_money(sale.presented_minor, sale)} presented: {_gone(sale)}" if wish.step == CHARGEBACK else ""
        raise SwitchError(found + why)
    return amount_minor


def _gone(sale: DisputedSale) -> str:
    back, elsewhere = _money(sale.given_back_minor, sale), _money(sale.elsewhere_minor, sale)
    return f"{back} reversed or refunded, {elsewhere} charged back in other dossiers"


def _money(amount_minor: int, sale: DisputedSale) -> str:
    return worded_minor(amount_minor, sale.currency)


def _words(name: str) -> str:
    return name.replace("_", " ")
