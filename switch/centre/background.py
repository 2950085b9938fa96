"""What a running centre does beside its lines: it looks after its files, exchanges keys, keeps the journal short."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import trio

from switch.centre.host.door import Handle, serve_door
from switch.centre.server import Server
from switch.centre.trace_process import TraceProcess
from switch.data_folder.control_socket import close_door, open_door
from switch.data_folder.key_wishes import WISHES_SECONDS, granted, tell_outcome, wishes
from switch.errors import DataFolderError
from switch.iso8583.mapping.session import MAC_KEY_CHANGE, PIN_KEY_CHANGE
from switch.journal.journal import FOLD_SECONDS, SqliteJournal
from switch.lines.issuer_link import IssuerLink
from switch.lines.selector import settle_memory
from switch.machine.kept_files import LOOK_SECONDS
from switch.routing.traffic.notice import Notice


def watch_sessions_now(server: Server) -> None:
    """The business date may have moved: whoever is signed on is told now, and not a second later."""
    server.watch_sessions(trio.current_time())


async def look_after(journal: SqliteJournal, recording: TraceProcess | None) -> None:
    """See that what is written is still there to be read, and all of it. Each commit looks too, unless one has just done so."""
    while True:
        await trio.sleep(LOOK_SECONDS)
        journal.look()
        if recording is not None:
            recording.look()


async def settle(server: Server) -> None:
    """Do what can wait until the processes of issuers were asked for: they take longer."""
    await trio.lowlevel.checkpoint()
    server.hints.prepare()
    settle_memory()


async def exchange_keys(data: Path, links: Mapping[str, IssuerLink]) -> None:
    """Give issuers the keys that ``switch keys exchange`` asks for; one that is away gets its key once it has signed on."""
    functions = {"pin": PIN_KEY_CHANGE, "mac": MAC_KEY_CHANGE}
    while True:
        for asked, issuer, kind in wishes(data):
            link, function = links.get(issuer), functions.get(kind)
            if link is not None and function is not None and link.change_key(function, partial(tell_outcome, asked)):
                granted(asked)
        await trio.sleep(WISHES_SECONDS)


async def fold(journal: SqliteJournal) -> None:
    """Keep the journal's write-ahead log short without holding up the switch."""
    while True:
        await trio.sleep(FOLD_SECONDS)
        if journal.to_be_folded:
            await trio.to_thread.run_sync(journal.fold_beside)
            journal.fold()


async def keep_door(data: Path, handle: Handle, tell: Callable[[Notice], None]) -> None:
    """Take orders at the door of the data folder, until cancelled; without the door the centre runs all the same."""
    try:
        listening = open_door(data)
    except DataFolderError as error:
        tell(Notice("shortage", f"{error}; rules and clock cannot be changed while this centre runs"))
        return
    try:
        await serve_door(listening, handle)
    finally:
        close_door(data, listening)


def lines_told(server: Server) -> dict[str, Any]:
    """The connections there are, each with its session, for people and programs."""
    gateways = server.callers.told(trio.current_time())
    return {"gateways": gateways, "issuers": [link.told() for link in server.links.values()]}
