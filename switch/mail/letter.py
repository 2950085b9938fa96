"""One message: what is kept of it, and its bytes, which are the same however often they are made.

Nothing of a stranger gets into a header as it is: controls are written out, and addresses are those of the specification,
checked once more. Card numbers are masked in what the message itself says; its files have none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final, Literal

from attrs import fields

from switch.card import mask_numbers
from switch.display.visible import visible
from switch.endofday.files import day_folder
from switch.errors import DataFolderError
from switch.mail.wording import WORDING
from switch.merchant import EMAIL, StatementLanguage
from switch.money import currency_name, format_minor
from switch.record import frozen
from switch.settlement.bank_account import grouped_rib
from switch.settlement.statement import Head, amount_writer, shown_date
from switch.settlement.statement_labels import LABELS

MailState = Literal["queued", "sent", "failed", "bounced"]
MAIL_STATES: Final[tuple[MailState, ...]] = ("queued", "sent", "failed", "bounced")
NAME_CHARACTERS_MAX: Final = 40  #: of a merchant in a Message-ID; what is longer is a digest
#: Suffix of a file -> its media type; the order is that of the attachments.
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "csv": "text/csv",
}


@frozen(kw_only=True)
class AttachedFile:
    """A file of a closed date that goes with a message, as it was when the message was queued."""

    name: str  #: below the folder of the date
    sha256: str
    byte_count: int

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2]


@frozen(kw_only=True)
class Letter:
    """A row of the outbox: a message for a merchant and a business date."""

    id: int
    business_date: str
    merchant_id: str
    remise: str  #: empty: of the whole date
    message_id: str
    recipient: str  #: empty: no contract names one
    sender: str
    sender_name: str
    reply_to: str
    language: StatementLanguage
    queued_at_ms: int
    attachments: tuple[AttachedFile, ...]
    state: MailState
    attempt_count: int
    next_attempt_ms: int
    delivery: Literal["", "file", "smtp"]
    changed_at_ms: int
    said: str

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Letter:
        values = dict(zip((each.name for each in fields(cls)), row, strict=True))
        values["attachments"] = attached_from(values["attachments"])
        return cls(**values)

    @property
    def file_name(self) -> str:
        """Of its ``.eml`` below the mail folder."""
        safe = Path(self.attachments[0].name).stem if self.attachments else _safe(self.merchant_id)
        return f"{self.business_date}/{safe}{f'-{self.remise}' if self.remise else ''}.eml"


def attached_from(text: str) -> tuple[AttachedFile, ...]:
    """The attachments of a row."""
    return tuple(AttachedFile(name=name, sha256=digest, byte_count=count) for name, digest, count in json.loads(text))


def attached_text(attachments: Sequence[AttachedFile]) -> str:
    """The same for a row."""
    return json.dumps([[each.name, each.sha256, each.byte_count] for each in attachments])


def message_id_of(institution_id: str, business_date: str, merchant_id: str, sender: str, remise: str = "") -> str:
    """The Message-ID: of centre, date, merchant and remise. The domain behind it is the sender's.

    >>> message_id_of("504900", "2026-11-28", "HOTEL0000000001", "releves@switch.example")
    '<statement.504900.20261128.HOTEL0000000001@switch.example>'
    """
    parts = ("statement", institution_id, business_date.replace("-", ""), _safe(merchant_id), *([remise] if remise else []))
    return f"<{'.'.join(parts)}@{sender.rpartition('@')[2]}>"


def _safe(merchant_id: str) -> str:
    """A merchant's id where only letters and digits may stand; one off a wire may have any character."""
    if merchant_id.isascii() and merchant_id.isalnum() and len(merchant_id) <= NAME_CHARACTERS_MAX:
        return merchant_id
    return "x" + hashlib.sha256(merchant_id.encode(errors="surrogatepass")).hexdigest()[:31]


