"""Faults of the control API itself: each is a line without what it was about, and ends nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import trio

from switch.control import live_events
from switch.control.access import Gate
from switch.control.application import ControlApi
from switch.control.desks.call import Desk
from switch.control.live_events import LiveEvents
from tests.support.centre_in_loop import specs


def test_a_fault_of_a_route_is_told_without_what_it_was_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, sent = Desk(data=tmp_path, specs=specs()), list[Any]()
    api = ControlApi(desk, Gate(None, 1), LiveEvents(desk), "1")

    def refuse(*_: object, **__: object) -> None:
        raise LookupError("4507160000000010")

    monkeypatch.setattr(Gate, "refuse", refuse)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/__admin/health"
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "http_version": "1.1"}
    trio.run(api, scope, receive, send)

    assert sent[0]["status"] == 500
    told = capsys.readouterr().err
    assert told.startswith("switch: a fault of the control API: LookupError at test_api_faults.py:")
    assert told.count("\n") == 1
    assert "4507" not in told


async def test_a_trace_that_cannot_be_read_does_not_end_the_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked = trio.Event()
    token = trio.lowlevel.current_trio_token()

    def spoilt(*_: object) -> None:
        trio.from_thread.run_sync(looked.set, trio_token=token)
        raise sqlite3.DatabaseError("file is not a database")

    monkeypatch.setattr(live_events, "followed_trace", spoilt)
    events = LiveEvents(Desk(data=tmp_path, specs=specs()))
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            await nursery.start(events.run)
            for _ in range(2):
                with events.reading(None) as reader:
                    await looked.wait()
                    await reader.wait()
                    assert reader.ended, "whoever reads connects anew"
                looked = trio.Event()
            nursery.cancel_scope.cancel()
    assert capsys.readouterr().err.count("a fault of the control API: DatabaseError") == 2
