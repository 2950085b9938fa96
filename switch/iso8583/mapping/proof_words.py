"""What an issuer found of CVV2, CVV and CAVV, and how far a cardholder was authenticated, in words."""

from __future__ import annotations

from typing import Final

from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.security_places import ECI_BY_DIGIT

#: What an issuer found, and how far a cardholder was authenticated, in words.
_RESULTS: Final = {
    "cvv2_result": {"M": "match", "N": "no match", "P": "not processed", "S": "missing", "U": "not verified"},
    "cvv_result": {"1": "wrong", "2": "right"},
    "cavv_result": {
        "0": "cannot be read",
        "1": "wrong",
        "2": "right",
        "3": "right, of an attempt",
        "4": "wrong, of an attempt",
    },
    "eci": {"05": "authenticated", "06": "attempted", "07": "not authenticated"},
}


def proof_words(dialect: Dialect, place: str, value: str) -> str:
    """What stands in a subelement such as 48.87 in words, where the dialect says that it is a result or an ECI."""
    for name, words in _RESULTS.items():
        if dialect.security.get(name) == place:
            return words.get((ECI_BY_DIGIT.get(value.strip()[-1:]) or "") if name == "eci" else value, "")
    return ""
