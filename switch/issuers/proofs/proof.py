"""The judgement of one request's proofs: the first that is wrong refuses it, with its reason, which quotes none of them."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from switch.card import CardSecurity, Pan, SecurityResults
from switch.issuers.proofs.rules import ARQC, CAVV, CVV, CVV2, PIN, ProofRules
from switch.issuers.proofs.tries import COUNTER, PIN_RIGHT, PIN_WRONG, ProofEvent, ProofEventKind, ProofMemory
from switch.record import altered
from switch.transaction import (
    ADDITIONAL_AUTHENTICATION,
    CRYPTOGRAM_OR_VALUE_WRONG,
    CVV2_WRONG,
    ECOMMERCE,
    FREQUENCY_LIMIT_EXCEEDED,
    INCORRECT_PIN,
    PIN_TRIES_EXCEEDED,
    Authorization,
)

CHIP_SERVICE_CODE: Final = "999"  #: of the value in a chip
AUTHENTICATED, ATTEMPTED = "05", "06"  #: ECI
AUTHENTICATION_BYTES: Final = 20

NOTHING_FOUND: Final = SecurityResults()  #: of proofs that nobody looked at
CVV2_RIGHT, CVV2_NOT_RIGHT = SecurityResults(cvv2="M"), SecurityResults(cvv2="N")

Wrong = tuple[str, str]  #: response code and reason


class ProofError(Exception):
    """A proof cannot be verified at all: which response code says so, and why, without the proof itself."""

    def __init__(self, response_code: str, reason: str) -> None:
        self.response_code, self.reason = response_code, reason
        super().__init__(reason)


class Cryptogram(NamedTuple):
    """What the chip data of a request come to."""

    right: bool
    counter: int
    authentication: Callable[[str], str]  #: response code (DE 39) -> ARPC and what it vouches for, hexadecimal


class Verifier(Protocol):
    """Who has the keys. ProofError where a proof makes no sense, or its key is not to be had."""

    def cvv2(self, pan: Pan, expiry: str, value: str) -> bool: ...

    def cvv(self, pan: Pan, expiry: str, service_code: str, value: str) -> bool: ...

    def cavv(self, pan: Pan, value: bytes, *, attempted: bool) -> bool: ...

    def pin(self, pan: Pan, security: CardSecurity, pin: str | None) -> bool | None:
        """Whether the PIN in the block is the cardholder's, who has this one (None: that of all test cards); None where nobody
        has said how the block is enciphered."""

    def cryptogram(self, pan: Pan, chip: bytes) -> Cryptogram | None:
        """None where the chip asks the issuer for nothing."""


class ProofCard(Protocol):
    """A card as its issuer knows it."""

    @property
    def pan(self) -> Pan: ...

    @property
    def expiry(self) -> str: ...

    @property
    def cvv2(self) -> str | None: ...

    @property
    def pin(self) -> str | None: ...

    @property
    def strong_authentication(self) -> bool: ...

    @property
    def account(self) -> str: ...


class Proofs:
    """An issuer's way to judge proofs, for all of its requests."""

    def __init__(self, rules: ProofRules, verifier: Verifier, memory: ProofMemory) -> None:
        self.rules, self.verifier, self.memory = rules, verifier, memory
        self.checks = tuple(check for check in _CHECKS if check[0] in rules.verified)

    def of(self, request: Authorization, card: ProofCard, now_ms: int) -> Proof | None:
        """The proofs of a request; None of one that carries none."""
        return None if request.security is None else Proof(self, request.security, card, now_ms)


