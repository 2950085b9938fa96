"""One message: what is kept of it, and its bytes, which are the same however often they are made.

Nothing of a stranger gets into a header as it is: controls are written out, and addresses are those of the specification,
checked once more. Card numbers are masked in what the message itself says; its files have none.
"""

from __future__ import annotations

import base64
import hashlib
import json
import quopri
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from attrs import fields

from switch.card import mask_numbers
from switch.display.visible import visible
from switch.endofday.files import day_folder
from switch.errors import DataFolderError
from switch.mail.wording import WORDING
from switch.merchant import EMAIL, EMAIL_EXPECTED, StatementLanguage
from switch.money import currency_name, format_minor
from switch.record import frozen
from switch.settlement.bank_account import grouped_rib
from switch.settlement.statement import Head, amount_writer, shown_date
from switch.settlement.statement_labels import LABELS

MailState = Literal["queued", "sent", "failed", "bounced"]
MAIL_STATES: Final[tuple[MailState, ...]] = ("queued", "sent", "failed", "bounced")
ENCODED: Final = "=?"  #: what an encoded word begins with: as a text it is encoded itself
LINE_END: Final = "\r\n"
WORD_BYTES_MAX: Final = 39  #: of a text in one encoded word: with the name of its field no line is longer than 76
PLAIN_CHARACTERS_MAX: Final = 900  #: of a field on one line; 998 is what RFC 5322 allows
MAIL_FOLDER: Final = "mail"  #: below the data folder: a folder a date, a file a merchant
NAME_CHARACTERS_MAX: Final = 40  #: of a merchant in a Message-ID; what is longer is a digest
ISOLATE, ISOLATE_END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
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
        safe = Path(self.attachments[0].name).name.partition(".")[0] if self.attachments else _safe(self.merchant_id)
        return f"{self.business_date}/{safe}{f'-{self.remise}' if self.remise else ''}.eml"


def eml_path(data: Path, letter: Letter) -> Path:
    """Where the file of a message is."""
    return data / MAIL_FOLDER / letter.file_name


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


def bytes_of(letter: Letter, head: Head, data: Path) -> bytes:
    """The whole message as it goes over the wire (RFC 5322 and 2045, lines end in CR LF, ASCII alone).

    Put together here: ``EmailMessage`` takes twenty times as long (2.8 ms), and a close may write thousands. DataFolderError
    where a file is not as it was when the message was queued.
    """
    folder = day_folder(data, letter.business_date)
    boundary = f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:40]}"
    body = quopri.encodestring(_body(letter, head).encode()).decode("ascii").replace("\n", LINE_END)
    text = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", body)
    parts = [LINE_END.join(text).encode()]
    for each in letter.attachments:
        media = MEDIA_TYPES.get(each.suffix, "application/octet-stream")
        about = (
            f"Content-Type: {media}{'; charset=utf-8' if media.startswith('text/') else ''}",
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{_attached_name(each, letter)}"',
            "",
            "",
        )
        content = base64.encodebytes(_content(folder / each.name, each, letter.business_date))
        parts.append(LINE_END.join(about).encode() + content.replace(b"\n", b"\r\n"))
    whole = [LINE_END.join([*_header(letter, head), f'Content-Type: multipart/mixed; boundary="{boundary}"', "", ""]).encode()]
    whole += [f"--{boundary}{LINE_END}".encode() + part + b"\r\n" for part in parts]
    return b"".join([*whole, f"--{boundary}--{LINE_END}".encode()])


def _header(letter: Letter, head: Head) -> Iterator[str]:
    """The lines of the header, but for those of the parts."""
    words = WORDING[letter.language]
    date, name = shown_date(head.business_date, LABELS[letter.language]), f"{_line(head.name)} ({visible(head.merchant_id)})"
    subject = words["subject"].format(date=date, name=name)
    if month := _invoiced_month(letter, head):
        subject = words["invoice_subject"].format(month=month, name=name)
    yield f"Message-ID: {letter.message_id}"
    yield f"Date: {format_datetime(datetime.fromtimestamp(letter.queued_at_ms // 1000, UTC))}"
    yield f"From: {_named(letter.sender_name)} <{_checked(letter.sender)}>"
    yield f"To: {_checked(letter.recipient)}"
    if letter.reply_to:
        yield f"Reply-To: {_checked(letter.reply_to)}"
    yield f"Subject: {_encoded(subject)}"
    yield "Auto-Submitted: auto-generated"  # RFC 3834: nobody's absence is answered to it
    yield f"Content-Language: {letter.language}"
    yield "MIME-Version: 1.0"


