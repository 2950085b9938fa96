"""Each scenario of the library does on the wire what its comments say, through a real socket."""

from __future__ import annotations

import re

import pytest
from trio.testing import MockClock

from switch.cli.scenario_library import LibraryScenario, library_of
from switch.scenarios.playbook import Playbook, overshadowed
from switch.specs.load import load_scenario
from tests.support import centre_in_loop
from tests.support.centre_in_loop import loopback, specs
from tests.support.wire_seen import Gateway, fault_of

LIBRARY = library_of()
#: Those of the payment page are tried by ``tests/gateway/site/test_scripted_banks.py``.
ON_LINES = [entry for entry in LIBRARY if not any(sent.startswith("checkout") for sent, _ in entry.steps)]
COUNT_LEAST = 40
ISSUERS_ASKED = frozenset(specs().issuers)


@pytest.fixture
def clock() -> MockClock:
    """Time that passes when nobody has anything to do: all of it is in one process, where what was sent is there at once."""
    return MockClock(autojump_threshold=0.001)


@pytest.mark.parametrize("entry", ON_LINES, ids=lambda entry: entry.name)
async def test_the_wire_shows_what_the_scenario_says(
    entry: LibraryScenario, clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entry.steps, "the comments of the file say what is sent and what is seen"
    played = load_scenario(entry.path, specs())
    playbook = Playbook(played.rules, seed=1)
    issuers = ISSUERS_ASKED & set(re.findall(r"\w+", entry.path.read_text("utf-8"))) | {"atlas"}
    async with loopback(playbook=playbook, issuers=issuers) as centre:
        async with Gateway(centre, lambda now: monkeypatch.setattr(centre_in_loop, "NOW_MS", now)) as gateway:
            for sent, expected in entry.steps:
                extra = tuple(int(number) for number in re.findall(r"\b(\d+)=", expected))
                seen = await gateway.seen(sent, extra)
                fault = fault_of(expected, seen)
                assert fault is None, f"{entry.name}: {sent} -> {expected}: {fault}"
        assert [rule.in_words for rule in playbook.never_hit()] == [], "the steps of the file meet each of its rules"


def test_the_library_is_large_and_each_scenario_can_play_all_of_its_rules() -> None:
    assert len(LIBRARY) >= COUNT_LEAST
    assert [entry.name for entry in LIBRARY] == sorted(entry.name for entry in LIBRARY)
    assert len({entry.purpose for entry in LIBRARY}) == len(LIBRARY)
    for entry in LIBRARY:
        assert not overshadowed(load_scenario(entry.path, specs()).rules), entry.name
