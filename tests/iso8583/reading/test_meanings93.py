"""Values of 1993 in words, by the standard's annex A and what networks agree on."""

from __future__ import annotations

import pytest

from switch.iso8583.edition93 import messages
from switch.iso8583.edition93.pos_data import ENTRY_MODES
from switch.iso8583.reading.meanings93 import CARDHOLDER, FUNCTION_MEANINGS_93, INPUT_MODES, REASONS, meaning
from switch.transaction import REASON_CANCELLED, REASON_COMPLETED, REASON_INVALID_RESPONSE, REASON_STAND_IN, REASON_TIMEOUT


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        (3, "000000", "purchase"),
        (4, "000000012500", "125.00 MAD"),
        (10, "89388750", "0.0938875"),
        (9, "90000000", ""),
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
        *(messages.ORIGINAL, messages.ESTIMATED, messages.SUPPLEMENTARY, messages.SUPPLEMENTARY_ESTIMATED),
        *(messages.INQUIRY, messages.FINANCIAL, messages.APPROVED_BEFORE, messages.FINAL_TOTALS),
        *(messages.FULL_REVERSAL, messages.PARTIAL_REVERSAL),
        *messages.PARTIAL_FUNCTIONS.values(),
        *messages.FUNCTIONS_OF_1993.values(),
    }
    assert said <= FUNCTION_MEANINGS_93.keys()
    reasons = {REASON_CANCELLED, REASON_COMPLETED, REASON_INVALID_RESPONSE, REASON_STAND_IN, REASON_TIMEOUT}
    assert reasons | {messages.UNSPECIFIED} <= REASONS.keys()
    assert INPUT_MODES.keys() == ENTRY_MODES.keys() | {"0"}
    assert CARDHOLDER.keys() == set("12345")
