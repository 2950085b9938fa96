"""What an issuer answers to each kind of transaction: refunds, inquiries, cash, a part of the amount."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.issuers.cards.magic import Match
from switch.issuers.decide import CHECKS
from switch.issuers.process.book import Book, MemoryBook
from switch.transaction import (
    BALANCE_INQUIRY,
    BILL_PAYMENT,
    CARD_VERIFICATION,
    CASH_WITHDRAWAL,
    CREDITS,
    DEBITS,
    INQUIRIES,
    OTHER,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    REFUND,
)
from tests.issuers.cast import (
    EXPIRED,
    GOOD,
    LOST,
    NO_CASH,
    POOR,
    STOLEN,
    STRANGER,
    Issuer,
    advising,
    asked,
    reversing,
)


@pytest.fixture(params=["file", "memory"])
def issuer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Issuer]:
    book = Book.open(tmp_path / "atlas.db") if request.param == "file" else MemoryBook()
    yield Issuer(book=book)
    book.close()


@pytest.mark.parametrize("kind", sorted(DEBITS))
def test_every_debit_holds_its_whole_amount(issuer: Issuer, kind: str) -> None:
    assert issuer.answer(asked(GOOD, 12_500, transaction_type=kind)) == ("00", "approved")
    assert issuer.kinds == [("hold", 12_500)]


def test_a_refund_is_credited_and_can_be_spent(issuer: Issuer) -> None:
    assert issuer.answer(asked(POOR, 2_000, 1, transaction_type=REFUND)) == ("00", "approved")

    for later in (issuer, issuer.restarted()):
        assert (later.available(POOR), later.accounts.held_minor) == (5_500, 0)
    assert issuer.answer(asked(POOR, 5_500, 2))[0] == "00"
    assert issuer.kinds == [("credit", 2_000), ("hold", 5_500)]


@pytest.mark.parametrize(("pan", "code"), [(GOOD, "00"), (EXPIRED, "00"), (STOLEN, "43"), (LOST, "41"), (STRANGER, "14")])
def test_a_refund_needs_a_known_card_that_is_active(issuer: Issuer, pan: str, code: str) -> None:
    assert issuer.answer(asked(pan, transaction_type=REFUND))[0] == code


def test_the_reversal_of_a_refund_takes_the_credit_back(issuer: Issuer) -> None:
    refund = asked(POOR, 2_000, 1, transaction_type=REFUND)
    issuer.judge(refund)
    issuer.judge(asked(POOR, 5_500, 2))

    issuer.undo(reversing(refund, 1_500))
    issuer.undo(reversing(refund, original_key=None))

    assert issuer.kinds == [("credit", 2_000), ("hold", 5_500), ("taken_back", 500), ("taken_back", 1_500)]
    for later in (issuer, issuer.restarted()):
        assert later.available(POOR) == -2_000, "it was spent meanwhile"
        assert later.undo(reversing(refund)) == ("00", None)


def balances(issuer: Issuer, stan: int, **other: Any) -> str:
    judgement = issuer.judge(asked(POOR, 0, stan, transaction_type=BALANCE_INQUIRY, **other))
    assert (judgement.decision.response_code, judgement.entry) == ("00", None)
    assert judgement.decision.carried is not None
    return judgement.decision.carried[54]


def test_a_balance_inquiry_tells_what_the_account_has_before_and_after_its_holds(issuer: Issuer) -> None:
    assert balances(issuer, 1) == "0001504C000000003500" + "0002504C000000003500"
    issuer.judge(asked(POOR, 1_000, 2))
    issuer.judge(asked(POOR, 200, 3, transaction_type=REFUND))
    assert balances(issuer, 4) == "0001504C000000003700" + "0002504C000000002700"
    issuer.take(advising(asked(POOR, 9_000, 5)))
    assert balances(issuer, 6) == "0001504C000000003700" + "0002504D000000006300"
    assert balances(issuer, 4) == "0001504C000000003700" + "0002504C000000002700", "a repeat gets the first answer again"


@pytest.mark.parametrize("kind", sorted(INQUIRIES))
@pytest.mark.parametrize(("pan", "code"), [(GOOD, "00"), (EXPIRED, "54"), (STOLEN, "43"), (LOST, "41"), (STRANGER, "14")])
def test_what_asks_for_no_money_needs_a_good_card(issuer: Issuer, kind: str, pan: str, code: str) -> None:
    assert issuer.answer(asked(pan, 0, transaction_type=kind))[0] == code
    assert issuer.answer(asked(pan, 0, 2, transaction_type=kind, expiry="2912"))[0] == ("54" if code == "00" else code)
    assert issuer.kinds == []


@pytest.mark.parametrize("kind", sorted(DEBITS | CREDITS))
def test_nothing_else_may_be_for_nothing(issuer: Issuer, kind: str) -> None:
    assert issuer.answer(asked(amount_minor=0, transaction_type=kind)) == ("13", "amount is zero")


def test_what_is_not_offered_is_refused_for_cards_that_are_known(issuer: Issuer) -> None:
    other: dict[str, Any] = {"transaction_type": OTHER, "processing_code": "400000"}
    assert issuer.answer(asked(stan=1, **other)) == ("12", "processing code 400000 is not offered by atlas")
    assert issuer.answer(asked(STRANGER, stan=2, **other))[0] == "14"
    assert set(CHECKS) == DEBITS | CREDITS | INQUIRIES | {OTHER}


ABOVE = "in cash is more than the card's limit of 200.00 MAD"


@pytest.mark.parametrize(
    ("kind", "amount_minor", "cash_back_minor", "answer"),
    [
        (CASH_WITHDRAWAL, 20_000, 0, ("00", "approved")),
        (CASH_WITHDRAWAL, 20_001, 0, ("61", f"200.01 MAD {ABOVE}")),
        (QUASI_CASH, 20_001, 0, ("61", f"200.01 MAD {ABOVE}")),
        (PURCHASE_WITH_CASH_BACK, 90_000, 20_000, ("00", "approved")),
        (PURCHASE_WITH_CASH_BACK, 90_000, 20_001, ("61", f"200.01 MAD {ABOVE}")),
        (PURCHASE_WITH_CASH_BACK, 100, 101, ("13", "more cash back than the amount it is part of")),
        (BILL_PAYMENT, 90_000, 0, ("00", "approved")),
    ],
)  # fmt: skip
def test_a_card_may_have_a_limit_for_cash(kind: str, amount_minor: int, cash_back_minor: int, answer: tuple[str, str]) -> None:
    request = asked(NO_CASH, amount_minor, transaction_type=kind, cash_back_minor=cash_back_minor)

    assert Issuer().answer(request) == answer


def test_a_card_without_a_limit_gives_all_it_has_in_cash(issuer: Issuer) -> None:
    assert issuer.answer(asked(GOOD, 100_000, transaction_type=CASH_WITHDRAWAL))[0] == "00"


def test_a_part_is_granted_where_less_can_be_taken(issuer: Issuer) -> None:
    request = asked(POOR, 12_500, partial_accepted=True)

    decision = issuer.judge(request).decision

    assert (decision.response_code, decision.approved_minor) == ("10", 3_500)
    assert decision.reason == "approved 35.00 MAD of 125.00 MAD, all that is available"
    assert decision.carried == {54: "0057504D000000012500"}
    assert issuer.kinds == [("hold", 3_500)]
    for later in (issuer, issuer.restarted()):
        repeated = later.judge(request)
        assert repeated.entry is None
        assert repeated.decision.approval_code == decision.approval_code
        assert (repeated.decision.approved_minor, repeated.decision.carried) == (3_500, decision.carried)
        assert later.available(POOR) == 0


def test_a_repeat_of_a_partial_approval_tells_what_was_granted_also_when_some_was_given_back(issuer: Issuer) -> None:
    request = asked(POOR, 12_500, partial_accepted=True)
    issuer.judge(request)
    issuer.undo(reversing(request, 1_000))

    assert issuer.restarted().judge(request).decision.approved_minor == 3_500
    assert issuer.available(POOR) == 2_500


@pytest.mark.parametrize(
    ("amount_minor", "other", "code"),
    [
        (3_500, {"partial_accepted": True}, "00"),
        (3_501, {"partial_accepted": False}, "51"),
        (3_501, {"partial_accepted": True, "transaction_type": BILL_PAYMENT}, "10"),
        (3_501, {"partial_accepted": True, "transaction_type": CASH_WITHDRAWAL}, "51"),
        (3_501, {"partial_accepted": True, "transaction_type": PURCHASE_WITH_CASH_BACK}, "51"),
    ],
)
def test_a_part_is_granted_only_of_what_is_not_cash(amount_minor: int, other: dict[str, Any], code: str) -> None:
    assert Issuer().answer(asked(POOR, amount_minor, **other))[0] == code


def test_nothing_is_no_part(issuer: Issuer) -> None:
    issuer.judge(asked(POOR, 3_500, 1))

    assert issuer.answer(asked(POOR, 100, 2, partial_accepted=True))[0] == "51"


def test_a_rule_refuses_any_type() -> None:
    issuer, match = Issuer(), Match("scenario trial, rule 1", "57")

    decision = issuer.judge(asked(stan=1, transaction_type=REFUND), match=match).decision
    assert (decision.response_code, decision.reason) == ("57", "scenario trial, rule 1")
    assert issuer.answer(asked(stan=2))[0] == "00"
    assert issuer.answer(asked(amount_minor=0, stan=3, transaction_type=CARD_VERIFICATION))[0] == "00"
