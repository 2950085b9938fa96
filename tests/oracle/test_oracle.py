"""The books and a second computation of the merchants' side agree on random sequences of days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import differences
from tests.oracle.run import disagreements
from tests.oracle.story import Story
from tests.oracle.whole_books import SEEDS, changed

SHORT = frozenset({1, 3, 5, 6})  #: sequences of the short form; between them they have disputes, conversions and exceptions
LONG = 40  #: make oracle plays five hundred


@pytest.mark.parametrize("seed", [pytest.param(each, marks=[] if each in SHORT else pytest.mark.long) for each in SEEDS])
def test_books_and_oracle_agree_and_no_row_or_file_has_changed(tmp_path: Path, seed: int) -> None:
    story = Story(tmp_path, seed)
    data = story.play()
    assert differences(data, story.rules_of()) == []
    assert changed(seed, data) == []


@pytest.mark.long
def test_books_and_oracle_agree_on_many_sequences() -> None:
    assert disagreements(LONG, 1_000) == []
