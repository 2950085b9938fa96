from __future__ import annotations

from itertools import islice

import pytest

from switch.issuers.cards.magic import Match
from switch.issuers.decide import approval_codes
from switch.transaction import CASH_WITHDRAWAL as CASH
from switch.transaction import PURCHASE
from tests.issuers.cast import EXPIRED, GOOD, LOST, OF_SERIES, POOR, REFUSED, STOLEN, STRANGER, Issuer, asked


def test_a_good_card_with_enough_on_it_is_approved_and_the_amount_held() -> None:
    issuer = Issuer()

    judgement = issuer.judge(asked(GOOD, 12_500))

    assert judgement.decision.approved
    assert judgement.decision.decided_by == "atlas"
    assert judgement.entry is not None
    assert judgement.entry.approval_code == judgement.decision.approval_code
    assert (judgement.entry.kind, judgement.entry.account, judgement.entry.amount_minor) == ("hold", "atlas-0001", 12_500)
    assert issuer.available(GOOD) == 87_500


@pytest.mark.parametrize(
    ("pan", "answer"),
    [
        (GOOD, ("00", "approved")),
        (OF_SERIES, ("00", "approved")),
        (POOR, ("51", "available 35.00 MAD is less than 125.00 MAD")),
        (REFUSED, ("05", "card is set to do not honor")),
        (LOST, ("41", "card is reported lost")),
        (STOLEN, ("43", "card is reported stolen")),
        (EXPIRED, ("54", "card expired 2610")),
        (STRANGER, ("14", "atlas has no card of this number")),
    ],
)
def test_each_card_is_answered_for_its_own_reason(pan: str, answer: tuple[str, str]) -> None:
    assert Issuer().answer(asked(pan)) == answer


def test_a_card_is_good_until_the_end_of_its_month() -> None:
    assert Issuer().answer(asked(), "2811")[0] == "00"
    assert Issuer().answer(asked(), "2812") == ("54", "card expired 2811")


def test_an_expiry_that_is_sent_has_to_be_the_card_s() -> None:
    assert Issuer().answer(asked(expiry="2811"))[0] == "00"
    assert Issuer().answer(asked(expiry="2911")) == ("54", "expiry 2911 was sent and the card has 2811")
    assert Issuer().answer(asked(EXPIRED, expiry="2911")) == ("54", "card expired 2610")


def test_nothing_and_another_currency_are_not_held() -> None:
    assert Issuer().answer(asked(amount_minor=0)) == ("13", "amount is zero")
    assert Issuer().answer(asked(currency="978")) == ("12", "amount is in EUR and the account in MAD")


def test_the_last_centime_may_be_spent_and_no_more() -> None:
    issuer = Issuer()

    assert issuer.answer(asked(POOR, 3_499, stan=1))[0] == "00"
    assert issuer.answer(asked(POOR, 2, stan=2)) == ("51", "available 0.01 MAD is less than 0.02 MAD")
    assert issuer.answer(asked(POOR, 1, stan=3))[0] == "00"
    assert issuer.available(POOR) == 0


def test_a_repeat_gets_the_same_answer_and_no_second_hold() -> None:
    issuer, match = Issuer(), Match("rule 1", "59")
    first, refused = issuer.judge(asked(stan=1)), issuer.judge(asked(amount_minor=99_900, stan=2), match=match)

    repeat, repeat_of_refused = issuer.judge(asked(stan=1)), issuer.judge(asked(amount_minor=99_900, stan=2))

    assert (repeat.decision, repeat.entry) == (first.decision, None)
    assert repeat_of_refused.decision == refused.decision
    assert issuer.available() == 87_500


def test_a_scenario_goes_before_everything_else() -> None:
    issuer = Issuer()

    decision = issuer.judge(asked(STRANGER), match=Match("scenario trial, rule 1", "91")).decision

    assert (decision.response_code, decision.reason) == ("91", "scenario trial, rule 1")
    assert issuer.accounts.held_minor == 0


def test_a_delay_alone_leaves_the_judgement_to_the_account() -> None:
    issuer, match = Issuer(), Match("scenario trial, rule 1", told="2.5 s late")

    approved, refused = issuer.judge(asked(GOOD, stan=1), match=match), issuer.judge(asked(POOR, stan=2), match=match)

    assert (approved.decision.response_code, refused.decision.response_code) == ("00", "51")
    assert approved.decision.reason == "approved (scenario trial, rule 1: 2.5 s late)"


def test_no_reason_shows_a_card_number() -> None:
    issuer = Issuer()
    pans = (GOOD, POOR, REFUSED, LOST, STOLEN, EXPIRED, STRANGER)

    shown = [repr(issuer.judge(asked(pan, stan=stan))) for stan, pan in enumerate(pans)]

    assert not [line for line in shown for pan in pans if pan in line]


def test_approval_codes_are_six_characters_and_one_seed_gives_the_same() -> None:
    codes = list(islice(approval_codes(7, "atlas"), 50_000))

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 6 and code.isascii() and code.isalnum() for code in codes)
    assert codes[100:110] == list(islice(approval_codes(7, "atlas", start=100), 10))
    assert codes[:10] != list(islice(approval_codes(8, "atlas"), 10))
    assert codes[:10] != list(islice(approval_codes(7, "rif"), 10))


@pytest.mark.parametrize(
    ("part_minor", "kind", "answer"),
    [
        (0, PURCHASE, ("00", None)),
        (1, PURCHASE, ("10", 1)),
        (12_499, PURCHASE, ("10", 12_499)),
        (12_500, PURCHASE, ("00", None)),
        (12_501, PURCHASE, ("00", None)),
        (5_000, CASH, ("00", None)),
    ],
)
def test_a_rule_grants_a_part_where_it_is_one_and_never_of_cash(
    part_minor: int, kind: str, answer: tuple[str, int | None]
) -> None:
    issuer = Issuer()
    judged = issuer.judge(asked(GOOD, 12_500, transaction_type=kind), match=Match("a rule", None, part_minor=part_minor))
    assert (judged.decision.response_code, judged.decision.approved_minor) == answer
    assert issuer.available(GOOD) == 100_000 - (answer[1] or 12_500)
