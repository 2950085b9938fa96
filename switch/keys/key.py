"""A key as everybody may know it: its name, its use, its check value. Its bytes stand beside it, in this folder alone."""

from __future__ import annotations

import re
from typing import Final, Literal

from attrs import field

from switch.card_security.ciphers import AES_KEY_BYTES, TDES_KEY_BYTES
from switch.card_security.key_blocks import Algorithm, key_check_value
from switch.errors import CardSecurityError
from switch.record import frozen

KeyUse = Literal["cvk", "cavk", "pvk", "zpk", "zmk", "imk-ac", "mac", "bdk"]
#: Use -> what it is in words.
KEY_USES: Final[dict[KeyUse, str]] = {
    "cvk": "card verification key: CVV, CVV2, iCVV",
    "cavk": "cardholder authentication verification key: CAVV",
    "pvk": "PIN verification key: PVV, IBM 3624",
    "zpk": "zone PIN key: PIN blocks between two parties",
    "zmk": "zone master key: other keys between two parties",
    "imk-ac": "issuer master key for application cryptograms: ARQC, ARPC",
    "mac": "MAC key between two parties",
    "bdk": "base derivation key: DUKPT of terminals",
}
TEST_KEY: Final = "TEST KEY"  #: the label of the keys that come with Switch; everybody can compute them
#: Use and algorithm -> usage and mode of use in a TR-31 key block.
_TR31: Final[dict[tuple[KeyUse, Algorithm], tuple[str, str]]] = {
    ("cvk", "T"): ("C0", "C"),
    ("cavk", "T"): ("C0", "C"),
    ("pvk", "T"): ("V2", "N"),
    ("zpk", "T"): ("P0", "B"),
    ("zpk", "A"): ("P0", "B"),
    ("zmk", "T"): ("K1", "B"),
    ("zmk", "A"): ("K1", "B"),
    ("imk-ac", "T"): ("E0", "X"),
    ("mac", "T"): ("M3", "C"),
    ("mac", "A"): ("M6", "C"),
    ("bdk", "T"): ("B0", "X"),
}
#: Usages of TR-31 under which a key may also come in.
_ALSO: Final[dict[KeyUse, frozenset[str]]] = {
    "zmk": frozenset({"K0"}),
    "pvk": frozenset({"V0", "V1"}),
    "mac": frozenset({"M0", "M1", "M3", "M6"}),
}
KEY_ID: Final = re.compile(r"[a-z0-9_-]{1,40}(?:\.[a-z0-9_-]{1,40}){1,3}")
KEY_ID_WORDS: Final = "an owner and a name, such as atlas.cvk"


@frozen(kw_only=True)
class KeyRecord:
    """A key by its name and use; ``kcv`` is its key check value in hexadecimal."""

    id: str  #: owner and name, such as atlas.cvk
    use: KeyUse
    algorithm: Algorithm
    bits: int  #: with the parity bits of DES
    label: str
    kcv: str

    @property
    def tr31_usage(self) -> str:
        return _TR31[self.use, self.algorithm][0]

    @property
    def tr31_mode(self) -> str:
        return _TR31[self.use, self.algorithm][1]

    @property
    def is_test_key(self) -> bool:
        return self.label == TEST_KEY

    @property
    def cipher(self) -> str:
        """In words: Triple DES 112, as its effective bits are counted, or AES 256."""
        return f"AES {self.bits}" if self.algorithm == "A" else f"Triple DES {self.bits * 7 // 8}"


@frozen
class KeptKey:
    """A key with its bytes; it is shown without them."""

    about: KeyRecord
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, key_id: str, use: KeyUse, algorithm: Algorithm, secret: bytes, label: str = "") -> KeptKey:
        """CardSecurityError where the name, the use or the length is none of a key."""
        if not KEY_ID.fullmatch(key_id):
            raise CardSecurityError("key name", repr(key_id[:80]), KEY_ID_WORDS)
        if use not in KEY_USES:
            raise CardSecurityError(f"use of {key_id}", repr(use), f"one of {', '.join(KEY_USES)}")
        if (use, algorithm) not in _TR31:
            raise CardSecurityError(f"algorithm of {key_id}", "AES", f"Triple DES for a {use}")
        sizes: tuple[int, ...] = TDES_KEY_BYTES if algorithm == "T" else AES_KEY_BYTES
        if use == "bdk":
            sizes = (16,)
        if len(secret) not in sizes:
            expected = " or ".join(map(str, sizes))
            raise CardSecurityError(key_id, f"{len(secret)} bytes", f"{expected} bytes")
        kcv = key_check_value(secret, algorithm)
        about = KeyRecord(id=key_id, use=use, algorithm=algorithm, bits=8 * len(secret), label=label, kcv=kcv)
        return cls(about, secret)


def allows(use: KeyUse, algorithm: Algorithm, usage: str) -> bool:
    """Whether a key of this TR-31 usage may come in for a use.

    >>> allows("zpk", "T", "P0"), allows("zpk", "T", "C0")
    (True, False)
    """
    own = _TR31.get((use, algorithm))
    return own is not None and (usage == own[0] or usage in _ALSO.get(use, ()))


def use_of(usage: str) -> KeyUse | None:
    """The use that a TR-31 usage means; None where it means none of ours.

    >>> use_of("P0"), use_of("D0")
    ('zpk', None)
    """
    for (use, _), (own, _) in _TR31.items():
        if usage == own or usage in _ALSO.get(use, ()):
            return use
    return None
