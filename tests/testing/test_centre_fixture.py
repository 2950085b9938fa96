"""The pytest plugin, in sessions of its own: what passes, what fails and how, under xdist, and that nothing is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from switch.testing.reserve import ALL_SERIES, merchant_id, terminal_ids
from tests.support.processes import ends, runs

pytestmark = pytest.mark.long  # whole centres

HERE = Path(__file__).parent


def played(folder: Path, *options: str) -> tuple[Mapping[str, str], str, list[str]]:
    """How each test of a gateway ended (empty: passed), what pytest printed, and what is left of the session."""
    temporary, suite = folder / "temporary", folder / "suite"
    for each in (temporary, suite):
        each.mkdir()
    (suite / "test_gateway_of_a_user.py").write_text((HERE / "gateway_tests.py").read_text(encoding="utf-8"), encoding="utf-8")
    plugins = ("no:cacheprovider", "no:switch", "switch.testing.plugin")  # by its name, whether it is installed or not
    command = [sys.executable, "-m", "pytest", "--junitxml=out.xml", *(part for name in plugins for part in ("-p", name))]
    paths = os.pathsep.join(filter(None, [str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": paths}
    done = subprocess.run(
        [*command, *options, str(suite)],
        cwd=suite, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    cases = ElementTree.parse(suite / "out.xml").iter("testcase")
    ended = {
        case.attrib["name"]: "\n".join(part.text or "" for part in case if part.tag in ("failure", "error")) for case in cases
    }
    left = [each.name for each in temporary.iterdir() if each.name.startswith("switch-")]
    return ended, done.stdout + done.stderr, left


def test_a_session(tmp_path: Path) -> None:
    ended, printed, left = played(tmp_path, "-p", "no:xdist")
    failed = {name: text for name, text in ended.items() if text}
    assert set(failed) == {name for name in ended if name.startswith("test_fails")}, printed
    assert len(ended) == 11
    near = failed["test_fails_with_the_nearest_miss"]
    assert "found 0, expected exactly 1" in near
    assert "amount: expected 13.00, found 12.00" in near
    assert "the gateway sent 1 message; no expectation speaks of 1 of them" in near
    assert "RuntimeError: the test's own failure" in failed["test_fails_by_itself_and_is_not_hidden"]
    assert "not as expected" not in failed["test_fails_by_itself_and_is_not_hidden"]
    assert "strict: no expectation speaks of" in failed["test_fails_strictly"]
    assert "found 2, expected exactly 1" in failed["test_fails_when_something_follows"]
    assert "Switch: messages since the test began" in printed
    assert "host → issuer, 0100" in printed
    assert "95040180000" not in printed  # a card of the reserve, whole
    assert left == []


def test_two_workers_have_a_centre_each(tmp_path: Path) -> None:
    ended, printed, left = played(tmp_path, "-n", "2")
    assert {name for name, text in ended.items() if text} == {name for name in ended if name.startswith("test_fails")}, printed
    assert (len(ended), left) == (11, [])


def test_a_centre_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = (
        "import time\nfrom switch.testing.owned_centre import owned_centre\n"
        "with owned_centre('killed') as owned:\n    print(owned.ready['pid'], flush=True)\n    time.sleep(600)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as owner:
        assert owner.stdout is not None
        centre = int(owner.stdout.readline())
        assert runs(centre)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert ends(centre)


def test_the_entry_point_imports_nothing_of_the_centre() -> None:
    script = "import sys, switch.testing.plugin; print(sorted(m for m in sys.modules if m.startswith(('switch', 'trio'))))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.strip("[]\n").replace("'", "").split(", ")) <= {"switch", "switch.testing", "switch.testing.plugin"}


def test_the_cards_of_different_kinds_and_the_merchants_are_different() -> None:
    numbers = {each.pan(number) for each in ALL_SERIES for number in range(1, 50)}
    assert len(numbers) == 49 * len(ALL_SERIES)
    assert all(len(number) == 16 for number in numbers)
    assert len({merchant_id(number) for number in range(1, 201)}) == 200
    assert all(len(terminal) == 8 for number in (1, 200) for terminal in terminal_ids(number))
