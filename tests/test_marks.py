"""Marks of recurring payments and credentials on file: an acquirer of either edition sends them, issuers of both get them."""

from __future__ import annotations

from typing import Final

import pytest

from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.message import Message
from tests.support.centre_in_loop import loopback, purchase, specs
from tests.support.strategies import DIALECTS
from tests.support.tap import tapped

#: Where networks put the credential's history: Mastercard's payment type and trace (DE 48, 63), Visa's transaction and its kind
#: (DE 62, 126), what else a network agrees on (DE 123).
PRIVATE: Final = {48: "R2207M103420001", 62: "0123456789ABCDE", 63: "MCC0000011122", 123: "COF", 126: "R"}

#: What is sent -> DE 22 and 25 of 1987, and the POS data code of 1993.
MARKS: Final = {
    "recurring": ("100", "08", "600040700001"),
    "recurring, agreed on line": ("810", "08", "600040S00001"),
    "on file, the cardholder orders": ("100", "59", "600550700001"),
    "on file, the merchant orders": ("100", "01", "600110700001"),
}


def request(listener: str, issuer: str, mark: str) -> Message:
    """A purchase with a mark, in the words of the listener's edition."""
    card = next(specs().issuers[issuer].all_cards())
    entry, condition, code = MARKS[mark]
    plain = purchase(1, de2=card.pan.digits, de14=card.expiry, de22=entry, de25=condition)
    elements = {**plain.elements, **PRIVATE}
    if DIALECTS[listener].edition != EDITION_1993:
        return Message(plain.mti, dict(sorted(elements.items())))
    elements |= {12: f"26{elements.pop(13)}{elements[12]}", 22: code, 24: "100"}
    return Message("1100", {number: value for number, value in sorted(elements.items()) if number != 25})


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("issuer", ["atlas", "souss"])
@pytest.mark.parametrize("listener", ["ascii", "ascii93"])
async def test_a_mark_reaches_the_issuer(listener: str, issuer: str, mark: str) -> None:
    asked = request(listener, issuer, mark)
    async with loopback() as centre, tapped(centre, listener, issuer) as (acquirer, _, issuers):
        answer = await acquirer.ask(asked)
    assert answer.elements[39] in {"00", "000"}
    dialect = DIALECTS[specs().issuers[issuer].dialect]
    said = next(message for message in issuers.heard(dialect) if message.mti in {"0100", "1100"}).elements
    entry, condition, code = MARKS[mark]
    if dialect.edition == EDITION_1993:
        assert said[22] == code
    else:
        assert (said[22], said[25]) == (entry, condition)
    assert {number: said[number] for number in PRIVATE} == PRIVATE
