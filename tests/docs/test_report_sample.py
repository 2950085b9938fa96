"""The sample report of the documentation is what this version makes."""

from __future__ import annotations

from pathlib import Path

from tests.docs.report_sample import SAMPLE, sample


def test_the_sample_is_of_this_version(tmp_path: Path) -> None:
    written_anew = "python -m tests.docs.report_sample writes it anew"
    assert sample(tmp_path) == SAMPLE.read_text(encoding="utf-8"), written_anew
