from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from switch.explain.lifecycle import Life, story
from tests.support.day_builders import FRIDAY, NOW_MS, SATURDAY, day_specs, journal_of


def life_of(data: Path, request_id: int) -> Life:
    lives = story(data, f"6324{request_id:08d}").lives
    return next(life for life in lives if life.request["id"] == request_id)


def test_what_the_books_made_of_a_request(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sold, undone, unknown = journal.decide(), journal.decide(), journal.decide(merchant_id="NOBODY000000001")
        journal.reverse(undone)
        assert not life_of(tmp_path, sold).day_closed
        close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
        journal.reverse(sold, 4_000)
        close_day(tmp_path, day_specs(), SATURDAY, NOW_MS)
    life = life_of(tmp_path, sold)
    assert life.presentment is not None
    assert (life.day_closed, life.presentment["amount_minor"], life.reversal_id) == (True, 10_000, None)
    assert [(row["business_date"], row["reversal_id"], row["amount_minor"]) for row in life.adjustments] == [
        (SATURDAY, 2, -6_000)
    ]
    assert life.as_json()["adjustments"] == life.adjustments
    life = life_of(tmp_path, undone)
    assert (life.presentment, life.adjustments, life.reversal_id, life.exception_reason) == (None, (), 1, None)
    life = life_of(tmp_path, unknown)
    assert (life.presentment, life.reversal_id, life.exception_reason) == (None, None, "unknown merchant")


def test_what_became_of_a_hold(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold, waiting = journal.hold(), journal.hold(capture="batch")
        close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)
        journal.capture(hold, 9_000)
        close_day(tmp_path, day_specs(), SATURDAY, NOW_MS)
    life = life_of(tmp_path, hold)
    at_ms = {"closed_at_ms": NOW_MS}
    assert life.held == {"business_date": FRIDAY, **at_ms, "capture": "completion", "amount_minor": 10_000, "currency": "504"}
    assert life.released == {"business_date": SATURDAY, **at_ms, "outcome": "captured", "released_by": 3}
    assert life.decision is not None
    assert (life.decision["approved_minor"], life.decision["captured_minor"], life.presentment) == (10_000, None, None)
    assert life_of(tmp_path, waiting).released is None


def test_an_unknown_rrn_names_those_near_it(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    with pytest.raises(NegativeAnswerError, match=r"expected one in the journal of .*; near it: 632400000001"):
        story(tmp_path, "632400000009")
