"""A business date that another process ends, or that a restart moves: every signed-on line is told, and so are people."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.centre.as_process import running_centre
from switch.endofday.close import close_day
from switch.iso8583.message import Message
from tests.e2e.acquirer import SPECS, Acquirer, sale
from tests.e2e.test_crash import eventually

SIGN_ON = Message("0800", {7: "1122100000", 11: "000001", 70: "001"})


@pytest.mark.long
def test_closing_the_day_is_told_on_the_line_and_counts_at_once(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with running_centre(data, ["--business-date", "2026-11-22"]) as centre, Acquirer(centre) as acquirer:
        acquirer.say(SIGN_ON)
        assert acquirer.answer()[39] == "00"
        assert acquirer.ask(sale(1))[0][39] == "00"
        close_day(data, SPECS, "2026-11-22", 1_795_341_600_000)
        told = acquirer.answer()
        assert (told[70], told[15]) == ("201", "1123")
        assert centre.stop() == 0
        assert "cut off: business date 2026-11-22 has ended, 2026-11-23 is open" in centre.log.read_text(encoding="utf-8")
    with running_centre(data, ["--business-date", "2026-11-25"]) as centre:
        moved = "cut off: business date 2026-11-23 has ended, 2026-11-25 is open"
        eventually(lambda: moved in centre.log.read_text(encoding="utf-8"), "the notice of the date that was asked for")
        assert centre.stop() == 0
