"""``switch demo``: what a stranger sees first."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.french.english import english_lines

DEMO_SECONDS_MAX = 60.0  #: promised are 20 on an idle machine; the suite shares its two cores


def test_the_demo_shows_the_whole_way_and_leaves_nothing_behind(tmp_path: Path) -> None:
    began = time.monotonic()
    shown = subprocess.run(
        [sys.executable, "-m", "switch", "demo"],
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS_MAX,
        env={"TMPDIR": str(tmp_path), "PYTHONUTF8": "1"},
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert time.monotonic() - began < DEMO_SECONDS_MAX
    for word in ("51 insufficient funds", "54 expired card", "14 invalid card number", "05 do not honor", "43 stolen card"):
        assert word in shown.stdout
    for word in (
        "03 invalid merchant",
        "92 no route",
        "15 no such issuer",
        "they sum to zero",
        "Its data folder is gone",
        "RELEVÉ MONÉTIQUE",
        ".eml (it is deleted with the folder; --data DIR keeps it)",
        "sound",
    ):
        assert word in shown.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_the_demo_keeps_the_folder_it_is_given(tmp_path: Path) -> None:
    data = tmp_path / "var"
    shown = subprocess.run(
        [sys.executable, "-m", "switch", "demo", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS_MAX,
        check=False,
    )
    assert shown.returncode == 0
    assert (data / "journal.db").exists()
    assert any((data / "days").iterdir())
    named = dict(re.findall(r"The same as a ([a-zA-Z]+)[^:]*: (\S+)", " ".join(shown.stdout.split())))
    assert sorted(named) == ["PDF", "message", "workbook"]
    assert [Path(named[kind]).read_bytes()[:2] for kind in ("PDF", "workbook")] == [b"%P", b"PK"]
    assert Path(named["message"]) in set((data / "mail").glob("*/*.eml"))


@pytest.mark.long
def test_the_demo_speaks_french(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "switch", "demo"],
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS_MAX,
        env={"TMPDIR": str(tmp_path), "PYTHONUTF8": "1", "SWITCH_LANG": "fr"},
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert english_lines("\n".join(line for line in shown.stdout.splitlines() if not line.startswith("   $ "))) == []
    for words in (
        "1. Démarrer le centre",
        "51 provision insuffisante",
        "la carte est déclarée volée",
        "Compensation en MAD, soldes nets : + à recevoir, - à payer ; somme nulle",
        "RELEVÉ MONÉTIQUE",
        "comptabilité équilibrée",
        "Voilà tout le chemin, du message au relevé.",
    ):
        assert words in shown.stdout