@lru_cache
def _named(name: str) -> str:
    """A name before an address."""
    shown = _line(name)
    if not shown.strip():
        return ""
    if shown.isascii() and ENCODED not in shown:
        return formataddr((shown, "x@x")).removesuffix("<x@x>").strip()
    return _encoded(shown)


def _encoded(text: str) -> str:
    """A text in a field of the header, in encoded words (RFC 2047) on lines of their own where it is not plain.

    By hand: the library's ``Header`` takes half a millisecond to find out which encoding is shorter.

    >>> _encoded("Relev\N{LATIN SMALL LETTER E WITH ACUTE}")
    '=?utf-8?b?UmVsZXbDqQ==?='
    """
    if text.isascii() and ENCODED not in text and len(text) < PLAIN_CHARACTERS_MAX:
        return text
    words = [b""]
    for letter in text:
        encoded = letter.encode()
        if len(words[-1]) + len(encoded) > WORD_BYTES_MAX:
            words.append(b"")
        words[-1] += encoded
    return f"{LINE_END} ".join(f"{ENCODED}utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


def _checked(address: str) -> str:
    """An address, which the specification had, and which was checked there."""
    if not re.fullmatch(EMAIL, address, re.ASCII):
        raise DataFolderError(f"outbox: found {address!r}, expected {EMAIL_EXPECTED}")
    return address


def _attached_name(each: AttachedFile, letter: Letter) -> str:
    """A file as the merchant sees it."""
    stem, _, rest = Path(each.name).name.partition(".")
    of = "" if re.match(r"[0-9]{4}-[0-9]{2}\.", rest) else f"{letter.business_date}."  # the invoice of a month says which
    return f"{stem}-{of}{rest}"


def _invoiced_month(letter: Letter, head: Head) -> str:
    """The month (11/2026) of a message with its invoice and no statement; empty where it is of a statement."""
    return "" if head.business_date == letter.business_date else "/".join(reversed(head.business_date[:7].split("-")))


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


def _line(text: str) -> str:
    """What a stranger wrote, on one line and without card numbers; ids of merchants may have as many digits as a card."""
    return mask_numbers(visible(text))


def _body(letter: Letter, head: Head) -> str:
    words, labels = WORDING[letter.language], LABELS[letter.language]
    writer = amount_writer(labels, columns=1 << 6)

    def amount(minor: int) -> str:
        return f"{writer(format_minor(minor, head.currency))} {currency_name(head.currency)}"

    pairs = [
        ("merchant", f"{visible(head.merchant_id)}  {_line(f'{head.name}, {head.city}')}"),
        ("operations", str(head.presentment_count + head.adjustment_count)),
        ("gross", amount(head.gross_minor)),
        ("discount", amount(head.discount_minor)),
        ("vat", amount(head.vat_minor)),
        *([("entries", amount(head.entries_minor + head.entries_vat_minor))] if head.entries_minor else []),
        *([("brought_forward", amount(head.brought_forward_minor))] if head.brought_forward_minor else []),
        (head.outcome, amount(head.net_minor)),
        *([("account", grouped_rib(head.rib))] if head.outcome == "paid" else []),
        ("value_date", shown_date(head.value_date, labels)),
        ("reference", visible(head.reference)),
    ]
    opening = words["opening"].format(date=shown_date(head.business_date, labels))
    if month := _invoiced_month(letter, head):
        pairs, opening = pairs[:1], words["invoice_opening"].format(month=month)
    if letter.language == "ar":  # or an account is shown from its end (UAX 9): each value has a direction of its own
        pairs = [(key, f"{ISOLATE}{value}{ISOLATE_END}") for key, value in pairs]
    width = max(len(words[key]) for key, _ in pairs)
    facts = "\n".join(f"  {words[key]:<{width}}{words['mark']}{value}" for key, value in pairs)
    names = "\n".join(f"  {_attached_name(each, letter)}" for each in letter.attachments)
    end = f"{words['closing']} {words['simulated']}\n{_line(head.centre_name)}\n"
    return f"{words['hello']}\n\n{opening}\n\n{facts}\n\n{words['attached']}\n{names}\n\n-- \n{end}"
