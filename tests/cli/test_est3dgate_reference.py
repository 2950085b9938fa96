"""The page of the fields of est3Dgate says what the payment page does, and of every field."""

from __future__ import annotations

from pathlib import Path

from switch.cli.est3dgate_reference import (
    ANSWER_MEANINGS,
    CARD_MEANINGS,
    FORM_MEANINGS,
    answer_names,
    est3dgate_reference,
    needed_fields,
)
from switch.gateway.protocol.payment_request import CARD_FIELDS, FORM_FIELDS

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "est3dgate.md"


def test_the_page_is_made_of_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == est3dgate_reference(), "write it anew: make docs"


def test_no_meaning_is_of_a_field_that_there_is_not() -> None:
    assert set(FORM_MEANINGS) <= set(FORM_FIELDS)
    assert tuple(CARD_MEANINGS) == CARD_FIELDS
    assert set(ANSWER_MEANINGS) == set(answer_names())


def test_a_form_is_refused_without_what_is_needed() -> None:
    assert needed_fields() == {"HASH", "clientid", "storetype", "amount", "currency", "oid", "okUrl", "failUrl"}
