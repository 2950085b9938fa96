"""Messages as they come, for whoever follows them: one thread looks, and each reader has a bounded number waiting."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any, Final

import trio

from switch.control.desks.call import Desk
from switch.control.desks.problem import ProblemError, tell_fault_of_api
from switch.control.desks.seen import scope_of
from switch.control.limits import EVENTS_WAITING_MAX
from switch.errors import SwitchError
from switch.scenarios.scope import Scope
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.witness.followed_trace import followed_trace
from switch.witness.message_values import message_values

_LOOK_SECONDS: Final = 0.5  #: how long the thread waits before it looks whether anybody still follows
READ_AT_ONCE_MAX: Final = 500  #: messages of one look that are opened; more than that nobody reads


class EventReader:
    """Somebody who follows. ``waiting`` are events to send; ``lost`` those that found no place."""

    def __init__(self, scope: Scope | None) -> None:
        self.scope, self.waiting, self.lost = scope, deque[tuple[int, str]](), 0
        self.ended = False  #: nothing more comes
        self._woken = trio.Event()

    def end(self) -> None:
        """Nothing more comes: whoever reads connects anew."""
        self.ended = True
        self._woken.set()

    def put(self, number: int, event: str) -> None:
        if len(self.waiting) >= EVENTS_WAITING_MAX:
            self.lost += 1
        else:
            self.waiting.append((number, event))
        self._woken.set()

    async def wait(self) -> None:
        """Until something waits to be sent, or nothing more comes."""
        await self._woken.wait()
        self._woken = trio.Event()


class LiveEvents:
    """The messages of a centre for all who follow; without readers nothing is looked at."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._readers: list[EventReader] = []
        self._came = trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Look for messages while somebody follows, until cancelled."""
        task_status.started()
        while True:
            await self._came.wait()
            self._came = trio.Event()
            token = trio.lowlevel.current_trio_token()
            try:
                await trio.to_thread.run_sync(self._follow, token)
            except SwitchError:
                pass  # it is gone, and so is what could be told of it
            except Exception as fault:  # such as a trace that another program has spoilt: the rest of the API goes on
                tell_fault_of_api(fault)
            for reader in self._readers:
                reader.end()

    @contextmanager
    def reading(self, scope: Scope | None) -> Iterator[EventReader]:
        """A reader for as long as the block lasts."""
        reader = EventReader(scope)
        self._readers.append(reader)
        self._came.set()
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    async def scope(self, name: str) -> Scope | None:
        """The scope that a reader names; a problem where there is none, or where no messages are kept."""
        return await trio.to_thread.run_sync(self._checked, name)

    def _checked(self, name: str) -> Scope | None:
        found = scope_of(self._desk, name)
        if not self._desk.ask({"do": "tell", "what": "trace"})["trace"]:
            sentence = "found a Switch that keeps no messages, expected one that was started with `switch up --api --trace`"
            raise ProblemError(HTTPStatus.CONFLICT, sentence)
        return found

    def _follow(self, token: trio.lowlevel.TrioToken) -> None:
        """In a thread: look, open, hand over, for as long as anybody follows."""
        with followed_trace(self._desk.data, self._desk.specs) as source:
            source.begin_after()
            seen = SeenMessages()
            while self._readers:
                if not source.wait(_LOOK_SECONDS):
                    return
                found = source.look()
                if len(seen) > EVENTS_WAITING_MAX:  # an answer may be left without its request: it has its own code
                    seen = SeenMessages()
                seen.add(found)
                self._open(found, seen, token)

    def _open(self, found: list[SeenMessage], seen: SeenMessages, token: trio.lowlevel.TrioToken) -> None:
        shown, zone = found[-READ_AT_ONCE_MAX:], self._desk.specs.calendar.zone
        readers = list(self._readers)
        events = list[tuple[int, str, list[EventReader]]]()
        for each in shown:
            wanted = [reader for reader in readers if reader.scope is None or reader.scope.has(each.facts)]
            if wanted:
                events.append((each.number, json.dumps(message_values(each, seen, zone)), wanted))
        with suppress(trio.RunFinishedError, trio.Cancelled):
            trio.from_thread.run_sync(self._hand_over, events, len(found) - len(shown), readers, trio_token=token)

    def _hand_over(self, events: list[tuple[int, str, list[EventReader]]], lost: int, readers: list[EventReader]) -> None:
        for reader in readers:
            reader.lost += lost
        for number, text, wanted in events:
            for reader in wanted:
                reader.put(number, text)


def sent_events(reader: EventReader) -> Iterator[bytes]:
    """What waits for a reader, as server-sent events; first how many found no place."""
    if reader.lost:
        lost, reader.lost = reader.lost, 0
        yield _event("lost", {"count": lost})
    while reader.waiting:
        number, text = reader.waiting.popleft()
        yield f"id: {number}\nevent: message\ndata: {text}\n\n".encode()


def _event(kind: str, values: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(values)}\n\n".encode()
