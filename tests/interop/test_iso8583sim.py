"""iso8583sim, a client that is not ours, against each listener. It is run as a program and never imported."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.folder import default_folder
from switch.specs.load import load_specs

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parent.parent.parent
RUN_SECONDS_MAX = 60.0
SPECS = load_specs()
LISTENERS = {
    "ascii": ("--format", "ascii-binary"),
    "ascii_hex": ("--format", "ascii-hex", "--header", "4a"),
    "bcd": ("--format", "bcd", "--tpdu", "6000010000"),
}


@pytest.fixture(scope="module")
def program() -> str:
    """Its executable: SWITCH_ISO8583SIM, the environment ``.ci/run`` makes, or the search path."""
    beside = ROOT / ".venv-outside" / "bin" / "iso8583sim"
    found = os.environ.get("SWITCH_ISO8583SIM") or (str(beside) if beside.exists() else shutil.which("iso8583sim"))
    if not found:
        pytest.skip("no iso8583sim (SWITCH_ISO8583SIM, .venv-outside or the search path)")
    return found


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, program: str) -> Iterator[CentreProcess]:
    """A centre whose BCD listener speaks as iso8583sim does: it packs DE 39 as digits, where ISO 8583:1987 has ``an 2``."""
    folder = tmp_path_factory.mktemp("simulated")
    shutil.copytree(default_folder(), folder / "specs")
    centre_file = folder / "specs" / "centre.toml"
    lines = centre_file.read_text(encoding="utf-8").replace('dialect = "bcd"', 'dialect = "bcd_numeric_39"')
    centre_file.write_text(lines, encoding="utf-8")
    with running_centre(folder / "var", ["--specs", str(folder / "specs")]) as running:
        yield running


def run(program: str, *arguments: str) -> str:
    """What it prints, in one line without its frames."""
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return re.sub(r"[\s│┃]+", " ", done.stdout)


def message(program: str, folder: Path, elements: dict[int, str]) -> str:
    """A message as its ``build`` prints it."""
    fields, built = folder / "fields.json", folder / "message.txt"
    fields.write_text(json.dumps({str(number): value for number, value in elements.items()}), encoding="utf-8")
    run(program, "build", "--mti", "0100", "--fields", str(fields), "--output", str(built))
    return built.read_text(encoding="utf-8").strip()


def card(purpose: str) -> tuple[str, str]:
    """Number and expiry of the first test card whose purpose says so."""
    cards = (card for issuer in SPECS.issuers.values() for card in issuer.cards)
    found = next(card for card in cards if purpose in card.purpose)
    return found.pan.digits, found.expiry


def purchase(number: int, purpose: str) -> dict[int, str]:
    merchant = next(iter(SPECS.merchants.values()))
    pan, expiry = card(purpose)
    return {
        2: pan,
        3: "000000",
        4: "000000012500",
        7: "1122100000",
        11: f"{number:06d}",
        12: "110000",
        13: "1122",
        14: expiry,
        18: merchant.mcc,
        22: "051",
        25: "00",
        32: "504900",
        37: f"632611{number:06d}",
        41: merchant.terminals[0],
        42: merchant.id,
        49: "504",
    }


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize(
    ("purpose", "code"),
    [("Visa card, approved", "00"), ("50.00 left", "51"), ("expired", "54"), ("stolen", "43")],
)
def test_send_shows_the_right_answer(
    listener: str, purpose: str, code: str, program: str, centre: CentreProcess, tmp_path: Path
) -> None:
    number = 1 + list(LISTENERS).index(listener) * 100 + int(code)
    host, port = centre.address(listener)
    text = message(program, tmp_path, purchase(number, purpose))
    shown = run(program, "send", text, "--host", host, "--port", str(port), *LISTENERS[listener])
    assert "Response 0110" in shown
    assert f"39 Response Code {code}" in shown
    assert f"37 Retrieval Reference Number 632611{number:06d}" in shown


@pytest.mark.parametrize("listener", LISTENERS)
def test_load_is_answered_to_the_last_request(listener: str, program: str, centre: CentreProcess) -> None:
    """Its requests name a merchant without a contract here, so each is right to be answered 03."""
    host, port = centre.address(listener)
    many = ("--count", "400", "--concurrency", "20", "--connections", "2")
    shown = run(program, "load", "--host", host, "--port", str(port), *many, *LISTENERS[listener])
    for line in ("Requests 400", "Responses 400", "Timeouts 0", "Errors 0", "Response codes 03: 400"):
        assert line in shown
