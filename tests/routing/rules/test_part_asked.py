"""What a scenario may have approved in part: sales and bills that are asked for, never cash, advices or increments."""

from __future__ import annotations

from typing import Any

import pytest

from switch.routing.rules.part_asked import granted_in_part, part_of
from switch.transaction import ADVICE, Decision
from tests.support.dialogue import request


@pytest.mark.parametrize(
    ("changes", "part_minor", "asked"),
    [
        ({}, 5_000, 5_000),
        ({}, 12_499, 12_499),
        ({}, 12_500, None),
        ({}, 20_000, None),
        ({"transaction_type": "bill_payment"}, 5_000, 5_000),
        ({"transaction_type": "cash_withdrawal"}, 5_000, None),
        ({"transaction_type": "purchase_with_cash_back"}, 5_000, None),
        ({"transaction_type": "quasi_cash"}, 5_000, None),
        ({"transaction_type": "refund"}, 5_000, None),
        ({"function": ADVICE}, 5_000, None),
        ({"original_key": request(2).key}, 5_000, None),
    ],
)
def test_a_part_is_asked_of_a_sale_of_more(changes: dict[str, Any], part_minor: int, asked: int | None) -> None:
    part = part_of(request(1, **changes), part_minor)
    assert (part and part.amount_minor) == asked


@pytest.mark.parametrize(
    ("code", "approved_minor", "said"), [("00", None, ("10", 5_000)), ("51", None, ("51", None)), ("10", 3_000, ("10", 3_000))]
)
def test_an_issuer_that_grants_the_part_has_granted_a_part(
    code: str, approved_minor: int | None, said: tuple[str, int | None]
) -> None:
    given = Decision(response_code=code, approval_code="A1", decided_by="atlas", reason="", approved_minor=approved_minor)
    decision = granted_in_part(given, request(1, amount_minor=5_000))
    assert (decision.response_code, decision.approved_minor) == said