class Proof:
    """The proofs of one request. ``events`` go into the durable book before the answer leaves."""

    __slots__ = ("_card", "_cryptogram", "_now_ms", "_proofs", "_results", "_security", "events")

    def __init__(self, proofs: Proofs, security: CardSecurity, card: ProofCard, now_ms: int) -> None:
        self._proofs, self._security, self._card, self._now_ms = proofs, security, card, now_ms
        self._results = NOTHING_FOUND
        self._cryptogram: Cryptogram | None = None
        self.events: tuple[ProofEvent, ...] = ()

    def wrong(self) -> Wrong | None:
        """The first proof that is wrong; None where all that came are right."""
        for name, came, check in self._proofs.checks:
            if came(self._security) is None:
                continue
            try:
                found = check(self)
            except ProofError as fault:
                found = fault.response_code, fault.reason
            if found is not None:
                if name == ARQC and found[0] == CRYPTOGRAM_OR_VALUE_WRONG:
                    self._results = altered(self._results, cvv="1")
                return found
        return None

    def results(self, response_code: str) -> SecurityResults | None:
        """What is said back beside a response code; None where nothing was looked at."""
        results = self._results
        if self._cryptogram is not None:
            results = altered(results, issuer_authentication=self._cryptogram.authentication(response_code))
        return None if results is NOTHING_FOUND else results

    def _cvv2(self) -> Wrong | None:
        value, card = self._security.cvv2, self._card
        if value is None:
            return None
        if card.cvv2 is not None:
            right = value == card.cvv2
        else:
            right = value.isdecimal() and self._proofs.verifier.cvv2(card.pan, card.expiry, value)
        self._results = CVV2_RIGHT if right else CVV2_NOT_RIGHT  # the first of all that is looked at
        return None if right else (CVV2_WRONG, "CVV2 is not that of the card")

    def _cvv(self) -> Wrong | None:
        value, service_code, card = self._security.cvv, self._security.service_code, self._card
        if value is None or service_code is None:
            return None
        right = self._proofs.verifier.cvv(card.pan, card.expiry, service_code, value)
        self._results = altered(self._results, cvv="2" if right else "1")
        name = "(iCVV) of the chip" if service_code == CHIP_SERVICE_CODE else "(CVV) of the track"
        return None if right else (CRYPTOGRAM_OR_VALUE_WRONG, f"verification value {name} is not that of the card")

    def _cavv(self) -> Wrong | None:
        value, eci = self._security.cavv, self._security.eci
        if value is None:
            return None
        raw, attempted = bytes.fromhex(value), eci == ATTEMPTED
        if len(raw) != AUTHENTICATION_BYTES:
            self._results = altered(self._results, cavv="0")
            found = f"{len(raw)} bytes" if raw else "no bytes"
            return CRYPTOGRAM_OR_VALUE_WRONG, f"CAVV: found {found}, expected {AUTHENTICATION_BYTES}"
        right = self._proofs.verifier.cavv(self._card.pan, raw, attempted=attempted)
        self._results = altered(self._results, cavv=("3" if attempted else "2") if right else ("4" if attempted else "1"))
        if right:
            return None
        return CRYPTOGRAM_OR_VALUE_WRONG, f"CAVV is not that of the card for ECI {eci or 'none'}"

    def _arqc(self) -> Wrong | None:
        if self._security.chip is None:
            return None
        card = self._card
        found = self._proofs.verifier.cryptogram(card.pan, bytes.fromhex(self._security.chip))
        if found is None:
            return None
        if not found.right:
            return CRYPTOGRAM_OR_VALUE_WRONG, "cryptogram (ARQC) is not that of the card over these chip data"
        if self._proofs.memory.was_used(self._name, found.counter):
            return CRYPTOGRAM_OR_VALUE_WRONG, f"transaction counter {found.counter} of the chip was used before"
        self._cryptogram = found
        self._note(COUNTER, found.counter)
        return None

    def _pin(self) -> Wrong | None:
        if self._security.pin_block is None:
            return None
        memory, most, card = self._proofs.memory, self._proofs.rules.pin_tries, self._card
        wrong = memory.wrong_pins(self._name, self._now_ms)
        if wrong >= most:
            return PIN_TRIES_EXCEEDED, f"{most} wrong PINs since midnight UTC: no further one is looked at today"
        right = self._proofs.verifier.pin(card.pan, self._security, card.pin)
        if right or right is None:
            if wrong and right:
                self._note(PIN_RIGHT, 0)
            return None
        self._note(PIN_WRONG, 0)
        return INCORRECT_PIN, f"PIN is wrong, try {wrong + 1} of {most}"

    @property
    def _name(self) -> str:
        return f"{self._card.account}/{self._card.pan.digits[-4:]}"

    def _note(self, kind: ProofEventKind, value: int) -> None:
        event = ProofEvent(self._now_ms, self._name, kind, value)
        self._proofs.memory.note(event)
        self.events += (event,)


#: What may be verified, where a request has it, and how, in this order: a PIN is looked at last, so that no other fault costs
#: a try.
_CHECKS: Final[tuple[tuple[str, Callable[[CardSecurity], object], Callable[[Proof], Wrong | None]], ...]] = (
    (CVV2, attrgetter("cvv2"), Proof._cvv2),
    (CVV, attrgetter("cvv"), Proof._cvv),
    (CAVV, attrgetter("cavv"), Proof._cavv),
    (ARQC, attrgetter("chip"), Proof._arqc),
    (PIN, attrgetter("pin_block"), Proof._pin),
)


def authentication_missing(request: Authorization, card: ProofCard) -> Wrong | None:
    """The soft decline of a card whose bank asks for strong authentication on the internet: ask again with 3-D Secure."""
    if not card.strong_authentication or request.channel != ECOMMERCE:
        return None
    security = request.security
    if security is not None and security.cavv is not None and security.eci in (AUTHENTICATED, ATTEMPTED):
        return None
    return soft_decline(card), "the bank asks for strong authentication (3-D Secure) and the request has none"


def soft_decline(card: ProofCard) -> str:
    """The response code by which a bank asks for strong authentication: 1A in the manner of Visa, else 65."""
    return ADDITIONAL_AUTHENTICATION if card.pan.digits[0] == "4" else FREQUENCY_LIMIT_EXCEEDED
