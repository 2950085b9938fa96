"""What ``switch check`` finds in an outbox that was tampered with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.mail.outbox_checks import check_outbox
from tests.cli.command import run
from tests.mail.closed_day import GROCER, closed_day, send, with_server
from tests.support.smtp_server import PlayedServer, mail_server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder, server = closed_day(tmp_path), PlayedServer()
    with mail_server(server):
        send(folder, with_server(server.port))
    return folder


def change(data: Path, sql: str) -> None:
    with closing(sqlite3.connect(data / "outbox.db")) as outbox, outbox:
        outbox.execute(sql)


def test_a_sound_outbox_has_no_fault(data: Path, tmp_path: Path) -> None:
    assert check_outbox(data) == ([], 4)
    assert check_outbox(tmp_path / "none") == ([], 0)


TAKEN_AGAIN = f"""
INSERT INTO attempt (letter_id, at_ms, server, outcome, code, said) SELECT letter_id, at_ms + 1, server, outcome, code, said
FROM attempt WHERE letter_id = (SELECT id FROM letter WHERE merchant_id = '{GROCER}')
"""


@pytest.mark.parametrize(
    ("sql", "check", "sentence"),
    [
        (
            "UPDATE letter SET merchant_id = 'NOBODY' WHERE id = 1",
            "messages_have_statements",
            "the message for merchant NOBODY is of no statement of the books",
        ),
        (
            f"UPDATE letter SET attachments = replace(attachments, '{GROCER}.csv\", \"', '{GROCER}.csv\", \"00')",
            "messages_have_statements",
            f"the message for merchant {GROCER} has statements/{GROCER}.csv as the close did not write it",
        ),
        (
            TAKEN_AGAIN,
            "messages_sent_once",
            f"the message for merchant {GROCER} was taken by a mail server twice",
        ),
        (
            f"DELETE FROM attempt WHERE letter_id = (SELECT id FROM letter WHERE merchant_id = '{GROCER}')",
            "messages_sent_once",
            f"the message for merchant {GROCER} is sent, and no attempt says so",
        ),
    ],
)
def test_each_fault_is_found(data: Path, sql: str, check: str, sentence: str) -> None:
    change(data, sql)
    faults, _ = check_outbox(data)
    assert [(fault.check, fault.sentence) for fault in faults] == [(check, sentence)]
    told = run("check", "--data", data, "--json")
    assert told.code == 1
    assert [error["message"] for error in told.json["errors"]] == [sentence]


def test_a_damaged_outbox_is_a_fault_and_no_traceback(data: Path) -> None:
    (data / "outbox.db").write_bytes(b"no database at all, but some bytes")
    faults, _ = check_outbox(data)
    assert [fault.check for fault in faults] == ["outbox_sound"]
