"""A date reopened, with its messages: it is not once a server has one, or may have; until then they wait for the next close.

The outbox is a database of its own, so nothing is written to it together with the books. Messages of a date that is not closed
are sent by nobody (``delivery``). Once it is closed again, each is made of what stands there then: the same message where its
files are the same, another one where they are not, and none where the merchant has no statement any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from switch.batch.reopening import Obstacle, Standing, reopen_date, standing
from switch.display.plural import plural
from switch.endofday import books
from switch.endofday.files import recorded_files
from switch.endofday.reopened.reopenings import Reopening, reopenings_of
from switch.mail.letter import Letter, eml_path
from switch.mail.outbox import MailOutbox, outbox_of, sending_alone
from switch.mail.queueing import as_now, mailed_merchants
from switch.specs.specification import Specs


def reopen_day(data: Path, business_date: str, person: str, reason: str, clock_ms: Callable[[], int]) -> Reopening:
    """Take the close of a date back, and the files of its messages; see ``batch.reopening``.

    DataFolderError where another command is sending mail, as well.
    """
    with sending_alone(data):
        done = reopen_date(data, business_date, person, reason, clock_ms, partial(_given, data))
        with outbox_of(data) as outbox:
            for letter in outbox.letters(business_date):
                if letter.delivery == "file":
                    with suppress(OSError):  # the next close writes it anew, or takes it away
                        eml_path(data, letter).unlink(missing_ok=True)
        return done


def standing_day(data: Path, business_date: str) -> Standing:
    """What reopening a date would take back, and what stands in its way, messages among it."""
    return standing(data, business_date, partial(_given, data))


def renew_letters(connection: sqlite3.Connection, outbox: MailOutbox, data: Path, specs: Specs, now_ms: int) -> None:
    """Bring the messages of dates that were reopened, and are closed again, to what the last close left."""
    closed = set(books.closed_dates(connection))
    for business_date in sorted({each.business_date for each in reopenings_of(connection)} & closed):
        digests, merchants = recorded_files(connection, business_date), mailed_merchants(connection, business_date)

        def is_of_this_close(letter: Letter, digests: dict[str, set[tuple[str, int]]] = digests) -> bool:
            return all((each.sha256, each.byte_count) in digests.get(each.name, ()) for each in letter.attachments)

        stale = [each for each in outbox.letters(business_date) if each.delivery != "smtp" and not is_of_this_close(each)]
        gone = [each for each in stale if each.merchant_id not in merchants]
        for letter in gone:
            with suppress(OSError):
                eml_path(data, letter).unlink(missing_ok=True)
        outbox.forget(gone)
        outbox.put_back(as_now(connection, data, specs, [each for each in stale if each not in gone], now_ms))


def _given(data: Path, business_date: str) -> Iterator[Obstacle]:
    """That a mail server has messages of a date, or may have them."""
    with outbox_of(data) as outbox:
        count = outbox.given_count(business_date)
    if count:
        yield Obstacle("mail", f"{plural(count, 'statement was', 'statements were')} given to a mail server")
