from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.card import Pan
from switch.issuers.process.book import Book, MemoryBook
from switch.transaction import BALANCE_INQUIRY, CASH_WITHDRAWAL, OTHER, REFUND
from tests.issuers.cast import EXPIRED, GOOD, POOR, STOLEN, STRANGER, Issuer, advising, asked, completing, reversing


@pytest.fixture(params=["file", "memory"])
def issuer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Issuer]:
    book = Book.open(tmp_path / "atlas.db") if request.param == "file" else MemoryBook()
    yield Issuer(book=book)
    book.close()


def answer(issuer: Issuer, advice: Any) -> tuple[str, str]:
    decision = issuer.take(advice).decision
    return decision.response_code, decision.reason


def test_what_was_approved_in_the_issuer_s_stead_is_held(issuer: Issuer) -> None:
    assert answer(issuer, advising(asked(GOOD, 12_500))) == ("00", "held 125.00 MAD")

    (entry,) = issuer.book.entries()
    assert (entry.kind, entry.amount_minor, entry.key) == ("hold", 12_500, asked().key)
    assert (entry.approval_code, entry.response_code) == ("STAND1", "00")
    assert issuer.available() == 87_500


def test_what_the_issuer_had_approved_itself_stays_as_it_is(issuer: Issuer) -> None:
    request = asked()
    issuer.judge(request)

    for later in (issuer, issuer.restarted()):
        assert answer(later, advising(request)) == ("00", "nothing to hold: this is known already")
    assert issuer.kinds == [("hold", 12_500)]


def test_what_the_issuer_had_refused_is_held_all_the_same_and_may_take_the_account_below_zero(issuer: Issuer) -> None:
    request = asked(POOR, 4_000, 1)
    assert issuer.answer(request)[0] == "51"

    issuer.take(advising(request))

    for later in (issuer, issuer.restarted()):
        assert later.available(POOR) == -500
        assert later.answer(request)[0] == "00", "a repeat of the request is answered as it was told"
    assert issuer.answer(asked(POOR, 1, 2)) == ("51", "available -5.00 MAD is less than 0.01 MAD")


def test_an_advice_repeated_changes_nothing(issuer: Issuer) -> None:
    for advice in (advising(asked(stan=1)), completing(asked(stan=2), 100), advising(asked(stan=3, transaction_type=REFUND))):
        assert len(issuer.take(advice).entries) == 1
        for later in (issuer, issuer.restarted()):
            assert later.take(advice).entries == ()


@pytest.mark.parametrize(("pan", "code"), [(GOOD, "00"), (STOLEN, "00"), (EXPIRED, "00"), (STRANGER, "14")])
def test_a_card_has_only_to_be_known(pan: str, code: str) -> None:
    issuer = Issuer()

    assert answer(issuer, advising(asked(pan)))[0] == code
    assert issuer.kinds == ([("hold", 12_500)] if code == "00" else [])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"advised_code": "51"}, "nothing to hold: it was answered 51"),
        ({"transaction_type": BALANCE_INQUIRY}, "nothing to hold"),
        ({"amount_minor": 0}, "nothing to hold"),
    ],
)
def test_what_moved_no_money_holds_nothing(issuer: Issuer, other: dict[str, Any], reason: str) -> None:
    assert answer(issuer, advising(asked(), **other)) == ("00", reason)
    assert issuer.kinds == []


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"currency": "978"}, "amount is in EUR and the account in MAD"),
        ({"transaction_type": OTHER, "processing_code": "400000"}, "processing code 400000 is not offered by atlas"),
    ],
)
def test_what_cannot_be_booked_is_refused(issuer: Issuer, other: dict[str, Any], reason: str) -> None:
    assert answer(issuer, advising(asked(), **other)) == ("12", reason)
    assert issuer.kinds == []


@pytest.mark.parametrize("named", [{}, {"original_key": None}])
def test_once_its_reversal_came_nothing_is_held(issuer: Issuer, named: dict[str, Any]) -> None:
    issuer.undo(reversing(asked(), **named))

    for later in (issuer, issuer.restarted()):
        assert answer(later, advising(asked())) == ("00", "held nothing: its reversal came before it")
    assert issuer.available() == 100_000


