"""The books and a second computation of the merchants' side agree on random sequences of days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import differences
from tests.oracle.run import disagreements
from tests.oracle.story import Story

SHORT = 4  #: sequences of the short form; make oracle plays five hundred
LONG = 40


def test_books_and_oracle_agree(tmp_path: Path) -> None:
    found = []
    for seed in range(1, SHORT + 1):
        story = Story(tmp_path / str(seed), seed)
        found += differences(story.play(), story.rules_of())
    assert found == []


@pytest.mark.long
def test_books_and_oracle_agree_on_many_sequences() -> None:
    assert disagreements(LONG, 1_000) == []
