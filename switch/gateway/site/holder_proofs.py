"""3-D Secure: what the page of the issuing bank found, as the shop hears it and as the centre does.

The bank's page is played here, with the test keys of the bank: a CAVV it gives is one that its verification finds right.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Final, NamedTuple

from switch.acquirer.card_proofs import cavv_of, issuer_of
from switch.card import AUTHENTICATION_RESULTS, CHALLENGING, AuthenticationResult
from switch.gateway.payments.paying import HolderProof, TypedCard
from switch.gateway.protocol.answers import Authentication, MdStatus, TransStatus
from switch.gateway.protocol.posted import Posted
from switch.keys.key_module import KeyModule
from switch.specs.gateway.gateway_profile import AuthenticationRule
from switch.specs.specification import Specs

_XID_BYTES: Final = 20
#: ECI as the house has it -> as cards of Mastercard's manner have it.
MASTERCARD_ECI: Final = {"05": "02", "06": "01", "07": "00"}


class BankFinding(NamedTuple):
    """A result: mdStatus, transStatus, ECI, and in words for the shop's developer; ``goes_on`` is whether it may be paid so."""

    md_status: MdStatus
    trans_status: TransStatus
    eci: str
    words: str
    goes_on: bool = True
    proved: bool = True


BANK_FINDINGS: Final[dict[AuthenticationResult, BankFinding]] = {
    "frictionless": BankFinding("1", "Y", "05", "authenticated without a question"),
    "challenge": BankFinding("1", "Y", "05", "authenticated"),
    "wrong code": BankFinding("0", "N", "", "the holder typed no right code", goes_on=False),
    "attempted": BankFinding("4", "A", "06", "authentication was attempted"),
    "not enrolled": BankFinding("2", "U", "07", "the card takes no part in 3-D Secure", proved=False),
    "unavailable": BankFinding("5", "U", "07", "the page of the issuing bank is not available", proved=False),
    "rejected": BankFinding("0", "R", "", "the issuing bank rejects the payment", goes_on=False),
    "failed": BankFinding("0", "N", "", "the holder was not authenticated", goes_on=False),
    "late": BankFinding("1", "Y", "05", "authenticated, by an answer that came late"),
    "too late": BankFinding("6", "U", "", "the issuing bank did not answer in time", goes_on=False),
}


class BankPages:
    """The pages of all issuing banks, with their test keys."""

    def __init__(self, specs: Specs, keys: KeyModule) -> None:
        self._specs, self._keys = specs, keys

    def proof(self, card: TypedCard, result: AuthenticationResult, *, unproved: bool) -> HolderProof:
        """What a result comes to. ``unproved`` is whether the shop takes payments of holders whom nobody could ask."""
        found = BANK_FINDINGS[result]
        issuer, _ = issuer_of(self._specs, card.number)
        goes_on = found.goes_on and (found.proved or unproved)
        cavv = b""
        if found.goes_on and found.proved and issuer:
            cavv = cavv_of(self._keys, issuer, card.number, "attempted" if result == "attempted" else "full")
        eci = found.eci if cavv or not found.proved else "07" if found.goes_on else ""
        told = Authentication(
            md_status=found.md_status,
            trans_status=found.trans_status,
            eci=MASTERCARD_ECI.get(eci, "") if card.brand == "mastercard" else eci,
            cavv=b64encode(cavv).decode() if cavv else "",
            xid=b64encode(secrets.token_bytes(_XID_BYTES)).decode(),
            error="" if found.md_status == "1" else found.words,
        )
        refused = "" if goes_on else f"3-D Secure: {found.words}"
        return HolderProof(told=told, eci=eci, cavv=cavv.hex().upper(), refused=refused)


def answered(posted: Posted, rule: AuthenticationRule) -> AuthenticationResult | None:
    """What the form of the bank's page comes to: a result that was chosen there, or the right code; None where the code is
    wrong."""
    chosen = posted["result"].strip()
    for result in AUTHENTICATION_RESULTS:
        if result == chosen and result not in CHALLENGING:
            return result
    return "challenge" if rule.result != "wrong code" and posted["code"].strip() == rule.code else None


def no_question() -> HolderProof:
    """A shop without 3-D Secure: nobody is asked."""
    return HolderProof(told=None, eci="")