def test_a_reversal_undoes_what_an_advice_held(issuer: Issuer) -> None:
    issuer.take(advising(asked(POOR, 4_000)))

    assert issuer.undo(reversing(asked(POOR, 4_000))).response_code == "00"

    assert issuer.take(advising(asked(POOR, 4_000))).entries == (), "nor does its repeat bring it back"
    assert issuer.available(POOR) == 3_500


@pytest.mark.parametrize("amount_minor", [4_000, 12_500, 20_000])
def test_a_completion_takes_the_place_of_the_hold(issuer: Issuer, amount_minor: int) -> None:
    held = asked(GOOD, 12_500)
    issuer.judge(held)
    completion = completing(held, amount_minor)

    taken = issuer.take(completion)

    assert [(entry.kind, entry.amount_minor, entry.key) for entry in taken.entries] == [
        ("release", 12_500, held.key),
        ("hold", amount_minor, completion.key),
    ]
    assert taken.decision.reason == f"gave back the 125.00 MAD held, held {amount_minor / 100:.2f} MAD"
    for later in (issuer, issuer.restarted()):
        assert later.available() == 100_000 - amount_minor
        assert later.take(completion).entries == ()


def test_a_completion_of_nothing_gives_the_hold_back(issuer: Issuer) -> None:
    issuer.judge(asked())

    assert answer(issuer, completing(asked(), 0)) == ("00", "gave back the 125.00 MAD held")
    assert issuer.available() == 100_000


def test_a_completion_takes_what_reversals_have_left_of_the_hold(issuer: Issuer) -> None:
    issuer.judge(asked())
    issuer.undo(reversing(asked(), 5_000))

    issuer.take(completing(asked(), 4_000))

    assert issuer.kinds == [("hold", 12_500), ("release", 7_500), ("release", 5_000), ("hold", 4_000)]


def test_a_completion_of_what_is_not_known_is_a_hold_of_its_own(issuer: Issuer) -> None:
    assert answer(issuer, completing(asked(), 4_000)) == ("00", "held 40.00 MAD")
    assert answer(issuer, completing(asked(), 500, 700_002, original_key=None)) == ("00", "held 5.00 MAD")


def test_a_completion_with_another_card_is_refused(issuer: Issuer) -> None:
    issuer.judge(asked(GOOD))

    assert answer(issuer, completing(asked(GOOD), 100, pan=Pan(POOR)))[0] == "25"
    assert issuer.kinds == [("hold", 12_500)]


def test_a_refund_that_names_its_sale_leaves_the_sale_as_it_is(issuer: Issuer) -> None:
    sale = asked()
    issuer.judge(sale)

    issuer.take(completing(sale, 500, transaction_type=REFUND))

    assert issuer.kinds == [("hold", 12_500), ("credit", 500)]


def test_the_reversal_of_a_completion_is_of_its_own_key_and_brings_no_hold_back(issuer: Issuer) -> None:
    issuer.judge(asked())
    completion = completing(asked(), 9_000)
    issuer.take(completion)

    assert issuer.undo(reversing(asked())) == ("00", None), "the hold is gone already"
    issuer.undo(reversing(completion, 2_000))
    issuer.undo(reversing(completion))

    assert issuer.kinds[2:] == [("hold", 9_000), ("release", 7_000), ("release", 2_000)]
    assert issuer.available() == 100_000


def test_completion_and_reversal_come_to_the_same_in_either_order(issuer: Issuer) -> None:
    issuer.judge(asked())
    completion = completing(asked(), 9_000)

    issuer.undo(reversing(completion))
    told = answer(issuer, completion)

    assert told == ("00", "gave back the 125.00 MAD held, held nothing: its reversal came before it")
    assert issuer.available() == 100_000


def test_every_hold_and_its_increments_stand_for_themselves(issuer: Issuer) -> None:
    held = asked(GOOD, 10_000, 1, pre_authorized=True)
    more = asked(GOOD, 5_000, 2, pre_authorized=True, original_key=held.key)
    issuer.judge(held)
    issuer.judge(more)

    issuer.take(completing(held, 14_000))
    issuer.undo(reversing(more))

    assert issuer.available() == 100_000 - 14_000


def test_cash_that_was_handed_out_is_held_whatever_the_limit(issuer: Issuer) -> None:
    issuer.take(advising(evolve(asked(), transaction_type=CASH_WITHDRAWAL, amount_minor=90_000)))

    assert issuer.available() == 10_000
