"""The entry point of the plugin: fixtures, a marker, an option, and what is added to the report of a failed test."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from switch.testing.centre_for_tests import CentreForTests
    from switch.testing.owned_centre import OwnedCentre

_MARKER = (
    "switch(strict=False): how the fixture `centre` works in this test; `strict=True` fails it if the gateway sends a message "
    "that no expectation speaks of."
)
_CENTRE: pytest.StashKey[CentreForTests] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("switch", "the ISO 8583 centre of the fixture `centre`")
    group.addoption("--switch-keep", action="store_true", help="keep the data folder of each centre, and print where it is")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(scope="session")
def centre_process(request: pytest.FixtureRequest) -> Iterator[OwnedCentre]:
    """A running centre, one for each worker, on free ports and in a folder of its own; gone when the session ends."""
    from switch.testing.owned_centre import owned_centre

    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with owned_centre(worker) as running:
        yield running
        if request.config.getoption("--switch-keep"):
            running.keep = True
            reporter: Any = request.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line(f"switch: kept {running.folder}")


@pytest.fixture
def centre(request: pytest.FixtureRequest, centre_process: OwnedCentre) -> Iterator[CentreForTests]:
    """The centre as one test sees it: fresh cards, a merchant and terminals of its own, and the messages since it began."""
    from switch.testing.centre_for_tests import centre_for_tests

    marker = request.node.get_closest_marker("switch")
    strict = marker is not None and bool(marker.kwargs.get("strict"))
    with centre_for_tests(centre_process, strict=strict) as for_test:
        request.node.stash[_CENTRE] = for_test
        yield for_test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Check what the test expects and has not checked itself, behind its last line; its own failure comes first."""
    result = yield
    centre = item.stash.get(_CENTRE, None)
    if centre is not None:
        __tracebackhide__ = True
        centre.check()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Attach the messages of both legs to the report of a test that failed."""
    report = yield
    centre = item.stash.get(_CENTRE, None)
    if centre is not None and report.when == "call" and report.failed:
        report.sections.append(("Switch: messages since the test began", centre.transcript()))
    return report
