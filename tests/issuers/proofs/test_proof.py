"""Proofs of card and holder, judged with a verifier that takes everything that says it is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve, frozen

from switch.card import CardSecurity, Pan, SecurityResults
from switch.issuers.proofs.proof import Cryptogram, Proof, ProofError, Proofs, authentication_missing
from switch.issuers.proofs.rules import ProofRules
from switch.issuers.proofs.tries import DAY_OF_TRIES_MS, ProofEvent, ProofMemory
from switch.transaction import ECOMMERCE, MANUAL
from tests.issuers.cast import asked as authorization

NOW_MS = 20_000 * DAY_OF_TRIES_MS + 1_000
RIGHT = "AA" * 20


VISA = Pan("4507160000000010")


@frozen(kw_only=True)
class OneCard:
    pan: Pan = VISA
    expiry: str = "2912"
    cvv2: str | None = None
    pin: str | None = None
    strong_authentication: bool = False
    account: str = "atlas-0003"


class Believing:
    """A verifier for which 111 is right; chip data is one byte of right or wrong and two of counter."""

    def cvv2(self, pan: Pan, expiry: str, value: str) -> bool:
        return value == "111"

    def cvv(self, pan: Pan, expiry: str, service_code: str, value: str) -> bool:
        return (service_code, value) == ("101", "111")

    def cavv(self, pan: Pan, value: bytes, *, attempted: bool) -> bool:
        return value.hex().upper() == RIGHT

    def pin(self, pan: Pan, security: CardSecurity, pin: str | None) -> bool | None:
        if security.pin_block == "broken":
            raise ProofError("63", "PIN block does not parse")
        return None if security.pin_block == "unknown" else security.pin_block == "right"

    def cryptogram(self, pan: Pan, chip: bytes) -> Cryptogram | None:
        if not chip:
            raise ProofError("30", "chip data")
        return Cryptogram(chip[0] == 1, chip[1], lambda code: f"AB{code}")


class Desk:
    """An issuer's memory over several requests."""

    def __init__(self, rules: ProofRules | None = None) -> None:
        self.proofs = Proofs(rules or ProofRules(), Believing(), ProofMemory())
        self.written: list[ProofEvent] = []

    def judge(self, card: OneCard | None = None, now_ms: int = NOW_MS, code: str = "00", **security: Any) -> tuple[Any, ...]:
        """Response code and what is said back."""
        proof = Proof(self.proofs, CardSecurity(**security), card or OneCard(), now_ms)
        wrong = proof.wrong()
        self.written += proof.events
        return (wrong[0] if wrong else None, proof.results(wrong[0] if wrong else code))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_cvv2_is_the_one_of_the_file_or_of_the_key(desk: Desk) -> None:
    assert desk.judge(cvv2="111") == (None, SecurityResults(cvv2="M"))
    assert desk.judge(cvv2="112") == ("N7", SecurityResults(cvv2="N"))
    assert desk.judge(OneCard(cvv2="123"), cvv2="123") == (None, SecurityResults(cvv2="M"))
    assert desk.judge(OneCard(cvv2="123"), cvv2="111") == ("N7", SecurityResults(cvv2="N"))
    assert desk.judge(cvv2="abc")[0] == "N7"
    assert desk.judge() == (None, None)


def test_a_verification_value_of_the_track(desk: Desk) -> None:
    assert desk.judge(service_code="101", cvv="111") == (None, SecurityResults(cvv="2"))
    assert desk.judge(service_code="201", cvv="111") == ("82", SecurityResults(cvv="1"))


def test_3_d_secure(desk: Desk) -> None:
    assert desk.judge(eci="05", cavv=RIGHT) == (None, SecurityResults(cavv="2"))
    assert desk.judge(eci="06", cavv=RIGHT) == (None, SecurityResults(cavv="3"))
    assert desk.judge(eci="05", cavv="BB" * 20) == ("82", SecurityResults(cavv="1"))
    assert desk.judge(eci="06", cavv="BB" * 20) == ("82", SecurityResults(cavv="4"))
    assert desk.judge(eci="05", cavv="AA" * 19) == ("82", SecurityResults(cavv="0"))
    assert desk.judge(eci="05", cavv="") == ("82", SecurityResults(cavv="0"))


