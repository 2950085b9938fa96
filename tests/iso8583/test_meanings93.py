"""Values of 1993 in words, by the standard's annex A and what networks agree on."""

from __future__ import annotations

import pytest

from switch.iso8583 import edition93
from switch.iso8583.meanings93 import CARDHOLDER, FUNCTIONS, INPUT_MODES, REASONS, meaning
from switch.iso8583.pos_data import ENTRY_MODES
from switch.transaction import REASON_CANCELLED, REASON_COMPLETED, REASON_INVALID_RESPONSE, REASON_STAND_IN, REASON_TIMEOUT


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        (3, "000000", "purchase"),
        (4, "000000012500", "125.00 MAD"),
        (22, "510101500001", "chip, terminal takes PINs"),
        (22, "500101500001", "chip"),
        (22, "600550S00000", "electronic commerce, electronic order, terminal takes no PIN"),
        (22, "600040700001", "credential on file, standing order"),
        (22, "600020600001", "entered by hand, mail order"),
        (22, "210201200006", "magnetic stripe, unattended terminal, terminal takes PINs"),
        (22, "510", ""),
        (24, "401", "partial reversal"),
        (24, "831", "echo"),
        (24, "999", ""),
        (25, "4021", "time out waiting for response"),
        (30, "000000012500000000000000", "125.00 MAD"),
        (30, "x", ""),
        (39, "116", "insufficient funds"),
        (49, "504", "MAD"),
        (56, "110000004226112210153006504001", "of 1100 authorization request"),
        (56, "", ""),
        (2, "4", ""),
    ],
)
def test_words(number: int, value: str, words: str) -> None:
    assert meaning(number, value, {49: "504"}) == words


def test_whatever_the_centre_says_has_its_words() -> None:
    said = {
        *(edition93.ORIGINAL, edition93.ESTIMATED, edition93.SUPPLEMENTARY, edition93.SUPPLEMENTARY_ESTIMATED),
        *(edition93.INQUIRY, edition93.FINANCIAL, edition93.APPROVED_BEFORE, edition93.FINAL_TOTALS),
        *(edition93.FULL_REVERSAL, edition93.PARTIAL_REVERSAL),
        *edition93.PARTIAL_FUNCTIONS.values(),
        *edition93.NETWORK_FUNCTIONS.values(),
    }
    assert said <= FUNCTIONS.keys()
    reasons = {REASON_CANCELLED, REASON_COMPLETED, REASON_INVALID_RESPONSE, REASON_STAND_IN, REASON_TIMEOUT}
    assert reasons | {edition93.UNSPECIFIED} <= REASONS.keys()
    assert INPUT_MODES.keys() == ENTRY_MODES.keys() | {"0"}
    assert CARDHOLDER.keys() == set("12345")
