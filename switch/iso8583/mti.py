"""The message type indicator (ISO 8583:1987, 4.1; ISO 8583:1993): version, class, function, origin."""

from __future__ import annotations

from typing import Final

from switch.iso8583.dialect import VERSION_OF

CLASSES: Final = {
    "1": "authorization",
    "2": "financial",
    "3": "file_update",
    "4": "reversal",
    "5": "reconciliation",
    "6": "administrative",
    "8": "network_management",
}
VERSIONS: Final = VERSION_OF
#: Version -> class digit -> class: 1993 has one more.
_CLASSES_OF: Final = {"0": CLASSES, "1": {**CLASSES, "7": "fee_collection"}}

#: Function digit -> (its name, the digit of its answer or None where it is one itself).
FUNCTIONS: Final = {
    "0": ("request", "1"),
    "1": ("request response", None),
    "2": ("advice", "3"),
    "3": ("advice response", None),
    "4": ("notification", None),  # 1993: tells, and wants no answer
}

#: The last two are 1993's.
ORIGINS: Final = {
    "0": "acquirer",
    "1": "acquirer repeat",
    "2": "issuer",
    "3": "issuer repeat",
    "4": "other",
    "5": "other repeat",
}

REPEATS: Final = frozenset(digit for digit, origin in ORIGINS.items() if origin.endswith("repeat"))


#: Answers to requests for money, in the form of 1987.
REQUEST_ANSWERS: Final = frozenset({"0110", "0112", "0210", "0212"})


def message_class(mti: str, version: str = "0") -> str | None:
    """The class of a message (``authorization`` …), or None for another version of the standard or an unknown class."""
    return _CLASSES_OF[version].get(mti[1]) if mti[0] == version else None


def expects_answer(mti: str) -> bool:
    """Whether the sender of this message waits for an answer (requests and advices)."""
    return mti[2:3] in ("0", "2")


def response_mti(mti: str) -> str:
    """The MTI of the answer to a request or advice; a repeat is answered like its original.

    >>> response_mti("0100"), response_mti("0421"), response_mti("0800"), response_mti("1805")
    ('0110', '0430', '0810', '1814')
    """
    answer = FUNCTIONS[mti[2]][1]
    assert answer is not None, f"{mti} is an answer itself"
    origin = {"1": "0", "3": "2", "5": "4"}.get(mti[3], mti[3])
    return mti[:2] + answer + origin


def describe_mti(mti: str) -> str:
    """An MTI in words: ``0100`` is "authorization request"."""
    name = _CLASSES_OF.get(mti[0], CLASSES).get(mti[1], "unknown class").replace("_", " ")
    function = FUNCTIONS.get(mti[2], ("unknown function", None))[0]
    repeat = " repeat" if ORIGINS.get(mti[3], "").endswith("repeat") else ""
    return f"{name} {function}{repeat}"