def test_a_cryptogram_and_its_counter(desk: Desk) -> None:
    assert desk.judge(chip="0107") == (None, SecurityResults(issuer_authentication="AB00"))
    assert desk.judge(chip="0108", code="51") == (None, SecurityResults(issuer_authentication="AB51"))
    assert desk.judge(chip="0107") == ("82", SecurityResults(cvv="1"))
    assert desk.judge(chip="0009") == ("82", SecurityResults(cvv="1"))
    assert desk.judge(chip="0109")[0] is None, "a counter counts as used only where its cryptogram was right"
    assert desk.judge(chip="")[0] == "30"
    assert [(event.kind, event.value) for event in desk.written] == [("counter", 7), ("counter", 8), ("counter", 9)]


def test_pin_tries(desk: Desk) -> None:
    assert [desk.judge(pin_block="wrong")[0] for _ in range(2)] == ["55", "55"]
    assert desk.judge(pin_block="right")[0] is None
    assert [desk.judge(pin_block="wrong")[0] for _ in range(4)] == ["55", "55", "55", "75"]
    assert desk.judge(pin_block="right")[0] == "75"
    assert desk.judge(pin_block="broken")[0] == "75"
    assert desk.judge(pin_block="right", now_ms=NOW_MS + DAY_OF_TRIES_MS)[0] is None
    assert [event.kind for event in desk.written] == ["pin_wrong"] * 2 + ["pin_right"] + ["pin_wrong"] * 3


def test_what_costs_no_try(desk: Desk) -> None:
    assert desk.judge(pin_block="broken") == ("63", None)
    assert desk.judge(pin_block="unknown") == (None, None)
    assert desk.judge(pin_block="wrong", cvv2="112")[0] == "N7"
    assert desk.written == []


def test_a_restart_forgets_neither_tries_nor_counters(desk: Desk) -> None:
    desk.judge(pin_block="wrong")
    desk.judge(chip="0107")
    again = Desk()
    again.proofs.memory.replay(desk.written)
    assert again.judge(chip="0107")[0] == "82"
    assert [again.judge(pin_block="wrong")[0] for _ in range(3)] == ["55", "55", "75"]


@pytest.mark.parametrize(("name", "security"), [("cvv2", {"cvv2": "112"}), ("pin", {"pin_block": "wrong"})])
def test_what_is_not_verified_refuses_nothing(name: str, security: dict[str, Any]) -> None:
    verified = ProofRules().verified - {name}
    assert Desk(ProofRules(verified=verified)).judge(**security) == (None, None)


def test_no_reason_and_no_text_of_a_proof_quotes_it(desk: Desk) -> None:
    said = CardSecurity(cvv2="987", cavv=RIGHT, pin_block="0412AC89ABCDEF67", chip="9F2608", cvv="654", service_code="101")
    assert str(said) == repr(said) == "CardSecurity(cvv2, cavv, pin_block, chip, cvv)"
    proof = Proof(desk.proofs, evolve(said, cavv=None, chip=None), OneCard(), NOW_MS)
    assert proof.wrong() == ("N7", "CVV2 is not that of the card")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda card, asked: (card, asked), None),
        (lambda card, asked: (evolve(card, strong_authentication=True), asked), "1A"),
        (lambda card, asked: (evolve(card, strong_authentication=True, pan=Pan("5128010400000019")), asked), "65"),
        (lambda card, asked: (evolve(card, strong_authentication=True), evolve(asked, channel=MANUAL)), None),
        (
            lambda card, asked: (
                evolve(card, strong_authentication=True),
                evolve(asked, security=CardSecurity(eci="05", cavv=RIGHT)),
            ),
            None,
        ),
        (
            lambda card, asked: (evolve(card, strong_authentication=True), evolve(asked, security=CardSecurity(eci="07"))),
            "1A",
        ),
    ],
)
def test_strong_authentication(changed: Callable[[Any, Any], tuple[Any, Any]], code: str | None) -> None:
    card, asked = changed(OneCard(), authorization(channel=ECOMMERCE))
    found = authentication_missing(asked, card)
    assert (found[0] if found else None) == code


def test_a_bank_that_leaves_arqc_out_takes_any_cryptogram_and_counts_none() -> None:
    desk = Desk(ProofRules(verified=frozenset({"cvv2", "cvv", "cavv", "pin"})))
    assert [desk.judge(chip="0007") for _ in range(2)] == [(None, None)] * 2
    assert desk.written == []
    assert desk.judge(chip="0007", cvv2="112")[0] == "N7"
