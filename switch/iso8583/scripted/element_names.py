"""The standard's names of elements, as rules write them: ``retrieval_reference_number``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from switch.iso8583.dialect import EDITION_1987, Dialect

#: What people call elements when they describe a message -> the number.
SHORT_FORMS: Final = {"card": 2, "pan": 2, "amount": 4, "terminal": 41, "merchant": 42, "mcc": 18}
#: What people call elements, beside the standard's names.
_CALLED: Final = {"rrn": "37", "stan": "11", "approval_code": "38"}
USUAL_REQUEST: Final = "0100"  #: the type of a message that somebody describes without one


def numbers_by_name(dialects: Iterable[Dialect]) -> dict[str, str]:
    """Name of an element, in small letters with underscores -> its number, of the dialects of 1987; with what people say."""
    found = dict(_CALLED)
    for dialect in dialects:
        if dialect.edition == EDITION_1987:
            for element in dialect.elements:
                if element is not None and element.number > 1:
                    found.setdefault(rule_name(element.name), str(element.number))
    return found


def rule_name(name: str) -> str:
    """A name as rules write it.

    >>> rule_name("Merchant's type"), rule_name("Card acceptor name/location")
    ('merchant_type', 'card_acceptor_name_location')
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower().replace("'s", "")).strip("_")
