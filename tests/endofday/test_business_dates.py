"""Which business dates are to be closed: those on which something happened that a close has to book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from switch.endofday.books import BusinessDates
from tests.support.sql_rows import Rows

DATE, NEXT_DATE = "2026-11-20", "2026-11-21"


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows()
    yield made
    made.close()


def pending(rows: Rows) -> list[str]:
    return [*BusinessDates(opened=(DATE, NEXT_DATE), closed=()).pending(rows.connection)]


@pytest.mark.parametrize(
    ("table", "values", "is_pending"),
    [
        ("journal.decision", {}, True),
        ("journal.reversal", {"effective": 1}, True),
        ("journal.reversal", {"effective": 0}, False),
        ("dispute_event", {"kind": "chargeback"}, True),
        ("exception_order", {"action": "write_off", "person": "Samira", "reason": "paid"}, True),
    ],
)
def test_a_date_with_this_alone_is_to_be_closed(table: str, values: dict[str, Any], is_pending: bool, rows: Rows) -> None:
    """What people decided of an exception is booked by the close of its date, also where nothing else came that day."""
    assert pending(rows) == []
    rows.put(table, **values, business_date=NEXT_DATE)
    assert pending(rows) == ([NEXT_DATE] if is_pending else [])
