"""The clock of the tries: it jumps."""

from __future__ import annotations

import pytest
from trio.testing import MockClock


@pytest.fixture
def clock() -> MockClock:
    """Time that passes when nobody has anything to do: all of it is in one process, where what was sent is there at once."""
    return MockClock(autojump_threshold=0.003)
