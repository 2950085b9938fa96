"""What an issuer verifies of the proofs of a request: the table ``[security]`` of its file."""

from __future__ import annotations

from typing import Final, Literal

from switch.record import frozen
from switch.spec_table import SpecTable

CVV2: Final = "cvv2"
CVV: Final = "cvv"
CAVV: Final = "cavv"
ARQC: Final = "arqc"
PIN: Final = "pin"
KINDS_OF_PROOF: Final = (CVV2, CVV, CAVV, ARQC, PIN)
PIN_TRIES: Final = 3  #: wrong PINs of a day after which no further one is looked at, where the file does not say
PIN_TRIES_MAX: Final = 9

#: What is done with MACs on a line: nothing; those that come are verified; or a message without one is refused, too.
MacUse = Literal["none", "verify", "require"]
MAC_USES: Final[tuple[MacUse, ...]] = ("none", "verify", "require")
#: How a MAC is made: ANSI X9.19 (ISO/IEC 9797-1 algorithm 3 with Triple DES), or CMAC with AES.
MAC_KINDS: Final = ("x9.19", "cmac")


@frozen(kw_only=True)
class LineKeys:
    """What two parties agreed on for their line: the PIN key of the zone, and MACs. Keys are named; the key module has them."""

    pin_key: str = ""  #: empty: the one of the test keys of the line
    mac: MacUse = "none"
    mac_kind: str = MAC_KINDS[0]
    mac_key: str = ""  #: empty: the test key of the line

    @classmethod
    def from_toml(cls, table: SpecTable) -> LineKeys:
        """The keys of a ``[security]`` table that are about its line; the caller calls ``done``."""
        name = {"pattern": r"[a-z0-9][a-z0-9_.:/-]{0,63}", "expected": "the name of a key: small letters, digits, _ . : / -"}
        return cls(
            pin_key=table.text("pin_key", "", **name),
            mac=table.choice("mac", MAC_USES, "none"),
            mac_kind=table.choice("mac_kind", MAC_KINDS, MAC_KINDS[0]),
            mac_key=table.text("mac_key", "", **name),
        )


TEST_KEYS: Final = LineKeys()  #: of a line whose file says nothing


@frozen(kw_only=True)
class ProofRules:
    """What an issuer looks at. A proof that does not come is missed only where the card asks for it."""

    verified: frozenset[str] = frozenset(KINDS_OF_PROOF)
    pin_tries: int = PIN_TRIES

    @classmethod
    def from_toml(cls, table: SpecTable) -> ProofRules:
        """The keys of a ``[security]`` table that are about judgement; the caller calls ``done``."""
        verified = table.texts("verify", list(KINDS_OF_PROOF))
        for each in verified:
            if each not in KINDS_OF_PROOF:
                table.mistake("verify", repr(each), f"of {', '.join(KINDS_OF_PROOF)}")
        return cls(
            verified=frozenset(verified),
            pin_tries=table.integer("pin_tries", PIN_TRIES, low=1, high=PIN_TRIES_MAX),
        )


ALL_PROOFS: Final = ProofRules()  #: of an issuer whose file says nothing
