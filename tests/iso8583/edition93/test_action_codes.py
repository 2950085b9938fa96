"""DE 39 of both editions. Which codes say the same is written here from the words of the two standards."""

from __future__ import annotations

import string
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.iso8583.edition93.action_codes import (
    ACCEPTANCES,
    ACTION_MEANINGS,
    MEANINGS,
    action_code,
    code_meaning,
    finer,
    response_code,
    settlement,
)
from switch.iso8583.mti import CLASSES
from switch.transaction import APPROVALS, RESPONSE_MEANINGS, Decision

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "response-codes.md"

#: Codes of 1987 and 1993 that say the same in the same words.
_TWINS: Final = """
    00/000 08/001 10/002 11/003 16/004 05/100 54/101 59/102 60/103 62/104 66/105 75/106 01/107 02/108
    03/109 13/110 14/111 23/113 40/115 51/116 55/117 56/118 57/119 58/120 61/121 63/122 65/123 93/124
    04/200 33/201 34/202 35/203 36/204 37/205 38/206 07/207 41/208 43/209 24/301 26/303 27/304 28/305
    29/306 12/902 19/903 30/904 31/905 90/906 91/907 92/908 96/909 68/911 94/913 95/915 09/923
"""
TWINS: Final = {pair[:2]: pair[3:] for pair in _TWINS.split()}
#: Codes of 1987 that 1993 has no twin of, and the nearest that is said for them.
NEAREST: Final = {
    "06": "909",  # error
    "15": "908",  # no such issuer: nowhere to route to
    "20": "909",  # invalid response
    "21": "902",  # no action taken: what was asked for is not to be had
    "22": "909",  # suspected malfunction
    "25": "914",  # record not found; of a reversal, its original
    "64": "110",  # amount of the original incorrect
    "67": "200",  # hard capture: pick up
    **dict.fromkeys(("39", "42", "44", "45", "52", "53"), "114"),  # no such account
}
#: Codes that keep the card, in 1987; in 1993 they are those that begin with 2.
PICK_UP: Final = frozenset({"04", "07", "33", "34", "35", "36", "37", "38", "41", "43", "67"})

ALL_ACTIONS: Final = [f"{number:03d}" for number in range(1000)]
ALL_RESPONSES: Final = list(map("".join, product(string.digits + string.ascii_uppercase, repeat=2)))
every_class = pytest.mark.parametrize("class_digit", sorted(CLASSES))


def test_both_tables_are_those_of_the_standards() -> None:
    assert RESPONSE_MEANINGS.keys() == TWINS.keys() | NEAREST.keys()
    ranges = [
        (0, 7),
        (100, 129),
        (200, 210),
        (300, 309),
        (400, 400),
        (500, 504),
        (600, 606),
        (700, 700),
        (800, 800),
        (900, 923),
    ]
    assert list(ACTION_MEANINGS) == [f"{number:03d}" for first, last in ranges for number in range(first, last + 1)]


def test_every_code_stands_in_one_row_and_only_in_one() -> None:
    responses = [code for row in MEANINGS for code in row.response_codes]
    actions = [code for row in MEANINGS for code in row.action_codes]
    assert sorted(responses) == sorted(RESPONSE_MEANINGS)
    assert sorted(actions) == sorted(ACTION_MEANINGS)


@pytest.mark.parametrize(("response", "action"), TWINS.items())
def test_twins_become_each_other(response: str, action: str) -> None:
    assert action_code(response, "1") == action
    assert response_code(action) == response


@pytest.mark.parametrize(("response", "action"), NEAREST.items())
def test_the_nearest_is_said_where_there_is_no_twin(response: str, action: str) -> None:
    assert action_code(response, "1") == action


@every_class
def test_an_approval_stays_one_and_a_decline_too(class_digit: str) -> None:
    for response in ALL_RESPONSES:
        action = action_code(response, class_digit)
        assert (action[0] == "0" or action in ACCEPTANCES) == (response in APPROVALS), response
        assert (response_code(action) in APPROVALS) == (response in APPROVALS), response


def test_money_is_granted_by_the_first_digit_alone() -> None:
    for action in ALL_ACTIONS:
        assert (response_code(action) in APPROVALS) == (action[0] == "0" or action in ACCEPTANCES), action


@every_class
def test_a_card_is_kept_in_both_editions_or_in_none(class_digit: str) -> None:
    for response in ALL_RESPONSES:
        assert (action_code(response, class_digit)[0] == "2") == (response in PICK_UP), response
    for action in ALL_ACTIONS:
        assert (response_code(action) in PICK_UP) == (action[0] == "2"), action


