"""Sending what is queued: as ``.eml`` files of the data folder, or to the mail server of ``mail.toml``.

Dying at any point, and running the same again, loses no message. One that was written as a file is written again with the same
bytes. One that was given to a server is in doubt from its last byte to the server's answer (``smtp_session``); the next run
sends it again, under the Message-ID it has.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.endofday import books
from switch.errors import DataFolderError, NegativeAnswerError, UnreachableError
from switch.machine.private import create_file, make_folder
from switch.mail.letter import MAIL_FOLDER, Letter, MailState, bytes_of, eml_path
from switch.mail.outbox import Attempt, MailOutbox, outbox_of, sending_alone
from switch.mail.queueing import as_now, head_of, queue_closed, queue_date
from switch.mail.reopened_dates import renew_letters
from switch.mail.smtp_session import SmtpSession, Verdict, opened
from switch.specs.mail.mail_profile import SmtpLine
from switch.specs.specification import Specs

WRITTEN_AT_ONCE: Final = 200  #: files between two commits
LOST_MAX: Final = 3  #: sessions that a server ends in a row, before it is left alone
MINUTE_MS: Final = 60_000
#: What becomes of a message by the verdict on it; one that is to be tried later fails when there is no later left.
BECOMES: Final[dict[str, MailState]] = {"sent": "sent", "refused": "bounced", "later": "queued", "unknown": "queued"}
QUEUED_ONLY: Final[tuple[MailState, ...]] = ("queued",)
FAILED_ONLY: Final[tuple[MailState, ...]] = ("failed",)
SENT_ONLY: Final[tuple[MailState, ...]] = ("sent",)
Clock = Callable[[], int]  #: epoch milliseconds


@define
class MailRun:
    """What a command did. ``queued`` are messages that are new in the outbox; ids tell which are meant by the others."""

    queued: int = 0
    sent: list[int] = Factory(list)  #: or written as files
    bounced: list[int] = Factory(list)
    failed: list[int] = Factory(list)
    later: list[int] = Factory(list)  #: refused for now, or the connection broke; they are tried again
    in_doubt: list[int] = Factory(list)  #: an earlier attempt had no answer: they may be there twice, under one Message-ID
    stopped: str = ""  #: why it ended before its end: the mail server
    folder: str = ""  #: where the files are; empty: they went to a server

    @property
    def touched(self) -> set[int]:
        return {*self.sent, *self.bounced, *self.failed, *self.later}


@define
class _Sender:
    """What every step needs."""

    data: Path
    specs: Specs
    clock_ms: Clock
    connection: sqlite3.Connection
    outbox: MailOutbox
    run: MailRun
    say: Callable[[str], None]

    def letters(self, business_date: str | None, states: Collection[MailState], merchant_id: str = "") -> list[Letter]:
        """Messages of closed dates: those of a date that was reopened wait until it is closed again."""
        closed = set(books.closed_dates(self.connection))
        found = self.outbox.letters(business_date, states, merchant_id or None)
        return [each for each in found if each.business_date in closed]

    def bytes_of(self, letter: Letter) -> bytes:
        """The message. DataFolderError where its files are not as they were."""
        head = head_of(self.connection, self.data, letter.business_date, letter.merchant_id)
        return bytes_of(letter, head, self.data)


def send_mail(
    data: Path,
    specs: Specs,
    clock_ms: Clock,
    business_date: str | None = None,
    *,
    sleep: Callable[[float], None] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> MailRun:
    """Queue what closed dates have that is not queued, and send what is due: of one date, or of all.

    ``sleep`` waits for what is to be tried later, in seconds; without it, that is left to the next command. ``say`` is told
    what is being done. DataFolderError where books, outbox or files cannot be used, or another sender is at work;
    NegativeAnswerError where the date is not closed.
    """
    with _sender(data, specs, clock_ms, say) as sender:
        _queue(sender, business_date)
        while True:
            _deliver(sender, sender.letters(business_date, QUEUED_ONLY))
            waiting = [each.next_attempt_ms for each in sender.letters(business_date, QUEUED_ONLY)]
            if sleep is None or sender.run.stopped or not waiting:
                break
            sleep(max(min(waiting) - clock_ms(), 0) / 1000)
        if specs.mail.smtp is None:
            _write_missing(sender, business_date or sender.outbox.last_date())
        return sender.run


def mail_after_close(data: Path, specs: Specs, business_date: str, clock_ms: Clock) -> MailRun:
    """What follows a close: the messages of its date are queued, and written where they are files. Nothing is sent to a server,
    and a command that sends meanwhile is no hindrance."""
    with _sender(data, specs, clock_ms, lambda _: None, alone=specs.mail.smtp is None) as sender:
        _queue(sender, business_date)
        if specs.mail.smtp is None:
            _put_back_with_new_files(sender, business_date)
            _deliver(sender, sender.letters(business_date, QUEUED_ONLY))
        return sender.run


def retry_mail(
    data: Path,
    specs: Specs,
    clock_ms: Clock,
    merchant_id: str | None = None,
    business_date: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> MailRun:
    """Try again now what failed, bounced or waits, to the addresses of today's contracts.

    A message that was written as a file goes to the mail server too, where there is one and its merchant is named.
    NegativeAnswerError where there is none to try; what a server has taken is never sent again.
    """
    with _sender(data, specs, clock_ms, say) as sender:
        found = sender.letters(business_date, (), merchant_id or "")
        again = [each for each in found if each.state != "sent"]
        if merchant_id is not None and specs.mail.smtp is not None:
            again += [each for each in found if each.delivery == "file"]
        if not again:
            what = "everything was sent" if found else "there are none"
            which = [*([f"merchant {merchant_id}"] if merchant_id else []), *([business_date] if business_date else [])]
            if which:
                raise NegativeAnswerError(f"no message of {' and '.join(which)} is to be tried again: {what}")
            raise NegativeAnswerError(f"no message is to be tried again: {what}")
        sender.outbox.put_back(as_now(sender.connection, data, specs, again, clock_ms()))
        now = sender.outbox.those({each.id for each in again})
        sender.run.failed += [each.id for each in now if each.state == "failed"]
        _deliver(sender, [each for each in now if each.state == "queued"])
        return sender.run


@contextmanager
def _sender(data: Path, specs: Specs, clock_ms: Clock, say: Callable[[str], None], *, alone: bool = True) -> Iterator[_Sender]:
    """The one sender of a data folder, with its books and outbox open."""
    only = sending_alone(data) if alone else nullcontext()
    with books.opened(data) as connection, only, outbox_of(data, to_write=True) as outbox:
        run = MailRun(folder="" if specs.mail.smtp is not None else str(data / MAIL_FOLDER))
        yield _Sender(data, specs, clock_ms, connection, outbox, run, say)


def _queue(sender: _Sender, business_date: str | None) -> None:
    """Queue what is new of a date, or of all; a message that nobody's address is known for has failed."""
    connection, outbox, now_ms = sender.connection, sender.outbox, sender.clock_ms()
    last = outbox.last_id()
    renew_letters(connection, outbox, sender.data, sender.specs, now_ms)
    if business_date is None:
        sender.run.queued = queue_closed(connection, outbox, sender.data, sender.specs, now_ms)
    else:
        sender.run.queued = queue_date(connection, outbox, sender.data, sender.specs, business_date, now_ms)
    if sender.run.queued:
        sender.run.failed += [each.id for each in outbox.letters(business_date, FAILED_ONLY) if each.id > last]


