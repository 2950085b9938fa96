"""Magic cards: what each wants of the judgement of a request, and that every bank has all of them."""

from __future__ import annotations

import pytest

from switch.errors import SpecError
from switch.issuers.cards.magic import MAGIC_KINDS, magic_match
from switch.issuers.profile import Profile
from switch.transaction import APPROVALS, BALANCE_INQUIRY, CASH_WITHDRAWAL, REFUND, RESPONSE_MEANINGS, SCHEME_MEANINGS
from tests.issuers.cast import ATLAS, GOOD, Issuer, asked, table
from tests.support.centre_in_loop import specs


def bank(kind: str) -> Issuer:
    """Atlas, whose first card is a magic one."""
    text = ATLAS.replace(f'pan = "{GOOD}"', f'pan = "{GOOD}"\nmagic = "{kind}"')
    return Issuer(profile=Profile.from_toml(table(text)))


@pytest.mark.parametrize("cents", range(100))
def test_the_last_two_digits_of_the_amount_are_the_code(cents: int) -> None:
    code, match = f"{cents:02d}", magic_match("amount", 10_000 + cents)
    known = code in RESPONSE_MEANINGS or code in SCHEME_MEANINGS
    decision = bank("amount").judge(asked(amount_minor=10_000 + cents)).decision
    if code == "00":
        assert match is None
        assert (decision.response_code, decision.reason) == ("00", "approved")
    elif code == "10":
        assert (decision.response_code, decision.approved_minor) == ("10", 5_005)
    elif known and code not in APPROVALS:
        assert (decision.response_code, decision.reason) == (code, f"magic card, amount ends in {code}")
    else:
        told = "approves" if known else "is no response code"
        assert decision.response_code == "00"
        assert decision.reason == f"approved (magic card, amount ends in {code}: {code} {told})"


def test_other_kinds_do_not_go_by_the_amount() -> None:
    for kind in MAGIC_KINDS.keys() - {"amount", "partial"}:
        judged = bank(kind).judge(asked(amount_minor=10_051))
        assert (judged.decision.response_code, judged.magic) == ("00", kind)
        assert judged.decision.reason == f"approved (magic card, {kind})"


def test_a_card_approved_in_part_gives_half_and_hands_cash_out_whole() -> None:
    issuer = bank("partial")
    assert issuer.answer(asked(amount_minor=10_001, stan=1)) == (
        "10",
        "approved 50.00 MAD of 100.01 MAD (magic card, partial)",
    )
    assert issuer.available() == 95_000
    assert issuer.answer(asked(amount_minor=10_001, stan=2, transaction_type=CASH_WITHDRAWAL))[0] == "00"
    assert issuer.answer(asked(amount_minor=1, stan=3))[0] == "00", "there is no half of a centime"
    assert issuer.answer(asked(amount_minor=200_000, stan=4))[0] == "51", "no more than the account has"
    assert issuer.answer(asked(amount_minor=100, stan=5, transaction_type=REFUND))[0] == "00"


def test_what_asks_for_no_money_is_answered_as_ever() -> None:
    assert bank("amount").answer(asked(amount_minor=0, transaction_type=BALANCE_INQUIRY))[0] == "00"


def test_ordinary_cards_never_react_to_amounts() -> None:
    for cents in (5, 10, 51, 91, 99):
        assert Issuer().answer(asked(amount_minor=10_000 + cents)) == ("00", "approved")


def test_every_bank_has_a_card_of_each_kind_and_no_series_holds_one() -> None:
    for profile in specs().issuers.values():
        assert [card.magic for card in profile.cards if card.magic] == [
            "amount", "timeout", "late", "twice", "drop", "partial",
        ]  # fmt: skip
        for card in profile.cards:
            if card.magic:
                route = specs().routing.find(card.pan.digits)
                assert route is not None
                assert route.issuer == profile.id


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(SpecError, match=r"card\[1\]\.magic: found 'trick', expected one of amount, timeout, late"):
        bank("trick")
