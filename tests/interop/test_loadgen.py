"""The neutral load generator against each listener: nothing unmatched, no wrong RRN, all approved."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.load_tools import LoadTools, NoLoadToolsError, build
from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.folder import default_folder

pytestmark = pytest.mark.outside


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> LoadTools:
    try:
        return build(tmp_path_factory.mktemp("loadgen"))
    except NoLoadToolsError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, tools: LoadTools) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("loaded") / "var") as running:
        yield running


def _approved(figures: dict[str, object], count: int) -> None:
    assert {name: figures[name] for name in ("approved", "declined", "unmatched", "bad_rrn", "unparsable")} == {
        "approved": count,
        "declined": 0,
        "unmatched": 0,
        "bad_rrn": 0,
        "unparsable": 0,
    }


@pytest.mark.long
@pytest.mark.parametrize(
    ("listener", "options"),
    [
        ("ascii", ()),
        ("ascii_hex", ("--dialect", "ascii-hex", "--header", "4a")),
        ("bcd", ("--dialect", "bcd", "--tpdu", "6000010000")),
    ],
)
def test_many_lines_with_many_requests_each(
    listener: str, options: tuple[str, ...], tools: LoadTools, centre: CentreProcess
) -> None:
    _, port = centre.address(listener)
    _approved(tools.load(port, "-c", "32", "-w", "64", "-n", "4000", "--set", "49=504", *options), 4000)


def test_chip_data_of_a_large_message_reach_the_issuer_which_knows_no_such_cryptogram(
    tools: LoadTools, centre: CentreProcess
) -> None:
    _, port = centre.address("ascii")
    figures = tools.load(port, "--big", "-c", "2", "-w", "8", "-n", "200", "--set", "49=504", "--set", "41=TERM0055")
    assert (figures["approved"], figures["declined"], figures["unmatched"]) == (0, 200, 0)


def test_a_bank_that_looks_at_no_cryptogram_approves_them(tools: LoadTools, tmp_path: Path) -> None:
    """As docs/reference/keys.md says of recorded cryptograms."""
    folder = Path(shutil.copytree(default_folder(), tmp_path / "specs"))
    page = (Path(__file__).parents[2] / "docs" / "reference" / "keys.md").read_text(encoding="utf-8")
    (security,) = re.findall(r"```toml\n(\[security\]\nverify = .*?)```", page, re.DOTALL)
    vesta = folder / "issuers" / "vesta.toml"
    text = vesta.read_text(encoding="utf-8")
    vesta.write_text(text.replace("timeout_seconds = 10\n", f"timeout_seconds = 10\n\n{security}", 1), encoding="utf-8")
    with running_centre(tmp_path / "var", ["--specs", str(folder)]) as centre:
        _, port = centre.address("ascii")
        _approved(tools.load(port, "--big", "-n", "200", "--set", "49=504", "--set", "41=TERM0056"), 200)


def test_its_own_currency_is_declined_for_every_request(tools: LoadTools, centre: CentreProcess) -> None:
    _, port = centre.address("ascii")
    figures = tools.load(port, "-n", "100", "--set", "41=TERM0002")
    assert (figures["approved"], figures["declined"], figures["unmatched"]) == (0, 100, 0)


def test_the_sources_are_looked_for_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_LOADGEN", str(tmp_path / "nowhere"))
    with pytest.raises(NoLoadToolsError, match="nowhere"):
        build(tmp_path)
