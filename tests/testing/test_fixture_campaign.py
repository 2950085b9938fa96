"""The short form of the campaign: one session on two workers."""

from __future__ import annotations

import pytest

from tests.testing.fixture_campaign import play

pytestmark = pytest.mark.long  # whole centres


def test_many_tests_in_any_order_leave_nothing() -> None:
    played = play(tests=24, workers=2, order=3)

    assert played.faults == [], played.printed
