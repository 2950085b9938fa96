"""What 3-D Secure found: one value, the same for the shop and for the bank."""

from __future__ import annotations

from base64 import b64decode

import pytest

from switch.card import AUTHENTICATION_RESULTS, AuthenticationResult, Pan
from switch.gateway.payments.paying import TypedCard
from switch.gateway.site.holder_proofs import BankPages
from switch.keys.key_module import KeyModule
from tests.support.centre_in_loop import specs

KEYS = KeyModule.open(None, specs().issuers)
BANKS = BankPages(specs(), KEYS)


def typed(pan: str, brand: str) -> TypedCard:
    return TypedCard(pan=pan, expiry="2912", code="000", brand=brand)


@pytest.mark.parametrize(
    ("result", "md_status", "trans_status", "eci", "mastercard"),
    [
        ("frictionless", "1", "Y", "05", "02"),
        ("challenge", "1", "Y", "05", "02"),
        ("wrong code", "0", "N", "", ""),
        ("attempted", "4", "A", "06", "01"),
        ("not enrolled", "2", "U", "07", "00"),
        ("unavailable", "5", "U", "07", "00"),
        ("rejected", "0", "R", "", ""),
        ("failed", "0", "N", "", ""),
        ("late", "1", "Y", "05", "02"),
        ("too late", "6", "U", "", ""),
    ],
)
def test_form_callback_and_message_say_the_same(
    result: AuthenticationResult, md_status: str, trans_status: str, eci: str, mastercard: str
) -> None:
    proof = BANKS.proof(typed("4507160000000010", "visa"), result, unproved=True)
    assert proof.told is not None
    assert (proof.told.md_status, proof.told.trans_status, proof.told.eci) == (md_status, trans_status, eci)
    assert b64decode(proof.told.cavv).hex().upper() == proof.cavv
    assert bool(proof.cavv) == (eci in ("05", "06"))
    assert bool(proof.refused) == (result in ("wrong code", "rejected", "failed", "too late"))
    assert proof.security("123").eci == (proof.eci or None)
    other = BANKS.proof(typed("5128010400000019", "mastercard"), result, unproved=True).told
    assert other is not None
    assert other.eci == mastercard


def test_the_bank_finds_the_cavv_right() -> None:
    proof = BANKS.proof(typed("4507160000000010", "visa"), "challenge", unproved=True)
    assert KEYS.verify_cavv("atlas.cavk", Pan("4507160000000010"), bytes.fromhex(proof.cavv))
    assert not KEYS.verify_cavv("atlas.cavk", Pan("4507160000000028"), bytes.fromhex(proof.cavv))


def test_a_shop_may_refuse_holders_nobody_could_ask() -> None:
    card = typed("4507160000000010", "visa")
    refused = {result for result in AUTHENTICATION_RESULTS if BANKS.proof(card, result, unproved=False).refused}
    assert refused == {"wrong code", "not enrolled", "unavailable", "rejected", "failed", "too late"}
