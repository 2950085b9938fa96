"""Messages that a server took and sent back later: reports of delivery (RFC 3464), out of files, a Maildir or an mbox.

A report names the message by its Message-ID, in the header of the message that it gives back. What names no message of the
outbox, and what is no report, changes nothing. A report may be read any number of times.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.utils import mktime_tz, parsedate_tz
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define

from switch.errors import SwitchError
from switch.machine.files import kind_at
from switch.mail.letter import Letter
from switch.mail.outbox import Attempt, MailOutbox
from switch.mail.smtp_session import safe_text
from switch.record import frozen

REPORT_BYTES_MAX: Final = 32 << 20  #: of a message: it may give back ours with its files
MAILBOX_BYTES_MAX: Final = 1 << 30
REPORTER: Final = "delivery report"  #: as an attempt's server
MAILDIR: Final = ("new", "cur")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,900}>")
_FROM_LINE: Final = re.compile(rb"(?m)^From [^\n]*\n")
_STATUS: Final = re.compile(r"\s*([245])\.\d{1,3}\.\d{1,3}")


@frozen(kw_only=True)
class DeliveryReport:
    """What a report says of one message."""

    message_ids: tuple[str, ...]  #: that it may be of: of the message it gives back, else those it answers to
    failed: bool  #: it will not be delivered; else it is late, relayed or there
    said: str
    at_ms: int | None  #: when the report was made


@define
class BouncesRead:
    """What a command found; ids of messages of the outbox."""

    bounced: list[int] = Factory(list)
    known: int = 0  #: reports of messages that have bounced already, or were sent again since
    delayed: int = 0  #: reports of messages that may still be delivered
    foreign: int = 0  #: reports of messages that are not of this outbox
    others: int = 0  #: messages that are no report
    unread: list[str] = Factory(list)  #: files that are too large or cannot be read


def read_bounces(outbox: MailOutbox, paths: Iterable[Path], now_ms: int) -> BouncesRead:
    """Mark the messages that reports say have failed as bounced. SwitchError where a path is not there."""
    found = BouncesRead()
    letters = {letter.message_id: letter for letter in outbox.letters()}
    for path in paths:
        for content in _messages(path, found):
            try:
                report = report_of(content)
            except RecursionError:  # parts within parts, some thousand deep: nobody's report
                report = None
            if report is None:
                found.others += 1
                continue
            letter = next((letters[each] for each in report.message_ids if each in letters), None)
            if letter is None:
                found.foreign += 1
            elif not report.failed:
                found.delayed += 1
            elif letter.state == "bounced" or letter.id in found.bounced or _is_old(outbox, letter, report):
                found.known += 1
            else:
                at_ms = report.at_ms or now_ms
                attempt = Attempt(at_ms=at_ms, server=REPORTER, outcome="refused", code=None, said=report.said)
                outbox.ended(letter, "bounced", attempt, letter.next_attempt_ms)
                found.bounced.append(letter.id)
    return found


def report_of(content: bytes) -> DeliveryReport | None:
    """A message as a report of delivery; None where it is none."""
    message = email.message_from_bytes(content)
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    blocks = status.get_payload()
    fields = [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    failed = [block for block in fields if _word(block, "Action") == "failed" or _class(block) == "5"]
    about = failed or [block for block in fields if block.get("Action")] or fields
    said = next((text for block in about for key in ("Diagnostic-Code", "Status") if (text := _text(block, key))), "")
    original = [header for part in parts if (header := _given_back(part)) is not None]
    ids = [each for header in original for each in _MESSAGE_ID.findall(str(header.get("Message-ID", "")))]
    if not ids:
        ids = [each for key in ("References", "In-Reply-To") for each in _MESSAGE_ID.findall(str(message.get(key, "")))]
    date = parsedate_tz(str(message.get("Date", "")))
    return DeliveryReport(
        message_ids=tuple(ids),
        failed=bool(failed),
        said=safe_text(re.sub(r"^[a-z0-9-]+;\s*", "", said, flags=re.IGNORECASE) or "returned without a reason"),
        at_ms=_epoch_ms(date) if date is not None else None,
    )


def _epoch_ms(date: Any) -> int | None:
    try:
        return int(mktime_tz(date)) * 1000
    except (OverflowError, ValueError):  # a year that no clock has
        return None


def _given_back(part: Message) -> Message | None:
    """The header of the message that a report gives back."""
    if part.get_content_type() == "message/rfc822":
        inside = part.get_payload()
        return inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else None
    if part.get_content_type() == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        return email.message_from_bytes(content) if isinstance(content, bytes) else None
    return None


def _text(block: Message, key: str) -> str:
    return " ".join(str(block.get(key, "")).split())


def _word(block: Message, key: str) -> str:
    return _text(block, key).lower()


def _class(block: Message) -> str:
    found = _STATUS.match(_text(block, "Status"))
    return found[1] if found else ""


def _is_old(outbox: MailOutbox, letter: Letter, report: DeliveryReport) -> bool:
    """Whether a message was given to a server again since the report was made."""
    sent = [attempt.at_ms for attempt in outbox.attempts(letter) if attempt.outcome == "sent"]
    return letter.state != "sent" or (report.at_ms is not None and bool(sent) and report.at_ms + 1000 < max(sent))


def _messages(path: Path, found: BouncesRead) -> Iterator[bytes]:
    """The messages of a file, of an mbox, of a Maildir, or of a folder of files; one at a time."""
    if path.is_dir():
        folders = [path / name for name in MAILDIR if (path / name).is_dir()] or [path]
        for file in sorted(each for folder in folders for each in folder.iterdir() if not each.name.startswith(".")):
            if not file.is_dir():
                yield from _of_file(file, found)
    elif path.exists():
        yield from _of_file(path, found)
    else:
        raise SwitchError(f"{path}: found nothing there, expected a message, an mbox or a folder of messages")


def _of_file(path: Path, found: BouncesRead) -> Iterator[bytes]:
    try:
        if kind_at(path) is not None or path.stat().st_size > MAILBOX_BYTES_MAX:
            found.unread.append(str(path))
            return
        content = path.read_bytes()
    except OSError:
        found.unread.append(str(path))
        return
    several = _FROM_LINE.split(content)[1:] if content.startswith(b"From ") else [content]
    for each in several:
        if len(each) > REPORT_BYTES_MAX:
            found.unread.append(str(path))
        else:
            yield each
