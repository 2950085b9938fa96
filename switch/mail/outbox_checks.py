"""What ``switch check`` proves of an outbox: that each message is of a statement of the books, that its files are those of the
close, and that none was given to a server twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from switch.clearing.checks import Fault
from switch.data_folder import databases
from switch.endofday import books
from switch.endofday.files import recorded_files
from switch.endofday.reopened.reopenings import reopenings_of
from switch.errors import SwitchError
from switch.mail.letter import Letter
from switch.mail.outbox import OUTBOX_FILE, MailOutbox, outbox_of

#: Messages a server took twice: it was not sent back in between.
_TWICE: Final = """
SELECT letter_id FROM (
  SELECT letter_id, outcome, LAG(outcome) OVER (PARTITION BY letter_id ORDER BY id) AS previous FROM attempt
) WHERE outcome = 'sent' AND previous = 'sent'
"""
_MAILED: Final = "SELECT business_date, merchant_id FROM statement UNION SELECT business_date, merchant_id FROM month_invoice"


def check_outbox(data: Path) -> tuple[list[Fault], int]:
    """What is wrong with the outbox of a data folder, and how many messages it has; nothing where there is no outbox."""
    if databases.is_empty(data / OUTBOX_FILE):
        return [], 0
    try:
        with outbox_of(data) as outbox, books.opened(data) as connection:
            letters = outbox.letters()
            faults = [*_of_statements(connection, letters), *_never_twice(outbox, letters), *_with_attempts(outbox, letters)]
    except SwitchError as error:
        return [Fault(business_date=None, check="outbox_sound", sentence=str(error))], 0
    return faults, len(letters)


def _of_statements(connection: sqlite3.Connection, letters: list[Letter]) -> Iterator[Fault]:
    """A message is of a statement, and its files are as the books say they were written. Those of a date that was reopened wait
    for its next close."""
    waiting = {each.business_date for each in reopenings_of(connection)} - set(books.closed_dates(connection))
    stated = set(connection.execute(_MAILED))
    digests: dict[str, dict[str, set[tuple[str, int]]]] = {}
    for letter in letters:
        what = f"the message for merchant {letter.merchant_id}"
        if letter.business_date in waiting:
            continue
        if (letter.business_date, letter.merchant_id) not in stated:
            yield Fault(
                business_date=letter.business_date,
                check="messages_have_statements",
                sentence=f"{what} is of no statement of the books",
            )
        known = digests.setdefault(letter.business_date, recorded_files(connection, letter.business_date))
        for each in letter.attachments:
            if each.name in known and (each.sha256, each.byte_count) not in known[each.name]:
                yield Fault(
                    business_date=letter.business_date,
                    check="messages_have_statements",
                    sentence=f"{what} has {each.name} as the close did not write it",
                )


def _never_twice(outbox: MailOutbox, letters: list[Letter]) -> Iterator[Fault]:
    """No server took a message again that had one before."""
    twice = outbox.asked(_TWICE)
    for letter in letters:
        if letter.id in twice:
            what = f"the message for merchant {letter.merchant_id}"
            yield Fault(
                business_date=letter.business_date,
                check="messages_sent_once",
                sentence=f"{what} was taken by a mail server twice",
            )


def _with_attempts(outbox: MailOutbox, letters: list[Letter]) -> Iterator[Fault]:
    """A message that a server took has the attempt that says so, and the last one of it."""
    taken = outbox.asked("SELECT letter_id FROM attempt WHERE outcome = 'sent'")
    for letter in letters:
        if letter.delivery == "smtp" and letter.id not in taken:
            what = f"the message for merchant {letter.merchant_id}"
            yield Fault(
                business_date=letter.business_date,
                check="messages_sent_once",
                sentence=f"{what} is sent, and no attempt says so",
            )
