"""Days closed by DuckDB, and by both engines in turn, leave what SQLite leaves: each table of the books and each file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from bench.day_close import BUSINESS_DATE, MIDNIGHT_MS, NEXT_DATE, shops, specs_of, write_journal
from switch.clearing.engine import EngineName
from switch.endofday.close import close_day
from tests.clearing.story import DATES, DAYS, SPECS, Event, Lifecycle
from tests.engines.compare import differences
from tests.engines.extra import WITH_DUCKDB
from tests.engines.run import disagreement
from tests.support.day_builders import DAY_MS, close_two_days, journal_of, later_ms
from tests.trials.test_hostile_texts import HOSTILE

pytestmark = WITH_DUCKDB

#: More than DuckDB reads, or groups, in one piece.
MANY = 130_000


@pytest.mark.parametrize("seed", range(1, 19))
def test_random_sequences_of_days(seed: int) -> None:
    assert disagreement(seed) == []


@settings(max_examples=15, deadline=None)
@given(days=DAYS)
def test_stories(days: tuple[list[Event], ...]) -> None:
    def play(folder: Path) -> Path:
        story, data = Lifecycle(), folder / "data"
        with journal_of(data) as journal:
            for business_date, events in zip(DATES, days, strict=True):
                if not journal.is_open(business_date):
                    journal.open(business_date)
                for event in events:
                    story.happen(journal, event)
                while close_day(data, SPECS, None, later_ms(data)).outcome == "closed":
                    pass
        return data

    with tempfile.TemporaryDirectory() as folder:
        assert differences(play, Path(folder)) == []


def test_two_days_with_all_there_may_be(tmp_path: Path) -> None:
    def play(folder: Path) -> Path:
        close_two_days(folder)
        return folder

    assert differences(play, tmp_path) == []


def test_texts_that_no_line_of_csv_may_have(tmp_path: Path) -> None:
    """Quotes, commas, line ends, NUL, null: they are handed over as they are."""
    texts = ['"', ",", "a\\b", "\r\n", "null", "", "0]", "[0", "\x00", "a\x00b", "é\U0001f600", HOSTILE, "'; --", " "]

    def play(folder: Path) -> Path:
        data = folder / "data"
        with journal_of(data, DATES[0]) as journal:
            for text in texts:
                journal.decide(product=text, channel=text, terminal_id=text)
                journal.decide(scheme=text, merchant_id=text)
        close_day(data, SPECS, None, later_ms(data))
        return data

    assert differences(play, tmp_path, [("duckdb",)]) == []


def test_many_lines(tmp_path: Path) -> None:
    names = shops(300)

    def play(folder: Path) -> Path:
        write_journal(folder, MANY, names)
        for date in (BUSINESS_DATE, NEXT_DATE):
            close_day(folder, specs_of(names), date, MIDNIGHT_MS + 2 * DAY_MS)
        return folder

    engines: list[tuple[EngineName, ...]] = [("duckdb",)]
    assert differences(play, tmp_path, engines) == []
