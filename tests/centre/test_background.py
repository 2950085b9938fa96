"""What a centre does beside its lines, by the clock of the test: as often as it says, and only where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from switch.centre import background
from switch.data_folder.key_wishes import WISHES_SECONDS, outcome_of, wish
from switch.errors import DataFolderError
from switch.iso8583.mapping.session import MAC_KEY_CHANGE, PIN_KEY_CHANGE
from switch.journal.journal import FOLD_SECONDS
from switch.machine.kept_files import LOOK_SECONDS
from switch.routing.traffic.notice import Notice


async def _for(seconds: float, what: Callable[..., Coroutine[Any, Any, None]], *given: Any) -> None:
    with trio.move_on_after(seconds):
        await what(*given)


def _noting(done: list[tuple[str, float]], what: str) -> Callable[[], None]:
    return lambda: done.append((what, trio.current_time() - done[0][1]))


async def test_journal_and_trace_are_looked_after_once_a_second(autojump_clock: MockClock) -> None:
    assert LOOK_SECONDS == 1.0
    done = [("began", trio.current_time())]
    journal, recording = (SimpleNamespace(look=_noting(done, what)) for what in ("journal", "trace"))
    await _for(2.5, background.look_after, journal, recording)
    assert done[1:] == [("journal", 1.0), ("trace", 1.0), ("journal", 2.0), ("trace", 2.0)]
    del done[1:]
    await _for(1.5, background.look_after, journal, None)
    assert [what for what, _ in done[1:]] == ["journal"]


async def test_a_journal_that_cannot_be_written_any_more_ends_the_centre(autojump_clock: MockClock) -> None:
    def gone() -> None:
        raise DataFolderError("journal.db: it was deleted")

    with pytest.raises(DataFolderError, match="deleted"):
        await background.look_after(cast("Any", SimpleNamespace(look=gone)), None)


async def test_the_log_is_folded_beside_first_and_only_where_something_was_written(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FOLD_SECONDS == 2.0

    async def at_once(work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(trio.to_thread, "run_sync", at_once)  # the clock would go on while a thread works
    done = [("began", trio.current_time())]

    class Journal:
        @property
        def to_be_folded(self) -> bool:
            return trio.current_time() - done[0][1] < 3.0

        def fold_beside(self) -> None:
            done.append(("beside", 0.0))

        def fold(self) -> None:
            done.append(("rest", 0.0))

    await _for(7.0, background.fold, Journal())
    assert [what for what, _ in done[1:]] == ["beside", "rest"]


async def test_a_key_that_is_asked_for_is_given_once_its_issuer_can_take_it(autojump_clock: MockClock, tmp_path: Path) -> None:
    assert WISHES_SECONDS == 0.5
    asked: list[tuple[str, str, Callable[[str, str], None]]] = []
    away = {"rif"}

    def link(issuer: str) -> Any:
        def change_key(function: str, told: Callable[[str, str], None]) -> bool:
            asked.append((issuer, function, told))
            return issuer not in away

        return SimpleNamespace(change_key=change_key)

    outcome = wish(tmp_path, "atlas", "pin")
    for issuer, kind in (("atlas", "mac"), ("rif", "pin"), ("nobody", "pin"), ("atlas", "tie")):
        wish(tmp_path, issuer, kind)
    links = {issuer: link(issuer) for issuer in ("atlas", "rif")}
    await _for(0.4, background.exchange_keys, tmp_path, links)
    assert [each[:2] for each in asked] == [("atlas", MAC_KEY_CHANGE), ("atlas", PIN_KEY_CHANGE), ("rif", PIN_KEY_CHANGE)]
    asked[1][2]("00", "it took the new key")
    assert outcome_of(outcome) == ("00", "it took the new key")
    away.clear()
    await _for(0.7, background.exchange_keys, tmp_path, links)
    assert [each[:2] for each in asked[3:]] == [("rif", PIN_KEY_CHANGE)], "what was granted is not given again"


async def test_a_centre_without_a_door_says_so_and_runs_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_door(data: Path) -> Any:
        raise DataFolderError("control: the path is too long")

    monkeypatch.setattr(background, "open_door", no_door)
    told: list[Notice] = []
    await background.keep_door(tmp_path, cast("Any", None), told.append)
    said = "control: the path is too long; rules and clock cannot be changed while this centre runs"
    assert [(notice.kind, notice.detail) for notice in told] == [("shortage", said)]


async def test_the_door_is_closed_when_the_centre_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []

    async def serve(listening: Any, handle: Any) -> None:
        done.append((listening, handle))

    monkeypatch.setattr(background, "open_door", lambda data: f"door of {data.name}")
    monkeypatch.setattr(background, "serve_door", serve)
    monkeypatch.setattr(background, "close_door", lambda data, listening: done.append(("closed", listening)))
    await background.keep_door(tmp_path, cast("Any", "orders"), lambda notice: None)
    door = f"door of {tmp_path.name}"
    assert done == [(door, "orders"), ("closed", door)]


async def test_lines_are_told_of_gateways_and_of_issuers(mock_clock: MockClock) -> None:
    server = SimpleNamespace(
        callers=SimpleNamespace(told=lambda now: [now - trio.current_time()]),
        links={name: SimpleNamespace(told=lambda name=name: {"issuer": name}) for name in ("atlas", "rif")},
        watch_sessions=lambda now: told.append(now - trio.current_time()),
    )
    told: list[float] = []
    background.watch_sessions_now(cast("Any", server))
    assert told == [0.0]
    found = background.lines_told(cast("Any", server))
    assert found == {"gateways": [0.0], "issuers": [{"issuer": "atlas"}, {"issuer": "rif"}]}
