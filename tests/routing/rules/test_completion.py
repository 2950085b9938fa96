"""Advices: completions of holds, increments of them, and what was done without anybody asking."""

from __future__ import annotations

from typing import Any

import pytest

from switch.routing.traffic.effects import Forward, JournalDelivery
from switch.routing.traffic.events import IssuerDown, RequestReceived
from switch.transaction import ADVICE, AUTHORIZATION, FINANCIAL, REQUEST, ExchangeKey
from tests.support.dialogue import SHOP, Dialogue, answered, asked, delivered, request, reversed_, shop

HELD: dict[str, Any] = {"pre_authorized": True}


def completion(stan: int, of: int | None = 1, amount_minor: int = 12_500, **changes: Any) -> RequestReceived:
    """A 0220 that names the request with STAN ``of``."""
    original = request(of).key if of is not None else None
    told = {"function": "advice", "message_class": "financial", "original_key": original, "advised_code": "00", **changes}
    return asked(stan, amount_minor=amount_minor, **told)


def held(talk: Dialogue, stan: int = 1, amount_minor: int = 12_500) -> Dialogue:
    """A pre-authorization that was approved."""
    talk >> asked(stan, amount_minor=amount_minor, **HELD)
    talk << f"journal request {stan}, waits for its completion" << f"forward {stan:06d} to atlas"
    talk >> answered(stan) << f"journal decision {stan} 00 of {amount_minor}, captures nothing" << "reply 00"
    return talk


def test_a_hold_counts_once_it_is_completed_and_for_the_amount_of_the_completion() -> None:
    talk = held(Dialogue())
    talk >> completion(2, amount_minor=9_000)
    (
        talk
        << "journal request 2 for request 1"
        << "journal owed advice 1 to atlas: request 2: completes 125.00"
        << "deliver 1 to atlas"
    )
    talk << "journal decision 2 00 of 9000: completes 125.00 authorized by request 1 with 90.00" << "reply 00"
    talk >> delivered(2, kind="advice") << "journal delivered 1 00"


def test_a_hold_is_completed_once() -> None:
    talk = held(Dialogue())
    (talk >> completion(2)).drop()
    talk >> completion(3)
    (talk << "journal request 3 for request 1" << "journal decision 3 12: request 1, which it names, was completed")


def test_a_repeated_completion_gets_the_same_answer() -> None:
    talk = held(Dialogue())
    (talk >> completion(2)).drop()
    talk >> completion(2)
    talk << "journal repeat of 2" << "reply 00"


@pytest.mark.parametrize(("amount_minor", "code"), [(12_500, "00"), (14_375, "00"), (14_376, "13")])
def test_a_completion_may_go_above_the_hold_as_far_as_the_contract_says(amount_minor: int, code: str) -> None:
    talk = held(Dialogue(merchant=shop(over_basis_points=1_500)))
    talk >> completion(2, amount_minor=amount_minor)
    assert f"journal decision 2 {code}" in talk.drop()


def test_a_completion_is_found_by_reference_and_approval_code() -> None:
    talk = held(Dialogue())
    talk >> completion(2, of=None, rrn="000000000001", approval_code="A00001")
    assert "journal request 2 for request 1" in talk.drop()


def test_a_completion_that_names_nothing_known_is_a_sale_of_its_own() -> None:
    talk = Dialogue()
    talk >> completion(2, of=77)
    talk << "journal request 1" << "journal owed advice 1" << "deliver 1" << "journal decision 1 00 of 12500:" << "reply"


def test_what_was_declined_or_reversed_or_counts_by_itself_is_not_completed() -> None:
    talk = Dialogue()
    (talk >> asked(1, **HELD)).drop()
    (talk >> answered(1, "51")).drop()
    talk >> completion(2)
    assert "12: request 1, which it names, was answered 51" in talk.drop()
    (talk >> asked(3)).drop()
    (talk >> answered(3)).drop()
    talk >> completion(4, of=3)
    assert "request 3, which it names, waits for no completion" in talk.drop()
    held(talk, 5)
    (talk >> reversed_(5)).drop()
    talk >> completion(6, of=5)
    assert "request 5, which it names, was reversed" in talk.drop()


