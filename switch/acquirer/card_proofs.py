"""What the bank of a test card gives to prove card and holder: made with its test keys, as its own systems would."""

from __future__ import annotations

import secrets
from typing import Literal

from switch.card import Pan
from switch.card_security.cavv import CavvParts
from switch.issuers.process.verifier import ATTEMPTED_RESULT, AUTHENTICATED_RESULT
from switch.issuers.profile import Card
from switch.keys.key_module import KeyModule
from switch.specs.parts import Parts
from switch.specs.specification import Specs

AuthenticationDegree = Literal["full", "attempted"]
_FACTOR = "02"  #: how the holder was asked, in a CAVV: by a code


def issuer_of(specs: Parts | Specs, pan: Pan) -> tuple[str, Card | None]:
    """The bank of a card, and the card where it is a test card; no bank of any other, whose keys nobody has."""
    digits = pan.digits
    for issuer in specs.issuers.values():
        found = next((card for card in issuer.cards if card.pan.digits == digits), None)
        found = found or issuer.further_card(digits)
        if found is not None:
            return issuer.id, found
    return "", None


def cavv_of(keys: KeyModule, issuer: str, pan: Pan, degree: AuthenticationDegree) -> bytes:
    """A CAVV of the bank for a holder who was authenticated, or for an attempt at it: twenty bytes, another each time."""
    result = ATTEMPTED_RESULT if degree == "attempted" else AUTHENTICATED_RESULT
    parts = CavvParts(result, _FACTOR, f"{secrets.randbelow(10_000):04d}", secrets.token_bytes(8))
    return keys.make_cavv(f"{issuer}.cavk", pan, parts)