def _put_back_with_new_files(sender: _Sender, business_date: str) -> None:
    """Messages that are files, and that nobody was sent: those whose statement has other files now, or whose file is not there,
    are to be written anew."""
    files = {each.id: each for each in sender.outbox.letters(business_date, SENT_ONLY) if each.delivery == "file"}
    if files:
        now = as_now(sender.connection, sender.data, sender.specs, files.values(), sender.clock_ms())
        is_whole = {each.id: eml_path(sender.data, each).is_file() for each in files.values()}
        sender.outbox.put_back([new for new in now if new.attachments != files[new.id].attachments or not is_whole[new.id]])


def _deliver(sender: _Sender, letters: Sequence[Letter]) -> None:
    """Send those that are due, whichever way the specification says."""
    now = sender.clock_ms()
    due = [each for each in letters if each.next_attempt_ms <= now]
    line = sender.specs.mail.smtp
    if line is None:
        _write_files(sender, due)
    elif due:
        _give_to_server(sender, line, due)


def _write_files(sender: _Sender, letters: Sequence[Letter]) -> None:
    """Each file whole under another name first, then its own; then it counts as sent."""
    for first in range(0, len(letters), WRITTEN_AT_ONCE):
        written = letters[first : first + WRITTEN_AT_ONCE]
        for letter in written:
            _write_file(sender, letter)
        sender.outbox.written(written, sender.clock_ms())
        sender.run.sent += [each.id for each in written]
        sender.say(f"mail: {len(sender.run.sent)} of {len(letters)} written")


