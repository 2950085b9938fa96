"""``switch clock`` and ``switch up --clock``, over real sockets: business dates, expiries, holds and value dates follow the
centre's clock, and nobody waits for any of them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import READY_FILE, CentreProcess, running_centre
from switch.errors import UnreachableError
from tests.cli.command import Outcome, run
from tests.support.json_schema import mistakes, schema_of
from tests.trials.small_centre import small_specs

FRIDAY = "2026-11-27"
CARD, LITTLE = "9504010000000019", "9504010000000027"  #: 25,000.00; 50.00
MERCHANT = ("--merchant", "TELECOM00000001", "--terminal", "ONDE0001")


@contextmanager
def started(folder: Path, *options: object) -> Iterator[CentreProcess]:
    specs = ["--specs", str(folder / "specs")] if (folder / "specs").exists() else small_specs(folder)
    with running_centre(folder / "var", [*specs, *map(str, options)]) as centre:
        yield centre


def clock(data: Path, *words: str) -> dict[str, Any]:
    """What the clock shows, when it has been set."""
    outcome = run("clock", *words, "--json", "--data", data)
    assert outcome.code == 0, outcome.err
    assert mistakes(outcome.json, schema_of("clock")) == []
    facts: dict[str, Any] = outcome.json
    return facts


def sale(data: Path, rrn: str = "", *options: object, pan: str = CARD, expiry: str = "2912") -> Outcome:
    named = ["--rrn", rrn.zfill(12)] if rrn else []
    where = ("--ready-file", data / READY_FILE, "--data", data)
    return run("send", *where, "--pan", pan, "--expiry", expiry, "--amount", "40.00", *MERCHANT, *named, *options)


def journal(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "journal.db")) as db:
        return db.execute(query).fetchall()


@pytest.mark.long
def test_a_sale_before_the_cut_off_and_one_behind_it_and_the_days_they_are_paid(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with started(tmp_path, "--clock", f"{FRIDAY}T18:55", "--trace") as centre:
        assert clock(data)["at"].startswith(f"{FRIDAY}T18:5")
        stopped = clock(data, "freeze")
        assert clock(data)["at_ms"] == stopped["at_ms"]

        before = clock(data, "before-cut-off")
        assert (before["at"], before["business_date"]) == (f"{FRIDAY}T22:59:00.000+01:00", FRIDAY)
        assert sale(data, "1").out.startswith("00")
        assert clock(data, "advance", "2m")["business_date"] == "2026-11-28"
        assert sale(data, "2").out.startswith("00")
        monday = clock(data, "next-banking-day")
        assert (monday["at"], monday["frozen"]) == ("2026-11-30T09:00:00.000+01:00", True)
        answered = sale(data, "3", "--json", "--set", "7=", "--set", "12=", "--set", "13=").json

        dates = journal(data, "SELECT rrn, business_date FROM request JOIN decision ON request.id = decision.request_id")
        assert dates == [("1".zfill(12), FRIDAY), ("2".zfill(12), "2026-11-28"), ("3".zfill(12), "2026-11-30")]
        own = {line["element"]: line["value"] for line in answered["response"]["elements"]}
        assert (own[12], own[13]) == ("090000", "1130"), "a terminal without a clock gets the time of the centre"
        assert journal(data, "SELECT transmitted_at FROM request WHERE rrn LIKE '%1'") == [("1127215900",)]

        closed = [run("day", "close", "--json", "--data", data).json for _ in range(3)]
        assert [(each["business_date"], each["payouts"][0]["value_date"]) for each in closed[:2]] == [
            (FRIDAY, "2026-11-30"),
            ("2026-11-28", "2026-11-30"),
        ]
        assert clock(data)["value_date"] == "2026-12-01"
        assert "30/11/2026" in run("statement", "TELECOM00000001", FRIDAY, "--lang", "fr", "--data", data).out
        explained = run("explain", "2".zfill(12), "--bytes", "--data", data).out
        assert "23:01:00.000" in explained
        assert "cut off: business date 2026-11-27 has ended, 2026-11-28 is open" in centre.log.read_text(encoding="utf-8")


@pytest.mark.long
def test_a_clock_that_was_set_survives_kill_9_and_does_not_go_back(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with started(tmp_path, "--clock", f"{FRIDAY}T18:55") as centre:
        frozen = clock(data, "freeze", "2026-12-24T10:00")
        assert (frozen["at"], frozen["business_date"]) == ("2026-12-24T10:00:00.000+01:00", "2026-12-24")
        assert sale(data).out.startswith("00")
        centre.kill()
    assert (clock(data)["at_ms"], clock(data)["frozen"]) == (frozen["at_ms"], True)
    outcome = run("clock", "advance", "1h", "--data", data)
    assert (outcome.code, outcome.sentence) == (3, f"--data: found no running centre in {data}, expected one: `switch up`")

    with started(tmp_path) as centre:
        assert clock(data)["at_ms"] == frozen["at_ms"]
        assert "clock    2026-12-24 10:00:00, it stands still" in centre.log.read_text(encoding="utf-8")
        refused = run("clock", "to", f"{FRIDAY}T19:00", "--data", data)
        what = "the journal has that time already, and time does not go back"
        expected = f"found {FRIDAY} 19:00:00, expected 2026-12-24 10:00:00 or later: {what}"
        assert (refused.code, refused.sentence) == (2, f"to: {expected}")
        running = clock(data, "resume")
        assert not running["frozen"]
        assert clock(data)["ahead_ms"] == pytest.approx(running["ahead_ms"], abs=1)
        assert sale(data).out.startswith("00")
        assert centre.stop() == 0
    refused_too = pytest.raises(UnreachableError, match=f"--clock: found {FRIDAY} 19:00:00, expected 2026-12-24 .* or later")
    with refused_too, started(tmp_path, "--clock", f"{FRIDAY}T19:00"):
        pass


@pytest.mark.long
def test_a_card_expires_and_a_hold_ends_while_nobody_waits(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with started(tmp_path, "--clock", "2029-11-29T12:00"):
        assert sale(data, pan=LITTLE).out.startswith("00")
        assert sale(data, pan=LITTLE).out.startswith("51"), "the money is held"
        clock(data, "advance", "31d")
        assert sale(data, pan=LITTLE).out.startswith("00"), "the hold has expired"
        last = clock(data, "to", "2029-12-31T12:00")
        assert last["business_date"] == "2029-12-31"
        assert sale(data).out.startswith("00")
        clock(data, "advance", "1d")
        assert sale(data).out.startswith("54"), "the card has expired"


@pytest.mark.long
def test_a_date_that_a_person_opened_stays_whatever_the_clock_shows(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with started(tmp_path, "--clock", f"{FRIDAY}T18:55", "--business-date", "2026-11-20"):
        facts = clock(data, "advance", "3d")
        assert (facts["business_date"], facts["opened_by"]) == ("2026-11-20", "operator")
        shown = run("clock", "--data", data).out
        assert "2026-11-20, opened by hand, it ends when it is closed" in shown
        assert "2026-11-20" in run("day", "close", "--data", data).out


@pytest.mark.long
def test_timers_take_the_share_of_their_time_that_is_asked_for(tmp_path: Path) -> None:
    data, silent = tmp_path / "var", tmp_path / "silent.toml"
    silent.write_text('purpose = "away"\n[[rule]]\nissuer = "atlas"\nthen = { silence = true }\n', encoding="utf-8")
    with started(tmp_path, "--clock", f"{FRIDAY}T18:55", "--timers", "0.03", "--scenario", silent):
        clock(data, "freeze")
        began = time.monotonic()
        assert sale(data).out.startswith("91"), "timers run in real seconds, also where the clock stands still"
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("advance",), "advance: found nothing behind it, expected a length of time: advance 2h"),
        (("to",), "to: found nothing behind it, expected a time: to 2026-11-27T18:55"),
        (("resume", "2h"), "resume: found '2h' behind it, expected nothing"),
        (("show", "now"), "show: found 'now' behind it, expected nothing"),
        (("advance", "2h"), "--data: found no running centre in DATA, expected one: `switch up`"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    outcome = run("clock", *words, "--data", tmp_path)
    assert outcome.code in (2, 3)
    assert outcome.sentence == sentence.replace("DATA", str(tmp_path))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--timers", "0"), "--timers: found 0, expected a share from 0.01 to 10"),
        (("--timers", "nan"), "--timers: found nan, expected a share from 0.01 to 10"),
        (("--clock", "soon"), "--clock: found 'soon', expected a time such as 2026-11-27T18:55, where Switch is, or with its"),
        (("--clock", "1999-01-01"), "fees/discount.toml:5: plan.rate: found no row for domestic cards on 1999-01-01, expected"),
    ],
)
def test_a_start_that_cannot_be_is_one_sentence(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    outcome = run("up", *options, "--data", tmp_path / "var", "--free-ports")
    assert (outcome.code, outcome.sentence[: len(sentence)]) == (2, sentence)
    assert not (tmp_path / "var").exists()


def test_a_folder_without_a_centre_shows_the_machines_time(tmp_path: Path) -> None:
    facts = clock(tmp_path)
    assert (facts["ahead_ms"], facts["frozen"], facts["business_date"]) == (0, False, None)
    assert list(tmp_path.iterdir()) == [], "who looks leaves nothing"
    shown = run("clock", "--data", tmp_path, "--lang", "fr").out
    assert "indique la même heure" in shown
    assert "aucune journée n'est ouverte" in shown