def test_a_completion_with_another_card_is_refused() -> None:
    talk = held(Dialogue())
    talk >> completion(2, pan="9504010000000027")
    assert "journal decision 2 25" in talk.drop()


def test_a_merchant_that_changed_its_currency_completes_no_hold_of_the_earlier_one() -> None:
    talk = held(Dialogue())
    changed = {SHOP.id: shop(currency="978")}
    talk.board.know_merchants(changed)
    for stan, asks in ((2, completion(2, currency="978")), (3, asked(3, currency="978", original_key=request(1).key, **HELD))):
        talk >> asks << f"journal request {stan} for request 1"
        talk << f"journal decision {stan} 12: another currency (DE 49) than request 1, which it names" << "reply 12"


def test_a_completion_of_what_still_waits_is_asked_to_come_again() -> None:
    talk = Dialogue()
    (talk >> asked(1, **HELD)).drop()
    talk >> completion(2)
    assert "journal decision 2 09" in talk.drop()


def test_increments_add_to_a_hold_and_go_with_it() -> None:
    talk = held(Dialogue())
    talk >> asked(2, amount_minor=5_000, original_key=request(1).key, **HELD)
    talk << "journal request 2 for request 1, waits for its completion" << "forward 000002 to atlas"
    (talk >> answered(2)).drop()
    talk >> completion(3, amount_minor=17_500)
    said = talk.drop()
    assert "journal owed 1 to atlas: request 2: completed together with request 1" in said
    assert "journal decision 3 00 of 17500: completes 175.00" in said


@pytest.mark.parametrize("known", [True, False])
def test_an_increment_needs_a_hold_that_stands(known: bool) -> None:
    talk = Dialogue()
    if known:
        (talk >> asked(1)).drop()
        (talk >> answered(1)).drop()
    talk >> asked(2, original_key=request(1).key, **HELD)
    assert f"journal decision {2 if known else 1} 12" in talk.drop()


def test_a_reversal_of_a_completed_hold_undoes_the_completion() -> None:
    talk = held(Dialogue())
    (talk >> completion(2)).drop()
    talk >> reversed_(1)
    talk << "journal owed 2 to atlas: request 2: reversed by the acquirer"
    talk << "journal reversal of request 2, effective 00" << "reply 00"


def test_an_advice_of_a_decline_is_taken_and_nothing_counts() -> None:
    talk = Dialogue()
    talk >> asked(1, function="advice", advised_code="51")
    talk << "journal request 1" << "journal owed advice 1" << "deliver 1"
    talk << "journal decision 1 00: told that 51 was answered" << "reply 00"


def test_an_advice_of_nobody_s_card_or_merchant_is_refused() -> None:
    talk = Dialogue()
    talk >> asked(1, function="advice", merchant_id="NOBODY")
    talk << "journal request 1" << "journal decision 1 03" << "reply 03"
    talk >> asked(2, function="advice", pan="6011000000000004")
    talk << "journal request 2" << "journal decision 2 92" << "reply 92"


def test_an_advice_is_kept_for_an_issuer_that_is_away() -> None:
    talk = Dialogue()
    (talk >> IssuerDown("atlas", "gone", lost=True)).drop()
    talk >> asked(1, function="advice", advised_code="00")
    talk << "journal request 1" << "journal owed advice 1 to atlas" << "journal decision 1 00" << "reply 00"
    assert talk.board.owed == 1


def test_an_issuer_that_does_not_accept_an_advice_is_told_of() -> None:
    talk = Dialogue()
    (talk >> asked(1, function="advice", advised_code="00")).drop()
    talk >> delivered(1, response_code="14", kind="advice")
    talk << "journal delivered 1 14" << "journal not_accepted of 1: atlas answered 14 to the advice"


