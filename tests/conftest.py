"""What holds for the whole suite.

No test is timed. With SWITCH_OUTSIDE=required (``.ci/run``) no test marked ``outside`` may be skipped.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings

from switch.specs import load
from tests.support.certificates import Drawer
from tests.support.specs_read_once import read_once

os.environ.pop("FORCE_COLOR", None)  # what runs the suite may want colours; what commands print to a pipe has none
for _name in (
    "DATA",
    "READY_FILE",
    "SPECS",
    "LANG",
    "API_TOKEN",
    "FONTS",
):  # of a centre of whoever runs it
    os.environ.pop(f"SWITCH_{_name}", None)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the suite behind nohup wants it to pass, too
settings.register_profile("short", deadline=None, max_examples=12)  # no deadline: a busy machine is no fault
settings.register_profile("thorough", deadline=None, max_examples=150)  # make properties runs every property with this
settings.load_profile("short")
pytest.MonkeyPatch().setattr(load, "load_specs", read_once(load.load_specs))  # before a module of the tests has its name


#: Folders that make test-long plays: what hostile trials found, any bytes, books under kills, planted faults, centres, shops.
LONG_FOLDERS: Final = frozenset({"trials", "fuzz", "chaos", "simulation", "e2e", "clients", "page_kills"})
#: Modules of other folders that do: processes and servers, whole days and state machines over them, pages that are rendered.
LONG_MODULES: Final = frozenset(
    {
        "test_affiliation_pages",
        "test_bounces",
        "test_card_checks",
        "test_card_codes",
        "test_day_again",
        "test_deaf",
        "test_decode_many",
        "test_delivery",
        "test_dossiers",
        "test_fee_properties",
        "test_issuer_stage",
        "test_key_exchange",
        "test_killed",
        "test_killed_anywhere",
        "test_layout_forms",
        "test_library",
        "test_magic_on_the_line",
        "test_mail",
        "test_office_pages",
        "test_open_items",
        "test_payments",
        "test_payouts",
        "test_payouts_machine",
        "test_planted_faults",
        "test_process",
        "test_reopening_sequences",
        "test_report_sample",
        "test_response_codes",
        "test_screens",
        "test_settling",
        "test_statement_files",
        "test_statement_pdf",
        "test_trace_process",
    }
)


#: A folder in memory, where a machine has one: nothing of a test that passed outlives it, and short tests write little at once.
MEMORY: Final = Path("/dev/shm")
MEMORY_BYTES_MIN: Final = 2**31  #: that have to be free; containers often have 64 MB, which are none to spare


def pytest_configure(config: pytest.Config) -> None:
    """Short tests write to memory: on a disk most of their time is spent waiting until databases are on it."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    if config.option.markexpr == "not long" and "TMPDIR" not in os.environ and roomy:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Short tests have a process more than there are cores: some wait for others while the rest compute."""
    return len(os.sched_getaffinity(0)) + 1 if config.option.markexpr == "not long" else None


def _is_long(path: Path) -> bool:
    return path.parent.name in LONG_FOLDERS or path.stem in LONG_MODULES


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where no long tests are played, what has nothing else is not even read: each worker reads all that is."""
    return True if config.option.markexpr == "not long" and _is_long(collection_path) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Workers have to find the same tests in the same order, and a set has none of its own: it differs from one process to
    the next."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        values = mark.args[1] if len(mark.args) > 1 else mark.kwargs["argvalues"]
        assert not isinstance(values, (set, frozenset)), (
            f"{metafunc.definition.nodeid}: found a set of cases, expected it sorted"
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a program of others takes its time, and so does what stands in a folder of long tests."""
    for item in items:
        if item.get_closest_marker("outside") or _is_long(item.path):
            item.add_marker("long")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What is read to find the tests stays until the end: nobody need look for garbage in it, now or while they are played."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    required = os.environ.get("SWITCH_OUTSIDE") == "required"
    if required and report.skipped and item.get_closest_marker("outside") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped where SWITCH_OUTSIDE=required: {report.longrepr[2]}"
    return report


@pytest.fixture(scope="session")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Drawer:
    return Drawer(tmp_path_factory.mktemp("certificates")).made