def message_of(letter: Letter, head: Head) -> EmailMessage:
    """The message without its files."""
    words, labels = WORDING[letter.language], LABELS[letter.language]
    date = shown_date(head.business_date, labels)
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(datetime.fromtimestamp(letter.queued_at_ms // 1000, UTC))
    message["From"] = _address(letter.sender, letter.sender_name)
    message["To"] = _address(letter.recipient)
    if letter.reply_to:
        message["Reply-To"] = _address(letter.reply_to)
    message["Subject"] = _line(words["subject"].format(date=date, name=f"{head.name} ({head.merchant_id})"))
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered to it
    message["Content-Language"] = letter.language
    message.set_content(_body(letter, head), cte="quoted-printable")
    return message


def bytes_of(letter: Letter, head: Head, data: Path) -> bytes:
    """The whole message as it goes over the wire (RFC 5322, lines end in CR LF).

    DataFolderError where a file is not as it was when the message was queued.
    """
    message, folder = message_of(letter, head), day_folder(data, letter.business_date)
    for each in letter.attachments:
        main, _, sub = MEDIA_TYPES.get(each.suffix, "application/octet-stream").partition("/")
        parameters = {"charset": "utf-8"} if main == "text" else None
        name = f"{Path(each.name).stem}-{letter.business_date}.{each.suffix}"
        content = _content(folder / each.name, each, letter.business_date)
        message.add_attachment(content, maintype=main, subtype=sub, filename=name, params=parameters)
    if letter.attachments:
        message.set_boundary(f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:40]}")
    return message.as_bytes()


def _content(path: Path, expected: AttachedFile, business_date: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise DataFolderError(
            f"{path}: found {fault.strerror}, expected the file of a statement; `switch day close {business_date}` writes it"
        ) from None
    if hashlib.sha256(content).hexdigest() != expected.sha256:
        raise changed_file(path, business_date)
    return content


def changed_file(path: Path, business_date: str) -> DataFolderError:
    """The sentence for a file of a statement that is not as the close wrote it."""
    advice = f"delete it, and `switch day close {business_date}` writes it from the books"
    return DataFolderError(f"{path}: found a file that was changed, expected it as it was written; {advice}")


def _address(address: str, name: str = "") -> Address:
    assert re.fullmatch(EMAIL, address, re.ASCII), "checked with the specification, and when the message was queued"
    return Address(display_name=_line(name), addr_spec=address)


def _line(text: str) -> str:
    """A text on one line without card numbers."""
    return mask_numbers(visible(text))


def _body(letter: Letter, head: Head) -> str:
    words, labels = WORDING[letter.language], LABELS[letter.language]
    writer = amount_writer(labels, columns=1 << 6)

    def amount(minor: int) -> str:
        return f"{writer(format_minor(minor, head.currency))} {currency_name(head.currency)}"

    pairs = [
        ("merchant", _line(f"{head.merchant_id}  {head.name}, {head.city}")),
        ("operations", str(head.presentment_count + head.adjustment_count)),
        ("gross", amount(head.gross_minor)),
        ("discount", amount(head.discount_minor)),
        ("vat", amount(head.vat_minor)),
        *([("brought_forward", amount(head.brought_forward_minor))] if head.brought_forward_minor else []),
        (head.outcome, amount(head.net_minor)),
        *([("account", grouped_rib(head.rib))] if head.outcome == "paid" else []),
        ("value_date", shown_date(head.value_date, labels)),
        ("reference", _line(head.reference)),
    ]
    width = max(len(words[key]) for key, _ in pairs)
    facts = "\n".join(f"  {words[key]:<{width}}{words['mark']}{value}" for key, value in pairs)
    names = "\n".join(f"  {Path(each.name).stem}-{letter.business_date}.{each.suffix}" for each in letter.attachments)
    opening = words["opening"].format(date=shown_date(head.business_date, labels))
    end = f"{words['closing']} {words['simulated']}\n{_line(head.centre_name)}\n"
    return f"{words['hello']}\n\n{opening}\n\n{facts}\n\n{words['attached']}\n{names}\n\n-- \n{end}"