def test_a_refund_may_name_its_sale_and_is_no_increment() -> None:
    talk = Dialogue()
    (talk >> asked(1, message_class="financial")).drop()
    (talk >> answered(1)).drop()
    talk >> asked(2, message_class="financial", transaction_type="refund", original_key=request(1).key)
    assert talk.drop() == "journal request 2\nforward 000002 to atlas"
    talk >> answered(2) << "journal decision 2 00 of 12500, captures -12500" << "reply 00"


def test_a_refund_made_offline_may_name_what_waits_and_is_no_completion() -> None:
    talk = held(Dialogue())
    talk >> completion(2, transaction_type="refund")
    said = talk.drop()
    assert said.startswith("journal request 2\n")
    assert "journal decision 2 00 of 12500, captures -12500" in said
    talk >> completion(3)
    assert "journal request 3 for request 1" in talk.drop()


def test_a_sale_that_names_a_hold_neither_captures_it_nor_adds_to_it() -> None:
    talk = held(Dialogue())
    talk >> asked(2, amount_minor=5_000, message_class="financial", original_key=request(1).key)
    assert talk.drop() == "journal request 2\nforward 000002 to atlas"
    (talk >> answered(2)).drop()
    talk >> completion(3)
    assert "journal decision 3 00 of 12500: completes 125.00 authorized by request 1 with 125.00" in talk.drop()


@pytest.mark.parametrize("transaction_type", ["refund", "balance_inquiry"])
def test_what_takes_no_money_adds_to_no_hold(transaction_type: str) -> None:
    talk = held(Dialogue())
    talk >> asked(2, transaction_type=transaction_type, original_key=request(1).key, **HELD)
    assert f"journal decision 2 12: {transaction_type}: nothing that adds to what it names" in talk.drop()


def test_the_key_of_an_original_is_all_four_elements() -> None:
    talk = held(Dialogue())
    talk >> completion(2, original_key=ExchangeKey("504001", "TERM0001", "000001", "1122091531"))
    assert "taken as told" in talk.drop()


@pytest.mark.parametrize(("kind", "counts"), [("purchase", 1), ("refund", 2)])
def test_a_refund_that_waits_is_completed_by_nothing(kind: str, counts: int) -> None:
    """A purchase moves money the other way; a refund made offline is one of its own, there as at the issuer."""
    talk = Dialogue(merchant=shop(capture="batch"))
    (talk >> asked(1, transaction_type="refund")).drop()
    (talk >> answered(1)).drop()
    talk >> completion(2, transaction_type=kind)
    if kind == "purchase":
        talk << "journal request 2 for request 1" << "journal decision 2 12: DE 3 moves money the other way than request 1"
    else:
        assert "journal decision 2 00 of 12500, captures -12500" in talk.drop()
    counted = talk.board._reconciler.batches.open(("504001", "TERM0001"))
    sums = (counted.debits_count, counted.debits_minor, counted.credits_count, counted.credits_minor)
    assert sums == (0, 0, counts, counts * 12_500)


@pytest.mark.parametrize(
    ("message_class", "function"), [(AUTHORIZATION, REQUEST), (FINANCIAL, REQUEST), (AUTHORIZATION, ADVICE)]
)
def test_what_names_a_hold_is_told_to_its_bank_with_the_kind_of_the_hold(message_class: str, function: str) -> None:
    """DE 90 begins with the MTI of the hold."""
    told: dict[str, Any] = {"function": ADVICE, "advised_code": "00"} if function == ADVICE else {}
    talk = Dialogue()
    talk.board.handle(asked(1, message_class=message_class, **told, **HELD), 0.0)
    if function == REQUEST:
        talk.board.handle(answered(1), 0.0)
    more = talk.board.handle(asked(2, original_key=request(1).key, amount_minor=500, **HELD), 0.0)
    assert [each.authorization.original_kind for each in more if isinstance(each, Forward)] == [(message_class, function)]
    (talk.board.handle(answered(2), 0.0), talk.board.handle(delivered(1, kind="advice"), 0.0))
    done = talk.board.handle(completion(3, of=2), 0.0)
    owed = [each.delivery for each in done if isinstance(each, JournalDelivery)]
    assert [each.original.original_kind for each in owed if each.kind == ADVICE] == [(message_class, function)]
