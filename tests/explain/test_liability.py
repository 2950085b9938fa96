from __future__ import annotations

from typing import Any

import pytest

from switch.card import SecurityResults
from switch.explain.liability import liability

REQUEST = {"function": "request", "channel": "ecommerce", "transaction_type": "purchase"}
APPROVED = {"response_code": "00", "authentication": None}


@pytest.mark.parametrize(
    ("authentication", "borne_by"), [("authenticated", "issuer"), ("attempted", "issuer"), (None, "merchant")]
)
def test_the_issuer_bears_the_fraud_with_an_order_it_verified(authentication: str | None, borne_by: str) -> None:
    found = liability(REQUEST, {**APPROVED, "authentication": authentication})
    assert found is not None
    assert found.borne_by == borne_by


@pytest.mark.parametrize(
    ("request_says", "decision_says"),
    [
        ({"channel": "chip"}, {}),
        ({"transaction_type": "refund"}, {}),
        ({"function": "advice"}, {}),
        ({}, {"response_code": "82"}),
    ],
)
def test_what_is_no_question_of_3d_secure(request_says: dict[str, Any], decision_says: dict[str, Any]) -> None:
    assert liability({**REQUEST, **request_says}, {**APPROVED, **decision_says}) is None
    assert liability(REQUEST, None) is None


@pytest.mark.parametrize(
    ("result", "authentication"),
    [("2", "authenticated"), ("3", "attempted"), ("1", None), ("4", None), ("0", None), ("", None)],
)
def test_only_a_cavv_that_was_right_authenticates(result: str, authentication: str | None) -> None:
    assert SecurityResults(cavv=result).authentication == authentication