def test_whatever_is_said_stands_in_the_tables() -> None:
    assert {action_code(response, digit) for response in ALL_RESPONSES for digit in CLASSES} <= ACTION_MEANINGS.keys()
    assert {response_code(action) for action in ALL_ACTIONS} <= RESPONSE_MEANINGS.keys()


@given(st.sampled_from(sorted(RESPONSE_MEANINGS)), st.sampled_from("124678"))
def test_there_and_back_is_the_same_or_its_neighbour(response: str, class_digit: str) -> None:
    returned = response_code(action_code(response, class_digit))
    neighbours = next(row.response_codes for row in MEANINGS if response in row.response_codes)
    assert returned == neighbours[0]
    assert returned == response or response in NEAREST


@pytest.mark.parametrize(
    ("class_digit", "accepted"),
    [("1", "000"), ("2", "000"), ("3", "300"), ("4", "400"), ("6", "600"), ("7", "700"), ("8", "800")],
)
def test_every_class_accepts_in_its_own_words(class_digit: str, accepted: str) -> None:
    assert action_code("00", class_digit) == accepted
    assert response_code(accepted) == "00"


@pytest.mark.parametrize(
    ("response", "settled", "action"),
    [
        ("00", "1", "500"),  # reconciled, in balance
        ("95", "2", "501"),  # reconciled, out of balance
        ("95", "3", "503"),  # totals not available
        ("00", "0", "504"),  # not reconciled, totals provided
    ],
)
def test_totals(response: str, settled: str, action: str) -> None:
    assert action_code(response, "5", settled) == action
    assert settlement(action) == (response, settled)


def test_a_file_action_that_is_not_offered_has_a_code_of_its_own() -> None:
    assert (action_code("40", "3"), action_code("40", "1")) == ("301", "115")
    assert response_code("301") == "24"


def test_amounts_that_differ_are_totals_that_do() -> None:
    assert settlement("502") == ("95", "2")
    assert settlement("904") is None
    assert action_code("30", "5") == "904"


@pytest.mark.parametrize(
    ("processing_code", "response"),
    [
        ("001000", "53"),  # savings
        ("002000", "52"),  # cheque
        ("003000", "39"),  # credit
        ("004000", "42"),  # universal
        ("000010", "53"),  # the account credited
        ("400020", "52"),
        ("000000", "52"),
        ("", "52"),
    ],
)
def test_which_account_is_missing(processing_code: str, response: str) -> None:
    assert response_code("114", processing_code) == response


def test_private_codes() -> None:
    """Three digits are read by their first; two characters that are in no table decline."""
    assert [response_code(code) for code in ("080", "180", "280", "580", "680", "980")] == ["00", "05", "04", "95", "96", "96"]
    assert {action_code(code, "1") for code in ("1A", "82", "N7", "R0", "Z5")} == {"100"}


def test_the_page_has_the_table_row_for_row() -> None:
    _, _, section = PAGE.read_text(encoding="utf-8").partition("## All codes of both editions\n")
    table = section.partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("| ")]
    assert rows[0] == ["1987", "1993", "meaning"]
    read = [(tuple(responses.split(", ")), tuple(actions.split(", ")), words) for responses, actions, words in rows[2:]]
    assert read == sorted((*row, RESPONSE_MEANINGS[row.response_codes[0]]) for row in MEANINGS)


def test_words() -> None:
    assert code_meaning("51") == code_meaning("116") == "insufficient funds"
    assert code_meaning("N7") == "CVV2 is wrong"
    assert code_meaning("Z5") == code_meaning("180") == "private use, not in the standard's table"


@pytest.mark.parametrize("code", ["9108", "9113", "9121"])
def test_codes_of_four_digits_are_of_2003(code: str) -> None:
    """The same words have three digits in 1993."""
    assert code not in ACTION_MEANINGS
    assert code[0] + code[2:] in ACTION_MEANINGS


@pytest.mark.parametrize(
    ("code", "unanswered", "said"),
    [
        ("91", True, "911"),
        ("91", False, None),
        ("00", False, None),
        ("51", False, None),
        ("1A", False, "123"),
        ("82", False, "122"),
        ("88", False, "122"),
        ("N7", False, "122"),
        ("N7", True, "911"),
    ],
)
def test_what_a_decision_says_more_than_its_code_is_said_in_1993(code: str, unanswered: bool, said: str | None) -> None:
    decision = Decision(response_code=code, approval_code=None, decided_by="atlas", reason="", unanswered=unanswered)
    assert finer(decision) == said
