"""A switch that is restarted in the middle of a dialogue goes on as one that was not: the same numbers, amounts and answers.

So does one that remembers two decisions and reads all others in its journal.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.centre.traffic.turn import Turn
from switch.data_folder.vault import Vault
from switch.journal import reader
from switch.journal.journal import Batch, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.journal.reader import JournalReader
from switch.routing.handling import reversals
from switch.routing.memory import history
from switch.routing.switchboard import Switchboard
from switch.routing.traffic.effects import Effect, JournalRequest
from switch.routing.traffic.events import IssuerUp
from tests.routing.test_whole_dialogues import STORIES
from tests.routing.whole import told, whole
from tests.support.dialogue import ATLAS, VESTA, VESTA_CARD, answered, asked, delivered, request, switchboard
from tests.support.said import Said

NOW_MS = 1_795_341_600_000

Story = Callable[[], tuple[Switchboard, Iterable[Any]]]


def _started(story: Story, archive: JournalReader, up: Iterable[str]) -> Switchboard:
    """The switchboard of a story, on a journal."""
    made: list[Switchboard] = []
    init, beginning = Switchboard.__init__, archive.beginning()

    def on_the_journal(board: Switchboard, **choices: Any) -> None:
        choices |= {"first_request_id": beginning.first_request_id, "first_delivery_id": beginning.first_delivery_id}
        init(board, **choices, archive=archive)
        made.append(board)

    with pytest.MonkeyPatch().context() as patched:
        patched.setattr(Switchboard, "__init__", on_the_journal)
        story()
    (board,) = made
    assert board.recover(beginning.recovery, 0.0) == [], "nothing waited"
    board._outbox.up.clear()
    for issuer in sorted(up):
        board.handle(IssuerUp(issuer), 0.0)
    return board


def _told(effect: Effect) -> str:
    """An effect without what a restart forgets, or the journal never has."""
    line = re.sub(r" came \d+\.\d{3} s after ", " came after ", whole(effect))
    line = re.sub(r"is not available: [^;]*", "is not available", line)
    if line.startswith("owed "):  # of a request that is told of again: its codes, its amount before, and what a batch captured
        line = re.sub(r"( \d+ \w+ \w+ 051)[^,]*,", r"\1,", line)
        line = re.sub(r" of (\d{6}@\d{6}) of \1( \d+ batch )", r" of \1\2", line)
    return line


def _played(board: Switchboard, events: list[Any], now: float, write: Callable[[list[Effect]], None]) -> list[list[str]]:
    played = []
    for event in events:
        passes = isinstance(event, (int, float))
        now += event if passes else 0.0
        effects = board.tick(now) if passes else board.handle(event, now)
        write(effects)
        knows_no_card = hasattr(event, "reversal") and event.reversal.pan is None  # of earlier ones none is known either
        lines = [] if knows_no_card else map(_told, effects)
        played.append([line for line in lines if not line.startswith(("deliver ", "notice "))])
    return played


@pytest.mark.parametrize("remembers", [10_000, 2], ids=["restarted", "forgetful"])
@pytest.mark.parametrize("story", STORIES[:-1], ids=lambda story: story.__name__.strip("_"))
def test_a_dialogue_goes_on_after_a_restart_at_any_moment_at_which_nothing_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Story, remembers: int
) -> None:
    vault = Vault.open(tmp_path)
    given, up = list(story()[1]), set(story()[0]._outbox.up)
    after: list[tuple[int, list[list[str]]]] = []
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, vault)) as journal:
        journal.open_business_date("2026-11-22", "operator", NOW_MS)
        before, now = list[list[str]](), 0.0

        def write(effects: list[Effect]) -> None:
            at_ms = NOW_MS + len(before)
            Turn(lambda batch: journal.commit(batch, at_ms), Said(), lambda notice: None).perform(list(effects), 0.0)

        if remembers == 2:
            before = _played(story()[0], given, 0.0, lambda effects: None)
            for module, name in (
                (history, "REMEMBERED_MAX"),
                (reader, "REMEMBERED_MAX"),
                (reversals, "UNKNOWN_REMEMBERED_MAX"),
            ):
                monkeypatch.setattr(module, name, remembers)
            board = _started(story, JournalReader(journal._db, vault), up)
            after.append((0, _played(board, given, 0.0, write)))
        else:
            board = _started(story, JournalReader(journal._db, vault), up)
            for number, event in enumerate(given):
                if board.pending == 0 and number:
                    with closing(sqlite3.connect(":memory:")) as copy:
                        journal._db.backup(copy)
                        again = _started(story, JournalReader(copy, vault), board._outbox.up)
                        after.append((number, _played(again, given[number:], now, lambda effects: None)))
                before += _played(board, [event], now, write)
                now += event if isinstance(event, (int, float)) else 0.0
    for number, goes_on in after:
        for place, (said, expected) in enumerate(zip(goes_on, before[number:], strict=True), start=number + 1):
            assert said == expected, f"event {place}, restarted before event {number + 1}"


def test_what_waited_is_declined_and_reversed_where_it_was_forwarded(tmp_path: Path) -> None:
    """Of four requests the last was never routed; a sale of the first terminal had its answer on the way."""
    waiting = [
        JournalRequest(1, request(1), "line", "5411", ATLAS, "domestic"),
        JournalRequest(2, request(2, pan=VESTA_CARD, message_class="financial"), "line", "5411", VESTA, "foreign"),
        JournalRequest(3, request(3, pre_authorized=True), "line", "5411", ATLAS, "domestic", "completion"),
        JournalRequest(4, request(4, pan="6011000000000004"), "line", "5411", None, None),
    ]
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as journal:
        journal.open_business_date("2026-11-22", "operator", NOW_MS)
        journal.commit(Batch(waiting), NOW_MS)
        beginning = journal.beginning()
        first = beginning.first_request_id
        board = switchboard(up=(), archive=journal.archive, first_request_id=first)
        effects = board.recover(beginning.recovery, 0.0)
    why = "Switch was restarted before an answer came"
    assert list(map(whole, effects)) == [
        f"owed 1 reversal to atlas, request 1, 0 of 000001@091530 12500 request authorization 051, '4021' None: {why}",
        f"decision 1, None/None: 91 None by switch unanswered: {why}",
        f"owed 2 reversal to vesta, request 2, 0 of 000002@091530 12500 request financial 051, '4021' None: {why}",
        f"decision 2, None/None: 91 None by switch unanswered: {why}",
        f"owed 3 reversal to atlas, request 3, 0 of 000003@091530 12500 request authorization 051, '4021' None: {why}",
        f"decision 3, None/None: 91 None by switch unanswered: {why}",
        f"decision 4, None/None: 91 None by switch: {why}",
    ]
    events = [IssuerUp("atlas"), delivered(1), answered(1), asked(1, repeat=True), asked(4, pan="6011000000000004"), asked(5)]
    assert told(board, events) == [
        " 1 notice issuer_up: atlas is signed on",
        " 1 deliver 1 to atlas",
        " 2 journal delivered 1 00",
        " 2 deliver 3 to atlas",
        " 3 journal late_answer of 1: answer 00 from atlas came after 91 was given",
        " 4 journal repeat of 1: asked again as a repeat by ascii 127.0.0.1:4000, same answer given",
        " 4 reply 91 None on line 1 to 000001@091530",
        " 5 journal repeat of 4: asked again by ascii 127.0.0.1:4000, same answer given",
        " 5 reply 91 None on line 1 to 000004@091530",
        " 6 request 5: 000005@091530 12500 request authorization 051; ascii 127.0.0.1:4000, 5411, atlas domestic, now",
        " 6 forward to atlas of line 1: 000005@091530 12500 request authorization 051",
    ]