def _write_file(sender: _Sender, letter: Letter) -> None:
    path = eml_path(sender.data, letter)
    try:
        if not path.parent.is_dir():
            make_folder(path.parent.parent)
            make_folder(path.parent)
        partial = path.with_name(f".{path.name}.partial")
        with create_file(partial) as file, io.BufferedWriter(file) as out:
            out.write(sender.bytes_of(letter))
        partial.replace(path)
    except OSError as fault:
        raise DataFolderError(f"{path}: found {fault.strerror}, expected a folder that can be written") from None


def _write_missing(sender: _Sender, business_date: str | None) -> None:
    """Write again the files of a date that are gone, or that a loss of power left empty."""
    for letter in sender.letters(business_date, SENT_ONLY) if business_date is not None else ():
        path = eml_path(sender.data, letter)
        if letter.delivery == "file" and not (path.is_file() and path.stat().st_size):
            _write_file(sender, letter)
            sender.run.sent.append(letter.id)


def _give_to_server(sender: _Sender, line: SmtpLine, letters: Sequence[Letter]) -> None:
    """One session for all of them; a new one where the server ends it."""
    session: SmtpSession | None = None
    lost = 0
    sender.run.in_doubt += sorted(sender.outbox.in_doubt() & {each.id for each in letters})
    try:
        for number, letter in enumerate(letters, start=1):
            message = sender.bytes_of(letter)
            sender.say(f"mail: {number} of {len(letters)}")
            was_open = session is not None
            session = session or opened(line, sender.specs.folder, letter.sender)
            verdict, began = _given(sender, session, line, letter, message)
            if (
                was_open and verdict.lost and verdict.outcome == "later" and verdict.code is None
            ):  # it ended between two messages
                session.close()
                session = opened(line, sender.specs.folder, letter.sender)
                verdict, began = _given(sender, session, line, letter, message)
            _write_down(sender, line, letter, verdict, began)
            lost = lost + 1 if verdict.lost else 0
            if verdict.lost:
                session.close()
                session = None
            if lost == LOST_MAX:
                sender.run.stopped = f"mail server {line.host}:{line.port} ended {lost} sessions in a row: {verdict.said}"
                return
    except UnreachableError as fault:
        sender.run.stopped = str(fault)
    finally:
        if session is not None:
            session.close()


def _given(sender: _Sender, session: SmtpSession, line: SmtpLine, letter: Letter, message: bytes) -> tuple[Verdict, int | None]:
    """The verdict on a message, and the number of the attempt that was written down before its last byte went."""
    began: list[int] = []

    def before_dot() -> None:
        began.append(sender.outbox.began(letter, sender.clock_ms(), f"{line.host}:{line.port}"))

    verdict = session.send(letter.sender, letter.recipient, message, before_dot)
    return verdict, began[0] if began else None


def _write_down(sender: _Sender, line: SmtpLine, letter: Letter, verdict: Verdict, began: int | None) -> None:
    now, run = sender.clock_ms(), sender.run
    state = BECOMES[verdict.outcome]
    waits = line.retry_minutes
    next_ms = letter.next_attempt_ms
    if state == "queued" and letter.attempt_count >= len(waits):
        state = "failed"
    elif state == "queued":
        next_ms = now + waits[letter.attempt_count] * MINUTE_MS
    server = f"{line.host}:{line.port}"
    attempt = Attempt(at_ms=now, server=server, outcome=verdict.outcome, code=verdict.code, said=verdict.said)
    sender.outbox.ended(letter, state, attempt, next_ms, began)
    for ids in (run.later, run.failed):
        ids[:] = [each for each in ids if each != letter.id]
    {"sent": run.sent, "bounced": run.bounced, "failed": run.failed, "queued": run.later}[state].append(letter.id)
